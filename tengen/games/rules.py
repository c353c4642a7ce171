"""The rules of a game as scalar kernels on one record, chosen by the record's type.

A game declares its state as a NumPy structured dtype with a marker field of its own, and implements the
functions below for records that have that field. Kernels that call these generic names are written once
and compiled for each game by the dtype of the arrays that they are given.

    @implement(apply, "ttt_board")
    def ttt_apply(state, action): ...

Whoever is to move is 0 or 1, CHANCE or OVER. A transition carries `(reward, discount)`, the reward for
whoever moved, and `value(parent) = reward + discount * value(child)`: discount -1 between two players,
gamma for one, 0 at the end of a game (the convention of mctx).
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

from tengen.core.random import random_below

State: TypeAlias = Any
"""One record of a game's dtype, an `np.void`. A batch is a structured array of them."""

CHANCE = -1
OVER = -2

_implementations: dict[Callable[..., Any], dict[str, Any]] = {}


def legal_actions(state: State, out: NDArray[np.int32]) -> int:
    """Writes the legal actions, ascending, into `out` [num_actions]; returns how many. None when the game is over."""
    raise NotImplementedError


def apply(state: State, action: int) -> tuple[float, float]:
    """Plays a legal `action` in place; returns `(reward, discount)`. What an illegal action does is undefined."""
    raise NotImplementedError


def player(state: State) -> int:
    """Who is to move: 0, 1, CHANCE or OVER."""
    raise NotImplementedError


def chance_outcomes(state: State, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    """Where chance moves: writes its outcomes, as actions, ascending, and their probabilities; returns how many.

    They are what `legal_actions` lists there. A game in which chance moves implements `random_action` too.
    """
    raise NotImplementedError


def truncated(state: State) -> bool:
    """Whether a finished game was cut off by a limit that is none of its rules, such as a number of steps.

    Optional. Who learns from such a game takes what would have followed to be worth something.
    """
    raise NotImplementedError


def observe(state: State, planes: NDArray[np.float32]) -> None:
    """Writes every element of `planes` [C, H, W]: what a network sees, from the side of the player to move."""
    raise NotImplementedError


def key(state: State) -> np.uint64:
    """A 64-bit key of the position, equal for equal positions with equal futures."""
    raise NotImplementedError


def result(state: State) -> float:
    """The result of a finished two-player game for player 0: 1 won, 0 drawn, -1 lost; for one, the rewards so far."""
    raise NotImplementedError


def random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    """A uniformly random legal action from the stream `seeds[row]`; `scratch` [num_actions] may be overwritten.

    Where chance moves, an outcome by its probability. Optional where it never does: a game implements it where
    drawing and checking one action is cheaper than listing all.
    """
    raise NotImplementedError


def count_actions(state: State, scratch: NDArray[np.int32]) -> int:
    """How many legal actions there are; `scratch` [num_actions] may be overwritten.

    Optional: a game implements it where counting is cheaper than listing. Perft counts its last ply so.
    """
    raise NotImplementedError


def winning_action(state: State, scratch: NDArray[np.int32]) -> int:
    """An action that ends the game at once with a reward of 1 for whoever moves, or -1 where none was found.

    Optional: a game implements it where such an action is cheap to find (mate in one). The search's solver proves
    a node by it when it expands it, so what it returns must be a win; to miss one costs only time.
    `scratch` [num_actions] may be overwritten.
    """
    raise NotImplementedError


def final_score(state: State, ownership: NDArray[np.int8]) -> float:
    """Points by which player 0 leads a position scored as it stands, komi counted.

    Writes who owns each point into `ownership` [H * W]: 1 player 0, -1 player 1, 0 nobody. Optional: a game
    without points writes nothing and returns 0.
    """
    raise NotImplementedError


def _marker(record: types.Record, rule: Callable[..., Any]) -> str | None:
    for name in _implementations.get(rule, {}):
        if name in record.fields:
            return name
    return None


def _dispatch(rule: Callable[..., Any], default: Callable[..., Any] | None = None) -> None:
    """Lets compiled code call `rule`: resolved by the type of its first argument, inlined by the compiler."""

    def choose(state: Any, *args: Any) -> Any:
        if not isinstance(state, types.Record):
            return None
        marker = _marker(state, rule)
        chosen = default if marker is None else _implementations[rule][marker]
        if chosen is None:
            return None
        return lambda state, *args: chosen(state, *args)

    overload(rule, strict=False)(choose)


def implement(rule: Callable[..., Any], marker: str) -> Callable[[Callable[..., Any]], Any]:
    """Registers a scalar kernel as `rule` for every record type that has the field `marker`."""

    def register(function: Callable[..., Any]) -> Any:
        compiled = njit(cache=True, nogil=True, error_model="numpy")(function)
        _implementations.setdefault(rule, {})[marker] = compiled
        return compiled

    return register


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_from_the_list(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    count = legal_actions(state, scratch)
    return scratch[random_below(seeds, row, count)]


@njit(cache=True, nogil=True, error_model="numpy")
def _count_the_list(state: State, scratch: NDArray[np.int32]) -> int:
    return legal_actions(state, scratch)


@njit(cache=True, nogil=True, error_model="numpy")
def _no_winning_action(state: State, scratch: NDArray[np.int32]) -> int:
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def _no_score(state: State, ownership: NDArray[np.int8]) -> float:
    return 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _no_chance(state: State, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    return 0


@njit(cache=True, nogil=True, error_model="numpy")
def _never_truncated(state: State) -> bool:
    return False


for _rule in (legal_actions, apply, player, observe, key, result):
    _dispatch(_rule)
_dispatch(random_action, default=_draw_from_the_list)
_dispatch(count_actions, default=_count_the_list)
_dispatch(winning_action, default=_no_winning_action)
_dispatch(final_score, default=_no_score)
_dispatch(chance_outcomes, default=_no_chance)
_dispatch(truncated, default=_never_truncated)
