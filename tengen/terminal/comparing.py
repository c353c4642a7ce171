"""What a person sees of a comparison: how far it is, a picture, a table."""

import io
import json
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from tengen.baselines.compare import OnProgress, Standing
from tengen.baselines.curves import Comparison, Interval
from tengen.core.files import atomic_write, write_text
from tengen.terminal.plots import STYLE
from tengen.terminal.training import MISSING, PLAIN_SECONDS, duration, rate, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@contextmanager
def comparing_screen(console: Console) -> Iterator[OnProgress]:
    """A bar with the time left; where there is no terminal, a line every few seconds."""
    if not console.is_terminal:
        yield _plain(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("runs", total=1.0, left="")

        def show(standing: Standing) -> None:
            for line in standing.news:
                progress.console.print(line, highlight=False, markup=False)
            shown = f"{standing.finished} of {standing.runs} runs"
            progress.update(task, completed=standing.fraction, description=shown, left=_left(standing))

        yield show


def _plain(console: Console) -> OnProgress:
    last = -math.inf

    def show(standing: Standing) -> None:
        nonlocal last
        for line in standing.news:
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        if time.monotonic() - last >= PLAIN_SECONDS:
            last = time.monotonic()
            shown = f"{standing.finished} of {standing.runs} runs, {100 * standing.fraction:.0f} %"
            console.print(f"{shown} {_left(standing)}".rstrip(), highlight=False)

    return show


def _left(standing: Standing) -> str:
    return "" if standing.seconds_left is None else f"{duration(standing.seconds_left)} left"


def comparison_table(comparison: Comparison) -> Table:
    """Final returns with intervals, speed, and when the target was reached."""
    seeds = f"{comparison.seeds} seed{'s' * (comparison.seeds != 1)}"
    table = Table(title=f"{comparison.environment}, {seeds}", title_justify="left")
    table.add_column("method", overflow="fold")
    headings = ["return", "95 %", "steps", "seconds", "steps/s"]
    if comparison.target is not None:
        headings += [f"reached {comparison.target:g}", "after steps", "after seconds"]
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for outcome in comparison.outcomes:
        row = [
            f"{outcome.final.mean:.4g}",
            _bounds(outcome.final),
            whole(outcome.steps),
            f"{outcome.seconds:.1f}",
            rate(outcome.steps_per_s),
        ]
        if comparison.target is not None:
            reached, steps, seconds = outcome.to_target()
            if outcome.by_steps is None:
                row += [MISSING] * 3
            else:
                row += [f"{reached} of {comparison.seeds}", MISSING if steps is None else whole(steps)]
                row.append(MISSING if seconds is None else f"{seconds:.1f}")
        table.add_row(Text(outcome.label), *row)
    return table


def _bounds(final: Interval) -> str:
    return MISSING if math.isnan(final.low) else f"{final.low:.4g} … {final.high:.4g}"


def draw_comparison(comparison: Comparison, path: Path) -> None:
    """Two panels: returns of evaluation against environment steps and against seconds of training."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11.0, 4.4))
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, sharey=True)
        for number, outcome in enumerate(comparison.outcomes):
            colour = f"C{number % 10}"
            if outcome.by_steps is None or outcome.by_seconds is None:
                for axes in (left, right):
                    axes.axhline(outcome.final.mean, color=colour, linestyle="--", label=outcome.label)
                continue
            for axes, curve in ((left, outcome.by_steps), (right, outcome.by_seconds)):
                axes.plot(curve.at, curve.mean, color=colour, label=outcome.label)
                if comparison.seeds > 1:
                    axes.fill_between(curve.at, curve.low, curve.high, color=colour, alpha=0.18, linewidth=0)
        if comparison.target is not None:
            for axes in (left, right):
                axes.axhline(comparison.target, color="#888888", linewidth=1, linestyle=":")
        _frame(left, comparison)
        interval = ", mean and 95 % interval" if comparison.seeds > 1 else ""
        seeds = f"{comparison.seeds} seed{'s' * (comparison.seeds != 1)}"
        left.set(title=f"{comparison.environment}: {seeds}{interval}", xlabel="environment steps", ylabel="return")
        right.set(xlabel="seconds of training")
        left.xaxis.set_major_formatter(lambda value, _: _thousands(value))
        right.legend(loc="best")
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")


def _frame(axes: "Axes", comparison: Comparison) -> None:
    """Shows what the seeds reached: the intervals of two or three seeds may go far beyond."""
    shown = [] if comparison.target is None else [comparison.target]
    for outcome in comparison.outcomes:
        shown += outcome.returns if outcome.by_steps is None else outcome.by_steps.seeds.ravel().tolist()
    margin = 0.05 * (max(shown) - min(shown)) or 1.0
    axes.set_ylim(min(shown) - margin, max(shown) + margin)


def _thousands(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


def write_comparison(comparison: Comparison, folder: Path, lines: Sequence[str] = ()) -> dict[str, Any]:
    """Writes compare.png, .csv, .txt (the table, then `lines`) and .json into `folder`; returns what the last holds."""
    draw_comparison(comparison, folder / "compare.png")
    write_text(folder / "compare.csv", comparison.to_csv())
    text = io.StringIO()
    console = Console(file=text, width=200, color_system=None, force_terminal=False)
    console.print(comparison_table(comparison))
    write_text(folder / "compare.txt", "\n".join([_trimmed(text.getvalue()), *lines]) + "\n")
    found = comparison.to_json() | ({"remarks": list(lines)} if lines else {})
    found |= {"picture": str(folder / "compare.png"), "csv": str(folder / "compare.csv")}
    write_text(folder / "compare.json", json.dumps(found, indent=2) + "\n")
    return found


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n"))
