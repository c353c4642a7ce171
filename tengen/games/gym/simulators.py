"""Environments of Gymnasium as simulators: one that copies its state, one that plays again from its seed."""

import copy
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import MissingExtra
from tengen.games.emulated import NO_ACTIONS, History, Outcome, Simulator
from tengen.games.gym.copies import Copier
from tengen.games.gym.spaces import Writer

Maker = Callable[[str | None], Any]
"""Makes the environment, without a step limit, for a render mode."""

QUIET_DRAWING = {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
"""pygame draws into memory: it needs no screen, and says nothing of itself."""


class GymSimulator(Simulator):
    """An environment, its observation and its count of steps."""

    def __init__(self, make: Maker, write: Writer, limit: int, render_mode: str | None = None) -> None:
        self.make = make
        self.write = write
        self.limit = limit
        """After so many steps a game is cut off; 0 for never."""
        self.environment = make(render_mode)
        self.first_action = int(self.environment.action_space.start)
        self.observation: Any = None
        self.steps = 0
        self._at: Any = None
        self._painter: GymSimulator | None = None

    def reset(self, seed: int) -> None:
        self.observation, _ = self.environment.reset(seed=seed)
        self.steps = 0
        self._at = None

    def step(self, action: int) -> Outcome:
        self._at = None
        self.steps += 1
        seen = self.environment.step(self.first_action + action)
        self.observation = seen[0]
        limited = self.steps == self.limit
        return Outcome(float(seen[1]), bool(seen[2]), bool(seen[3]) or limited)

    def observe(self, planes: NDArray[np.float32]) -> None:
        self.write(self.observation, planes)

    def picture(self) -> NDArray[np.uint8] | None:
        if "rgb_array" not in self.environment.metadata.get("render_modes", ()):
            return None
        if self._painter is None:
            self._painter = type(self)(self.make, self.write, self.limit, "rgb_array")
            self._painter.reset(0)
        self._painter.restore(self.save())
        return self._painter.paint()

    def paint(self) -> NDArray[np.uint8]:
        """The environment's own picture [H, W, 3]."""
        from gymnasium.error import DependencyNotInstalled

        for name, value in QUIET_DRAWING.items():
            os.environ.setdefault(name, value)
        try:
            return np.array(self.environment.render(), np.uint8)
        except DependencyNotInstalled as error:
            raise MissingExtra(f"a picture needs pygame: pip install 'tengen[gym]' ({error})") from None

    def close(self) -> None:
        self.environment.close()
        if self._painter is not None:
            self._painter.close()


class CopyingSimulator(GymSimulator):
    """Saves and restores by copying what the environment holds in its attributes."""

    def __init__(self, make: Maker, write: Writer, limit: int, render_mode: str | None = None) -> None:
        super().__init__(make, write, limit, render_mode)
        self.copier = Copier(self.environment)

    def save(self) -> Any:
        if self._at is None:
            self._at = (self.copier.save(), _kept(self.observation), self.steps)
        return self._at

    def restore(self, snapshot: Any) -> None:
        if snapshot is not self._at:
            saved, self.observation, self.steps = snapshot
            self.copier.restore(saved)
            self._at = snapshot

    def reseed(self, seed: int) -> None:
        self.copier.reseed(seed)
        self._at = None


class Line(NamedTuple):
    """A situation as the way to it."""

    seed: int
    history: History
    seeds: tuple[tuple[int, int], ...]
    """Where the random numbers were seeded anew: after how many steps, and with what."""
    observation: Any


class ReplayingSimulator(GymSimulator):
    """Restores by playing again from the seed, or on from where it stands if that is on the way."""

    def __init__(self, make: Maker, write: Writer, limit: int, render_mode: str | None = None) -> None:
        super().__init__(make, write, limit, render_mode)
        self.seed = 0
        self.history = NO_ACTIONS
        self.seeds: tuple[tuple[int, int], ...] = ()

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self.seed, self.history, self.seeds = seed, NO_ACTIONS, ()

    def step(self, action: int) -> Outcome:
        self.history = self.history.followed_by(action)
        return super().step(action)

    def save(self) -> Any:
        if self._at is None:
            self._at = Line(self.seed, self.history, self.seeds, _kept(self.observation))
        return self._at

    def restore(self, snapshot: Any) -> None:
        if snapshot is self._at:
            return
        actions, played = snapshot.history.actions(), self.history.actions()
        on_the_way = played == actions[: len(played)] and self.seed == snapshot.seed and self.seeds == snapshot.seeds
        if self.observation is None or not on_the_way:
            self.reset(snapshot.seed)
        anew = dict(snapshot.seeds)
        for ply in range(self.steps, len(actions) + 1):
            if ply in anew and (ply, anew[ply]) not in self.seeds:
                self.reseed(anew[ply])
            if ply < len(actions):
                self.step(actions[ply])
        self._at = snapshot

    def reseed(self, seed: int) -> None:
        generator = self.environment.unwrapped.np_random
        generator.bit_generator.state = type(generator.bit_generator)(seed).state
        earlier = tuple(pair for pair in self.seeds if pair[0] != self.steps)
        self.seeds = (*earlier, (self.steps, seed))
        self._at = None


def _kept(observation: Any) -> Any:
    """An observation that no step can change."""
    return observation.copy() if type(observation) is np.ndarray else copy.deepcopy(observation)


def trace(simulator: Simulator, actions: list[int], shape: tuple[int, int, int]) -> list[tuple[Outcome, bytes]]:
    """What a simulator answers to a line of play, to the end of the game or of the line."""
    answers = []
    planes = np.empty(shape, np.float32)
    for action in actions:
        outcome = simulator.step(action)
        simulator.observe(planes)
        answers.append((outcome, planes.tobytes()))
        if outcome.terminated or outcome.truncated:
            break
    return answers


def goes_back(one: GymSimulator, other: GymSimulator, num_actions: int, shape: tuple[int, int, int]) -> bool:
    """Whether both simulators, put back to what the first has saved, play on as the first did."""
    generator = np.random.default_rng(0)
    for seed, opening in enumerate((0, 3, 8)):
        before, after = (generator.integers(0, num_actions, count).tolist() for count in (opening, 12))
        try:
            one.reset(seed)
            if any(outcome.terminated or outcome.truncated for outcome, _ in trace(one, before, shape)):
                continue
            saved = one.save()
            first = trace(one, after, shape)
            one.restore(saved)
            second = trace(one, after, shape)
            other.reset(seed + 100)
            other.restore(saved)
            third = trace(other, after, shape)
        except Exception:  # whatever an environment's objects raise when they are copied
            return False
        if not first == second == third:
            return False
    return True


def draws_random_numbers(simulator: GymSimulator, num_actions: int) -> bool:
    """Whether an environment's steps use its random numbers, a table of transitions that are all certain aside."""
    environment = simulator.environment.unwrapped
    table = getattr(environment, "P", None)
    if isinstance(table, dict):
        return any(len(outcomes) != 1 for choices in table.values() for outcomes in choices.values())
    for action in range(num_actions):
        simulator.reset(action)
        before = environment.np_random.bit_generator.state
        for _ in range(10):
            outcome = simulator.step(action)
            if environment.np_random.bit_generator.state != before:
                return True
            if outcome.terminated or outcome.truncated:
                break
    return False
