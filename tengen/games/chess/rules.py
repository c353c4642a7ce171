"""Chess as scalar kernels on one record: what a move does, and when a game is over."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import random_below
from tengen.games.chess.bits import ALL, NONE, ONE, bit, flip, lowest, nth, popcount, rotate
from tengen.games.chess.geometry import (
    AXIS,
    DARK,
    EAST,
    JUMP_LANDING,
    JUMP_PLANE,
    JUMP_SHIFT,
    LANDING,
    LINES,
    NORTH,
    NORTH_EAST,
    NORTH_WEST,
    OFFSET,
    PLANE,
    PROMOTION_PLANE,
    RANK_1,
    RANK_8,
    SHIFT,
    WEST,
)
from tengen.games.chess.moves import (
    beside,
    castling_plane,
    castling_rooks,
    count_moves,
    find_ep_pawns,
    king_zone,
    list_moves,
    pawn_targets,
    reach,
    read_board,
)
from tengen.games.chess.state import (
    BISHOP,
    BLACK_TO_MOVE,
    CHECKMATE,
    EMPTY,
    FIFTY,
    KING,
    KNIGHT,
    LIMIT,
    MATERIAL,
    MEMORY,
    ONGOING,
    PAST,
    PAWN,
    QUEEN,
    REPETITION,
    RIGHTS,
    ROOK,
    STALEMATE,
    ZOBRIST,
    code_at,
)
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

PROMOTED = np.array([KNIGHT, BISHOP, ROOK])


@kernel
def lacks_material(own: np.uint64, leaper: np.uint64, diagonal: np.uint64, straight: np.uint64) -> bool:
    """Whether no sequence of moves can mate: bare kings, one knight, or bishops all on squares of one colour."""
    if straight & ~leaper != NONE or leaper & ~diagonal & ~straight != NONE:
        return False
    knights = leaper & diagonal
    bishops = diagonal & ~leaper
    if knights != NONE:
        return bishops == NONE and knights & (knights - ONE) == NONE
    return bishops & DARK == NONE or bishops & ~DARK == NONE


@kernel
def count_occurrences(state: State) -> int:
    """How often the present position has stood since the last capture or pawn move, this time included."""
    found = 1
    index = int(state.slot) - 4
    for _ in range(4, state.known + 1, 2):
        if index < 0:
            index += MEMORY
        if state.keys[index] == state.key:
            found += 1
        index -= 2
    return found


@kernel
def settle(state: State) -> None:
    """Computes what follows from the board and the past: attacks, the number of moves, whether the game is over."""
    own, leaper, diagonal, straight = state.chess_own, state.leaper, state.diagonal, state.straight
    attacked, pinned, target = read_board(own, leaper, diagonal, straight)
    moves = count_moves(
        own, leaper, diagonal, straight, state.castling, state.ep_pawns, state.ep_square, attacked, pinned, target
    )
    state.attacked = attacked
    state.pinned = pinned
    state.target = target
    state.keys[state.slot] = state.key
    state.occurrences = count_occurrences(state) if state.known >= 4 else 1
    if moves == 0:
        state.ending = STALEMATE if target == ALL else CHECKMATE
    elif state.material and lacks_material(own, leaper, diagonal, straight):
        state.ending = MATERIAL
    elif state.repetition and state.occurrences >= state.repetition:
        state.ending = REPETITION
    elif state.fifty and state.clock >= state.fifty:
        state.ending = FIFTY
    elif state.ply >= state.max_plies:
        state.ending = LIMIT
    else:
        state.ending = ONGOING
    state.moves = moves if state.ending == ONGOING else 0


@kernel
def remember(state: State) -> None:
    """Keeps the position before a move for the observation."""
    row = state.ply % PAST
    state.past[row, 0] = state.chess_own
    state.past[row, 1] = state.leaper
    state.past[row, 2] = state.diagonal
    state.past[row, 3] = state.straight
    state.past_occurrences[row] = state.occurrences
    if state.past_count < PAST - 1:
        state.past_count += 1


@kernel
def rights_key(castling: np.uint64, view: int) -> np.uint64:
    """What rights to castle contribute to the key."""
    found = NONE
    while castling != NONE:
        found ^= ZOBRIST[0, RIGHTS, lowest(castling) ^ view]
        castling &= castling - ONE
    return found


@implement(apply, "chess_own")
def chess_apply(state: State, action: int) -> tuple[float, float]:
    own, leaper, diagonal, straight = state.chess_own, state.leaper, state.diagonal, state.straight
    side = int(state.side)
    view = 56 * side
    plane = action >> 6
    origin = action & 63
    goal = origin + OFFSET[plane]
    remember(state)

    mover = code_at(leaper, diagonal, straight, origin)
    placed = mover
    victim = code_at(leaper, diagonal, straight, goal)
    taken = goal
    castling = state.castling
    changed = state.key ^ BLACK_TO_MOVE
    if state.ep_square != 0:
        changed ^= ZOBRIST[1, RIGHTS, state.ep_square ^ view]
    ep_square = 0
    rook = NONE
    if mover == PAWN:
        if goal >= 56:
            placed = QUEEN if plane < PROMOTION_PLANE else PROMOTED[(plane - PROMOTION_PLANE) // 3]
        elif victim == EMPTY and (goal - origin) & 7 != 0:
            victim = PAWN
            taken = goal - 8
        elif goal - origin == 16:
            ep_square = (origin + 8) ^ 56
    elif mover == KING:
        if castling & RANK_1 != NONE:
            if state.chess960:
                rook = bit(goal) & own
            elif plane == 7 * EAST + 1:
                rook = bit(7)
            elif plane == 7 * WEST + 1:
                rook = bit(0)
            if rook != NONE:
                corner = lowest(rook)
                goal = 6 if corner > origin else 2
                rook_goal = 5 if corner > origin else 3
                victim = EMPTY
                taken = corner
                changed ^= ZOBRIST[side, ROOK, corner ^ view] ^ ZOBRIST[side, ROOK, rook_goal ^ view]
        castling &= ~RANK_1

    cleared = ~(bit(origin) | bit(taken) | bit(goal))
    place = np.uint64(goal)
    code = np.uint64(placed)
    own = (own & cleared) | (ONE << place)
    leaper = (leaper & cleared) | ((code & ONE) << place)
    diagonal = (diagonal & cleared) | (((code >> ONE) & ONE) << place)
    straight = (straight & cleared) | ((code >> np.uint64(2)) << place)
    if rook != NONE:
        rook = bit(rook_goal)
        own |= rook
        leaper &= ~rook
        diagonal &= ~rook
        straight |= rook
    changed ^= ZOBRIST[side, mover, origin ^ view] ^ ZOBRIST[side, placed, goal ^ view]
    changed ^= ZOBRIST[1 - side, victim, taken ^ view]
    castling &= cleared
    if castling != state.castling:
        changed ^= rights_key(state.castling ^ castling, view)

    own, leaper, diagonal, straight = (
        flip((leaper | diagonal | straight) ^ own),
        flip(leaper),
        flip(diagonal),
        flip(straight),
    )
    ep_pawns = NONE
    if ep_square != 0 and beside(bit(ep_square - 8)) & own & leaper & ~diagonal & ~straight != NONE:
        ep_pawns = find_ep_pawns(own, leaper, diagonal, straight, ep_square)
    if ep_pawns == NONE:
        ep_square = 0
    else:
        changed ^= ZOBRIST[1, RIGHTS, ep_square ^ 56 ^ view]

    state.chess_own = own
    state.leaper = leaper
    state.diagonal = diagonal
    state.straight = straight
    state.castling = flip(castling)
    state.ep_pawns = ep_pawns
    state.ep_square = ep_square
    state.key = changed
    state.side = 1 - side
    state.ply += 1
    state.fullmove += side
    state.slot = state.slot + 1 if state.slot + 1 < MEMORY else 0
    if mover == PAWN or victim != EMPTY:
        state.clock = 0
        state.known = 0
    else:
        state.clock += 1
        state.known = min(state.known + 1, MEMORY - 1)
    settle(state)
    if state.ending == ONGOING:
        return 0.0, -1.0
    return (1.0 if state.ending == CHECKMATE else 0.0), 0.0


@implement(legal_actions, "chess_own")
def chess_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    return list_moves(state, out) if state.ending == ONGOING else 0


@implement(count_actions, "chess_own")
def chess_count_actions(state: State, scratch: NDArray[np.int32]) -> int:
    return int(state.moves)


@implement(player, "chess_own")
def chess_player(state: State) -> int:
    return OVER if state.ending != ONGOING else int(state.side)


@implement(key, "chess_own")
def chess_key(state: State) -> np.uint64:
    return state.key


@implement(result, "chess_own")
def chess_result(state: State) -> float:
    if state.ending != CHECKMATE:
        return 0.0
    return 1.0 if state.side == 1 else -1.0


@kernel
def walk_back(goal: int, movers: np.uint64, direction: int) -> int:
    """The action of whichever of `movers` reaches a square in a direction."""
    shift = NONE - SHIFT[direction]
    place = rotate(bit(goal), shift)
    while place & movers == NONE:
        place = rotate(place, shift)
    origin = lowest(place)
    return int(PLANE[origin, goal]) * 64 + origin


@implement(random_action, "chess_own")
def chess_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    number = random_below(seeds, row, state.moves)
    own, leaper, diagonal, straight = state.chess_own, state.leaper, state.diagonal, state.straight
    pinned, target = state.pinned, state.target
    occupied = leaper | diagonal | straight
    king = own & leaper & straight
    square = lowest(king)
    aim = target & ~own

    goals = king_zone(king) & ~own & ~state.attacked
    count = popcount(goals)
    if number < count:
        return int(PLANE[square, nth(goals, number)]) * 64 + square
    number -= count
    ahead, twice, right, left = pawn_targets(
        own, leaper, diagonal, straight, pinned, target, state.ep_pawns, state.ep_square
    )
    count = popcount(ahead)
    if number < count:
        return 7 * NORTH * 64 + nth(ahead, number) - 8
    number -= count
    count = popcount(twice)
    if number < count:
        return (7 * NORTH + 1) * 64 + nth(twice, number) - 16
    number -= count
    count = popcount(right)
    if number < count:
        return 7 * NORTH_EAST * 64 + nth(right, number) - 9
    number -= count
    count = popcount(left)
    if number < count:
        return 7 * NORTH_WEST * 64 + nth(left, number) - 7
    number -= count
    knights = own & leaper & diagonal & ~pinned
    for jump in range(8):
        goals = rotate(knights, JUMP_SHIFT[jump]) & JUMP_LANDING[jump] & aim
        count = popcount(goals)
        if number < count:
            return (JUMP_PLANE + jump) * 64 + nth(rotate(goals, NONE - JUMP_SHIFT[jump]), number)
        number -= count
    for direction in range(8):
        movers = own & ~leaper & (straight if direction < 4 else diagonal)
        movers &= ~pinned | LINES[AXIS[direction], square]
        goals = reach(movers, ~occupied, direction) & aim
        count = popcount(goals)
        if number < count:
            return walk_back(nth(goals, number), movers, direction)
        number -= count
    for side in range(3):
        goals = (left if side == 0 else ahead if side == 1 else right) & RANK_8
        count = 3 * popcount(goals)
        if number < count:
            goal = nth(goals, number // 3)
            return (PROMOTION_PLANE + 3 * (number % 3) + side) * 64 + goal - 7 - side
        number -= count
    rooks = castling_rooks(king, occupied, state.castling, state.attacked, pinned, target)
    return castling_plane(king, bit(nth(rooks, number)), state.chess960) * 64 + square
