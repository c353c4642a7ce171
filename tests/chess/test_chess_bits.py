"""Kernels on sets of squares do what their plain versions and a board of coordinates do."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.jit import kernel
from tengen.games.chess import bits
from tengen.games.chess.board import king_zone, knight_jumps, reach
from tengen.games.chess.geometry import DIRECTIONS, JUMPS, LINES, OFFSET, PLANE

words = st.integers(0, 2**64 - 1).map(np.uint64)
squares = st.integers(0, 63)


@kernel
def all_at_once(word: np.uint64, distance: np.uint64) -> tuple[int, np.uint64, np.uint64]:
    return bits.popcount(word), bits.flip(word), bits.rotate(word, distance)


@kernel
def lowest_of(word: np.uint64) -> int:
    return bits.lowest(word)


@given(words, st.integers(0, 63).map(np.uint64))
def test_instructions_do_what_their_plain_versions_do(word: np.uint64, distance: np.uint64) -> None:
    assert all_at_once(word, distance) == (bits.popcount(word), bits.flip(word), bits.rotate(word, distance))
    if word:
        assert lowest_of(word) == bits.lowest(word) == min(elements(word))


@given(words.filter(bool), st.data())
def test_the_nth_square_has_n_below_it(word: np.uint64, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, bits.popcount(word) - 1))
    assert bits.nth(word, number) == sorted(elements(word))[number]


def elements(word: np.uint64) -> set[int]:
    return {square for square in range(64) if int(word) >> square & 1}


def steps(square: int, file: int, rank: int) -> list[int]:
    """Squares from `square` on in one direction, up to the edge."""
    found = []
    while True:
        x, y = square % 8 + file, square // 8 + rank
        if not (0 <= x < 8 and 0 <= y < 8):
            return found
        square = 8 * y + x
        found.append(square)


@given(words, words)
def test_sliders_reach_as_far_as_squares_are_empty(sliders: np.uint64, empty: np.uint64) -> None:
    for direction, (file, rank) in enumerate(DIRECTIONS):
        expected = set()
        for square in elements(sliders):
            for passed in steps(square, file, rank):
                expected.add(passed)
                if passed not in elements(empty):
                    break
        assert elements(reach(sliders, empty, direction)) == expected


@given(words)
def test_kings_and_knights_reach_what_they_can(pieces: np.uint64) -> None:
    jumped = {step for square in elements(pieces) for jump in JUMPS for step in steps(square, *jump)[:1]}
    assert elements(knight_jumps(pieces)) == jumped
    for square in list(elements(pieces))[:3]:
        stepped = {step for direction in DIRECTIONS for step in steps(square, *direction)[:1]}
        assert elements(king_zone(np.uint64(1 << square))) == stepped


@given(squares, squares)
def test_a_plane_leads_from_its_origin_to_its_goal(origin: int, goal: int) -> None:
    plane = int(PLANE[origin, goal])
    file, rank = goal % 8 - origin % 8, goal // 8 - origin // 8
    lines = origin != goal and (file == 0 or rank == 0 or abs(file) == abs(rank))
    assert (plane >= 0) == (lines or {abs(file), abs(rank)} == {1, 2})
    if plane >= 0:
        assert origin + OFFSET[plane] == goal
    if lines:
        assert sum(bool(int(LINES[axis, origin]) >> goal & 1) for axis in range(4)) == 1
