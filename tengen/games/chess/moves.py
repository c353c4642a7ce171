"""Move generation on whole sets of squares: all pieces that move alike move one direction at once.

No table of attacks: a direction is a rotation of the set, and the reach of all sliders along it is filled in three
doublings (Kogge and Stone's parallel prefix). Two sliders never reach one square in the same direction, so that the
moves in a direction are as many as its targets. Boards are four sets, seen by the side to move; see state.py.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.chess.bits import ALL, NONE, ONE, bit, lowest, popcount, rotate
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
    PROMOTION_PLANE,
    RANK_1,
    RANK_3,
    RANK_8,
    SHIFT,
    WEST,
)
from tengen.games.rules import State

_7, _8, _9, _16 = np.uint64(7), np.uint64(8), np.uint64(9), np.uint64(16)


@kernel
def reach(sliders: np.uint64, empty: np.uint64, direction: int) -> np.uint64:
    """All squares that sliders attack in a direction, where the squares of `empty` let them pass."""
    shift = SHIFT[direction]
    landing = LANDING[direction]
    free = empty & landing
    sliders |= free & rotate(sliders, shift)
    free &= rotate(free, shift)
    sliders |= free & rotate(sliders, shift + shift)
    shift4 = shift * np.uint64(4)
    free &= rotate(free, shift + shift)
    sliders |= free & rotate(sliders, shift4)
    return rotate(sliders, shift) & landing


@kernel
def king_zone(king: np.uint64) -> np.uint64:
    """The squares beside a king."""
    row = king | ((king << ONE) & NOT_FILE_A) | ((king >> ONE) & NOT_FILE_H)
    return (row | (row << _8) | (row >> _8)) & ~king


@kernel
def knight_jumps(knights: np.uint64) -> np.uint64:
    """All squares that knights attack."""
    found = NONE
    for jump in range(8):
        found |= rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump]
    return found


@kernel
def beside(squares: np.uint64) -> np.uint64:
    """The neighbours on the same rank."""
    return ((squares << ONE) & NOT_FILE_A) | ((squares >> ONE) & NOT_FILE_H)


@kernel
def read_board(
    own: np.uint64, leaper: np.uint64, diagonal: np.uint64, straight: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """What the board means for the side to move: `attacked`, `pinned` and `target` of the record."""
    occupied = leaper | diagonal | straight
    enemy = occupied ^ own
    king = own & leaper & straight
    straight_sliders = enemy & straight & ~leaper
    diagonal_sliders = enemy & diagonal & ~leaper
    pawns = enemy & leaper & ~diagonal & ~straight
    knights = enemy & leaper & diagonal
    through = ~(occupied ^ king)

    attacked = king_zone(enemy & leaper & straight) | beside(pawns >> _8)
    for direction in range(4):
        attacked |= reach(straight_sliders, through, direction)
        attacked |= reach(diagonal_sliders, through, direction + 4)
    attacked |= knight_jumps(knights)

    target = ALL
    pinned = NONE
    square = lowest(king)
    if attacked & king != NONE:
        leapers = (knight_jumps(king) & knights) | (beside(king << _8) & pawns)
        if leapers != NONE:
            target = leapers
    for axis in range(4):
        snipers = LINES[axis, square] & (straight_sliders if axis < 2 else diagonal_sliders)
        while snipers != NONE:
            sniper = snipers & (~snipers + ONE)
            snipers ^= sniper
            between = LINES[axis, square] & (max(sniper, king) - (min(sniper, king) << ONE))
            screen = between & occupied
            if screen == NONE:
                target &= between | sniper  # nothing is left of two checks from two sides
            elif screen & (screen - ONE) == NONE:
                pinned |= screen & own
    return attacked, pinned, target


@kernel
def pawn_targets(
    own: np.uint64,
    leaper: np.uint64,
    diagonal: np.uint64,
    straight: np.uint64,
    pinned: np.uint64,
    target: np.uint64,
    ep_pawns: np.uint64,
    ep_square: int,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Where pawns may go: one step ahead, two steps ahead, capturing to the right, capturing to the left."""
    occupied = leaper | diagonal | straight
    square = lowest(own & leaper & straight)
    pawns = own & leaper & ~diagonal & ~straight
    ahead = ((pawns & (~pinned | LINES[0, square])) << _8) & ~occupied
    twice = ((ahead & RANK_3) << _8) & ~occupied & target
    taken = (occupied ^ own) & target
    right = ((pawns & (~pinned | LINES[2, square])) << _9) & NOT_FILE_A & taken
    left = ((pawns & (~pinned | LINES[3, square])) << _7) & NOT_FILE_H & taken
    if ep_pawns != NONE:
        behind = bit(ep_square)
        right |= (ep_pawns << _9) & behind
        left |= (ep_pawns << _7) & behind
    return ahead & target, twice, right, left


