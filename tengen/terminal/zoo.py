"""The networks that ship, for people: as a list, one by its card, and all as the page docs/zoo.md."""

from collections.abc import Iterator

from rich.table import Table

from tengen.agents.zoo import zoo_card, zoo_file, zoo_names
from tengen.nets.card import Card, Opponent, Return

INTRODUCTION = """# The zoo: networks that ship

<!-- Written by `tengen zoo table > docs/zoo.md`. -->

Each was made by the commands shown, from zero and by self-play alone, and is at most 3 MB. `tengen play`, `gtp`,
`uci`, `usi`, `analyze` and `review` take the right one where no `--agent` is named: for Go that of the board's size,
else of the nearest, which plays every size; a gridworld's only in the room that it was trained in. `zoo:NAME` names one
in every command, with settings as in `zoo:go9,sims=800` ([agents.md](agents.md)).

    tengen zoo                      # what ships
    tengen zoo show go9             # its card, which is in the file's header; --json for programs
    tengen zoo add go9 runs/go9 --result match.json --result runs/go9/exam/match

`zoo add` writes the averaged weights of a run, in half precision where that plays the same, with a card filled from
the run and from results of `tengen arena --json` or its folders (`--out`). A score is points per game, a draw half of
one; its 95 % interval is Wilson's. What is not known is left empty, or —.
"""

SHORT = 32
"""Letters of an opponent in a list."""


def zoo_table() -> Table:
    """What ships, a row each."""
    table = Table(box=None)
    table.add_column("name")
    table.add_column("game")
    for column in ("kB", "parameters", "hours"):
        table.add_column(column, justify="right")
    table.add_column("hardest match")
    for name in zoo_names():
        card = zoo_card(name)
        hours = "—" if card.minutes is None else f"{card.minutes / 60:.2f}"
        size = f"{file_size(name) / 1000:.0f}"
        table.add_row(f"zoo:{name}", card.game, size, f"{card.parameters:,}", hours, headline(card))
    return table


def file_size(name: str) -> int:
    """Bytes of a network that ships."""
    return zoo_file(name).stat().st_size


def headline(card: Card) -> str:
    """The match with the lowest score, or the return alone, in a few words."""
    if card.opponents:
        hardest = min(card.opponents, key=lambda match: match.score)
        return f"{percent(hardest.score)} against {short(hardest.opponent)}"
    return f"mean return {card.returns[0].mean:.4g}" if card.returns else "—"


def short(agent: str) -> str:
    """An agent's text; of a long command line the first words."""
    words = agent.replace(" --mode gtp", "").split(" ")
    while len(words) > 1 and len(" ".join(words)) > SHORT:
        words.pop()
    said = " ".join(words)
    return said if len(said) <= SHORT else said[: SHORT - 1] + "…"


def card_json(name: str) -> dict[str, object]:
    """A card for programs, with the file's size."""
    return zoo_card(name).to_json() | {"bytes": file_size(name)}


def page() -> str:
    """The whole page, in Markdown."""
    lines = [
        INTRODUCTION,
        "| network | game | parameters | bytes | minutes | games | positions | evaluations | date | hardest match |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    cards = [zoo_card(name) for name in zoo_names()]
    for card in cards:
        numbers = (card.parameters, file_size(card.name), card.minutes, card.games, card.positions, card.evaluations)
        cells = [f"`zoo:{card.name}`", f"`{card.game}`", *map(count, numbers), card.date or "—", headline(card)]
        lines.append(f"| {' | '.join(cells)} |")
    for card in cards:
        lines += ["", f"## {card.name}", "", *card_lines(card)]
    return "\n".join(lines) + "\n"


def card_lines(card: Card) -> Iterator[str]:
    """One network's card, in Markdown."""
    if card.command is None:
        yield "The command that made it is not known."
    else:
        yield from (f"    {line}" for line in card.command.splitlines())
    known = {"commit": card.commit, "machine": card.machine, "date": card.date}
    told = [f"{name} {value}" for name, value in known.items() if value]
    told += [
        f"{count(value)} {name}"
        for name in ("minutes", "games", "positions", "evaluations", "parameters")
        if (value := getattr(card, name)) is not None
    ]
    yield ""
    yield ", ".join([f"Trained on `{card.game}`", *told]) + "."
    yield from _matches(card.opponents)
    yield from _returns(card.returns)


def _matches(matches: tuple[Opponent, ...]) -> Iterator[str]:
    if not matches:
        return
    yield from ("", "| game | against | simulations | won | drawn | lost | score | 95 % |")
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for match in matches:
        counts = " | ".join(map(count, (match.simulations, match.wins, match.draws, match.losses)))
        bounds = f"{percent(match.low)} … {percent(match.high)}"
        yield f"| `{match.game}` | `{match.opponent}` | {counts} | {percent(match.score)} | {bounds} |"
    yield from _commands(matches)


def _returns(returns: tuple[Return, ...]) -> Iterator[str]:
    if not returns:
        return
    yield from ("", "| game | agent | simulations | games | mean return | 95 % | steps |")
    yield "| --- | --- | ---: | ---: | ---: | --- | ---: |"
    for one in returns:
        bounds = f"{one.low:.4g} … {one.high:.4g}"
        counts = f"{count(one.simulations)} | {one.games} | {one.mean:.4g} | {bounds} | {one.steps:.1f}"
        yield f"| `{one.game}` | `{one.agent}` | {counts} |"
    yield from _commands(returns)


def _commands(results: tuple[Opponent, ...] | tuple[Return, ...]) -> Iterator[str]:
    """The commands that gave results, each once."""
    commands = list(dict.fromkeys(result.command for result in results if result.command))
    if commands:
        yield ""
        yield from (f"    {command}" for command in commands)


def count(value: float | None) -> str:
    """A number with its thousands apart."""
    return "—" if value is None else f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def percent(share: float) -> str:
    """A share of one."""
    return f"{100 * share:.1f} %"
