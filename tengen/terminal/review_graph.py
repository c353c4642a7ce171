"""The win rate over a reviewed game as a picture, with the mistakes marked."""

from pathlib import Path
from typing import TYPE_CHECKING

from tengen.core.files import atomic_write
from tengen.games.registry import make
from tengen.records.text import short
from tengen.review.judge import Review
from tengen.terminal.plots import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"inaccuracy": "#e0a800", "mistake": "#e0701c", "blunder": "#c62828"}
MOST_LABELS = 10
"""So many of the worst mistakes are named."""
_MARKERS = ("o", "s")
"""Of mistakes of player 0 and player 1."""


def draw_review(review: Review, path: Path) -> None:
    """Writes the picture, PNG, whole or not at all."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 4.2))
        FigureCanvasAgg(figure)
        _draw(figure.add_subplot(), review)
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")


def _draw(axes: "Axes", review: Review) -> None:
    names = make(review.game).player_names
    rates = review.win_rates()
    axes.fill_between(range(len(rates)), rates, 50, color="#9bb7d4", alpha=0.45, linewidth=0)
    axes.plot(range(len(rates)), rates, color="#33516e", linewidth=1.6)
    axes.axhline(50, color="#888888", linewidth=0.8)
    found = review.mistakes()
    for player, marker in enumerate(_MARKERS):
        for kind, colour in reversed(COLOURS.items()):
            chosen = [each for each in found if each.kind == kind and each.player == player]
            if chosen:
                axes.scatter(
                    [each.ply for each in chosen],
                    [rates[each.ply] for each in chosen],
                    color=colour,
                    marker=marker,
                    s=42,
                    zorder=3,
                    edgecolor="white",
                    linewidth=0.8,
                    label=f"{names[player]}: {kind}",
                )
    labelled: list[tuple[int, int]] = []
    for each in sorted(found, key=lambda each: -each.loss)[:MOST_LABELS]:
        if any(player == each.player and abs(ply - each.ply) < len(rates) * 0.08 for player, ply in labelled):
            continue  # they would stand on each other
        labelled.append((each.player, each.ply))
        # a label stands on the side to which the curve did not come from
        fell = each.player == 0
        axes.annotate(
            f"{each.ply} {_plain(each.move, each.written)}",
            (each.ply, rates[each.ply]),
            xytext=(0, -13 if fell else 7),
            textcoords="offset points",
            ha="center",
            size=8.5,
            color=COLOURS[each.kind],
        )
    who = " – ".join(short(side.player or side.name) for side in review.sides())
    axes.set(title=who, xlabel="move", ylabel=f"win rate of {names[0]}")
    axes.set_ylim(-8, 108)
    axes.set_yticks(range(0, 101, 25))
    axes.set_xlim(0, max(1, len(rates) - 1))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    if found:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=9)


def _plain(move: str, written: str) -> str:
    """The move as the picture's font can write it: no kanji."""
    return written if written.isascii() else move
