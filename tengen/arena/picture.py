"""The ratings of a match as a picture."""

import os
from pathlib import Path

from tengen.arena.names import short_names
from tengen.arena.result import MatchResult
from tengen.arena.tables import order_of
from tengen.core.files import atomic_write

MOST_ELO = 4000.0
"""Intervals are drawn no wider: who has played little, or won all games, has hardly a finite one."""


def draw_ratings(result: MatchResult, path: str | os.PathLike[str], *, anchor: str | None = None) -> None:
    """Writes a PNG of the agents' ratings, best on top, with bars of 95 %."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ratings = result.ratings(anchor=anchor)
    order, names = order_of(ratings)[::-1], short_names(result.agents, 40)
    players = [ratings.players[place] for place in order]
    middle = [player.elo for player in players]
    bars = [
        [min(player.elo - player.low, MOST_ELO) for player in players],
        [min(player.high - player.elo, MOST_ELO) for player in players],
    ]
    style = {"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#888888"}
    with mpl.rc_context(style):
        figure = Figure(figsize=(8.0, 1.4 + 0.36 * len(players)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.errorbar(middle, range(len(players)), xerr=bars, fmt="o", color="#1f4e79", capsize=4, linewidth=1.6)
        axes.set_yticks(range(len(players)), [names[place].replace("$", r"\$") for place in order])
        axes.set_ylim(-0.6, len(players) - 0.4)
        axes.grid(axis="x", color="#e4e4e4")
        axes.set_axisbelow(True)
        zero = "mean 0" if anchor is None else f"{names[result.agents.index(anchor)]} = 0".replace("$", r"\$")
        axes.set_xlabel(f"Elo with 95 % intervals ({zero})")
        axes.set_title(f"{result.game}, {len(result.games)} games".replace("$", r"\$"), loc="left", fontsize=12)
        target = Path(path)
        with atomic_write(target) as beside:
            figure.savefig(beside, format="png", dpi=120)
