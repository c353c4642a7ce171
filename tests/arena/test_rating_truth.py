"""Ratings against games of players whose strengths are known, and against a likelihood that somebody else maximises."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize

from tengen.arena.rate_file import rate_files
from tengen.arena.rating import ELO, Z95, Results, elo_difference, rate
from tests.arena.simulated import outcomes, tournament


def everybody(players: int, games: int) -> np.ndarray:
    """A round robin: so many games with either colour."""
    return games * (1 - np.eye(players, dtype=int))


def gauntlet(players: int, games: int) -> np.ndarray:
    """The first against all others."""
    found = np.zeros((players, players), int)
    found[0, 1:] = found[1:, 0] = games
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("games", "spread", "advantage", "nu"),
    [
        pytest.param(everybody(4, 20), 100, 35, 1.5, id="round robin, 43 % draws"),
        pytest.param(everybody(6, 5), 150, 35, 1.0, id="ten games a pair"),
        pytest.param(everybody(8, 10), 200, 60, 4.0, id="two of three games drawn"),
        pytest.param(everybody(2, 50), 80, 30, 1.0, id="a match of two"),
        pytest.param(everybody(4, 2), 100, 0, 0.0, id="four games a pair, no draws"),
        pytest.param(gauntlet(6, 20), 100, 35, 1.0, id="gauntlet"),
    ],
)
def test_intervals_hold_the_truth_in_95_of_100_tournaments(
    games: np.ndarray, spread: float, advantage: float, nu: float
) -> None:
    random = np.random.default_rng(7)
    held, first_moves, draws = [], [], []
    for _ in range(1000):
        truth = random.normal(0, spread, len(games))
        truth -= truth.mean()
        found = rate(tournament(truth, games, random, advantage=advantage, nu=nu))
        held += [player.low <= elo <= player.high for player, elo in zip(found.players, truth, strict=True)]
        assert found.first_move is not None
        first_moves.append(found.first_move.low <= advantage <= found.first_move.high)
        if found.drawn is not None:
            draws.append(found.drawn.low <= nu / (nu + 2) <= found.drawn.high)
    assert 0.93 <= np.mean(held) <= 0.97
    assert 0.93 <= np.mean(first_moves) <= 0.97
    assert not draws or 0.93 <= np.mean(draws) <= 0.97


@pytest.mark.slow
def test_a_likelihood_of_superiority_is_as_often_right_as_it_says() -> None:
    random = np.random.default_rng(8)
    right: dict[int, list[bool]] = {}
    for _ in range(1500):
        truth = random.normal(0, 60, 3)
        found = rate(tournament(truth, everybody(3, 20), random, advantage=30, nu=1.0)).superiority()
        for one, other in ((0, 1), (0, 2), (1, 2)):
            better, worse = (one, other) if found[one, other] > 0.5 else (other, one)
            right.setdefault(int(20 * found[better, worse]), []).append(bool(truth[better] > truth[worse]))
    # strengths that vary so much are more often apart than the likelihood alone thinks: right at least as often
    for step, seen in right.items():
        assert np.mean(seen) > step / 20 - 3 * math.sqrt(0.25 / len(seen))


def thousand_games(path: Path) -> list[tuple[int, int, float]]:
    """Games of eight players in any pairings, as a PGN of tags."""
    random = np.random.default_rng(9)
    truth = np.array([0, 40, 90, 150, -60, 210, -120, 20])
    games, texts = [], []
    for _ in range(1000):
        first, second = random.choice(len(truth), 2, replace=False).tolist()
        kind = int(random.choice(3, p=outcomes(truth[first] - truth[second] + 35, 0.9)))
        games.append((first, second, 1.0 - kind / 2))
        result = ("1-0", "1/2-1/2", "0-1")[kind]
        texts.append(f'[White "p{first}"]\n[Black "p{second}"]\n[Result "{result}"]\n\n{result}\n')
    path.write_text("\n".join(texts))
    return games


def test_a_thousand_games_are_rated_as_by_a_likelihood_written_out_and_left_to_scipy(tmp_path: Path) -> None:
    """Each game's probability from two equations: the score is logistic, draw² = nu² won lost."""
    games = thousand_games(tmp_path / "games.pgn")
    kinds, times = np.unique(games, axis=0, return_counts=True)
    first, second, points = kinds[:, 0].astype(int), kinds[:, 1].astype(int), kinds[:, 2]

    def loss(values: np.ndarray) -> float:
        elo, advantage, nu = np.append(values[:7], -values[:7].sum()), values[7], math.exp(values[8])
        score = 1 / (1 + 10 ** (-(elo[first] - elo[second] + advantage) / 400))
        low, high = np.zeros(len(kinds)), 2 * np.minimum(score, 1 - score)
        for _ in range(60):  # the draws between 0 and as many as the score allows
            drawn = (low + high) / 2
            more = drawn**2 < nu**2 * (score - drawn / 2) * (1 - score - drawn / 2)
            low, high = np.where(more, drawn, low), np.where(more, high, drawn)
        chance = np.select([points == 1, points == 0.5], [score - drawn / 2, drawn], 1 - score - drawn / 2)
        return float(-(times * np.log(chance)).sum())

    best = optimize.minimize(loss, np.zeros(9), method="BFGS", options={"gtol": 1e-4})
    rated = rate_files([tmp_path / "games.pgn"])
    assert rated.players == [f"p{player}" for player in range(8)]
    elo = np.append(best.x[:7], -best.x[:7].sum())
    assert [player.elo for player in rated.ratings.players] == pytest.approx(elo, abs=0.5)
    assert rated.ratings.first_move is not None
    assert rated.ratings.first_move.elo == pytest.approx(best.x[7], abs=0.5)
    assert rated.ratings.drawn is not None
    nu = math.exp(best.x[8])
    assert rated.ratings.drawn.value == pytest.approx(nu / (nu + 2), abs=2e-3)


