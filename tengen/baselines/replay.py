"""A replay memory: a ring of what was seen and done, from which past steps are drawn at random.

Lin, "Self-improving reactive agents based on reinforcement learning, planning and teaching", 1992. Each frame is
stored once; an observation of several frames, such as Atari's four screens, is put together when it is drawn.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, random_below

NOTHING = -1
"""The action of a slot in which nothing has been done: frames before an episode's first step, and after its last."""


class Ring(NamedTuple):
    """N rings of L slots, one a copy of the environment. A slot is a frame and what was done on seeing it."""

    frames: NDArray[Any]  # [N, L, F], F elements of one frame
    actions: NDArray[np.int64]  # [N, L], or NOTHING
    rewards: NDArray[np.float32]  # [N, L]
    ends: NDArray[np.bool_]  # [N, L] whether the step terminated the episode
    head: NDArray[np.int64]  # [N] the next slot to be written
    filled: NDArray[np.int64]  # [N] slots in use


class Batch(NamedTuple):
    """B steps of n rewards each. Drawn anew, it is overwritten."""

    observations: NDArray[Any]  # [B, ...] S frames, the newest last
    actions: NDArray[np.int64]  # [B]
    rewards: NDArray[np.float32]  # [B] the sum of up to n rewards, discounted
    discounts: NDArray[np.float32]  # [B] of the value of `after`: gamma^n; 0 where the episode terminated
    after: NDArray[Any]  # [B, ...] what is seen n steps later, or when a limit cut the episode off


@kernel
def _push(ring: Ring, copy: int, frame: NDArray[Any]) -> None:
    """Writes a frame on which nothing was done yet into the next slot."""
    slot = ring.head[copy]
    ring.frames[copy, slot] = frame
    ring.actions[copy, slot] = NOTHING
    ring.head[copy] = (slot + 1) % ring.actions.shape[1]
    ring.filled[copy] = min(ring.filled[copy] + 1, ring.actions.shape[1])


@kernel
def begin_episodes(ring: Ring, observations: NDArray[Any], chosen: NDArray[np.bool_]) -> None:
    """Writes the frames of the first observations [N, S, F] of the chosen copies' episodes."""
    for copy in range(len(chosen)):
        if chosen[copy]:
            for place in range(observations.shape[1]):
                _push(ring, copy, observations[copy, place])


@kernel
def add_steps(
    ring: Ring,
    actions: NDArray[np.int64],
    rewards: NDArray[np.float32],
    terminated: NDArray[np.bool_],
    last: NDArray[Any],
) -> None:
    """Writes one step of each copy: what was done on the newest frame, then the frame that it led to.

    last  [N, S, F]  what the step led to; its newest frame is stored
    """
    length = ring.actions.shape[1]
    for copy in range(len(actions)):
        slot = (ring.head[copy] - 1) % length
        ring.actions[copy, slot] = actions[copy]
        ring.rewards[copy, slot] = rewards[copy]
        ring.ends[copy, slot] = terminated[copy]
        _push(ring, copy, last[copy, last.shape[1] - 1])


@kernel
def _put_together(ring: Ring, copy: int, slot: int, out: NDArray[Any]) -> None:
    """Writes the frames up to `slot` into `out` [S * F]."""
    size = ring.frames.shape[2]
    stack = len(out) // size
    for place in range(stack):
        out[place * size : (place + 1) * size] = ring.frames[copy, (slot - stack + 1 + place) % len(ring.actions[copy])]


@kernel
def _read(ring: Ring, copy: int, slot: int, steps: int, gamma: float, batch: Batch, row: int) -> None:
    """Writes the step at `slot` into a row of the batch."""
    length = ring.actions.shape[1]
    batch.actions[row] = ring.actions[copy, slot]
    _put_together(ring, copy, slot, batch.observations[row])
    total, weight = 0.0, 1.0
    for _ in range(steps):
        total += weight * ring.rewards[copy, slot]
        weight *= gamma
        ended = ring.ends[copy, slot]
        slot = (slot + 1) % length
        if ended:
            weight = 0.0
            break
        if ring.actions[copy, slot] == NOTHING:
            break
    batch.rewards[row] = total
    batch.discounts[row] = weight
    _put_together(ring, copy, slot, batch.after[row])


@kernel
def draw(ring: Ring, stack: int, steps: int, gamma: float, seeds: NDArray[np.uint64], batch: Batch) -> None:
    """Fills a batch with steps drawn at random, each as likely, from rings that hold one at least."""
    copies, length = ring.actions.shape
    for row in range(len(batch.actions)):
        while True:
            copy = random_below(seeds, 0, copies)
            if ring.filled[copy] <= stack:
                continue
            age = random_below(seeds, 0, ring.filled[copy] - stack + 1)
            slot = (ring.head[copy] - 1 - age) % length
            if ring.actions[copy, slot] != NOTHING:
                break
        _read(ring, copy, slot, steps, gamma, batch, row)


