"""UCI and USI engines: what they are told, and what becomes of those that misbehave."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

import tengen
from tengen.agents import load
from tengen.agents.agent import Clock
from tengen.agents.external import EngineAgent
from tengen.agents.text import parse_agent
from tengen.core.errors import EngineError, InvalidParameter
from tengen.games.game import Game
from tengen.protocols import uci_client, usi_client
from tengen.protocols.client_options import check_options, parse_option
from tengen.protocols.process import EngineCrashed, EngineIllegalMove, EngineTimeout

FAKE = f"{sys.executable} {Path(__file__).with_name('fake_engine.py')}"
GAMES = {"uci": tengen.make("chess"), "usi": tengen.make("shogi")}
PATH = os.environ.get("PATH", "") + ":/usr/games"
needs_stockfish = pytest.mark.skipif(shutil.which("stockfish", path=PATH) is None, reason="Stockfish is not installed")
needs_fairy = pytest.mark.skipif(
    shutil.which("fairy-stockfish", path=PATH) is None, reason="Fairy-Stockfish is not installed"
)
both = pytest.mark.parametrize("protocol", ["uci", "usi"])


def gone(pid: int) -> bool:
    """Whether no process has this number, a zombie being one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def agent(protocol: str, mode: str = "fine", settings: str = "", game: Game | None = None) -> EngineAgent:
    loaded = load.load_agent(f"{protocol}:{FAKE} {protocol} {mode}{settings}", game or GAMES[protocol])
    assert isinstance(loaded, EngineAgent)
    return loaded


def sent(engine: EngineAgent, word: str) -> list[str]:
    """What the engine was told that begins with a word."""
    return [line[2:] for line in engine.transcript if line.startswith(f"> {word}")]


# ---- what an engine is told


@both
def test_the_whole_game_is_told_and_a_new_one_begins_a_new_one(protocol: str) -> None:
    game = GAMES[protocol]
    engine = agent(protocol, settings=",nodes=7,depth=3")
    state = game.initial_state()
    engine.new_game(state)
    for _ in range(2):
        action = engine.act(state)
        after = game.apply(state, action)
        engine.notify(state, action, after)
        state = after
    engine.new_game(game.initial_state())
    engine.act(game.initial_state())
    first = {"uci": "e2e4", "usi": "7g7f"}[protocol]
    assert sent(engine, "position") == ["position startpos", f"position startpos moves {first}", "position startpos"]
    assert [set(line.split()) for line in sent(engine, "go")] == [{"go", "nodes", "7", "depth", "3"}] * 3
    assert len(sent(engine, f"{protocol}newgame")) == 2
    engine.close()


@both
def test_a_position_of_which_nothing_is_known_is_told_by_itself(protocol: str) -> None:
    game = GAMES[protocol]
    engine = agent(protocol)
    state = game.apply(game.initial_state(), int(game.legal_actions(game.initial_state())[0]))
    engine.act(state)
    told = sent(engine, "position")[-1]
    assert told.startswith({"uci": "position fen ", "usi": "position sfen "}[protocol])
    assert "moves" not in told
    engine.close()


@both
def test_a_clock_is_passed_on_and_a_time_goes_before_it(protocol: str) -> None:
    game = GAMES[protocol]
    state = game.initial_state()
    engine = agent(protocol)
    engine.new_game(state)
    engine.act(state)
    assert "movetime 100" in sent(engine, "go")[-1]
    engine.set_clock(Clock(main=60, increment=0.5, opponent=30, opponent_increment=0.25))
    engine.act(state)
    first, second = ("w", "b") if protocol == "uci" else ("b", "w")
    said = sent(engine, "go")[-1]
    for words in (f"{first}time 60000", f"{second}time 30000", f"{first}inc 500", f"{second}inc 250"):
        assert words in said
    engine.set_clock(Clock(main=10, byoyomi=2))
    engine.act(state)
    assert ("byoyomi 2000" if protocol == "usi" else "movetime 1950") in sent(engine, "go")[-1]
    engine.close()
    engine = agent(protocol, settings=",time=3s")
    engine.set_clock(Clock(main=600))
    engine.act(state)
    assert "movetime 3000" in sent(engine, "go")[-1]
    engine.close()


def test_chess960_is_switched_on_by_the_game_and_castling_is_told_its_way() -> None:
    game = tengen.make("chess:chess960=true")
    state = game.parse_position("4k3/8/8/8/8/8/8/4K2R w H - 0 1")
    engine = agent("uci", game=game)
    engine.new_game(state)
    with pytest.raises(EngineError, match="UCI_Chess960"):  # this engine does not know it
        engine.act(state)
    engine.close()


