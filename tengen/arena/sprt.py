"""When to stop a match: the generalised sequential probability ratio test over pairs of games.

A pair is one opening played twice, colours swapped; its score is one of 0, 1/4, 1/2, 3/4, 1. Van den Bergh's GSPRT
with the maximum likelihood under a fixed mean, as fastchess has it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.arena.rating import expected_score
from tengen.core.errors import InvalidParameter

SCORES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""What a player can score in a pair of games."""

UNSEEN = 1e-3
"""Counts of 0 become this, so that the likelihoods exist."""


@dataclass(frozen=True, slots=True)
class Sprt:
    """The first player is `elo1` stronger than the second (H1), or `elo0` (H0)."""

    elo0: float
    elo1: float
    alpha: float = 0.05
    """The chance to accept H1 when H0 holds."""
    beta: float = 0.05
    """The chance to accept H0 when H1 holds."""

    def __post_init__(self) -> None:
        if not self.elo0 < self.elo1:
            raise InvalidParameter(f"a test needs ELO0 < ELO1, not {self.elo0:g},{self.elo1:g}")
        if not (0.0 < self.alpha < 1.0 and 0.0 < self.beta < 1.0 and self.alpha + self.beta < 1.0):
            raise InvalidParameter(f"alpha {self.alpha:g} and beta {self.beta:g} must be above 0, their sum below 1")

    @property
    def lower(self) -> float:
        """H0 is accepted at this log likelihood ratio or below."""
        return math.log(self.beta / (1.0 - self.alpha))

    @property
    def upper(self) -> float:
        """H1 is accepted at this log likelihood ratio or above."""
        return math.log((1.0 - self.beta) / self.alpha)

    def ratio(self, pairs: NDArray[np.int64]) -> float:
        """The log likelihood ratio of H1 to H0 after `pairs` [5]: how many pairs had each of SCORES."""
        return float(self.ratios(pairs[None])[0])

    def ratios(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """[N]: the same of N matches at once, `pairs` [N, 5]."""
        counts = np.where(pairs > 0, pairs.astype(np.float64), UNSEEN)
        total = counts.sum(axis=1)
        seen = counts / total[:, None]
        low = most_likely(seen, expected_score(self.elo0))
        high = most_likely(seen, expected_score(self.elo1))
        found: NDArray[np.float64] = total * (seen * np.log(high / low)).sum(axis=1)
        return np.where(pairs.sum(axis=1) > 0, found, 0.0)

    def verdict(self, ratio: float) -> str | None:
        """`H1`, `H0`, or None while the match must go on."""
        if ratio >= self.upper:
            return "H1"
        return "H0" if ratio <= self.lower else None


def most_likely(seen: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """The distributions over SCORES nearest to `seen` [N, 5], all above 0, among those with this `mean`.

    p_i = seen_i / (1 + theta (a_i - mean)), with theta such that the mean is right; the left side falls in theta.
    """
    offsets = SCORES - mean
    low = np.full(len(seen), -1.0 / offsets[-1])
    high = np.full(len(seen), -1.0 / offsets[0])
    theta = np.zeros(len(seen))
    for _ in range(200):
        parts = offsets / (1.0 + theta[:, None] * offsets)
        value, slope = (seen * parts).sum(axis=1), -(seen * parts * parts).sum(axis=1)
        low, high = np.where(value > 0.0, theta, low), np.where(value > 0.0, high, theta)
        moved = theta - value / slope
        # Newton's method, and halving where it would leave the bounds
        moved = np.where((moved > low) & (moved < high), moved, (low + high) / 2)
        if (np.abs(moved - theta) <= 1e-14 * (1.0 + np.abs(theta))).all():
            break
        theta = moved
    found: NDArray[np.float64] = seen / (1.0 + theta[:, None] * offsets)
    return found


def parse_sprt(text: str) -> Sprt:
    """The test that `ELO0,ELO1` asks for."""
    parts = text.split(",")
    try:
        low, high = (float(part) for part in parts)
    except ValueError:
        raise InvalidParameter(f"{text!r} is no test: write ELO0,ELO1, such as 0,10") from None
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InvalidParameter(f"{text!r} is no test: write ELO0,ELO1, such as 0,10")
    return Sprt(low, high)
