"""Positions a second of networks for 9x9 Go in Tengen's engines, and training samples a second; one thread.

Beside them the network as it was trained, called without any preparation: float32, batch normalisation as it is.
Engines are measured in turn, round by round; a rate counts CPU seconds of the process.
"""

import functools
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.command import parser, settings_of
from benchmarks.report import circumstances, number, write_json
from tengen.core.errors import MissingExtra
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import Engine, NetworkEvaluator
from tengen.nets.losses import Targets
from tengen.nets.network import Network
from tengen.nets.training import Trainer

SIZE = 9
PLANES = 17
SHAPES = [(4, 32), (6, 64)]
BATCHES = [1, 8, 32, 128, 256]
ENGINES: list[Engine] = ["torch-float32", "torch", "openvino-float32", "openvino", "openvino-int8"]
UNPREPARED = "torch module, unprepared"
TRAINING_BATCHES = [128, 512]

Work = Callable[[], object]


def network(blocks: int, channels: int) -> Network:
    """A fresh network for Go."""
    torch.manual_seed(1)
    return Network(
        NetConfig(
            planes=PLANES,
            actions_per_point=1,
            extra_actions=1,
            blocks=blocks,
            channels=channels,
            score=True,
            score_utility=0.2,
        )
    )


def observations(batch: int) -> NDArray[np.float32]:
    """Random planes: the time of an evaluation does not depend on what they show."""
    return (np.random.default_rng(batch).random((batch, PLANES, SIZE, SIZE)) < 0.3).astype(np.float32)


def rate(work: Work, count: int, seconds: float) -> float:
    """How often a CPU second `work`, which does `count` at once, does one."""
    done = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        work()
        done += count
    return done / spent


def medians(works: Mapping[str, tuple[Work, int]], seconds: float, rounds: int) -> dict[str, float]:
    """The median rate of each, measured in turn after a first, uncounted call of each."""
    for work, _ in works.values():
        work()
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, count) in works.items():
            samples[name].append(rate(work, count, seconds / rounds))
    return {name: float(np.median(found)) for name, found in samples.items()}


def evaluators(net: Network) -> tuple[dict[str, Callable[[NDArray[np.float32]], object]], dict[str, float]]:
    """Every engine that is installed, ready to run, and the seconds that each took to prepare."""

    @torch.inference_mode()
    def unprepared(x: NDArray[np.float32]) -> object:
        output = net(torch.from_numpy(x))
        return output.policy.numpy(), net.value(output).numpy()

    found: dict[str, Callable[[NDArray[np.float32]], object]] = {UNPREPARED: unprepared}
    prepared: dict[str, float] = {}
    for engine in ENGINES:
        start = time.perf_counter()
        try:
            evaluator = NetworkEvaluator(net, engine=engine, calibration=observations(1024))
        except MissingExtra:
            continue
        legal = np.ones((max(BATCHES), SIZE * SIZE + 1), bool)
        evaluator(observations(1), legal[:1])
        prepared[engine] = time.perf_counter() - start
        if evaluator.note:
            print(f"{engine}: {evaluator.note}", file=sys.stderr)
        found[engine] = lambda x, evaluator=evaluator, legal=legal: evaluator(x, legal[: len(x)])  # type: ignore[misc]
    return found, prepared


def training(blocks: int, channels: int, precision: str, batch: int) -> Work:
    """One whole training step on a batch: losses, gradients, update, average."""
    trainer = Trainer(network(blocks, channels), precision=precision)  # type: ignore[arg-type]
    rng = np.random.default_rng(1)
    targets = Targets(
        policy=torch.from_numpy(rng.dirichlet(np.ones(SIZE * SIZE + 1), batch).astype(np.float32)),
        policy_weight=torch.ones(batch),
        outcome=torch.eye(3)[rng.integers(0, 3, batch)],
        score=torch.from_numpy(rng.normal(0, 20, batch).astype(np.float32)),
        ownership=torch.from_numpy(rng.integers(-1, 2, (batch, SIZE, SIZE)).astype(np.float32)),
    )
    x = observations(batch)
    return lambda: trainer.step(x, targets, 1e-4)


def table(title: str, columns: list[str], rows: list[tuple[str, list[str]]]) -> str:
    """A table in Markdown, columns aligned."""
    lines = [[title, *columns], *([name, *cells] for name, cells in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns) + 1)]
    shown = ["| " + " | ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines]
    shown.insert(1, "| " + " | ".join("-" * (width - 1) + ":" for width in widths) + " |")
    return "\n".join(shown)


def main() -> None:
    options = parser("benchmarks.inference", "Positions a second of networks for 9x9 Go, and training; one thread.")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    given = options.parse_args()
    settings = settings_of(given)
    torch.set_num_threads(1)
    document: dict[str, Any] = {"benchmark": "inference", **circumstances(settings), "inference": [], "training": []}
    for blocks, channels in SHAPES:
        net = network(blocks, channels).eval()
        ready, prepared = evaluators(net)
        found: dict[str, list[float]] = {name: [] for name in ready}
        for batch in BATCHES:
            x = observations(batch)
            works = {name: (functools.partial(run, x), batch) for name, run in ready.items()}
            for name, speed in medians(works, settings.seconds, settings.rounds).items():
                found[name].append(speed)
        rows = [
            (name, [*map(number, speeds), f"{prepared[name]:.2f} s" if name in prepared else "–"])
            for name, speeds in found.items()
        ]
        columns = [*(f"batch {batch}" for batch in BATCHES), "prepared in"]
        print(table(f"{blocks}x{channels}: positions/s", columns, rows) + "\n", flush=True)
        document["inference"] += [
            {"blocks": blocks, "channels": channels, "engine": name, "batch": batch, "positions_per_second": speed}
            for name, speeds in found.items()
            for batch, speed in zip(BATCHES, speeds, strict=True)
        ]
    for blocks, channels in SHAPES:
        rows = []
        for precision in ("float32", "bf16"):
            steps = {str(batch): (training(blocks, channels, precision, batch), batch) for batch in TRAINING_BATCHES}
            speeds = medians(steps, settings.seconds, settings.rounds)
            rows.append((precision, [number(speed) for speed in speeds.values()]))
            document["training"] += [
                {
                    "blocks": blocks,
                    "channels": channels,
                    "precision": precision,
                    "batch": int(batch),
                    "samples_per_second": speed,
                }
                for batch, speed in speeds.items()
            ]
        columns = [f"batch {batch}" for batch in TRAINING_BATCHES]
        print(table(f"{blocks}x{channels}: training samples/s", columns, rows) + "\n", flush=True)
    if given.json:
        write_json(given.json, document)


if __name__ == "__main__":
    main()
