"""The rules of shogi on the record: moves, the end of a game, keys.

An action is `plane * 81 + square`, where the side to move stands at the bottom: for White the board is turned, so that
its square s is 80 - s. Planes 0 to 9 are directions, 10 to 19 the same with promotion, 20 to 26 drops (dlshogi's
encoding); DECLARE is the declaration of a win.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import random_below
from tengen.games.rules import (
    OVER,
    State,
    apply,
    count_actions,
    implement,
    key,
    legal_actions,
    player,
    random_action,
    result,
)
from tengen.games.shogi.bits import (
    Squares,
    Words,
    count,
    first,
    last,
    load,
    one,
    rest,
    some,
    stack_words,
    store,
    words,
)
from tengen.games.shogi.movegen import (
    DROPPED_HANDS,
    DROPS,
    PLANE_WORDS,
    PLANES,
    PROMOTIONS,
    attackers,
    count_planes,
    king_escapes,
    king_of,
    legal_planes,
)
from tengen.games.shogi.pieces import (
    BISHOPS,
    DRAGONS,
    HORSES,
    KINGS,
    PAWNS,
    PROMOTED,
    ROOKS,
)
from tengen.games.shogi.state import (
    DECLARATION,
    DROPPED,
    MOVE_LIMIT,
    NO_MOVE,
    PAST,
    PERPETUAL_CHECK,
    REPETITION,
)
from tengen.games.shogi.tables import (
    DIAGONALS,
    ENDED,
    HAND_WORDS,
    LAST_RANKS,
    OPPOSITE,
    ORTHOGONALS,
    WHITE_TO_MOVE,
    ZOBRIST,
    ZONES,
    ray,
)

DECLARE = PLANES * 81
"""The action that declares a win."""
ACTIONS = DECLARE + 1

KIND_SETS = np.array([0, 2, 3, 4, 5, 6, 7, 8, 9, 6, 6, 6, 6, 0, 10, 11], np.uint8)
"""The set to which each kind of piece belongs: see pieces.py."""
PIECES_IN_ZONE = 10
"""So many pieces beside the king must stand in the zone of whoever declares a win."""


@kernel
def origin(sets: Words, color: int, plane: int, square: int) -> int:
    """Where the piece comes from that moves to a square of the board in the direction of a plane below 10."""
    sign = 1 - 2 * color
    if plane == 8:
        return square - 7 * sign
    if plane == 9:
        return square + 11 * sign
    back = int(OPPOSITE[plane]) if color == 0 else plane
    found = ray(back, square) & (load(sets, 0) | load(sets, 1))
    # Rays up, up right, right and down right run towards lower squares.
    if back == 0 or back == 2 or back == 4 or back == 7:
        return last(found)
    return first(found)


@kernel
def flip(sets: Words, index: int, square: int) -> None:
    """Puts a square into a set or takes it out."""
    sets[np.uint64(2 * index + (square >> 6))] ^= np.uint64(1) << np.uint64(square & 63)


@kernel
def pack_move(start: int, end: int, captured: int, promoted: bool) -> int:
    """A move as `past` keeps it: start or DROPPED + kind, end, captured piece, promoted, each in its bits."""
    return start | end << 7 | captured << 14 | (1 << 19 if promoted else 0)


@kernel
def make_move(state: State, action: int) -> int:
    """Moves the pieces and leaves all else; returns the move as `past` keeps it."""
    sets = words(state.sets)
    color = int(np.int64(state.turn))
    plane = action // 81
    square = action - plane * 81
    if color == 1:
        square = 80 - square
    side = 16 * color
    if plane >= DROPS:
        hand = int(DROPPED_HANDS[plane - DROPS])
        piece = hand + 1 + side
        state.shogi_board[square] = piece
        state.hands[color, hand] -= 1
        flip(sets, color, square)
        flip(sets, hand + PAWNS, square)
        state.hash += ZOBRIST[piece * 81 + square] - HAND_WORDS[color * 7 + hand]
        return DROPPED + hand + 1 | square << 7
    promoted = plane >= PROMOTIONS
    start = origin(sets, color, plane - PROMOTIONS if promoted else plane, square)
    piece = int(state.shogi_board[start])
    captured = int(state.shogi_board[square])
    change = np.uint64(0)
    if captured:
        kind = captured & 15
        hand = (kind & 7) - 1
        flip(sets, 1 - color, square)
        flip(sets, KIND_SETS[kind], square)
        state.hands[color, hand] += 1
        change = HAND_WORDS[color * 7 + hand] - ZOBRIST[captured * 81 + square]
    change -= ZOBRIST[piece * 81 + start]
    flip(sets, color, start)
    flip(sets, KIND_SETS[piece & 15], start)
    if promoted:
        piece += PROMOTED
    change += ZOBRIST[piece * 81 + square]
    flip(sets, color, square)
    flip(sets, KIND_SETS[piece & 15], square)
    state.shogi_board[start] = 0
    state.shogi_board[square] = piece
    state.hash += change
    return pack_move(start, square, captured, promoted)


@kernel
def count_repeats(state: State) -> int:
    """How often the present position stood before; the record's ply and hash are the present ones."""
    side = state.ply & 1
    end = state.ply >> 1
    seen = state.seen[side]
    wanted = state.hash
    hits = 0
    for index in range(end - 1):  # no early exit: so it is vectorised
        hits += seen[index] == wanted
    return hits


