"""How much stronger variants of training are than a base, from ratings of networks over several seeds.

Networks y[v, s] of V variants (the base is the first) and K seeds have ratings whose errors from the games have the
covariance C. The gain of v is the mean over s of y[v, s] - y[0, s]. Its variance has two parts:

    variance = 2 * luck**2 / K  +  w' C w            w: 1/K for each network of v, -1/K for each of the base

luck**2 is the variance between trainings that differ in their seed alone, the same for all variants. It is estimated
from the residuals of a two-way layout, r[v, s] = y[v, s] - mean over s - mean over v + mean of all, with
f = (V - 1)(K - 1) degrees of freedom, less what the games' errors put into them:

    luck**2 = max(0, (sum of r**2 - trace(P C)) / f)                P: the projection that makes residuals

The interval is gain ± t(0.975, f) * sqrt(variance). With two variants and no error in the games that is Student's
paired interval of the K differences. One seed tells nothing of luck: then the interval has the games' errors alone.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.arena.mean import Z95, t95


@dataclass(frozen=True, slots=True)
class Gain:
    """Elo gained over the base; `low` and `high` bound 95 %."""

    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Gains:
    """What all variants gained."""

    variants: list[Gain]
    """[V]: means over the seeds; the base's is 0."""
    seeds: list[list[Gain]]
    """[V][K]: of each seed, by the games alone."""
    luck: float | None
    """Elo: the standard deviation between trainings that differ in their seed alone; None with one seed."""


def gains(elo: NDArray[np.float64], covariance: NDArray[np.float64]) -> Gains:
    """Gains over variant 0 from ratings `elo` [V, K], V above 1, and their covariance [V * K, V * K], Elo squared."""
    variants, seeds = elo.shape
    freedom = (variants - 1) * (seeds - 1)
    luck, quantile = None, Z95
    if freedom:
        project = np.kron(_centring(variants), _centring(seeds))
        flat = elo.ravel()
        luck = math.sqrt(max(0.0, float(flat @ project @ flat - np.trace(project @ covariance)) / freedom))
        quantile = t95(freedom)

    def gain(variant: int, chosen: list[int], luck: float, quantile: float) -> Gain:
        weights = np.zeros((variants, seeds))
        weights[variant, chosen] += 1.0 / len(chosen)
        weights[0, chosen] -= 1.0 / len(chosen)
        flat = weights.ravel()
        variance = max(0.0, float(flat @ covariance @ flat)) + 2.0 * luck * luck / len(chosen)
        middle = float(flat @ elo.ravel())
        half = quantile * math.sqrt(variance) if variant else 0.0
        return Gain(middle, middle - half, middle + half)

    means = [gain(variant, list(range(seeds)), luck or 0.0, quantile) for variant in range(variants)]
    single = [[gain(variant, [seed], 0.0, Z95) for seed in range(seeds)] for variant in range(variants)]
    return Gains(means, single, luck)


def _centring(count: int) -> NDArray[np.float64]:
    """[N, N]: the matrix that takes the mean away."""
    centring: NDArray[np.float64] = np.eye(count) - 1.0 / count
    return centring
