"""The board as four sets of squares, and what it means for the side to move: attacks, pins, checks.

No table of attacks: a direction is a rotation of the set, and the reach of all sliders along it is filled in three
doublings (Kogge and Stone's parallel prefix).
"""

from typing import NamedTuple

import numpy as np

from tengen.core.jit import kernel
from tengen.games.chess.bits import ALL, NONE, ONE, bit, flip, lowest, rotate
from tengen.games.chess.geometry import JUMP_LANDING, JUMP_SHIFT, LANDING, LINES, NOT_FILE_A, NOT_FILE_H, SHIFT
from tengen.games.rules import State

EIGHT = np.uint64(8)
TWO = np.uint64(2)


class Board(NamedTuple):
    """Who stands where, seen by the side to move. The codes of pieces (state.py) are the bits of the last three."""

    own: np.uint64
    leaper: np.uint64
    """Pawns, knights and kings."""
    diagonal: np.uint64
    """Bishops, queens and knights."""
    straight: np.uint64
    """Rooks, queens and kings."""


class Outlook(NamedTuple):
    """What a board means for the side to move."""

    attacked: np.uint64
    """Squares that the opponent attacks, through the king too."""
    pinned: np.uint64
    """Own pieces that must stay on their line to the king."""
    target: np.uint64
    """Squares to which a piece other than the king ends a check; all squares without check, none in double check."""


class Lines(NamedTuple):
    """What lies between a king and hostile sliders."""

    screens: np.uint64
    """Pieces of either side that stand alone between the king and a slider."""
    target: np.uint64
    """Squares that block all checks by sliders or take the checker."""


@kernel
def board_of(state: State) -> Board:
    """The board of a state."""
    return Board(state.chess_own, state.leaper, state.diagonal, state.straight)


@kernel
def turned(board: Board) -> Board:
    """The same board seen by the other side."""
    occupied = board.leaper | board.diagonal | board.straight
    return Board(flip(occupied ^ board.own), flip(board.leaper), flip(board.diagonal), flip(board.straight))


@kernel
def code_at(board: Board, square: int) -> int:
    """The code of the piece on a square."""
    place = np.uint64(square)
    code = (board.leaper >> place) & ONE
    code |= ((board.diagonal >> place) & ONE) << ONE
    code |= ((board.straight >> place) & ONE) << TWO
    return int(np.int64(code))


@kernel
def reach(sliders: np.uint64, empty: np.uint64, direction: int) -> np.uint64:
    """All squares that sliders attack in a direction, where the squares of `empty` let them pass."""
    shift = SHIFT[direction]
    landing = LANDING[direction]
    free = empty & landing
    sliders |= free & rotate(sliders, shift)
    free &= rotate(free, shift)
    sliders |= free & rotate(sliders, TWO * shift)
    free &= rotate(free, TWO * shift)
    sliders |= free & rotate(sliders, np.uint64(4) * shift)
    return rotate(sliders, shift) & landing


@kernel
def king_zone(king: np.uint64) -> np.uint64:
    """The squares around a king."""
    row = king | beside(king)
    return (row | (row << EIGHT) | (row >> EIGHT)) & ~king


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
def look_along_lines(
    king: np.uint64, occupied: np.uint64, straight_sliders: np.uint64, diagonal_sliders: np.uint64
) -> Lines:
    """What lies between a king and the sliders that are given."""
    screens = NONE
    target = ALL
    square = lowest(king)
    for axis in range(4):
        line = LINES[axis, square]
        snipers = line & (straight_sliders if axis < 2 else diagonal_sliders)
        while snipers != NONE:
            sniper = snipers & (~snipers + ONE)
            snipers ^= sniper
            between = line & (max(sniper, king) - (min(sniper, king) << ONE))
            screen = between & occupied
            if screen == NONE:
                target &= between | sniper  # of two checks from two sides nothing is left
            elif screen & (screen - ONE) == NONE:
                screens |= screen
    return Lines(screens, target)


@kernel
def look(board: Board) -> Outlook:
    """What the board means for the side to move."""
    occupied = board.leaper | board.diagonal | board.straight
    enemy = occupied ^ board.own
    king = board.own & board.leaper & board.straight
    straight_sliders = enemy & board.straight & ~board.leaper
    diagonal_sliders = enemy & board.diagonal & ~board.leaper
    pawns = enemy & board.leaper & ~board.diagonal & ~board.straight
    knights = enemy & board.leaper & board.diagonal

    through = ~(occupied ^ king)
    attacked = king_zone(enemy & board.leaper & board.straight) | beside(pawns >> EIGHT) | knight_jumps(knights)
    for direction in range(4):
        attacked |= reach(straight_sliders, through, direction)
        attacked |= reach(diagonal_sliders, through, direction + 4)

    lines = look_along_lines(king, occupied, straight_sliders, diagonal_sliders)
    target = lines.target
    if attacked & king != NONE:
        checkers = (knight_jumps(king) & knights) | (beside(king << EIGHT) & pawns)
        if checkers != NONE:
            target &= checkers
    return Outlook(attacked, lines.screens & board.own, target)


@kernel
def attackers(board: Board, square: np.uint64, occupied: np.uint64) -> np.uint64:
    """The opponent's pieces, but for his king, that attack a square when the squares of `occupied` are taken."""
    enemy = occupied & ~board.own
    straight_sliders = enemy & board.straight & ~board.leaper
    diagonal_sliders = enemy & board.diagonal & ~board.leaper
    found = knight_jumps(square) & enemy & board.leaper & board.diagonal
    found |= beside(square << EIGHT) & enemy & board.leaper & ~board.diagonal & ~board.straight
    for direction in range(4):
        found |= reach(square, ~occupied, direction) & straight_sliders
        found |= reach(square, ~occupied, direction + 4) & diagonal_sliders
    return found


@kernel
def find_ep_pawns(board: Board, ep_square: int) -> np.uint64:
    """The own pawns that may take the pawn before `ep_square` en passant without leaving their king in check."""
    found = NONE
    behind = bit(ep_square)
    taken = behind >> EIGHT
    candidates = beside(taken) & board.own & board.leaper & ~board.diagonal & ~board.straight
    if candidates != NONE:
        occupied = board.leaper | board.diagonal | board.straight
        king = board.own & board.leaper & board.straight
        while candidates != NONE:
            pawn = candidates & (~candidates + ONE)
            candidates ^= pawn
            # the capturer is on a square that counts as nobody's piece, since its code there is none
            if attackers(board, king, (occupied ^ pawn ^ taken) | behind) == NONE:
                found |= pawn
    return found
