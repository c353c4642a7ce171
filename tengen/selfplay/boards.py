"""The games that an actor has in progress, whether their states are records or situations of simulators."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, stream
from tengen.games import kernels
from tengen.games.emulated import EmulatedGame, Situation
from tengen.games.game import Game, RecordGame
from tengen.games.kernels import States
from tengen.games.rules import CHANCE, player, random_action
from tengen.selfplay.frames import packed

Playable: TypeAlias = RecordGame | EmulatedGame
"""What self-play can play."""


def playable(game: Game) -> Playable:
    """The game, if self-play can play it; else InvalidParameter."""
    if not isinstance(game, RecordGame | EmulatedGame):
        raise InvalidParameter(f"{game.text} cannot be trained by self-play")
    return game


class Boards(ABC):
    """B games side by side."""

    states: Any
    """[B]: an array of records, or a list of situations."""

    @abstractmethod
    def begin(self, row: int, variant: int, rng: np.random.Generator) -> None:
        """Begins a game in a row, by the rules of one of the variants."""

    @abstractmethod
    def players(self) -> NDArray[np.int8]:
        """[B]: who is to move in each row."""

    @abstractmethod
    def legal(self, row: int) -> NDArray[np.int32]:
        """The legal actions of a row."""

    @abstractmethod
    def apply(self, actions: NDArray[np.int32]) -> None:
        """Plays one action in each row [B]; a negative one leaves its row alone."""

    @abstractmethod
    def take(self, rows: NDArray[np.intp]) -> Any:
        """The states of some rows, as a search takes them."""

    @abstractmethod
    def result(self, row: int) -> float:
        """The result for player 0; for one player the rewards so far."""

    @abstractmethod
    def termination(self, row: int) -> str:
        """Why a game ended, where its record cannot tell."""

    @abstractmethod
    def observe(self) -> NDArray[np.float32]:
        """[B, C, H, W]: what a network sees of each."""

    def draw_outcomes(self) -> NDArray[np.int32]:
        """[B]: what chance does in the rows where it moves, -1 in the others."""
        return np.full(len(self.states), -1, np.int32)

    def score(self, row: int) -> float:
        """Points by which player 0 leads."""
        return 0.0

    def start(self, row: int) -> str:
        """The position in which the game of a row began, as its record names it."""
        return ""

    def seen(self, row: int) -> dict[str, Any]:
        """What else a record of the row's game needs to be learned from."""
        return {}


class RecordBoards(Boards):
    """Games with compiled rules."""

    def __init__(self, game: RecordGame, variants: Sequence[RecordGame], count: int, *, seed: int, name: str) -> None:
        self.game = game
        self.variants = variants
        self.states = game.initial_states(count)
        self._scratch = np.empty(game.num_actions, np.int32)
        self._seeds = kernel_seeds(stream(seed, "chance", name), count)
        self._ignored = np.empty(count, np.float32), np.empty(count, np.float32)

    def begin(self, row: int, variant: int, rng: np.random.Generator) -> None:
        self.states[row] = self.variants[variant].initial_state()

    def players(self) -> NDArray[np.int8]:
        found = np.empty(len(self.states), np.int8)
        kernels.players_batch(self.states, found)
        return found

    def legal(self, row: int) -> NDArray[np.int32]:
        return self._scratch[: kernels.legal_actions_at(self.states, row, self._scratch)]

    def apply(self, actions: NDArray[np.int32]) -> None:
        kernels.apply_batch(self.states, actions, *self._ignored)

    def take(self, rows: NDArray[np.intp]) -> Any:
        return self.states[rows]

    def draw_outcomes(self) -> NDArray[np.int32]:
        found = np.empty(len(self.states), np.int32)
        draw_outcomes(self.states, self._seeds, self._scratch, found)
        return found

    def result(self, row: int) -> float:
        return float(kernels.result_at(self.states, row))

    def termination(self, row: int) -> str:
        return ""

    def score(self, row: int) -> float:
        if not self.game.has_score:
            return 0.0
        ownership = np.empty(self.game.observation_shape[1] * self.game.observation_shape[2], np.int8)
        return float(kernels.final_score_at(self.states, row, ownership))

    def observe(self) -> NDArray[np.float32]:
        planes = np.empty((len(self.states), *self.game.observation_shape), np.float32)
        kernels.observe_batch(self.states, planes)
        return planes


