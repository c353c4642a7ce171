import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tengen.arena.rating import expected_score
from tengen.arena.sprt import SCORES, Sprt, most_likely, parse_sprt
from tengen.core.errors import InvalidParameter

COUNTS = st.lists(st.integers(0, 500), min_size=5, max_size=5).map(np.array)


def test_the_usual_bounds_are_2_944() -> None:
    test = parse_sprt("0,10")
    assert (test.lower, test.upper) == pytest.approx((-2.944, 2.944), abs=1e-3)


@given(COUNTS, st.floats(-50, 50), st.floats(1, 50))
def test_swapping_the_players_and_the_hypotheses_turns_the_ratio_round(
    pairs: np.ndarray, low: float, width: float
) -> None:
    one = Sprt(low, low + width).ratio(pairs)
    other = Sprt(-low - width, -low).ratio(pairs[::-1])
    assert one == pytest.approx(-other, rel=1e-6, abs=1e-8)


@given(COUNTS)
def test_symmetric_hypotheses_get_nothing_from_symmetric_results(pairs: np.ndarray) -> None:
    assert Sprt(-5, 5).ratio(pairs + pairs[::-1]) == pytest.approx(0, abs=1e-7)


@given(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), st.floats(0.05, 0.95))
def test_the_constrained_distribution_has_the_mean_and_is_the_likeliest(weights: list[float], mean: float) -> None:
    seen = np.array(weights) / sum(weights)
    found = most_likely(seen[None], mean)[0]
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert found @ SCORES == pytest.approx(mean, abs=1e-9)
    # along every direction that keeps sum and mean, the likelihood falls
    for direction in ([1, -2, 1, 0, 0], [0, 1, -2, 1, 0], [0, 0, 1, -2, 1]):
        for step in (1e-4, -1e-4):
            moved = found + step * np.array(direction)
            assume((moved > 0).all())
            assert seen @ np.log(moved) <= seen @ np.log(found) + 1e-12


def test_won_or_lost_pairs_alone_give_the_ratio_of_two_binomials() -> None:
    pairs = np.array([40, 0, 0, 0, 60])
    low, high = expected_score(0), expected_score(20)
    wald = 60 * math.log(high / low) + 40 * math.log((1 - high) / (1 - low))
    assert Sprt(0, 20).ratio(pairs) == pytest.approx(wald, abs=0.02)


def test_a_much_stronger_player_passes_and_an_equal_one_fails() -> None:
    random = np.random.default_rng(3)
    test = Sprt(0, 30)
    for elo, wanted in ((60, "H1"), (-30, "H0")):
        counts = np.zeros(5, np.int64)
        verdict = None
        while verdict is None:
            score = random.binomial(1, expected_score(elo)) + random.binomial(1, expected_score(elo))
            counts[2 * score] += 1
            verdict = test.verdict(test.ratio(counts))
        assert verdict == wanted
        assert counts.sum() < 2000


SPREAD = [(1 - expected_score(-20)) ** 2, 2 * expected_score(-20) * (1 - expected_score(-20)), expected_score(-20) ** 2]
"""Two decisive games of a player who is 20 Elo weaker: both lost, split, both won."""


def test_wrong_conclusions_are_as_rare_as_asked() -> None:
    random = np.random.default_rng(11)
    test = Sprt(-20, 20, alpha=0.1, beta=0.1)
    wrong = 0
    for _ in range(60):
        counts = np.zeros(5, np.int64)
        verdict = None
        while verdict is None:
            counts[::2] += random.multinomial(20, SPREAD)
            verdict = test.verdict(test.ratio(counts))
        wrong += verdict == "H1"
    assert wrong <= 13  # 6 expected


def test_nothing_is_decided_before_the_first_pair() -> None:
    test = Sprt(0, 10)
    assert test.verdict(test.ratio(np.zeros(5, np.int64))) is None


@pytest.mark.parametrize("text", ["10,0", "5,5", "1", "a,b", "0,10,20", "nan,1", "0,inf", ""])
def test_a_senseless_test_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse_sprt(text)


def test_error_rates_must_leave_room() -> None:
    with pytest.raises(InvalidParameter):
        Sprt(0, 10, alpha=0.5, beta=0.5)
