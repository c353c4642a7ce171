"""Atari for learners: the game that its text names, many times at once."""

import numpy as np
import pytest

import tengen
from tengen.baselines.environments import make_environments
from tengen.core.errors import UnknownName
from tengen.games.atari import Atari

pytest.importorskip("ale_py.vector_env")


def test_learners_see_and_earn_what_the_game_shows_and_pays() -> None:
    text = "atari:breakout,sticky=0,noop=0,skip=3,screen=42,stack=2"
    game = tengen.make(text)
    assert isinstance(game, Atari)
    simulator = game.simulator()
    simulator.reset(0)
    environments = make_environments(text, 2, seed=0)
    seen = environments.reset(0)
    assert environments.actions == game.num_actions
    generator = np.random.default_rng(1)
    for _ in range(300):
        assert np.array_equal(seen[0], simulator.screens)
        action = int(generator.integers(4))
        step = environments.step(np.full(2, action))
        outcome = simulator.step(action)
        assert (step.rewards[0], step.terminated[0]) == (outcome.reward, outcome.terminated)
        if outcome.terminated:
            simulator.reset(0)
        seen = step.observations
    environments.close()


def test_a_lost_life_terminates_where_the_text_says_so_and_the_episode_goes_on() -> None:
    environments = make_environments("atari:breakout,sticky=0,noop=0,lives=end", 1, seed=0)
    environments.reset(0)
    ends = [(step.terminated[0], step.ended[0]) for step in (environments.step(np.ones(1, int)) for _ in range(400))]
    lost = [ended for terminated, ended in ends if terminated]
    assert lost[:5] == [False, False, False, False, True]
    environments.close()


def test_a_limit_of_steps_truncates() -> None:
    environments = make_environments("atari:pong,steps=6,sticky=0,noop=0", 1, seed=0)
    environments.reset(0)
    steps = [environments.step(np.zeros(1, int)) for _ in range(13)]
    assert [bool(step.truncated[0]) for step in steps] == [False] * 5 + [True] + [False] * 5 + [True, False]
    assert not any(step.terminated[0] for step in steps)
    environments.close()


def test_sticky_actions_reach_the_emulator() -> None:
    screens = []
    for sticky in ("0", "0.9"):
        environments = make_environments(f"atari:breakout,noop=0,sticky={sticky}", 1, seed=0)
        environments.reset(0)
        for action in [1, 2, 2, 2, 3, 3] * 4:
            step = environments.step(np.full(1, action))
        screens.append(step.observations.copy())
        environments.close()
    assert not np.array_equal(*screens)


def test_an_unknown_rom_is_an_unknown_name() -> None:
    with pytest.raises(UnknownName, match="did you mean breakout"):
        make_environments("atari:brekout", 1, seed=0)
