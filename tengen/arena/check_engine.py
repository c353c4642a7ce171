"""Whether an engine keeps to its protocol: `tengen arena --check-engine`."""

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tengen.agents.text import parse_agent
from tengen.core.errors import InvalidParameter
from tengen.protocols.check.checklist import Check, Checker, Compliance
from tengen.protocols.check.gtp import GtpChecker
from tengen.protocols.check.uci import UciChecker
from tengen.protocols.check.usi import UsiChecker

CHECKERS: dict[str, type[Checker]] = {"gtp": GtpChecker, "uci": UciChecker, "usi": UsiChecker}


def check_engine(text: str, on_check: Callable[[Check], None] = lambda check: None) -> Compliance:
    """Goes through the protocol's list with the engine that an agent's text names, such as `uci:stockfish`.

    on_check  told of every check as it ends
    """
    parsed = parse_agent(text)
    if parsed.kind not in CHECKERS:
        raise InvalidParameter(f"{text!r} is no engine to be checked: write gtp:COMMAND, uci:COMMAND or usi:COMMAND")
    return CHECKERS[parsed.kind](parsed.source, timeout=parsed.number("timeout", 0.0) or None).run(on_check)


def show_compliance(found: Compliance, console: Console) -> None:
    """Prints the list and a line of sums."""
    table = Table(title=f"{found.protocol}: {found.command}", title_justify="left")
    table.add_column("check")
    table.add_column("", no_wrap=True)
    table.add_column("what was seen", overflow="fold")
    styles = {"pass": "green", "fail": "bold red", "not supported": "yellow"}
    for check in found.checks:
        table.add_row(Text(check.name), Text(check.status, style=styles[check.status]), Text(check.seen))
    console.print(table)
    sums = (f"{len(found.of('pass'))} passed", f"{len(found.of('fail'))} failed")
    console.print(", ".join((*sums, f"{len(found.of('not supported'))} not supported")), highlight=False)
