"""Legal moves of shogi as sets of destinations, one for each of the 27 planes of actions.

All pieces that step in one direction move at once, as one set; pieces that slide go one by one. Pinned pieces keep to
their line and checks are answered by a mask of destinations, so nothing is played and taken back.
Planes are numbered for the side to move, their squares are the board's; `rules.py` turns them for White.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.shogi.bits import (
    Squares,
    Words,
    all_squares,
    count,
    files_of,
    first,
    load,
    no_squares,
    one,
    reach_down,
    reach_up,
    rest,
    some,
    store,
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
    ROOKS,
    SILVERS,
)
from tengen.games.shogi.tables import (
    AXES,
    DIAGONALS,
    DOWN,
    DOWN_LEFT,
    DOWN_RIGHT,
    FALLING,
    HORIZONTAL,
    LAST_RANKS,
    LAST_TWO_RANKS,
    LEFT,
    NOWHERE,
    ORTHOGONALS,
    PROMOTING,
    RIGHT,
    RISING,
    STRIDE,
    TURNED,
    UP,
    UP_LEFT,
    UP_RIGHT,
    VERTICAL,
    ZONES,
    line_through,
    ray,
    squares_between,
    steps,
)

PROMOTIONS = 10
"""The first plane of promotions."""
DROPS = 20
"""The first plane of drops: of pawn, lance, knight, silver, bishop, rook, gold, in dlshogi's order."""
DROPPED_HANDS = np.array([0, 1, 2, 3, 5, 6, 4], np.uint8)
"""By plane of drops: the kind's place in a hand."""
DROP_PLANES = np.array([0, 1, 2, 3, 6, 4, 5], np.uint8)
"""By place in a hand: the plane of drops, from 0."""
PLANES = 27
PLANE_WORDS = 2 * PLANES


@kernel
def rook_reach(square: int, occupied: Squares) -> Squares:
    """What a rook attacks."""
    return (
        reach_down(ray(UP, square), occupied)
        | reach_up(ray(LEFT, square), occupied)
        | reach_down(ray(RIGHT, square), occupied)
        | reach_up(ray(DOWN, square), occupied)
    )


@kernel
def bishop_reach(square: int, occupied: Squares) -> Squares:
    """What a bishop attacks."""
    return (
        reach_up(ray(UP_LEFT, square), occupied)
        | reach_down(ray(UP_RIGHT, square), occupied)
        | reach_up(ray(DOWN_LEFT, square), occupied)
        | reach_down(ray(DOWN_RIGHT, square), occupied)
    )


@kernel
def forward_reach(color: int, square: int, occupied: Squares) -> Squares:
    """What a lance attacks."""
    if color == 0:
        return reach_down(ray(UP, square), occupied)
    return reach_up(ray(DOWN, square), occupied)


@kernel
def steppers(sets: Words, square: int, by: int) -> Squares:
    """The pieces of side `by` that attack a square by one step or a knight's jump."""
    near = load(sets, PAWNS) & steps(1 - by, PAWNS, square)
    near |= load(sets, KNIGHTS) & steps(1 - by, KNIGHTS, square)
    near |= load(sets, SILVERS) & steps(1 - by, SILVERS, square)
    near |= load(sets, GOLDS) & steps(1 - by, GOLDS, square)
    near |= (load(sets, KINGS) | load(sets, HORSES) | load(sets, DRAGONS)) & steps(0, KINGS, square)
    return near & load(sets, by)


@kernel
def sliders(sets: Words, square: int, by: int) -> Squares:
    """The pieces of side `by` that would attack a square by sliding if nothing stood between."""
    aligned = (load(sets, ROOKS) | load(sets, DRAGONS)) & load(ORTHOGONALS, square)
    aligned |= (load(sets, BISHOPS) | load(sets, HORSES)) & load(DIAGONALS, square)
    aligned |= load(sets, LANCES) & ray(UP if by == 1 else DOWN, square)
    return aligned & load(sets, by)


@kernel
def attackers(sets: Words, square: int, by: int, occupied: Squares) -> Squares:
    """The pieces of side `by` that attack a square."""
    found = steppers(sets, square, by)
    aligned = sliders(sets, square, by)
    while some(aligned):
        slider = first(aligned)
        aligned = rest(aligned)
        if not some(squares_between(square, slider) & occupied):
            found |= one(slider)
    return found


