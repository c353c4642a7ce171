"""A game of one player and two steps, small enough to search by hand.

The first step, 0 or 1, gives 1 or 0; the second gives 0 or 2 after the first 0, and 8 or 4 after the first 1.
What comes later counts half: step 0 is worth 1 + 2 / 2 = 2, step 1 is worth 0 + 8 / 2 = 4.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.rules import OVER, State, apply, implement, key, legal_actions, observe, player, result

FIRST = np.array([1.0, 0.0])
SECOND = np.array([[0.0, 2.0], [8.0, 4.0]])


@implement(legal_actions, "ladder_step")
def ladder_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.ladder_step == 2:
        return 0
    out[0] = 0
    out[1] = 1
    return 2


@implement(apply, "ladder_step")
def ladder_apply(state: State, action: int) -> tuple[float, float]:
    state.ladder_step += 1
    if state.ladder_step == 1:
        state.first = action
        return FIRST[action], 0.5
    state.total = FIRST[state.first] + 0.5 * SECOND[state.first, action]
    return SECOND[state.first, action], 0.0


@implement(player, "ladder_step")
def ladder_player(state: State) -> int:
    return OVER if state.ladder_step == 2 else 0


@implement(observe, "ladder_step")
def ladder_observe(state: State, planes: NDArray[np.float32]) -> None:
    planes[0, 0, 0] = state.ladder_step
    planes[0, 0, 1] = state.first


@implement(key, "ladder_step")
def ladder_key(state: State) -> np.uint64:
    return np.uint64(state.ladder_step * 2 + state.first)


@implement(result, "ladder_step")
def ladder_result(state: State) -> float:
    return state.total


class Ladder(RecordGame):
    name = "ladder"
    dtype = np.dtype([("ladder_step", np.int8), ("first", np.int8), ("total", np.float32)], align=True)
    num_players = 1
    num_actions = 2
    observation_shape = (1, 1, 2)
    max_plies = 2
    symmetries = symmetry.square(1)

    def initial_state(self) -> State:
        return np.zeros(1, self.dtype)[0]

    def action_to_text(self, state: State, action: int) -> str:
        return str(action)

    def parse_move(self, state: State, text: str) -> int:
        return int(text)

    def position_to_text(self, state: State) -> str:
        return f"{state['ladder_step']} {state['first']}"

    def parse_position(self, text: str) -> State:
        raise NotImplementedError
