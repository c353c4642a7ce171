"""Batches rebuilt by the kernel against the same positions stepped through one by one."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import InvalidRecord
from tengen.games import registry
from tengen.records.record import GameRecord
from tengen.selfplay.rebuild import near_values
from tengen.selfplay.replay import RESIGNED, Lesson, RecordReplay


def random_record(text: str, seed: int, start: str = "") -> GameRecord:
    game = registry.make(text)
    rng = np.random.default_rng(seed)
    state = game.parse_position(start) if start else game.initial_state()
    actions, policies = [], []
    while not game.is_over(state):
        legal = game.legal_actions(state)
        policies.append((legal, rng.dirichlet(np.ones(len(legal)))))
        actions.append(int(rng.choice(legal)))
        state = game.apply(state, actions[-1])
    return GameRecord(
        game=text,
        start=start,
        actions=np.array(actions, np.int32),
        result=float(game.returns(state)[0]),
        values=np.zeros(len(actions), np.float32),
        weights=np.ones(len(actions), np.float32),
        policy_starts=np.cumsum([0] + [len(legal) for legal, _ in policies]),
        policy_actions=np.concatenate([legal for legal, _ in policies]),
        policy_probabilities=np.concatenate([shares for _, shares in policies]).astype(np.float32),
    )


@given(seed=st.integers(0, 1000), text=st.sampled_from(["tictactoe", "go:size=5,komi=2.5", "go:size=5"]))
def test_a_batch_holds_what_stepping_through_the_games_shows(seed: int, text: str) -> None:
    game = registry.make(text)
    records = [random_record(text, 3 * seed + index) for index in range(3)]
    replay = RecordReplay(game)
    replay.add(records)
    batch = replay.sample(16, np.random.default_rng(seed))
    # the same draws again: places, then symmetries
    rng = np.random.default_rng(seed)
    places = (rng.random(16) * sum(len(record.actions) for record in records)).astype(int)
    turns = rng.integers(0, len(game.symmetries.actions), 16)
    where = [(record, ply) for record in records for ply in range(len(record.actions))]
    for row, (place, turn) in enumerate(zip(places, turns, strict=True)):
        record, ply = where[place]
        state = game.initial_state()
        for action in record.actions[:ply]:
            state = game.apply(state, int(action))
        last = state
        for action in record.actions[ply:]:
            last = game.apply(last, int(action))
        points, actions = game.symmetries.points[turn], game.symmetries.actions[turn]
        planes = game.observe(state).reshape(game.observation_shape[0], -1)
        np.testing.assert_array_equal(batch.observations[row].reshape(len(planes), -1), planes[:, points])
        policy = np.zeros(game.num_actions, np.float32)
        span = slice(record.policy_starts[ply], record.policy_starts[ply + 1])
        policy[record.policy_actions[span]] = record.policy_probabilities[span]
        np.testing.assert_array_equal(batch.policy[row], policy[actions])
        side = 1 - 2 * game.player(state)
        outcome = side * record.result
        np.testing.assert_array_equal(batch.wdl[row], [outcome > 0, outcome == 0, outcome < 0])
        if game.has_score:
            score, owners = game.final_score(last)
            assert batch.score[row] == pytest.approx(side * score)
            np.testing.assert_array_equal(batch.ownership[row], side * owners.ravel()[points])


def test_the_window_keeps_the_newest_whole_games() -> None:
    replay = RecordReplay(registry.make("tictactoe"))
    records = [random_record("tictactoe", seed) for seed in range(20)]
    replay.add(records)
    replay.trim(30)
    window = replay.window()
    kept = len(window.result)
    assert sum(len(record.actions) for record in records[-kept:]) == len(replay) <= 30
    assert sum(len(record.actions) for record in records[-kept - 1 :]) > 30
    np.testing.assert_array_equal(window.action, np.concatenate([record.actions for record in records[-kept:]]))
    assert replay.total_games == 20
    replay.sample(8, np.random.default_rng(0))


def test_plies_without_a_policy_are_not_drawn() -> None:
    record = random_record("tictactoe", 1)
    opening = GameRecord(
        game=record.game,
        actions=record.actions,
        result=record.result,
        weights=np.concatenate([[0, 0], record.weights[2:]]).astype(np.float32),
        policy_starts=np.concatenate([[0, 0], record.policy_starts[2:] - record.policy_starts[2]]),
        policy_actions=record.policy_actions[record.policy_starts[2] :],
        policy_probabilities=record.policy_probabilities[record.policy_starts[2] :],
    )
    replay = RecordReplay(registry.make("tictactoe"))
    replay.add([opening])
    batch = replay.sample(200, np.random.default_rng(0))
    stones = batch.observations[:, :2].sum(axis=(1, 2, 3))
    assert stones.min() == 2


def test_a_game_that_was_cut_short_teaches_no_score() -> None:
    record = random_record("go:size=5", 1)
    cut = GameRecord(
        game=record.game,
        actions=record.actions[:6],
        result=1.0,
        policy_starts=record.policy_starts[:7],
        policy_actions=record.policy_actions[: record.policy_starts[6]],
        policy_probabilities=record.policy_probabilities[: record.policy_starts[6]],
        termination=RESIGNED,
    )
    replay = RecordReplay(registry.make("go:size=5"))
    replay.add([cut])
    assert replay.sample(8, np.random.default_rng(0)).score_weight.max() == 0


def test_games_of_other_komi_mix_and_other_sizes_do_not() -> None:
    replay = RecordReplay(registry.make("go:size=5,komi=7"))
    replay.add([random_record("go:size=5,komi=24", 1), random_record("go:size=5,komi=7", 2)])
    with pytest.raises(InvalidRecord, match="go"):
        replay.add([random_record("go:size=9", 1)])


def test_positions_are_drawn_by_their_weights() -> None:
    record = random_record("tictactoe", 1)
    weights = np.zeros(len(record.actions), np.float32)
    weights[[2, 4]] = 1.0, 3.0
    replay = RecordReplay(registry.make("tictactoe"))
    replay.add([dataclasses.replace(record, weights=weights)])
    stones = replay.sample(4000, np.random.default_rng(0)).observations[:, :2].sum(axis=(1, 2, 3))
    assert set(stones.tolist()) == {2.0, 4.0}
    assert (stones == 4).mean() == pytest.approx(0.75, abs=0.03)


def test_the_reply_is_the_next_policy_or_the_move_itself_and_weighs_nothing_at_the_end() -> None:
    record = random_record("tictactoe", 3)
    starts = record.policy_starts.copy()
    starts[2:] = np.maximum(starts[2:] - (starts[2] - starts[1]), 0)  # ply 1 has no policy
    keep = np.r_[0 : record.policy_starts[1], record.policy_starts[2] : record.policy_starts[-1]]
    changed = dataclasses.replace(
        record,
        policy_starts=starts,
        policy_actions=record.policy_actions[keep],
        policy_probabilities=record.policy_probabilities[keep],
    )
    replay = RecordReplay(registry.make("tictactoe"), Lesson(reply=True, symmetries=False))
    replay.add([changed])
    batch = replay.sample(300, np.random.default_rng(0))
    plies = batch.observations[:, :2].sum(axis=(1, 2, 3)).astype(int)
    last = len(record.actions) - 1
    for row, ply in enumerate(plies.tolist()):
        assert batch.reply_weight[row] == (ply < last)
        wanted = np.zeros(9, np.float32)
        if ply == 0:
            wanted[record.actions[1]] = 1.0
        elif ply < last:
            span = slice(record.policy_starts[ply + 1], record.policy_starts[ply + 2])
            wanted[record.policy_actions[span]] = record.policy_probabilities[span]
        np.testing.assert_array_equal(batch.reply[row], wanted)


def test_near_values_average_what_the_search_sees_later_for_the_player_to_move() -> None:
    values = np.array([0.5, -0.2, 0.1], np.float32)
    rewards, discounts = np.array([0.0, 0.0, 1.0]), np.array([-1.0, -1.0, 0.0])
    found = np.empty((3, 2), np.float32)
    near_values(rewards, discounts, values, np.array([True, True, False]), 0.0, np.array([1.0, 2.0]), found)
    # horizon 1 is the search's own value; horizon 2 halves the weight with every ply; the last ply was not searched
    np.testing.assert_allclose(found[:, 0], [0.5, -0.2, 1.0])
    np.testing.assert_allclose(found[:, 1], [0.25 - 0.5 * (-0.1 - 0.5), -0.1 + 0.5 * -1.0, 1.0])


def test_near_values_of_a_resigned_game_end_in_its_result() -> None:
    record = dataclasses.replace(
        random_record("go:size=5", 1), result=1.0, termination=RESIGNED, values=np.zeros(0, np.float32)
    )
    record = dataclasses.replace(
        record,
        actions=record.actions[:6],
        values=np.zeros(6, np.float32),
        weights=record.weights[:6],
        policy_starts=record.policy_starts[:7],
        policy_actions=record.policy_actions[: record.policy_starts[6]],
        policy_probabilities=record.policy_probabilities[: record.policy_starts[6]],
    )
    replay = RecordReplay(registry.make("go:size=5"), Lesson(horizons=(4.0,), symmetries=False))
    replay.add([record])
    batch = replay.sample(60, np.random.default_rng(0))
    won = batch.wdl[:, 0] == 1.0
    np.testing.assert_allclose(batch.near[:, 0], np.where(won, 1.0, -1.0))


@pytest.mark.parametrize("threads", [2, 3, 40])
def test_threads_rebuild_the_same_batch(threads: int) -> None:
    replay = RecordReplay(registry.make("go:size=5"), Lesson(reply=True))
    replay.add([random_record("go:size=5", index) for index in range(5)])
    alone, together = (replay.sample(33, np.random.default_rng(1), threads=count) for count in (1, threads))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
