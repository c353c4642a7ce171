"""A process that plays: an actor, its journal and the newest network."""

import dataclasses
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tengen.core.processes import die_with_parent, spare_what_is_loaded
from tengen.games import registry
from tengen.games.game import Game
from tengen.nets import openvino_graph
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.nets.precision import best_device
from tengen.records.record import GameRecord
from tengen.selfplay.actor import Actor
from tengen.selfplay.boards import random_observations
from tengen.selfplay.journal import Journal
from tengen.selfplay.mixed import by_kind, shares
from tengen.selfplay.schedule import simulations_at
from tengen.selfplay.settings import Settings

REPORT_SECONDS = 0.5


@dataclass(slots=True)
class Report:
    """What a worker tells the learner."""

    worker: int
    records: list[GameRecord] = field(default_factory=list)
    evaluations: int = 0
    """Positions that the network judged."""
    remembered: int = 0
    """Those that it need not judge again."""
    seconds: float = 0.0
    """Time spent playing since the last report."""
    network_seconds: float = 0.0
    """The part of it inside the network."""
    entropies: list[float] = field(default_factory=list)
    note: str = ""
    error: str = ""


@dataclass(slots=True)
class Shared:
    """What learner and workers share."""

    reports: "Queue[Report]"
    version: "Synchronized[int]"
    """Number of the network in `current.safetensors`."""
    fraction: "Synchronized[float]"
    """How much of the run's time has gone."""
    paused: "Synchronized[int]"
    """How many workers, counted from the first, wait for the learner."""
    evaluations: "Synchronized[int]"
    """Evaluations by all workers, over all starts of the run."""
    stop: Event


def run_worker(index: int, start: int, folder: str, settings: Settings, shared: Shared) -> None:
    """Plays until told to stop; what goes wrong is reported in one line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    try:
        _play(index, start, Path(folder), settings, shared)
    except Exception as error:
        shared.reports.put(Report(index, error=f"worker {index}: {type(error).__name__}: {error}"))
        if not isinstance(error, OSError | ValueError):
            raise


def _play(index: int, start: int, folder: Path, settings: Settings, shared: Shared) -> None:
    game = registry.make(settings.game)
    variants = [registry.make(text) for text in settings.selfplay.variants]
    calibration = random_observations(game, seed=index)
    actors: list[Actor] = []
    journal = Journal(folder / "games", start=start, worker=index, shard_games=settings.selfplay.shard_games)
    version = -1
    report = Report(index)
    reported = time.perf_counter()
    while not shared.stop.is_set():
        if version != shared.version.value:
            version = shared.version.value
            network = load_checkpoint(folder / "checkpoints" / "current.safetensors", game).network
            if actors:
                calibration = actors[0].boards.observe()
            evaluator = selfplay_evaluator(network, settings, calibration)
            report.note = evaluator.note
            if not actors:
                actors = make_actors(game, variants, evaluator, settings, name=f"{start}/{index}")
                spare_what_is_loaded()
            else:
                for actor in actors:
                    actor.replace_network(evaluator)
        spent = 0 < settings.evaluations <= shared.evaluations.value
        if spent and report.seconds:
            _send(report, actors, shared)
            report = Report(index)
        if spent or index < shared.paused.value:
            time.sleep(0.05)
            continue
        began = time.perf_counter()
        before = _judged(actors)
        for actor in actors:
            actor.simulations = simulations_at(settings, shared.fraction.value)
            finished = actor.step()
            journal.append(finished)
            report.records += finished
        with shared.evaluations.get_lock():
            shared.evaluations.value += _judged(actors) - before
        report.seconds += time.perf_counter() - began
        if time.perf_counter() - reported > REPORT_SECONDS:
            _send(report, actors, shared)
            report = Report(index)
            reported = time.perf_counter()
    _send(report, actors, shared)
    journal.close()


def make_actors(
    game: Game, variants: list[Game], evaluator: NetworkEvaluator, settings: Settings, *, name: str
) -> list[Actor]:
    """One for each kind of board, which together play `settings.selfplay.games` games."""
    groups = by_kind(game, variants)
    return [
        Actor(
            group[0],
            group,
            evaluator,
            settings.search,
            dataclasses.replace(settings.selfplay, games=games),
            seed=settings.seed,
            name=name if number == 0 else f"{name}/{number}",
        )
        for number, (group, games) in enumerate(zip(groups, shares(groups, settings.selfplay.games), strict=True))
    ]


def _judged(actors: list[Actor]) -> int:
    """Positions that the network has judged since they were last counted."""
    return sum(actor.search.evaluations - (actor.cache.hits if actor.cache is not None else 0) for actor in actors)


def _send(report: Report, actors: list[Actor], shared: Shared) -> None:
    """Completes a report by what the actors counted since the last one, and hands it over."""
    for actor in actors:
        counted = actor.take_counts()
        report.evaluations += counted.evaluations
        report.remembered += counted.remembered
        report.network_seconds += counted.network_seconds
        report.entropies += counted.entropies
    shared.reports.put(report)


def selfplay_evaluator(network: Network, settings: Settings, calibration: NDArray[np.float32]) -> NetworkEvaluator:
    """The fastest inference for self-play on one thread; `calibration` [N, C, H, W] is what int8 is scaled by."""
    engine = settings.selfplay.engine
    vector = network.config.points == 1  # so small that 8 bits save nothing
    if engine == "auto" and best_device() == "cpu" and openvino_graph.available() and not vector:
        engine = "openvino-int8"
    return NetworkEvaluator(network, engine=engine, threads=1, calibration=calibration)
