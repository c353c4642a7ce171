"""Where the time of self-play goes, measured on this machine."""

import time
from dataclasses import dataclass

import torch

from tengen.games import registry
from tengen.nets.network import Network
from tengen.selfplay.actor import Actor
from tengen.selfplay.boards import random_observations
from tengen.selfplay.learner import net_config
from tengen.selfplay.settings import Settings
from tengen.selfplay.worker import selfplay_evaluator


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the wall time of one worker went."""

    seconds: float
    network: float
    """Seconds inside the network."""
    tree: float
    """Seconds in the rest of the search: selection, rules, observations, backup."""
    rest: float
    """Seconds in keeping the games and making the records."""
    positions: int
    games: int
    evaluations: int
    engine: str
    note: str


def measure(settings: Settings, *, seconds: float, network: Network | None = None) -> Shares:
    """Plays with one worker's settings, on one thread, for so many seconds after a warm-up."""
    game = registry.make(settings.game)
    if network is None:
        torch.manual_seed(settings.seed)
        network = Network(net_config(game, settings.network)).eval()
    evaluator = selfplay_evaluator(network, settings, random_observations(game, seed=settings.seed))
    actor = Actor(game, [], evaluator, settings.search, settings.selfplay, seed=settings.seed)
    for _ in range(4):
        actor.step()
    search = actor.search
    search.evaluations, search.seconds_in_evaluator = 0, 0.0
    in_search = 0.0
    run = search.run

    def timed(*args: object, **options: object) -> object:
        nonlocal in_search
        began = time.perf_counter()
        found = run(*args, **options)  # type: ignore[arg-type]
        in_search += time.perf_counter() - began
        return found

    search.run = timed  # type: ignore[method-assign, assignment]
    positions = games = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        games += len(actor.step())
        positions += settings.selfplay.games
    total = time.perf_counter() - began
    spent = search.seconds_in_evaluator
    return Shares(
        total,
        spent,
        in_search - spent,
        total - in_search,
        positions,
        games,
        search.evaluations,
        evaluator.engine,
        evaluator.note,
    )
