"""`tengen uci` over chess: the reference dialogues, python-chess as the GUI, Stockfish's perft, hostile input."""

import itertools
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import chess
import chess.engine
import pytest

from tengen.protocols.uci_session import UciSession
from tests.oracles import oracle
from tests.protocols.dialogue import PATIENCE, Program, Session, tengen_command, tengen_environment
from tests.protocols.engines import engine as path_of

AFTER_E4 = "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq - 0 1"
MATE_IN_TWO = "kbK5/pp6/1P6/8/8/8/8/R7 w - - 0 1"
"""Paul Morphy's: 1. Ra6."""


@pytest.fixture(scope="module")
def talk() -> Iterator[Session]:
    with Session(UciSession, "uct:sims=100") as made:
        yield made


@pytest.fixture
def engine() -> Iterator[chess.engine.SimpleEngine]:
    command = tengen_command("uci", "--agent", "uct:sims=100", "--seed", "1")
    made = chess.engine.SimpleEngine.popen_uci(command, timeout=PATIENCE, env=tengen_environment())
    yield made
    made.close()


def sessions(file: str) -> list[Any]:
    try:
        lines = oracle(file).read_text().splitlines()
    except pytest.skip.Exception:
        lines = []
    found = [json.loads(line) for line in lines]
    return [pytest.param(case["steps"], id=case["session"]) for case in found] or [
        pytest.param([], id="absent", marks=pytest.mark.skip("no reference cases"))
    ]


def hold(steps: list[dict[str, str]], talk: Session) -> None:
    """Goes through a reference dialogue; what is answered to each step must be as it says."""
    for step in steps:
        if step["until"] == "EOF":
            talk.say(step["send"])
            assert talk.session.closed
            talk.session.closed = False
            continue
        if not step["until"]:
            talk.say(step["send"])
            continue
        lines = talk.ask(step["send"], until=step["until"])
        if step["re"]:
            text = "\n".join(lines) if step["re"].startswith("(?m)") else lines[-1]
            assert re.search(step["re"], text), f"{step['send']}: {lines}"


@pytest.mark.parametrize("steps", sessions("protocol/uci.jsonl"))
def test_the_reference_dialogues_are_held(talk: Session, steps: list[dict[str, str]]) -> None:
    hold(steps, talk)
    talk.say("setoption name UCI_Chess960 value false", "ucinewgame")
    talk.ready()


# Positions


def test_a_gui_may_play_on_where_the_rules_see_a_draw(talk: Session) -> None:
    shuffle = "g1f3 g8f6 f3g1 f6g8 " * 3
    assert talk.best(f"position startpos moves {shuffle}", "go nodes 50") != "(none)"
    assert talk.best(f"position startpos moves {shuffle} e2e4", "go nodes 50") != "(none)"
    assert talk.best("position fen 8/8/8/8/8/4k3/4p3/4K2N w - - 120 90 moves h1g3", "go nodes 50") != "(none)"
    assert talk.best("position fen 8/8/8/8/4k3/8/8/4K1N1 w - - 0 1", "go nodes 50") != "(none)"


def test_a_drawn_root_is_worth_a_draw_all_the_same(talk: Session) -> None:
    lines = talk.ask("position fen 8/8/8/8/4k3/8/8/4K1N1 w - - 0 1", "go nodes 50", until="^bestmove")
    assert " score cp 0 " in lines[-2]


def test_castling_is_king_takes_rook_in_chess960(talk: Session) -> None:
    fen = "4k3/8/8/8/8/8/8/4KR2 w F - 0 1"
    talk.say("setoption name UCI_Chess960 value true")
    assert talk.best(f"position fen {fen}", "go nodes 5 searchmoves e1f1") == "e1f1"
    talk.say("setoption name UCI_Chess960 value false", "position fen 4k3/8/8/8/8/8/8/4K2R w K - 0 1")
    assert talk.best("go nodes 5 searchmoves e1g1") == "e1g1"


