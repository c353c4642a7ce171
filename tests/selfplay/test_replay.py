"""Batches rebuilt by the kernel against the same positions stepped through one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import InvalidRecord
from tengen.games import registry
from tengen.records.record import GameRecord
from tengen.selfplay.replay import RESIGNED, RecordReplay


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
    places = rng.choice(sum(len(record.actions) for record in records), 16)
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
