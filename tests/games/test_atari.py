"""Atari: the emulator's own traces to the byte, states that go back, conventions that can be chosen."""

import hashlib
import json
import math
import sys
from typing import Any

import numpy as np
import pytest

import tengen
from oracles import oracle
from tengen.core.errors import InvalidParameter, InvalidPosition, MissingExtra, UnknownName
from tengen.games.atari import Atari
from tengen.games.atari.emulator import AtariSimulator, cartridge
from tengen.games.atari.screen import Shrinker
from tengen.games.laws import check_game

pytest.importorskip("ale_py")

PLAIN = "sticky=0,noop=0"
TRACED = ["breakout", "pong", "space_invaders", "seaquest", "freeway"]


def make(text: str) -> Atari:
    game = tengen.make(f"atari:{text}")
    assert isinstance(game, Atari)
    return game


def cases(name: str) -> dict[str, Any]:
    lines = oracle(f"atari/{name}.jsonl").read_text().splitlines()
    return {case["game"]: case for case in map(json.loads, lines)}


def digest(data: np.ndarray) -> str:
    return hashlib.sha256(data.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("name", TRACED)
def test_a_trace_of_the_emulator_replays_to_the_byte(name: str) -> None:
    trace = cases("ale_traces")[name]
    game = make(f"{name},{PLAIN},skip={trace['frame_skip']}")
    assert game.rules.actions == tuple(trace["action_set"])
    simulator = game.simulator()
    simulator.reset(trace["seed"])
    checks = {check["step"]: check for check in trace["checks"]}
    rewards = {}
    for step, digit in enumerate(trace["actions"], 1):
        outcome = simulator.step(int(digit, 36))
        if outcome.reward:
            rewards[str(step)] = outcome.reward
        if step in checks:
            assert simulator.screens is not None
            assert digest(simulator.console.getRAM()) == checks[step]["ram"]
            assert digest(simulator.picture()) == checks[step]["rgb"]
            assert digest(simulator.screens[-1]) == checks[step]["obs84"]
        assert outcome.terminated == (step == trace["done_at"])
    assert rewards == trace["rewards"]
    assert simulator.lives == trace["lives_end"]


@pytest.mark.parametrize(
    "text", ["breakout,steps=70", "pong,steps=30,skip=3,screen=42,stack=2", f"boxing,steps=20,{PLAIN}"]
)
def test_the_laws_of_games_hold(text: str) -> None:
    check_game(make(text), games=2, seed=5)


def played(game: Atari, *, observing: bool, seed: int, steps: int) -> tuple[AtariSimulator, list[bytes]]:
    simulator = game.simulator(observing=observing)
    simulator.reset(seed)
    generator = np.random.default_rng(seed)
    memory = []
    for _ in range(steps):
        simulator.step(int(generator.integers(game.num_actions)))
        memory.append(simulator.console.getRAM().tobytes())
    return simulator, memory


def test_who_does_not_look_plays_the_same_game() -> None:
    game = make("seaquest")
    blind, blind_memory = played(game, observing=False, seed=3, steps=60)
    seeing, memory = played(game, observing=True, seed=3, steps=60)
    assert blind_memory == memory
    assert blind.screens is None
    seeing.restore(blind.save())
    with pytest.raises(RuntimeError, match="does not observe"):
        seeing.observe(np.empty(game.observation_shape, np.float32))


def test_the_last_screens_are_stacked_oldest_first() -> None:
    game = make(f"breakout,{PLAIN}")
    simulator = game.simulator()
    simulator.reset(0)
    assert simulator.screens is not None
    assert [bool(screen.any()) for screen in simulator.screens] == [False, False, False, True]
    seen = []
    for action in (1, 2, 2, 2, 3):
        simulator.step(action)
        assert simulator.screens is not None
        seen.append(simulator.screens[-1])
    assert all(one is other for one, other in zip(simulator.screens, seen[1:], strict=True))
    planes = np.empty(game.observation_shape, np.float32)
    simulator.observe(planes)
    assert np.array_equal(planes[3], seen[-1] / np.float32(255))
    assert planes.max() <= 1.0


@pytest.mark.parametrize("name", ["breakout", "seaquest"])
def test_a_network_sees_what_the_emulators_own_vector_environment_shows(name: str) -> None:
    vector = pytest.importorskip("ale_py.vector_env")
    plain = {"use_fire_reset": False, "noop_max": 0, "episodic_life": False, "reward_clipping": False}
    environment = vector.AtariVectorEnv(name, num_envs=1, frameskip=4, repeat_action_probability=0.0, **plain)
    game = make(f"{name},{PLAIN}")
    simulator = game.simulator()
    simulator.reset(0)
    seen, _ = environment.reset(seed=0)
    generator = np.random.default_rng(2)
    for _ in range(60):
        assert np.array_equal(seen[0], simulator.screens)
        action = int(generator.integers(game.num_actions))
        seen, rewards, _, _, _ = environment.step(np.array([action]))
        assert simulator.step(action).reward == rewards[0]
    environment.close()


def test_a_restored_state_shows_its_own_picture() -> None:
    game = make(f"breakout,{PLAIN}")
    states = [game.start(0)]
    for action in (1, 2, 2, 2, 2, 3):
        states.append(game.apply(states[-1], action))
    pictures = [game.picture(state) for state in states]
    assert pictures[0] is not None
    assert pictures[0].shape == (210, 160, 3)
    fresh = make(f"breakout,{PLAIN}")
    for state, picture in reversed(list(zip(states, pictures, strict=True))):
        assert np.array_equal(fresh.picture(state), picture)
    assert not np.array_equal(pictures[0], pictures[-1])


def test_seeds_decide_how_long_the_console_idles_at_the_start() -> None:
    game = make("breakout,noop=30,sticky=0")
    simulator = game.simulator(observing=False)
    frames = []
    for seed in range(200):
        simulator.reset(seed)
        frames.append(simulator.console.getEpisodeFrameNumber())
    assert set(frames) == set(range(1, 31))
    assert all(game.position_to_text(game.start(seed)) == f"seed {seed}:" for seed in (0, 7))


def test_a_sticky_console_now_and_then_goes_on_with_the_action_before() -> None:
    game = make("breakout,sticky=0.25,noop=0")
    simulator = game.simulator(observing=False)
    simulator.reset(0)
    stuck = 0
    for step in range(2000):
        simulator.step(step % 2)
        stuck += simulator._held != step % 2
        if simulator.console.game_over():
            simulator.console.reset_game()
    assert abs(stuck / 2000 - 0.25**4) < 4 * math.sqrt(0.25**4 / 2000)


def test_luck_is_saved_and_can_be_seeded_anew() -> None:
    game = make("breakout,sticky=0.5,noop=0")
    assert game.stochastic
    assert not make(f"breakout,{PLAIN}").stochastic
    simulator, _ = played(game, observing=False, seed=0, steps=10)
    saved = simulator.save()

    def memory(seed: int | None) -> bytes:
        simulator.restore(saved)
        if seed is not None:
            simulator.reseed(seed)
        for step in range(15):
            simulator.step(2 + step % 2)
        return simulator.console.getRAM().tobytes()

    assert memory(None) == memory(None)
    assert memory(4) == memory(4)
    assert len({memory(seed) for seed in range(8)}) > 3


def test_the_loss_of_a_life_ends_the_game_where_that_is_asked_for() -> None:
    whole, short = make(f"breakout,{PLAIN}"), make(f"breakout,{PLAIN},lives=end")
    ends = []
    for game in (whole, short):
        simulator = game.simulator(observing=False)
        simulator.reset(0)
        steps = 1
        while not simulator.step(1).terminated:
            steps += 1
        ends.append((steps, simulator.lives))
    assert ends[0][0] > ends[1][0]
    assert [lives for _, lives in ends] == [0, 4]


def test_a_limit_of_steps_is_no_end() -> None:
    game = make("breakout,steps=5")
    state = game.start(0)
    for _ in range(5):
        state = game.apply(state, 0)
    assert game.is_over(state)
    assert game.is_truncated(state)


def test_texts_name_what_differs_from_the_default() -> None:
    assert make("breakout").text == "atari:breakout"
    assert make("Space-Invaders").text == make("spaceinvaders").text == "atari:space_invaders"
    assert make("pong,skip=5").parameters["steps"] == 21_600
    assert make("pong,skip=5,stack=3,full_actions=true").text == "atari:pong,skip=5,stack=3,full_actions=true"
    assert make("pong,full_actions=true").num_actions == 18


def test_actions_have_the_names_of_the_console() -> None:
    game = make("breakout")
    state = game.start(0)
    assert [game.action_to_text(state, action) for action in range(4)] == ["NOOP", "FIRE", "RIGHT", "LEFT"]
    assert game.parse_action(state, "left") == 3
    assert "lives 5" in game.draw(state)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("brekout", "did you mean breakout"),
        ("riverraider", "did you mean riverraid"),
        ("xyzzy", "such as breakout"),
        ("combat", "does not play combat"),
    ],
)
def test_an_unknown_rom_is_named_with_close_ones(text: str, words: str) -> None:
    with pytest.raises(UnknownName, match=words) as caught:
        make(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pair", ["skip=0", "sticky=1.5", "noop=-1", "lives=3", "screen=200", "stack=0", "steps=x"])
def test_parameters_out_of_range_are_refused(pair: str) -> None:
    with pytest.raises(InvalidParameter, match=pair.partition("=")[0]):
        make(f"breakout,{pair}")


def test_a_position_that_goes_on_after_its_end_is_refused() -> None:
    with pytest.raises(InvalidPosition, match="the game is over"):
        make("breakout,steps=3").parse_position("seed 1: 0000")


def test_a_missing_emulator_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ale_py", None)
    cartridge.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'tengen\[atari\]'"):
        make("breakout")


@pytest.mark.parametrize("size", [84, 42, 100, 160, 7])
def test_a_small_screen_is_the_mean_over_areas(size: int) -> None:
    generator = np.random.default_rng(size)
    screen = generator.integers(0, 256, (210, 160)).astype(np.uint8)
    found = Shrinker(210, 160, size)(screen).astype(float)

    def shares(length: int) -> np.ndarray:
        edges = np.linspace(0, length, size + 1)
        pixels = np.arange(length)
        inside = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
        return inside.clip(0) * size / length

    exact = shares(210) @ screen @ shares(160).T
    assert np.abs(found - exact).max() < 0.5 + 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["breakout", "pong", "space_invaders", "seaquest", "freeway", "boxing"])
def test_random_play_scores_what_was_measured(name: str) -> None:
    measured = cases("random_play_measured")[name]
    game = make(f"{name},sticky=0,noop=30,skip=4")
    simulator = game.simulator(observing=False)
    generator = np.random.default_rng(11)
    scores = []
    for seed in range(measured["episodes"]):
        simulator.reset(seed)
        score, over = 0.0, False
        while not over:
            outcome = simulator.step(int(generator.integers(game.num_actions)))
            score += outcome.reward
            over = outcome.terminated or outcome.truncated
        scores.append(score)
    error = math.sqrt((np.var(scores) + measured["stdev"] ** 2) / len(scores))
    assert abs(np.mean(scores) - measured["mean"]) <= 4 * error + 0.01