@pytest.mark.parametrize(
    "fen",
    [
        "",
        "8/8/8/8/8/8/8/8 w - - 0 1",
        "kk6/8/8/8/8/8/8/K7 w - - 0 1",
        "4k3/8/8/8/8/8/8/4K3 x - - 0 1",
        "k7/8/1Q6/8/8/8/8/K7 w - - 0 1 " * 3,
        "9/8/8/8/8/8/8/K6k w - - 0 1",
        "rnbqkbnr/pppppppp/pp6/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1",
        "K6k/8/8/8/8/8/8/7R b - - 0 1 " + "x" * 100_000,
        "k7/8/8/8/8/8/8/K6R b - \0 0 1",
    ],
)
def test_an_impossible_position_is_refused_and_the_one_before_stays(talk: Session, fen: str) -> None:
    talk.say("position startpos moves e2e4", f"position fen {fen}")
    complaints = talk.ready()
    assert len(complaints) == 1
    assert complaints[0].startswith("info string ")
    assert len(complaints[0]) < 400
    assert chess.Move.from_uci(talk.best("go nodes 5")) in chess.Board(AFTER_E4).legal_moves


# Mates


def test_a_mate_is_searched_for_and_counted_in_moves(talk: Session) -> None:
    lines = talk.ask(f"position fen {MATE_IN_TWO}", "go mate 2", until="^bestmove")
    assert lines[-1] == "bestmove a1a6 ponder b7a6" or lines[-1].startswith("bestmove a1a6 ponder b8")
    assert " score mate 2 " in lines[-2]
    assert len(lines[-2].split(" pv ")[1].split()) == 3


def test_a_search_for_a_mate_that_is_not_there_ends_with_its_limit(talk: Session) -> None:
    lines = talk.ask("position startpos", "go mate 1 nodes 500", until="^bestmove")
    assert "info string no mate was found" in lines
    assert " nodes 500 " in lines[-3]


# perft


@pytest.mark.parametrize(
    "fen",
    [
        chess.STARTING_FEN,
        "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1",
        "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1",
        "r2q1rk1/pP1p2pp/Q4n2/bbp1p3/Np6/1B3NBn/pPPP1PPP/R3K2R b KQ - 0 1",
    ],
)
def test_perft_is_split_as_by_stockfish(talk: Session, fen: str) -> None:
    reference = Program(path_of("stockfish"))
    with reference:
        theirs = reference.ask(f"position fen {fen}", "go perft 3", until="^Nodes searched")
    ours = talk.ask(f"position fen {fen}", "go perft 3", until="^Nodes searched")
    split = re.compile(r"^\w+: \d+$")
    assert sorted(filter(split.match, ours)) == sorted(filter(split.match, theirs))
    assert len(list(filter(split.match, ours))) > 5
    assert ours[-1] == theirs[-1]


# python-chess as the GUI


def test_python_chess_plays_by_nodes_by_time_and_by_the_clock(engine: chess.engine.SimpleEngine) -> None:
    board = chess.Board()
    for limit in (
        chess.engine.Limit(nodes=50),
        chess.engine.Limit(time=0.05),
        chess.engine.Limit(white_clock=1, black_clock=1, white_inc=0.1, black_inc=0.1),
        chess.engine.Limit(white_clock=1, black_clock=1, remaining_moves=5),
        chess.engine.Limit(depth=2),
        chess.engine.Limit(mate=1, nodes=100),
    ):
        result = engine.play(board, limit, info=chess.engine.INFO_ALL, game="one")
        assert result.move in board.legal_moves
        assert result.info["pv"][0] == result.move
        board.push(result.move)


def test_python_chess_knows_the_engine_and_its_options(engine: chess.engine.SimpleEngine) -> None:
    assert engine.id["name"].startswith("Tengen ")
    assert engine.options["MultiPV"].max == 500
    engine.configure({"Hash": 32, "Move Overhead": 20, "Clear Hash": None})
    with pytest.raises(chess.engine.EngineError):
        engine.configure({"Hash": 1})
    assert engine.play(chess.Board(), chess.engine.Limit(nodes=5)).move is not None
    engine.ping()


def test_python_chess_analyses_several_lines(engine: chess.engine.SimpleEngine) -> None:
    engine.configure({"UCI_ShowWDL": True})
    board = chess.Board("r1bqkb1r/pppp1ppp/2n2n2/4p2Q/2B1P3/8/PPPP1PPP/RNB1K1NR w KQkq - 4 4")
    infos = engine.analyse(board, chess.engine.Limit(nodes=2000), multipv=3)
    assert infos[0]["score"].relative == chess.engine.Mate(1)
    assert infos[0]["pv"] == [chess.Move.from_uci("h5f7")]
    assert infos[0]["wdl"].relative == chess.engine.Wdl(1000, 0, 0)
    infos = engine.analyse(chess.Board(), chess.engine.Limit(nodes=500), multipv=3, info=chess.engine.INFO_ALL)
    assert [info["multipv"] for info in infos] == [1, 2, 3]
    assert len({info["pv"][0] for info in infos}) == 3
    assert all(info["nodes"] == 500 and info["score"].is_mate() is False for info in infos)
    for info in infos:
        board = chess.Board()
        for move in info["pv"]:
            board.push(board.parse_uci(move.uci()))


