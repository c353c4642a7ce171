"""Gymnasium's environments, stepped one by one without needless wrappers, CartPole's copies all at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.baselines.environments import Environments, Step
from tengen.core.errors import InvalidParameter, MissingExtra, unknown
from tengen.core.random import stream
from tengen.games.gym.game import DISCOUNT, STEPS, spec_of
from tengen.games.gym.spaces import view
from tengen.games.parameters import above_zero, whole
from tengen.nets.policies import key_of_planes

VECTOR_FROM = 6
"""From so many copies on a vectorised implementation is faster than one by one."""


def make_gym_environments(text: str, count: int, *, keyed: bool = False, limit: int = 0) -> Environments:
    """Copies of the environment that `ID` or `ID,discount=…,steps=…` names."""
    name, *pairs = (part.strip() for part in text.split(","))
    given = {"env": name.removeprefix("env=")}
    for pair in filter(None, pairs):
        key, _, value = pair.partition("=")
        if key.strip() not in ("discount", "steps"):
            raise unknown("parameter of gym", key.strip(), ["discount", "steps"])
        given[key.strip()] = value.strip()
    name = given["env"]
    discount = above_zero("discount", given.get("discount", DISCOUNT), 1.0)
    spec = spec_of(name)
    bound = whole("steps", given.get("steps", spec.max_episode_steps or STEPS), 0, 2**31 - 1)
    if limit:
        bound = min(bound or limit, limit)
    if spec.vector_entry_point and "cartpole" in str(spec.vector_entry_point) and count >= VECTOR_FROM and not keyed:
        return CartPoleEnvironments(name, count, limit=bound, discount=discount)
    return GymEnvironments(name, count, limit=bound, discount=discount, keyed=keyed)


def bare_environment(name: str) -> Any:
    """One environment without the wrappers that check it and count its steps."""
    import gymnasium

    try:
        made = gymnasium.make(name, disable_env_checker=True, max_episode_steps=-1)
    except (gymnasium.error.Error, ImportError) as error:
        raise MissingExtra(
            f"{name} cannot be made: {_one_line(error)}; pip install 'tengen[box2d]' brings Box2D's"
        ) from None
    return made if made.spec is not None and made.spec.additional_wrappers else made.unwrapped


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


class GymEnvironments(Environments):
    """Copies stepped one by one."""

    def __init__(self, name: str, count: int, *, limit: int, discount: float, keyed: bool = False) -> None:
        from gymnasium import spaces

        self.count = count
        self.discount = discount
        self.keyed = keyed
        self._limit = limit
        self._copies = [bare_environment(name) for _ in range(count)]
        space = self._copies[0].action_space
        self._offset = 0
        if isinstance(space, spaces.Discrete):
            self.actions = int(space.n)
            self._offset = int(space.start)
        elif isinstance(space, spaces.Box) and len(space.shape) == 1:
            self.actions = None
            self.low, self.high = space.low.astype(np.float32), space.high.astype(np.float32)
        else:
            raise InvalidParameter(
                f"{name} takes actions of {space}: accepted are Discrete(n) and Box of one dimension"
            )
        seen = self._copies[0].observation_space
        self._plain = isinstance(seen, spaces.Box) and len(seen.shape) == 1
        self.observation_shape, self._look = view(seen, name)
        if keyed:
            if not isinstance(seen, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary | spaces.Tuple):
                raise InvalidParameter(f"{name} shows {type(seen).__name__}, too much for a table: dqn learns from it")
            self._planes = np.zeros(self.observation_shape, np.float32)
            self.observation_shape = ()
            self.dtype = np.dtype(np.uint64)
        self._lengths = [0] * count
        self._generator = stream(0, "environments")
        self._buffers = [
            (
                np.zeros((count, *self.observation_shape), self.dtype),
                np.zeros((count, *self.observation_shape), self.dtype),
                np.zeros(count, np.float32),
                np.zeros(count, np.bool_),
                np.zeros(count, np.bool_),
            )
            for _ in range(2)
        ]

    def _write(self, out: NDArray[Any], row: int, seen: Any) -> None:
        if self._plain:
            out[row, :, 0, 0] = seen
        elif self.keyed:
            self._look(seen, self._planes)
            out[row] = key_of_planes(self._planes)
        else:
            self._look(seen, out[row])

    def reset(self, seed: int) -> NDArray[Any]:
        self._generator = stream(seed, "environments")
        observations = np.zeros((self.count, *self.observation_shape), self.dtype)
        for row, copy in enumerate(self._copies):
            seen, _ = copy.reset(seed=int(self._generator.integers(2**31)))
            self._write(observations, row, seen)
        self._lengths = [0] * self.count
        return observations

    def step(self, actions: NDArray[Any]) -> Step:
        self._buffers.reverse()
        last, observations, rewards, ends, cuts = self._buffers[0]
        lengths, limit = self._lengths, self._limit
        listed = actions.tolist() if self.actions is not None else actions
        fresh: list[tuple[int, Any]] = []
        for row, copy in enumerate(self._copies):
            action = listed[row]
            seen, reward, terminated, truncated, _ = copy.step(action + self._offset if self._offset else action)
            self._write(last, row, seen)
            lengths[row] += 1
            rewards[row] = reward
            ends[row] = terminated
            cuts[row] = cut = not terminated and (truncated or (limit > 0 and lengths[row] >= limit))
            if terminated or cut:
                fresh.append((row, copy.reset()[0]))
                lengths[row] = 0
        if not fresh:
            return Step(last, rewards, ends, cuts, last, ends)
        observations[:] = last
        for row, seen in fresh:
            self._write(observations, row, seen)
        return Step(observations, rewards, ends, cuts, last, ends | cuts)

    def close(self) -> None:
        for copy in self._copies:
            copy.close()


class CartPoleEnvironments(Environments):
    """Gymnasium's vectorised CartPole, whose copies step in one NumPy expression; a finished one begins at once."""

    actions = 2

    def __init__(self, name: str, count: int, *, limit: int, discount: float) -> None:
        import gymnasium

        self.count = count
        self.discount = discount
        self.observation_shape = (4, 1, 1)
        self._copies: Any = gymnasium.make_vec(name, count, max_episode_steps=limit or 2**30).unwrapped

    def reset(self, seed: int) -> NDArray[Any]:
        seen, _ = self._copies.reset(seed=seed)
        return seen.reshape(self.count, 4, 1, 1)

    def step(self, actions: NDArray[Any]) -> Step:
        copies = self._copies
        seen, rewards, terminated, truncated, _ = copies.step(actions)
        last = seen.reshape(self.count, 4, 1, 1)
        ended = terminated | truncated
        fresh = int(ended.sum())
        if not fresh:
            return Step(last, rewards, terminated, truncated, last, ended)
        # the class itself would begin them with the next step, whose action would be lost
        copies.state[:, ended] = copies.np_random.uniform(copies.low, copies.high, (4, fresh))
        copies.steps[ended] = 0
        copies.prev_done = np.zeros(self.count, np.bool_)
        observations = copies.state.T.astype(np.float32).reshape(self.count, 4, 1, 1)
        return Step(observations, rewards, terminated, truncated & ~terminated, last, ended)

    def close(self) -> None:
        self._copies.close()
