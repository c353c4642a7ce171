"""What changes in the course of a run, as functions of the fraction of its time that has gone."""

import math

from tengen.selfplay.settings import Settings


def rate_share_at(settings: Settings, fraction: float, step: int) -> float:
    """What the learning rates are multiplied by: warmed up over the first steps, then falling as the schedule says."""
    training = settings.training
    warm = min(1.0, (step + 1) / training.warmup_steps) if training.warmup_steps else 1.0
    if training.schedule == "cosine":
        final = training.final_rate
        share = final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, fraction)))
    else:
        share = training.drop ** sum(fraction >= at for at in training.drops)
    return float(share * warm)


def simulations_at(settings: Settings, fraction: float) -> int:
    """Simulations a move in self-play: constant, or growing linearly (MiniZero's progressive simulation)."""
    full = settings.search.simulations
    first = settings.selfplay.first_simulations
    if first <= 0 or fraction >= settings.selfplay.grown_at:
        return full
    return round(first + (full - first) * fraction / settings.selfplay.grown_at)


def samples_due(settings: Settings, positions: int) -> int:
    """Training samples that belong to so many positions: none before the first are there."""
    training = settings.training
    if positions < training.first_positions:
        return 0
    return int(training.first_positions + training.samples_per_position * (positions - training.first_positions))


def window_size(settings: Settings, positions: int) -> int:
    """Newest positions to draw from (Wu 2019, section 3: a power of all positions)."""
    training = settings.training
    grown = max(1.0, positions / training.window_start)
    exponent = training.window_exponent
    return int(training.window_start * (1.0 + training.window_share * (grown**exponent - 1.0) / exponent))