def test_python_chess_streams_an_endless_analysis_and_stops_it(engine: chess.engine.SimpleEngine) -> None:
    with engine.analysis(chess.Board()) as analysis:
        for info in itertools.islice((info for info in analysis if "pv" in info), 3):
            assert info["nodes"] > 0
        analysis.stop()
        assert analysis.wait().move is not None
    assert engine.play(chess.Board(), chess.engine.Limit(nodes=5)).move is not None


def test_python_chess_ponders(engine: chess.engine.SimpleEngine) -> None:
    board = chess.Board()
    limit = chess.engine.Limit(white_clock=2, black_clock=2)
    for hits in (True, False, True, False):
        result = engine.play(board, limit, ponder=True)
        board.push(result.move)
        if hits and result.ponder in board.legal_moves:
            board.push(result.ponder)
        else:
            board.push(next(move for move in board.legal_moves if move != result.ponder))


def test_python_chess_plays_chess960(engine: chess.engine.SimpleEngine) -> None:
    board = chess.Board("k7/8/8/8/8/8/8/1RK4R w BH - 0 1", chess960=True)
    castling = [move for move in board.legal_moves if board.is_castling(move)]
    assert len(castling) == 2
    for move in castling:
        assert engine.play(board, chess.engine.Limit(nodes=5), root_moves=[move]).move == move


def test_python_chess_plays_a_whole_game_to_its_end(engine: chess.engine.SimpleEngine) -> None:
    board = chess.Board()
    limit = chess.engine.Limit(nodes=8)
    while not board.is_game_over(claim_draw=False) and board.ply() < 160:
        board.push(engine.play(board, limit).move)
    assert board.ply() > 20


def test_searchmoves_of_python_chess_are_kept_to(engine: chess.engine.SimpleEngine) -> None:
    wanted = [chess.Move.from_uci("a2a3"), chess.Move.from_uci("h2h4")]
    assert engine.play(chess.Board(), chess.engine.Limit(nodes=60), root_moves=wanted).move in wanted


# The program


def run(given: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        tengen_command("uci", "--agent", "uct:sims=50"),
        input=given,
        capture_output=True,
        timeout=PATIENCE,
        env=tengen_environment(),
    )


def test_hostile_input_is_survived_line_by_line() -> None:
    nothing = [b"\xff\xfe\x00\x80", b"\0" * 1000, b"x" * 2_000_000, b"go go go " * 3, b"position " + b"\xf0\x9f" * 5000]
    lines = [b"isready", *nothing, b"position startpos moves " + b"e2e4 " * 400_000, b"y" * 9_000_000, b"uci", b"stop"]
    done = run(b"\n".join([*lines, b"position startpos moves e2e4", b"isready", b"go nodes 20", b"isready"]))
    assert done.returncode == 0
    said = done.stdout.decode().splitlines()
    assert said.count("readyok") >= 2
    assert "uciok" in said
    assert said[-1].startswith("bestmove ")
    assert max(map(len, said)) < 2000
    assert "Traceback" not in done.stderr.decode()


def test_the_end_of_input_while_it_thinks_is_an_end() -> None:
    done = run(b"isready\nposition startpos\ngo infinite\n")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith(b"bestmove ")


def test_quit_before_it_has_loaded_is_an_end() -> None:
    done = run(b"uci\nquit\n")
    assert done.returncode == 0
    assert done.stdout.endswith(b"uciok\n")


def test_an_interrupt_is_an_end_without_noise() -> None:
    command = tengen_command("uci", "--agent", "uct:sims=50")
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tengen_environment()
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"isready\ngo infinite\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"readyok\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in errors


def test_a_gui_that_stops_listening_is_no_reason_to_stay() -> None:
    command = tengen_command("uci", "--agent", "uct:sims=50")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=tengen_environment())
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        for _ in range(3):
            process.stdin.write(b"uci\n")
        process.stdin.close()
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
