"""The record that a position of Go is.

The board is padded so that every point has four neighbours: rows are `size + 1` apart, and what lies
between and around them is wall. Chains are circular lists of stones under a common name, the point of one
of their stones. `liberties` counts, for each chain, the pairs of a stone and an empty neighbour (a liberty
touched by two stones counts twice): zero exactly when the chain has none, and cheap to keep up.
Slot 0, a wall, stands for "no chain" in `chain` and takes the counts of what has none.
"""

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.rules import State

EMPTY, BLACK, WHITE, WALL = 0, 1, 2, 3
"""What lies on a point. Player 0 plays BLACK, player 1 WHITE."""

POSITIONAL, SITUATIONAL, SIMPLE = 0, 1, 2
"""Which earlier positions may not return."""

MAX_SIZE = 19
NO_MOVE = -1
"""In `last_moves`: there was no such move."""

UNTOUCHED = 16384
"""Where the count of slot 0 starts: so far from 0..4 that a wall never seems to be in atari."""

WHITE_TO_MOVE, ONE_PASS, ENDED = 0, 1, 2
"""Columns of `ZOBRIST[EMPTY]` for what is not on the board; a ko point uses its own column."""


def capacity(size: int) -> int:
    """The most plies that a game on this size can have."""
    return max(2 * size * size, 64)


@cache
def state_dtype(size: int) -> np.dtype[Any]:
    """The record for one board size; `size` is a constant to the compiler."""
    padded = (size + 1) * (size + 2)
    point = np.uint8 if padded <= 256 else np.uint16
    return np.dtype(
        [
            ("hash", np.uint64),  # Zobrist hash of the stones
            ("komi", np.float32),
            ("score_utility", np.float32),
            ("score", np.float32),  # Black's points less White's and komi, once the game is over
            ("max_plies", np.int16),
            ("ply", np.int16),  # moves so far, passes too
            ("captures", np.int16, (2,)),  # stones that each player has taken from the board, by suicide too
            ("last_moves", np.int16, (3,)),  # actions, the newest first
            ("ko", np.int16),  # padded point where the last stone may not be taken back at once, or 0
            ("empty_count", np.int16),
            ("turn", np.int8),  # 0 or 1, of a finished game too
            ("over", np.int8),
            ("passes", np.int8),  # in a row
            ("superko", np.int8),
            ("suicide", np.int8),
            ("go_board", np.uint8, (padded,)),
            ("chain", point, (padded,)),  # the chain's name, 0 where there is no stone
            ("next_stone", point, (padded,)),  # the circular list of a chain's stones
            ("empties", point, (size * size,)),  # the first `empty_count` are the empty points, in no order
            ("slot", point, (padded,)),  # where an empty point stands in `empties`
            ("liberties", np.int16, (padded,)),  # by chain name
            ("stones", np.int16, (padded,)),  # by chain name
            ("removed_at", np.int16, (2, padded)),  # ply after which a stone of the colour last left, or 0
            ("history", np.uint64, (capacity(size) + 1,)),  # superko keys of all positions up to now, by ply
        ],
        align=True,
    )


def _zobrist() -> NDArray[np.uint64]:
    """Random words [3, padded points] from SplitMix64."""
    columns = (MAX_SIZE + 1) * (MAX_SIZE + 2)
    z = np.arange(1, 3 * columns + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).reshape(3, columns)


ZOBRIST = _zobrist()


@kernel
def row_stride(state: State) -> int:
    """The distance between two rows of the padded board, `size + 1`; folded to a constant by the compiler."""
    return int(math.sqrt(len(state.go_board)))


@kernel
def to_point(state: State, action: int) -> int:
    """The padded point of an action that is no pass."""
    size = row_stride(state) - 1
    return action + action // size + size + 2


@kernel
def to_action(state: State, point: int) -> int:
    """The action that plays on a padded point."""
    stride = row_stride(state)
    offset = point - (stride + 1)
    return offset - offset // stride


@kernel
def clear(state: State) -> None:
    """Empties the board and forgets the past; leaves the parameters of the game alone."""
    stride = row_stride(state)
    size = stride - 1
    state.hash = 0
    state.score = 0.0
    state.ply = 0
    state.captures[:] = 0
    state.last_moves[:] = NO_MOVE
    state.ko = 0
    state.turn = 0
    state.over = 0
    state.passes = 0
    state.go_board[:] = WALL
    state.chain[:] = 0
    state.next_stone[:] = 0
    state.slot[:] = 0
    state.liberties[:] = 0
    state.liberties[0] = UNTOUCHED
    state.stones[:] = 0
    state.removed_at[:] = 0
    state.history[:] = 0
    state.empty_count = size * size
    for action in range(size * size):
        point = to_point(state, action)
        state.go_board[point] = EMPTY
        state.empties[action] = point
        state.slot[point] = action
