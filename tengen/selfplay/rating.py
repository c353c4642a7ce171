"""Ratings of a run's checkpoints from all the ladder games that it played."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from tengen.arena.rating import Results, rate

ANCHOR = "random"
"""The player whose rating is 0, where he takes part."""


def ladder_ratings(lines: Iterable[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Elo with 95 % intervals for every player in the rating and link lines of a run, `random` at 0."""
    games = [
        line | {"player": str(line.get("player", line.get("checkpoint")))}
        for line in lines
        if line.get("kind") in ("rating", "link")
    ]
    players = sorted({line["player"] for line in games} | {str(line["opponent"]) for line in games})
    if not players:
        return {}
    results = Results(*np.zeros((3, len(players), len(players))))
    for line in games:
        pair = players.index(line["player"]), players.index(str(line["opponent"]))
        results.wins[pair] += line["wins"]
        results.draws[pair] += line["draws"]
        results.losses[pair] += line["losses"]
    # the lines do not tell who moved first
    found = rate(results, anchor=players.index(ANCHOR) if ANCHOR in players else None, first_move=False).players
    return {
        name: {"elo": round(rating.elo, 1), "low": round(rating.low, 1), "high": round(rating.high, 1)}
        for name, rating in zip(players, found, strict=True)
    }
