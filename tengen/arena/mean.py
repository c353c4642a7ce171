"""What the mean of a few numbers is worth."""

import math
from collections.abc import Sequence

T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Two-sided 95 % points of Student's distribution by degrees of freedom, from 1."""

Z95 = 1.959963984540054


def t95(freedom: int) -> float:
    """The two-sided 95 % point of Student's distribution, to about 0.001; `freedom` is 1 or more."""
    if freedom <= len(T95):
        return T95[freedom - 1]
    z = Z95
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3  # Cornish and Fisher's expansion


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean and the bounds of its 95 % interval by Student's distribution; one value has no bounds but itself."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, mean, mean
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = t95(len(values) - 1) * math.sqrt(variance / len(values))
    return mean, mean - half, mean + half


def score_interval(score: float, games: int) -> tuple[float, float]:
    """The 95 % interval of a score, points per game: E. B. Wilson's, as if no game could be drawn, which widens it.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not games:
        return 0.0, 1.0
    square = Z95 * Z95 / games
    middle = (score + square / 2) / (1 + square)
    half = Z95 * math.sqrt(score * (1 - score) / games + square / (4 * games)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)
