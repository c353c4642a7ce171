"""Curves of a training run as pictures, from its metrics.jsonl."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tengen.core.files import atomic_write
from tengen.selfplay.run import NETWORK, read_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows: TypeAlias = list[dict[str, Any]]

LOSSES = {"loss_policy": "policy", "loss_value": "value", "loss_ownership": "ownership", "loss_score": "score"}
MOST_ELO = 4000.0
"""Ratings are drawn no further: who has won all games has no finite one."""

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
    """Draws a run's losses, rating or returns, game length and speed into `RUN/plots/*.png`, as far as measured."""
    rows = read_metrics(run_folder / "metrics.jsonl")
    progress = [row for row in rows if row["kind"] == "progress"]
    folder = run_folder / "plots"
    drawn = [
        _picture(folder / "losses.png", lambda axes: _draw_losses(axes, progress)),
        _picture(folder / "rating.png", lambda axes: _draw_rating(axes, rows)),
        _picture(folder / "return.png", lambda axes: _draw_returns(axes, rows)),
        _picture(folder / "games.png", lambda axes: _draw_games(axes, progress)),
        _picture(folder / "speed.png", lambda axes: _draw_speed(axes, progress)),
    ]
    return [path for path in drawn if path is not None]


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
    return [float(seconds) / 60 for seconds, _ in pairs], [float(value) for _, value in pairs]


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
    drawn.append(_curve(axes, rows, "policy_entropy", "policy entropy", "#999999"))
    axes.set(title="Losses", xlabel="minutes")
    axes.set_ylim(bottom=0)
    if any(drawn):
        axes.legend()
    return any(drawn)


def _draw_rating(axes: "Axes", rows: Rows) -> bool:
    """The checkpoints' Elo over time with intervals, and the fixed opponents as levels."""
    elo = next((row["ratings"] for row in reversed(rows) if row["kind"] == "elo"), None)
    times = {str(row["checkpoint"]): row["time_s"] for row in rows if row["kind"] == "rating" and "checkpoint" in row}
    if not isinstance(elo, dict):
        return False
    curve = sorted((float(times[name]) / 60, rating) for name, rating in elo.items() if name in times)
    if not curve:
        return False
    minutes = [minute for minute, _ in curve]
    bounds = [[rating[key] for _, rating in curve] for key in ("elo", "low", "high")]
    middle, low, high = ([max(-MOST_ELO, min(MOST_ELO, value)) for value in values] for values in bounds)
    axes.plot(minutes, middle, "o-", color="C0", markersize=4)
    axes.fill_between(minutes, low, high, color="C0", alpha=0.18, linewidth=0)
    for name, rating in elo.items():
        if name not in times:
            axes.axhline(rating["elo"], color="#888888", linewidth=1, linestyle="--")
            axes.annotate(name, (1, rating["elo"]), xycoords=("axes fraction", "data"), ha="right", va="bottom", size=9)
    axes.set(title="Rating of the checkpoints, 95 % intervals", xlabel="minutes", ylabel="Elo")
    axes.set_xlim(left=0)
    return True


def _draw_returns(axes: "Axes", rows: Rows) -> bool:
    """The checkpoints' mean return over time with 95 % intervals, and other agents' as levels."""
    found = [row for row in rows if row["kind"] == "return"]
    curve = [row for row in found if row["agent"] == NETWORK]
    if not curve:
        return False
    minutes, middle = _series(curve, "return")
    margin = [1.96 * float(row["error"]) for row in curve]
    axes.plot(minutes, middle, "o-", color="C0", markersize=4)
    low = [value - width for value, width in zip(middle, margin, strict=True)]
    high = [value + width for value, width in zip(middle, margin, strict=True)]
    axes.fill_between(minutes, low, high, color="C0", alpha=0.18, linewidth=0)
    for name, level in {row["agent"]: row["return"] for row in found if row["agent"] != NETWORK}.items():
        axes.axhline(level, color="#888888", linewidth=1, linestyle="--")
        axes.annotate(name, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", size=9)
    axes.set(title="Return of the checkpoints, 95 % intervals", xlabel="minutes", ylabel="sum of rewards")
    axes.set_xlim(left=0)
    return True


def _draw_games(axes: "Axes", rows: Rows) -> bool:
    """Game length on the left; on the right shares, or the return of one player."""
    drawn = _curve(axes, rows, "game_length", "average length", "C0")
    axes.set(title="Games of self-play", xlabel="minutes", ylabel="plies")
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    right.grid(False)
    if any("game_return" in row for row in rows):
        shares = [_curve(right, rows, "game_return", "return (right)", "C1")]
        lines = [*axes.get_legend_handles_labels()[0], *right.get_legend_handles_labels()[0]]
        axes.legend(lines, [str(line.get_label()) for line in lines])
        return drawn or any(shares)
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
