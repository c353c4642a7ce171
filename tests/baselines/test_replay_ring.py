"""The replay memory against a plain list of all that happened."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tengen.baselines.replay import Replay

GAMMA = 0.5


class Slow:
    """Every episode of one copy as lists: stacks seen, actions, rewards, and how it ended."""

    def __init__(self) -> None:
        self.episodes: list[dict[str, Any]] = []

    def begin(self, stack: NDArray[Any]) -> None:
        self.episodes.append({"seen": [stack.copy()], "actions": [], "rewards": [], "ends": []})

    def add(self, action: int, reward: float, end: bool, stack: NDArray[Any]) -> None:
        episode = self.episodes[-1]
        episode["actions"].append(action)
        episode["rewards"].append(reward)
        episode["ends"].append(end)
        episode["seen"].append(stack.copy())

    def steps(self, n: int) -> list[tuple[bytes, int, float, float, bytes]]:
        """What the memory may give: observation, action, rewards, discount, observation afterwards."""
        found = []
        for episode in self.episodes:
            for first in range(len(episode["actions"])):
                total, weight, place = 0.0, 1.0, first
                while place < len(episode["actions"]) and place < first + n:
                    total += weight * episode["rewards"][place]
                    weight = 0.0 if episode["ends"][place] else weight * GAMMA
                    place += 1
                    if weight == 0.0:
                        break
                seen, after = episode["seen"][first], episode["seen"][place]
                found.append((seen.tobytes(), episode["actions"][first], total, weight, after.tobytes()))
        return found


def play(
    replay: Replay, stack: int, outcomes: list[tuple[int, str]], rng: np.random.Generator, dtype: type
) -> list[Slow]:
    copies = len(replay.ring.head)
    slow = [Slow() for _ in range(copies)]
    seen = rng.integers(0, 250, (copies, stack, 2, 1)).astype(dtype)
    replay.begin(seen)
    for copy in range(copies):
        slow[copy].begin(seen[copy])
    for action, outcome in outcomes:
        actions = np.full(copies, action, np.int64)
        rewards = rng.integers(-3, 4, copies).astype(np.float32)
        newest = rng.integers(0, 250, (copies, 1, 2, 1)).astype(dtype)
        last = np.concatenate([seen[:, 1:], newest], 1)
        ends = np.full(copies, outcome == "terminated")
        replay.add(actions, rewards, ends, last)
        for copy in range(copies):
            slow[copy].add(action, float(rewards[copy]), bool(ends[copy]), last[copy])
        seen = last
        if outcome != "goes on":
            seen = rng.integers(0, 250, (copies, stack, 2, 1)).astype(dtype)
            replay.begin(seen, np.ones(copies, np.bool_))
            for copy in range(copies):
                slow[copy].begin(seen[copy])
    return slow


OUTCOMES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["goes on"] * 5 + ["terminated", "truncated"])),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize(("stack", "dtype"), [(1, np.float32), (4, np.uint8)])
@given(outcomes=OUTCOMES, copies=st.integers(1, 3), n=st.integers(1, 4), seed=st.integers(0, 2**31))
def test_what_is_drawn_has_happened(
    stack: int, dtype: type, outcomes: list[tuple[int, str]], copies: int, n: int, seed: int
) -> None:
    replay = Replay(copies, 40 * copies, (stack, 2, 1), np.dtype(dtype), stacked=stack > 1, seed=seed)
    slow = play(replay, stack, outcomes, np.random.default_rng(seed), dtype)
    happened = {step for copy in slow for step in copy.steps(n)}
    batch = replay.batch(64)
    replay.draw(batch, steps=n, gamma=GAMMA)
    for row in range(64):
        drawn = (
            batch.observations[row].tobytes(),
            int(batch.actions[row]),
            float(batch.rewards[row]),
            float(batch.discounts[row]),
            batch.after[row].tobytes(),
        )
        assert drawn in happened


def test_all_steps_that_fit_are_drawn_and_those_overwritten_are_not() -> None:
    replay = Replay(1, 20, (1, 2, 1), np.dtype(np.float32), stacked=False, seed=1)
    [slow] = play(replay, 1, [(action, "goes on") for action in range(50)], np.random.default_rng(1), np.float32)
    batch = replay.batch(4000)
    replay.draw(batch, steps=1, gamma=GAMMA)
    assert set(batch.actions.tolist()) == set(range(31, 50))
    assert np.bincount(batch.actions).max() < 2 * 4000 / 19
    assert len(slow.steps(1)) == 50


def test_a_limit_leaves_the_discount_and_an_end_takes_it() -> None:
    replay = Replay(1, 100, (1, 2, 1), np.dtype(np.float32), stacked=False, seed=1)
    outcomes = [(0, "goes on"), (1, "truncated"), (2, "goes on"), (3, "terminated")]
    play(replay, 1, outcomes, np.random.default_rng(1), np.float32)
    batch = replay.batch(400)
    replay.draw(batch, steps=2, gamma=GAMMA)
    discounts = {int(action): float(discount) for action, discount in zip(batch.actions, batch.discounts, strict=True)}
    assert discounts == {0: 0.25, 1: 0.5, 2: 0.0, 3: 0.0}


def test_the_newest_come_in_turn() -> None:
    replay = Replay(2, 100, (1, 2, 1), np.dtype(np.float32), stacked=False, seed=1)
    play(replay, 1, [(action, "goes on") for action in range(9)], np.random.default_rng(1), np.float32)
    assert replay.newest(replay.batch(6), steps=1, gamma=GAMMA).actions.tolist() == [8, 8, 7, 7, 6, 6]
    assert len(replay.newest(replay.batch(40), steps=1, gamma=GAMMA).actions) == 18


def test_a_saved_memory_goes_on_the_same() -> None:
    one, other = (Replay(1, 30, (4, 2, 1), np.dtype(np.uint8), stacked=True, seed=seed) for seed in (1, 2))
    play(one, 4, [(action, "goes on") for action in range(50)], np.random.default_rng(1), np.uint8)
    other.restore(one.save(), one.steps)
    batches = [memory.batch(16) for memory in (one, other)]
    for memory, batch in zip((one, other), batches, strict=True):
        memory.draw(batch, steps=3, gamma=GAMMA)
    for first, second in zip(*batches, strict=True):
        assert first.tobytes() == second.tobytes()
