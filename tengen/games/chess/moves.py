"""Legal moves, counted, listed and drawn on whole sets of squares: all pieces that move alike move at once.

Two sliders never reach one square in the same direction, so that the moves in a direction are as many as its goals.
Pins and checks are known beforehand (board.py), so that every move that is found is legal.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import random_below
from tengen.games.chess.bits import ALL, NONE, ONE, bit, lowest, nth, popcount, rotate
from tengen.games.chess.board import Board, Outlook, board_of, king_zone, reach
from tengen.games.chess.geometry import (
    AXIS,
    EAST,
    JUMP_LANDING,
    JUMP_PLANE,
    JUMP_SHIFT,
    LANDING,
    LINES,
    NORTH,
    NORTH_EAST,
    NORTH_WEST,
    NOT_FILE_A,
    NOT_FILE_H,
    PLANE,
    PROMOTION_PLANE,
    RANK_1,
    RANK_3,
    RANK_8,
    SHIFT,
    WEST,
)
from tengen.games.rules import State

_7, _8, _9 = np.uint64(7), np.uint64(8), np.uint64(9)


class PawnGoals(NamedTuple):
    """Where pawns may go, by the way that they go there."""

    ahead: np.uint64
    twice: np.uint64
    """Two squares ahead."""
    right: np.uint64
    """By a capture, en passant too."""
    left: np.uint64


@kernel
def pawn_goals(board: Board, outlook: Outlook, ep_pawns: np.uint64, ep_square: int) -> PawnGoals:
    """Where the pawns of the side to move may go."""
    occupied = board.leaper | board.diagonal | board.straight
    square = lowest(board.own & board.leaper & board.straight)
    free = ~outlook.pinned
    pawns = board.own & board.leaper & ~board.diagonal & ~board.straight
    ahead = ((pawns & (free | LINES[0, square])) << _8) & ~occupied
    twice = ((ahead & RANK_3) << _8) & ~occupied & outlook.target
    victims = (occupied ^ board.own) & outlook.target
    right = ((pawns & (free | LINES[2, square])) << _9) & NOT_FILE_A & victims
    left = ((pawns & (free | LINES[3, square])) << _7) & NOT_FILE_H & victims
    if ep_pawns != NONE:
        behind = bit(ep_square)
        right |= (ep_pawns << _9) & behind
        left |= (ep_pawns << _7) & behind
    return PawnGoals(ahead & outlook.target, twice, right, left)


@kernel
def castling_rooks(board: Board, outlook: Outlook, castling: np.uint64) -> np.uint64:
    """The own rooks with which castling is legal now."""
    found = NONE
    rooks = castling & RANK_1 & ~outlook.pinned
    if rooks != NONE and outlook.target == ALL:
        king = board.own & board.leaper & board.straight
        others = (board.leaper | board.diagonal | board.straight) & ~king
        while rooks != NONE:
            rook = rooks & (~rooks + ONE)
            rooks ^= rook
            king_goal = bit(6) if rook > king else bit(2)
            rook_goal = bit(5) if rook > king else bit(3)
            king_path = (max(king, king_goal) << ONE) - min(king, king_goal)
            rook_path = (max(rook, rook_goal) << ONE) - min(rook, rook_goal)
            if (king_path | rook_path) & others & ~rook == NONE and king_path & outlook.attacked == NONE:
                found |= rook
    return found


@kernel
def castling_plane(king: np.uint64, rook: np.uint64, chess960: int) -> int:
    """The plane of the king's move that castles with a rook."""
    distance = abs(lowest(rook) - lowest(king)) if chess960 else 2
    return (7 * EAST if rook > king else 7 * WEST) + distance - 1


@kernel
def count_moves(board: Board, outlook: Outlook, castling: np.uint64, ep_pawns: np.uint64, ep_square: int) -> int:
    """How many legal moves there are."""
    king = board.own & board.leaper & board.straight
    square = lowest(king)
    empty = ~(board.leaper | board.diagonal | board.straight)
    free = ~outlook.pinned
    aim = outlook.target & ~board.own
    straight_sliders = board.own & board.straight & ~board.leaper
    diagonal_sliders = board.own & board.diagonal & ~board.leaper
    count = popcount(king_zone(king) & ~board.own & ~outlook.attacked)
    for direction in range(4):
        sliders = straight_sliders & (free | LINES[AXIS[direction], square])
        count += popcount(reach(sliders, empty, direction) & aim)
        sliders = diagonal_sliders & (free | LINES[AXIS[direction + 4], square])
        count += popcount(reach(sliders, empty, direction + 4) & aim)
    knights = board.own & board.leaper & board.diagonal & free
    for jump in range(8):
        count += popcount(rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & aim)
    goals = pawn_goals(board, outlook, ep_pawns, ep_square)
    count += popcount(goals.ahead) + popcount(goals.twice) + popcount(goals.right) + popcount(goals.left)
    if (goals.ahead | goals.right | goals.left) & RANK_8 != NONE:
        promotions = popcount(goals.ahead & RANK_8) + popcount(goals.right & RANK_8) + popcount(goals.left & RANK_8)
        count += 3 * promotions  # beside those to a queen
    if castling & RANK_1 != NONE:
        count += popcount(castling_rooks(board, outlook, castling))
    return count


@kernel
def write_plane(out: NDArray[np.int32], count: int, plane: int, origins: np.uint64) -> int:
    """Appends the actions of a plane to the first `count` of `out`; returns how many there are then."""
    while origins != NONE:
        out[count] = plane * 64 + lowest(origins)
        origins &= origins - ONE
        count += 1
    return count