@kernel
def draw_newest(ring: Ring, stack: int, steps: int, gamma: float, batch: Batch) -> int:
    """Fills a batch with the newest steps of all copies, in turn; returns how many there were."""
    copies, length = ring.actions.shape
    row = 0
    for age in range(length):
        for copy in range(copies):
            if row == len(batch.actions):
                return row
            slot = (ring.head[copy] - 1 - age) % length
            if age <= ring.filled[copy] - stack and ring.actions[copy, slot] != NOTHING:
                _read(ring, copy, slot, steps, gamma, batch, row)
                row += 1
    return row


class Replay:
    """The newest steps of N copies of an environment."""

    def __init__(
        self,
        copies: int,
        size: int,
        observation_shape: tuple[int, ...],
        dtype: np.dtype[Any],
        *,
        stacked: bool,
        seed: int,
    ) -> None:
        """size: slots in all, about one a step. `stacked`: an observation's planes are its newest frames in time."""
        elements = int(np.prod(observation_shape))
        self.stack = observation_shape[0] if stacked else 1
        self.shape, self.dtype = observation_shape, dtype
        length = max(size // copies, 2 * self.stack + 2)
        self.ring = Ring(
            frames=np.empty((copies, length, elements // self.stack), dtype),
            actions=np.full((copies, length), NOTHING, np.int64),
            rewards=np.zeros((copies, length), np.float32),
            ends=np.zeros((copies, length), np.bool_),
            head=np.zeros(copies, np.int64),
            filled=np.zeros(copies, np.int64),
        )
        self.steps = 0
        """Steps that were ever added since it was empty."""
        self.seeds = kernel_seeds(np.random.default_rng(seed), 1)

    @property
    def bytes(self) -> int:
        """Memory that it takes when it is full."""
        return sum(array.nbytes for array in self.ring)

    def begin(self, observations: NDArray[Any], chosen: NDArray[np.bool_] | None = None) -> None:
        """Begins episodes of the chosen copies, or all, with their first observations [N, ...]."""
        copies = len(self.ring.head)
        chosen = np.ones(copies, np.bool_) if chosen is None else chosen
        begin_episodes(self.ring, observations.reshape(copies, self.stack, -1), chosen)

    def add(
        self,
        actions: NDArray[np.int64],
        rewards: NDArray[np.float32],
        terminated: NDArray[np.bool_],
        last: NDArray[Any],
    ) -> None:
        """Adds one step of each copy, which led to `last` [N, ...]."""
        copies = len(actions)
        add_steps(self.ring, actions, rewards, terminated, last.reshape(copies, self.stack, -1))
        self.steps += copies

    def batch(self, size: int) -> Batch:
        """Room for `size` steps."""
        return Batch(
            observations=np.zeros((size, *self.shape), self.dtype),
            actions=np.zeros(size, np.int64),
            rewards=np.zeros(size, np.float32),
            discounts=np.zeros(size, np.float32),
            after=np.zeros((size, *self.shape), self.dtype),
        )

    def draw(self, batch: Batch, *, steps: int, gamma: float) -> None:
        """Fills a batch with random steps of up to `steps` rewards each."""
        draw(self.ring, self.stack, steps, gamma, self.seeds, _flat(batch))

    def newest(self, batch: Batch, *, steps: int, gamma: float) -> Batch:
        """Fills a batch with the newest steps; returns as much of it as there are steps for."""
        count = draw_newest(self.ring, self.stack, steps, gamma, _flat(batch))
        return Batch(
            observations=batch.observations[:count],
            actions=batch.actions[:count],
            rewards=batch.rewards[:count],
            discounts=batch.discounts[:count],
            after=batch.after[:count],
        )

    def save(self) -> dict[str, NDArray[Any]]:
        """All that it holds."""
        return {**self.ring._asdict(), "seeds": self.seeds}

    def restore(self, saved: dict[str, NDArray[Any]], steps: int) -> None:
        """Holds again what `save` gave."""
        for name, array in self.ring._asdict().items():
            array[...] = saved[name]
        self.seeds[:] = saved["seeds"].view(np.uint64)
        self.steps = steps


def _flat(batch: Batch) -> Batch:
    """The same memory, an observation a row."""
    size = len(batch.actions)
    return batch._replace(observations=batch.observations.reshape(size, -1), after=batch.after.reshape(size, -1))
