"""What variants of the learner make of the games that a run has left: equal steps, nobody plays.

Networks are fresh, or begin with what another has learned, grown where a variant is larger.

The newest games are held out; all others are learned from, by every variant in the same order. So an optimiser or a
network is judged in minutes, apart from the luck of self-play. How well it then plays, a lab tells (docs/lab.md).
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from benchmarks.command import parser, settings_of
from benchmarks.inference import table
from benchmarks.report import circumstances, write_json
from tengen.agents.text import network_file
from tengen.core.errors import TengenError
from tengen.games import registry
from tengen.nets.losses import LossWeights, losses
from tengen.nets.network import Network
from tengen.records.record import GameRecord
from tengen.records.shards import each_shard
from tengen.selfplay.beginning import Beginning
from tengen.selfplay.learner import lesson, make_trainer, targets
from tengen.selfplay.mixed import MixedReplay, make_window
from tengen.selfplay.rebuild import Batch
from tengen.selfplay.replay import Replay
from tengen.selfplay.run import RunFolder
from tengen.selfplay.schedule import rate_share_at
from tengen.selfplay.settings import Settings
from tengen.selfplay.variants import read_variants

SHOWN = ("policy", "value", "ownership", "score")
TEST_BATCHES = 8
TEST_BATCH = 1024


def window_of(records: list[GameRecord], settings: Settings) -> Replay | MixedReplay:
    """These games, to draw batches from."""
    game = registry.make(settings.game)
    found = make_window(game, [registry.make(text) for text in settings.selfplay.variants], lesson(game, settings))
    found.add(records)
    return found


@torch.inference_mode()
def judge(network: Network, batches: list[Batch], settings: Settings) -> dict[str, float]:
    """Mean losses on batches that were not learned from, the value's against the games' results."""
    network.eval()
    sums = dict.fromkeys(SHOWN, 0.0)
    for batch in batches:
        wanted = targets(batch, network, settings.training)._replace(outcome=torch.from_numpy(batch.wdl))
        found = losses(network(torch.from_numpy(batch.observations)), wanted, LossWeights())
        for name in SHOWN:
            sums[name] += float(getattr(found, name)) / len(batches)
    return sums


def learn(
    settings: Settings, records: list[GameRecord], held_out: int, steps: int, threads: int, start: Path | None
) -> dict[str, Any]:
    """Trains a network, fresh or from `start`, for so many steps; returns its losses and its samples a second."""
    game = registry.make(settings.game)
    test, window = window_of(records[-held_out:], settings), window_of(records[:-held_out], settings)
    rng = np.random.default_rng(settings.seed)
    batches = [test.sample(TEST_BATCH, rng) for _ in range(TEST_BATCHES)]
    torch.manual_seed(settings.seed)
    trainer = make_trainer(game, settings)
    trainer.threads = threads
    if start is not None:
        trainer.start_from(Beginning.read(start, settings).checkpoint.network)
    seconds = 0.0
    for step in range(steps):
        batch = window.sample(settings.training.batch, rng)
        wanted = targets(batch, trainer.network, settings.training)
        began = time.perf_counter()
        trainer.step(batch.observations, wanted, share=rate_share_at(settings, step / steps, step))
        seconds += time.perf_counter() - began
    return judge(trainer.average(), batches, settings) | {
        "samples_per_s": steps * settings.training.batch / seconds if steps else 0.0
    }


def main() -> None:
    options = parser("benchmarks.learner", "Variants of the learner on the games of a run.")
    options.add_argument("run", type=Path, help="the run's folder, whose settings are the base")
    options.add_argument("variants", nargs="*", metavar="VARIANT", help="such as adamw:training.matrix_rate=0")
    options.add_argument(
        "--from", dest="start", metavar="NETWORK", help="zoo:NAME, a run or a checkpoint to begin with"
    )
    options.add_argument("--steps", type=int, default=1000, help="batches for each (default 1000)")
    options.add_argument("--games", type=int, default=5000, help="the newest games that are used (default 5000)")
    options.add_argument("--held-out", type=int, default=500, help="of them, those that are not learned from")
    options.add_argument("--threads", type=int, default=1, help="that learn (default 1)")
    options.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of all, the base too"
    )
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    given = options.parse_args()
    if not 0 < given.held_out < given.games or given.steps < 0 or given.threads < 1:
        sys.exit("benchmarks: --held-out must be below --games, --steps not negative, --threads positive")
    try:
        base = RunFolder(given.run).settings(tuple(given.set))
        variants = read_variants(base, given.variants)
        start = None if given.start is None else network_file(given.start)
        for variant in variants:
            if start is not None:
                Beginning.read(start, variant.settings)
    except TengenError as error:
        sys.exit(f"benchmarks: {error}")
    records = [record for shard in each_shard(given.run / "games") for record in shard.records][-given.games :]
    if len(records) <= given.held_out:
        sys.exit(f"benchmarks: {given.run} has {len(records)} games, too few to hold out {given.held_out}")
    rows = []
    for variant in variants:
        found = learn(variant.settings, records, given.held_out, given.steps, given.threads, start)
        cells = [*(f"{found[name]:.4f}" for name in SHOWN), f"{found['samples_per_s']:,.0f}"]
        rows.append((variant.name, cells))
        print(f"{variant.name}: " + ", ".join(cells), file=sys.stderr, flush=True)
    print(table("variant", [*SHOWN, "samples/s"], rows))
    if given.json:
        document: dict[str, Any] = {"benchmark": "learner", **circumstances(settings_of(given)), "base": str(given.run)}
        write_json(given.json, document | {"steps": given.steps, "games": len(records), "table": rows})


if __name__ == "__main__":
    main()
