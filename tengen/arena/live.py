"""A match while it runs: tables that follow it on a terminal, a line now and then elsewhere."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tengen.arena.names import short_names
from tengen.arena.play import PlayedGame
from tengen.arena.report import warnings
from tengen.arena.result import MatchResult
from tengen.arena.tables import crosstable, ratings_table

QUIET = "TENGEN_QUIET"
"""The environment variable that keeps processes from saying that they compile."""

REDRAWN = 0.5
"""Seconds between two drawings of the tables, at least."""

TOLD = 30.0
"""Seconds between two lines where there is no terminal."""

MOST_GAMES = 6
"""Games in play that are named."""


class MatchScreen:
    """A context in which a match runs. It is told of the games, and shows how it stands on `console`."""

    def __init__(
        self,
        console: Console,
        names: Sequence[str],
        *,
        total: int | None,
        anchor: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`total` is the number of games, None where a test ends the match."""
        self.console = console
        self.names = list(names)
        self.total = total
        self.anchor = anchor
        self._clock = clock
        self._began = self._told = clock()
        self._shown: MatchResult | None = None
        """The match as of the last game that ended; a copy, for it is drawn by another thread."""
        self._was_quiet: str | None = None
        self._here = 0
        """Games that have ended here, not in an earlier run."""
        self._playing: dict[tuple[str, str, int], float] = {}
        self._tables: tuple[MatchResult, float, list[RenderableType]] | None = None
        self._live = Live(console=console, refresh_per_second=4, transient=True, get_renderable=self.render)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._was_quiet = os.environ.get(QUIET)
            os.environ[QUIET] = "1"  # other lines than its own would break the picture; `render` speaks of compiling
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._live.stop()
            if self._was_quiet is None:
                del os.environ[QUIET]
            else:
                os.environ[QUIET] = self._was_quiet

    def on_start(self, first: str, second: str, opening: int) -> None:
        """A game begins."""
        self._playing = self._playing | {(first, second, opening): self._clock()}

    def on_game(self, game: PlayedGame, result: MatchResult) -> None:
        """A game has ended."""
        ended = (game.first, game.second, game.opening)
        self._playing = {key: began for key, began in self._playing.items() if key != ended}
        self._here += 1
        self._shown = replace(result, games=list(result.games))
        if not self.console.is_terminal and self._clock() - self._told >= TOLD:
            self._told = self._clock()
            self.console.print(self.progress(), highlight=False, markup=False, soft_wrap=True)

    def progress(self) -> str:
        """How far the match is, on one line."""
        result = self._shown
        done = 0 if result is None else len(result.games)
        said = [f"{done} games" if self.total is None else f"{done} of {self.total} games"]
        seconds = self._clock() - self._began
        if self._here and seconds > 0:
            said.append(f"{60 * self._here / seconds:.1f} a minute")
        said.append(f"{_time(seconds)} played")
        if self._here and self.total is not None:
            said.append(f"{_time(max(0, self.total - done) * seconds / self._here)} left")
        if result is not None and result.sprt is not None:
            said.append(f"LLR {result.ratio:.2f} of ({result.sprt.lower:.2f}, {result.sprt.upper:.2f})")
        return ", ".join(said)

    def render(self) -> RenderableType:
        """What the terminal shows now."""
        parts: list[RenderableType] = []
        if self._shown is not None:
            parts += self._current_tables(self._shown)
        line = Table.grid(padding=(0, 1))
        if self.total:
            done = 0 if self._shown is None else len(self._shown.games)
            line.add_row(ProgressBar(total=self.total, completed=min(done, self.total), width=20), self.progress())
        else:
            line.add_row(self.progress())
        parts.append(line)
        if self._here == 0:
            parts.append(
                Text("The first games may wait for kernels to be compiled, once for this machine.", style="dim")
            )
        parts += self._games_in_play()
        return Group(*parts)

    def _current_tables(self, result: MatchResult) -> list[RenderableType]:
        now = self._clock()
        if self._tables is None or (self._tables[0] is not result and now - self._tables[1] >= REDRAWN):
            ratings = result.ratings(anchor=self.anchor)
            parts: list[RenderableType] = [ratings_table(result, ratings, self.anchor)]
            if len(result.agents) > 2:
                parts.append(crosstable(result, ratings))
            parts += [Text(line, style="yellow") for line in warnings(result, ratings)]
            self._tables = (result, now, parts)
        return self._tables[2]

    def _games_in_play(self) -> Iterator[RenderableType]:
        playing = self._playing
        if not playing:
            return
        short = dict(zip(self.names, short_names(self.names), strict=True))
        table = Table.grid(padding=(0, 2))
        for (first, second, opening), began in list(playing.items())[:MOST_GAMES]:
            table.add_row(
                Text(short.get(first, first)),
                "against",
                Text(short.get(second, second)),
                f"opening {opening}",
                _time(self._clock() - began),
            )
        yield table
        if len(playing) > MOST_GAMES:
            yield Text(f"and {len(playing) - MOST_GAMES} more games")


def _time(seconds: float) -> str:
    """Minutes and seconds, or hours too."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
