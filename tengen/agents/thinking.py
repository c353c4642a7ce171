"""A search that can be watched and stopped: in pieces on one tree, until a limit, a proof or a word from outside."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.agents.control import Control
from tengen.mcts.result import SearchResult
from tengen.mcts.search import Search

PIECE_SECONDS = 0.025
"""How long a piece of the search is to take: so much later a stop is heard at most."""

FIRST_PIECE = 8
"""Simulations of the first piece, before the speed is known."""

GROWTH = 4
"""No piece has more than so many times the simulations of the one before it, whose speed may have been luck."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What a search has found so far."""

    result: SearchResult
    simulations: int
    """Of this search, those that the tree had before not among them."""
    seconds: float
    speed: float
    """Simulations a second, as the last piece had it."""


def think(search: Search, states: NDArray[np.void], control: Control, *, speed: float = 0.0) -> Iterator[Thought]:
    """Searches `states` [1] piece by piece and tells after each; ends when `control` says so, or nothing is left to do.

    A tree that is full grows no further. `speed` is what is known of it, in simulations a second.
    """
    began = time.monotonic()
    if 4 * (search.capacity - search.nodes) < search.capacity:
        search.forget()  # what is kept of an earlier move's tree leaves too little room
    smallest = max(1, search.config.leaves)
    piece = max(FIRST_PIECE, int(speed * PIECE_SECONDS / GROWTH))
    visits, total = search.visits, 0
    while True:
        most = min(search.config.simulations, search.capacity - search.nodes)
        if control.limits.nodes is not None and not control.held:
            most = min(most, control.limits.nodes - total)
        left = control.seconds_left()
        if left is not None and speed > 0.0:
            most = min(most, int(speed * left))
        piece = max(smallest, min(piece, most))
        start = time.monotonic()
        result = search.run(states, simulations=piece)
        now = time.monotonic()
        before, visits = visits, int(result.visits[0].sum())
        total += min(piece, visits - before if visits >= before else visits)
        speed = piece / max(now - start, 1e-6)
        piece = min(int(speed * PIECE_SECONDS), piece * GROWTH)
        yield Thought(result, total, now - began, speed)
        if control.stopped or search.solved or search.capacity - search.nodes < smallest:
            return
        if not control.held and _is_enough(search, result, total, speed, control):
            return


def _is_enough(search: Search, result: SearchResult, total: int, speed: float, control: Control) -> bool:
    limits = control.limits
    if limits.nodes is not None and total >= limits.nodes:
        return True
    if limits.depth is not None and (len(result.variations[0]) >= limits.depth or search.line_is_closed):
        return True
    left = control.seconds_left()
    if left is None:
        return False
    if left * speed < max(1, search.config.leaves):
        return True
    return limits.economical and _is_decided(result, left * speed)


def _is_decided(result: SearchResult, simulations: float) -> bool:
    """Whether so many more simulations could not make another action the most visited."""
    if np.count_nonzero(result.prior[0]) < 2:
        return True
    visits = np.partition(result.visits[0], -2)
    return bool(visits[-1] - visits[-2] > simulations)
