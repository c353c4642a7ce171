"""How strong the checkpoints of a run are after so much training.

Each plays one opponent of fixed strength and the checkpoint before it; one table, one picture. Stopped and started
again with the same folder, it plays what is missing.
"""

import os
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.command import parser, settings_of
from benchmarks.inference import table
from benchmarks.report import circumstances, write_json
from benchmarks.strength_curve import draw, shown
from tengen.arena.match import play_match
from tengen.arena.rating import Rating, rate, tabulate, wilson_interval
from tengen.arena.result import Count, MatchResult
from tengen.nets.header import read_header

GNUGO = "gtp:gnugo --mode gtp --level 10 --chinese-rules --capture-all-dead"


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint."""

    minutes: float
    games: int
    """Of self-play, which it learned from."""
    count: Count
    """Against the opponent."""
    elo: Rating
    """The opponent is 0."""
    gain: Rating | None
    """Over the checkpoint before."""


def measure(game: str, checkpoints: list[Path], opponent: str, given: Any) -> list[Point]:
    """Plays what is missing and rates all together. A checkpoint more, at the end, adds matches after the others."""
    more = f",{given.settings}" if given.settings else ""
    agents = [f"{path},sims={given.simulations}{more}" for path in checkpoints]
    meetings = [(agents[0], opponent)]
    for old, new in pairwise(agents):
        meetings += [(new, opponent), (new, old)]
    played: list[MatchResult] = []
    against_opponent: list[Count] = []
    for number, (one, other) in enumerate(meetings):
        found = play_match(
            game,
            [one, other],
            games=given.games if other == opponent else given.gain_games or given.games,
            openings=given.opening_plies,
            seed=number + 1,
            workers=given.workers,
            out=given.out / f"{number + 1:02d}",
        )
        count = found.between(one, other)
        print(f"{one} against {other}: {count.wins}-{count.draws}-{count.losses}", flush=True)
        played.append(found)
        if other == opponent:
            against_opponent.append(count)
    names = [*agents, opponent]
    everything = ((g.first, g.second, g.result) for match in played for g in match.games)
    ratings = rate(tabulate(names, everything), anchor=len(agents))
    points = []
    for place, path in enumerate(checkpoints):
        made = read_header(path)["provenance"]
        assert isinstance(made, dict)
        against = ratings.difference(place, len(agents))
        assert against is not None
        points.append(
            Point(
                float(str(made["minutes"])),
                int(str(made["games"])),
                against_opponent[place],
                against,
                ratings.difference(place, place - 1) if place else None,
            )
        )
    return points


def main() -> None:
    options = parser("benchmarks.strength", "Strength of a run's checkpoints, by minutes of training.")
    options.add_argument("game", help="such as go:size=9,komi=7")
    options.add_argument("checkpoints", type=Path, nargs="+", help="in the order of their training")
    options.add_argument("--opponent", default=GNUGO, help="an agent's text (default GNU Go at level 10)")
    options.add_argument("--name", default="GNU Go, level 10", help="the opponent's name in the picture")
    options.add_argument("--games", type=int, default=100, help="games of each match (default 100)")
    options.add_argument("--gain-games", type=int, metavar="N", help="games against the checkpoint before (as --games)")
    options.add_argument("--simulations", type=int, default=200, help="simulations a move (default 200)")
    options.add_argument("--settings", default="", help="further settings of the checkpoints' agents: policy=gumbel")
    options.add_argument("--opening-plies", type=int, default=2, help="random plies before each pair of games")
    options.add_argument("--workers", type=int, default=2, help="games at once (default 2)")
    options.add_argument("--out", type=Path, required=True, help="folder that keeps the games")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    options.add_argument("--picture", type=Path, metavar="FILE", help="where to draw the curve")
    given = options.parse_args()
    if given.games < 2 or given.simulations < 1:
        sys.exit("benchmarks: --games must be 2 at least and --simulations positive")
    points = measure(given.game, given.checkpoints, given.opponent, given)
    rows = []
    for point in points:
        low, high = wilson_interval(point.count.score, point.count.games)
        count = point.count
        rows.append(
            (
                f"{point.minutes:g}",
                [
                    f"{point.games:,}",
                    f"{count.wins}-{count.draws}-{count.losses}",
                    f"{count.score:.1%} ({low:.0%} … {high:.0%})",
                    shown(point.elo),
                    shown(point.gain),
                ],
            )
        )
    columns = ["games learned from", "won-drawn-lost", "score", "Elo over it", "gain over the one before"]
    print(table("minutes", columns, rows))
    if given.picture:
        draw([("", point.minutes, point.elo) for point in points], given.name, given.picture)
    if given.json:
        document: dict[str, Any] = {"benchmark": "strength", **circumstances(settings_of(given))}
        document |= {
            "game": given.game,
            "opponent": given.opponent,
            "simulations": given.simulations,
            "agent_settings": given.settings,
            "table": rows,
            "columns": columns,
        }
        write_json(given.json, document)


if __name__ == "__main__":
    main()
