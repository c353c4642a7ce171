"""Games with clocks and limits: who oversteps loses, and everybody is told what he has."""

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

import tengen
from tengen.agents.agent import Agent, Clock
from tengen.agents.search import SearchAgent
from tengen.agents.time_control import parse_time_control
from tengen.arena.match import play_match
from tengen.arena.play import PlayedGame, play_game
from tengen.arena.store import MatchFolder
from tengen.arena.terms import Terms, TimeWishes
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.records import load_sgf

TTT = tengen.make("tictactoe")
FAKE_GTP = f"gtp:{sys.executable} {Path(__file__).parent / 'fake_gtp.py'}"
FAKE_UCI = f"uci:{sys.executable} {Path(__file__).parent.parent / 'agents' / 'fake_engine.py'} uci"
PATH = os.environ.get("PATH", "") + ":/usr/games"


class Dawdler(Agent):
    """Plays the first legal action after some seconds, and remembers what it was told."""

    def __init__(self, game: Game, text: str, seconds: float = 0.0) -> None:
        self.game, self.text, self.seconds = game, text, seconds
        self.clocks: list[Clock] = []
        self.nodes = 0

    def act(self, state: State) -> int:
        time.sleep(self.seconds)
        return int(self.game.legal_actions(state)[0])

    def set_clock(self, clock: Clock) -> None:
        self.clocks.append(clock)

    def set_nodes(self, nodes: int) -> None:
        self.nodes = nodes


def test_who_oversteps_loses_on_time_and_the_other_is_told_its_own_clock() -> None:
    slow, quick = Dawdler(TTT, "slow", 0.6), Dawdler(TTT, "quick")
    terms = TimeWishes(time="1", times=[("quick", "50+7")], margin=0.05).terms(["slow", "quick"])
    result = play_match(TTT, [slow, quick], games=2, terms=terms)
    assert [(game.termination, game.forfeit, game.result) for game in result.games] == [("time", 0, -1), ("time", 1, 1)]
    assert "overstepped its time" in result.games[0].fault
    first, second = quick.clocks[-2:]
    assert first.main == pytest.approx(50.0, abs=5)
    assert second.main == pytest.approx(first.main + 7.0, abs=5)
    assert (first.increment, first.opponent, second.opponent) == (7.0, 1.0, pytest.approx(0.2, abs=0.2))


def test_what_a_move_took_and_what_was_left_is_kept_with_the_game() -> None:
    agents = (Dawdler(TTT, "a", 0.01), Dawdler(TTT, "b"))
    controls = (parse_time_control("60"), parse_time_control("nodes=50"))
    game = play_game(TTT, agents, [4], names=("a", "b"), number=0, seed=1, controls=controls)
    assert (agents[0].nodes, agents[1].nodes, agents[1].clocks) == (0, 50, [])
    assert len(game.notes) == len(game.actions)
    assert (game.notes[0].seconds, game.notes[0].left) == (None, None)  # the opening
    own = [note for note in game.notes[1:] if note.left is not None]
    lefts = [note.left for note in own]
    assert lefts == sorted(lefts, reverse=True)
    assert sum(note.seconds or 0.0 for note in own) == pytest.approx(60.0 - min(lefts), abs=0.01)


def test_a_limit_of_nodes_is_kept_by_our_searches_and_a_text_that_asks_for_less_wins() -> None:
    terms = TimeWishes(nodes=60).terms(["uct:sims=30", "uct"])
    result = play_match(TTT, ["uct:sims=30", "uct"], games=2, seed=1, terms=terms)
    for game in result.games:
        state = TTT.initial_state()
        for action, note in zip(game.actions, game.notes, strict=True):
            wanted = 30 if (game.first, game.second)[TTT.player(state)] == "uct:sims=30" else 60
            if note.visits is not None:
                assert note.visits <= wanted * 4  # with what the tree had before
                assert -1.0 <= (note.value or 0.0) <= 1.0
            state = TTT.apply(state, action)
        assert game.notes[0].visits == (30 if game.first == "uct:sims=30" else 60)
        assert game.notes[0].variation[0] == game.actions[0]


def test_without_a_number_in_its_text_a_search_takes_the_time_that_it_is_given() -> None:
    agent = tengen.agents.load.load_agent("uct", tengen.make("go:size=5"), seed=1)
    assert isinstance(agent, SearchAgent)
    assert agent.search_config().simulations == 1000
    agent.set_clock(Clock(main=300.0))
    assert agent.search_config().simulations > 10_000
    agent = tengen.agents.load.load_agent("uct:sims=40", tengen.make("go:size=5"), seed=1)
    agent.set_clock(Clock(main=300.0))
    agent.act(agent.game.initial_state())  # which may have to compile
    agent.new_game(agent.game.initial_state())
    agent.act(agent.game.initial_state())
    assert agent.note().visits == 40


