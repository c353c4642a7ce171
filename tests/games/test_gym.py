"""Environments of Gymnasium as games: states that go back, limits that are no ends, errors of one line."""

import sys

import numpy as np
import pytest

import tengen
from tengen.core.errors import InvalidMove, InvalidParameter, InvalidPosition, MissingExtra, TengenError, UnknownName
from tengen.games import registry
from tengen.games.emulated import EmulatedGame
from tengen.games.gym.game import find
from tengen.games.laws import check_game

gymnasium = pytest.importorskip("gymnasium")

TOYS = ["Acrobot-v1,steps=60", "MountainCar-v0", "FrozenLake-v1", "CliffWalking-v1,steps=80", "Taxi-v4", "Blackjack-v1"]


def make(text: str) -> EmulatedGame:
    game = tengen.make(f"gym:{text}")
    assert isinstance(game, EmulatedGame)
    return game


@pytest.mark.parametrize("text", [*TOYS, "CartPole-v1,steps=12,discount=0.9", "FrozenLake8x8-v1"])
def test_environments_keep_the_laws_of_games(text: str) -> None:
    check_game(make(text), games=4, seed=3)


@pytest.mark.parametrize("name", ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "FrozenLake-v1", "Taxi-v4"])
def test_a_game_is_the_environment_played_by_its_own_interface(name: str) -> None:
    game, environment = make(name), gymnasium.make(name)
    generator = np.random.default_rng(1)
    for seed in range(3):
        seen, _ = environment.reset(seed=seed)
        state = game.start(seed)
        over = False
        while not over:
            if isinstance(environment.observation_space, gymnasium.spaces.Box):
                assert np.array_equal(game.observe(state).ravel(), seen)
            else:
                assert np.flatnonzero(game.observe(state)).tolist() == [seen]
            action = int(generator.integers(game.num_actions))
            seen, reward, terminated, truncated, _ = environment.step(action)
            transition = game.step(state, action)
            state = transition.state
            assert transition.reward == reward
            assert (state.terminated, state.truncated) == (terminated, truncated)
            assert game.is_truncated(state) == (truncated and not terminated)
            assert transition.discount == (0.0 if terminated or truncated else game.discount)
            over = terminated or truncated


def test_a_limit_is_no_end() -> None:
    game = make("CartPole-v1,steps=3")
    state = game.start(0)
    for action in (0, 1, 0):
        state = game.apply(state, action)
    assert game.is_over(state)
    assert game.is_truncated(state)
    assert game.termination(state) == "step limit"


def test_a_fallen_pole_is_an_end_even_in_the_last_step() -> None:
    steps = 1
    state = make("CartPole-v1").start(0)
    game = make("CartPole-v1")
    while not game.is_over(state := game.apply(state, 0)):
        steps += 1
    limited = make(f"CartPole-v1,steps={steps}")
    state = limited.start(0)
    for _ in range(steps):
        state = limited.apply(state, 0)
    assert limited.is_over(state)
    assert not limited.is_truncated(state)


def test_a_position_is_its_seed_and_its_actions() -> None:
    game = make("CartPole-v1")
    state = game.apply(game.apply(game.start(7), 1), 0)
    assert game.position_to_text(state) == "seed 7: 10"
    again = game.parse_position("seed 7: 10")
    assert np.array_equal(game.observe(again), game.observe(state))
    for text in ("", "seed x: 0", "seed 7: 12", "seed 99999999999: 0", f"seed 7: {'0' * 100}"):
        with pytest.raises(InvalidPosition, match="no position"):
            game.parse_position(text)


def test_actions_have_their_names_and_their_numbers() -> None:
    game = make("FrozenLake-v1")
    state = game.initial_state()
    assert [game.action_to_text(state, action) for action in range(4)] == ["left", "down", "right", "up"]
    assert game.parse_action(state, "Down") == game.parse_action(state, "1") == 1
    with pytest.raises(InvalidMove, match="left, down, right, up"):
        game.parse_move(state, "jump")


def test_only_environments_with_luck_are_stochastic() -> None:
    assert {
        name for name in ("CartPole-v1", "Taxi-v4", "CliffWalking-v1", "Acrobot-v1") if make(name).stochastic
    } == set()
    assert all(make(name).stochastic for name in ("FrozenLake-v1", "Blackjack-v1"))


@pytest.mark.parametrize("name", ["FrozenLake-v1"])
def test_a_reseeded_simulator_has_another_future_and_repeats_it(name: str) -> None:
    game = make(name)
    simulator = game.simulator()
    simulator.reset(0)
    saved = simulator.save()
    planes = np.empty(game.observation_shape, np.float32)

    def places(seed: int | None) -> list[int]:
        simulator.restore(saved)
        if seed is not None:
            simulator.reseed(seed)
        found = []
        for _ in range(4):
            if simulator.step(0).terminated:
                break
            simulator.observe(planes)
            found.append(int(planes.argmax()))
        return found

    assert places(None) == places(None)
    assert places(5) == places(5)
    assert len({tuple(places(seed)) for seed in range(20)}) > 2


class Vector(gymnasium.Env):  # type: ignore[misc]
    """Counts up; ends by itself at 5."""

    action_space = gymnasium.spaces.Discrete(2, start=3)
    observation_space = gymnasium.spaces.Dict(
        {"count": gymnasium.spaces.Box(0, 9, (1,)), "kind": gymnasium.spaces.Discrete(3)}
    )

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.alias = self.seen

    def reset(self, *, seed=None, options=None):  # type: ignore[no-untyped-def]
        super().reset(seed=seed)
        self.seen.clear()
        return self._look(), {}

    def step(self, action):  # type: ignore[no-untyped-def]
        assert self.action_space.contains(action)
        self.seen.append(action)
        return self._look(), float(len(self.alias)), len(self.seen) >= 5, False, {}

    def _look(self):  # type: ignore[no-untyped-def]
        return {"count": np.array([len(self.alias)], np.float32), "kind": sum(self.seen) % 3}


