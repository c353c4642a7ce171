"""The board seen by whoever moves, and how moves are numbered.

Squares are 0 (a1) to 63 (h8), 8 a rank. Black's view has the ranks turned upside down (square ^ 56), so that either
side moves its pawns up and has its king on rank 1; files stay, so that the king's side stays on the right.

An action is `plane * 64 + origin`, from the view of the mover:

    planes 0-55   seven distances in each of the eight DIRECTIONS, the straight ones first: 7 * direction + distance - 1
    planes 56-63  the knight's jumps, in the order of JUMPS
    planes 64-72  promotions to knight, bishop and rook, each to the left, ahead and to the right: 64 + 3 * piece + side

A pawn that reaches the last rank in one of the first planes becomes a queen. Castling is the king's move by two
squares; in Chess960, where that can be a king's step, it is the king's move onto his own rook.
"""

import numpy as np
from numpy.typing import NDArray

DIRECTIONS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))
"""Files and ranks of one step: north, east, south, west, then north-east, south-east, south-west, north-west."""
NORTH, EAST, SOUTH, WEST, NORTH_EAST, SOUTH_EAST, SOUTH_WEST, NORTH_WEST = range(8)
JUMPS = ((1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2))
"""Files and ranks of the knight's jumps, clockwise from the north."""

JUMP_PLANE = 56
PROMOTION_PLANE = 64
PLANES = 73
NUM_ACTIONS = PLANES * 64

RANK_1 = np.uint64(0xFF)
RANK_3 = np.uint64(0xFF << 16)
RANK_8 = np.uint64(0xFF << 56)
FILE_A = np.uint64(0x0101010101010101)
NOT_FILE_A = ~FILE_A
NOT_FILE_H = ~np.uint64(0x8080808080808080)
DARK = np.uint64(0xAA55AA55AA55AA55)
"""a1 and all squares of its colour."""


def _shift(step: tuple[int, int]) -> int:
    return (8 * step[1] + step[0]) % 64


def _landing(step: tuple[int, int]) -> int:
    files, ranks = step
    squares = (square for square in range(64) if 0 <= square % 8 - files < 8 and 0 <= square // 8 - ranks < 8)
    return sum(1 << square for square in squares)


def _line(square: int, step: tuple[int, int]) -> int:
    found = 0
    for sign in (1, -1):
        file, rank = square % 8, square // 8
        while 0 <= file < 8 and 0 <= rank < 8:
            found |= 1 << (8 * rank + file)
            file, rank = file + sign * step[0], rank + sign * step[1]
    return found


SHIFT = np.array([_shift(step) for step in DIRECTIONS], np.uint64)
"""[8]: by how much a set is rotated for one step in each direction."""
LANDING = np.array([_landing(step) for step in DIRECTIONS], np.uint64)
"""[8]: where a step in each direction can end; elsewhere it would have left the board."""
JUMP_SHIFT = np.array([_shift(jump) for jump in JUMPS], np.uint64)
JUMP_LANDING = np.array([_landing(jump) for jump in JUMPS], np.uint64)
LINES = np.array([[_line(square, DIRECTIONS[axis]) for square in range(64)] for axis in (0, 1, 4, 5)], np.uint64)
"""[4, 64]: the file, rank, rising and falling diagonal through each square."""
AXIS = np.array([0, 1, 0, 1, 2, 3, 2, 3])
"""[8]: which of the LINES each direction follows."""


def _offsets() -> NDArray[np.int64]:
    slides = [distance * (8 * ranks + files) for files, ranks in DIRECTIONS for distance in range(1, 8)]
    jumps = [8 * ranks + files for files, ranks in JUMPS]
    return np.array(slides + jumps + 3 * [7, 8, 9])


OFFSET = _offsets()
"""[73]: the target of a plane's move less its origin."""


def _planes() -> NDArray[np.int8]:
    table = np.full((64, 64), -1, np.int8)
    for plane in range(PROMOTION_PLANE):
        step, distance = (
            (JUMPS[plane - JUMP_PLANE], 1) if plane >= JUMP_PLANE else (DIRECTIONS[plane // 7], plane % 7 + 1)
        )
        for origin in range(64):
            file, rank = origin % 8 + distance * step[0], origin // 8 + distance * step[1]
            if 0 <= file < 8 and 0 <= rank < 8:
                table[origin, 8 * rank + file] = plane
    return table


PLANE = _planes()
"""[64, 64]: the plane of the move from one square to another, not to a lesser piece; -1 where no piece moves so."""
