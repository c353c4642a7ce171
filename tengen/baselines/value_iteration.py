"""Value iteration: exact utilities and every optimal action of a record game, from its rules and its chances.

U(s) = max over actions, or at a node of chance the mean over outcomes, of reward + discount * U(s'). Bellman,
"Dynamic programming", 1957; Russell and Norvig, "Artificial intelligence: a modern approach", chapter 17.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.model import Model, explore
from tengen.baselines.rooms import RoomTable, room_table
from tengen.core.errors import InvalidParameter
from tengen.core.jit import kernel
from tengen.games import registry
from tengen.games.game import RecordGame
from tengen.games.gridworld import Gridworld
from tengen.games.rules import CHANCE, OVER

SETTLED = 1e-13
"""A sweep that changes no utility by more than this share of the largest is the last."""

TIE = 1e-8
"""Actions whose values differ by less than this share of the largest utility are equally good."""

LONGEST = 10_000_000
"""Sweeps after which utilities that still change are given up."""

STEADY = 0.99
"""Where a change a sweep keeps up so much of itself over many sweeps it never ends."""


@kernel
def sweep(
    values: NDArray[np.float64],
    players: NDArray[np.int8],
    first: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    rewards: NDArray[np.float64],
    discounts: NDArray[np.float64],
    after: NDArray[np.int64],
    sweeps: int,
    settled: float,
) -> tuple[int, float, float]:
    """Up to `sweeps` sweeps over `values` [S], in place, the positions farthest from the start first.

    Returns how many, and by how much the last one raised and lowered utilities at most.
    """
    rise, fall = 0.0, 0.0
    for number in range(sweeps):
        rise, fall, largest = 0.0, 0.0, 0.0
        for state in range(len(values) - 1, -1, -1):
            if first[state] == first[state + 1]:
                continue
            value = 0.0 if players[state] == CHANCE else -np.inf
            for edge in range(first[state], first[state + 1]):
                worth = rewards[edge] + discounts[edge] * values[after[edge]]
                if players[state] == CHANCE:
                    value += probabilities[edge] * worth
                else:
                    value = max(value, worth)
            rise = max(rise, value - values[state])
            fall = max(fall, values[state] - value)
            values[state] = value
            largest = max(largest, abs(value))
        if max(rise, fall) <= settled * largest:
            return number + 1, rise, fall
    return sweeps, rise, fall


@dataclass(frozen=True, slots=True)
class Solution:
    """A game solved."""

    model: Model
    values: NDArray[np.float64]
    """[S] the discounted rewards to come from each position, played best; 0 at an end."""
    sweeps: int

    def value(self, state: Any) -> float | None:
        """A position's utility; None if it cannot come about."""
        place = self.model.place_of(state)
        return None if place < 0 else float(self.values[place])

    def action_values(self, state: Any) -> dict[int, float]:
        """What each action of a position is worth; empty at an end and where the position cannot come about."""
        place = self.model.place_of(state)
        if place < 0:
            return {}
        model = self.model
        edges = slice(model.first[place], model.first[place + 1])
        worth = model.rewards[edges] + model.discounts[edges] * self.values[model.after[edges]]
        return {int(action): float(value) for action, value in zip(model.actions[edges], worth, strict=True)}

    def optimal_actions(self, state: Any) -> list[int]:
        """All best actions of a position, ascending."""
        worth = self.action_values(state)
        margin = TIE * max(float(np.abs(self.values).max()), 1e-300)
        return [action for action, value in worth.items() if value >= max(worth.values()) - margin]

    def table(self) -> RoomTable | None:
        """The room's squares, if the game is a gridworld."""
        if not isinstance(self.model.game, Gridworld):
            return None
        return room_table(self.model.game, self._judge)

    def _judge(self, state: Any) -> tuple[float, list[int]] | None:
        value = self.value(state)
        return None if value is None else (value, self.optimal_actions(state))


def solve(game: RecordGame) -> Solution:
    """Solves a game; InvalidParameter if it has too many positions or utilities that grow without end."""
    return settle(explore(game))


def settle(model: Model) -> Solution:
    """Sweeps over a model until its utilities stay; InvalidParameter if they never do."""
    values = np.zeros(len(model.keys))
    arrays = (model.players, model.first, model.probabilities, model.rewards, model.discounts, model.after)
    chunk = max(1000, 2 * len(values))
    total, before = 0, (np.inf, np.inf)
    dead_ends = _without_end(model)
    while total < LONGEST:
        made, rise, fall = sweep(values, *arrays, chunk, SETTLED)
        total += made
        if made < chunk or max(rise, fall) == 0.0:
            return Solution(model, values, total)
        grows = rise > STEADY * before[0] and rise > 0.0
        falls = fall > STEADY * before[1] and dead_ends
        if model.game.discount == 1.0 and (grows or falls):
            raise InvalidParameter(
                f"the utilities of {model.text} have no bound: with discount=1 they {'grow' if grows else 'fall'}"
                " with every step for ever; give a discount below 1"
            )
        before = rise, fall
    raise InvalidParameter(
        f"the utilities of {model.game.text} still change after {total:,} sweeps: lower the discount"
    )


def _without_end(model: Model) -> bool:
    """Whether there are positions from which no end can be reached."""
    reaches = model.players == OVER
    owners = np.repeat(np.arange(len(model.keys)), np.diff(model.first))
    while True:
        found = reaches.copy()
        found[owners[reaches[model.after]]] = True
        if (found == reaches).all():
            return not bool(reaches.all())
        reaches = found


def solve_text(text: str) -> Solution:
    """Solves the game that a text names; InvalidParameter if it has no compiled rules."""
    game = registry.make(text)
    if not isinstance(game, RecordGame):
        raise InvalidParameter(
            f"{text[:60]} tells nobody its chances: value iteration needs a game with compiled rules"
        )
    return solve(game)


def describe(solution: Solution) -> dict[str, Any]:
    """What programs read: of a gridworld `utilities` and `policy` by rows, of every game the start's value."""
    game = solution.model.game
    start = game.initial_state()
    table = solution.table()
    rows: dict[str, Any] = {} if table is None else {"utilities": table.utilities, "policy": table.policy}
    return rows | {
        "value": solution.value(start),
        "actions": [game.action_to_text(start, action) for action in solution.optimal_actions(start)],
        "positions": len(solution.values),
        "sweeps": solution.sweeps,
    }
