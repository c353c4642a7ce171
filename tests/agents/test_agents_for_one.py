"""Search agents in games for one player."""

from pathlib import Path

import pytest

import tengen
from tengen.agents.analysis import analyze_position, first_position
from tengen.agents.episode import Episode, play_episode
from tengen.core.errors import InvalidPosition
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network

ROOM = tengen.make("gridworld:robot")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of the robot's room that has learned nothing."""
    path = tmp_path_factory.mktemp("run") / "robot.safetensors"
    save_checkpoint(path, Network(NetConfig.for_game(ROOM, blocks=1, channels=8)), ROOM.text, {})
    return path


def test_an_analysis_tells_values_in_the_rewards_of_the_game() -> None:
    found = analyze_position(ROOM, ROOM.initial_state(), "uct:sims=5000", seed=1)
    values = {move.move: move.value for move in found.moves}
    assert found.player == "robot"
    assert found.moves[0].move == "N"
    assert found.value == pytest.approx(0.7053, abs=0.01)
    assert values["W"] == pytest.approx(0.6709, abs=0.01)  # what value iteration gives, as in the reference cases
    assert all(move.proven is None for move in found.moves)
    costly = tengen.make("gridworld:robot,living=-2")
    assert analyze_position(costly, costly.initial_state(), "uct:sims=5000", seed=1).value < -10


def test_where_chance_moves_there_is_nothing_to_analyse() -> None:
    with pytest.raises(InvalidPosition, match="chance moves in this position"):
        analyze_position(ROOM, ROOM.parse_position("1,1>N"), "uct:sims=10")
    breakout = tengen.make("breakout")
    assert breakout.player(first_position(breakout)) == 0


@pytest.mark.parametrize("settings", ["sims=300", "sims=300,open=on,plies=30,playouts=2", "time=20ms", "sims=100,c=1"])
def test_uct_plays_to_the_end_and_never_gives_up(settings: str) -> None:
    game = tengen.make("gridworld:robot,living=-10,steps=25")  # every return is far below what resigns between two
    agent = tengen.load_agent(f"uct:{settings},resign=0.1", game, seed=1)
    outcome = play_episode(Episode(game, seed=1), agent, seed=1)
    assert outcome.ending in ("step limit", "exit")
    assert outcome.total < -10


@pytest.mark.parametrize("settings", ["sims=30", "sims=30,policy=gumbel", "sims=30,open=on", "time=30ms", "leaves=4"])
def test_a_network_plays_through_chance(checkpoint: Path, settings: str) -> None:
    agent = tengen.load_agent(f"{checkpoint},{settings}", ROOM, seed=1)
    outcome = play_episode(Episode(ROOM, seed=2), agent, seed=1, limit=12)
    assert outcome.steps >= 1
    assert outcome.ending in ("limit", "exit")


def test_uct_walks_to_the_goal() -> None:
    totals = []
    for seed in range(10):
        agent = tengen.load_agent("uct:sims=1000", ROOM, seed=seed)
        totals.append(play_episode(Episode(ROOM, seed=seed), agent, seed=seed).total)
    assert sum(totals) / len(totals) > 0.5, "0.705 is to be expected of perfect play"
