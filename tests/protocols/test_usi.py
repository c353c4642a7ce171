"""`tengen usi` over shogi: the reference dialogues, Fairy-Stockfish beside it, mates, declarations."""

import re
import subprocess
import time
from collections.abc import Iterator

import pytest

from tengen.protocols.usi_session import UsiSession
from tests.protocols.dialogue import PATIENCE, Program, Session, tengen_command, tengen_environment
from tests.protocols.engines import engine
from tests.protocols.test_uci import hold, sessions

MOVE = r"^bestmove ([1-9][a-i][1-9][a-i]\+?|[PLNSGBR]\*[1-9][a-i])( ponder .+)?$"
MATE_IN_ONE = "8k/9/8P/9/9/9/9/9/4K4 b G 1"
MATE_IN_THREE = "4l1l1k/5+B3/6p1+B/9/9/9/9/9/4K4 b GS 1"
LOST_IN_TWO = "7k1/6G2/5S2S/4p3N/9/9/9/9/4K4 w - 1"
ENTERED = "1+R+P+P+P+P+P1K/1+P+P+P+P+P+P1+R/9/9/9/9/9/9/4k4 b 2B4G4S5P 1"


@pytest.fixture(scope="module")
def talk() -> Iterator[Session]:
    with Session(UsiSession, "uct:sims=50") as made:
        yield made


@pytest.mark.parametrize("steps", sessions("protocol/usi.jsonl"))
def test_the_reference_dialogues_are_held(talk: Session, steps: list[dict[str, str]]) -> None:
    hold(steps, talk)
    talk.say("usinewgame")
    talk.ready()


def test_the_handshake_is_that_of_usi(talk: Session) -> None:
    lines = talk.ask("usi", until="^usiok$")
    assert lines[0].startswith("id name Tengen ")
    names = [line.split()[2] for line in lines if line.startswith("option name ")]
    assert {"USI_Ponder", "USI_Hash", "MultiPV", "Agent", "ResignValue"} <= set(names)
    assert all(line.split()[3] == "type" for line in lines if line.startswith("option")), "a name with a space"
    talk.say("uci")
    assert talk.ready() == []


@pytest.mark.parametrize(
    "limits",
    ["", "nodes 20", "movetime 50", "btime 0 wtime 0 byoyomi 100", "btime 300 wtime 300 binc 20 winc 20", "depth 1"],
)
def test_every_limit_ends_in_a_move(talk: Session, limits: str) -> None:
    *_, info, best = talk.ask("position startpos moves 7g7f", f"go {limits}", until="^bestmove")
    assert re.match(MOVE, best)
    assert re.match(
        r"info depth \d+ seldepth \d+ multipv 1 score cp -?\d+ nodes \d+ nps \d+ hashfull \d+ time \d+ pv ", info
    )


def test_the_clock_of_black_is_blacks(talk: Session) -> None:
    began = time.monotonic()
    talk.best("position startpos", "go btime 100 wtime 600000 binc 0 winc 0")
    talk.best("position startpos moves 7g7f", "go btime 600000 wtime 100 binc 0 winc 0")
    assert time.monotonic() - began < 3.0


def test_several_lines_are_told_the_best_first(talk: Session) -> None:
    talk.say("setoption name MultiPV value 3", "position startpos moves 7g7f")
    told = [line for line in talk.ask("go nodes 300", until="^bestmove") if line.startswith("info depth")][-3:]
    assert [line.split()[line.split().index("multipv") + 1] for line in told] == ["1", "2", "3"]
    firsts = [line.partition(" pv ")[2].split()[0] for line in told]
    assert len(set(firsts)) == 3
    assert talk.heard[-1].split()[1] == firsts[0]


def test_pondering_ends_after_the_ponder_hit(talk: Session) -> None:
    talk.say("position startpos moves 7g7f 3c3d", "go ponder btime 1000 wtime 1000 byoyomi 50")
    assert talk.ready() == []
    assert re.match(MOVE, talk.ask("ponderhit", until="^bestmove")[-1])


# Mates


def test_a_mate_is_scored_in_plies(talk: Session) -> None:
    lines = talk.ask(f"position sfen {MATE_IN_ONE}", "go nodes 800", until="^bestmove")
    assert " score mate 1 " in lines[-2]
    assert lines[-1] == "bestmove G*1b"
    lines = talk.ask(f"position sfen {LOST_IN_TWO}", "go nodes 800", until="^bestmove")
    assert " score mate -2 " in lines[-2]


def test_go_mate_is_answered_with_the_whole_line(talk: Session) -> None:
    assert talk.ask(f"position sfen {MATE_IN_ONE}", "go mate 5000", until="^checkmate")[-1] == "checkmate G*1b"
    assert talk.ask("go mate infinite", until="^checkmate")[-1] == "checkmate G*1b"
    line = talk.ask(f"position sfen {MATE_IN_THREE}", "go mate 5000", until="^checkmate")[-1].split()
    assert (line[0], len(line)) == ("checkmate", 4)


def test_go_mate_says_when_its_time_is_over_or_it_is_stopped(talk: Session) -> None:
    assert talk.ask("position startpos", "go mate 200", until="^checkmate")[-1] == "checkmate timeout"
    talk.say("go mate infinite")
    assert talk.ready() == []
    assert talk.ask("stop", until="^checkmate")[-1] == "checkmate timeout"


