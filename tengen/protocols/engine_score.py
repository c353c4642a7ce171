"""Values as UCI and USI tell them: centipawns, plies to mate, and chances to win, draw and lose."""

import math

SCALE = 90.0
STEEPNESS = 1.5637541897
"""lc0's map from a value in [-1, 1] to centipawns: 90 tan(1.5637541897 q), so that a pawn up is worth about 0.54."""


def centipawns(value: float) -> int:
    """The centipawns of a value in [-1, 1]."""
    return round(SCALE * math.tan(STEEPNESS * min(max(value, -1.0), 1.0)))


def value_of(score: float) -> float:
    """The value in [-1, 1] of a score in centipawns."""
    return max(-1.0, min(1.0, math.atan(score / SCALE) / STEEPNESS))


SHOGI_SCALE = 1200.0
"""Shogi programs take a score of s for a chance to win of 1 / (1 + exp(-s / 600)), as Ponanza did: tanh(s / 1200)."""
MOST_SHOGI_SCORE = 30_000
"""What certainty is told as."""


def shogi_score(value: float) -> int:
    """The score of a value in [-1, 1] in shogi."""
    most = math.tanh(MOST_SHOGI_SCORE / SHOGI_SCALE)
    if abs(value) >= most:
        return MOST_SHOGI_SCORE if value > 0 else -MOST_SHOGI_SCORE
    return round(SHOGI_SCALE * math.atanh(value))


def value_of_shogi_score(score: float) -> float:
    """The value in [-1, 1] of a score in shogi."""
    return math.tanh(score / SHOGI_SCALE)


def chances(value: float, *, exact: bool = False) -> tuple[int, int, int]:
    """Won, drawn and lost games in 1000.

    A value alone does not tell draws apart. Where it is not `exact`, they are what two half points would give that
    are each won with probability (1 + value) / 2: the expected score is right, half of all even games are drawn.
    """
    if exact:
        return (1000, 0, 0) if value > 0 else (0, 0, 1000) if value < 0 else (0, 1000, 0)
    half = (1.0 + min(max(value, -1.0), 1.0)) / 2.0
    won, lost = round(1000 * half * half), round(1000 * (1.0 - half) ** 2)
    return won, 1000 - won - lost, lost
