"""Our games behind other people's interfaces, checked by those people's checkers."""

import subprocess
import sys
import warnings
from functools import partial

import numpy as np
import pytest

import tengen
from tengen.core.errors import IllegalMove, InvalidParameter

gymnasium = pytest.importorskip("gymnasium")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from tengen.environments import ENVIRONMENT, GameEnv  # noqa: E402

SINGLE = ["gridworld:robot", "gridworld:cliff", "gridworld:four-rooms,slip=0.1", "breakout"]


@pytest.mark.parametrize("text", [*SINGLE, "atari:breakout"])
def test_gymnasium_finds_nothing_to_object_to(text: str) -> None:
    if text.startswith("atari"):
        pytest.importorskip("ale_py")
    environment = gymnasium.make(ENVIRONMENT, game=text).unwrapped
    assert environment.game == tengen.make(text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(environment)
    environment.close()


def test_every_single_player_game_is_an_environment() -> None:
    from tengen.games.registry import available

    games = [game for game in available()[0] if game.num_players == 1]
    assert len(games) >= 2
    for game in games:
        environment = GameEnv(game)
        seen, info = environment.reset(seed=1)
        assert seen in environment.observation_space
        environment.step(environment.action_space.sample(info["action_mask"]))


def episode(environment: GameEnv, seed: int) -> tuple[list[float], bool, bool]:
    environment.reset(seed=seed)
    generator = np.random.default_rng(seed)
    rewards, terminated, truncated = [], False, False
    while not terminated and not truncated:
        action = generator.integers(environment.action_space.n)
        _, reward, terminated, truncated, _ = environment.step(action)
        rewards.append(reward)
    return rewards, terminated, truncated


def test_rewards_add_up_to_the_returns_of_the_game_and_seeds_repeat() -> None:
    environment = GameEnv("gridworld:robot,slip=0.3")
    ends = set()
    for seed in range(10):
        rewards, terminated, truncated = episode(environment, seed)
        assert terminated
        assert not truncated
        assert sum(rewards) == pytest.approx(environment.game.returns(environment.state)[0])
        assert episode(environment, seed)[0] == rewards
        ends.add(len(rewards))
    assert len(ends) > 3


def test_a_limit_truncates_and_does_not_terminate() -> None:
    environment = GameEnv("gridworld:four-rooms,steps=4")
    _, terminated, truncated = episode(environment, 0)
    assert (terminated, truncated) == (False, True)


def test_wrappers_of_gymnasium_go_around_a_game() -> None:
    environments = gymnasium.vector.SyncVectorEnv(
        [partial(gymnasium.make, ENVIRONMENT, game="gridworld:robot") for _ in range(3)]
    )
    seen, info = environments.reset(seed=0)
    assert seen.shape == (3, 4, 3, 4)
    assert info["action_mask"].shape == (3, 4)


def test_a_game_is_drawn_as_text_and_in_colours() -> None:
    text = GameEnv("gridworld:robot", render_mode="ansi")
    text.reset(seed=0)
    assert text.render() == text.game.draw(text.state)
    colours = GameEnv("gridworld:robot", render_mode="rgb_array")
    colours.reset(seed=0)
    first = colours.render()
    assert isinstance(first, np.ndarray)
    assert first.shape == (144, 192, 3)
    robot = first[2 * 48, 0].tolist()  # at the bottom left
    assert robot == [240, 228, 66]


def test_games_of_the_other_kind_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="pettingzoo"):
        GameEnv("tictactoe")
    with pytest.raises(InvalidParameter, match="rgb_array or ansi"):
        GameEnv("gridworld", render_mode="human")


pettingzoo = pytest.importorskip("pettingzoo")

from pettingzoo.test import api_test, render_test, seed_test  # noqa: E402

from tengen.environments.pettingzoo import BoardEnv  # noqa: E402

CYCLES = {"tictactoe": 1000, "go": 400, "chess": 300, "shogi": 200}


@pytest.mark.parametrize("text", CYCLES)
@pytest.mark.filterwarnings("ignore:Observation is not a NumPy array", "ignore:Observation space for each agent")
@pytest.mark.filterwarnings("ignore:Action mask numpy array is all zeros")
def test_pettingzoo_accepts_a_board_game(text: str) -> None:
    api_test(BoardEnv(text), num_cycles=CYCLES[text])
    seed_test(partial(BoardEnv, text), num_cycles=100)


def test_pettingzoo_draws_a_board(capsys: pytest.CaptureFixture[str]) -> None:
    render_test(partial(BoardEnv, "tictactoe"))
    assert "X" in capsys.readouterr().out


def test_the_winner_of_a_board_game_is_rewarded_and_the_loser_pays() -> None:
    environment = BoardEnv("tictactoe")
    environment.reset(seed=0)
    for action in (0, 3, 1, 4, 2):
        _, reward, terminated, truncated, _ = environment.last()
        assert (reward, terminated, truncated) == (0.0, False, False)
        environment.step(action)
    assert environment.rewards == {"player_0": 1.0, "player_1": -1.0}
    found = {}
    for agent in environment.agent_iter():
        seen, reward, terminated, _, _ = environment.last()
        assert terminated
        assert not seen["action_mask"].any()
        found[agent] = reward
        environment.step(None)
    assert found == {"player_0": 1.0, "player_1": -1.0}
    assert environment.agents == []


def test_only_whoever_moves_has_legal_actions() -> None:
    environment = BoardEnv("tictactoe")
    environment.reset()
    environment.step(4)
    assert environment.agent_selection == "player_1"
    mask = environment.observe("player_1")["action_mask"]
    assert mask.tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    assert not environment.observe("player_0")["action_mask"].any()
    with pytest.raises(IllegalMove):
        environment.step(4)


def test_a_single_player_game_is_no_board_environment() -> None:
    with pytest.raises(InvalidParameter, match="GameEnv"):
        BoardEnv("gridworld")


@pytest.mark.parametrize(("library", "extra"), [("gymnasium", "gym"), ("pettingzoo", "pettingzoo")])
def test_a_missing_library_is_named_by_its_extra(library: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from tengen.core.errors import MissingExtra\n"
        "try:\n    import tengen.environments.pettingzoo\n"
        "except MissingExtra as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert f"pip install 'tengen[{extra}]'" in said
