"""Why a move of shogi is not legal, in a few words."""

import numpy as np
from numpy.typing import NDArray

from tengen.games.shogi.moves import Move
from tengen.games.shogi.pieces import (
    BISHOP,
    DRAGON,
    GOLD,
    HORSE,
    KING,
    KINGS,
    KNIGHT,
    LANCE,
    PAWN,
    ROOK,
    SETS,
    WHITE,
)
from tengen.games.shogi.rules import KIND_SETS
from tengen.games.shogi.sfen import square_name
from tengen.games.shogi.tables import (
    DIRECTIONS,
    DOWN,
    DOWN_LEFT,
    DOWN_RIGHT,
    LEFT,
    RIGHT,
    STEPS,
    STRIDE,
    UP,
    UP_LEFT,
    UP_RIGHT,
)


def why_not(board: NDArray[np.uint8], hand: NDArray[np.uint8], turn: int, move: Move, in_check: bool) -> str:
    """The reason why a move that is not legal is none; `board` [81] and `hand` [7] of the mover as in the record."""
    side = WHITE * turn
    ahead = move.end % 9 if turn == 0 else 8 - move.end % 9
    there = int(board[move.end])
    if move.dropped:
        return _why_no_drop(board, hand, move, side, ahead) or ("it does not end the check" if in_check else _MATE)
    if move.start is None:
        return "no piece moves so"
    piece = int(board[move.start])
    if piece & WHITE != side:
        return f"the piece on {square_name(move.start)} is the opponent's"
    kind = piece & 15
    if there and there & WHITE == side:
        return f"a piece of one's own is on {square_name(move.end)}"
    if not _goes(turn, kind, move.start, move.end):
        return "the piece does not move so"
    if move.promoted:
        if kind in (GOLD, KING) or kind > KING:
            return "the piece does not promote"
        behind = move.start % 9 if turn == 0 else 8 - move.start % 9
        if min(ahead, behind) > 2:
            return "it promotes only on moves into, within or out of the last three ranks"
    elif (kind in (PAWN, LANCE) and ahead < 1) or (kind == KNIGHT and ahead < 2):
        return "the piece must promote"
    if kind == KING:
        return "the king would be in check"
    return "it does not end the check" if in_check else "it would leave the king in check"


_MATE = "a pawn may not be dropped to give mate"


def _why_no_drop(board: NDArray[np.uint8], hand: NDArray[np.uint8], move: Move, side: int, ahead: int) -> str:
    kind = move.dropped
    if not hand[kind - 1]:
        return "there is no such piece in hand"
    if board[move.end]:
        return f"a piece is on {square_name(move.end)}"
    if (kind in (PAWN, LANCE) and ahead < 1) or (kind == KNIGHT and ahead < 2):
        return "the piece could never move from there"
    file = move.end // 9
    if kind == PAWN and (board[9 * file : 9 * file + 9] == PAWN + side).any():
        return "two pawns on a file (nifu)"
    return ""


_ORTHOGONAL = (UP, LEFT, RIGHT, DOWN)
_DIAGONAL = (UP_LEFT, UP_RIGHT, DOWN_LEFT, DOWN_RIGHT)
_SLIDES = {LANCE: (UP,), BISHOP: _DIAGONAL, HORSE: _DIAGONAL, ROOK: _ORTHOGONAL, DRAGON: _ORTHOGONAL}
"""The directions in which pieces go any number of squares, seen by whoever moves."""


def _goes(turn: int, kind: int, start: int, end: int) -> bool:
    """Whether a piece goes from one square to another between which nothing stands."""
    near = KINGS if kind in (HORSE, DRAGON) else int(KIND_SETS[kind])
    place = 2 * ((turn * SETS + near) * STRIDE + start)
    if (int(STEPS[place]) | int(STEPS[place + 1]) << 64) >> end & 1:
        return True
    seen = (start, end) if turn == 0 else (80 - start, 80 - end)
    return int(DIRECTIONS[seen[0] * STRIDE + seen[1]]) in _SLIDES.get(kind, ())
