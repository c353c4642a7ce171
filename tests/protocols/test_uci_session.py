"""How a session hears and answers, whatever the game: over a board on which everything is quick."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tengen.agents.agent import Agent, Clock
from tengen.core.errors import EngineError
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network
from tengen.protocols.engine_session import COMMANDS
from tengen.protocols.uci_session import UciSession
from tests.protocols.dialogue import Session

MOVE = r"^bestmove ([abc][123]|\(none\))( ponder [abc][123])?$"


def session(agent: str = "uct:sims=200", game: str = "tictactoe", **given: object) -> Session:
    return Session(UciSession, agent, game=game, **given)


@pytest.fixture
def talk() -> Iterator[Session]:
    with session() as made:
        yield made


class Scripted(Agent):
    """Plays the first legal action; remembers what it heard."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.text = "scripted"
        self.heard: list[str] = []
        self.clocks: list[Clock] = []
        self.fails: Exception | None = None
        self.closed = False

    def act(self, state: State) -> int:
        if self.fails is not None:
            raise self.fails
        return int(self.game.legal_actions(state)[0])

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.heard.append("new")

    def notify(self, state: State, action: int, after: State) -> None:
        self.heard.append(self.game.action_to_text(state, action))

    def set_clock(self, clock: Clock) -> None:
        self.clocks.append(clock)

    def close(self) -> None:
        self.closed = True


def scripted() -> tuple[Session, Scripted]:
    made: list[Scripted] = []

    def load(game: Game) -> Agent:
        made.append(Scripted(game))
        return made[-1]

    talk = session(load=load)
    talk.ready()
    return talk, made[0]


def test_the_handshake_names_the_engine_and_its_options(talk: Session) -> None:
    lines = talk.ask("uci", until="^uciok$")
    assert lines[0].startswith("id name Tengen ")
    assert lines[1].startswith("id author ")
    options = lines[2:-1]
    assert options
    spin = r"type spin default \d+ min \d+ max \d+"
    for line in options:
        assert re.fullmatch(
            rf"option name [\w ]+ (type check default (true|false)|{spin}|type button|type string .+)", line
        )


def test_go_is_answered_with_what_is_expected_and_a_move(talk: Session) -> None:
    *_, info, best = talk.ask("position startpos moves b2 a1", "go nodes 500", until="^bestmove")
    assert re.match(MOVE, best)
    counts = r"nodes 500 nps \d+ hashfull \d+ time \d+"
    assert re.fullmatch(rf"info depth \d+ seldepth \d+ multipv 1 score (cp|mate) -?\d+ {counts} pv( \w\d)+", info)
    line = info.split(" pv ")[1].split()
    assert best.split()[1::2] == line[:2]


def test_a_won_position_says_how_far_off_the_end_is(talk: Session) -> None:
    *_, info, best = talk.ask("position fen XX./OO./...", "go nodes 500", until="^bestmove")
    assert "score mate 1 " in info
    assert best == "bestmove c3"
    *_, info, _ = talk.ask("position fen XO./.../...", "go nodes 5000", until="^bestmove")
    assert re.search("score mate 3 .* pv( [abc][123]){5}$", info)
    *_, info, _ = talk.ask("position fen XO./X../...", "go nodes 5000", until="^bestmove")
    assert re.search("score mate -2 .* pv( [abc][123]){4}$", info)


def test_several_lines_are_told_if_they_are_asked_for(talk: Session) -> None:
    talk.say("setoption name MultiPV value 3", "setoption name UCI_ShowWDL value true", "position startpos")
    lines = talk.ask("go nodes 1000", until="^bestmove")
    last = lines[-4:-1]
    assert [line.split()[6] for line in last] == ["1", "2", "3"]
    assert len({line.split(" pv ")[1].split()[0] for line in last}) == 3
    assert all(re.search(r" score cp -?\d+ wdl \d+ \d+ \d+ nodes ", line) for line in last)


def test_only_the_named_moves_are_searched(talk: Session) -> None:
    talk.say("position startpos")
    assert talk.best("go nodes 100 searchmoves a1") == "a1"
    assert talk.best("go searchmoves a1 c3 nodes 100") in ("a1", "c3")
    lines = talk.ask("go nodes 10 searchmoves a9 a1", until="^bestmove")
    assert lines[0].startswith("info string searchmoves: ")
    assert len(talk.ask("go nodes 1 searchmoves a1" + " a9" * 50, until="^bestmove")) == 3
    assert lines[-1].startswith("bestmove a1")
    lines = talk.ask("go nodes 10 searchmoves z1", until="^bestmove")
    assert "info string searchmoves names no legal move: all are searched" in lines


