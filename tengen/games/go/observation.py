"""What a network sees of a position of Go. The planes carry all that a small network would find hard to work out."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import inlined, kernel
from tengen.games.go.rules import may_play
from tengen.games.go.state import BLACK, EMPTY, row_stride, to_action
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


@inlined
def mark(plane: NDArray[np.float32], codes: NDArray[np.uint8], low: int, high: int) -> None:
    """Fills a plane [points]: 1 where a code lies within low and high. Without branches, so that it is vectorised."""
    for index in range(len(plane)):
        plane[index] = np.float32(1.0) if (codes[index] >= low) & (codes[index] <= high) else np.float32(0.0)


@implement(observe, "go_board")
def go_observe(state: State, planes: NDArray[np.float32]) -> None:
    stride = row_stride(state)
    size = stride - 1
    area = size * size
    own = state.turn + BLACK
    ply = state.ply
    liberties = np.zeros(len(state.go_board), np.int16)
    count_liberties(state, liberties)
    stones = np.empty(area, np.uint8)  # 1 to 3 an own stone by its liberties, 4 to 6 one of the opponent's
    emptied = np.empty(area, np.uint8)  # 1 by the last move, 2 by the one before it
    index = 0
    for row in range(1, stride):
        for point in range(row * stride + 1, row * stride + stride):
            stone = state.go_board[point]
            stones[index] = (stone != EMPTY) * (min(liberties[state.chain[point]], 3) + 3 * (stone != own))
            removed = max(state.removed_at[0, point], state.removed_at[1, point])
            emptied[index] = (removed != 0) * ((removed == ply) + 2 * (removed == ply - 1))
            index += 1
    flat = planes.reshape(len(planes), area)
    flat[0] = 1.0
    mark(flat[_OWN], stones, 1, 3)
    mark(flat[_OPPONENT], stones, 4, 6)
    for band in range(3):
        mark(flat[_OWN_LIBERTIES + band], stones, 1 + band, 1 + band)
        mark(flat[_OPPONENT_LIBERTIES + band], stones, 4 + band, 4 + band)
    flat[_FORBIDDEN:_EMPTIED] = 0.0
    if not state.over:
        for number in range(state.empty_count):
            point = int(state.empties[number])
            if not may_play(state, point, own):
                flat[_FORBIDDEN, to_action(state, point)] = 1.0
    for age in range(3):
        move = state.last_moves[age]
        if 0 <= move < area:
            flat[_LAST + age, move] = 1.0
    mark(flat[_EMPTIED], emptied, 1, 1)
    mark(flat[_EMPTIED + 1], emptied, 2, 2)
    flat[_PASSED] = 1.0 if state.last_moves[0] == area else 0.0
    komi = state.komi if state.turn == 1 else -state.komi
    flat[_KOMI] = min(max(komi / KOMI_SCALE, -KOMI_LIMIT), KOMI_LIMIT)