def test_a_repetition_is_seen_by_the_engine_since_it_is_told_the_moves() -> None:
    game = GAMES["uci"]
    state = game.initial_state()
    engine = agent("uci")
    engine.new_game(state)
    for move in ("g1f3", "g8f6", "f3g1", "f6g8"):
        action = game.parse_action(state, move)
        after = game.apply(state, action)
        engine.notify(state, action, after)
        state = after
    engine.act(state)
    assert sent(engine, "position") == ["position startpos moves g1f3 g8f6 f3g1 f6g8"]
    engine.close()


# ---- settings and options


def test_a_text_has_a_command_our_settings_and_the_engines_options() -> None:
    parsed = parse_agent("uci:ls -l '-x,y', Skill Level=3 ,time=2s,UCI_Elo=1500,Clear Hash,timeout=5s")
    assert parsed.source == "ls -l '-x,y'"
    assert parsed.options == {"Skill Level": "3", "UCI_Elo": "1500", "Clear Hash": ""}
    assert parsed.settings == {"time": 2.0, "timeout": 5.0}
    with pytest.raises(InvalidParameter, match="time is a time such as 2s"):
        parse_agent("usi:ls,time=soon")
    with pytest.raises(InvalidParameter, match="no program"):
        parse_agent("uci:no-such-program-at-all,nodes=1")
    with pytest.raises(InvalidParameter, match="needs a command line"):
        parse_agent("uci:")


@both
def test_options_are_sent_once_by_the_engines_own_names(protocol: str) -> None:
    engine = agent(protocol, settings=",skill level=-3,UCI_Elo=1500,Style=wild,Clear Hash=,EvalFile=a b.nn")
    engine.new_game(GAMES[protocol].initial_state())
    engine.close()
    said = set(sent(engine, "setoption"))
    assert {
        "setoption name Skill Level value -3",
        "setoption name UCI_Elo value 1500",
        "setoption name UCI_LimitStrength value true",
        "setoption name Style value Wild",
        "setoption name Clear Hash",
        "setoption name EvalFile value a b.nn",
    } <= said


@both
@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (",Skil Level=3", "no option 'Skil Level'; did you mean 'Skill Level'?"),
        (",Skill Level=21", "Skill Level is a whole number from -20 to 20"),
        (",Skill Level=much", "Skill Level is a whole number from -20 to 20"),
        (",UCI_LimitStrength=perhaps", "UCI_LimitStrength is true or false"),
        (",Style=Mild", "Style is one of Solid, Wild"),
        (",Clear Hash=now", "it is a button"),
        (",Ponder=true", "Ponder is set by Tengen, to false"),
    ],
)
def test_a_wrong_option_is_said_before_any_game(protocol: str, settings: str, wrong: str) -> None:
    with pytest.raises(InvalidParameter) as error:
        load.check_agent(f"{protocol}:{FAKE} {protocol} fine{settings}", GAMES[protocol])
    assert wrong in str(error.value)
    load.check_agent(f"{protocol}:{FAKE} {protocol} fine,Ponder=false", GAMES[protocol])


def test_an_engine_plays_its_own_game_only() -> None:
    with pytest.raises(InvalidParameter, match="a uci engine plays chess, not shogi"):
        load.check_agent(f"uci:{FAKE} uci fine", GAMES["usi"])
    with pytest.raises(InvalidParameter, match="a usi engine plays shogi, not chess"):
        load.load_agent(f"usi:{FAKE} usi fine", GAMES["uci"])


def test_lines_of_options_are_read_as_engines_write_them() -> None:
    option = parse_option("option name Debug Log File type string default")
    assert option is not None
    assert (option.name, option.kind, option.default) == ("Debug Log File", "string", "")
    option = parse_option("option name Min Time type spin default 5 min -1 max 9")
    assert option is not None
    assert (option.name, option.low, option.high) == ("Min Time", -1, 9)
    assert parse_option("option name Broken") is None
    assert parse_option("bestmove 7g7f") is None
    assert check_options("x", {option.name: option}, {"min time": "0"}, {}) == {"Min Time": "0"}


# ---- engines that misbehave


@both
@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("hang", EngineTimeout),
        ("crash", EngineCrashed),
        ("illegal", EngineIllegalMove),
        ("nonsense", EngineIllegalMove),
        ("none", EngineIllegalMove),
        ("empty", EngineError),
    ],
)
def test_a_bad_answer_is_an_error_of_its_kind_and_leaves_no_process(
    protocol: str, mode: str, error: type[EngineError]
) -> None:
    engine = agent(protocol, mode, ",timeout=1s,nodes=5")
    state = GAMES[protocol].initial_state()
    engine.new_game(state)
    assert engine.client is not None
    pid = engine.client.pid
    with pytest.raises(error) as raised:
        engine.act(state)
    assert "\n" not in str(raised.value)
    assert sent(engine, "go")
    engine.close()
    assert gone(pid)
    assert sent(engine, "go")


