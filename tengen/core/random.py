"""Random numbers as arguments: named streams from one seed, and a small generator for kernels."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator that belongs to `names` under `seed`; other names give independent streams."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    words = np.frombuffer(digest, dtype=np.uint32).tolist()
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def kernel_seeds(generator: np.random.Generator, count: int) -> NDArray[np.uint64]:
    """`count` independent states for `next_random`, one a row of a batch. uint64 [count]."""
    return generator.integers(0, 2**64, size=count, dtype=np.uint64)


@kernel
def next_random(seeds: NDArray[np.uint64], row: int) -> np.uint64:
    """Draws 64 random bits from the stream `seeds[row]` and moves it on.

    SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    """
    seeds[row] += np.uint64(0x9E3779B97F4A7C15)
    z = seeds[row]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def random_below(seeds: NDArray[np.uint64], row: int, bound: int) -> int:
    """Draws an integer in [0, bound), for bound below 2**31 (bias under 2**-32)."""
    return int(((next_random(seeds, row) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32))


@kernel
def random_float(seeds: NDArray[np.uint64], row: int) -> float:
    """Draws a float in [0, 1) with 53 random bits."""
    return float(next_random(seeds, row) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
