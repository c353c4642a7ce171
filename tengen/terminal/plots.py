"""Curves of a training run as pictures, from its metrics.jsonl."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tengen.core.errors import InvalidRecord
from tengen.core.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows: TypeAlias = list[dict[str, object]]

LOSSES = {"loss_policy": "policy", "loss_value": "value", "loss_ownership": "ownership", "loss_score": "score"}
MOST_ELO = 1000.0
"""Differences are drawn no further: one that was never beaten has no finite one."""

STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "axes.edgecolor": "#888888",
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.bbox": "tight",
}


def plot_run(run_folder: Path) -> list[Path]:
    """Draws a run's losses, rating, game length and speed into `RUN/plots/*.png`; what was not measured is left out."""
    progress, ratings = read_metrics(run_folder / "metrics.jsonl")
    folder = run_folder / "plots"
    drawn = [
        _picture(folder / "losses.png", lambda axes: _draw_losses(axes, progress)),
        _picture(folder / "rating.png", lambda axes: _draw_rating(axes, ratings)),
        _picture(folder / "games.png", lambda axes: _draw_games(axes, progress)),
        _picture(folder / "speed.png", lambda axes: _draw_speed(axes, progress)),
    ]
    return [path for path in drawn if path is not None]


def read_metrics(path: Path) -> tuple[Rows, Rows]:
    """The progress rows and the rating rows of a metrics file; a last line cut short by a crash is ignored."""
    rows: Rows = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            if index == len(lines) - 1:
                break
            raise InvalidRecord(f"{path}, line {index + 1}: no JSON object") from None
        if not isinstance(row, dict):
            raise InvalidRecord(f"{path}, line {index + 1}: no JSON object")
        rows.append(row)
    return [row for row in rows if row.get("kind") == "progress"], [row for row in rows if row.get("kind") == "rating"]


def _picture(path: Path, draw: Callable[["Axes"], bool]) -> Path | None:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.0))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        if not draw(axes):
            return None
        path.parent.mkdir(exist_ok=True)
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")
    return path


def _series(rows: Rows, key: str) -> tuple[list[float], list[float]]:
    """Minutes and values of a metric, where it was measured."""
    pairs = [(row["time_s"], row[key]) for row in rows if _is_number(row.get(key)) and _is_number(row.get("time_s"))]
    return [float(seconds) / 60 for seconds, _ in pairs], [float(value) for _, value in pairs]  # type: ignore[arg-type]


def _elo(rows: Rows, key: str) -> tuple[list[float], list[float]]:
    minutes, values = _series(rows, key)
    return minutes, [max(-MOST_ELO, min(MOST_ELO, value)) for value in values]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _smooth(values: list[float]) -> list[float]:
    """A centred mean over about a twentieth of the series."""
    reach = len(values) // 40
    spans = (values[max(0, i - reach) : i + reach + 1] for i in range(len(values)))
    return [sum(span) / len(span) for span in spans]


def _curve(axes: "Axes", rows: Rows, key: str, label: str, colour: str) -> bool:
    minutes, values = _series(rows, key)
    if len(values) < 2:
        return False
    axes.plot(minutes, values, color=colour, alpha=0.25, linewidth=1)
    axes.plot(minutes, _smooth(values), color=colour, label=label)
    return True


def _draw_losses(axes: "Axes", rows: Rows) -> bool:
    drawn = [_curve(axes, rows, key, label, f"C{index}") for index, (key, label) in enumerate(LOSSES.items())]
    drawn.append(_curve(axes, rows, "policy_entropy", "policy target's entropy", "#999999"))
    axes.set(title="Losses", xlabel="minutes")
    axes.set_ylim(bottom=0)
    if any(drawn):
        axes.legend()
    return any(drawn)


def _draw_rating(axes: "Axes", rows: Rows) -> bool:
    """Each opponent's Elo differences with their intervals."""
    opponents = list(dict.fromkeys(str(row.get("opponent")) for row in rows))
    drawn = False
    for index, opponent in enumerate(opponents):
        points = [row for row in rows if str(row.get("opponent")) == opponent]
        minutes, elo = _elo(points, "elo")
        if not elo:
            continue
        drawn = True
        axes.plot(minutes, elo, "o-", color=f"C{index}", markersize=4, label=f"against {opponent}")
        known = [row for row in points if _is_number(row.get("elo_low")) and _is_number(row.get("elo_high"))]
        when, low = _elo(known, "elo_low")
        _, high = _elo(known, "elo_high")
        if len(when) > 1:
            axes.fill_between(when, low, high, color=f"C{index}", alpha=0.15, linewidth=0)
        else:
            axes.vlines(when, low, high, color=f"C{index}", alpha=0.4)
    axes.axhline(0, color="#888888", linewidth=1)
    axes.set_xlim(left=0)
    axes.set(title="Rating against a fixed ladder, with 95 % intervals", xlabel="minutes", ylabel="Elo difference")
    if drawn:
        axes.legend()
    return drawn


def _draw_games(axes: "Axes", rows: Rows) -> bool:
    """Game length on the left, shares on the right."""
    drawn = _curve(axes, rows, "game_length", "average length", "C0")
    axes.set(title="Games of self-play", xlabel="minutes", ylabel="plies")
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    right.grid(False)
    shares = [
        _curve(right, rows, "first_win_share", "first player wins (right)", "C1"),
        _curve(right, rows, "draw_share", "drawn (right)", "C2"),
    ]
    right.set_ylim(0, 1)
    right.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    lines = [*axes.get_legend_handles_labels()[0], *right.get_legend_handles_labels()[0]]
    axes.legend(lines, [str(line.get_label()) for line in lines])
    return drawn or any(shares)


def _draw_speed(axes: "Axes", rows: Rows) -> bool:
    drawn = [
        _curve(axes, rows, "evaluations_per_s", "evaluations", "C0"),
        _curve(axes, rows, "positions_per_s", "positions", "C1"),
        _curve(axes, rows, "games_per_s", "games", "C2"),
    ]
    axes.set(title="Speed of self-play", xlabel="minutes", ylabel="a second")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if any(drawn):
        axes.legend()
    return any(drawn)
