"""Record games as environments: one compiled kernel steps all copies, lets chance move and begins new games."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.environments import Environments, Step
from tengen.baselines.model import check_single_player, explore
from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, random_below, stream
from tengen.games.game import Game, RecordGame
from tengen.games.kernels import States
from tengen.games.rules import CHANCE, OVER, apply, key, observe, player, random_action, truncated

STARTS = 256
"""How many starting positions are drawn of a game that has several."""


@kernel
def _settle(states: States, row: int, seeds: NDArray[np.uint64], scratch: NDArray[np.int32]) -> float:
    """Lets chance move in `states[row]` until a player does; returns the rewards, each discounted to now."""
    total, weight = 0.0, 1.0
    while player(states[row]) == CHANCE:
        reward, discount = apply(states[row], int(random_action(states[row], seeds, row, scratch)))
        total += weight * reward
        weight *= discount
    return total


@kernel
def begin_games(
    states: States, starts: States, chosen: NDArray[np.bool_], seeds: NDArray[np.uint64], scratch: NDArray[np.int32]
) -> None:
    """Puts a random one of `starts` into each chosen row of `states`, and lets chance move."""
    for row in range(len(states)):
        if chosen[row]:
            states[row] = starts[random_below(seeds, row, len(starts))]
            _settle(states, row, seeds, scratch)


@kernel
def step_games(
    states: States,
    actions: NDArray[np.int64],
    lengths: NDArray[np.int64],
    limit: int,
    seeds: NDArray[np.uint64],
    scratch: NDArray[np.int32],
    rewards: NDArray[np.float32],
    ends: NDArray[np.bool_],
    cuts: NDArray[np.bool_],
) -> bool:
    """Plays one action in each row of `states` and lets chance move; returns whether any episode ended.

    lengths  [N]  actions in the episode so far, counted on
    limit         after so many an episode is cut off, 0 for never
    rewards  [N]  what came until the player moves again
    ends, cuts [N]  whether the rules ended the game, whether a limit cut it off
    """
    any_ended = False
    for row in range(len(states)):
        reward, discount = apply(states[row], actions[row])
        rewards[row] = reward + discount * _settle(states, row, seeds, scratch)
        lengths[row] += 1
        over = player(states[row]) == OVER
        cut = truncated(states[row]) if over else limit > 0 and lengths[row] >= limit
        ends[row] = over and not cut
        cuts[row] = cut
        any_ended |= over or cut
    return any_ended


@kernel
def observe_rows(states: States, planes: NDArray[np.float32]) -> None:
    """Writes the observation of each state into `planes` [N, C, H, W]."""
    for row in range(len(states)):
        observe(states[row], planes[row])


@kernel
def key_rows(states: States, keys: NDArray[np.uint64]) -> None:
    """Writes the key of each state into `keys` [N]."""
    for row in range(len(states)):
        keys[row] = key(states[row])


class RecordEnvironments(Environments):
    """Copies of a single-player record game, every action of which is legal until the end."""

    def __init__(
        self,
        game: RecordGame,
        count: int,
        *,
        seed: int = 0,
        keyed: bool = False,
        exploring: bool = False,
        limit: int = 0,
    ) -> None:
        check_single_player(game)
        self.game = game
        self.count = count
        self.actions = game.num_actions
        self.discount = game.discount
        self.keyed = keyed
        self.observation_shape = () if keyed else game.observation_shape
        self.dtype = np.dtype(np.uint64 if keyed else np.float32)
        self._limit = limit
        if exploring:
            model = explore(game)
            self._starts = model.states[model.players >= 0]
        elif type(game).sample_start is Game.sample_start:
            self._starts = game.initial_states(1)
        else:
            generator = stream(seed, "starts")
            self._starts = game.stack([game.sample_start(generator) for _ in range(STARTS)])
        self._states = np.repeat(self._starts[:1], count)
        self._lengths = np.zeros(count, np.int64)
        self._seeds = np.zeros(count, np.uint64)
        self._scratch = np.empty(game.num_actions, np.int32)
        self._buffers = [
            (
                np.empty((count, *self.observation_shape), self.dtype),
                np.empty((count, *self.observation_shape), self.dtype),
                np.empty(count, np.float32),
                np.empty(count, np.bool_),
                np.empty(count, np.bool_),
            )
            for _ in range(2)
        ]

    def _look(self, out: NDArray[Any]) -> None:
        if self.keyed:
            key_rows(self._states, out)
        else:
            observe_rows(self._states, out)

    def reset(self, seed: int) -> NDArray[Any]:
        self._seeds[:] = kernel_seeds(stream(seed, "environments"), self.count)
        self._lengths[:] = 0
        begin_games(self._states, self._starts, np.ones(self.count, np.bool_), self._seeds, self._scratch)
        seen = np.empty((self.count, *self.observation_shape), self.dtype)
        self._look(seen)
        return seen

    def step(self, actions: NDArray[Any]) -> Step:
        self._buffers.reverse()
        last, observations, rewards, ends, cuts = self._buffers[0]
        any_ended = step_games(
            self._states,
            actions.astype(np.int64),
            self._lengths,
            self._limit,
            self._seeds,
            self._scratch,
            rewards,
            ends,
            cuts,
        )
        self._look(last)
        if not any_ended:
            return Step(last, rewards, ends, cuts, last, ends)
        ended = ends | cuts
        begin_games(self._states, self._starts, ended, self._seeds, self._scratch)
        self._lengths[ended] = 0
        self._look(observations)
        return Step(observations, rewards, ends, cuts, last, ended)

    def save(self) -> dict[str, NDArray[Any]]:
        states = np.zeros(self.count, self.game.dtype)  # whose gaps between fields are 0
        for name in self.game.dtype.names or ():
            states[name] = self._states[name]
        return {
            "states": states.view(np.uint8),
            "lengths": self._lengths.copy(),
            "seeds": self._seeds.copy(),
        }

    def restore(self, saved: dict[str, NDArray[Any]]) -> NDArray[Any]:
        self._states = np.frombuffer(saved["states"].tobytes(), self.game.dtype).copy()
        self._lengths[:] = saved["lengths"]
        self._seeds[:] = saved["seeds"]
        seen = np.empty((self.count, *self.observation_shape), self.dtype)
        self._look(seen)
        return seen
