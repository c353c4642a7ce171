"""The analysis engine on 9x9 Go: queries and evaluations a second, beside the bare network at the same batch.

The network is the trained one of the preset go9. Queries are positions of random games, all asked at once, each for
the same number of visits, with policies and with every move that the search tried in the answer. Rates count CPU
seconds of the process. The bare network is asked before and after.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from benchmarks.command import parser, settings_of
from benchmarks.report import circumstances, write_json
from tengen.agents.search import SearchAgent
from tengen.agents.text import parse_agent
from tengen.games.game import Game
from tengen.games.go import Go
from tengen.mcts.config import SearchConfig
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import Engine, NetworkEvaluator
from tengen.protocols.query_engine import QueryEngine

SIZE = 9
NETWORK = "zoo:go9"
LONGEST = 40
"""Moves before a position, at most."""


class Counted(NetworkEvaluator):
    """Counts what it is asked."""

    positions = 0

    def with_lead(self, observations, legal):  # type: ignore[no-untyped-def]
        self.positions += len(observations)
        return super().with_lead(observations, legal)


def queries(count: int, visits: int) -> list[str]:
    """Positions of random games, as lines of JSON."""
    game, random = Go(size=SIZE), np.random.default_rng(1)
    found = []
    for number in range(count):
        state, moves = game.initial_state(), []
        for ply in range(int(random.integers(0, LONGEST))):
            action = int(random.choice(game.legal_actions(state)[:-1]))
            moves.append(["BW"[ply % 2], game.action_to_text(state, action)])
            state = game.apply(state, action)
        fields = {"id": str(number), "moves": moves, "rules": "tromp-taylor", "komi": 7, "maxVisits": visits}
        size = {"boardXSize": SIZE, "boardYSize": SIZE, "priority": int(random.integers(0, 10)), "includePolicy": True}
        found.append(json.dumps(fields | size))
    return found


def bare(evaluator: NetworkEvaluator, batch: int, seconds: float) -> float:
    """Positions that the network alone judges a CPU second."""
    planes = (np.random.default_rng(0).random((batch, evaluator.config.planes, SIZE, SIZE)) < 0.3).astype(np.float32)
    legal = np.ones((batch, SIZE * SIZE + 1), np.bool_)
    evaluator(planes, legal)
    done, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        evaluator(planes, legal)
        done += batch
    return done / (time.process_time() - began)


def main() -> None:
    options = parser("benchmarks.analysis", "A thousand queries at once to the analysis engine; 9x9 Go.")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    options.add_argument("--queries", type=int, default=1000, help="how many (default 1000)")
    options.add_argument("--visits", type=int, default=200, help="of each query (default 200, as of an agent)")
    options.add_argument("--batch", type=int, default=128, help="positions searched at once (default 128)")
    options.add_argument("--engine", default="auto", help="how the network is run (default auto)")
    given = options.parse_args()
    settings = settings_of(given)
    if settings.core is not None:
        os.sched_setaffinity(0, {settings.core})
    torch.set_num_threads(1)
    game = Go(size=SIZE)
    engine: Engine = given.engine
    evaluator = Counted(load_checkpoint(parse_agent(NETWORK).source, game).network, engine=engine)
    said: list[str] = []

    def load(played: Game) -> SearchAgent:
        return SearchAgent(played, evaluator, SearchConfig(simulations=given.visits))

    served = QueryEngine(game, load, said.append, batch=given.batch)
    asked = queries(given.queries, given.visits)
    for line in asked[:2]:  # loads every kernel
        served.receive(line)
        while served.busy:
            served.step()
    before = bare(evaluator, given.batch, settings.seconds)
    said.clear()
    evaluator.positions = 0
    began, clock = time.process_time(), time.perf_counter()
    for line in asked:
        served.receive(line)
    read = time.process_time() - began
    while served.busy:
        served.step()
    spent, wall = time.process_time() - began, time.perf_counter() - clock
    after = bare(evaluator, given.batch, settings.seconds)
    if len(said) != len(asked):
        sys.exit(f"benchmarks: {len(said)} answers to {len(asked)} queries")
    speed = (before + after) / 2
    evaluations = evaluator.positions / spent
    print(f"# analysis: {len(asked)} queries of {given.visits} visits, {given.batch} at once, {evaluator.engine}\n")
    print(f"queries a CPU second      {len(asked) / spent:10.2f}   ({read:.2f} s of {spent:.2f} s to read them)")
    print(f"evaluations a CPU second  {evaluations:10.0f}   ({evaluator.positions} evaluations)")
    print(f"the bare network          {speed:10.0f}   ({before:.0f} before, {after:.0f} after)")
    print(f"share of the bare network {evaluations / speed:10.1%}   (in {wall:.1f} s by the clock)")
    if given.json:
        figures = {
            "queries": len(asked),
            "visits": given.visits,
            "batch": given.batch,
            "engine": evaluator.engine,
            "evaluations": evaluator.positions,
            "cpu_seconds": spent,
            "seconds": wall,
            "queries_per_cpu_second": len(asked) / spent,
            "evaluations_per_cpu_second": evaluations,
            "bare_network_per_cpu_second": speed,
            "share": evaluations / speed,
        }
        write_json(given.json, {"benchmark": "analysis", **circumstances(settings), **figures})


if __name__ == "__main__":
    main()