@kernel
def attacked(sets: Words, square: int, by: int, occupied: Squares) -> bool:
    """Whether side `by` attacks a square."""
    if some(steppers(sets, square, by)):
        return True
    aligned = sliders(sets, square, by)
    while some(aligned):
        if not some(squares_between(square, first(aligned)) & occupied):
            return True
        aligned = rest(aligned)
    return False


@kernel
def shields(sets: Words, color: int, king: int, by: int, occupied: Squares) -> Squares:
    """The pieces of side `color` that stand alone between a king and a piece of side `by` that slides towards it."""
    own = load(sets, color)
    found = no_squares()
    aligned = sliders(sets, king, by)
    while some(aligned):
        between = squares_between(king, first(aligned)) & occupied
        aligned = rest(aligned)
        if not some(rest(between)):
            found |= between & own
    return found


@kernel
def king_of(sets: Words, color: int) -> int:
    """Where the king of a side stands, or NOWHERE."""
    return min(first(load(sets, KINGS) & load(sets, color)), NOWHERE)


@kernel
def king_escapes(sets: Words, color: int, king: int, occupied: Squares) -> Squares:
    """Where the king may go."""
    others = occupied & ~one(king)
    squares = steps(0, KINGS, king) & ~load(sets, color)
    safe = no_squares()
    while some(squares):
        square = first(squares)
        squares = rest(squares)
        if not attacked(sets, square, 1 - color, others):
            safe |= one(square)
    return safe


@kernel
def pawn_mates(sets: Words, color: int, square: int) -> bool:
    """Whether a pawn dropped by `color` on the empty square before the other king mates."""
    other = 1 - color
    occupied = load(sets, 0) | load(sets, 1) | one(square)
    if not attacked(sets, square, color, occupied):
        return False
    king = king_of(sets, other)
    pinned = shields(sets, other, king, color, occupied)
    takers = attackers(sets, square, other, occupied) & ~one(king)
    while some(takers):
        taker = first(takers)
        takers = rest(takers)
        if not some(one(taker) & pinned) or some(line_through(king, taker) & one(square)):
            return False
    return not some(king_escapes(sets, other, king, occupied) & ~one(square))


@kernel
def put_steps(planes: Words, plane: int, moved: Squares, promotable: Squares, forced: Squares) -> None:
    """Writes the planes of one direction: all moves, those that may promote and those of them that must."""
    store(planes, plane, moved & ~forced)
    store(planes, plane + PROMOTIONS, promotable)


@kernel
def add(planes: Words, plane: int, moved: Squares, promotable: Squares, forced: Squares) -> None:
    """Adds moves to the planes of one direction."""
    store(planes, plane, load(planes, plane) | (moved & ~forced))
    store(planes, plane + PROMOTIONS, load(planes, plane + PROMOTIONS) | promotable)


@kernel
def legal_planes(sets: Words, hands: NDArray[np.uint8], color: int, checkers: Squares, planes: Words) -> None:
    """Writes the legal destinations of all moves and drops into `planes` [27 * 2 words]."""
    own = load(sets, color)
    occupied = own | load(sets, 1 - color)
    king = king_of(sets, color)
    safe = king_escapes(sets, color, king, occupied)
    goals = all_squares() & ~own
    if some(checkers):
        if some(rest(checkers)):
            for plane in range(2 * PLANES):
                planes[plane] = np.uint64(0)
            for direction in range(8):
                store(planes, TURNED[8 * color + direction], ray(direction, king) & safe)
            return
        goals &= checkers | squares_between(king, first(checkers))
    pinned = shields(sets, color, king, 1 - color, occupied)
    put_all_steps(sets, color, king, own, pinned, goals, safe, planes)
    put_knights(sets, color, own & ~pinned, goals, planes)
    add_slides(sets, color, king, own, occupied, pinned, goals, planes)
    put_drops(sets, hands, color, own, goals & ~occupied, planes)


