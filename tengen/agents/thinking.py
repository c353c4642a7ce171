"""A search that can be watched and stopped: in pieces on one tree, until a limit, a proof or a word from outside."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tengen.agents.control import Control
from tengen.mcts.result import SearchResult
from tengen.mcts.search import Positions, Search

PIECE_SECONDS = 0.025
"""How long a piece of the search is to take: so much later a stop is heard at most."""

FIRST_PIECE = 8
"""Simulations of the first piece, before their cost is known."""

FORGIVENESS = 0.7
"""So much of the cost that was known is believed in at least, however cheap the last piece was."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What a search has found so far."""

    result: SearchResult
    simulations: int
    """Of this search, those that the tree had before not among them."""
    seconds: float
    cost: float
    """Seconds that a simulation takes which has a new leaf judged; of late, at most."""


def think(search: Search, states: Positions, control: Control, *, cost: float = 0.0) -> Iterator[Thought]:
    """Searches `states` [1] piece by piece and tells after each; ends when `control` says so, or nothing is left to do.

    A tree that is full grows no further. `cost` is what is known of the cost of a simulation, seconds; 0 is nothing.
    A simulation that ends in a leaf which is known already costs next to nothing. So the length of a piece goes by
    those that have one judged: all of the next piece's may.
    """
    began = time.monotonic()
    cost = min(cost, PIECE_SECONDS)  # more may have been a hiccup, such as the loading of a kernel
    if 4 * (search.capacity - search.nodes) < search.capacity:
        search.forget()  # what is kept of an earlier move's tree leaves too little room
    smallest = max(1, search.config.leaves)
    visits, total = search.visits, 0
    while True:
        most = min(search.config.simulations, search.room)
        if control.limits.nodes is not None and not control.held:
            most = min(most, control.limits.nodes - total)
        left = control.seconds_left()
        seconds = PIECE_SECONDS if left is None else min(PIECE_SECONDS, left)
        piece = max(smallest, min(most, int(seconds / cost) if cost > 0.0 else FIRST_PIECE))
        start, judged = time.monotonic(), search.evaluations
        result = search.run(states, simulations=piece)
        now, judged = time.monotonic(), search.evaluations - judged
        before, visits = visits, int(result.visits[0].sum())
        total += min(piece, visits - before if visits >= before else visits)
        cost = max((now - start) / max(1, judged), FORGIVENESS * cost) if judged or cost == 0.0 else cost
        yield Thought(result, total, now - began, cost)
        if control.stopped or search.solved or search.room < smallest:
            return
        if not control.held and _is_enough(search, result, total, cost, piece / max(now - start, 1e-6), control):
            return


def _is_enough(search: Search, result: SearchResult, total: int, cost: float, speed: float, control: Control) -> bool:
    """Whether a limit is reached; `speed` is in simulations a second."""
    limits = control.limits
    if limits.nodes is not None and total >= limits.nodes:
        return True
    if limits.depth is not None and (len(result.variations[0]) >= limits.depth or search.line_is_closed):
        return True
    left = control.seconds_left()
    if left is None:
        return False
    if left < cost * max(1, search.config.leaves):
        return True
    return limits.economical and _is_decided(result, left * speed)


def _is_decided(result: SearchResult, simulations: float) -> bool:
    """Whether the choice is the most visited action, and so many more simulations could not make another that."""
    if np.count_nonzero(result.prior[0]) < 2:
        return True
    visits = np.partition(result.visits[0], -2)
    chosen = result.visits[0, result.action[0]]  # a lower bound may prefer another, and may yet come back from it
    return bool(chosen == visits[-1] and visits[-1] - visits[-2] > simulations)