def test_gtp_engines_cannot_count_nodes() -> None:
    go = tengen.make("go:size=5")
    with pytest.raises(InvalidParameter, match=r"pass' cannot keep nodes=5, for GTP has no limit of nodes"):
        play_match(go, ["random", f"{FAKE_GTP} pass"], games=1, terms=TimeWishes(nodes=5).terms(["random", "x"]))


def test_an_engine_that_hangs_loses_when_its_clock_is_down() -> None:
    terms = Terms(controls=(parse_time_control("move=0.2"),) * 2, margin=5.0)
    began = time.monotonic()
    result = play_match("go:size=5", [f"{FAKE_GTP} hang", "random"], games=1, seed=1, terms=terms)
    assert result.games[0].termination == "time"
    assert time.monotonic() - began < 30.0  # and not after the engine's timeout, a minute


def test_gtp_engines_are_told_their_time() -> None:
    terms = Terms(controls=(parse_time_control("60+25/300"), parse_time_control("90")))
    agents = [f"{FAKE_GTP} timed", "random"]
    result = play_match("go:size=5", agents, games=1, seed=1, terms=terms)
    assert result.games[0].termination == "protocol error"  # it says so at its second move, to show what it was told
    said = [line for line in result.games[0].transcript if line.startswith("> time")]
    assert said[:2] == ["> time_settings 60 300 25", "> time_left black 60 0"]
    assert re.fullmatch(r"> time_left black (60|5.) 0", said[2])


def test_what_uci_engines_tell_of_their_thinking_is_kept(tmp_path: Path) -> None:
    chess = tengen.make("chess")
    result = play_match(
        chess,
        [f"{FAKE_UCI} telling", "random"],
        games=1,
        seed=1,
        out=tmp_path,
        terms=TimeWishes(nodes=77).terms(["a", "b"]),
    )
    note = result.games[0].notes[0]
    assert (note.depth, note.visits) == (9, 1234)
    assert note.value == pytest.approx(0.54, abs=0.01)  # a pawn
    assert [chess.action_to_text(chess.initial_state(), action) for action in note.variation[:1]] == ["e2e4"]
    assert len(note.variation) == 2  # the third move of the line is none
    kept = MatchFolder(tmp_path).games(PlayedGame)[0]
    assert kept == result.games[0]
    assert kept.record("chess").notes == tuple(kept.notes)


@pytest.mark.skipif(shutil.which("stockfish", path=PATH) is None, reason="Stockfish is not installed")
def test_stockfish_keeps_its_time_and_its_nodes_and_its_evaluations_are_in_the_game() -> None:
    agents = ["uci:stockfish,Threads=1,Hash=16", "random"]
    for text in ("2+0.05", "nodes=500"):
        played = play_match("chess", agents, games=1, seed=1, terms=TimeWishes(time=text, margin=1.0).terms(agents))
        game = played.games[0]
        assert (game.termination, game.result) == ("checkmate", 1.0)
        own = game.notes[::2]
        assert all(note.value is not None and note.depth for note in own)
        assert own[-1].value == 1.0
        assert all((note.visits or 0) < 10_000 for note in own) or text != "nodes=500"


def test_a_match_under_another_time_control_is_another_match(tmp_path: Path) -> None:
    names = ["random", "random #2"]
    play_match(TTT, ["random"] * 2, games=2, seed=1, out=tmp_path, terms=TimeWishes(time="60").terms(names))
    assert json.loads((tmp_path / "match.json").read_text())["time"] == "60"
    with pytest.raises(InvalidParameter, match="with time '60', not '30'"):
        play_match(TTT, ["random"] * 2, games=4, seed=1, out=tmp_path, terms=TimeWishes(time="30").terms(names))
    again = play_match(TTT, ["random"] * 2, games=4, seed=1, out=tmp_path, terms=TimeWishes(time="1m").terms(names))
    assert len(again.games) == 4


def test_times_are_in_the_game_s_file(tmp_path: Path) -> None:
    names = ["random", "random #2"]
    play_match(
        "go:size=3", ["random"] * 2, games=1, seed=1, out=tmp_path, terms=TimeWishes(time="60+5x10").terms(names)
    )
    record = load_sgf(tmp_path / "sgf" / "game-000001.sgf")[0].record()
    assert all(note.left is not None and 59.0 < note.left <= 60.0 for note in record.notes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"time": "soon"}, "no time control"),
        ({"time": "60,nodes=5", "nodes": 6}, "--nodes 6 is not what"),
        ({"times": [("ucd", "60")]}, "did you mean"),
    ],
)
def test_terms_that_make_no_sense_are_refused(given: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TimeWishes(**given).terms(["uct", "random"])