@kernel
def castling_rooks(
    king: np.uint64,
    occupied: np.uint64,
    castling: np.uint64,
    attacked: np.uint64,
    pinned: np.uint64,
    target: np.uint64,
) -> np.uint64:
    """The own rooks with which castling is legal now."""
    found = NONE
    rooks = castling & RANK_1 & ~pinned
    if target == ALL:
        while rooks != NONE:
            rook = rooks & (~rooks + ONE)
            rooks ^= rook
            king_goal = bit(6) if rook > king else bit(2)
            rook_goal = bit(5) if rook > king else bit(3)
            king_path = (max(king, king_goal) << ONE) - min(king, king_goal)
            rook_path = (max(rook, rook_goal) << ONE) - min(rook, rook_goal)
            if (king_path | rook_path) & occupied & ~king & ~rook == NONE and king_path & attacked == NONE:
                found |= rook
    return found


@kernel
def count_moves(
    own: np.uint64,
    leaper: np.uint64,
    diagonal: np.uint64,
    straight: np.uint64,
    castling: np.uint64,
    ep_pawns: np.uint64,
    ep_square: int,
    attacked: np.uint64,
    pinned: np.uint64,
    target: np.uint64,
) -> int:
    """How many legal moves there are."""
    occupied = leaper | diagonal | straight
    king = own & leaper & straight
    square = lowest(king)
    empty = ~occupied
    aim = target & ~own
    straight_sliders = own & straight & ~leaper
    diagonal_sliders = own & diagonal & ~leaper
    count = popcount(king_zone(king) & ~own & ~attacked)
    for direction in range(4):
        movers = straight_sliders & (~pinned | LINES[AXIS[direction], square])
        count += popcount(reach(movers, empty, direction) & aim)
        movers = diagonal_sliders & (~pinned | LINES[AXIS[direction + 4], square])
        count += popcount(reach(movers, empty, direction + 4) & aim)
    knights = own & leaper & diagonal & ~pinned
    for jump in range(8):
        count += popcount(rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & aim)
    ahead, twice, right, left = pawn_targets(own, leaper, diagonal, straight, pinned, target, ep_pawns, ep_square)
    count += popcount(ahead) + popcount(twice) + popcount(right) + popcount(left)
    if (ahead | right | left) & RANK_8 != NONE:
        count += 3 * (popcount(ahead & RANK_8) + popcount(right & RANK_8) + popcount(left & RANK_8))
    if castling & RANK_1 != NONE:
        count += popcount(castling_rooks(king, occupied, castling, attacked, pinned, target))
    return count


