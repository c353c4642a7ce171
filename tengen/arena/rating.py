"""Ratings on the Elo scale by joint maximum likelihood, and what a score between two players is worth.

The expected score of i, moving first, against j is 1 / (1 + 10 ** ((r_j - r_i - a) / 400)), a draw half a point, with a
the advantage of the first move; how often games are drawn is a term of its own: see likelihood.py.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.arena.likelihood import Maximum, Outcomes, maximise, outcome_probabilities
from tengen.arena.linked import components, strongly_connected

ELO = 400.0 / math.log(10.0)
"""Elo points for one natural unit of strength."""

Z95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""

PRIOR_DRAWS = 1.0
"""Games of half a point added to each pair that met, where somebody's rating would otherwise be infinite."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One player's strength, Elo; `low` and `high` bound 95 %."""

    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the games between equals are drawn, in [0, 1]; `low` and `high` bound 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Results:
    """Counts of games, [N, N] each: the row moved first, the column second; won, drawn and lost by the row."""

    wins: NDArray[np.float64]
    draws: NDArray[np.float64]
    losses: NDArray[np.float64]

    @property
    def points(self) -> NDArray[np.float64]:
        """[N, N]: what row scored against column, 1 a win and a half a draw, whoever moved first."""
        return self.wins + self.draws / 2 + (self.losses + self.draws / 2).T


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of all players, and how far they can be compared."""

    players: list[Rating]
    groups: list[list[int]]
    """Players that are linked by games; ratings of different groups cannot be compared."""
    prior: bool
    """Whether half points were added because somebody won, or lost, all against the rest."""
    covariance: NDArray[np.float64]
    """[N, N], Elo squared, of strengths around their group's mean; 0 between groups."""
    first_move: Rating | None = None
    """What moving first is worth; None if that was not rated."""
    drawn: Share | None = None
    """None if nothing was drawn, or nothing decided."""

    def superiority(self) -> NDArray[np.float64]:
        """[N, N]: how likely row is stronger than column (LOS), from the joint covariance; nan between groups."""
        found = np.full_like(self.covariance, math.nan)
        variance = np.diag(self.covariance)
        for group in self.groups:
            for one in group:
                for other in group:
                    spread = math.sqrt(max(variance[one] + variance[other] - 2 * self.covariance[one, other], 0.0))
                    difference = self.players[one].elo - self.players[other].elo
                    found[one, other] = 0.5 if spread == 0.0 else normal_probability(difference / spread)
        return found

    def difference(self, one: int, other: int) -> Rating | None:
        """By how much `one` is stronger than `other`, with its own interval; None if no games link them."""
        if not any(one in group and other in group for group in self.groups):
            return None
        covariance = self.covariance
        variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        return _interval(self.players[one].elo - self.players[other].elo, variance)


def normal_probability(z: float) -> float:
    """That a standard normal variable is below `z`."""
    return (1.0 + math.erf(z / math.sqrt(2.0))) / 2.0


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


def tabulate(players: Sequence[str], games: Iterable[tuple[str, str, float]]) -> Results:
    """Counts the games (who moved first, who second, the first's result: 1, 0 or -1) of known players."""
    place = {name: number for number, name in enumerate(players)}
    counts = np.zeros((3, len(place), len(place)))
    for first, second, result in games:
        counts[1 - int(result), place[first], place[second]] += 1
    return Results(*counts)


def rate(
    results: Results,
    *,
    anchor: int | None = None,
    anchor_elo: float = 0.0,
    first_move: bool = True,
    draws: bool = True,
) -> Ratings:
    """Rates N players by their results.

    Each group of players who are linked by games has mean 0, or `anchor` at `anchor_elo`. The intervals come from
    the Fisher information, for the difference to that zero. If the likelihood has no maximum, because one part of
    a group scored nothing against the rest, each pair that met is given PRIOR_DRAWS more games of half a point.

    first_move  finds the advantage of the first move, if the games can tell it from strength
    draws       finds the share of draws, if some games were drawn and some were not; else a draw is half a win
    """
    count = len(results.wins)
    points = results.points
    games = points + points.T
    groups = components(games > 0)
    prior = any(not strongly_connected(points[np.ix_(group, group)] > 0) for group in groups if len(group) > 1)
    outcomes = _outcomes(results, PRIOR_DRAWS if prior else 0.0)
    first_move = first_move and _tells_first_move(outcomes, count)
    draws = draws and 0.0 < results.draws.sum() < games.sum() / 2
    found = maximise(outcomes, count, groups, first_move=first_move, draws=draws)
    covariance = ELO * ELO * found.covariance[:count, :count]
    players = [Rating(0.0, 0.0, 0.0)] * count
    for group in groups:
        zero = anchor if anchor in group else None
        shift = -found.strengths[group].mean() if zero is None else anchor_elo / ELO - found.strengths[zero]
        for player in group:
            variance = covariance[player, player]
            if zero is not None:
                variance = variance + covariance[zero, zero] - 2 * covariance[player, zero]
            players[player] = _interval(ELO * (found.strengths[player] + shift), variance)
    return Ratings(
        players,
        groups,
        prior,
        covariance,
        _interval(ELO * found.advantage, ELO * ELO * found.covariance[count, count]) if first_move else None,
        _drawn(found) if draws else None,
    )


def _interval(elo: float, variance: float) -> Rating:
    half = Z95 * math.sqrt(max(float(variance), 0.0))
    return Rating(float(elo), float(elo) - half, float(elo) + half)


def _drawn(found: Maximum) -> Share:
    """The share of draws at even strength, without the advantage of the first move."""
    half = Z95 * math.sqrt(max(float(found.covariance[-1, -1]), 0.0))
    even = np.array([0.5])
    logs = (found.log_draws, found.log_draws - half, found.log_draws + half)
    return Share(*(float(outcome_probabilities(even, math.exp(each))[1][0]) for each in logs))


def _outcomes(results: Results, prior: float) -> Outcomes:
    """The ordered pairs that met, with `prior` more games of half a point to each pair, in its own share of colours."""
    games = results.wins + results.draws + results.losses
    first, second = np.nonzero(games)
    wins, draws, losses = (counts[first, second] for counts in (results.wins, results.draws, results.losses))
    added = prior * games[first, second] / (games + games.T)[first, second]
    return Outcomes(first, second, wins + added / 2, draws, losses + added / 2)


def _tells_first_move(outcomes: Outcomes, count: int) -> bool:
    """Whether an advantage of the first move could not as well be a difference of strength."""
    pairs = np.arange(len(outcomes.first))
    design = np.zeros((len(pairs), count + 1))
    design[pairs, outcomes.first] = 1.0
    design[pairs, outcomes.second] = -1.0
    design[:, count] = 1.0
    return len(pairs) > 0 and int(np.linalg.matrix_rank(design)) > int(np.linalg.matrix_rank(design[:, :count]))
