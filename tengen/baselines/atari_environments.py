"""Atari under ale-py's vector environment: grey screens, stacked, made without a copy in Python."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.environments import Environments, Step
from tengen.games.atari import Atari

NEVER = 2**31 - 1


class AtariEnvironments(Environments):
    """Copies of an Atari game with the parameters of its text, one thread for all.

    With `lives=end` the loss of a life terminates, and the episode goes on with the next life.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, game: Atari, count: int, *, limit: int = 0) -> None:
        from ale_py.vector_env import AtariVectorEnv

        rules = game.rules
        steps = min(limit or NEVER, rules.steps or NEVER)
        self._lives = rules.one_life
        self.count = count
        self.discount = game.discount
        self._copies = AtariVectorEnv(
            str(game.parameters["rom"]),
            count,
            num_threads=1,
            max_num_frames_per_episode=min(NEVER, rules.skip * steps),
            repeat_action_probability=rules.sticky,
            full_action_space=game.parameters["full_actions"] is True,
            img_height=rules.screen,
            img_width=rules.screen,
            stack_num=rules.stack,
            frameskip=rules.skip,
            noop_max=rules.noop,
            autoreset_mode="SameStep",
            life_loss_info=self._lives,
            reward_clipping=False,
            use_fire_reset=False,
        )
        self.actions = int(self._copies.single_action_space.n)
        self.observation_shape = game.observation_shape
        self._frames = np.zeros(count, np.int32)

    def reset(self, seed: int) -> NDArray[Any]:
        seen, info = self._copies.reset(seed=seed % 2**30)
        self._frames = info["episode_frame_number"].copy()
        return seen

    def step(self, actions: NDArray[Any]) -> Step:
        seen, rewards, terminated, truncated, info = self._copies.step(actions.astype(np.int64, copy=False))
        truncated &= ~terminated
        frames = info["episode_frame_number"].copy()
        ended = truncated | terminated
        if self._lives:  # a life that is lost begins no game anew, whose frames would be counted from its start
            ended = truncated | (terminated & (frames <= self._frames))
        self._frames = frames
        last = seen
        if ended.any():
            last = seen.copy()
            last[ended] = info["final_obs"][ended]
        return Step(seen, rewards.astype(np.float32), terminated, truncated, last, ended)

    def close(self) -> None:
        self._copies.close()