class EmulatedBoards(Boards):
    """Games under simulators, one for each row, which only go forward."""

    def __init__(self, game: EmulatedGame, count: int) -> None:
        self.game = game
        self.simulators = [game.simulator() for _ in range(count)]
        self.states: list[Situation] = [Situation(None, terminated=True)] * count
        self._planes: list[list[NDArray[np.float32]]] = [[] for _ in range(count)]
        self._rewards: list[list[float]] = [[] for _ in range(count)]

    def begin(self, row: int, variant: int, rng: np.random.Generator) -> None:
        seed = int(rng.integers(2**31 - 1))
        self.simulators[row].reset(seed)
        self.states[row] = Situation(self.simulators[row].save(), seed)
        self._planes[row] = [self._look(row)]
        self._rewards[row] = []

    def players(self) -> NDArray[np.int8]:
        return np.array([self.game.player(state) for state in self.states], np.int8)

    def legal(self, row: int) -> NDArray[np.int32]:
        return self.game.legal_actions(self.states[row])

    def apply(self, actions: NDArray[np.int32]) -> None:
        for row, action in enumerate(actions.tolist()):
            if action < 0:
                continue
            simulator = self.simulators[row]
            outcome = simulator.step(action)
            self.states[row] = self.game.transition(self.states[row], action, outcome, simulator).state
            self._rewards[row].append(outcome.reward)
            self._planes[row].append(self._look(row))

    def take(self, rows: NDArray[np.intp]) -> Any:
        return [self.states[row] for row in rows.tolist()]

    def result(self, row: int) -> float:
        return self.states[row].total

    def termination(self, row: int) -> str:
        return self.game.termination(self.states[row])

    def start(self, row: int) -> str:
        return f"seed {self.states[row].seed}:"

    def observe(self) -> NDArray[np.float32]:
        return np.stack([planes[-1] for planes in self._planes])

    def seen(self, row: int) -> dict[str, Any]:
        return {
            "rewards": np.array(self._rewards[row], np.float32),
            **packed(self.game, self._planes[row][: len(self._rewards[row])]),
        }

    def _look(self, row: int) -> NDArray[np.float32]:
        planes = np.empty(self.game.observation_shape, np.float32)
        self.simulators[row].observe(planes)
        return planes


def make_boards(game: Game, variants: Sequence[Game], count: int, *, seed: int, name: str) -> Boards:
    """Room for `count` games; `begin` comes first in every row. `seed` and `name` decide what chance does."""
    game = playable(game)
    if isinstance(game, EmulatedGame):
        return EmulatedBoards(game, count)
    kinds = [variant for variant in variants if isinstance(variant, RecordGame)] or [game]
    return RecordBoards(game, kinds, count, seed=seed, name=name)


@kernel
def draw_outcomes(
    states: States, seeds: NDArray[np.uint64], scratch: NDArray[np.int32], found: NDArray[np.int32]
) -> None:
    """Draws in `found` [B] what chance does where it moves, -1 elsewhere; `scratch` [num_actions] is overwritten."""
    for row in range(len(states)):
        found[row] = -1
        if player(states[row]) == CHANCE:
            found[row] = random_action(states[row], seeds, row, scratch)


def random_observations(game: Game, *, seed: int, count: int = 256) -> NDArray[np.float32]:
    """Observations [N, C, H, W] of positions from random games: what the first quantised network is scaled by."""
    rng = np.random.default_rng(seed)
    rows = count if isinstance(game, RecordGame) else 4
    boards = make_boards(game, [], rows, seed=seed, name="calibration")
    for row in range(rows):
        boards.begin(row, 0, rng)
    found = []
    lengths = rng.integers(0, min(game.max_plies // 2, 1000) + 1, rows) if rows == count else None
    for _ in range(1 if lengths is not None else count // rows):
        play_randomly(boards, rng, lengths)
        found.append(boards.observe())
    return np.concatenate(found)


def play_randomly(boards: Boards, rng: np.random.Generator, plies: NDArray[np.int64] | None) -> None:
    """Plays so many random actions in each row, one where `plies` is None, or up to the end of the game."""
    left = np.ones(len(boards.states), np.int64) if plies is None else plies.copy()
    while left.any():
        actions = boards.draw_outcomes()
        for row in np.flatnonzero((actions < 0) & (left > 0)).tolist():
            legal = boards.legal(row)
            if len(legal):
                actions[row] = int(legal[rng.integers(len(legal))])
        actions[left <= 0] = -1
        left = np.where(actions < 0, 0, left - 1)
        boards.apply(actions)
