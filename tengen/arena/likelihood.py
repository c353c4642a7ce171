"""The likelihood of results: strengths, an advantage of the first move and a share of draws, maximised together.

Between a first mover and a second let d be the difference of their strengths plus the advantage, in natural units. The
first mover's expected score is the logistic one, p = 1 / (1 + exp(-d)), a draw being half a point, and draws are as
frequent as Davidson has it: P(draw) = nu sqrt(P(won) P(lost)). The two together give all three probabilities:

    P(draw) = 4 nu q / (nu + sqrt(nu^2 (1 - 4 q) + 16 q)),  q = p (1 - p)

Without draws this is the model of Bradley and Terry with the advantage of Davidson and Beaver.
R. R. Davidson, On Extending the Bradley-Terry Model to Accommodate Ties in Paired Comparison Experiments, 1970;
R. R. Davidson and R. J. Beaver, On Extending the Bradley-Terry Model to Incorporate Within-Pair Order Effects, 1977.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ADVANTAGE_SPREAD = 2.3
"""Standard deviation, 400 Elo, of a prior around 0 for the first move: it weighs less than one game."""

DRAWS_SPREAD = 2.0
"""Standard deviation of a prior for ln nu around 0; it weighs less than one game."""

STEPS = 200
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Results of ordered pairs that met, P of them; counts may be fractions."""

    first: NDArray[np.int64]
    """[P]: who moved first, by number."""
    second: NDArray[np.int64]
    wins: Array
    """[P]: games won by the first mover; `draws` and `losses` likewise."""
    draws: Array
    losses: Array

    @property
    def games(self) -> Array:
        """[P]: all of them."""
        return self.wins + self.draws + self.losses


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood is greatest. All in natural units."""

    strengths: Array
    """[N], mean 0 within each group."""
    advantage: float
    """Of the first move; 0 without that term."""
    log_draws: float
    """ln nu; -inf without that term."""
    covariance: Array
    """[N + 2, N + 2] of strengths, advantage and ln nu, from the Fisher information; 0 for terms that are not there."""


def maximise(outcomes: Outcomes, count: int, groups: list[list[int]], *, first_move: bool, draws: bool) -> Maximum:
    """Fisher's scoring on the log likelihood of `count` players, halving steps that overshoot.

    groups      players linked by games; each group's strengths have mean 0
    first_move  whether the first move has an advantage to be found, else it has none
    draws       whether the share of draws is found too, else a draw is half a win and half a loss
    """
    model = _Model(outcomes, count, groups, first_move=first_move, draws=draws)
    point = np.zeros(count + 2)
    value = model.value(point)
    for _ in range(STEPS):
        gradient, information = model.slope(point)
        if np.abs(gradient).max(initial=0.0) < 1e-9 * max(1.0, outcomes.games.sum()):
            break
        step = np.linalg.solve(information, gradient)
        for _ in range(60):
            moved = point + step
            improved = model.value(moved)
            if improved >= value:
                break
            step = step / 2
        point, value = moved, improved
    covariance = np.linalg.inv(model.slope(point)[1]).astype(np.float64)
    for group in groups:
        covariance[np.ix_(group, group)] -= 1.0 / len(group)
    for place, there in ((count, first_move), (count + 1, draws)):
        if not there:
            covariance[place, place] = 0.0
    return Maximum(point[:count], float(point[count]), float(point[-1]) if draws else -math.inf, covariance)


class _Model:
    """The log likelihood as a function of strengths, advantage and ln nu, [N + 2]."""

    def __init__(
        self, outcomes: Outcomes, count: int, groups: list[list[int]], *, first_move: bool, draws: bool
    ) -> None:
        self.outcomes = outcomes
        self.draws = draws
        pairs = len(outcomes.first)
        # of d with respect to strengths and advantage
        self.design = np.zeros((pairs, count + 2))
        self.design[np.arange(pairs), outcomes.first] = 1.0
        self.design[np.arange(pairs), outcomes.second] = -1.0
        self.design[:, count] = float(first_move)
        # terms that are not there stay where they are, and all strengths of a group may move together for free
        self.prior = np.array([1.0 / ADVANTAGE_SPREAD**2, 1.0 / DRAWS_SPREAD**2])
        self.fixed = np.diag([0.0] * count + self.prior.tolist())
        for group in groups:
            self.fixed[np.ix_(group, group)] += 1.0 / len(group)

    def value(self, point: Array) -> float:
        """The log likelihood, priors included."""
        won, drawn, lost = self._probabilities(point)
        seen = self.outcomes
        if self.draws:
            logs = seen.wins * _log(won) + seen.draws * _log(drawn) + seen.losses * _log(lost)
        else:
            logs = (seen.wins + seen.draws / 2) * _log(won) + (seen.losses + seen.draws / 2) * _log(lost)
        return float(logs.sum() - (self.prior * point[-2:] ** 2).sum() / 2)

    def slope(self, point: Array) -> tuple[Array, Array]:
        """The gradient [N + 2] and the expected information [N + 2, N + 2], made regular."""
        seen, games = self.outcomes, self.outcomes.games
        won, drawn, lost = self._probabilities(point)
        score = won + drawn / 2
        by_difference = score * (1.0 - score)
        gradient = np.zeros_like(point)
        if self.draws:
            drawn_by_difference, drawn_by_nu = _slopes(score, math.exp(point[-1]))
            counts = np.stack([seen.wins, seen.draws, seen.losses])
            chances = np.maximum(np.stack([won, drawn, lost]), TINY)
            # [2, 3, P]: of each probability with respect to d and to ln nu
            moves = np.stack(
                [
                    [
                        by_difference - drawn_by_difference / 2,
                        drawn_by_difference,
                        -by_difference - drawn_by_difference / 2,
                    ],
                    [-drawn_by_nu / 2, drawn_by_nu, -drawn_by_nu / 2],
                ]
            )
            slopes = (counts * moves / chances).sum(axis=1)
            weights = (games * moves[:, None] * moves[None] / chances).sum(axis=2)
            gradient += self.design.T @ slopes[0]
            gradient[-1] += slopes[1].sum()
            information = (self.design.T * weights[0, 0]) @ self.design
            cross = self.design.T @ weights[0, 1]
            information[-1] += cross
            information[:, -1] += cross
            information[-1, -1] += weights[1, 1].sum()
        else:
            gradient += self.design.T @ (seen.wins + seen.draws / 2 - games * score)
            information = (self.design.T * (games * by_difference)) @ self.design
        gradient[-2:] -= self.prior * point[-2:]
        return gradient, information + self.fixed

    def _probabilities(self, point: Array) -> tuple[Array, Array, Array]:
        """[P] each: that the first mover wins, draws, loses."""
        score = 1.0 / (1.0 + np.exp(-np.clip(self.design @ point, -500.0, 500.0)))
        return outcome_probabilities(score, math.exp(min(point[-1], 300.0)) if self.draws else 0.0)


def outcome_probabilities(score: Array, nu: float) -> tuple[Array, Array, Array]:
    """That the first mover wins, draws and loses, who expects `score`, where Davidson's parameter is `nu`."""
    if nu == 0.0:
        return score, np.zeros_like(score), 1.0 - score
    product = score * (1.0 - score)
    drawn = 4.0 * nu * product / (nu + _root(product, nu))
    return score - drawn / 2, drawn, 1.0 - score - drawn / 2


def _slopes(score: Array, nu: float) -> tuple[Array, Array]:
    """Derivatives of P(draw) with respect to the difference d and to ln nu."""
    product = score * (1.0 - score)
    root = np.maximum(_root(product, nu), TINY)
    sum_squared = (nu + root) ** 2
    by_product = 4.0 * nu * (nu + root - product * (8.0 - 2.0 * nu * nu) / root) / sum_squared
    by_nu = 4.0 * product * (root - nu * nu * (1.0 - 4.0 * product) / root) / sum_squared
    return by_product * product * (1.0 - 2.0 * score), by_nu * nu


def _root(product: Array, nu: float) -> Array:
    found: Array = np.sqrt(np.maximum(nu * nu * (1.0 - 4.0 * product) + 16.0 * product, 0.0))
    return found


def _log(chances: Array) -> Array:
    found: Array = np.log(np.maximum(chances, TINY))
    return found
