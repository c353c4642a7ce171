"""Where pieces go on an empty board, as sets of squares; and random words for keys.

Tables have a row for NOWHERE, the square of a king that is not there in a problem: nothing goes there or from there.

Directions are numbered as dlshogi does, seen by Black, who moves towards rank a: 0 up, 1 up left, 2 up right, 3 left,
4 right, 5 down, 6 down left, 7 down right, then a knight's 8 to the left and 9 to the right. Left is towards file 9.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.shogi.bits import Squares, load, no_squares
from tengen.games.shogi.pieces import GOLDS, KINGS, KNIGHTS, PAWNS, SETS, SILVERS

DELTAS = ((0, -1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (1, 1), (-1, 1), (1, -2), (-1, -2))
"""(file, rank) of one step in each direction."""
UP, UP_LEFT, UP_RIGHT, LEFT, RIGHT, DOWN, DOWN_LEFT, DOWN_RIGHT = range(8)
NOT_ALIGNED = 10
OPPOSITE = np.array([5, 7, 6, 4, 3, 0, 2, 1], np.uint8)
"""Of the first eight directions: the one back."""
TURNED = np.array([*range(8), *OPPOSITE.tolist()], np.uint8)
"""[2 * 8] directions of the board as each side sees them."""
VERTICAL, HORIZONTAL, FALLING, RISING = 0, 1, 2, 3
AXIS_OF = np.array([0, 2, 3, 1, 1, 0, 3, 2], np.uint8)
"""The line on which each of the first eight directions lies."""
NOWHERE = 81
STRIDE = 82
"""Squares in a table, NOWHERE among them."""


def _set(squares: list[tuple[int, int]]) -> int:
    return sum(1 << (9 * file + rank) for file, rank in squares if 0 <= file < 9 and 0 <= rank < 9)


def _table(sets: list[int]) -> NDArray[np.uint64]:
    return np.array([word for squares in sets for word in (squares & (2**64 - 1), squares >> 64)], np.uint64)


_SQUARES = [(file, rank) for file in range(9) for rank in range(9)]
_FAR = 99
_PLACES = [*_SQUARES, (_FAR, _FAR)]


def _rays(direction: int) -> list[int]:
    x, y = DELTAS[direction]
    return [_set([(file + x * n, rank + y * n) for n in range(1, 9)]) for file, rank in _PLACES]


_RAY_SETS = [_rays(direction) for direction in range(8)]
RAYS = _table([ray for rays in _RAY_SETS for ray in rays])
"""[8, 82] by direction and square, without the square itself."""
AXES = _table(
    [
        _RAY_SETS[one][square] | _RAY_SETS[int(OPPOSITE[one])][square]
        for one in (UP, LEFT, UP_LEFT, UP_RIGHT)
        for square in range(STRIDE)
    ]
)
"""[4, 82] by line and square, without the square itself."""
ORTHOGONALS = _table([sum(_RAY_SETS[d][square] for d in (UP, LEFT, RIGHT, DOWN)) for square in range(STRIDE)])
DIAGONALS = _table(
    [sum(_RAY_SETS[d][square] for d in (UP_LEFT, UP_RIGHT, DOWN_LEFT, DOWN_RIGHT)) for square in range(STRIDE)]
)

_STEPS = {
    PAWNS: (0,),
    KNIGHTS: (8, 9),
    SILVERS: (0, 1, 2, 6, 7),
    GOLDS: (0, 1, 2, 3, 4, 5),
    KINGS: (0, 1, 2, 3, 4, 5, 6, 7),
}


def _steps(color: int, kind: int) -> list[int]:
    sign = 1 - 2 * color
    deltas = [DELTAS[direction] for direction in _STEPS.get(kind, ())]
    return [_set([(file + sign * x, rank + sign * y) for x, y in deltas]) for file, rank in _PLACES]


STEPS = _table([squares for color in (0, 1) for kind in range(SETS) for squares in _steps(color, kind)])
"""[2, 12, 82] by side, kind of set and square; empty for what slides."""


def _directions() -> NDArray[np.uint8]:
    table = np.full((STRIDE, STRIDE), NOT_ALIGNED, np.uint8)
    for start, (file, rank) in enumerate(_SQUARES):
        for direction, (x, y) in enumerate(DELTAS):
            for n in range(1, 9 if direction < 8 else 2):
                if 0 <= file + x * n < 9 and 0 <= rank + y * n < 9:
                    table[start, 9 * (file + x * n) + rank + y * n] = direction
    return table.ravel()


DIRECTIONS = _directions()
"""[82 * 82] the direction from one square to another, NOT_ALIGNED where there is none."""

_RANKS = [_set([(file, rank) for file in range(9)]) for rank in range(9)]
_ZONES = [_RANKS[0] | _RANKS[1] | _RANKS[2], _RANKS[6] | _RANKS[7] | _RANKS[8]]
ZONES = _table(_ZONES)
"""[2] the three ranks in which each side promotes."""
LAST_RANKS = _table([_RANKS[0], _RANKS[8]])
"""[2] the rank on which each side's pawns and lances must promote."""
LAST_TWO_RANKS = _table([_RANKS[0] | _RANKS[1], _RANKS[8] | _RANKS[7]])
"""[2] the ranks on which each side's knights must promote."""


def _promoting(color: int, direction: int) -> int:
    x, y = DELTAS[direction]
    squares = [(file, rank) for file, rank in _SQUARES if _ZONES[color] >> (9 * file + rank) & 1]
    return _ZONES[color] | _set([(file + x, rank + y) for file, rank in squares])


PROMOTING = _table([_promoting(color, direction) for color in (0, 1) for direction in range(8)])
"""[2, 8] by side and direction: where one step in that direction may promote, into the zone or out of it."""


def _random_words(count: int) -> NDArray[np.uint64]:
    """Random words from SplitMix64, which begins as far along as pi's digits say."""
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x243F6A8885A308D3)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


_WORDS = _random_words(32 * 81 + 16)
ZOBRIST = _WORDS[: 32 * 81].copy()
"""[32 * 81] by piece and square."""
HAND_WORDS = _WORDS[32 * 81 :].copy()
"""[2 * 7] by side and kind, added once for each piece in hand; the last two: White to move, the game is over."""
WHITE_TO_MOVE, ENDED = 14, 15


@kernel
def steps(color: int, kind: int, square: int) -> Squares:
    """Where a piece of this kind of set goes by one step."""
    return load(STEPS, (color * 12 + kind) * STRIDE + square)


@kernel
def ray(direction: int, square: int) -> Squares:
    """The squares in a direction, up to the edge."""
    return load(RAYS, direction * STRIDE + square)


@kernel
def line_through(king: int, square: int) -> Squares:
    """The whole line through two squares that are aligned, without the first."""
    return load(AXES, AXIS_OF[DIRECTIONS[np.uint64(king * STRIDE + square)]] * STRIDE + king)


@kernel
def squares_between(start: int, end: int) -> Squares:
    """The squares between two that are aligned; none for those a knight's jump or nothing apart."""
    direction = DIRECTIONS[np.uint64(start * STRIDE + end)]
    if direction >= 8:
        return no_squares()
    return ray(direction, start) & ray(OPPOSITE[direction], end)
