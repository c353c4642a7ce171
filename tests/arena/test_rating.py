import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.arena.rating import ELO, Ratings, Results, elo_difference, expected_score, wilson_interval
from tengen.arena.rating import rate as rate_results


def table(*rows: list[float]) -> np.ndarray:
    return np.array(rows, float)


def rate(points: np.ndarray, **options: Any) -> Ratings:
    """Rates by points alone, whoever moved first."""
    nothing = np.zeros_like(points)
    return rate_results(Results(points, nothing, nothing), first_move=False, **options)


def test_three_of_four_points_are_worth_191_elo() -> None:
    ratings = rate(table([0, 30], [10, 0]))
    assert ratings.players[0].elo - ratings.players[1].elo == pytest.approx(400 * math.log10(3), abs=1e-6)
    assert ratings.players[0].elo == pytest.approx(-ratings.players[1].elo)
    assert not ratings.prior


def test_the_interval_of_two_players_is_that_of_a_binomial_score() -> None:
    first, second = rate(table([0, 30], [10, 0]), anchor=1).players
    half = 1.959964 * ELO / math.sqrt(40 * 0.75 * 0.25)
    assert first.high - first.elo == pytest.approx(half, rel=1e-6)
    assert first.elo - first.low == pytest.approx(half, rel=1e-6)
    assert (second.elo, second.low, second.high) == (0, 0, 0)


def test_an_anchor_moves_all_ratings_but_no_difference() -> None:
    points = table([0, 7, 9], [5, 0, 6], [1, 4, 0])
    free = [player.elo for player in rate(points).players]
    anchored = [player.elo for player in rate(points, anchor=2, anchor_elo=1000).players]
    assert anchored[2] == pytest.approx(1000)
    assert np.diff(free) == pytest.approx(np.diff(anchored))
    assert sum(free) == pytest.approx(0, abs=1e-6)


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=5), st.integers(1, 1000))
def test_expected_points_give_back_the_strengths_that_made_them(elos: list[float], games: int) -> None:
    elos = [elo - sum(elos) / len(elos) for elo in elos]
    points = np.array(
        [[games * expected_score(a - b) if i != j else 0 for j, b in enumerate(elos)] for i, a in enumerate(elos)]
    )
    assert [player.elo for player in rate(points).players] == pytest.approx(elos, abs=1e-3)


def test_intervals_cover_the_truth_about_95_times_in_100() -> None:
    random = np.random.default_rng(5)
    truth = np.array([0.0, 100.0, -150.0])
    covered = total = 0
    for _ in range(400):
        points = np.zeros((3, 3))
        for i in range(3):
            for j in range(i):
                points[i, j] = random.binomial(60, expected_score(truth[i] - truth[j]))
                points[j, i] = 60 - points[i, j]
        for player, elo in zip(rate(points).players, truth - truth.mean(), strict=True):
            covered += player.low <= elo <= player.high
            total += 1
    assert 0.92 < covered / total < 0.98


def test_somebody_who_wins_everything_gets_a_finite_rating_and_it_is_said() -> None:
    ratings = rate(table([0, 20], [0, 0]))
    assert ratings.prior
    assert ratings.players[0].elo - ratings.players[1].elo == pytest.approx(elo_difference(20.5 / 21))
    assert ratings.players[0].high < 2000


def test_a_chain_of_sweeps_is_rated_in_its_order() -> None:
    ratings = rate(table([0, 4, 0], [0, 0, 4], [0, 0, 0]))
    assert ratings.prior
    elos = [player.elo for player in ratings.players]
    assert elos == sorted(elos, reverse=True)


def test_players_without_common_games_are_reported_as_groups() -> None:
    points = np.zeros((5, 5))
    points[0, 1], points[1, 0] = 3, 2
    points[2, 4], points[4, 2] = 1, 1
    ratings = rate(points)
    assert ratings.groups == [[0, 1], [2, 4], [3]]
    assert ratings.players[0].elo + ratings.players[1].elo == pytest.approx(0, abs=1e-6)
    assert ratings.players[3].elo == 0


def test_nobody_has_played_yet() -> None:
    assert [player.elo for player in rate(np.zeros((2, 2))).players] == [0, 0]


@pytest.mark.parametrize(
    ("wins", "games", "low", "high"), [(0, 10, 0.0, 0.2775), (15, 20, 0.5313, 0.8881), (10, 10, 0.7225, 1.0)]
)
def test_wilson_intervals_are_those_of_the_tables(wins: int, games: int, low: float, high: float) -> None:
    assert wilson_interval(wins / games, games) == pytest.approx((low, high), abs=1e-3)


def test_no_games_tell_nothing() -> None:
    assert wilson_interval(0.5, 0) == (0.0, 1.0)
