"""The screen of a training run: what it does now, how well it learns, how strong it is, how long it takes still.

Fed by plain dictionaries of numbers. Without a terminal the same numbers become a plain line every few seconds.
"""

import time
from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

PLAIN_SECONDS = 15.0
"""Between two lines where there is no terminal."""

LINES = 6
"""Newest log lines that stay on the screen."""

MISSING = "–"

Metrics = Mapping[str, object]


def whole(value: float) -> str:
    if value >= 9_999_500:
        return f"{value / 1e6:.1f} M"
    return f"{value:,.0f}".replace(",", " ")


def rate(value: float) -> str:
    return f"{value:.1f}" if value < 100 else whole(value)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def short(value: float) -> str:
    return f"{value:.2e}" if value < 0.001 else f"{value:.4f}"


def _loss(value: float) -> str:
    return f"{value:.3f}"


def number(value: float) -> str:
    return f"{value:.1f}"


def _amount(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 10_000 else f"{value:.0e}"


Row = tuple[str, str, Callable[[float], str]]

COLUMNS: dict[str, tuple[Row, ...]] = {
    "done": (
        ("games", "games", whole),
        ("positions", "positions", whole),
        ("evaluations", "evaluations", whole),
        ("samples", "samples", whole),
        ("window", "window", whole),
    ),
    "a second": (
        ("games_per_s", "games", rate),
        ("positions_per_s", "positions", rate),
        ("evaluations_per_s", "evaluations", rate),
        ("share_network", "in network", _percent),
        ("lr", "lr", short),
    ),
    "loss": (
        ("loss_policy", "policy", _loss),
        ("loss_value", "value", _loss),
        ("loss_ownership", "ownership", _loss),
        ("loss_score", "score", _loss),
        ("policy_entropy", "entropy", _loss),
    ),
    "games": (
        ("game_length", "length", number),
        ("first_win_share", "first wins", _percent),
        ("draw_share", "drawn", _percent),
        ("game_return", "return", _amount),
    ),
}
"""What is shown, by heading: the metric's key, its label, how its value is written."""

PLAIN: tuple[Row, ...] = (
    ("games", "games", whole),
    ("positions", "positions", whole),
    ("evaluations_per_s", "evaluations/s", rate),
    ("loss_policy", "policy", _loss),
    ("loss_value", "value", _loss),
    ("policy_entropy", "entropy", _loss),
    ("game_length", "length", number),
    ("first_win_share", "first wins", _percent),
    ("draw_share", "drawn", _percent),
    ("game_return", "return", _amount),
    ("window", "window", whole),
    ("lr", "lr", short),
)


def duration(seconds: float) -> str:
    """A length of time as a person reads it: `1:02:03`, `4:05`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class TrainingScreen:
    """A live screen as a context manager: `update` with metrics, `log` for lines that stay.

    Metrics that were given once are kept until they are given again; those never given show as a dash.
    """

    def __init__(
        self,
        title: str,
        *,
        columns: Mapping[str, tuple[Row, ...]] = COLUMNS,
        plain: tuple[Row, ...] = PLAIN,
        console: Console | None = None,
        plain_seconds: float = PLAIN_SECONDS,
    ) -> None:
        self._title = title
        self._columns, self._plain = columns, plain
        self._console = console or Console(highlight=False, emoji=False)
        self._plain_seconds = plain_seconds
        self._metrics: dict[str, object] = {}
        self._lines: list[str] = []
        self._next_line = 0.0
        self._waiting = False
        interactive = self._console.is_terminal and not self._console.is_dumb_terminal
        self._live = Live(console=self._console, auto_refresh=False) if interactive else None

    def __enter__(self) -> "TrainingScreen":
        self._waiting = True
        return self

    def _begin(self) -> None:
        """Shows the screen with the first news, so that what fails before leaves none behind."""
        if not self._waiting:
            return
        self._waiting = False
        if self._live is not None:
            self._live.start()
        else:
            self._console.print(self._title, markup=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None and self._live.is_started:
            self._refresh()
            self._live.stop()
        elif self._live is None and self._metrics:
            self._print_line()

    def update(self, metrics: Metrics) -> None:
        """Shows new numbers; `rating` may be a dictionary from opponent to a short result."""
        self._begin()
        self._metrics.update(metrics)
        if self._live is not None:
            self._refresh()
        elif time.monotonic() >= self._next_line:
            self._print_line()

    def log(self, line: str) -> None:
        """Prints a line that stays."""
        self._begin()
        self._lines = [*self._lines, line][-LINES:]
        if self._live is not None:
            self._refresh()
        else:
            self._console.print(line, markup=False, soft_wrap=True)

    def render(self) -> RenderableType:
        """The screen as it would show now."""
        columns = Table.grid(padding=(0, 2))
        for _ in self._columns:
            columns.add_column()
        columns.add_row(*(self._column(heading, rows) for heading, rows in self._columns.items()))
        parts: list[RenderableType] = [self._progress(), Text(), columns]
        rating = self._rating()
        if rating is not None:
            parts += [Text(), rating]
        if "checkpoint" in self._metrics:
            parts.append(Text.assemble(("newest checkpoint ", "dim"), str(self._metrics["checkpoint"])))
        if self._lines:
            parts += [Text(), Text("\n".join(self._lines), style="dim", overflow="ellipsis", no_wrap=True)]
        return Panel(Group(*parts), title=self._title, title_align="left", border_style="cyan", padding=(0, 1))

    def _refresh(self) -> None:
        if self._live is not None:
            self._live.update(self.render(), refresh=True)

    def _number(self, key: str) -> float | None:
        value = self._metrics.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return None
        return float(value)

    def _written(self, key: str, write: Callable[[float], str]) -> str:
        value = self._number(key)
        return MISSING if value is None else write(value)

    def _column(self, heading: str, rows: tuple[Row, ...]) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_row(Text(heading, style="bold cyan not dim"), "")
        for key, label, write in rows:
            table.add_row(label, self._written(key, write))
        return table

    def _times(self) -> tuple[str, str]:
        spent, left = self._number("time_s"), self._number("minutes_left")
        return (
            MISSING if spent is None else duration(spent),
            MISSING if left is None else duration(60 * left),
        )

    def _progress(self) -> Table:
        fraction = min(1.0, max(0.0, self._number("fraction") or 0.0))
        spent, left = self._times()
        line = Table.grid(padding=(0, 2))
        line.add_row(
            f"{spent} spent",
            ProgressBar(total=1.0, completed=fraction, width=34),
            f"{100 * fraction:.0f} %",
            f"{left} left",
        )
        return line

    def _rating(self) -> Table | None:
        rating = self._metrics.get("rating")
        if not isinstance(rating, Mapping) or not rating:
            return None
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim")
        table.add_row(Text("against", style="bold cyan not dim"), "")
        for opponent, result in rating.items():
            table.add_row(Text(str(opponent)), Text(str(result)))
        return table

    def _print_line(self) -> None:
        self._next_line = time.monotonic() + self._plain_seconds
        spent, left = self._times()
        parts = [f"{spent} spent, {left} left"]
        for key, label, write in self._plain:
            value = self._number(key)
            if value is not None:
                parts.append(f"{label} {write(value)}")
        self._console.print(" | ".join(parts), markup=False, soft_wrap=True)
