"""Matches in games for one."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tengen.agents.agent import Agent
from tengen.agents.episode import Episode
from tengen.arena.alone import LoneResult, play_alone
from tengen.arena.lone import PlayedAlone
from tengen.arena.match import play_match
from tengen.arena.mean import mean_interval, t95
from tengen.arena.store import from_json, to_json
from tengen.cli import main
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State

ROOM = make("gridworld:robot,slip=0.2,steps=60")


class Walker(Agent):
    """Follows a list of directions over and over, and may fail."""

    def __init__(self, game: Game, way: str, *, fails: bool = False) -> None:
        self.game = game
        self.text = f"walker {way}"
        self.way = ["NESW".index(letter) for letter in way]
        self.fails = fails
        self.step = 0

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.step = 0

    def act(self, state: State) -> int:
        self.step += 1
        if self.fails and self.step == 3:
            raise RuntimeError("lost the way")
        return self.way[(self.step - 1) % len(self.way)]


def plain(result: LoneResult) -> list[tuple[str, int, float, list[int]]]:
    return [(game.agent, game.number, game.result, game.actions) for game in result.games]


def test_every_agent_has_the_same_starts_and_chances() -> None:
    result = play_alone(ROOM, [Walker(ROOM, "NNEEE"), Walker(ROOM, "NNEEE")], games=6, seed=3)
    one, other = (result.of(agent) for agent in result.agents)
    assert result.agents[1].endswith("#2")
    assert [game.actions for game in one] == [game.actions for game in other]
    assert len({tuple(game.actions) for game in one}) > 1
    assert result.difference(*result.agents) == (6, 0.0, 0.0, 0.0)


def test_the_returns_are_those_of_the_games() -> None:
    result = play_alone(ROOM, ["random"], games=5, seed=9)
    for game in result.games:
        state = Episode(ROOM, seed=9, number=game.number).start
        for action in game.actions:
            state = ROOM.apply(state, action)
        assert ROOM.is_over(state)
        assert float(ROOM.returns(state)[0]) == pytest.approx(game.result)
        assert game.truncated == ROOM.is_truncated(state)


def test_the_number_of_workers_changes_nothing() -> None:
    alone = play_alone(ROOM, ["random", "uct:sims=5"], games=4, seed=2)
    together = play_alone(ROOM, ["random", "uct:sims=5"], games=4, seed=2, workers=2)
    assert plain(alone) == plain(together)


def test_a_match_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = play_alone(ROOM, ["random"], games=3, seed=5, out=tmp_path)
    played = []
    more = play_alone(ROOM, ["random"], games=5, out=tmp_path, on_game=lambda game, result: played.append(game.number))
    assert played == [3, 4]
    assert plain(more)[:3] == plain(first)
    assert plain(more) == plain(play_alone(ROOM, ["random"], games=5, seed=5))


def test_an_agent_that_fails_is_named_and_the_others_play_on() -> None:
    result = play_alone(ROOM, [Walker(ROOM, "W", fails=True), Walker(ROOM, "W")], games=2, seed=1)
    assert [(game.agent, game.termination) for game in result.faults] == [("walker W", "crash")] * 2
    assert "lost the way" in result.faults[0].fault
    assert [game.steps for game in result.of("walker W")] == [2, 2]
    assert all(game.steps > 2 for game in result.of("walker W #2"))


def test_a_game_survives_its_line() -> None:
    game = play_alone(ROOM, ["random"], games=1, seed=1).games[0]
    assert from_json(to_json(game), PlayedAlone) == game


def test_the_interval_is_students() -> None:
    # two values: t = 12.706, standard error 1
    mean, low, high = mean_interval([1.0, 3.0])
    assert (mean, low, high) == (2.0, pytest.approx(2 - 12.706), pytest.approx(2 + 12.706))
    assert mean_interval([4.0]) == (4.0, 4.0, 4.0)
    assert [t95(freedom) for freedom in (11, 30, 99)] == pytest.approx([2.201, 2.042, 1.984], abs=2e-3)


@pytest.mark.parametrize(
    ("game", "agents", "message"),
    [
        ("tictactoe", ["random"], "no game for one"),
        ("gridworld", [], "at least 1"),
        ("gridworld", ["gtp:gnugo"], "a gtp engine plays go, not gridworld"),
        ("gridworld", ["human"], "terminal only"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_line(game: str, agents: list[str], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        play_alone(game, agents)


def test_a_match_of_two_sends_games_for_one_elsewhere() -> None:
    with pytest.raises(InvalidParameter, match="agents play alone"):
        play_match("gridworld", ["random", "random"])


def test_the_command_prints_means_for_people_and_programs(tmp_path: Path) -> None:
    words = ["arena", "gridworld:robot", "random", "uct:sims=20", "--games", "3", "--seed", "1", "--workers", "1"]
    seen = CliRunner().invoke(main, words)
    assert seen.exit_code == 0, seen.output
    assert seen.stdout.startswith("gridworld:robot: 6 games alone")
    assert "1 against 2" in seen.stdout
    found = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert found["game"] == "gridworld:robot"
    assert [agent["agent"] for agent in found["agents"]] == ["random", "uct:sims=20"]
    for agent in found["agents"]:
        assert agent["games"] == len(agent["returns"]) == 3
        assert agent["low"] <= agent["mean"] <= agent["high"]
        assert agent["mean"] == pytest.approx(sum(agent["returns"]) / 3, abs=1e-6)
    assert found["pairs"][0]["games"] == 3


@pytest.mark.parametrize("option", [("--sprt", "0,10"), ("--anchor", "random"), ("--opening-plies", "2")])
def test_options_of_games_for_two_are_refused(option: tuple[str, str]) -> None:
    result = CliRunner().invoke(main, ["arena", "gridworld", "random", *option])
    assert result.exit_code == 2
    assert result.stderr == f"tengen: gridworld is a game for one, whose agents play alone: no {option[0]}\n"


@pytest.mark.parametrize("protocol", ["gtp", "uci", "usi"])
def test_protocols_refuse_games_for_one(protocol: str) -> None:
    result = CliRunner().invoke(main, [protocol, "--game", "gridworld:robot"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "not for gridworld" in result.stderr
