"""What the runs of a comparison show together: means over seeds with 95 % intervals, curves, when a target is reached.

Seeds are the sample: an interval says how well the mean over seeds is known (Student's t), not how episodes spread.
"""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.compare_methods import Contender
from tengen.core.errors import InvalidParameter
from tengen.selfplay.run import read_metrics

Floats = NDArray[np.float64]

# the 97.5 % quantiles of Student's t with 1, 2, 3, ... degrees of freedom
QUANTILES = [
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over seeds and the bounds of its 95 % interval, nan where there is one seed only."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Returns against steps or seconds, at points that all seeds have reached."""

    at: Floats
    """[n]"""
    seeds: Floats
    """[K, n] of each seed, between its evaluations by straight lines."""
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one method."""

    method: str
    """Its text."""
    label: str
    returns: list[float]
    """The mean final return of each seed."""
    final: Interval
    steps: float
    """Environment steps of a run, the mean over seeds; of an agent that only plays, those it played."""
    seconds: float
    steps_per_s: float
    reached: list[tuple[float, float] | None]
    """For each seed the steps and seconds at which an evaluation first reached the target."""
    by_steps: Curve | None
    by_seconds: Curve | None
    """None for an agent that only plays."""

    def to_target(self) -> tuple[int, float | None, float | None]:
        """How many seeds reached the target, and the median steps and seconds, None where half or more did not."""
        found = [pair or (math.inf, math.inf) for pair in self.reached]
        medians = [float(np.median([pair[axis] for pair in found])) for axis in (0, 1)]
        steps, seconds = (median if math.isfinite(median) else None for median in medians)
        return sum(pair is not None for pair in self.reached), steps, seconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """All methods of a comparison, in the order in which they were named."""

    environment: str
    seeds: int
    target: float | None
    outcomes: list[Outcome]

    def to_json(self) -> dict[str, Any]:
        """For programs; what is not known is null."""
        return {
            "environment": self.environment,
            "seeds": self.seeds,
            "target": self.target,
            "methods": [self._described(outcome) for outcome in self.outcomes],
        }

    def _described(self, outcome: Outcome) -> dict[str, Any]:
        described = {
            "method": outcome.method,
            "label": outcome.label,
            "mean": outcome.final.mean,
            "low": _known(outcome.final.low),
            "high": _known(outcome.final.high),
            "returns": outcome.returns,
            "steps": outcome.steps,
            "seconds": outcome.seconds,
            "steps_per_s": outcome.steps_per_s,
        }
        if self.target is not None:
            names = ("reached", "steps_to_target", "seconds_to_target")
            described |= dict(zip(names, outcome.to_target(), strict=True))
        return described

    def to_csv(self) -> str:
        """All curves, a line for each point: method, axis (steps or seconds), mean, bounds, and each seed's return."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["method", "axis", "at", "mean", "low", "high", *(f"seed {n}" for n in range(self.seeds))])
        for outcome in self.outcomes:
            for axis, curve in (("steps", outcome.by_steps), ("seconds", outcome.by_seconds)):
                for place in range(0 if curve is None else len(curve.at)):
                    assert curve is not None
                    numbers = [curve.at[place], curve.mean[place], curve.low[place], curve.high[place]]
                    writer.writerow([outcome.label, axis, *map(_cell, [*numbers, *curve.seeds[:, place]])])
            if outcome.by_steps is None:
                numbers = [math.nan, outcome.final.mean, outcome.final.low, outcome.final.high]
                writer.writerow([outcome.label, "none", *map(_cell, [*numbers, *outcome.returns])])
        return text.getvalue()


def gather(
    environment: str, contenders: Sequence[Contender], folder: Path, *, seeds: int, target: float | None
) -> Comparison:
    """Reads the finished runs `folder/METHOD/seed-N`; InvalidParameter if one is damaged."""
    return Comparison(environment, seeds, target, [_outcome(one, folder, seeds, target) for one in contenders])


def _outcome(contender: Contender, folder: Path, seeds: int, target: float | None) -> Outcome:
    results, curves = [], []
    for seed in range(seeds):
        run = folder / contender.slug / f"seed-{seed}"
        try:
            result: dict[str, Any] = json.loads((run / "result.json").read_text())
            results.append({key: float(result[key]) for key in ("mean", "steps", "seconds", "steps_per_s")})
        except (ValueError, KeyError, TypeError):
            raise InvalidParameter(f"{run / 'result.json'} is damaged: remove {run} to run it again") from None
        rows = [row for row in read_metrics(run / "metrics.jsonl") if row["kind"] == "evaluation"]
        curves.append(np.array([(row["steps"], row["time_s"], row["mean"]) for row in rows], np.float64).reshape(-1, 3))
    return Outcome(
        method=contender.text,
        label=contender.label,
        returns=[result["mean"] for result in results],
        final=interval([result["mean"] for result in results]),
        steps=float(np.mean([result["steps"] for result in results])),
        seconds=float(np.mean([result["seconds"] for result in results])),
        steps_per_s=float(np.mean([result["steps_per_s"] for result in results])),
        reached=[_first_at(curve, target) for curve in curves],
        by_steps=curve_of([(curve[:, 0], curve[:, 2]) for curve in curves]),
        by_seconds=curve_of([(curve[:, 1], curve[:, 2]) for curve in curves]),
    )


def _first_at(curve: Floats, target: float | None) -> tuple[float, float] | None:
    if target is None:
        return None
    places = np.flatnonzero(curve[:, 2] >= target)
    return (float(curve[places[0], 0]), float(curve[places[0], 1])) if len(places) else None


def interval(values: Sequence[float]) -> Interval:
    """The mean of independent values with its 95 % interval by Student's t."""
    low, high = bounds(np.array(values, np.float64)[:, None])
    return Interval(float(np.mean(values)), float(low[0]), float(high[0]))


def bounds(seeds: Floats) -> tuple[Floats, Floats]:
    """The 95 % bounds of the means of the columns of `seeds` [K, n]; nan where K is 1."""
    count, points = seeds.shape
    if count < 2:
        return np.full(points, np.nan), np.full(points, np.nan)
    quantile = QUANTILES[count - 2] if count - 2 < len(QUANTILES) else 1.96 + 2.4 / (count - 1)
    reach = quantile * seeds.std(axis=0, ddof=1) / math.sqrt(count)
    mean = seeds.mean(axis=0)
    return mean - reach, mean + reach


def curve_of(series: Sequence[tuple[Floats, Floats]]) -> Curve | None:
    """One curve of several seeds' points and values; None if some seed has none."""
    if any(len(at) == 0 for at, _ in series):
        return None
    first, last = max(at[0] for at, _ in series), min(at[-1] for at, _ in series)
    points = np.linspace(first, max(first, last), max(len(at) for at, _ in series))
    seeds = np.array([np.interp(points, at, values) for at, values in series])
    low, high = bounds(seeds)
    return Curve(points, seeds, seeds.mean(axis=0), low, high)


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _cell(number: float) -> str:
    return "" if math.isnan(number) else f"{number:.6g}"
