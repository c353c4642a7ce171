"""Random openings: a few uniformly random moves that both sides must then live with."""

import numpy as np

from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game

TRIES = 1000
"""Draws before it is believed that there is no such opening."""

FRESH_TRIES = 20
"""Draws for an opening that has not come before; small games run out of them."""


def draw_openings(game: Game, plies: int, count: int, *, seed: int) -> list[tuple[int, ...]]:
    """Openings of `plies` random legal moves after which the game goes on, different while they last; nobody passes.

    The first of many are those of few: a match that is made longer keeps its openings.
    """
    if plies == 0:
        return [()] * count
    drawn: list[tuple[int, ...]] = []
    seen: set[tuple[int, ...]] = set()
    for number in range(count):
        random = stream(seed, "opening", number)
        opening = _draw(game, plies, random)
        for _ in range(FRESH_TRIES):
            if opening not in seen:
                break
            opening = _draw(game, plies, random)
        seen.add(opening)
        drawn.append(opening)
    return drawn


def _draw(game: Game, plies: int, random: np.random.Generator) -> tuple[int, ...]:
    for _ in range(TRIES):
        actions = _walk(game, plies, random)
        if actions is not None:
            return actions
    raise InvalidParameter(f"{game.text} has no opening of {plies} plies after which the game still goes on")


def _walk(game: Game, plies: int, random: np.random.Generator) -> tuple[int, ...] | None:
    state = game.initial_state()
    actions: list[int] = []
    for _ in range(plies):
        choices = [a for a in game.legal_actions(state).tolist() if game.action_to_text(state, a).lower() != "pass"]
        if not choices:
            return None
        actions.append(choices[random.integers(len(choices))])
        state = game.apply(state, actions[-1])
    return None if game.is_over(state) else tuple(actions)
