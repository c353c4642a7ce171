"""A match for people: tables, and a line that says how it goes."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from tengen.arena.match import OnGame
from tengen.arena.play import PlayedGame
from tengen.arena.rating import wilson_interval
from tengen.arena.result import Count, MatchResult


def show_match(result: MatchResult, console: Console, *, anchor: str | None = None) -> None:
    """Prints the ratings, the score of each pair, and all that one should know before believing them."""
    console.print(_ratings_table(result, anchor))
    console.print(_pairs_table(result))
    for line in _remarks(result):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _ratings_table(result: MatchResult, anchor: str | None) -> Table:
    ratings = result.ratings(anchor=anchor)
    zero = "mean 0" if anchor is None else f"{anchor} = 0"
    table = Table(
        title=f"{result.game}: {len(result.games)} games, Elo with 95 % intervals ({zero})", title_justify="left"
    )
    table.add_column("no.", justify="right")
    table.add_column("agent", overflow="fold")
    for name in ("Elo", "95 %", "score", "games", "won", "drawn", "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    order = sorted(range(len(result.agents)), key=lambda place: -ratings.players[place].elo)
    for place in order:
        rating, total = ratings.players[place], result.total(result.agents[place])
        table.add_row(
            str(place + 1),
            Text(result.agents[place]),
            f"{round(rating.elo):+d}",
            f"{rating.low:+.0f} … {rating.high:+.0f}",
            _percent(total),
            *(str(number) for number in (total.games, total.wins, total.draws, total.losses)),
        )
    return table


def _pairs_table(result: MatchResult) -> Table:
    table = Table(title="pairs, as the first of them sees it", title_justify="left")
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
                _percent(total),
                f"{100 * low:.0f} … {100 * high:.0f} %",
                *(str(number) for number in (total.wins, total.draws, total.losses)),
                _short(result.count(one, other)),
                _short(result.count(other, one).reversed),
            )
    return table


def _percent(count: Count) -> str:
    return f"{100 * count.score:.1f} %" if count.games else "–"


def _short(count: Count) -> str:
    """Won-lost, or won-drawn-lost if any game was drawn."""
    numbers = (count.wins, count.draws, count.losses) if count.draws else (count.wins, count.losses)
    return "-".join(map(str, numbers)) if count.games else "–"


def _remarks(result: MatchResult) -> Iterator[str]:
    ratings = result.ratings()
    if result.sprt is not None:
        test = result.sprt
        verdict = {
            "H1": f"at least {test.elo1:g} Elo stronger",
            "H0": f"at most {test.elo0:g} Elo stronger",
            None: "open",
        }
        yield (
            f"SPRT {test.elo0:g},{test.elo1:g}: LLR {result.ratio:.2f} of ({test.lower:.2f}, {test.upper:.2f}) after "
            f"{int(result.pair_scores().sum())} pairs: {verdict[result.verdict]}"
        )
    if len(result.agents) == 2 and result.games:
        first = result.ratings(anchor=result.agents[1]).players[0]
        yield f"1 against 2: {round(first.elo):+d} Elo ({first.low:+.0f} … {first.high:+.0f})"
    if ratings.prior:
        yield "Somebody scored everything against the rest: one drawn game was added to each pair to rate at all."
    if len(ratings.groups) > 1:
        groups = "; ".join(" + ".join(result.agents[place] for place in group) for group in ratings.groups)
        yield f"No games link these groups, their ratings cannot be compared: {groups}"
    if result.repeated:
        yield (
            f"{result.repeated} of {len(result.games)} games are copies of another: they tell nothing new. "
            "Give openings (--opening-plies) or agents that vary."
        )
    for game in result.forfeits:
        loser = (game.first, game.second)[game.forfeit or 0]
        yield f"Forfeit ({game.termination}): {loser}, opening {game.opening}: {game.fault}"


class _Rate(ProgressColumn):
    """Games a minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.1f} games/min" if task.speed else "")


def bar(console: Console) -> Progress:
    """A bar with rate and time left on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


@contextmanager
def progress_bar(console: Console, total: int) -> Iterator[OnGame]:
    """A bar with rate and time left on a terminal; nothing elsewhere. Gives what must be told of every game."""
    with bar(console) as progress:
        line = progress.add_task("games", total=total)

        def on_game(game: PlayedGame, result: MatchResult) -> None:
            progress.update(line, completed=len(result.games), description=_running_score(result))

        yield on_game


def _running_score(result: MatchResult) -> str:
    if len(result.agents) == 2:
        text = _short(result.between(*result.agents))
        return text if result.sprt is None else f"{text}  LLR {result.ratio:.2f}"
    return "games"
