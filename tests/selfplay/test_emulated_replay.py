"""Records of emulated games: what was seen comes back to the bit, through journal, shard and window."""

from pathlib import Path

import numpy as np
import pytest

from tengen.core.errors import InvalidRecord
from tengen.games import registry
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.records.record import GameRecord
from tengen.records.shards import read_shard, write_shard
from tengen.selfplay import journal
from tengen.selfplay.actor import Actor
from tengen.selfplay.boards import make_boards, random_observations
from tengen.selfplay.replay import CUT, LIMIT, make_replay
from tengen.selfplay.settings import SelfplaySettings

TEXTS = {"gym:CartPole-v1": "gymnasium", "atari:breakout,steps=30": "ale_py"}


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(TEXTS[request.param])
    return str(request.param)


def random_games(text: str, count: int, plies: int, seed: int) -> list[GameRecord]:
    """Records of random games, cut off after so many plies, with their values all 5."""
    game = registry.make(text)
    rng = np.random.default_rng(seed)
    boards = make_boards(game, [], count, seed=seed, name="test")
    actions: list[list[int]] = [[] for _ in range(count)]
    for row in range(count):
        boards.begin(row, 0, rng)
    for _ in range(plies):
        chosen = np.where(boards.players() == 0, rng.integers(0, game.num_actions, count), -1).astype(np.int32)
        for row in np.flatnonzero(chosen >= 0):
            actions[row].append(int(chosen[row]))
        boards.apply(chosen)
    return [
        GameRecord(
            game=game.text,
            start=boards.start(row),
            actions=np.array(played, np.int32),
            result=boards.result(row),
            values=np.full(len(played), 5.0, np.float32),
            policy_starts=np.arange(len(played) + 1),
            policy_actions=np.array(played, np.int32),
            policy_probabilities=np.ones(len(played), np.float32),
            termination=boards.termination(row) or CUT,
            **boards.seen(row),
        )
        for row, played in enumerate(actions)
    ]


def test_a_record_survives_journal_and_shard(text: str, tmp_path: Path) -> None:
    games = random_games(text, 2, 12, seed=1)
    assert [journal.decode(journal.encode(game)) for game in games] == games
    write_shard(tmp_path / "games.parquet", games)
    assert read_shard(tmp_path / "games.parquet") == games


def test_a_batch_holds_what_playing_the_game_again_shows(text: str) -> None:
    game = registry.make(text)
    games = random_games(text, 3, 25, seed=2)
    replay = make_replay(game)
    replay.add(games)
    count = sum(len(played.actions) for played in games)
    batch = replay.sample(40, np.random.default_rng(3))
    places = (np.random.default_rng(3).random(40) * count).astype(int)
    seen, expected = [], []
    for played in games:
        state = game.parse_position(played.start)
        for action, reward in zip(played.actions.tolist(), played.rewards.tolist(), strict=True):
            seen.append(game.observe(state))
            expected.append(action)
            state, paid, _ = game.step(state, action)
            assert paid == reward
        assert game.returns(state)[0] == played.result
    for row, place in enumerate(places):
        np.testing.assert_array_equal(batch.observations[row], seen[place])
        assert batch.policy[row].tolist() == np.eye(game.num_actions)[expected[place]].tolist()


def test_frames_are_kept_once() -> None:
    pytest.importorskip("ale_py")
    played = random_games("atari:breakout", 1, 10, seed=1)[0]
    assert played.frames.size == (10 + 3) * 84 * 84
    assert played.features.size == 0


def test_a_fall_is_an_end_and_a_limit_is_none() -> None:
    pytest.importorskip("gymnasium")
    fallen = random_games("gym:CartPole-v1", 1, 200, seed=4)[0]
    assert fallen.termination == "game over"
    gamma = registry.make("gym:CartPole-v1").discount
    replay = make_replay(registry.make("gym:CartPole-v1"))
    replay.add([fallen])
    plies = len(fallen.actions)
    assert replay.window().value[0] == pytest.approx(sum(gamma**ply for ply in range(plies)), rel=1e-5)
    for why in (CUT, LIMIT):
        replay = make_replay(registry.make("gym:CartPole-v1"))
        cut = {name: getattr(fallen, name) for name in GameRecord.__dataclass_fields__} | {"termination": why}
        replay.add([GameRecord(**cut)])
        assert replay.window().value[-2:].tolist() == pytest.approx([1 + gamma * 5, 5])


def test_the_window_forgets_old_games_with_what_they_saw(text: str) -> None:
    games = random_games(text, 4, 8, seed=5)
    replay, only = (make_replay(registry.make(text)) for _ in range(2))
    replay.add(games)
    replay.trim(16)
    only.add(games[2:])
    assert len(replay) == 16
    first, second = (window.sample(16, np.random.default_rng(1)) for window in (replay, only))
    np.testing.assert_array_equal(first.observations, second.observations)


def test_games_of_another_environment_are_refused(text: str) -> None:
    other = next(name for name in TEXTS if name != text)
    pytest.importorskip(TEXTS[other])
    with pytest.raises(InvalidRecord, match="cannot train"):
        make_replay(registry.make(text)).add(random_games(other, 1, 5, seed=1))


def test_observations_to_calibrate_on_come_from_random_play(text: str) -> None:
    found = random_observations(registry.make(text), seed=1, count=20)
    assert found.shape == (20, *registry.make(text).observation_shape)
    assert len({planes.tobytes() for planes in found}) > 4


def test_an_actor_records_games_of_simulators_that_replay_exactly() -> None:
    pytest.importorskip("gymnasium")
    game = registry.make("gym:CartPole-v1")
    config = SearchConfig(policy="gumbel", simulations=2, considered=2, gumbel_scale=1.0)
    actor = Actor(game, [], Uniform(), config, SelfplaySettings(games=3, plies=30), seed=1)
    records = []
    while len(records) < 6:
        records += actor.step()
    replay = make_replay(game)
    replay.add(records)
    for record in records:
        state = game.parse_position(record.start)
        for action in record.actions.tolist():
            state = game.apply(state, action)
        assert game.returns(state)[0] == record.result == record.rewards.sum()
        assert game.is_over(state) == (record.termination != CUT)
