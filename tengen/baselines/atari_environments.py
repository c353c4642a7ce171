"""Atari under ale-py's vector environment: 84x84 grey screens, four of them, made without a copy in Python."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.environments import Environments, Step
from tengen.core.errors import InvalidParameter, MissingExtra, unknown

FRAMES = 108_000
"""Frames after which an episode is cut off: half an hour at 60 a second (Mnih and others, 2015)."""


class AtariEnvironments(Environments):
    """Copies of an Atari game, one thread for all."""

    dtype = np.dtype(np.uint8)

    def __init__(self, text: str, count: int, *, limit: int = 0) -> None:
        try:
            from ale_py import ALEInterface, LoggerMode, roms
            from ale_py.vector_env import AtariVectorEnv
        except ImportError:
            raise MissingExtra("ale-py is not installed: pip install 'tengen[atari]'") from None
        name, *pairs = (part.strip() for part in text.partition(":")[2].split(","))
        if pairs:
            raise InvalidParameter(f"{pairs[0]!r} in {text} is not understood")
        self._lives = False
        if name not in roms.get_all_rom_ids():
            raise unknown("Atari game", name, roms.get_all_rom_ids())
        ALEInterface.setLoggerMode(LoggerMode.Error)
        self.count = count
        self._copies = AtariVectorEnv(
            name,
            count,
            num_threads=1,
            max_num_frames_per_episode=min(FRAMES, 4 * limit) if limit else FRAMES,
            autoreset_mode="SameStep",
            life_loss_info=True,
            reward_clipping=False,
            use_fire_reset=False,
        )
        self.actions = int(self._copies.single_action_space.n)
        self.observation_shape = (4, 84, 84)

    def reset(self, seed: int) -> NDArray[Any]:
        seen, _ = self._copies.reset(seed=seed % 2**30)
        return seen

    def step(self, actions: NDArray[Any]) -> Step:
        seen, rewards, terminated, truncated, info = self._copies.step(actions.astype(np.int64, copy=False))
        ended = info["episode_frame_number"] == 0
        last = seen
        if ended.any():
            last = seen.copy()
            last[ended] = info["final_obs"][ended]
        truncated &= ~terminated
        if not self._lives:
            terminated &= ended
        return Step(seen, rewards.astype(np.float32), terminated, truncated, last, ended)

    def close(self) -> None:
        self._copies.close()
