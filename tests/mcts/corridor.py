"""Emulated games for tests: a record game under a simulator, and a walk on which luck falls after every step."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.games import kernels, symmetry
from tengen.games.emulated import EmulatedGame, Outcome, Simulator
from tengen.games.game import RecordGame
from tengen.games.rules import OVER


class RecordSimulator(Simulator):
    """Plays a record game without chance, and counts what is asked of it."""

    def __init__(self, game: RecordGame) -> None:
        self.game = game
        self.states = game.initial_states(1)
        self.steps = self.saves = self.restores = 0

    def reset(self, seed: int) -> None:
        self.states = self.game.initial_states(1)

    def step(self, action: int) -> Outcome:
        self.steps += 1
        reward, _ = kernels.apply_at(self.states, 0, action)
        over = kernels.player_at(self.states, 0) == OVER
        truncated = over and bool(kernels.truncated_at(self.states, 0))
        return Outcome(reward, over and not truncated, truncated)

    def save(self) -> Any:
        self.saves += 1
        return self.states.copy()

    def restore(self, snapshot: Any) -> None:
        self.restores += 1
        self.states = snapshot.copy()

    def observe(self, planes: NDArray[np.float32]) -> None:
        planes[:] = self.game.observe(self.states[0])


class Emulated(EmulatedGame):
    """A record game for one player, in which all actions are always legal, as an emulated game."""

    name = "emulated"

    def __init__(self, game: RecordGame) -> None:
        super().__init__()
        self.record = game
        self.discount = game.discount
        self.num_actions = game.num_actions
        self.observation_shape = game.observation_shape
        self.max_plies = game.max_plies
        self.symmetries = game.symmetries
        self.simulators: list[RecordSimulator] = []

    def simulator(self, *, observing: bool = True, exact: bool = False) -> RecordSimulator:
        self.simulators.append(RecordSimulator(self.record))
        return self.simulators[-1]


class WalkSimulator(Simulator):
    """Three steps; action 1 earns 2 or -1 by the fall of a coin, action 0 nothing; a lucky seed is always lucky."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)
        self.place = 0

    def reset(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.place = 0

    def step(self, action: int) -> Outcome:
        self.place += 1
        lucky = self.generator.random() < 0.5
        return Outcome((2.0 if lucky else -1.0) if action == 1 else 0.0, self.place == 3, False)

    def save(self) -> Any:
        return self.place, self.generator.bit_generator.state

    def restore(self, snapshot: Any) -> None:
        self.place, self.generator.bit_generator.state = snapshot

    def reseed(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def observe(self, planes: NDArray[np.float32]) -> None:
        planes[:] = self.place


class Walk(EmulatedGame):
    name = "walk"
    num_actions = 2
    observation_shape = (1, 1, 1)
    max_plies = 3
    symmetries = symmetry.none(1, 1, 2)
    stochastic = True

    def simulator(self, *, observing: bool = True, exact: bool = False) -> WalkSimulator:
        return WalkSimulator()
