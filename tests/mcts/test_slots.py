"""Positions searched side by side, each for as long as it asks for."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.games.go import Go
from tengen.games.rules import State
from tengen.mcts.config import SearchConfig
from tengen.mcts.search import Search
from tengen.mcts.slots import Slots

GAME = Go(size=5)
CONFIG = SearchConfig(policy="puct")


class Judge:
    """Judges by sums over the observation: the same position is always judged alike; leads are 10 to whoever moves."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows = len(observations)
        self.batches.append(rows)
        flat = observations.reshape(rows, -1)
        weights = np.random.default_rng(0).normal(size=(flat.shape[1], legal.shape[1] + 1)).astype(np.float32)
        said = np.stack([row @ weights for row in flat])  # alike whatever the batch
        return said[:, :-1], np.tanh(said[:, -1] / 10)

    def with_lead(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]:
        return *self(observations, legal), np.full(len(observations), 10.0, np.float32)


def positions(count: int) -> list[State]:
    random = np.random.default_rng(3)
    found = []
    for number in range(count):
        state = GAME.initial_state()
        for _ in range(number % 7):
            state = GAME.apply(state, int(random.choice(GAME.legal_actions(state))))
        found.append(state)
    return found


def test_a_slot_finds_what_a_search_of_its_own_finds_whoever_is_beside_it() -> None:
    judge = Judge()
    slots = Slots(GAME, judge, CONFIG, batch=4, most=90)
    wanted = {number: 20 + 7 * number for number in range(10)}
    states = positions(10)
    waiting, running, found = list(wanted), {}, {}
    while waiting or running:
        while waiting and slots.free:
            number = waiting.pop(0)
            running[slots.place(states[number], wanted[number])] = number
        for slot in slots.advance_all():
            found[running.pop(slot)] = slots.find(slot)
            slots.release(slot)
    assert max(judge.batches) == 4
    for number, simulations in wanted.items():
        alone = Search(GAME, Judge(), CONFIG)
        result = alone.run(GAME.stack([states[number]]), simulations=simulations)
        finding = found[number]
        assert finding is not None
        visits = np.zeros(GAME.num_actions, int)
        for line in finding.lines:
            visits[line.actions[0]] = line.visits
            assert line.shares[0] == line.visits
            assert len(line.shares) == len(line.actions)
        assert visits.tolist() == result.visits[0].tolist()
        assert finding.visits == visits.sum()
        assert finding.value == pytest.approx(float(result.value[0]), abs=1e-6)
        np.testing.assert_allclose(finding.prior, result.prior[0])


def test_leads_are_told_from_the_side_to_move_at_the_root() -> None:
    slots = Slots(GAME, Judge(), CONFIG, batch=1, most=50)
    slot = slots.place(GAME.initial_state(), 1)
    while slot not in slots.advance_all():
        pass
    finding = slots.find(slot)
    assert finding is not None
    assert list(finding.leads.values()) == [-10.0]  # the opponent is to move after the first action
    assert finding.lead == -10.0


def test_a_slot_can_be_kept_to_some_first_moves() -> None:
    slots = Slots(GAME, Judge(), CONFIG, batch=2, most=50)
    slot = slots.place(GAME.initial_state(), 30, allowed=[3, 4])
    assert slots.find(slot) is None
    while slot not in slots.advance_all():
        pass
    finding = slots.find(slot)
    assert finding is not None
    assert {line.actions[0] for line in finding.lines} == {3, 4}
    assert np.flatnonzero(finding.prior).tolist() == [3, 4]
    assert finding.prior.sum() == pytest.approx(1.0)


def test_a_released_slot_is_free_and_forgets() -> None:
    slots = Slots(GAME, Judge(), CONFIG, batch=1, most=50)
    first = slots.place(GAME.initial_state(), 50, allowed=[3])
    slots.advance_all()
    assert slots.free == []
    slots.release(first)
    second = slots.place(GAME.initial_state(), 5)
    assert second == first
    while second not in slots.advance_all():
        pass
    finding = slots.find(second)
    assert finding is not None
    assert finding.visits == 5


def test_too_many_simulations_and_gumbel_are_refused() -> None:
    slots = Slots(GAME, Judge(), CONFIG, batch=1, most=50)
    with pytest.raises(InvalidParameter, match="1 to 50"):
        slots.place(GAME.initial_state(), 51)
    with pytest.raises(InvalidParameter, match="by PUCT"):
        Slots(GAME, Judge(), SearchConfig(policy="gumbel"), batch=1, most=50)