def test_a_finished_game_has_no_move(talk: Session) -> None:
    assert talk.ask("position fen XXX/OO./...", "go nodes 5", until="^bestmove") == [
        "info depth 0 score mate 0",
        "bestmove (none)",
    ]
    assert talk.ask("position fen XOX/XOO/OXX", "go infinite", "stop", until="^bestmove") == [
        "info depth 0 score cp 0",
        "bestmove (none)",
    ]


def test_an_infinite_search_ends_with_stop_alone_even_if_it_knows_all(talk: Session) -> None:
    talk.ready()
    talk.say("position fen XX./OO./...", "go infinite")
    time.sleep(0.3)
    assert talk.ready() == []
    assert talk.ask("stop", until="^bestmove")[-1] == "bestmove c3"


@pytest.mark.parametrize("limits", ["", "nodes 10", "movetime 20", "wtime 300 btime 300", "depth 1"])
def test_pondering_ends_after_the_ponder_hit(talk: Session, limits: str) -> None:
    talk.ready()
    talk.say("position startpos moves b2", f"go ponder {limits}")
    time.sleep(0.15)
    assert not any(line.startswith("bestmove") for line in talk.heard)
    assert re.match(MOVE, talk.ask("ponderhit", until="^bestmove", patience=5)[-1])


def test_a_ponder_that_missed_is_stopped(talk: Session) -> None:
    talk.ready()
    talk.say("position startpos moves b2", "go ponder wtime 1000 btime 1000")
    assert talk.ask("stop", until="^bestmove", patience=2)
    assert talk.best("position startpos moves a1", "go nodes 10") != "a1"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stop", "stop: nothing is being thought about"),
        ("ponderhit", "ponderhit: nothing is being pondered on"),
        ("position", "position wants: position startpos|fen … moves …"),
        ("position moves a1", "position wants: position startpos|fen … moves …"),
        ("position fen", "position"),
        ("position fen QQQ/.../...", "QQQ"),
        ("position startpos moves a1 a1", "move 2: a1 is not legal"),
        ("position startpos moves a1 " + "x" * 100_000, "move 2: "),
        ("position fen XXX/OO./... moves a1", "move 1, 'a1', comes after the end of the game"),
        ("setoption name NoSuchOption value 1", "unknown option 'NoSuchOption'"),
        ("setoption name", "setoption wants: setoption name NAME value VALUE"),
        ("setoption name Hash value 0", "option Hash is a whole number from 16 to"),
        ("setoption name Agent value nobody", "unknown agent 'nobody'"),
        ("setoption name Agent value human", "the agent 'human' plays at the terminal only"),
        ("debug", "debug is on or off"),
        ("position startpos moves a1\0a1", "move 2: a1 is not legal"),
    ],
)
def test_what_is_out_of_place_gets_one_line_and_the_engine_goes_on(talk: Session, line: str, said: str) -> None:
    talk.say("position startpos moves b2", line)
    complaints = [heard for heard in talk.ready() if not heard.startswith("bestmove")]
    assert len(complaints) == 1
    assert complaints[0].startswith("info string ")
    assert said in complaints[0]
    assert len(complaints[0]) < 300
    assert "b2" not in talk.best("go nodes 20")


@pytest.mark.parametrize("line", ["", "   ", "xyzzy", "joho", "\0", "go\0", "option", "🂡 ♞", "register later", "uciok"])
def test_what_is_not_known_is_passed_over(talk: Session, line: str) -> None:
    talk.say("position startpos")
    talk.ready()
    talk.say(line)
    assert [heard for heard in talk.ready() if not heard.startswith(("info depth", "bestmove"))] == []


def test_words_before_a_command_are_passed_over(talk: Session) -> None:
    talk.say("joho debug on", "joho position joho startpos moves b2")
    assert talk.ask("xyzzy", until="info string unknown command 'xyzzy'")
    assert talk.best("what a game go joho nodes 20") != "b2"


