"""The curve of strength over minutes of training, from counts of games: of runs whose matches were played apart.

The file is JSON: {"opponent": NAME, "runs": {RUN: [{"minutes": 20, "opponent": [WON, DRAWN, LOST], "before": [...],
"OTHER RUN 60": [...]}, ...]}}, where `before` are games against the point before, and other points are named by their
run and minutes. Each may be left out, as long as games link all points to the opponent.
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

    run: str
    minutes: float
    elo: Rating
    """The opponent is 0."""
    gain: Rating | None
    """Over the point before of the same run; None for the first."""


def read(path: Path) -> tuple[str, list[Point]]:
    """The opponent's name and the points of all runs, all games rated together."""
    document = json.loads(path.read_text())
    found = [(run, point) for run, points in document["runs"].items() for point in points]
    opponent = len(found)
    places = {f"{run} {point['minutes']:g}": place for place, (run, point) in enumerate(found)} | {"opponent": opponent}
    before = [place - 1 if place and found[place - 1][0] == run else None for place, (run, _) in enumerate(found)]
    counts = np.zeros((3, opponent + 1, opponent + 1))  # who moved first is not known
    for place, (run, point) in enumerate(found):
        for name, count in point.items():
            other = before[place] if name == "before" else places.get(name)
            if name == "minutes":
                continue
            if other is None:
                raise ValueError(f"{run} {point['minutes']:g} has games against {name!r}, and there is no such point")
            counts[:, place, other] += count  # under two names, perhaps
    ratings = rate(Results(*counts), anchor=opponent, first_move=False)
    points = []
    for place, (run, point) in enumerate(found):
        elo = ratings.difference(place, opponent)
        if elo is None:
            raise ValueError(f"no games link the point of {point['minutes']} minutes to the opponent")
        last = before[place]
        points.append(Point(run, point["minutes"], elo, None if last is None else ratings.difference(place, last)))
    return str(document["opponent"]), points


def draw(points: list[tuple[str, float, Rating]], opponent: str, path: Path) -> None:
    """Elo over the opponent against minutes of training, a line for each run, a doubling as wide as every other."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.5))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        runs = list(dict.fromkeys(run for run, _, _ in points))
        for run in runs:
            minutes, ratings = zip(*((at, elo) for name, at, elo in points if name == run), strict=True)
            margins = [[elo.elo - elo.low for elo in ratings], [elo.high - elo.elo for elo in ratings]]
            axes.errorbar(minutes, [elo.elo for elo in ratings], yerr=margins, fmt="o-", capsize=4, label=run)
        axes.axhline(0, color="#333333", linewidth=1)
        axes.set_xscale("log", base=2)
        ticks = sorted({at for _, at, _ in points})
        axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
        axes.set(xlabel="minutes of training from zero", ylabel="Elo, 95 % intervals", title=f"against {opponent}")
        if len(runs) > 1:
            axes.legend()
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
    rows = [(f"{point.run} {point.minutes:g}", [shown(point.elo), shown(point.gain)]) for point in points]
    print(table("run, minutes", [f"Elo over {opponent}", "gain over the one before"], rows))
    if given.picture:
        draw([(point.run, point.minutes, point.elo) for point in points], opponent, given.picture)


if __name__ == "__main__":
    main()
