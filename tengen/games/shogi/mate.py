"""Mate in one: only moves that give check are tried, on a copy of the sets alone."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.rules import State, implement, winning_action
from tengen.games.shogi.bits import Squares, Words, first, load, one, rest, some, stack_words, store, words
from tengen.games.shogi.movegen import (
    DROPPED_HANDS,
    DROPS,
    PLANE_WORDS,
    PROMOTIONS,
    attackers,
    bishop_reach,
    count_planes,
    forward_reach,
    king_escapes,
    king_of,
    legal_planes,
    rook_reach,
    shields,
)
from tengen.games.shogi.pieces import (
    BISHOPS,
    DRAGONS,
    GOLDS,
    HORSES,
    KINGS,
    KNIGHTS,
    LANCES,
    PAWNS,
    PROMOTED,
    ROOKS,
    SETS,
    SILVERS,
)
from tengen.games.shogi.rules import DECLARE, KIND_SETS, flip, may_declare, origin, planes_of
from tengen.games.shogi.tables import NOWHERE, steps

SET_WORDS = 2 * SETS
CHECK_WORDS = 2 * SETS


@kernel
def find_checks(sets: Words, color: int, king: int, occupied: Squares, checks: Words) -> None:
    """Writes the squares from which each kind of set of `color` attacks the other king into `checks` [12 * 2 words]."""
    other = 1 - color
    rook, bishop, near = rook_reach(king, occupied), bishop_reach(king, occupied), steps(0, KINGS, king)
    for word in range(CHECK_WORDS):
        checks[word] = np.uint64(0)
    store(checks, PAWNS, steps(other, PAWNS, king))
    store(checks, LANCES, forward_reach(other, king, occupied))
    store(checks, KNIGHTS, steps(other, KNIGHTS, king))
    store(checks, SILVERS, steps(other, SILVERS, king))
    store(checks, GOLDS, steps(other, GOLDS, king))
    store(checks, BISHOPS, bishop)
    store(checks, ROOKS, rook)
    store(checks, HORSES, bishop | near)
    store(checks, DRAGONS, rook | near)


@kernel
def is_mate(sets: Words, hands: NDArray[np.uint8], other: int, king: int, planes: Words) -> bool:
    """Whether side `other`, to move, is checkmated; `planes` is overwritten."""
    occupied = load(sets, 0) | load(sets, 1)
    checkers = attackers(sets, king, 1 - other, occupied)
    if not some(checkers) or some(king_escapes(sets, other, king, occupied)):
        return False
    if some(rest(checkers)):
        return True
    legal_planes(sets, hands, other, checkers, planes)
    return count_planes(planes) == 0


@implement(winning_action, "shogi_board")
def shogi_winning_action(state: State, scratch: NDArray[np.int32]) -> int:
    if state.over:
        return -1
    if may_declare(state):
        return DECLARE
    sets = words(state.sets)
    color = int(np.int64(state.turn))
    other = 1 - color
    king = king_of(sets, other)
    if king == NOWHERE:
        return -1
    occupied = load(sets, 0) | load(sets, 1)
    planes = stack_words(PLANE_WORDS)
    checks = stack_words(CHECK_WORDS)
    after = stack_words(SET_WORDS)
    replies = stack_words(PLANE_WORDS)
    planes_of(state, planes)
    find_checks(sets, color, king, occupied, checks)
    for plane in range(DROPS + 1, DROPS + 7):  # a pawn may not be dropped to give mate
        kind = int(DROPPED_HANDS[plane - DROPS]) + PAWNS
        squares = load(planes, plane) & load(checks, kind)
        while some(squares):
            square = first(squares)
            squares = rest(squares)
            for word in range(SET_WORDS):
                after[word] = sets[word]
            flip(after, color, square)
            flip(after, kind, square)
            if is_mate(after, state.hands, other, king, replies):
                return plane * 81 + (square if color == 0 else 80 - square)
    opening = shields(sets, color, king, color, occupied)
    anywhere = load(checks, HORSES) | load(checks, DRAGONS) | load(checks, KNIGHTS)
    for plane in range(DROPS):
        squares = load(planes, plane)
        if not some(opening):
            squares &= anywhere
        promoted = plane >= PROMOTIONS
        while some(squares):
            square = first(squares)
            squares = rest(squares)
            start = origin(sets, color, plane - PROMOTIONS if promoted else plane, square)
            kind = int(state.shogi_board[start]) & 15
            kind_after = int(KIND_SETS[kind + PROMOTED]) if promoted else int(KIND_SETS[kind])
            if not some(load(checks, kind_after) & one(square)) and not some(opening & one(start)):
                continue
            for word in range(SET_WORDS):
                after[word] = sets[word]
            flip(after, color, start)
            flip(after, KIND_SETS[kind], start)
            captured = int(state.shogi_board[square])
            if captured:
                flip(after, other, square)
                flip(after, KIND_SETS[captured & 15], square)
            flip(after, color, square)
            flip(after, kind_after, square)
            if is_mate(after, state.hands, other, king, replies):
                return plane * 81 + (square if color == 0 else 80 - square)
    return -1
