"""How fast self-play is on this machine, where its time goes, and what share of the bare network's speed it reaches."""

import dataclasses
import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tengen.core.errors import TengenError
from tengen.core.processes import die_with_parent, spare_what_is_loaded
from tengen.games import registry
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.selfplay.actor import Actor
from tengen.selfplay.boards import random_observations
from tengen.selfplay.learner import net_config
from tengen.selfplay.settings import Settings
from tengen.selfplay.warmup import compile_kernels
from tengen.selfplay.worker import selfplay_evaluator

SLICE_SECONDS = 1.0
"""Self-play and the bare network take turns so long, so that whatever slows the machine slows both."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What one worker did and where its time went; or several together, their seconds added up."""

    seconds: float
    """Of self-play."""
    network: float
    """Seconds inside the network."""
    tree: float
    """Seconds in the rest of the search: selection, rules, observations, backup."""
    rest: float
    """Seconds in keeping the games and making the records."""
    positions: int
    """Moves chosen in all games, whether the games have ended or not."""
    games: int
    """Games that ended meanwhile."""
    plies: int
    """The length of these together."""
    evaluations: int
    """Positions that the network judged."""
    remembered: int
    """Positions that it need not judge again."""
    bare_seconds: float
    """Of the bare network: the same evaluator in a loop on one full batch."""
    bare_positions: int
    batch: int
    """Games in lockstep, and positions in the bare network's batch."""
    engine: str
    note: str
    workers: int = 1

    def rates(self) -> dict[str, float]:
        """What was done a second of wall time, and as a share of the bare network's speed: what the network judged in
        self-play, and all that the search was told, what was remembered included."""
        a_second = self.workers / self.seconds
        evaluations = self.evaluations * a_second
        bare = self.bare_positions * self.workers / self.bare_seconds
        return {
            "evaluations_per_s": evaluations,
            "positions_per_s": self.positions * a_second,
            "games_per_s": self.games * a_second,
            "bare_positions_per_s": bare,
            "share_of_bare": evaluations / bare,
            "share_with_remembered": (self.evaluations + self.remembered) * a_second / bare,
        }

    def settled(self) -> bool:
        """Whether games a second mean something: as many have ended as were in progress, so that some were whole."""
        return self.games >= self.batch * self.workers


def measure(
    settings: Settings,
    *,
    seconds: float,
    checkpoint: Path | None = None,
    ready: Callable[[], object] = lambda: None,
) -> Shares:
    """Plays with one worker's settings, on one thread, for so many seconds after a warm-up; as long the bare network.

    checkpoint  a trained network; a fresh one if None
    ready       called when the warm-up is over
    """
    game = registry.make(settings.game)
    if checkpoint is not None:
        network = load_checkpoint(checkpoint, game).network
    else:
        torch.manual_seed(settings.seed)
        network = Network(net_config(game, settings.network)).eval()
    evaluator = selfplay_evaluator(network, settings, random_observations(game, seed=settings.seed))
    actor = Actor(game, [], evaluator, settings.search, settings.selfplay, seed=settings.seed)
    for _ in range(4):
        actor.step()
    bare = _Bare(evaluator, actor)
    search = actor.search
    in_search = 0.0
    run = search.run

    def timed(*args: object, **options: object) -> object:
        nonlocal in_search
        began = time.perf_counter()
        found = run(*args, **options)  # type: ignore[arg-type]
        in_search += time.perf_counter() - began
        return found

    search.run = timed  # type: ignore[method-assign, assignment]
    bare.run(0.0)
    spare_what_is_loaded()  # as a worker does
    ready()
    actor.take_counts()
    total = 0.0
    positions = games = plies = 0
    while total < seconds:
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < SLICE_SECONDS and total + spent < seconds:
            finished = actor.step()
            games += len(finished)
            plies += sum(len(record.actions) for record in finished)
            positions += settings.selfplay.games
        total += spent
        bare.run(spent)
    gc.unfreeze()
    counted = actor.take_counts()
    return Shares(
        total,
        counted.network_seconds,
        in_search - counted.network_seconds,
        total - in_search,
        positions,
        games,
        plies,
        counted.evaluations,
        counted.remembered,
        bare.seconds,
        bare.positions,
        settings.selfplay.games,
        evaluator.engine,
        evaluator.note,
    )


class _Bare:
    """The evaluator alone on one full batch: the positions that an actor's games are in."""

    def __init__(self, evaluator: NetworkEvaluator, actor: Actor) -> None:
        self.evaluator = evaluator
        self.observations = actor.boards.observe()
        self.legal: NDArray[np.bool_] = np.zeros((len(self.observations), actor.game.num_actions), np.bool_)
        for row in range(len(self.legal)):
            self.legal[row, actor.boards.legal(row)] = True
        self.seconds = 0.0
        self.positions = 0

    def run(self, seconds: float) -> None:
        """Judges the batch over and over for so long; none of it counts if that is 0, except that it warms up."""
        began = time.perf_counter()
        self.evaluator(self.observations, self.legal)
        if seconds == 0.0:
            return
        batches = 1
        while (spent := time.perf_counter() - began) < seconds:
            self.evaluator(self.observations, self.legal)
            batches += 1
        self.seconds += spent
        self.positions += batches * len(self.observations)


def measure_workers(settings: Settings, workers: int, *, seconds: float, checkpoint: Path | None = None) -> Shares:
    """What so many processes do at once, each as `measure` says; TengenError if one of them fails."""
    compile_kernels(registry.make(settings.game), settings)
    if workers == 1:
        return measure(settings, seconds=seconds, checkpoint=checkpoint)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers)
    answers: list[Connection] = []
    processes = []
    for _ in range(workers):
        ours, theirs = context.Pipe(duplex=False)
        arguments = (theirs, barrier, settings, seconds, checkpoint)
        process = context.Process(target=_measure_in, args=arguments, daemon=True)
        process.start()
        theirs.close()
        answers.append(ours)
        processes.append(process)
    found = []
    try:
        while answers:
            for answer in wait(answers):
                assert isinstance(answer, Connection)
                found.append(_answered(answer))
                answers.remove(answer)
    finally:
        for process in processes:
            process.kill()
            process.join()
    return together(found)


def together(found: Sequence[Shares]) -> Shares:
    """The sums over workers that ran side by side."""
    first = found[0]
    alike = {"batch", "engine", "note"}
    names = [entry.name for entry in dataclasses.fields(Shares) if entry.name not in alike]
    sums: dict[str, Any] = {name: sum(getattr(each, name) for each in found) for name in names}
    return dataclasses.replace(first, **sums)


def _measure_in(
    answer: Connection, barrier: Barrier, settings: Settings, seconds: float, checkpoint: Path | None
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    die_with_parent()
    try:
        answer.send(measure(settings, seconds=seconds, checkpoint=checkpoint, ready=barrier.wait))
    except (OSError, ValueError, RuntimeError) as error:
        answer.send(" ".join(str(error).split()) or type(error).__name__)
        barrier.abort()  # after the answer, so that it comes before those of the others, who only waited


def _answered(answer: Connection) -> Shares:
    try:
        found = answer.recv()
    except EOFError:
        raise TengenError("a process that measures ended unasked") from None
    if not isinstance(found, Shares):
        raise TengenError(str(found))
    return found
