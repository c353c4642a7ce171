"""Mate in one: only moves that give check are tried."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.chess.bits import ALL, NONE, bit
from tengen.games.chess.board import (
    EIGHT,
    Board,
    beside,
    board_of,
    find_ep_pawns,
    knight_jumps,
    look,
    look_along_lines,
    reach,
)
from tengen.games.chess.moves import count_moves, list_moves
from tengen.games.chess.state import BISHOP, KNIGHT, ONGOING, PAWN, QUEEN, ROOK
from tengen.games.chess.steps import after_step, read_step
from tengen.games.rules import State, implement, winning_action


@kernel
def is_mated(board: Board, ep_square: int) -> bool:
    """Whether the side to move is in check without a legal move; `ep_square` is where a pawn just passed, or 0."""
    outlook = look(board)
    if outlook.target == ALL:
        return False
    ep_pawns = NONE if ep_square == 0 else find_ep_pawns(board, ep_square)
    return count_moves(board, outlook, NONE, ep_pawns, ep_square) == 0


@implement(winning_action, "chess_own")
def chess_winning_action(state: State, scratch: NDArray[np.int32]) -> int:
    if state.ending != ONGOING:
        return -1
    board = board_of(state)
    occupied = board.leaper | board.diagonal | board.straight
    king = (board.leaper & board.straight) & ~board.own
    straight_checks = NONE
    diagonal_checks = NONE
    for direction in range(4):
        straight_checks |= reach(king, ~occupied, direction)
        diagonal_checks |= reach(king, ~occupied, direction + 4)
    knight_checks = knight_jumps(king)
    pawn_checks = beside(king >> EIGHT)
    sliders = board.own & ~board.leaper
    screens = look_along_lines(king, occupied, sliders & board.straight, sliders & board.diagonal).screens
    for index in range(list_moves(state, scratch)):
        action = scratch[index]
        step = read_step(board, state.castling, state.chess960, action)
        checks = NONE
        if step.placed == PAWN:
            checks = pawn_checks
        elif step.placed == KNIGHT:
            checks = knight_checks
        elif step.placed == BISHOP:
            checks = diagonal_checks
        elif step.placed == ROOK:
            checks = straight_checks
        elif step.placed == QUEEN:
            checks = diagonal_checks | straight_checks
        # pieces that leave, come or go at another square than their own open lines that are not seen before
        unusual = step.placed != step.mover or step.taken != step.goal
        if unusual or checks & bit(step.goal) != NONE or screens & bit(step.origin) != NONE:
            if is_mated(after_step(board, step), step.ep_square):
                return int(action)
    return -1
