"""The rules of a gridworld as kernels. An action is a direction; if steps may slip, chance then moves.

Leaving a square pays the living reward; reaching an exit pays its reward too, as if one lived on it for a step:
U(s) = r + gamma * max_a sum P U(s'), with U = R at an exit (Russell and Norvig, chapter 17).
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import random_below, random_float
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
    truncated,
)

NORTH, EAST, SOUTH, WEST = range(4)
NO_HEADING = -1
WALL, FLOOR, TRAP = -1, 0, 1
"""Kinds of squares; from FIRST_EXIT on they are exits. A trap pays its reward and puts the robot back at the start."""
FIRST_EXIT = 2
KINDS = 12
"""Kinds that a room has rewards for."""

ROW_STEP = np.array([-1, 0, 1, 0])
COLUMN_STEP = np.array([0, 1, 0, -1])

PLANES = 4


@cache
def state_dtype(height: int, width: int) -> np.dtype[Any]:
    """The record of a room of this size. Row 0 is the top."""
    return np.dtype(
        [
            ("grid_cells", np.int8, (height, width)),
            ("rewards", np.float64, (KINDS,)),  # by kind of square
            ("living", np.float64),
            ("slip", np.float64),  # chance to go to one of the two sides instead
            ("discount", np.float64),
            ("total", np.float64),  # rewards so far, not discounted
            ("limit", np.int32),  # steps after which it is cut off, 0 for never
            ("steps", np.int32),
            ("start", np.int16),  # row * width + column
            ("place", np.int16),
            ("heading", np.int8),  # where the robot means to go while chance decides, else NO_HEADING
            ("over", np.bool_),
        ],
        align=True,
    )


@implement(legal_actions, "grid_cells")
def grid_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.over:
        return 0
    if state.heading == NO_HEADING:
        for direction in range(4):
            out[direction] = direction
        return 4
    count = 0
    for direction in range(4):
        turn = (direction - state.heading) % 4
        if (turn == 0 and state.slip < 1.0) or turn == 1 or turn == 3:
            out[count] = direction
            count += 1
    return count


@implement(chance_outcomes, "grid_cells")
def grid_chance_outcomes(state: State, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    count = grid_legal_actions(state, actions)
    for index in range(count):
        probabilities[index] = 1.0 - state.slip if actions[index] == state.heading else 0.5 * state.slip
    return count


@implement(apply, "grid_cells")
def grid_apply(state: State, action: int) -> tuple[float, float]:
    if state.heading == NO_HEADING and state.slip > 0.0:
        state.heading = action
        return 0.0, 1.0
    height, width = state.grid_cells.shape
    state.heading = NO_HEADING
    state.steps += 1
    row = state.place // width + ROW_STEP[action]
    column = state.place % width + COLUMN_STEP[action]
    reward = state.living
    if 0 <= row < height and 0 <= column < width and state.grid_cells[row, column] != WALL:
        kind = state.grid_cells[row, column]
        state.place = row * width + column
        if kind == TRAP:
            reward += state.rewards[kind]
            state.place = state.start
        elif kind >= FIRST_EXIT:
            reward += state.discount * state.rewards[kind]
            state.over = True
    state.total += reward
    if state.limit > 0 and state.steps >= state.limit:
        state.over = True
    return reward, 0.0 if state.over else state.discount


@implement(player, "grid_cells")
def grid_player(state: State) -> int:
    if state.over:
        return OVER
    return 0 if state.heading == NO_HEADING else CHANCE


@implement(random_action, "grid_cells")
def grid_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    if state.heading == NO_HEADING:
        return int(np.int64(random_below(seeds, row, 4)))
    drawn = random_float(seeds, row)
    if drawn >= state.slip:
        return int(np.int64(state.heading))
    return int(np.int64((state.heading + (1 if drawn < 0.5 * state.slip else 3)) % 4))


@implement(truncated, "grid_cells")
def grid_truncated(state: State) -> bool:
    width = state.grid_cells.shape[1]
    return state.over and state.grid_cells[state.place // width, state.place % width] < FIRST_EXIT


@implement(observe, "grid_cells")
def grid_observe(state: State, planes: NDArray[np.float32]) -> None:
    """Planes: the robot; walls; what reaching a square pays, as a share of the largest such reward; what it costs."""
    height, width = state.grid_cells.shape
    largest = 1e-12
    for kind in range(TRAP, KINDS):
        largest = max(largest, abs(state.rewards[kind]))
    for row in range(height):
        for column in range(width):
            kind = state.grid_cells[row, column]
            share = state.rewards[kind] / largest if kind >= TRAP else 0.0
            planes[0, row, column] = state.place == row * width + column
            planes[1, row, column] = kind == WALL
            planes[2, row, column] = max(share, 0.0)
            planes[3, row, column] = max(-share, 0.0)


@implement(key, "grid_cells")
def grid_key(state: State) -> np.uint64:
    """The square, what the robot means to do, and, where steps are limited, how many it has made."""
    steps = state.steps if state.limit > 0 else 0
    return (np.uint64(steps) * np.uint64(65536) + np.uint64(state.place)) * np.uint64(8) + np.uint64(state.heading + 1)


@implement(result, "grid_cells")
def grid_result(state: State) -> float:
    return state.total
