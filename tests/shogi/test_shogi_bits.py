"""Sets of squares in compiled code do what the same functions do with Python's integers."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tengen.core.jit import kernel
from tengen.games.shogi import bits
from tengen.games.shogi.bits import (
    Words,
    all_squares,
    count,
    files_of,
    first,
    last,
    load,
    no_squares,
    one,
    reach_down,
    reach_up,
    rest,
    some,
    stack_words,
    store,
)

BOARD = 2**81 - 1
sets = st.integers(0, BOARD)


@kernel
def calculate(table: Words, numbers: Words, square: int) -> None:
    """Writes what each function makes of the first two sets of `table` behind them, and numbers into `numbers`."""
    x, y = load(table, 0), load(table, 1)
    store(table, 2, x & y)
    store(table, 3, x | y)
    store(table, 4, x ^ y)
    store(table, 5, ~x & all_squares())
    store(table, 6, (x << 9) & all_squares())
    store(table, 7, x >> 10)
    store(table, 8, one(square) | no_squares())
    store(table, 9, rest(x))
    store(table, 10, reach_up(x, y))
    store(table, 11, reach_down(x, y))
    store(table, 12, files_of(x))
    scratch = stack_words(4)
    store(scratch, 1, x)
    x &= y
    x |= one(square)
    x ^= y
    store(table, 13, x)
    x = load(scratch, 1)
    numbers[0] = count(x)
    numbers[1] = first(x)
    numbers[2] = last(x) if some(x) else 0


@given(x=sets, y=sets, square=st.integers(0, 80))
@example(x=0, y=0, square=80)
@example(x=BOARD, y=1, square=0)
@example(x=1 << 63, y=1 << 64, square=64)
def test_compiled_sets_agree_with_integers(x: int, y: int, square: int) -> None:
    table = np.zeros(28, np.uint64)
    for index, value in enumerate((x, y)):
        table[2 * index], table[2 * index + 1] = value & (2**64 - 1), value >> 64
    numbers = np.zeros(3, np.uint64)
    calculate(table, numbers, square)
    found = [int(table[2 * index]) | int(table[2 * index + 1]) << 64 for index in range(2, 14)]
    assert found == [
        x & y,
        x | y,
        x ^ y,
        BOARD - x,
        x << 9 & BOARD,
        x >> 10,
        bits.one(square),
        bits.rest(x),
        bits.reach_up(x, y),
        bits.reach_down(x, y),
        bits.files_of(x),
        (x & y | bits.one(square)) ^ y,
    ]
    assert numbers.tolist() == [bits.count(x), bits.first(x), bits.last(x) if bits.some(x) else 0]
    assert bits.no_squares() == 0
    assert bits.all_squares() == BOARD


@given(x=sets)
def test_files_are_whole_where_a_set_has_a_square(x: int) -> None:
    file = 2**9 - 1
    assert bits.files_of(x) == sum(file << 9 * n for n in range(9) if x >> 9 * n & file)


def test_a_reach_ends_at_the_first_piece_that_stands_in_its_way() -> None:
    ray = 0b1111_0000
    assert bits.reach_up(ray, 0b0100_0001) == 0b0111_0000
    assert bits.reach_down(ray, 0b0100_0001) == 0b1100_0000
    assert bits.reach_up(ray, 0) == bits.reach_down(ray, 0) == ray