@kernel
def put_all_steps(
    sets: Words, color: int, king: int, own: Squares, pinned: Squares, goals: Squares, safe: Squares, planes: Words
) -> None:
    """Writes what moves by one step, in all eight directions."""
    pawns, silvers, golds = load(sets, PAWNS), load(sets, SILVERS), load(sets, GOLDS)
    horses, dragons = load(sets, HORSES), load(sets, DRAGONS)
    vertical = horizontal = falling = rising = own
    if some(pinned):
        vertical = own & ~(pinned & ~load(AXES, VERTICAL * STRIDE + king))
        horizontal = own & ~(pinned & ~load(AXES, HORIZONTAL * STRIDE + king))
        falling = own & ~(pinned & ~load(AXES, FALLING * STRIDE + king))
        rising = own & ~(pinned & ~load(AXES, RISING * STRIDE + king))
    sideways = golds | horses
    ahead = pawns | silvers | sideways
    diagonal = silvers | dragons
    diagonal_ahead = diagonal | golds
    none = no_squares()
    up, down = (ahead, sideways) if color == 0 else (sideways, ahead)
    up_diagonal, down_diagonal = (diagonal_ahead, diagonal) if color == 0 else (diagonal, diagonal_ahead)
    promoting = pawns | silvers
    up_promoting, down_promoting = (promoting, silvers) if color == 0 else (silvers, promoting)
    up_pawns, down_pawns = (pawns, none) if color == 0 else (none, pawns)
    ends = load(LAST_RANKS, color)
    turned = color * 8
    below = ~load(LAST_RANKS, 0)  # what can move up
    above = ~load(LAST_RANKS, 1)

    mine = vertical & below
    moved = ((up & mine) >> 1) & goals
    promoted = ((up & up_promoting & mine) >> 1) & goals & load(PROMOTING, turned + UP)
    forced = ((up_pawns & mine) >> 1) & ends
    put_steps(planes, TURNED[turned + UP], moved | (ray(UP, king) & safe), promoted, forced)
    mine = vertical & above
    moved = ((down & mine) << 1) & goals
    promoted = ((down & down_promoting & mine) << 1) & goals & load(PROMOTING, turned + DOWN)
    forced = ((down_pawns & mine) << 1) & ends
    put_steps(planes, TURNED[turned + DOWN], moved | (ray(DOWN, king) & safe), promoted, forced)

    mine = horizontal & sideways
    put_steps(planes, TURNED[turned + LEFT], ((mine << 9) & goals) | (ray(LEFT, king) & safe), none, none)
    put_steps(planes, TURNED[turned + RIGHT], ((mine >> 9) & goals) | (ray(RIGHT, king) & safe), none, none)

    mine = falling & below
    moved = ((up_diagonal & mine) << 8) & goals
    promoted = ((silvers & mine) << 8) & goals & load(PROMOTING, turned + UP_LEFT)
    put_steps(planes, TURNED[turned + UP_LEFT], moved | (ray(UP_LEFT, king) & safe), promoted, none)
    mine = falling & above
    moved = ((down_diagonal & mine) >> 8) & goals
    promoted = ((silvers & mine) >> 8) & goals & load(PROMOTING, turned + DOWN_RIGHT)
    put_steps(planes, TURNED[turned + DOWN_RIGHT], moved | (ray(DOWN_RIGHT, king) & safe), promoted, none)

    mine = rising & below
    moved = ((up_diagonal & mine) >> 10) & goals
    promoted = ((silvers & mine) >> 10) & goals & load(PROMOTING, turned + UP_RIGHT)
    put_steps(planes, TURNED[turned + UP_RIGHT], moved | (ray(UP_RIGHT, king) & safe), promoted, none)
    mine = rising & above
    moved = ((down_diagonal & mine) << 10) & goals
    promoted = ((silvers & mine) << 10) & goals & load(PROMOTING, turned + DOWN_LEFT)
    put_steps(planes, TURNED[turned + DOWN_LEFT], moved | (ray(DOWN_LEFT, king) & safe), promoted, none)