def test_a_thousand_games_are_rated_as_by_ordos_equations(tmp_path: Path) -> None:
    """Ordo, which neither Debian nor PyPI has, asks that everybody's points are those expected, draws apart."""
    games = thousand_games(tmp_path / "games.pgn")
    first, second = (np.array([game[side] for game in games]) for side in (0, 1))
    points = np.array([game[2] for game in games])

    def surplus(values: np.ndarray) -> np.ndarray:
        elo, advantage = np.append(values[:7], -values[:7].sum()), values[7]
        score = 1 / (1 + 10 ** (-(elo[first] - elo[second] + advantage) / 400))
        more = np.bincount(first, points - score, 8) - np.bincount(second, points - score, 8)
        return np.append(more[:7], (points - score).sum())

    ordo = optimize.fsolve(surplus, np.zeros(8))
    results = rate_files([tmp_path / "games.pgn"]).results
    plain = rate(results, draws=False)
    elo = np.append(ordo[:7], -ordo[:7].sum())
    assert [player.elo for player in plain.players] == pytest.approx(elo, abs=0.5)
    assert plain.first_move is not None
    assert plain.first_move.elo == pytest.approx(ordo[7], abs=0.5)


def results(wins: float, draws: float, losses: float) -> Results:
    """Two players, as many games with either colour."""
    half = np.array([[0, 0.5], [0.5, 0]])
    won = np.array([[0, wins], [losses, 0]]) / 2
    return Results(won, draws * half, won.T)


def test_of_two_players_the_stronger_is_rated_by_the_score_and_draws_narrow_the_interval() -> None:
    found = rate(results(30, 50, 20)).difference(0, 1)
    assert found is not None
    assert found.elo == pytest.approx(elo_difference(0.55), abs=0.01)
    spread = math.sqrt((0.3 + 0.5 / 4 - 0.55**2) / 100)
    assert found.high - found.elo == pytest.approx(Z95 * spread * ELO / (0.55 * 0.45), rel=0.02)
    decisive = rate(results(55, 0, 45)).difference(0, 1)
    assert decisive is not None
    assert decisive.high - decisive.low > 1.3 * (found.high - found.low)


def test_the_first_move_is_no_strength() -> None:
    """White wins three of four games: neither player is stronger."""
    nothing = np.zeros((2, 2))
    found = rate(Results(np.array([[0, 30], [30, 0]]), nothing, np.array([[0, 10], [10, 0]])))
    assert [player.elo for player in found.players] == pytest.approx([0, 0], abs=1e-6)
    assert found.first_move is not None
    assert found.first_move.elo == pytest.approx(400 * math.log10(3), rel=0.05)
    assert found.superiority()[0, 1] == pytest.approx(0.5)


def test_colours_that_were_never_swapped_tell_no_first_move_from_strength() -> None:
    nothing = np.zeros((2, 2))
    found = rate(Results(np.array([[0.0, 30], [0, 0]]), nothing, np.array([[0.0, 10], [0, 0]])))
    assert found.first_move is None
    assert found.players[0].elo - found.players[1].elo == pytest.approx(400 * math.log10(3), abs=0.01)


def test_superiority_is_that_of_the_difference_and_unknown_between_groups() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1], wins[1, 0] = 30, 20
    wins[2, 3], wins[3, 2] = 5, 5
    found = rate(Results(wins, np.zeros((4, 4)), np.zeros((4, 4))), first_move=False)
    likely = found.superiority()
    difference = found.difference(0, 1)
    assert difference is not None
    z = difference.elo / ((difference.high - difference.elo) / Z95)
    assert likely[0, 1] == pytest.approx((1 + math.erf(z / math.sqrt(2))) / 2)
    assert likely[0, 1] + likely[1, 0] == pytest.approx(1)
    assert likely[2, 3] == pytest.approx(0.5)
    assert np.isnan(likely[0, 2])
    assert found.difference(0, 2) is None


def test_only_draws_or_only_wins_are_rated_too() -> None:
    nothing = np.zeros((2, 2))
    ten = np.array([[0.0, 10], [10, 0]])
    assert rate(Results(nothing, ten, nothing)).drawn is None
    assert [player.elo for player in rate(Results(nothing, ten, nothing)).players] == pytest.approx([0, 0])
    white = rate(Results(ten, nothing, nothing))
    assert white.first_move is not None
    assert 200 < white.first_move.elo < 2000
    one_win = rate(Results(np.array([[0.0, 1], [0, 0]]), ten, nothing))
    assert 0 < one_win.players[0].elo < 60
