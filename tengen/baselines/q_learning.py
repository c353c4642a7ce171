"""Tabular Q-learning: a value for each situation and action, learned from what follows, one step at a time.

Q(s, a) += rate * (r + discount * max Q(s', .) - Q(s, a)), actions chosen at random with a chance that falls, else by
the table. Watkins, "Learning from delayed rewards", 1989; Sutton and Barto, "Reinforcement learning: an introduction",
2nd edition, section 6.5.

Situations are told apart by 64-bit keys: of a position where the game is ours, of the observation where it is
Gymnasium's, which must be made of whole numbers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines.environments import make_environments
from tengen.baselines.rooms import RoomTable, room_table
from tengen.baselines.run import BaselineSettings, EpisodeCounter, Learner, Progress
from tengen.baselines.settings import setting
from tengen.core.errors import InvalidParameter
from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, random_below, random_float, stream
from tengen.games import registry
from tengen.games.gridworld import Gridworld
from tengen.nets.checkpoint import Json
from tengen.nets.policies import TablePolicy, arrays_of, load_policy, tensors_of

SLICE = 4096
"""Environment steps between two returns to whoever watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QLearningSettings(BaselineSettings):
    """Defaults that find the optimal arrows of the robot's rooms."""

    steps: int = setting(2_000_000, 1)
    evaluate_every: int = setting(200_000, 1)
    keep: Literal["best", "last"] = setting("last")
    environments: int = setting(16, 1, 100_000)
    """Copies of the environment that learn into one table."""
    discount: float = setting(0.0, 0.0, 1.0)
    """Gamma; 0 is the environment's own."""
    rate_first: float = setting(1.0, 0.0, 1.0)
    """Learning rate of the first update of a pair of situation and action."""
    rate_power: float = setting(0.8, 0.0, 1.0)
    """The n-th update has the rate rate_first / n^rate_power. From above 0.5 up to 1 the table converges (Even-Dar and
    Mansour, "Learning rates for Q-learning", 2003)."""
    rate_last: float = setting(0.0, 0.0, 1.0)
    """The rate never falls below this."""
    initial: float = setting(0.0)
    """What a pair is worth before it was tried."""
    epsilon_first: float = setting(1.0, 0.0, 1.0)
    """Share of random actions at the start."""
    epsilon_last: float = setting(0.1, 0.0, 1.0)
    """And from `epsilon_share` of all steps on, falling evenly until then."""
    epsilon_share: float = setting(0.8, 0.0, 1.0)
    exploring_starts: bool = setting(False)
    """Whether episodes of a game of ours begin at any reachable position, equally likely (Sutton and Barto, 5.3)."""
    episode_steps: int = setting(1000, 1)
    """Actions after which a training episode is cut off, which counts as truncated."""


