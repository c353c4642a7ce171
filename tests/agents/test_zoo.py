"""The networks that ship: each loads, is small, has a card and plays; the right one plays where nobody was named."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tengen
from tengen.agents import zoo
from tengen.agents.agent import Agent
from tengen.agents.zoo import agent_for, usual_agent, zoo_card, zoo_file, zoo_names
from tengen.baselines.value_iteration import solve
from tengen.core.errors import InvalidCheckpoint, UnknownName
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE, State
from tengen.nets.card import Card, Opponent
from tengen.nets.checkpoint import load_checkpoint, save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.header import read_header
from tengen.nets.network import Network

NAMES = zoo_names()

CARD = Card(
    name="small",
    game="tictactoe",
    command="tengen train tictactoe",
    commit=None,
    machine=None,
    minutes=2.0,
    games=10,
    positions=80,
    evaluations=None,
    parameters=100,
    date="2026-11-26",
    opponents=(
        Opponent(
            game="tictactoe",
            opponent="random",
            command=None,
            games=4,
            wins=2,
            draws=2,
            losses=0,
            score=0.75,
            low=0.3,
            high=0.96,
            simulations=None,
        ),
    ),
)


def test_there_is_a_network_for_every_board() -> None:
    assert {"chess", "go5", "go9", "gridworld", "shogi", "tictactoe"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_small_and_says_where_it_comes_from(name: str) -> None:
    assert zoo_file(name).stat().st_size <= 3_000_000
    loaded, card = load_checkpoint(zoo_file(name)), zoo_card(name)
    assert card.to_json() == loaded.card
    assert (card.name, card.game) == (name, loaded.game_text)
    assert card.parameters == sum(parameter.numel() for parameter in loaded.network.parameters())
    assert card.command is not None
    assert card.command.startswith("tengen train ")
    assert card.minutes is not None
    assert card.games is not None
    assert card.positions is not None
    assert card.date is not None
    assert card.opponents or card.returns


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_plays_by_the_rules(name: str) -> None:
    game = tengen.make(zoo_card(name).game)
    agent = tengen.load_agent(f"zoo:{name},sims=4,engine=torch", game, seed=1)
    state, generator, plies = game.initial_state(), np.random.default_rng(1), 0
    agent.new_game(state)
    while not game.is_over(state) and plies < 60:
        chance = game.player(state) == CHANCE
        action = game.sample_outcome(state, generator) if chance else agent.act(state)
        assert chance or action in game.legal_actions(state)
        before, state, plies = state, game.apply(state, action), plies + 1
        agent.notify(before, action, state)
    assert plies >= 5


def losses(agent: Agent, side: int) -> list[str]:
    """Final positions of tic-tac-toe that the agent loses as `side`, over every reply of the other."""
    game = agent.game
    lost, level, seen = [], [game.initial_state()], set()
    while level:
        after = []
        for state in level:
            if game.is_over(state):
                if game.returns(state)[side] < 0:
                    lost.append(game.position_to_text(state))
                continue
            if game.player(state) == side:
                agent.new_game(state)
                moves = [agent.act(state)]
            else:
                moves = game.legal_actions(state).tolist()
            after += [game.apply(state, move) for move in moves]
        level = []
        for state in after:
            text = game.position_to_text(state)
            if text not in seen:
                seen.add(text)
                level.append(state)
    return lost


@pytest.mark.parametrize("side", [0, 1])
def test_tic_tac_toe_is_never_lost(side: int) -> None:
    game = tengen.make("tictactoe")
    assert losses(tengen.load_agent("random", game, seed=1), side)
    assert losses(tengen.load_agent("zoo:tictactoe,sims=50,engine=torch", game, seed=1), side) == []


def without_limit(game: RecordGame, state: State) -> State:
    """The position as value iteration knows it: without a limit of steps."""
    return game.without_limit().parse_position(game.position_to_text(state))


def test_the_gridworld_is_walked_as_value_iteration_walks_it() -> None:
    game = tengen.make(zoo_card("gridworld").game)
    solution = solve(game)
    agent = tengen.load_agent("zoo:gridworld,sims=32,engine=torch", game, seed=1)
    state, worth, discount = game.initial_state(), 0.0, 1.0
    best = solution.value(without_limit(game, state))
    agent.new_game(state)
    while not game.is_over(state):
        assert game.player(state) != CHANCE
        action = agent.act(state)
        assert action in solution.optimal_actions(without_limit(game, state))
        step = game.step(state, action)
        worth, discount = worth + discount * step.reward, discount * step.discount
        agent.notify(state, action, step.state)
        state = step.state
    assert worth == pytest.approx(best)


@pytest.mark.parametrize(
    ("game", "text"),
    [
        ("go:size=9", "zoo:go9"),
        ("go:size=5,komi=24", "zoo:go5"),
        ("go:size=7", "zoo:go7"),
        ("chess", "zoo:chess"),
        ("chess:chess960=true", "zoo:chess"),
        ("shogi", "zoo:shogi"),
        ("tictactoe", "zoo:tictactoe"),
        ("gridworld:four-rooms", "zoo:gridworld"),
        ("gridworld:robot", "uct:sims=1000"),
        ("breakout", "uct:sims=1000"),
    ],
)
def test_the_usual_agent_is_the_game_s_own(game: str, text: str) -> None:
    assert usual_agent(tengen.make(game)).text == text
    assert usual_agent(tengen.make(game)).note == ""


def test_other_sizes_of_go_take_the_nearest_network_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    small, large = (usual_agent(tengen.make("go", size=size)) for size in (3, 19))
    assert (small.text, large.text) == ("zoo:go5", "zoo:go9")
    assert small.note == "zoo:go5 was trained on 5x5: the nearest to 3x3 that ships"
    assert agent_for(tengen.make("go", size=19), None) == "zoo:go9"
    assert capsys.readouterr().err == "tengen: zoo:go9 was trained on 9x9: the nearest to 19x19 that ships\n"
    assert agent_for(tengen.make("go", size=19), "random") == "random"
    assert capsys.readouterr().err == ""


def test_of_two_equally_near_the_larger_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (5, 7):
        game = tengen.make("go", size=size)
        network = Network(NetConfig.for_game(game, blocks=1, channels=4))
        save_checkpoint(tmp_path / f"go{size}.safetensors", network, game.text, {})
    monkeypatch.setattr(zoo, "ZOO", tmp_path)
    assert usual_agent(tengen.make("go", size=6)).text == "zoo:go7"
    assert usual_agent(tengen.make("tictactoe")).text == "uct:sims=1000"


def test_a_network_that_sees_other_planes_is_not_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Network(NetConfig.for_game(tengen.make("go:size=5"), blocks=1, channels=4))
    save_checkpoint(tmp_path / "odd.safetensors", other, "tictactoe", {})
    monkeypatch.setattr(zoo, "ZOO", tmp_path)
    assert usual_agent(tengen.make("tictactoe")).text == "uct:sims=1000"


def test_cards_survive_the_file(tmp_path: Path) -> None:
    network = Network(NetConfig.for_game(tengen.make("tictactoe"), blocks=1, channels=4))
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, network, "tictactoe", {}, card=CARD.to_json())
    assert Card.from_json(path, load_checkpoint(path).card) == CARD
    assert read_header(path)["card"] == CARD.to_json()
    save_checkpoint(path, network, "tictactoe", {})
    assert load_checkpoint(path).card == {}


def damaged(**changes: object) -> dict[str, object]:
    return CARD.to_json() | changes


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (None, "an object with opponents and returns"),
        ({}, "an object with opponents and returns"),
        ({"opponents": [], "returns": []}, "lacks or has too much: command, commit"),
        (damaged(parameters="many"), "parameters is 'many'"),
        (damaged(games=True), "games is 'True'"),
        (damaged(extra=1), "too much: extra"),
        (damaged(opponents=[{"opponent": "random"}]), r"opponents\[0\]."),
        (damaged(opponents=[7]), r"opponents\[0\]."),
    ],
)
def test_a_damaged_card_is_one_line(card: object, said: str) -> None:
    with pytest.raises(InvalidCheckpoint, match=f"here has a damaged card: .*{said}") as caught:
        Card.from_json("here", card)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\x02\0\0\0\0\0\0\0{}", b"\x09\0\0\0\0\0\0\0{}"])
def test_a_file_without_a_header_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(content)
    with pytest.raises(InvalidCheckpoint) as caught:
        read_header(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(UnknownName, match="unknown network of the zoo"):
        zoo_card("nobody")


def test_the_list_needs_no_torch() -> None:
    script = "import sys; from tengen.cli import main; main(['zoo'], prog_name='tengen')"
    listed = subprocess.run(
        [sys.executable, "-c", f"import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); {script}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert listed.splitlines()[-1] == "False"
    for name in NAMES:
        assert f"zoo:{name}" in listed