@kernel
def list_moves(state: State, out: NDArray[np.int32]) -> int:
    """Writes the legal actions of a game that goes on, ascending, into `out`; returns how many."""
    board = board_of(state)
    outlook = Outlook(state.attacked, state.pinned, state.target)
    enemy = (board.leaper | board.diagonal | board.straight) ^ board.own
    king = board.own & board.leaper & board.straight
    square = lowest(king)
    king_goals = king_zone(king) & ~board.own & ~outlook.attacked
    pawns = pawn_goals(board, outlook, state.ep_pawns, state.ep_square)
    east_plane = -1
    west_plane = -1
    rooks = castling_rooks(board, outlook, state.castling)
    if rooks > king:
        east_plane = castling_plane(king, rooks & ~(king - ONE), state.chess960)
    if rooks & (king - ONE) != NONE:
        west_plane = castling_plane(king, rooks & (king - ONE), state.chess960)

    count = 0
    for direction in range(8):
        front = board.own & ~board.leaper & (board.straight if direction < 4 else board.diagonal)
        front &= ~outlook.pinned | LINES[AXIS[direction], square]
        shift = SHIFT[direction]
        landing = LANDING[direction]
        back = NONE
        for distance in range(7):
            plane = 7 * direction + distance
            back -= shift
            front = rotate(front, shift) & landing & ~board.own
            arrived = front & outlook.target
            if distance == 0:
                arrived |= rotate(king, shift) & landing & king_goals
                if direction == NORTH:
                    arrived |= pawns.ahead
                elif direction == NORTH_EAST:
                    arrived |= pawns.right
                elif direction == NORTH_WEST:
                    arrived |= pawns.left
            elif distance == 1 and direction == NORTH:
                arrived |= pawns.twice
            origins = rotate(arrived, back)
            if plane == east_plane:
                origins |= king
            if plane == west_plane:
                origins |= king
            count = write_plane(out, count, plane, origins)
            front &= ~enemy

    knights = board.own & board.leaper & board.diagonal & ~outlook.pinned
    for jump in range(8):
        arrived = rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & outlook.target & ~board.own
        count = write_plane(out, count, JUMP_PLANE + jump, rotate(arrived, NONE - JUMP_SHIFT[jump]))
    if (pawns.ahead | pawns.right | pawns.left) & RANK_8 != NONE:
        for piece in range(3):
            plane = PROMOTION_PLANE + 3 * piece
            count = write_plane(out, count, plane, (pawns.left & RANK_8) >> _7)
            count = write_plane(out, count, plane + 1, (pawns.ahead & RANK_8) >> _8)
            count = write_plane(out, count, plane + 2, (pawns.right & RANK_8) >> _9)
    return count


@kernel
def slide_to(goal: int, sliders: np.uint64, direction: int) -> int:
    """The action of whichever of `sliders` reaches a square in a direction."""
    shift = NONE - SHIFT[direction]
    place = rotate(bit(goal), shift)
    while place & sliders == NONE:
        place = rotate(place, shift)
    origin = lowest(place)
    return int(PLANE[origin, goal]) * 64 + origin


@kernel
def draw_move(state: State, seeds: NDArray[np.uint64], row: int) -> int:
    """One of the legal actions of a game that goes on, each as likely: its number is drawn, and then it is found."""
    number = random_below(seeds, row, state.moves)
    board = board_of(state)
    outlook = Outlook(state.attacked, state.pinned, state.target)
    king = board.own & board.leaper & board.straight
    square = lowest(king)
    aim = outlook.target & ~board.own

    goals = king_zone(king) & ~board.own & ~outlook.attacked
    count = popcount(goals)
    if number < count:
        return int(PLANE[square, nth(goals, number)]) * 64 + square
    number -= count
    pawns = pawn_goals(board, outlook, state.ep_pawns, state.ep_square)
    count = popcount(pawns.ahead)
    if number < count:
        return 7 * NORTH * 64 + nth(pawns.ahead, number) - 8
    number -= count
    count = popcount(pawns.twice)
    if number < count:
        return (7 * NORTH + 1) * 64 + nth(pawns.twice, number) - 16
    number -= count
    count = popcount(pawns.right)
    if number < count:
        return 7 * NORTH_EAST * 64 + nth(pawns.right, number) - 9
    number -= count
    count = popcount(pawns.left)
    if number < count:
        return 7 * NORTH_WEST * 64 + nth(pawns.left, number) - 7
    number -= count
    knights = board.own & board.leaper & board.diagonal & ~outlook.pinned
    for jump in range(8):
        goals = rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & aim
        count = popcount(goals)
        if number < count:
            return (JUMP_PLANE + jump) * 64 + nth(rotate(goals, NONE - JUMP_SHIFT[jump]), number)
        number -= count
    empty = ~(board.leaper | board.diagonal | board.straight)
    for direction in range(8):
        sliders = board.own & ~board.leaper & (board.straight if direction < 4 else board.diagonal)
        sliders &= ~outlook.pinned | LINES[AXIS[direction], square]
        goals = reach(sliders, empty, direction) & aim
        count = popcount(goals)
        if number < count:
            return slide_to(nth(goals, number), sliders, direction)
        number -= count
    for side in range(3):
        goals = RANK_8 & (pawns.left if side == 0 else pawns.ahead if side == 1 else pawns.right)
        count = 3 * popcount(goals)
        if number < count:
            goal = nth(goals, number // 3)
            return (PROMOTION_PLANE + 3 * (number % 3) + side) * 64 + goal - 7 - side
        number -= count
    rooks = castling_rooks(board, outlook, state.castling)
    return castling_plane(king, bit(nth(rooks, number)), state.chess960) * 64 + square
