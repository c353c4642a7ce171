"""What a search found about each move of a position, as the protocols that show it to people want it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.mcts.lines import Line

CONFIDENCE = 1.96
"""Standard deviations that a lower confidence bound lies below the mean."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One move, from the side of the player to move."""

    action: int
    order: int
    """0 is the best."""
    visits: int
    winrate: float
    """From 0 to 1, a draw half; the search's value mapped to it, so that a game's utility of points is in it."""
    lcb: float
    """A lower bound of the win rate: see `lower_bound`."""
    prior: float
    lead: float | None
    """Points by which the player to move is ahead after it, if anything is known of points."""
    pv: list[int]
    pv_visits: list[int]

    @property
    def utility(self) -> float:
        """The value in [-1, 1]."""
        return 2.0 * self.winrate - 1.0

    @property
    def utility_lcb(self) -> float:
        """The lower bound of the value."""
        return 2.0 * self.lcb - 1.0


def winrate(value: float) -> float:
    """A value in [-1, 1] as a share of wins."""
    return 0.5 * (1.0 + value)


def lower_bound(rate: float, visits: int) -> float:
    """The lower end of Wilson's 95 % interval for a share of `visits` results, 0 for none.

    A search keeps no squares of its values, so that their spread is taken to be the widest, that of wins and losses
    (E. B. Wilson 1927).
    """
    if visits == 0:
        return 0.0
    share = CONFIDENCE**2 / visits
    spread = CONFIDENCE * math.sqrt(max(0.0, rate * (1.0 - rate)) / visits + share / (4.0 * visits))
    return max(0.0, (rate + share / 2.0 - spread) / (1.0 + share))


def opinions(
    lines: Sequence[Line],
    prior: NDArray[np.float32],
    *,
    leads: Mapping[int, float] | None = None,
    least: int = 0,
    most: int | None = None,
) -> list[Opinion]:
    """One for each line, the best first; further moves by `prior` [A] where there are fewer than `least` lines."""
    found = []
    for order, line in enumerate(lines[:most]):
        action, rate = line.actions[0], winrate(line.value)
        proven = line.lower == line.upper
        found.append(
            Opinion(
                action=action,
                order=order,
                visits=line.visits,
                winrate=rate,
                lcb=rate if proven else lower_bound(rate, line.visits),
                prior=float(prior[action]),
                lead=None if leads is None else leads.get(action),
                pv=line.actions,
                pv_visits=line.shares,
            )
        )
    wanted = least if most is None else min(least, most)
    if len(found) < wanted:
        known = {opinion.action for opinion in found}
        rest = [
            int(action) for action in np.argsort(-prior, kind="stable") if prior[action] > 0 and action not in known
        ]
        for action in rest[: wanted - len(found)]:
            found.append(Opinion(action, len(found), 0, 0.5, 0.0, float(prior[action]), None, [action], [0]))
    return found
