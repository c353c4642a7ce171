import numpy as np

from tengen.core.random import kernel_seeds, next_random, random_below, random_float, stream


def test_a_named_stream_repeats_and_differs_from_others() -> None:
    assert stream(1, "a", 2).integers(2**62) == stream(1, "a", 2).integers(2**62)
    draws = {int(stream(seed, name).integers(2**62)) for seed in (1, 2) for name in ("a", "b", "ab")}
    assert len(draws) == 6


def test_splitmix64_gives_the_published_sequence() -> None:
    # the reference implementation's first outputs for the seed 1234567 (Vigna, prng.di.unimi.it)
    seeds = np.array([1234567], np.uint64)
    assert [int(next_random(seeds, 0)) for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_rows_of_a_batch_have_streams_of_their_own() -> None:
    seeds = kernel_seeds(np.random.default_rng(1), 2)
    alone = seeds[1:].copy()
    next_random(seeds, 0)
    assert next_random(seeds, 1) == next_random(alone, 0)


def test_bounded_draws_are_even_and_within_bounds() -> None:
    seeds = np.array([7], np.uint64)
    counts = np.bincount([random_below(seeds, 0, 7) for _ in range(70_000)], minlength=7)
    assert len(counts) == 7
    assert np.abs(counts - 10_000).max() < 500
    floats = np.array([random_float(seeds, 0) for _ in range(10_000)])
    assert 0 <= floats.min() < floats.max() < 1
    assert abs(floats.mean() - 0.5) < 0.02