@kernel
def find_rows(
    wanted: NDArray[np.uint64], keys: NDArray[np.uint64], slots: NDArray[np.int64], known: int, rows: NDArray[np.int64]
) -> int:
    """Writes the table's row of each of `wanted` [N] into `rows` [N], adding new ones; returns how many are known.

    keys   [S]  of rows, the first `known` in use; there must be room for N more
    slots  [a power of two above S]  open hash table of rows, -1 where free
    """
    mask = len(slots) - 1
    for place in range(len(wanted)):
        key = wanted[place]
        mixed = (key ^ (key >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        slot = int(mixed >> np.uint64(20)) & mask
        while slots[slot] >= 0 and keys[slots[slot]] != key:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = known
            keys[known] = key
            known += 1
        rows[place] = slots[slot]
    return known


@kernel
def choose_actions(
    values: NDArray[np.float64],
    rows: NDArray[np.int64],
    epsilon: float,
    seeds: NDArray[np.uint64],
    actions: NDArray[np.int64],
) -> None:
    """Writes an action for each of `rows` [N]: random with chance `epsilon`, else a best one, ties drawn by lot."""
    count = values.shape[1]
    for place in range(len(rows)):
        if random_float(seeds, place) < epsilon:
            actions[place] = random_below(seeds, place, count)
            continue
        best, tied = 0, 1
        for action in range(1, count):
            if values[rows[place], action] > values[rows[place], best]:
                best, tied = action, 1
            elif values[rows[place], action] == values[rows[place], best]:
                tied += 1
                if random_below(seeds, place, tied) == 0:
                    best = action
        actions[place] = best


@kernel
def learn_steps(
    values: NDArray[np.float64],
    visits: NDArray[np.int64],
    rows: NDArray[np.int64],
    actions: NDArray[np.int64],
    rewards: NDArray[np.float32],
    terminated: NDArray[np.bool_],
    after: NDArray[np.int64],
    discount: float,
    rate_first: float,
    rate_power: float,
    rate_last: float,
) -> float:
    """Updates `values` and `visits` [S, A] by one step of each of N copies, in order; returns the mean |error|.

    rows, after  [N]  the situations before and after; what follows a terminated step is worth nothing
    """
    total = 0.0
    for place in range(len(rows)):
        row, action = rows[place], actions[place]
        target = float(rewards[place])
        if not terminated[place]:
            target += discount * values[after[place]].max()
        visits[row, action] += 1
        rate = max(rate_last, rate_first / float(visits[row, action]) ** rate_power)
        error = target - values[row, action]
        values[row, action] += rate * error
        total += abs(error)
    return total / len(rows)


class QLearning(Learner):
    """Q-learning at work."""

    method = "q-learning"
    settings_type = QLearningSettings

    def __init__(self, environment: str, settings: QLearningSettings, seed: int) -> None:
        self.settings = settings
        self.environments = make_environments(
            environment,
            settings.environments,
            seed=seed,
            keyed=True,
            exploring=settings.exploring_starts,
            limit=settings.episode_steps,
        )
        if self.environments.actions is None:
            raise InvalidParameter(f"{environment} takes real numbers as actions: a table needs numbered ones")
        count = settings.environments
        self.discount = settings.discount or self.environments.discount
        self.steps = 0
        self._known = 0
        self._keys = np.zeros(0, np.uint64)
        self._values = np.zeros((0, self.environments.actions))
        self._visits = np.zeros((0, self.environments.actions), np.int64)
        self._slots = np.zeros(0, np.int64)
        self._rows, self._after, self._last = (np.zeros(count, np.int64) for _ in range(3))
        self._actions = np.zeros(count, np.int64)
        self._seeds = kernel_seeds(stream(seed, "q-learning"), count)
        self._episodes = EpisodeCounter(count)
        self._find(self.environments.reset(seed), self._rows)

    def _find(self, keys: NDArray[np.uint64], rows: NDArray[np.int64]) -> None:
        if self._known + len(keys) > len(self._keys):
            self._make_room(max(1024, 2 * (self._known + len(keys))))
        self._known = find_rows(keys, self._keys, self._slots, self._known, rows)

    def _make_room(self, size: int) -> None:
        size = 1 << (size - 1).bit_length()
        actions = self._values.shape[1]
        keys, known = self._keys[: self._known], self._known
        values, visits = np.full((size, actions), self.settings.initial), np.zeros((size, actions), np.int64)
        values[:known], visits[:known] = self._values[:known], self._visits[:known]
        self._keys, self._values, self._visits = np.zeros(size, np.uint64), values, visits
        self._slots = np.full(2 * size, -1, np.int64)
        find_rows(keys, self._keys, self._slots, 0, np.empty(known, np.int64))

    def epsilon(self) -> float:
        """The share of random actions now."""
        settings = self.settings
        done = min(1.0, self.steps / max(1.0, settings.epsilon_share * settings.steps))
        return settings.epsilon_first + done * (settings.epsilon_last - settings.epsilon_first)

    def advance(self) -> Progress:
        settings, progress, error = self.settings, Progress(), 0.0
        rounds = -(-SLICE // settings.environments)
        for _ in range(rounds):
            choose_actions(self._values, self._rows, self.epsilon(), self._seeds, self._actions)
            step = self.environments.step(self._actions)
            self._find(step.last, self._last)
            if step.last is step.observations:
                self._after[:] = self._last
            else:
                self._find(step.observations, self._after)
            error += learn_steps(
                self._values,
                self._visits,
                self._rows,
                self._actions,
                step.rewards,
                step.terminated,
                self._last,
                self.discount,
                settings.rate_first,
                settings.rate_power,
                settings.rate_last,
            )
            self._rows, self._after = self._after, self._rows
            self._episodes.add(step.rewards, step.ended, progress)
            self.steps += settings.environments
        progress.figures = {"error": error / rounds, "epsilon": self.epsilon(), "situations": float(self._known)}
        return progress

    def policy(self) -> TablePolicy:
        return TablePolicy(self._keys[: self._known].copy(), self._values[: self._known].copy())

    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        arrays = {
            "keys": self._keys[: self._known],
            "values": self._values[: self._known],
            "visits": self._visits[: self._known],
            "rows": self._rows,
            "seeds": self._seeds,
            "totals": self._episodes.totals,
            "counted": self._episodes.lengths,
        }
        environments = {f"environments.{name}": array for name, array in self.environments.save().items()}
        return tensors_of(arrays | environments), {"steps": self.steps}

    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        arrays = arrays_of(tensors)
        self._known = 0
        self._make_room(max(1024, 2 * len(arrays["keys"])))
        known = len(arrays["keys"])
        self._find(arrays["keys"].view(np.uint64), np.empty(known, np.int64))
        self._values[:known], self._visits[:known] = arrays["values"], arrays["visits"]
        self._rows = arrays["rows"].copy()
        self._seeds = arrays["seeds"].view(np.uint64).copy()
        self.steps = int(notes["steps"])
        saved = {name.removeprefix("environments."): array for name, array in arrays.items() if "." in name}
        if saved:
            self.environments.restore(saved)
            self._episodes.totals, self._episodes.lengths = arrays["totals"].copy(), arrays["counted"].copy()
        else:
            self._find(self.environments.reset(self.steps % 2**31), self._rows)

    def close(self) -> None:
        self.environments.close()


def room_of(environment: str, path: Path) -> RoomTable | None:
    """What a table learned in a gridworld says of each square; None if it is another environment or no table."""
    name = environment.partition(":")[0]
    game = registry.make(environment) if name in registry.GAMES else None
    policy = load_policy(path).policy
    if not isinstance(game, Gridworld) or not isinstance(policy, TablePolicy):
        return None
    unlimited = game.without_limit()
    assert isinstance(unlimited, Gridworld)

    def judge(state: Any) -> tuple[float, list[int]] | None:
        values = policy.values_of(unlimited.key(state))
        if unlimited.is_over(state):
            return 0.0, []
        return None if values is None else (float(values.max()), [int(values.argmax())])

    return room_table(unlimited, judge)
