"""`tengen arena --check-engine`: engines that keep to their protocol pass, and others are told what is wrong."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from tengen.arena.check_engine import check_engine
from tengen.cli import main
from tengen.core.errors import InvalidParameter
from tengen.protocols.check.checklist import Check
from tengen.protocols.check.lines import fault_of
from tengen.protocols.check.uci import UciChecker
from tengen.protocols.check.usi import UsiChecker
from tengen.protocols.client_options import parse_option
from tests.protocols.engines import engine as path_of
from tests.protocols.engines import ours

HOSTILE = Path(__file__).parents[1] / "arena" / "hostile.py"


def hostile(protocol: str, way: str) -> str:
    return f"{protocol}:{sys.executable} {HOSTILE} {protocol} {way},timeout=4"


@pytest.mark.parametrize(
    "text", ["uci:stockfish", "uci:fairy-stockfish", "usi:fairy-stockfish", "gtp:gnugo --mode gtp --level 1"]
)
def test_engines_that_everybody_trusts_pass(text: str) -> None:
    path_of(text.partition(":")[2].split()[0])
    told: list[Check] = []
    found = check_engine(text, told.append)
    assert not found.of("fail")
    assert found.passed
    assert len(found.of("pass")) > 25
    assert told == found.checks


@pytest.mark.engine_long
@pytest.mark.parametrize(
    ("protocol", "arguments"),
    [
        ("gtp", ("gtp", "--agent", "uct:sims=50")),
        ("uci", ("uci", "--agent", "uct:sims=50")),
        ("usi", ("usi", "--agent", "uct:sims=50")),
    ],
)
def test_ours_pass(protocol: str, arguments: tuple[str, ...]) -> None:
    found = check_engine(f"{protocol}:{ours(*arguments)}")
    assert not found.of("fail")


@pytest.mark.parametrize(
    ("protocol", "way", "check", "seen"),
    [
        ("gtp", "illegal", "genmove plays on an empty point", "gave 'Z26': neither a vertex"),
        ("gtp", "die", "a whole game on a small board ends", ""),
        ("uci", "illegal", "go nodes", "'bestmove a1a8' in 'startpos': not one of the 20 legal moves"),
        ("uci", "die", "a legal move: in double check", ""),
        ("usi", "illegal", "go depth", "'bestmove 9i9a' in 'startpos'"),
    ],
)
def test_hostile_engines_are_told_what_is_wrong(protocol: str, way: str, check: str, seen: str) -> None:
    found = check_engine(hostile(protocol, way))
    assert not found.passed
    if seen:
        (line,) = [line for line in found.of("fail") if line.name == check]
        assert seen in line.seen
    else:
        assert any("ended with status 7" in line.seen for line in found.of("fail"))
    # the engine was started again for what came after
    assert found.checks[-1].name.startswith("quit")
    assert found.checks[-1].status == "pass"


def test_an_engine_that_hangs_fails_by_the_line() -> None:
    class Short(UciChecker):
        def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
            return islice(super().checks(), 10)

    command = hostile("uci", "hang").partition(":")[2].partition(",")[0]
    found = Short(command, timeout=2).run()
    (line,) = [line for line in found.checks if line.name == "go nodes"]
    assert (line.status, line.seen) == ("fail", "gave no answer in time to 'go nodes 200'")


def test_a_program_that_is_no_engine_fails_at_the_first_check() -> None:
    found = check_engine("uci:cat,timeout=0.5")
    assert [(check.name, check.status) for check in found.checks] == [("starts and answers the first command", "fail")]
    assert not check_engine("gtp:false").passed


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("option name Hash type spin default 16 min 1 max 1024", ""),
        ("option name Hash type spin default 0 min 1 max 1024", "the default '0' is not a whole number from 1 to 1024"),
        ("option name Hash type spin default 16", "a spin without min or max"),
        ("option name Style type combo default Wild var Calm var Dull", "the default 'Wild' is not one of Calm, Dull"),
        ("option name Deep type flag default true", "'flag' is no type of options"),
        ("option name Clear type button", ""),
    ],
)
def test_options_are_looked_at(line: str, fault: str) -> None:
    option = parse_option(line)
    assert option is not None
    assert fault_of(option) == fault


@pytest.mark.parametrize("checker", [UciChecker, UsiChecker])
def test_the_positions_are_what_they_are_called(checker: type[UciChecker] | type[UsiChecker]) -> None:
    asked = checker("true")
    for name, position in asked.positions:
        assert asked.legal(position) - {"resign"}, name
    for name, position in asked.finished:
        assert not asked.legal(position) - {"resign"}, name
    if checker is UciChecker:
        moves = {name: asked.legal(position) for name, position in asked.positions}
        assert moves["taking in passing is the only move"] == {"f5g6"}
        assert {move[:4] for move in moves["a promotion is the only move"]} == {"a7a8"}


def test_the_command_says_the_same_and_its_status_tells(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.py"
    quiet.write_text("for line in iter(input, 'quit'): pass\n")
    text = f"uci:{shlex.join([sys.executable, str(quiet)])},timeout=0.5"
    ran = CliRunner().invoke(main, ["arena", "--check-engine", text, "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.output)["checks"][0]["seen"] == "gave no answer in time to 'uci'"
    ran = CliRunner().invoke(main, ["arena", "--check-engine", text])
    assert ran.exit_code == 1
    assert "0 passed, 1 failed" in ran.output


def test_only_engines_are_checked() -> None:
    with pytest.raises(InvalidParameter, match="no engine to be checked"):
        check_engine("random")
