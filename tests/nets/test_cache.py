"""The memory of evaluations: it says what the evaluator behind says, and asks it for no more than it must."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tengen.nets.cache import CachedEvaluator

Array = NDArray[np.float32]

WIDTH = 5


class Sums:
    """Stands for a network: logits and value are sums over what it sees. It runs batches of multiples of four."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self.asked: list[int] = []
        self.fails = False

    def size(self, batch: int) -> int:
        return -(-batch // 4) * 4

    def __call__(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
        assert len(observations) == len(legal)
        if self.fails:
            raise RuntimeError("out of memory")
        self.asked.append(len(observations))
        flat = observations.reshape(len(observations), 4)
        value = self.factor * flat.sum(axis=1)
        return np.repeat(value[:, None], WIDTH, axis=1) + np.arange(WIDTH, dtype=np.float32), value


def positions(numbers: list[int]) -> tuple[Array, NDArray[np.bool_]]:
    """Observations [N, 1, 2, 2], alike where the numbers are."""
    rows = np.array([[number, number % 3, number % 7, 1] for number in numbers], np.float32)
    return rows.reshape(-1, 1, 2, 2), np.ones((len(numbers), WIDTH), np.bool_)


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=20), max_size=8), st.sampled_from([1, 4, 64]))
def test_it_says_what_the_evaluator_says(waves: list[list[int]], entries: int) -> None:
    sums = Sums()
    cached = CachedEvaluator(sums, entries)
    for numbers in waves:
        seen, legal = positions(numbers)
        logits, values = cached(seen, legal)
        right_logits, right_values = Sums()(seen, legal)
        np.testing.assert_array_equal(logits, right_logits)
        np.testing.assert_array_equal(values, right_values)


def test_it_asks_for_what_it_does_not_know_in_batches_that_are_full() -> None:
    sums = Sums()
    cached = CachedEvaluator(sums, 1 << 12)
    cached(*positions([1, 2, 3, 4, 5, 6]))
    cached(*positions([1, 2, 3, 7, 7, 8]))
    assert sums.asked == [8, 4]
    assert cached.hits == 4  # 1, 2, 3 and the second 7
    cached(*positions([8, 7, 6]))
    assert sums.asked == [8, 4, 0]
    assert cached.hits == 7


def test_another_network_is_asked_anew() -> None:
    cached = CachedEvaluator(Sums(), 64)
    _, before = cached(*positions([1, 2]))
    cached.replace(Sums(2.0))
    _, after = cached(*positions([1, 2]))
    np.testing.assert_array_equal(after, 2 * before)


def test_what_failed_is_asked_again() -> None:
    sums = Sums()
    cached = CachedEvaluator(sums, 64)
    sums.fails = True
    with pytest.raises(RuntimeError, match="out of memory"):
        cached(*positions([1, 2]))
    sums.fails = False
    _, values = cached(*positions([1, 2]))
    np.testing.assert_array_equal(values, Sums()(*positions([1, 2]))[1])