class Handle(Vector):
    """Holds what cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = (line for line in ["a generator"])


class Noise(Handle):
    """Neither copied nor repeated."""

    def reset(self, *, seed=None, options=None):  # type: ignore[no-untyped-def]
        self.entropy = np.random.default_rng()
        return super().reset(seed=seed)

    def _look(self):  # type: ignore[no-untyped-def]
        return {"count": self.entropy.random(1).astype(np.float32), "kind": 0}


class Sequences(Vector):
    observation_space = gymnasium.spaces.Text(4)


class Screen(Vector):
    observation_space = gymnasium.spaces.Box(0, 255, (6, 5, 3), np.uint8)

    def _look(self):  # type: ignore[no-untyped-def]
        return np.arange(90, dtype=np.uint8).reshape(6, 5, 3) + len(self.seen)


for kind in (Vector, Handle, Noise, Sequences, Screen):
    gymnasium.register(f"TengenTest{kind.__name__}-v0", entry_point=kind)


def test_attributes_that_share_an_object_share_it_after_a_restore() -> None:
    game = make("TengenTestVector-v0")
    assert game.can_restore
    assert game.observation_shape == (4, 1, 1)
    check_game(game, games=3, seed=1)


def test_what_cannot_be_copied_is_played_again_from_its_seed() -> None:
    game = make("TengenTestHandle-v0")
    assert not game.can_restore
    check_game(game, games=3, seed=1)


def test_what_neither_copies_nor_repeats_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="neither copied nor played again"):
        make("TengenTestNoise-v0")


def test_a_screen_becomes_planes_between_0_and_1() -> None:
    game = make("TengenTestScreen-v0")
    planes = game.observe(game.initial_state())
    assert planes.shape == (3, 6, 5)
    assert planes[1, 2, 3] == np.float32((2 * 15 + 3 * 3 + 1) / 255)


def test_the_environments_own_picture_is_drawn() -> None:
    pytest.importorskip("pygame")
    game = make("CartPole-v1")
    start = game.start(0)
    state = start
    for _ in range(4):
        state = game.apply(state, 0)
    first, later, again = game.picture(start), game.picture(state), game.picture(start)
    assert first is not None
    assert first.shape == (400, 600, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, later)
    assert make("TengenTestVector-v0").picture(make("TengenTestVector-v0").initial_state()) is None


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("CartPole-v9", UnknownName, "did you mean CartPole-v1"),
        ("NoSuchThing-v0", UnknownName, "unknown Gymnasium environment"),
        ("os:CartPole-v1", UnknownName, "import the module first"),
        ("Pendulum-v1", InvalidParameter, "discrete"),
        ("TengenTestSequences-v0", InvalidParameter, "no view"),
        ("CartPole-v1,steps=-1", InvalidParameter, "steps"),
        ("CartPole-v1,steps=1.5", InvalidParameter, "whole"),
        ("CartPole-v1,discount=1.2", InvalidParameter, "discount"),
        ("CartPole-v1,gravity=2", TengenError, "gravity"),
    ],
)
def test_what_is_no_game_is_refused_in_one_line(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        make(text)
    assert "\n" not in str(caught.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tengen\[gym\]'"):
        make("CartPole-v0")


def test_games_whose_library_is_missing_are_listed_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    find.cache_clear()
    games, missing = registry.available()
    assert "gym" not in {game.name for game in games}
    assert [line for line in missing if line.startswith("gym: ") and "tengen[gym]" in line]


def landing(seed: int) -> tuple[EmulatedGame, list[int]]:
    """The actions by which Gymnasium's own pilot lands."""
    lunar_lander = pytest.importorskip("gymnasium.envs.box2d.lunar_lander")
    game = make("LunarLander-v3")
    simulator = game.simulator(exact=True)
    simulator.reset(seed)
    planes = np.empty(game.observation_shape, np.float32)
    actions, over = [], False
    while not over:
        simulator.observe(planes)
        actions.append(int(lunar_lander.heuristic(simulator.environment.unwrapped, planes.ravel())))
        over = simulator.step(actions[-1]).terminated
    return game, actions


def test_a_lander_goes_back_to_the_letter_where_that_is_asked_for() -> None:
    pytest.importorskip("Box2D")
    check_game(make("LunarLander-v3,steps=60"), games=2, seed=1)


def test_a_lander_put_back_by_its_bodies_flies_and_lands_as_it_did() -> None:
    pytest.importorskip("Box2D")
    game, actions = landing(1)
    true, planner = game.simulator(exact=True), game.simulator()
    true.reset(1)
    planner.reset(77)
    planes = np.empty((2, *game.observation_shape), np.float32)
    for ply, action in enumerate(actions):
        if ply % 10 == 0 and ply < 140:
            planner.restore(true.save())
            for follower in actions[ply : ply + 5]:
                planner.step(follower)
            planner.observe(planes[0])
        true.step(action)
        if ply % 10 == 4 and ply < 140:
            true.observe(planes[1])
            assert np.allclose(planes[0], planes[1], atol=2e-4)
        if ply == len(actions) - 15:
            planner.restore(true.save())
            ends = [planner.step(follower) for follower in actions[ply + 1 :] + [0] * 30]
    first = next(place for place, outcome in enumerate(ends) if outcome.terminated)
    assert ends[first].reward == 100
    assert abs(first - 13) <= 2
