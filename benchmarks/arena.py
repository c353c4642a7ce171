"""Games a CPU second of an arena of two networks on 9x9, one thread: one game after another, and several at once.

The same games are played each way, from the same random openings, and compared move by move.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import tengen
from benchmarks.command import parser, settings_of
from benchmarks.inference import table
from benchmarks.report import circumstances, number, write_json
from tengen.arena.openings import draw_openings
from tengen.arena.play import PlayedGame
from tengen.arena.task import Task
from tengen.arena.terms import Terms
from tengen.arena.worker import Table

GAME = "go:size=9,komi=7"
OPENING_PLIES = 4
FIRST_PLIES = 70
"""Plies of the openings with which everything is loaded: such games end soon."""


def tasks(plies: int, count: int) -> list[Task]:
    """Pairs of games with sides swapped."""
    openings = draw_openings(tengen.make(GAME), plies, (count + 1) // 2, seed=1)
    return [
        Task(number % 2, 1 - number % 2, number // 2, openings[number // 2], 100 + number) for number in range(count)
    ]


def play(agents: list[str], batch: int, count: int) -> tuple[list[PlayedGame], float]:
    """The games, in their order, and the CPU seconds that they took."""
    places = Table(tengen.make(GAME), agents, ["first", "second"], Terms(batch=batch))
    list(places.play_all(iter(tasks(FIRST_PLIES, min(batch, count)))))
    began = time.process_time()
    games = list(places.play_all(iter(tasks(OPENING_PLIES, count))))
    spent = time.process_time() - began
    places.close()
    return sorted(games, key=lambda game: (game.opening, game.first != "first")), spent


def main() -> None:
    options = parser("benchmarks.arena", "Games a CPU second of two networks on 9x9: one by one, and at once.")
    options.add_argument("--games", type=int, default=32, help="games of each measurement (default 32)")
    options.add_argument("--batches", type=int, nargs="+", default=[1, 8, 16, 32], help="games at once to try")
    options.add_argument("--agent", default="zoo:go9,sims=100", help="who plays itself (default zoo:go9,sims=100)")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    given = options.parse_args()
    settings = settings_of(given)
    if given.games < 1 or min(given.batches) < 1:
        sys.exit("benchmarks: --games and --batches must be positive")
    document: dict[str, Any] = {"benchmark": "arena", **circumstances(settings), "agent": given.agent, "arena": []}
    rows = []
    first: list[PlayedGame] = []
    for batch in given.batches:
        games, seconds = play([given.agent, given.agent], batch, given.games)
        first = first or games
        same = sum(one.actions == other.actions for one, other in zip(first, games, strict=True))
        plies = sum(len(game.actions) - game.opening_plies for game in games)
        rate, moves = len(games) / seconds, plies / seconds
        rows.append((f"{batch} at once", [f"{rate:.3f}", number(moves), f"{same} of {len(games)}"]))
        document["arena"].append(
            {"batch": batch, "games": len(games), "plies": plies, "cpu_seconds": seconds, "same_games": same}
        )
        print(f"{batch} at once: {len(games)} games, {plies} moves in {seconds:.1f} s", file=sys.stderr, flush=True)
        if given.json:
            write_json(given.json, document)
    print(table(f"{given.agent}, 9x9", ["games/s", "moves/s", f"the same as {given.batches[0]} at once"], rows))


if __name__ == "__main__":
    main()
