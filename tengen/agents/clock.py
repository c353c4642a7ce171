"""How long to think about one move."""

from tengen.agents.agent import Clock

MOVES_TO_GO = 30
"""Main time is spent as if this many moves were still to come."""

LAG = 0.05
"""Seconds kept back for the way of the move to whoever waits for it."""

MOST_LAG = 0.25
"""The share of a move's time that is kept back at most."""


def seconds_for_move(clock: Clock, lag: float = LAG) -> float:
    """The time to spend on the next move under `clock`; never more than what is left."""
    if clock.stones > 0:  # Canadian byoyomi, or moves to a time control: `main` is what is left for so many
        share = clock.main / clock.stones + 0.8 * clock.increment
        limit = clock.main
    else:
        share = clock.main / MOVES_TO_GO + 0.8 * clock.increment
        limit = clock.main  # an increment comes after the move
        if clock.byoyomi > 0.0:
            share = max(share, clock.byoyomi)
            limit = clock.main + clock.byoyomi
    seconds = min(share, limit)
    return max(0.01, seconds - min(lag, MOST_LAG * seconds))