@pytest.mark.parametrize(
    "line", ["position startpos", "go nodes 1", "ucinewgame", "setoption name MultiPV value 2", "d"]
)
def test_while_it_thinks_only_what_may_come_then_is_obeyed(talk: Session, line: str) -> None:
    talk.say("position startpos moves b2", "go infinite", line)
    assert talk.until("^info string .* is not obeyed while the engine thinks: stop comes first$")
    assert re.match(MOVE, talk.ask("stop", until="^bestmove")[-1])
    assert talk.ready() == []


def test_after_a_stop_the_next_search_need_not_wait_for_the_move(talk: Session) -> None:
    talk.say("position startpos", "go infinite", "stop", "position startpos moves b2", "go nodes 10")
    assert talk.until("^bestmove")
    assert talk.until("^bestmove")
    assert not [line for line in talk.heard if "not obeyed" in line]


def test_go_before_any_position_is_told_and_plays_from_the_start(talk: Session) -> None:
    first, *_, best = talk.ask("go nodes 10", until="^bestmove")
    assert first == "info string no position is known: it is that of the start"
    assert re.match(MOVE, best)
    talk.say("position startpos moves b2", "ucinewgame")
    assert first in talk.ask("go nodes 10", until="^bestmove")


def test_a_bad_limit_is_left_out_and_there_is_a_move_all_the_same(talk: Session) -> None:
    lines = talk.ask("position startpos", "go movetime soon", until="^bestmove")
    assert "info string go movetime wants a whole number, not 'soon': it is left out" in lines
    assert any(" nodes 200 " in line for line in lines)
    complaint, *_ = talk.ask("go " + "depth deep " * 1000, until="^bestmove")
    assert len(complaint) < 300


def test_perft_is_split_by_first_move(talk: Session) -> None:
    lines = talk.ask("position startpos moves b2", "go perft 2", until="^Nodes searched")
    assert [line.split(":")[1] for line in lines[:8]] == [" 7"] * 8
    assert lines[-2:] == ["", "Nodes searched: 56"]
    assert talk.ask("go perft 1", "go perft 3", until="^Nodes searched: 336")


@pytest.mark.parametrize("depth", ["0", "51", "1000000000"])
def test_a_perft_of_no_depth_or_of_one_beyond_counting_is_refused(talk: Session, depth: str) -> None:
    talk.say("position startpos")
    assert talk.ask(f"go perft {depth}", until="^info string go perft counts from 1 to 50 plies$")
    assert talk.ready() == []


def test_a_perft_can_be_stopped() -> None:
    with session(game="go:size=9") as talk:
        talk.ready()
        talk.say("position startpos", "go perft 4", "isready", "stop")
        lines = talk.until("^info string perft was stopped$")
        assert "readyok" in lines


def test_the_board_is_shown(talk: Session) -> None:
    lines = talk.ask("position startpos moves b2", "d", until="^Legal moves: ")
    assert lines[-2] == "Fen: .../.X./..."
    assert len(lines[-1].split()) == 10


def test_simulations_bound_every_search_but_an_infinite_one(talk: Session) -> None:
    talk.say("setoption name Simulations value 50", "position startpos")
    for line in ("go", "go nodes 300", "go movetime 3000", "go wtime 9000 btime 9000"):
        assert " nodes 50 " in talk.ask(line, until="^bestmove", patience=5)[-2]
    assert " nodes 30 " in talk.ask("go nodes 30", until="^bestmove")[-2]


def test_an_agent_without_a_search_plays_its_move() -> None:
    with session("random") as talk:
        assert talk.best("position startpos moves b2", "go movetime 1000") != "b2"
        talk.say("go infinite")
        assert talk.ready() == []
        assert talk.ask("stop", until="^bestmove")


def test_another_agent_can_be_chosen(talk: Session) -> None:
    talk.say("position startpos moves b2", "setoption name Agent value random")
    lines = talk.ask("go nodes 10", until="^bestmove")
    assert len(lines) == 1
    assert "b2" not in lines[0]


