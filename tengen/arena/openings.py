"""How games begin: with nothing given, with random plies, or with given lines.

    source = RandomPlies(4)
    source.draw(game, seed)        an endless iterator: the n-th opening is the same whenever it is asked for

book.py reads openings from files, policy_openings.py draws what a network would play.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from typing import Protocol

import numpy as np

from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.rules import State

TRIES = 1000
"""Draws before it is believed that there is no such opening."""

FRESH_TRIES = 20
"""Draws for an opening that has not come before; small games run out of them."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a game begins."""

    actions: tuple[int, ...] = ()
    """What is played before anybody chooses."""
    start: str = ""
    """The position before that, in the game's own text; empty for the usual one."""


class Openings(ABC):
    """Where the openings of a match come from."""

    @abstractmethod
    def draw(self, game: Game, seed: int) -> Iterator[Opening]:
        """The openings of a match in their order, without end; the first of many are those of few."""

    @abstractmethod
    def settings(self) -> object:
        """What a folder must have in common with these to go on with them, as JSON."""


@dataclass(frozen=True, slots=True)
class Given(Openings):
    """Openings that are known, used in turn."""

    openings: tuple[Opening, ...]

    def draw(self, game: Game, seed: int) -> Iterator[Opening]:
        return cycle(self.openings)

    def settings(self) -> object:
        return [
            {"start": opening.start, "actions": list(opening.actions)} if opening.start else list(opening.actions)
            for opening in self.openings
        ]


@dataclass(frozen=True, slots=True)
class RandomPlies(Openings):
    """So many uniformly random legal moves, nobody passing."""

    plies: int

    def draw(self, game: Game, seed: int) -> Iterator[Opening]:
        return repeat(Opening()) if self.plies == 0 else walks(game, self.plies, _any, seed=seed)

    def settings(self) -> object:
        return self.plies


def as_openings(openings: "int | Sequence[Sequence[int]] | Openings") -> Openings:
    """Openings of so many random plies, or those given as lists of actions, or as they are."""
    if isinstance(openings, Openings):
        return openings
    if isinstance(openings, int):
        if openings < 0:
            raise InvalidParameter(f"openings are a number of plies, or lists of actions, not {openings}")
        return RandomPlies(openings)
    if not openings:
        raise InvalidParameter("openings are a number of plies, or lists of actions, not an empty list")
    return Given(tuple(Opening(tuple(int(action) for action in actions)) for actions in openings))


def draw_openings(game: Game, plies: int, count: int, *, seed: int) -> list[tuple[int, ...]]:
    """Openings of `plies` random legal moves after which the game goes on, different while they last; nobody passes.

    The first of many are those of few: a match that is made longer keeps its openings.
    """
    return [opening.actions for opening in islice(RandomPlies(plies).draw(game, seed), count)]


class Chooser(Protocol):
    """Chooses a move of an opening."""

    def __call__(self, state: State, choices: list[int], random: np.random.Generator) -> int:
        """One of the `choices`."""


def walks(game: Game, plies: int, choose: Chooser, *, seed: int) -> Iterator[Opening]:
    """Openings of `plies` moves as `choose` draws them, different while they last."""
    seen: set[tuple[int, ...]] = set()
    number = 0
    while True:
        random = stream(seed, "opening", number)
        opening = _draw(game, plies, choose, random)
        for _ in range(FRESH_TRIES):
            if opening not in seen:
                break
            opening = _draw(game, plies, choose, random)
        seen.add(opening)
        yield Opening(opening)
        number += 1


def _draw(game: Game, plies: int, choose: Chooser, random: np.random.Generator) -> tuple[int, ...]:
    for _ in range(TRIES):
        actions = _walk(game, plies, choose, random)
        if actions is not None:
            return actions
    raise InvalidParameter(f"{game.text} has no opening of {plies} plies after which the game still goes on")


def _walk(game: Game, plies: int, choose: Chooser, random: np.random.Generator) -> tuple[int, ...] | None:
    state = game.initial_state()
    actions: list[int] = []
    for _ in range(plies):
        choices = [a for a in game.legal_actions(state).tolist() if game.action_to_text(state, a).lower() != "pass"]
        if not choices:
            return None
        actions.append(choose(state, choices, random))
        state = game.apply(state, actions[-1])
    return None if game.is_over(state) else tuple(actions)


def _any(state: State, choices: list[int], random: np.random.Generator) -> int:
    return choices[random.integers(len(choices))]
