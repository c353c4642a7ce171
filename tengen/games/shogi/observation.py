"""What a network sees of a position of shogi, from the side to move: for White the board is turned round.

A plane is [9, 9] by file and rank, so that its squares are numbered as those of the policy's planes are.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.rules import State, implement, observe
from tengen.games.shogi.pieces import NAMES, PROMOTED, SET_OF_PIECES
from tengen.games.shogi.state import DROPPED

KINDS = tuple(kind for kind in range(1, 16) if kind != 13)
"""The kinds of pieces in the order of their planes."""
_SIDES = ("own", "opponent's")
BOARD_PLANES = tuple(f"{side} {NAMES[kind]}" for side in _SIDES for kind in KINDS)
"""For each position of the history, the present one first; all 0 where there was none."""
OTHER_PLANES = (
    *(f"{side} {NAMES[kind]} in hand" for side in _SIDES for kind in range(1, 8)),
    *(f"{side} {NAMES[kind]} in hand, part of all in the set" for side in _SIDES for kind in range(1, 8)),
    "this position stood once before or more often",
    "this position stood twice before or more often",
    "the side to move is in check",
    "the side to move is White",
    "plies played, part of the limit",
    "on board",
)
"""Whole planes of one number, from 0 to 1; those in hand that are not parts are 1 where there is such a piece."""

_PLANE_OF_KIND = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 12, 13], np.int64)
_SET = np.array(SET_OF_PIECES, np.float32)


def num_planes(history: int) -> int:
    """How many planes there are with so many positions."""
    return history * len(BOARD_PLANES) + len(OTHER_PLANES)


@kernel
def take_back(board: NDArray[np.uint8], move: int) -> None:
    """Takes a move, packed as in `past`, back on a board."""
    start, end = move & 127, move >> 7 & 127
    if start < DROPPED:
        board[start] = board[end] - (PROMOTED if move >> 19 & 1 else 0)
    board[end] = move >> 14 & 31


@implement(observe, "shogi_board")
def shogi_observe(state: State, planes: NDArray[np.float32]) -> None:
    turn = int(state.turn)
    history = (len(planes) - len(OTHER_PLANES)) // len(BOARD_PLANES)
    planes[: history * len(BOARD_PLANES)] = 0.0
    board = np.empty(81, np.uint8)
    board[:] = state.shogi_board
    for age in range(history):
        if age:
            if state.past[age - 1] < 0:
                break
            take_back(board, state.past[age - 1])
        for square in range(81):
            piece = int(board[square])
            if piece:
                seen = square if turn == 0 else 80 - square
                plane = _PLANE_OF_KIND[piece & 15] + (0 if piece >> 4 == turn else 14)
                planes[age * 28 + plane, seen // 9, seen % 9] = 1.0
    plane = history * len(BOARD_PLANES)
    for side in range(2):
        for hand in range(7):
            held = float(state.hands[turn ^ side, hand])
            planes[plane + side * 7 + hand] = 1.0 if held > 0 else 0.0
            planes[plane + 14 + side * 7 + hand] = held / _SET[hand]
    plane += 28
    planes[plane] = 1.0 if state.repeats >= 1 else 0.0
    planes[plane + 1] = 1.0 if state.repeats >= 2 else 0.0
    planes[plane + 2] = 1.0 if (state.checkers[0] | state.checkers[1]) != 0 else 0.0
    planes[plane + 3] = float(turn)
    planes[plane + 4] = float(state.ply) / float(state.max_plies)
    planes[plane + 5] = 1.0
