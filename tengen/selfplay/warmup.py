"""Compiles what a run will call, once and before its clock starts, so that its processes only load it."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import stream
from tengen.games import registry
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game, RecordGame
from tengen.nets.cache import CachedEvaluator
from tengen.selfplay import ladder, solo
from tengen.selfplay.actor import Actor
from tengen.selfplay.learner import lesson
from tengen.selfplay.mixed import by_kind, make_window
from tengen.selfplay.settings import Settings

SHORT = 8
"""Plies of a game of one player that is played to compile."""


class _Judge:
    """An evaluator that the search does not recognise as free: it takes the path of a network."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)

    def size(self, batch: int) -> int:
        return batch


def compile_kernels(game: Game, settings: Settings) -> None:
    """Plays and rebuilds a few games with a network's stand-in, and a ladder game with rollouts."""
    plies = 0 if game.num_players == 2 else SHORT
    small = dataclasses.replace(settings.selfplay, games=2, plies=plies, full_share=1.0)
    evaluator = CachedEvaluator(_Judge(), 2) if settings.selfplay.cached else _Judge()
    variants = [registry.make(text) for text in settings.selfplay.variants]
    for kind, *_ in by_kind(game, variants):
        actor = Actor(kind, [], evaluator, dataclasses.replace(settings.search, simulations=2), small, seed=0)
        window = make_window(kind, [], lesson(game, settings))
        while not len(window):
            window.add(actor.step())
        window.sample(2, stream(0, "warm-up"))
    if isinstance(game, EmulatedGame):
        return
    if game.num_players == 1:
        choose = solo.opponent(game, "uct:sims=2", batch=2, seed=0)
        solo.play_alone(game, choose, episodes=2, seed=0, plies=SHORT)
        return
    assert isinstance(game, RecordGame)
    random, rollouts = (ladder.opponent(game, text, batch=2, seed=0) for text in ("random", "uct:sims=2"))
    ladder.play_lockstep(game, "uct", random, rollouts, games=2, opening_plies=0, seed=0)
