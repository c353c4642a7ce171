"""What a network sees of a position of Go. The planes carry all that a small network would find hard to work out."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.go.rules import may_play
from tengen.games.go.state import BLACK, EMPTY, row_stride
from tengen.games.rules import State, implement, observe

PLANES = (
    "on board",
    "own stones",
    "opponent's stones",
    "own stones with 1 liberty",
    "own stones with 2 liberties",
    "own stones with 3 or more liberties",
    "opponent's stones with 1 liberty",
    "opponent's stones with 2 liberties",
    "opponent's stones with 3 or more liberties",
    "empty points where the mover may not play",
    "last move",
    "the move before it",
    "the third last move",
    "points emptied by the last move",
    "points emptied by the move before it",
    "last move was a pass",
    "komi",
)
"""The planes by name, all seen from the side to move; 0 or 1, except komi."""

KOMI_SCALE = 15.0
KOMI_LIMIT = 3.0
"""The komi plane is the points that the mover gets from komi / KOMI_SCALE, cut off at plus and minus KOMI_LIMIT."""

_OWN, _OPPONENT, _OWN_LIBERTIES, _OPPONENT_LIBERTIES = 1, 2, 3, 6
_FORBIDDEN, _LAST, _EMPTIED, _PASSED, _KOMI = 9, 10, 13, 15, 16


@kernel
def count_liberties(state: State, liberties: NDArray[np.int16]) -> None:
    """Adds to `liberties` [padded points], by chain name, how many empty points touch each chain."""
    chain = state.chain
    stride = row_stride(state)
    for index in range(state.empty_count):
        point = int(state.empties[index])
        a, b, c, d = chain[point - stride], chain[point - 1], chain[point + 1], chain[point + stride]
        liberties[a] += 1
        liberties[b] += b != a
        liberties[c] += (c != a) & (c != b)
        liberties[d] += (d != a) & (d != b) & (d != c)


@implement(observe, "go_board")
def go_observe(state: State, planes: NDArray[np.float32]) -> None:
    stride = row_stride(state)
    size = stride - 1
    own = state.turn + BLACK
    ply = state.ply
    liberties = np.zeros(len(state.go_board), np.int16)
    count_liberties(state, liberties)
    planes[0] = 1.0
    planes[1:_PASSED] = 0.0
    for row in range(size):
        for column in range(size):
            point = (row + 1) * stride + column + 1
            stone = state.go_board[point]
            if stone == EMPTY:
                if not state.over and not may_play(state, point, own):
                    planes[_FORBIDDEN, row, column] = 1.0
            else:
                band = min(liberties[state.chain[point]], 3) - 1
                if stone == own:
                    planes[_OWN, row, column] = 1.0
                    planes[_OWN_LIBERTIES + band, row, column] = 1.0
                else:
                    planes[_OPPONENT, row, column] = 1.0
                    planes[_OPPONENT_LIBERTIES + band, row, column] = 1.0
            removed = max(state.removed_at[0, point], state.removed_at[1, point])
            if removed != 0 and removed >= ply - 1:
                planes[_EMPTIED + ply - removed, row, column] = 1.0
    for age in range(3):
        move = state.last_moves[age]
        if 0 <= move < size * size:
            planes[_LAST + age, move // size, move % size] = 1.0
    planes[_PASSED] = 1.0 if state.last_moves[0] == size * size else 0.0
    komi = state.komi if state.turn == 1 else -state.komi
    planes[_KOMI] = min(max(komi / KOMI_SCALE, -KOMI_LIMIT), KOMI_LIMIT)