@kernel
def first_seen(state: State) -> int:
    """The ply at which the present position stood first."""
    side = state.ply & 1
    index = 0
    while state.seen[side, index] != state.hash:
        index += 1
    return 2 * index + side


@kernel
def find_checkers(state: State) -> Squares:
    """The pieces that give check to the side to move."""
    sets = words(state.sets)
    color = int(np.int64(state.turn))
    return attackers(sets, king_of(sets, color), 1 - color, load(sets, 0) | load(sets, 1))


@kernel
def has_move(state: State) -> bool:
    """Whether the side to move has a legal move; its checkers are known."""
    sets = words(state.sets)
    color = int(np.int64(state.turn))
    checkers = load(words(state.checkers), 0)
    own = load(sets, color)
    king = king_of(sets, color)
    if not some(checkers):
        for kind in range(1, 7):
            if state.hands[color, kind]:
                return True  # there is always an empty square where it may be dropped
        # A pawn that is not aligned with the king cannot be pinned.
        pawns = load(sets, PAWNS) & own & ~load(LAST_RANKS, color) & ~load(ORTHOGONALS, king) & ~load(DIAGONALS, king)
        ahead = pawns >> 1 if color == 0 else pawns << 1
        if some(ahead & ~own):
            return True
    if some(king_escapes(sets, color, king, own | load(sets, 1 - color))):
        return True
    planes = stack_words(PLANE_WORDS)
    legal_planes(sets, state.hands, color, checkers, planes)
    return count_planes(planes) > 0


@kernel
def may_declare(state: State) -> bool:
    """Whether the side to move wins by declaration: the 27-point rule."""
    color = int(np.int64(state.turn))
    needed = int(state.points[color])
    if needed == 0:
        return False
    sets = words(state.sets)
    inside = load(sets, color) & load(ZONES, color)
    if not some(inside & load(sets, KINGS)):
        return False
    pieces = count(inside) - 1
    if pieces < PIECES_IN_ZONE or some(load(words(state.checkers), 0)):
        return False
    big = load(sets, ROOKS) | load(sets, DRAGONS) | load(sets, BISHOPS) | load(sets, HORSES)
    total = pieces + 4 * count(inside & big)
    for hand in range(7):
        total += int(state.hands[color, hand]) * (5 if hand >= 5 else 1)
    return total >= needed