@kernel
def castling_plane(king: np.uint64, rook: np.uint64, chess960: int) -> int:
    """The plane of the king's move that castles with a rook."""
    distance = abs(lowest(rook) - lowest(king)) if chess960 else 2
    return (7 * EAST if rook > king else 7 * WEST) + distance - 1


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
    own, leaper, diagonal, straight = state.chess_own, state.leaper, state.diagonal, state.straight
    pinned, target = state.pinned, state.target
    occupied = leaper | diagonal | straight
    enemy = occupied ^ own
    king = own & leaper & straight
    square = lowest(king)
    king_goals = king_zone(king) & ~own & ~state.attacked
    ahead, twice, right, left = pawn_targets(
        own, leaper, diagonal, straight, pinned, target, state.ep_pawns, state.ep_square
    )
    east_plane = -1
    west_plane = -1
    if state.castling & RANK_1 != NONE:
        rooks = castling_rooks(king, occupied, state.castling, state.attacked, pinned, target)
        while rooks != NONE:
            rook = rooks & (~rooks + ONE)
            rooks ^= rook
            if rook > king:
                east_plane = castling_plane(king, rook, state.chess960)
            else:
                west_plane = castling_plane(king, rook, state.chess960)

    count = 0
    for direction in range(8):
        sliders = own & ~leaper & (straight if direction < 4 else diagonal)
        front = sliders & (~pinned | LINES[AXIS[direction], square])
        shift = SHIFT[direction]
        landing = LANDING[direction]
        back = NONE
        for distance in range(7):
            plane = 7 * direction + distance
            back -= shift
            front = rotate(front, shift) & landing & ~own
            arrived = front & target
            if distance == 0:
                arrived |= rotate(king, shift) & landing & king_goals
                if direction == NORTH:
                    arrived |= ahead
                elif direction == NORTH_EAST:
                    arrived |= right
                elif direction == NORTH_WEST:
                    arrived |= left
            elif distance == 1 and direction == NORTH:
                arrived |= twice
            origins = rotate(arrived, back)
            if plane == east_plane or plane == west_plane:
                origins |= king
            count = write_plane(out, count, plane, origins)
            front &= ~enemy

    knights = own & leaper & diagonal & ~pinned
    for jump in range(8):
        arrived = rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & target & ~own
        count = write_plane(out, count, JUMP_PLANE + jump, rotate(arrived, NONE - JUMP_SHIFT[jump]))
    if (ahead | right | left) & RANK_8 != NONE:
        for piece in range(3):
            plane = PROMOTION_PLANE + 3 * piece
            count = write_plane(out, count, plane, (left & RANK_8) >> _7)
            count = write_plane(out, count, plane + 1, (ahead & RANK_8) >> _8)
            count = write_plane(out, count, plane + 2, (right & RANK_8) >> _9)
    return count


@kernel
def is_attacked(
    square: np.uint64,
    occupied: np.uint64,
    leaper: np.uint64,
    diagonal: np.uint64,
    straight: np.uint64,
    enemy: np.uint64,
) -> bool:
    """Whether the opponent's pieces, those of `enemy`, attack a square of the side to move."""
    straight_sliders = enemy & straight & ~leaper
    diagonal_sliders = enemy & diagonal & ~leaper
    found = knight_jumps(square) & enemy & leaper & diagonal
    found |= beside(square << _8) & enemy & leaper & ~diagonal & ~straight
    for direction in range(4):
        found |= reach(square, ~occupied, direction) & straight_sliders
        found |= reach(square, ~occupied, direction + 4) & diagonal_sliders
    return found != NONE


@kernel
def find_ep_pawns(
    own: np.uint64, leaper: np.uint64, diagonal: np.uint64, straight: np.uint64, ep_square: int
) -> np.uint64:
    """The own pawns that may take the pawn before `ep_square` en passant without leaving their king in check."""
    found = NONE
    occupied = leaper | diagonal | straight
    behind = bit(ep_square)
    taken = behind >> _8
    candidates = beside(taken) & own & leaper & ~diagonal & ~straight
    while candidates != NONE:
        pawn = candidates & (~candidates + ONE)
        candidates ^= pawn
        king = own & leaper & straight
        after = (occupied ^ pawn ^ taken) | behind
        if not is_attacked(king, after, leaper, diagonal, straight, (occupied ^ own) & ~taken):
            found |= pawn
    return found