@both
def test_the_engine_is_started_again_after_a_crash(protocol: str) -> None:
    engine = agent(protocol, "crash")
    state = GAMES[protocol].initial_state()
    for _ in range(2):
        engine.new_game(state)
        with pytest.raises(EngineCrashed):
            engine.act(state)
    engine.close()


@both
def test_an_engine_killed_in_its_game_starts_again_with_the_next_move(protocol: str) -> None:
    engine = agent(protocol)
    state = GAMES[protocol].initial_state()
    engine.new_game(state)
    assert engine.client is not None
    pid = engine.client.pid
    os.kill(pid, 9)
    deadline = time.monotonic() + 10
    while engine.client.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    engine.act(state)
    assert engine.client is not None
    assert engine.client.pid != pid
    engine.close()


@both
def test_an_engine_that_does_not_begin_says_so(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = GAMES[protocol].initial_state()
    with pytest.raises(EngineCrashed):
        agent(protocol, "die").new_game(state)
    monkeypatch.setattr(uci_client, "START_TIMEOUT", 0.3)
    monkeypatch.setattr(usi_client, "START_TIMEOUT", 0.3)
    with pytest.raises(EngineTimeout):
        agent(protocol, "mute", ",timeout=0.3s").new_game(state)


@both
@pytest.mark.parametrize("mode", ["chatty", "garbage"])
def test_much_talk_blocks_nobody(protocol: str, mode: str) -> None:
    engine = agent(protocol, mode, ",timeout=10s")
    state = GAMES[protocol].initial_state()
    engine.new_game(state)
    engine.act(state)
    engine.close()


@both
def test_an_engine_that_does_not_leave_is_killed(protocol: str) -> None:
    engine = agent(protocol, "deaf")
    engine.new_game(GAMES[protocol].initial_state())
    assert engine.client is not None
    pid = engine.client.pid
    engine.close()
    assert gone(pid)


def test_usi_resigns_and_declares() -> None:
    game = GAMES["usi"]
    state = game.initial_state()
    engine = agent("usi", "resign")
    assert engine.act(state) == -1
    engine.close()
    engine = agent("usi", "win")
    with pytest.raises(EngineIllegalMove, match="win is not legal"):
        engine.act(state)
    entered = game.parse_position("K+R+B+P+P+P+P+P+P/+P+P+P6/9/9/9/9/9/9/4k4 b RB4G4S4N4L9P 1")
    assert game.action_to_text(entered, engine.act(entered)) == "win"
    engine.close()


def test_a_tournament_goes_on_around_bad_engines(tmp_path: Path) -> None:
    agents = [f"uci:{FAKE} uci {mode},timeout=1s" for mode in ("illegal", "crash")] + ["random"]
    result = tengen.play_match("chess:max_plies=20", agents, games=2, seed=1, out=tmp_path)
    assert len(result.games) == 6
    forfeits = [game for game in result.games if game.forfeit is not None]
    assert {game.termination for game in forfeits} == {"illegal move", "crash"}
    assert all(game.transcript for game in forfeits)
    assert len(list((tmp_path / "pgn").glob("game-*.pgn"))) == 6


# ---- real engines


@needs_stockfish
def test_stockfish_plays_a_game_and_again_with_chess960() -> None:
    for text in ("chess:max_plies=30", "chess:chess960=true,max_plies=30"):
        result = tengen.play_match(text, ["uci:stockfish,UCI_Elo=1350,nodes=500", "random"], games=2, seed=3)
        assert [game.forfeit for game in result.games] == [None, None]


@needs_stockfish
def test_stockfish_castles_in_chess960() -> None:
    game = tengen.make("chess:chess960=true")
    engine = load.load_agent("uci:stockfish,nodes=20000", game)
    state = game.parse_position("1k6/8/8/8/8/8/8/5RK1 w F - 0 1")
    engine.new_game(state)
    action = engine.act(state)
    assert game.is_legal(state, action)
    said = sent(engine, "setoption")  # type: ignore[arg-type]
    assert "setoption name UCI_Chess960 value true" in said
    engine.close()


@needs_fairy
def test_fairy_stockfish_plays_a_game_of_shogi_with_a_handicap_too() -> None:
    for text in ("shogi", "shogi:handicap=two"):
        result = tengen.play_match(text, ["usi:fairy-stockfish,UCI_Variant=shogi,nodes=200", "random"], games=2, seed=3)
        assert [game.forfeit for game in result.games] == [None, None]
