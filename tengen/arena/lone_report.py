"""A match in a game for one, for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from tengen.arena.alone import LoneResult, OnLoneGame
from tengen.arena.lone import PlayedAlone
from tengen.arena.mean import mean_interval


def show_returns(result: LoneResult, console: Console) -> None:
    """Prints the mean return of each agent with its interval, and of each pair the difference."""
    title = f"{result.game}: {len(result.games)} games alone, mean return with 95 % intervals"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("no.", justify="right")
    table.add_column("agent", overflow="fold")
    for name in ("mean", "95 %", "games", "steps", "s a step"):
        table.add_column(name, justify="right", no_wrap=True)
    for place, agent in enumerate(result.agents, 1):
        games = result.of(agent)
        if not games:
            continue
        mean, low, high = mean_interval([game.result for game in games])
        steps = sum(game.steps for game in games)
        table.add_row(
            str(place),
            Text(agent),
            f"{mean:.4g}",
            f"{low:.4g} … {high:.4g}",
            str(len(games)),
            f"{steps / len(games):.1f}",
            f"{sum(game.seconds for game in games) / max(1, steps):.2g}",
        )
    console.print(table)
    for line in _remarks(result):
        console.print(Text(line), highlight=False, soft_wrap=True)


def _remarks(result: LoneResult) -> Iterator[str]:
    for (one, first), (other, second) in combinations(enumerate(result.agents, 1), 2):
        found = result.difference(first, second)
        if found is not None:
            games, mean, low, high = found
            yield f"{one} against {other}: {mean:+.4g} ({low:+.4g} … {high:+.4g}) over {games} games of the same starts"
    for place, agent in enumerate(result.agents, 1):
        cut = sum(game.truncated for game in result.of(agent))
        if cut:
            yield f"{place}: {cut} of {len(result.of(agent))} games were cut off by a limit"
    for game in result.faults:
        yield f"Fault ({game.termination}): {game.agent}, game {game.number}: {game.fault}"


class _Rate(ProgressColumn):
    """Games a minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.1f} games/min" if task.speed else "")


def bar(console: Console) -> Progress:
    """A bar with rate and time left on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


@contextmanager
def lone_progress_bar(console: Console, total: int) -> Iterator[OnLoneGame]:
    """A bar with rate and time left on a terminal; nothing elsewhere. Gives what must be told of every game."""
    with bar(console) as progress:
        line = progress.add_task("games", total=total)

        def on_game(game: PlayedAlone, result: LoneResult) -> None:
            progress.update(line, completed=len(result.games))

        yield on_game
