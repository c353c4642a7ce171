"""Ratings on the Elo scale by maximum likelihood, and what a score between two players is worth.

The model is Bradley and Terry's, a draw counting as half a win: P(i beats j) = 1 / (1 + 10 ** ((r_j - r_i) / 400)).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ELO = 400.0 / math.log(10.0)
"""Elo points for one natural unit of strength."""

Z95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""

PRIOR_DRAWS = 1.0
"""Drawn games added to each pair that met, where somebody's rating would otherwise be infinite."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One player's strength, Elo; `low` and `high` bound 95 %."""

    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of all players, and how far they can be compared."""

    players: list[Rating]
    groups: list[list[int]]
    """Players that are linked by games; ratings of different groups cannot be compared."""
    prior: bool
    """Whether drawn games were added because somebody won, or lost, all against the rest."""


def elo_difference(score: float) -> float:
    """How much stronger a player is who scores `score`, in (0, 1)."""
    return -400.0 * math.log10(1.0 / score - 1.0)


def expected_score(elo: float) -> float:
    """The score of a player who is `elo` points stronger."""
    return 1.0 / (1.0 + 10.0 ** (-elo / 400.0))


def wilson_interval(score: float, games: int, z: float = Z95) -> tuple[float, float]:
    """The interval of 95 % for an expected score, of which `score` in [0, 1] was seen over `games` (Wilson 1927).

    Draws make the true interval narrower.
    """
    if games == 0:
        return 0.0, 1.0
    spread = z * z / games
    centre = (score + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (score * (1 - score) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def rate(points: NDArray[np.float64], *, anchor: int | None = None, anchor_elo: float = 0.0) -> Ratings:
    """Rates N players by `points` [N, N]: what row scored against column, 1 a win and a half a draw.

    Each group of players who are linked by games has mean 0, or `anchor` at `anchor_elo`. The intervals come from
    the Fisher information, for the difference to that zero. If the likelihood has no maximum, because one part of
    a group scored nothing against the rest, each pair that met is given PRIOR_DRAWS more draws.
    """
    games = points + points.T
    groups = _components(games > 0)
    prior = any(not _strongly_connected(points[np.ix_(group, group)] > 0) for group in groups if len(group) > 1)
    if prior:
        points = points + (PRIOR_DRAWS / 2) * (games > 0)
        games = points + points.T
    ratings = [Rating(0.0, 0.0, 0.0)] * len(points)
    for group in groups:
        inside = np.ix_(group, group)
        strength, information = _maximise(points[inside], games[inside])
        zero = group.index(anchor) if anchor in group else None
        variance = _variances(information, zero)
        shift = -strength.mean() if zero is None else anchor_elo / ELO - strength[zero]
        for place, player in enumerate(group):
            elo = ELO * (strength[place] + shift)
            half = Z95 * ELO * math.sqrt(variance[place])
            ratings[player] = Rating(elo, elo - half, elo + half)
    return Ratings(ratings, groups, prior)


def _maximise(
    points: NDArray[np.float64], games: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Newton's method on the log likelihood, halving steps that overshoot; strengths [N] and information [N, N]."""
    count = len(points)
    strength = np.zeros(count)
    value = _log_likelihood(strength, points)
    for _ in range(200):
        win = 1.0 / (1.0 + np.exp(strength[None, :] - strength[:, None]))
        gradient = (points - games * win).sum(axis=1)
        weight = games * win * (1.0 - win)
        information = np.diag(weight.sum(axis=1)) - weight
        if np.abs(gradient).max(initial=0.0) < 1e-10 * max(1.0, games.sum()):
            break
        # all strengths may move together for free; the ones fix their mean
        step = np.linalg.solve(information + 1.0 / count, gradient)
        for _ in range(60):
            moved = strength + step
            improved = _log_likelihood(moved, points)
            if improved >= value:
                break
            step = step / 2
        strength, value = moved, improved
    return strength, information


def _log_likelihood(strength: NDArray[np.float64], points: NDArray[np.float64]) -> float:
    return float(-(points * np.logaddexp(0.0, strength[None, :] - strength[:, None])).sum())


def _variances(information: NDArray[np.float64], zero: int | None) -> NDArray[np.float64]:
    """Variance of each strength relative to the mean, or to player `zero`."""
    count = len(information)
    if count == 1:
        return np.zeros(1)
    # the inverse on the space of strengths with mean 0
    covariance = np.linalg.inv(information + 1.0 / count) - 1.0 / count
    variance = np.diag(covariance)
    if zero is not None:
        variance = variance + covariance[zero, zero] - 2 * covariance[zero]
    return np.maximum(variance, 0.0)


def _reachable(edges: NDArray[np.bool_], start: int) -> list[int]:
    seen, todo = {start}, [start]
    while todo:
        for other in np.flatnonzero(edges[todo.pop()]).tolist():
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return sorted(seen)


def _components(met: NDArray[np.bool_]) -> list[list[int]]:
    groups: list[list[int]] = []
    for player in range(len(met)):
        if not any(player in group for group in groups):
            groups.append(_reachable(met, player))
    return groups


def _strongly_connected(scored: NDArray[np.bool_]) -> bool:
    """Whether nobody is, through any chain of results, only better or only worse than somebody else."""
    count = len(scored)
    return len(_reachable(scored, 0)) == count and len(_reachable(scored.T, 0)) == count