@kernel
def settle(state: State) -> None:
    """Ends the game if the present position does: no move, repetition, move limit, in this order."""
    color = int(np.int64(state.turn))
    sign = 1 - 2 * color
    outcome = 0
    if not has_move(state):
        state.over = NO_MOVE
        outcome = -sign
    elif state.repeats >= 3:
        moves = (state.ply - first_seen(state)) >> 1
        own = state.check_run[color] >= moves
        others = state.check_run[1 - color] >= moves
        state.over = REPETITION if own == others else PERPETUAL_CHECK
        if own != others:
            outcome = -sign if own else sign
    elif state.ply >= state.max_plies:
        state.over = MOVE_LIMIT
    state.outcome = outcome


@implement(apply, "shogi_board")
def shogi_apply(state: State, action: int) -> tuple[float, float]:
    color = int(np.int64(state.turn))
    if action == DECLARE:
        state.over = DECLARATION
        state.outcome = 1 - 2 * color
        return 1.0, 0.0
    move = make_move(state, int(np.int64(action)))
    for index in range(PAST - 1, 0, -1):
        state.past[index] = state.past[index - 1]
    state.past[0] = move
    state.turn = 1 - color
    state.ply += 1
    checkers = find_checkers(state)
    store(words(state.checkers), 0, checkers)
    state.check_run[color] = state.check_run[color] + 1 if some(checkers) else 0
    state.repeats = count_repeats(state)
    settle(state)
    if state.over:
        return float(state.outcome * (1 - 2 * color)), 0.0
    state.seen[state.ply & 1, state.ply >> 1] = state.hash
    return 0.0, -1.0


@kernel
def planes_of(state: State, planes: Words) -> int:
    """Writes the legal destinations of a game that is not over into `planes`; returns how many there are."""
    legal_planes(words(state.sets), state.hands, int(np.int64(state.turn)), load(words(state.checkers), 0), planes)
    return count_planes(planes)


@implement(legal_actions, "shogi_board")
def shogi_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.over:
        return 0
    planes = stack_words(PLANE_WORDS)
    planes_of(state, planes)
    found = 0
    for plane in range(PLANES):
        squares = load(planes, plane)
        if state.turn == 0:
            while some(squares):
                out[found] = plane * 81 + first(squares)
                squares = rest(squares)
                found += 1
        else:
            while some(squares):
                square = last(squares)
                out[found] = plane * 81 + 80 - square
                squares ^= one(square)
                found += 1
    if may_declare(state):
        out[found] = DECLARE
        found += 1
    return found


@implement(count_actions, "shogi_board")
def shogi_count_actions(state: State, scratch: NDArray[np.int32]) -> int:
    if state.over:
        return 0
    planes = stack_words(PLANE_WORDS)
    return planes_of(state, planes) + may_declare(state)


@implement(random_action, "shogi_board")
def shogi_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    planes = stack_words(PLANE_WORDS)
    total = planes_of(state, planes)
    drawn = random_below(seeds, row, total + may_declare(state))
    if drawn == total:
        return DECLARE
    plane = 0
    squares = load(planes, 0)
    size = count(squares)
    while drawn >= size:
        drawn -= size
        plane += 1
        squares = load(planes, plane)
        size = count(squares)
    for _ in range(drawn):
        squares = rest(squares)
    square = first(squares)
    return plane * 81 + (square if state.turn == 0 else 80 - square)


@implement(player, "shogi_board")
def shogi_player(state: State) -> int:
    return OVER if state.over else int(np.int64(state.turn))


@implement(result, "shogi_board")
def shogi_result(state: State) -> float:
    return float(state.outcome)


@implement(key, "shogi_board")
def shogi_key(state: State) -> np.uint64:
    total = state.hash
    if state.turn == 1:
        total ^= HAND_WORDS[WHITE_TO_MOVE]
    if state.over:
        total ^= HAND_WORDS[ENDED]
    return total
