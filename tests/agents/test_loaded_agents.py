"""Agents by their texts, playing: rollouts and networks."""

from pathlib import Path

import pytest

import tengen
from tengen.agents.analysis import analyze_position
from tengen.agents.load import LCB
from tengen.agents.search import SearchAgent
from tengen.core.errors import InvalidCheckpoint, InvalidParameter
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts
from tengen.mcts.search import Search
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network

TTT = tengen.make("tictactoe")
WIN_IN_ONE = TTT.parse_position("XX./OO./...")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of tic-tac-toe that has learned nothing, in a run folder."""
    path = tmp_path_factory.mktemp("run") / "checkpoints" / "00001.safetensors"
    save_checkpoint(path, Network(NetConfig.for_game(TTT, blocks=1, channels=8)), "tictactoe", {})
    return path


@pytest.mark.parametrize("settings", ["", ",policy=gumbel", ",time=50ms", ",leaves=4", ",engine=torch", ",solver=off"])
def test_an_untrained_network_takes_a_win_in_one(checkpoint: Path, settings: str) -> None:
    agent = tengen.load_agent(f"{checkpoint}{settings}", TTT, seed=1)
    assert TTT.action_to_text(WIN_IN_ONE, agent.act(WIN_IN_ONE)) == "c3"


@pytest.mark.parametrize(
    "settings", ["sims=100", "time=50ms", "sims=50,playouts=4,c=2", "sims=100,reuse=off,solver=off"]
)
def test_rollouts_take_a_win_in_one(settings: str) -> None:
    agent = tengen.load_agent(f"uct:{settings}", TTT, seed=1)
    assert TTT.action_to_text(WIN_IN_ONE, agent.act(WIN_IN_ONE)) == "c3"


def test_a_network_plays_in_eight_bits_where_they_say_what_it_says(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openvino")
    agent = tengen.load_agent(f"{checkpoint},engine=openvino-int8", TTT, seed=1)
    assert isinstance(agent, SearchAgent)
    assert isinstance(agent.evaluator, NetworkEvaluator)
    assert agent.evaluator.engine == "openvino-int8"
    assert agent.evaluator.agreement is not None
    assert agent.evaluator.agreement.good
    assert TTT.action_to_text(WIN_IN_ONE, agent.act(WIN_IN_ONE)) == "c3"
    assert "int8" not in capsys.readouterr().err  # kernels may be compiled, which is told there too


def test_a_network_that_eight_bits_would_change_plays_in_more_and_says_so(
    checkpoint: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setattr("tengen.nets.quantisation.MAX_VALUE_ERROR", -1.0)
    agent = tengen.load_agent(f"{checkpoint},engine=openvino-int8", TTT, seed=1)
    assert isinstance(agent, SearchAgent)
    assert isinstance(agent.evaluator, NetworkEvaluator)
    assert agent.evaluator.engine == "openvino"
    assert "int8 differs too much" in capsys.readouterr().err


def test_pieces_of_a_search_add_up_on_one_tree() -> None:
    search = Search(TTT, Rollouts(), SearchConfig(policy="uct", simulations=1000, reuse=True, solver=False), seed=1)
    for _ in range(30):
        result = search.run(TTT.stack([TTT.initial_state()]), simulations=10)
    assert result.visits.sum() == 300


def test_a_run_folder_plays_as_its_checkpoint_does(checkpoint: Path) -> None:
    state = TTT.initial_state()
    texts = (f"{checkpoint},sims=30", f"{checkpoint.parent.parent},sims=30")
    assert len({tengen.load_agent(text, TTT, seed=3).act(state) for text in texts}) == 1


def test_a_network_chooses_by_a_lower_bound_between_two_players_unless_told_otherwise(checkpoint: Path) -> None:
    agents = [tengen.load_agent(f"{checkpoint},sims=60,solver=off{more}", TTT, seed=3) for more in ("", ",lcb=0")]
    for agent, expected in zip(agents, (LCB, 0.0), strict=True):
        assert isinstance(agent, SearchAgent)
        assert agent.config.c_lcb == expected
    room = tengen.load_agent("zoo:gridworld", tengen.make("gridworld:four-rooms"), seed=3)
    assert isinstance(room, SearchAgent)
    assert room.config.c_lcb == 0.0


def test_a_network_of_another_game_is_refused(checkpoint: Path) -> None:
    with pytest.raises(InvalidCheckpoint, match="plays tictactoe, not go"):
        tengen.load_agent(str(checkpoint), tengen.make("go:size=5"))


def test_rollouts_beat_random_play_and_their_games_repeat_with_the_seed() -> None:
    one, other = (tengen.play_match(TTT, ["uct:sims=300", "random"], games=10, seed=5) for _ in range(2))
    assert [game.actions for game in one.games] == [game.actions for game in other.games]
    total = one.total("uct:sims=300")
    assert total.losses == 0
    assert total.wins >= 7


def test_two_searches_with_two_networks_play_a_whole_match(checkpoint: Path) -> None:
    texts = [f"{checkpoint},sims=20,temperature=1", f"{checkpoint},sims=20,policy=gumbel"]
    result = tengen.play_match(TTT, texts, games=4, openings=1, seed=2, workers=2)
    assert not result.forfeits
    assert len(result.games) == 4


def test_an_analysis_is_in_the_notation_of_the_game() -> None:
    found = analyze_position(TTT, WIN_IN_ONE, "uct:sims=200", top=3, seed=1)
    assert (found.player, found.value) == ("first", 1.0)
    assert found.moves[0].move == "c3"
    assert found.moves[0].proven == 1.0
    assert found.variation == ["c3"]
    assert len(found.moves) == 3
    assert found.position == "XX./OO./..."


def test_who_does_not_search_cannot_analyse() -> None:
    with pytest.raises(InvalidParameter, match="does not search"):
        analyze_position(TTT, TTT.initial_state(), "random")
