"""What a baseline learns from: N copies of an environment that step together, a finished one beginning anew at once.

Record games are stepped by one compiled kernel, which plays chance too; Atari by ale-py's own vector environment;
Gymnasium by its vector entry point where that is faster, else one by one.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.games import registry
from tengen.games.game import RecordGame

UNLIMITED = 0
"""The number of steps after which an episode is never cut off."""


class Step(NamedTuple):
    """What one action in each of N copies brought. Arrays are valid until the step after the next."""

    observations: NDArray[Any]
    """[N, ...] what the next action sees: the first of a new episode where one ended."""
    rewards: NDArray[np.float32]
    """[N]"""
    terminated: NDArray[np.bool_]
    """[N] whether the rules ended it: what would follow is worth 0."""
    truncated: NDArray[np.bool_]
    """[N] whether a limit cut it off, so that a target goes on with the value of `last`; never both."""
    last: NDArray[Any]
    """[N, ...] what the step itself led to; equal to `observations` but where an episode ended."""
    ended: NDArray[np.bool_]
    """[N] whether a whole episode is over: terminated or truncated, unless learning counts each life as an end."""


class Environments(ABC):
    """N copies of an environment."""

    count: int
    observation_shape: tuple[int, ...]
    """Of one copy. Observations are float32, uint8 for screens, uint64 keys where they are asked for."""
    dtype: np.dtype[Any] = np.dtype(np.float32)
    actions: int | None
    """How many actions there are, numbered from 0; None where an action is D real numbers."""
    low: NDArray[np.float32] | None = None
    high: NDArray[np.float32] | None = None
    """[D] bounds of real actions."""
    discount: float = 0.99
    """The environment's own gamma."""

    @abstractmethod
    def reset(self, seed: int) -> NDArray[Any]:
        """Begins every copy anew; the same seed begins, and goes on, the same. Returns observations [N, ...]."""

    @abstractmethod
    def step(self, actions: NDArray[Any]) -> Step:
        """Plays one action in each copy: integers [N], or float32 [N, D] within the bounds."""

    def save(self) -> dict[str, NDArray[Any]]:
        """What `restore` needs to go on exactly; empty where this cannot be had, and new episodes must begin."""
        return {}

    def restore(self, saved: dict[str, NDArray[Any]]) -> NDArray[Any]:
        """Goes on from `save`; returns observations [N, ...]."""
        raise InvalidParameter("these environments cannot be restored")

    def close(self) -> None:
        """Frees what they hold."""


def make_environments(
    text: str, count: int, *, seed: int = 0, keyed: bool = False, exploring: bool = False, limit: int = UNLIMITED
) -> Environments:
    """N copies of what a game's text or a bare Gymnasium id names; InvalidParameter if a baseline cannot learn it.

    seed       decides what the copies themselves draw at random, such as their pool of starts; `reset` takes another
    keyed      observations are 64-bit keys, equal for equal situations: for tables
    exploring  episodes of a record game begin at any reachable position, equally likely
    limit      further limit on the actions of one episode, which truncates it
    """
    name, _, rest = text.partition(":")
    if name == "gym" or (name not in registry.GAMES and _is_gymnasium_id(text)):
        from tengen.baselines.gym_environments import make_gym_environments

        _refuse_exploring(text, exploring)
        return make_gym_environments(rest if name == "gym" else text, count, keyed=keyed, limit=limit)
    game = registry.make(text)
    if game.name == "atari":
        from tengen.baselines.atari_environments import AtariEnvironments
        from tengen.games.atari import Atari

        _refuse_exploring(text, exploring)
        if keyed or not isinstance(game, Atari):
            raise InvalidParameter(f"{text} has too many situations for a table")
        return AtariEnvironments(game, count, limit=limit)
    if not isinstance(game, RecordGame):
        raise InvalidParameter(f"{text} is no environment of a baseline: a record game, atari:NAME or gym:ID")
    from tengen.baselines.record_environments import RecordEnvironments

    if keyed:  # a position is the same at every step; the limit still cuts episodes off
        steps = int(str(game.parameters.get("steps") or 0))
        limit = min(limit or steps, steps or limit)
        game = game.without_limit()
    return RecordEnvironments(game, count, seed=seed, keyed=keyed, exploring=exploring, limit=limit)


def _is_gymnasium_id(text: str) -> bool:
    head = text.partition(",")[0]
    return "/" in head or "-v" in head


def _refuse_exploring(text: str, exploring: bool) -> None:
    if exploring:
        raise InvalidParameter(f"episodes of {text} cannot begin anywhere: exploring_starts needs a record game")