@kernel
def put_knights(sets: Words, color: int, free: Squares, goals: Squares, planes: Words) -> None:
    """Writes the jumps of knights."""
    zone, ends = load(ZONES, color), load(LAST_TWO_RANKS, color)
    knights = load(sets, KNIGHTS) & free & ~ends
    if color == 0:
        to_left, to_right = knights << 7, knights >> 11
    else:
        to_left, to_right = knights >> 7, knights << 11
    to_left &= goals
    to_right &= goals
    put_steps(planes, TURNED[0] + 8, to_left, to_left & zone, to_left & ends)
    put_steps(planes, TURNED[0] + 9, to_right, to_right & zone, to_right & ends)


@kernel
def add_slides(
    sets: Words, color: int, king: int, own: Squares, occupied: Squares, pinned: Squares, goals: Squares, planes: Words
) -> None:
    """Adds the moves of rooks, bishops and lances."""
    zone = load(ZONES, color)
    none = no_squares()
    turned = color * 8
    pieces = load(sets, LANCES) & own
    while some(pieces):
        square = first(pieces)
        pieces = rest(pieces)
        moved = forward_reach(color, square, occupied) & goals
        if some(pinned & one(square)):
            moved &= line_through(king, square)
        add(planes, TURNED[UP], moved, moved & zone, moved & load(LAST_RANKS, color))
    horses = load(sets, HORSES)
    pieces = (load(sets, BISHOPS) | horses) & own
    while some(pieces):
        square = first(pieces)
        pieces = rest(pieces)
        ends = goals
        if some(pinned & one(square)):
            ends = goals & line_through(king, square)
        turning = zone
        if some(one(square) & horses):
            turning = none
        elif some(one(square) & zone):
            turning = goals
        moved = reach_up(ray(UP_LEFT, square), occupied) & ends
        add(planes, TURNED[turned + UP_LEFT], moved, moved & turning, none)
        moved = reach_down(ray(UP_RIGHT, square), occupied) & ends
        add(planes, TURNED[turned + UP_RIGHT], moved, moved & turning, none)
        moved = reach_up(ray(DOWN_LEFT, square), occupied) & ends
        add(planes, TURNED[turned + DOWN_LEFT], moved, moved & turning, none)
        moved = reach_down(ray(DOWN_RIGHT, square), occupied) & ends
        add(planes, TURNED[turned + DOWN_RIGHT], moved, moved & turning, none)
    dragons = load(sets, DRAGONS)
    pieces = (load(sets, ROOKS) | dragons) & own
    while some(pieces):
        square = first(pieces)
        pieces = rest(pieces)
        ends = goals
        if some(pinned & one(square)):
            ends = goals & line_through(king, square)
        turning = zone
        if some(one(square) & dragons):
            turning = none
        elif some(one(square) & zone):
            turning = goals
        moved = reach_down(ray(UP, square), occupied) & ends
        add(planes, TURNED[turned + UP], moved, moved & turning, none)
        moved = reach_up(ray(LEFT, square), occupied) & ends
        add(planes, TURNED[turned + LEFT], moved, moved & turning, none)
        moved = reach_down(ray(RIGHT, square), occupied) & ends
        add(planes, TURNED[turned + RIGHT], moved, moved & turning, none)
        moved = reach_up(ray(DOWN, square), occupied) & ends
        add(planes, TURNED[turned + DOWN], moved, moved & turning, none)


@kernel
def put_drops(sets: Words, hands: NDArray[np.uint8], color: int, own: Squares, goals: Squares, planes: Words) -> None:
    """Writes the drops."""
    for plane in range(3, 7):
        store(planes, DROPS + plane, goals if hands[color, DROPPED_HANDS[plane]] else no_squares())
    store(planes, DROPS + 2, goals & ~load(LAST_TWO_RANKS, color) if hands[color, 2] else no_squares())
    ends = load(LAST_RANKS, color)
    store(planes, DROPS + 1, goals & ~ends if hands[color, 1] else no_squares())
    squares = no_squares()
    if hands[color, 0]:
        squares = goals & ~ends & ~files_of(load(sets, PAWNS) & own)
        before_king = steps(1 - color, PAWNS, king_of(sets, 1 - color)) & squares
        if some(before_king) and pawn_mates(sets, color, first(before_king)):
            squares &= ~before_king
    store(planes, DROPS, squares)


@kernel
def count_planes(planes: Words) -> int:
    """How many moves there are."""
    total = 0
    for plane in range(PLANES):
        total += count(load(planes, plane))
    return total
