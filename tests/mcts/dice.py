"""A game of one player and chance, small enough to search by hand.

Action 0 pays 1 and ends the game. After action 1, which pays nothing and halves what follows, chance moves: outcome 1,
with probability 1/4, pays 8 and ends it; after outcome 0 the player chooses again, 2 for action 0 or 4 for action 1. So
action 1 is worth (3/4 * 4 + 1/4 * 8) / 2 = 5/2.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import random_float
from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.rules import (
    CHANCE,
    OVER,
    State,
    apply,
    chance_outcomes,
    implement,
    key,
    legal_actions,
    observe,
    player,
    random_action,
    result,
)

START, THROWN, AGAIN, ENDED = range(4)


@implement(legal_actions, "dice_phase")
def dice_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.dice_phase == ENDED:
        return 0
    out[0] = 0
    out[1] = 1
    return 2


@implement(chance_outcomes, "dice_phase")
def dice_chance_outcomes(state: State, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    actions[0] = 0
    actions[1] = 1
    probabilities[0] = 0.75
    probabilities[1] = 0.25
    return 2


@implement(apply, "dice_phase")
def dice_apply(state: State, action: int) -> tuple[float, float]:
    if state.dice_phase == START:
        if action == 0:
            state.dice_phase = ENDED
            state.total += state.unit
            return state.unit, 0.0
        state.dice_phase = THROWN
        return 0.0, 0.5
    if state.dice_phase == THROWN:
        if action == 0:
            state.dice_phase = AGAIN
            return 0.0, 1.0
        state.dice_phase = ENDED
        return 8.0 * state.unit, 0.0
    state.dice_phase = ENDED
    return (4.0 if action == 1 else 2.0) * state.unit, 0.0


@implement(player, "dice_phase")
def dice_player(state: State) -> int:
    if state.dice_phase == ENDED:
        return OVER
    return CHANCE if state.dice_phase == THROWN else 0


@implement(random_action, "dice_phase")
def dice_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    drawn = random_float(seeds, row)
    if state.dice_phase == THROWN:
        return 0 if drawn < 0.75 else 1
    return 0 if drawn < 0.5 else 1


@implement(observe, "dice_phase")
def dice_observe(state: State, planes: NDArray[np.float32]) -> None:
    planes[0, 0, 0] = state.dice_phase


@implement(key, "dice_phase")
def dice_key(state: State) -> np.uint64:
    return np.uint64(state.dice_phase)


@implement(result, "dice_phase")
def dice_result(state: State) -> float:
    return state.total


class Dice(RecordGame):
    """`unit` is what a reward of 1 pays."""

    name = "dice"
    dtype = np.dtype([("dice_phase", np.int8), ("unit", np.float64), ("total", np.float64)], align=True)
    num_players = 1
    num_actions = 2
    observation_shape = (1, 1, 1)
    max_plies = 3
    has_chance = True
    symmetries = symmetry.square(1)

    def __init__(self, unit: float = 1.0) -> None:
        super().__init__(unit=unit)

    def initial_state(self) -> State:
        states = np.zeros(1, self.dtype)
        states["unit"] = self.parameters["unit"]
        return states[0]

    def action_to_text(self, state: State, action: int) -> str:
        return str(action)

    def parse_move(self, state: State, text: str) -> int:
        return int(text)

    def position_to_text(self, state: State) -> str:
        return str(state["dice_phase"])

    def parse_position(self, text: str) -> State:
        raise NotImplementedError
