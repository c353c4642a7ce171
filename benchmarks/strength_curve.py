"""The curve of strength over minutes of training, from counts of games: of runs whose matches were played apart.

The file is JSON: {"opponent": NAME, "points": [{"minutes": 20, "opponent": [WON, DRAWN, LOST], "before": [...]}, ...]},
where `before` are games against the point before; either may be left out.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.inference import table
from tengen.arena.rating import Rating, Results, rate
from tengen.core.files import atomic_write
from tengen.terminal.plots import STYLE


@dataclass(frozen=True, slots=True)
class Point:
    """What one network is worth."""

    minutes: float
    elo: Rating
    """The opponent is 0."""
    gain: Rating | None
    """Over the point before; None for the first."""


def read(path: Path) -> tuple[str, list[Point]]:
    """The opponent's name and the points, all games rated together."""
    document = json.loads(path.read_text())
    found = document["points"]
    size = len(found) + 1
    counts = np.zeros((3, size, size))  # the opponent comes last; who moved first is not known
    for place, point in enumerate(found):
        for name, other in (("opponent", size - 1), ("before", place - 1)):
            if name in point:
                counts[:, place, other] = point[name]
    ratings = rate(Results(*counts), anchor=size - 1, first_move=False)
    points = []
    for place, point in enumerate(found):
        elo = ratings.difference(place, size - 1)
        if elo is None:
            raise ValueError(f"no games link the point of {point['minutes']} minutes to the opponent")
        points.append(Point(point["minutes"], elo, ratings.difference(place, place - 1) if place else None))
    return str(document["opponent"]), points


def draw(points: list[tuple[float, Rating]], opponent: str, path: Path) -> None:
    """Elo over the opponent against minutes of training, a doubling as wide as every other."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.5))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        minutes = [each for each, _ in points]
        margins = [[elo.elo - elo.low for _, elo in points], [elo.high - elo.elo for _, elo in points]]
        axes.errorbar(minutes, [elo.elo for _, elo in points], yerr=margins, fmt="o-", capsize=4)
        axes.axhline(0, color="#333333", linewidth=1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(minutes, [f"{each:g}" for each in minutes])
        axes.set(xlabel="minutes of training from zero", ylabel="Elo, 95 % intervals", title=f"against {opponent}")
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")


def shown(rating: Rating | None) -> str:
    """A rating with its interval, or nothing."""
    return "" if rating is None else f"{rating.elo:+.0f} ({rating.low:+.0f} … {rating.high:+.0f})"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.strength_curve", description="Strength from counts.")
    options.add_argument("file", type=Path, help="JSON: the opponent's name, and the points' counts of games")
    options.add_argument("--picture", type=Path, metavar="FILE", help="where to draw the curve")
    given = options.parse_args()
    try:
        opponent, points = read(given.file)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.exit(f"benchmarks: {given.file} does not hold points with counts of games: {error!r}")
    rows = [(f"{point.minutes:g}", [shown(point.elo), shown(point.gain)]) for point in points]
    print(table("minutes", [f"Elo over {opponent}", "gain over the one before"], rows))
    if given.picture:
        draw([(point.minutes, point.elo) for point in points], opponent, given.picture)


if __name__ == "__main__":
    main()
