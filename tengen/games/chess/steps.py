"""What an action does to a board."""

from typing import NamedTuple

import numpy as np

from tengen.core.jit import kernel
from tengen.games.chess.bits import NONE, ONE, bit, lowest
from tengen.games.chess.board import TWO, Board, code_at, turned
from tengen.games.chess.geometry import EAST, OFFSET, PROMOTION_PLANE, RANK_1, WEST
from tengen.games.chess.state import BISHOP, EMPTY, KING, KNIGHT, PAWN, QUEEN, ROOK

LESSER_PIECES = np.array([KNIGHT, BISHOP, ROOK])


class Step(NamedTuple):
    """A move in full; squares are those of the mover's view."""

    origin: int
    goal: int
    """Where the piece goes; when castling, where the king does."""
    mover: int
    """The code of the piece that moves."""
    placed: int
    """The code of the piece that stands on `goal` afterwards: another one after a promotion."""
    victim: int
    """The code of the piece that is taken, or EMPTY."""
    taken: int
    """Where the victim stands: on `goal`, except en passant. When castling, where the rook stands."""
    rook_goal: int
    """When castling, where the rook goes; else -1."""
    ep_square: int
    """The square that a pawn passed over, as the opponent sees it, or 0."""


@kernel
def read_step(board: Board, castling: np.uint64, chess960: int, action: int) -> Step:
    """What a legal action does."""
    plane = action >> 6
    origin = action & 63
    goal = origin + OFFSET[plane]
    mover = code_at(board, origin)
    placed = mover
    victim = code_at(board, goal)
    taken = goal
    rook_goal = -1
    ep_square = 0
    if mover == PAWN:
        if goal >= 56:
            placed = QUEEN if plane < PROMOTION_PLANE else LESSER_PIECES[(plane - PROMOTION_PLANE) // 3]
        elif victim == EMPTY and (goal - origin) & 7 != 0:
            victim = PAWN
            taken = goal - 8
        elif goal - origin == 16:
            ep_square = (origin + 8) ^ 56
    elif mover == KING and castling & RANK_1 != NONE:
        rook = NONE
        if chess960:
            rook = bit(goal) & board.own
        elif plane == 7 * EAST + 1:
            rook = bit(7)
        elif plane == 7 * WEST + 1:
            rook = bit(0)
        if rook != NONE:
            victim = EMPTY
            taken = lowest(rook)
            goal = 6 if taken > origin else 2
            rook_goal = 5 if taken > origin else 3
    return Step(origin, goal, mover, placed, victim, taken, rook_goal, ep_square)


@kernel
def after_step(board: Board, step: Step) -> Board:
    """The board after a move, seen by the opponent."""
    cleared = ~(bit(step.origin) | bit(step.taken) | bit(step.goal))
    place = np.uint64(step.goal)
    code = np.uint64(step.placed)
    own = (board.own & cleared) | (ONE << place)
    leaper = (board.leaper & cleared) | ((code & ONE) << place)
    diagonal = (board.diagonal & cleared) | (((code >> ONE) & ONE) << place)
    straight = (board.straight & cleared) | ((code >> TWO) << place)
    if step.rook_goal >= 0:
        rook = bit(step.rook_goal)
        own |= rook
        straight |= rook
    return turned(Board(own, leaper, diagonal, straight))