def test_go_mate_says_that_there_is_none_where_the_game_is_over_or_lost(talk: Session) -> None:
    mated = "position sfen 8k/8G/8P/9/9/9/9/9/4K4 w - 1"
    assert talk.ask(mated, "go mate 1000", until="^checkmate")[-1] == "checkmate nomate"
    lost = f"position sfen {LOST_IN_TWO}"
    assert talk.ask(lost, "go mate 5000", until="^checkmate")[-1] == "checkmate nomate"


# The ends of shogi


def test_who_is_mated_resigns(talk: Session) -> None:
    assert talk.best("position sfen 8k/8G/8P/9/9/9/9/9/4K4 w - 1", "go nodes 50") == "resign"


def test_a_win_that_may_be_declared_is_declared(talk: Session) -> None:
    assert talk.best(f"position sfen {ENTERED}", "go nodes 50") == "win"
    assert talk.best("position sfen 1+R+P+P+P+P+P1K/1+P+P+P+P+P+P1+R/9/9/9/9/9/9/4k4 b - 1", "go nodes 50") != "win"


def test_a_hopeless_position_is_given_up_if_that_is_wanted() -> None:
    with Session(UsiSession, "uct:sims=30") as talk:
        talk.say(f"position sfen {LOST_IN_TWO}")
        assert [talk.best("go nodes 800") for _ in range(4)].count("resign") == 0
        talk.say("setoption name ResignValue value 50", "usinewgame", f"position sfen {LOST_IN_TWO}")
        assert [talk.best("go nodes 800") == "resign" for _ in range(4)] == [False, False, True, True]


@pytest.mark.parametrize("result", ["win", "lose", "draw", "", "perhaps"])
def test_the_end_of_a_game_needs_no_answer(talk: Session, result: str) -> None:
    talk.say(f"gameover {result}")
    assert talk.ready() == []


def test_the_end_of_a_game_ends_a_search(talk: Session) -> None:
    talk.say("position startpos moves 7g7f", "go ponder btime 1000 wtime 1000", "gameover win")
    assert talk.until("^bestmove")


def test_a_gui_may_play_on_where_a_position_stands_for_the_fourth_time(talk: Session) -> None:
    shuffle = "2h3h 8b7b 3h2h 7b8b " * 3
    assert re.match(MOVE, "bestmove " + talk.best(f"position startpos moves {shuffle}", "go nodes 10"))
    assert re.match(MOVE, "bestmove " + talk.best(f"position startpos moves {shuffle}7g7f", "go nodes 10"))


# What is wrong


@pytest.mark.parametrize(
    "line",
    [
        "position sfen",
        "position sfen 9/9/9/9/9/9/9/9/9 b - 1",
        "position sfen k8/9/9/9/9/9/9/9/K7K b - 1",
        "position sfen lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b 11p 1",
        "position startpos moves 7g7f 7g7f",
        "position startpos moves P*5e",
        "position startpos moves e2e4",
        "position sfen " + "9/" * 50_000,
        "position startpos moves " + "7g7f " * 100_000,
    ],
)
def test_a_wrong_position_is_refused_in_one_line_and_the_one_before_stays(talk: Session, line: str) -> None:
    talk.say("position startpos moves 7g7f", line)
    complaints = talk.ready()
    assert len(complaints) == 1
    assert complaints[0].startswith("info string ")
    assert len(complaints[0]) < 400
    assert re.match(r"\d[a-d]", talk.best("go nodes 5")), "White is to move"


# Fairy-Stockfish


def test_perft_is_split_as_by_fairy_stockfish(talk: Session) -> None:
    positions = [
        "startpos",
        "sfen lnsgkgsnl/9/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL w - 1",
        "sfen 8k/9/9/9/9/9/9/9/4K4 b G2P 1",
    ]
    with Program(engine("fairy-stockfish")) as other:
        other.ask("usi", until="^usiok$")
        for position in positions:
            theirs = other.ask(f"position {position}", "go perft 2", until="^Nodes searched")
            ours = talk.ask(f"position {position}", "go perft 2", until="^Nodes searched")
            split = re.compile(r"^\S+: \d+$")
            assert sorted(filter(split.match, ours)) == sorted(filter(split.match, theirs))
            assert ours[-1] == theirs[-1]


# The program


def test_the_program_speaks_usi_and_survives_what_is_none() -> None:
    lines = [b"usi", b"isready", b"\xff\x00", b"x" * 2_000_000, b"position startpos moves " + b"7g7f " * 300_000]
    lines += [b"position startpos moves 7g7f", b"isready", b"go nodes 10", b"isready"]
    done = subprocess.run(
        tengen_command("usi", "--agent", "uct:sims=50"),
        input=b"\n".join(lines),
        capture_output=True,
        timeout=PATIENCE,
        env=tengen_environment(),
    )
    assert done.returncode == 0
    said = done.stdout.decode().splitlines()
    assert "usiok" in said
    assert said.count("readyok") >= 2
    assert re.match(MOVE, said[-1])
    assert "Traceback" not in done.stderr.decode()
