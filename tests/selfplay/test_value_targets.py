"""What each position of a game of one player is to be worth, worked out by hand."""

import numpy as np
import pytest

from tengen.games import registry
from tengen.records.record import GameRecord
from tengen.selfplay.rebuild import value_targets
from tengen.selfplay.replay import CUT, make_replay


def targets(rewards, discounts, values=None, chosen=None, *, cut=False, steps=0) -> list[float]:
    plies = len(rewards)
    found = np.empty(plies, np.float32)
    value_targets(
        np.array(rewards, float),
        np.array(discounts, float),
        np.zeros(plies, np.float32) if values is None else np.array(values, np.float32),
        np.ones(plies, bool) if chosen is None else np.array(chosen, bool),
        cut,
        steps,
        found,
    )
    return found.tolist()


def test_rewards_are_discounted_and_nothing_follows_the_end() -> None:
    assert targets([1, 2, 4], [0.5, 0.5, 0.0]) == [1 + 1 + 1, 2 + 2, 4]


def test_a_ply_of_chance_has_its_own_reward_and_discount() -> None:
    # the player's plies pay nothing and discount nothing, as in a gridworld that slips
    found = targets([0, 3, 0, 5], [1, 0.5, 1, 0.0], chosen=[True, False, True, False])
    assert (found[0], found[2]) == (3 + 2.5, 5)


def test_a_game_that_was_cut_off_is_worth_what_the_search_last_said() -> None:
    assert targets([1, 1, 1], [0.5, 0.5, 0.5], [9, 9, 8], cut=True) == [1 + 0.5 + 2, 1 + 4, 8]
    # the last value is that of the last ply that was searched
    found = targets([0, 1, 0, 1], [1, 0.5, 1, 0.5], [9, 0, 8, 0], [True, False, True, False], cut=True)
    assert (found[0], found[2]) == (1 + 4, 8)


def test_after_n_searched_plies_the_search_stands_for_the_rest() -> None:
    assert targets([1, 1, 1, 1], [0.5] * 3 + [0.0], [0, 0, 8, 4], steps=2) == [1 + 0.5 + 2, 1 + 0.5 + 1, 1.5, 1]
    # a ply of chance is none of the n
    chosen = [True, False, True, False]
    found = targets([0, 1, 0, 1], [1, 0.5, 1, 0.0], [0, 0, 8, 0], chosen, steps=1)
    assert (found[0], found[2]) == (1 + 4, 1)


def record(text: str, moves: str, **more: object) -> GameRecord:
    plies = len(moves)
    return GameRecord(
        game=text,
        actions=np.array(["NESW".index(move) for move in moves], np.int32),
        result=0.0,
        policy_starts=np.arange(plies + 1),
        policy_actions=np.zeros(plies, np.int32),
        policy_probabilities=np.ones(plies, np.float32),
        **more,  # type: ignore[arg-type]
    )


def test_the_window_finds_rewards_by_playing_the_game_again() -> None:
    text = "gridworld:S.G/...,living=-1,discount=0.5"
    replay = make_replay(registry.make(text))
    replay.add([record(text, "EE")])
    # two steps at -1, the second into the goal, whose reward of 1 counts as lived on for a step
    assert replay.window().value.tolist() == [-1 + 0.5 * -0.5, -1 + 0.5]
    assert (replay.lowest, replay.highest) == (-1.25, -0.5)


def test_the_limit_of_a_game_is_no_end_of_its_worth() -> None:
    text = "gridworld:S.G/...,living=-1,discount=0.5,steps=2"
    values = np.array([3.0, 7.0], np.float32)
    replay = make_replay(registry.make(text))
    replay.add([record(text, "SN", values=values)])
    assert replay.window().value.tolist() == [-1 + 0.5 * 7, 7]
    # the bounds of returns are of what was paid
    assert (replay.lowest, replay.highest) == (-1.5, -1.0)


def test_a_game_that_self_play_cuts_is_not_over_either() -> None:
    text = "gridworld:S.G/...,living=-1,discount=0.5"
    replay = make_replay(registry.make(text))
    replay.add([record(text, "SN", values=np.array([3.0, 7.0], np.float32), termination=CUT)])
    assert replay.window().value.tolist() == [-1 + 0.5 * 7, 7]


def test_what_chance_did_is_replayed_but_is_no_position() -> None:
    text = "gridworld:S.G/...,living=-1,discount=0.5,slip=0.2"
    game = record(text, "EEEE", values=np.array([3, 0, 7, 0], np.float32))
    chosen = GameRecord(
        game=text,
        actions=game.actions,
        result=game.result,
        policy_starts=np.array([0, 1, 1, 2, 2]),
        policy_actions=np.zeros(2, np.int32),
        policy_probabilities=np.ones(2, np.float32),
    )
    replay = make_replay(registry.make(text))
    replay.add([chosen])
    assert replay.window().value[[0, 2]].tolist() == [-1 + 0.5 * -0.5, -0.5]
    assert replay.total_positions == 2
    batch = replay.sample(32, np.random.default_rng(1))
    assert set(batch.value.tolist()) == {-1.25, -0.5}
    assert batch.legal.all()


@pytest.mark.parametrize("text", ["gridworld:robot", "gridworld:four-rooms"])
def test_an_observation_is_that_of_the_position_before_the_ply(text: str) -> None:
    game = registry.make(text)
    replay = make_replay(game)
    replay.add([record(text, "NNEE" if game.has_chance else "NENE", termination=CUT)])
    batch = replay.sample(16, np.random.default_rng(1))
    seen = {planes.tobytes() for planes in batch.observations}
    state = game.initial_state()
    expected = set()
    for action in [0, 0, 1, 1] if game.has_chance else [0, 1, 0, 1]:
        expected.add(game.observe(state).tobytes())
        state = game.apply(state, action)
    assert seen <= expected
    assert len(seen) > 1