def test_an_agent_follows_the_game_move_by_move() -> None:
    talk, agent = scripted()
    with talk:
        talk.best("position startpos moves b2 a1", "go")
        talk.best("position startpos moves b2 a1 a3 c1", "go")
        assert agent.heard == ["new", "new", "b2", "a1", "a3", "c1"]
        talk.best("position startpos moves b2 a1 c3", "go")
        assert agent.heard[6:] == ["new", "b2", "a1", "c3"]
        talk.say("ucinewgame")
        talk.best("position startpos moves b2", "go")
        assert agent.heard[10:] == ["new", "b2"]
    assert agent.closed


def test_the_clock_is_that_of_the_side_to_move() -> None:
    talk, agent = scripted()
    with talk:
        talk.best("position startpos", "go wtime 60000 btime 1000 winc 500 binc 10 movestogo 5")
        talk.best("position startpos moves b2", "go wtime 60000 btime -1 winc 500 binc 10")
        talk.best("go btime 70")
    assert agent.clocks == [
        Clock(main=60.0, increment=0.5, stones=5),
        Clock(main=0.0, increment=0.01),
        Clock(main=0.07),
    ]


def test_an_engine_that_fails_behind_it_is_told_of_and_there_is_a_last_line() -> None:
    talk, agent = scripted()
    with talk:
        agent.fails = EngineError("the engine has left")
        assert talk.ask("position startpos", "go", until="^bestmove") == [
            "info string the engine has left",
            "bestmove (none)",
        ]
        assert agent.closed
        assert talk.best("go") == "a3"


def test_an_error_that_nobody_foresaw_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    talk, agent = scripted()
    with talk:
        agent.fails = ZeroDivisionError("oh")
        assert talk.ask("go", until="^bestmove")[1:] == [
            "info string internal error: ZeroDivisionError: oh",
            "bestmove (none)",
        ]
        agent.fails = None
        assert talk.best("go") == "a3"
    assert "Traceback" in capsys.readouterr().err


def test_quit_ends_a_search_with_its_move() -> None:
    talk = session()
    talk.ready()
    talk.say("position startpos", "go infinite", "quit")
    assert talk.session.closed
    talk.close()
    assert re.match(MOVE, talk.heard[-1])


def test_a_gui_that_has_left_ends_the_session() -> None:
    def broken(line: str) -> None:
        raise BrokenPipeError

    made = UciSession(broken, game="tictactoe")
    made.receive("uci")
    assert made.closed
    made.close()


WORDS = [*sorted(COMMANDS.keys() - {"quit"}), "uci", "ucinewgame", "startpos", "moves", "b2", "a1", "nodes", "20"]
WORDS += ["infinite", "ponder", "movetime", "name", "value", "MultiPV", "Hash", "fen", ".../.X./...", "-1", "x" * 999]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=12))
def test_no_order_of_commands_stops_it(lines: list[str]) -> None:
    before = threading.active_count()
    with session() as talk:
        for line in lines:
            if "perft" not in line:
                talk.say(line)
        talk.say("stop", "position startpos")
        talk.ready()
        assert re.match(MOVE, talk.ask("go nodes 2", until="^bestmove", patience=20)[-1])
    assert threading.active_count() <= before


def test_a_network_is_searched_whatever_its_text_says(tmp_path: Path) -> None:
    network = tmp_path / "net.safetensors"
    game = make("tictactoe")
    save_checkpoint(network, Network(NetConfig.for_game(game, blocks=1, channels=8)), "tictactoe", {})
    with session("random") as talk:
        for settings in (",policy=gumbel,sims=200", ",leaves=4,sims=200", ",time=300ms"):
            talk.say(f"setoption name Agent value {network}{settings}", "position fen XX./OO./...")
            assert talk.best("go") == "c3"
            assert re.match(MOVE, talk.ask("position startpos", "go nodes 20", until="^bestmove")[-1])
            talk.say("go infinite")
            assert talk.ready() == []
            assert talk.ask("stop", until="^bestmove", patience=5)


def test_an_agent_that_cannot_be_loaded_is_told_of_and_another_can_be_chosen() -> None:
    with session("random") as talk:
        talk.say("setoption name Agent value gtp:cat")
        complaint, *_ = talk.ask("isready", until="^readyok$")
        assert complaint == "info string a gtp engine plays go, not tictactoe"
        assert talk.ask("go", until="^bestmove")[-1] == "bestmove (none)"
        talk.say("setoption name Agent value random")
        assert re.match(MOVE, "bestmove " + talk.best("go"))
