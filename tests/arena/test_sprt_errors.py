"""How often the test that stops a match is wrong, where the truth is one of its two hypotheses."""

import math

import numpy as np
import pytest

from tengen.arena.sprt import Sprt
from tests.arena.simulated import pair_chances


def passed(test: Sprt, chances: tuple[float, ...], *, matches: int, seed: int, step: int = 4) -> float:
    """The share of matches that end with H1, if the test looks after every `step` pairs."""
    random = np.random.default_rng(seed)
    pairs = np.zeros((matches, 5), np.int64)
    open_ = np.arange(matches)
    accepted = 0
    while len(open_):
        pairs[open_] += random.multinomial(step, chances, size=len(open_))
        ratios = test.ratios(pairs[open_])
        accepted += int((ratios >= test.upper).sum())
        open_ = open_[(test.lower < ratios) & (ratios < test.upper)]
    return accepted / matches


def test_the_bounds_are_the_logarithm_of_19() -> None:
    test = Sprt(0, 10)
    assert (test.lower, test.upper) == pytest.approx((-math.log(19), math.log(19)), abs=1e-12)
    assert f"{test.upper:.3f}" == "2.944"


@pytest.mark.slow
@pytest.mark.parametrize(("elo0", "elo1"), [(0, 10), (0, 5)])
@pytest.mark.parametrize(
    ("nu", "spread"), [(1.0, 100.0), (0.3, 200.0), (4.0, 50.0)], ids=["chess", "unbalanced openings", "many draws"]
)
def test_the_test_errs_at_most_six_times_in_a_hundred(elo0: float, elo1: float, nu: float, spread: float) -> None:
    test = Sprt(elo0, elo1)
    step = 4 if elo1 == 10 else 16  # what is closer together takes four times as long
    assert passed(test, pair_chances(elo0, nu, spread), matches=2000, seed=1, step=step) <= 0.06
    assert 1 - passed(test, pair_chances(elo1, nu, spread), matches=2000, seed=2, step=step) <= 0.06


def test_a_few_matches_are_decided_rightly() -> None:
    test = Sprt(-20, 20)
    assert passed(test, pair_chances(-20, 1.0, 100.0), matches=100, seed=3) <= 0.1
    assert passed(test, pair_chances(20, 1.0, 100.0), matches=100, seed=4) >= 0.9
