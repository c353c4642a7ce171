"""The tables of a match, for the report at its end and for the screen while it runs."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from tengen.arena.names import short_names
from tengen.arena.rating import Ratings, wilson_interval
from tengen.arena.result import Count, MatchResult

FULL_CELLS = 8
"""With more agents the crosstable shows points alone."""


def order_of(ratings: Ratings) -> list[int]:
    """The agents, best first."""
    return sorted(range(len(ratings.players)), key=lambda place: -ratings.players[place].elo)


def ratings_table(result: MatchResult, ratings: Ratings, anchor: str | None) -> Table:
    """Each agent's rating with its interval, how likely it is stronger than the next, and its games."""
    zero = "mean 0" if anchor is None else f"{anchor} = 0"
    title = f"{result.game}: {len(result.games)} games, Elo with 95 % intervals ({zero})"
    table = _table(title)
    table.add_column("no.", justify="right")
    table.add_column("agent", overflow="fold", min_width=12)
    for name in ("Elo", "95 %", "LOS", "score", "games", "won-drawn-lost"):
        table.add_column(name, justify="right", no_wrap=True)
    names, order, likely = short_names(result.agents), order_of(ratings), ratings.superiority()
    for rank, place in enumerate(order):
        rating, total = ratings.players[place], result.total(result.agents[place])
        stronger = float(likely[place, order[rank + 1]]) if rank + 1 < len(order) else float("nan")
        table.add_row(
            str(place + 1),
            Text(names[place]),
            f"{round(rating.elo):+d}",
            f"{rating.low:+.0f} … {rating.high:+.0f}",
            "" if stronger != stronger or not total.games else f"{100 * stronger:.0f} %",
            percent(total),
            str(total.games),
            f"{total.wins}-{total.draws}-{total.losses}",
        )
    return table


def crosstable(result: MatchResult, ratings: Ratings) -> Table:
    """What each agent, best first, scored against each other: won-lost, won-drawn-lost, or points if there are many."""
    order = order_of(ratings)
    full = len(order) <= FULL_CELLS
    table = _table("crosstable: won-drawn-lost of the row" if full else "crosstable: points of the row")
    table.add_column("no.", justify="right")
    table.add_column("agent", overflow="fold", min_width=12)
    for place in order:
        table.add_column(str(place + 1), justify="center", no_wrap=True)
    names = short_names(result.agents)
    for row in order:
        counts = [result.between(result.agents[row], result.agents[column]) for column in order if column != row]
        cells = [short_count(count) if full else points(count) for count in counts]
        cells.insert(order.index(row), "·")
        table.add_row(str(row + 1), Text(names[row]), *cells)
    return table


def pairs_table(result: MatchResult) -> Table:
    """The score of each pair with its interval, and apart by who moved first."""
    table = _table("pairs, as the first of them sees it")
    for name in ("pair", "score", "95 %", "won", "drawn", "lost", "moving first", "second"):
        table.add_column(name, justify="right", no_wrap=True)
    for place, one in enumerate(result.agents):
        for against, other in enumerate(result.agents[place + 1 :], place + 2):
            total = result.between(one, other)
            if not total.games:
                continue
            low, high = wilson_interval(total.score, total.games)
            table.add_row(
                f"{place + 1} : {against}",
                percent(total),
                f"{100 * low:.0f} … {100 * high:.0f} %",
                *(str(number) for number in (total.wins, total.draws, total.losses)),
                short_count(result.count(one, other)),
                short_count(result.count(other, one).reversed),
            )
    return table


def _table(title: str) -> Table:
    """A table that leaves a name its room on a screen of 80 columns."""
    return Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


def percent(count: Count) -> str:
    """The score of so many games."""
    return f"{100 * count.score:.1f} %" if count.games else "–"


def points(count: Count) -> str:
    """Points, such as `6½`; a dash before the first game."""
    whole, half = divmod(2 * count.wins + count.draws, 2)
    return (f"{whole or ''}½" if half else str(whole)) if count.games else "–"


def short_count(count: Count) -> str:
    """Won-lost, or won-drawn-lost if any game was drawn."""
    numbers = (count.wins, count.draws, count.losses) if count.draws else (count.wins, count.losses)
    return "-".join(map(str, numbers)) if count.games else "–"
