"""What the baselines learn from: record games against their rules one by one, limits, keys, and what is refused."""

import numpy as np
import pytest

import tengen
from tengen.baselines.environments import make_environments
from tengen.core.errors import TengenError
from tengen.games.rules import CHANCE


def test_a_room_without_chance_steps_as_its_rules_say() -> None:
    game = tengen.make("gridworld:robot,slip=0,steps=7")
    environments = make_environments(game.text, 5, seed=1)
    seen = environments.reset(1)
    states = [game.initial_state() for _ in range(5)]
    rng = np.random.default_rng(1)
    ends, cuts = 0, 0
    for _ in range(300):
        actions = rng.integers(4, size=5)
        step = environments.step(actions)
        for row, action in enumerate(actions.tolist()):
            after, reward, _ = game.step(states[row], action)
            assert step.rewards[row] == np.float32(reward)
            assert (step.last[row] == game.observe(after)).all()
            assert step.truncated[row] == game.is_truncated(after)
            assert step.terminated[row] == (game.is_over(after) and not game.is_truncated(after))
            states[row] = game.initial_state() if game.is_over(after) else after
            assert (step.observations[row] == game.observe(states[row])).all()
        assert (step.ended == step.terminated | step.truncated).all()
        ends, cuts = ends + int(step.terminated.sum()), cuts + int(step.truncated.sum())
    assert ends > 5
    assert cuts > 5
    assert seen.dtype == np.float32


def test_chance_moves_by_its_probabilities() -> None:
    environments = make_environments("gridworld:robot,slip=0.4,steps=1", 4000, seed=1)
    environments.reset(1)
    step = environments.step(np.zeros(4000, np.int64))  # north: as meant 0.6, west, against the wall, and east 0.2 each
    places = step.last[:, 0].reshape(4000, -1).argmax(1)
    shares = np.bincount(places, minlength=12) / 4000
    assert shares[4] == pytest.approx(0.6, abs=0.04)
    assert shares[9] == pytest.approx(0.2, abs=0.03)
    assert step.truncated.all()


def test_the_same_seed_goes_the_same_way_and_what_was_saved_goes_on() -> None:
    one, other = (make_environments("breakout", 3, seed=seed) for seed in (1, 1))
    actions = np.random.default_rng(1).integers(3, size=(200, 3))
    one.reset(7)
    other.reset(7)
    for turn in range(100):
        assert (one.step(actions[turn]).last == other.step(actions[turn]).last).all()
    third = make_environments("breakout", 3, seed=5)
    third.reset(9)
    third.restore(one.save())
    for turn in range(100, 200):
        first, second = one.step(actions[turn]), third.step(actions[turn])
        assert (first.last == second.last).all()
        assert (first.observations == second.observations).all()


def test_keys_are_positions_whatever_the_step() -> None:
    environments = make_environments("gridworld:robot,slip=0,steps=4", 1, seed=1, keyed=True)
    start = environments.reset(1)
    for turn in range(4):
        step = environments.step(np.array([2]))  # south, against the wall
        assert step.last.tolist() == start.tolist()
        assert step.truncated.tolist() == [turn == 3]


def test_exploring_starts_begin_everywhere() -> None:
    environments = make_environments("gridworld:robot", 500, seed=1, keyed=True, exploring=True)
    assert len(np.unique(environments.reset(1))) == 9


def test_cartpoles_limit_truncates_one_by_one_and_all_at_once() -> None:
    pytest.importorskip("gymnasium")
    for count in (1, 6):
        environments = make_environments("CartPole-v1,steps=5", count, seed=1)
        environments.reset(1)
        for turn in range(10):
            step = environments.step(np.full(count, turn % 2))
            cut = turn % 5 == 4
            assert step.truncated.tolist() == [cut] * count
            assert not step.terminated.any()
            assert (np.abs(step.last - step.observations).max() > 0) == cut
            assert np.abs(step.observations).max() < 0.05 or not cut


def test_a_pole_that_falls_terminates() -> None:
    pytest.importorskip("gymnasium")
    for count in (1, 6):
        environments = make_environments("CartPole-v1", count, seed=1)
        environments.reset(1)
        for _ in range(20):
            step = environments.step(np.ones(count, np.int64))
            fallen = np.abs(step.last[:, 2, 0, 0]) > 12 * 2 * np.pi / 360
            assert (step.terminated == fallen).all()
            assert (np.abs(step.observations[step.ended]) <= 0.05).all()


def test_real_actions_have_bounds() -> None:
    pytest.importorskip("gymnasium")
    environments = make_environments("gym:Pendulum-v1", 2, seed=1)
    assert environments.actions is None
    assert environments.low is not None
    assert environments.high is not None
    assert (environments.low.tolist(), environments.high.tolist()) == ([-2.0], [2.0])
    assert environments.reset(1).shape == environments.step(np.zeros((2, 1), np.float32)).last.shape == (2, 3, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tictactoe", "a game for two"),
        ("gym:CartPole-v1,wind=3", "unknown parameter of gym 'wind'"),
        ("CartPole-v1,steps=few", "steps=few is not accepted"),
        ("NoSuchThing-v3", "NoSuchThing"),
        ("nonsense", "unknown game 'nonsense'"),
    ],
)
def test_what_cannot_be_learned_is_one_line(text: str, said: str) -> None:
    pytest.importorskip("gymnasium")
    with pytest.raises(TengenError, match=said) as caught:
        make_environments(text, 1, seed=1)
    assert "\n" not in str(caught.value)


def test_chance_has_moved_before_the_player_is_asked() -> None:
    game = tengen.make("breakout")
    assert game.player(game.initial_state()) == CHANCE or not game.has_chance
    environments = make_environments("breakout", 64, seed=1)
    seen = environments.reset(3)
    assert len(np.unique(seen.reshape(64, -1), axis=0)) > 1
