"""Positions with a forced mate, made with engines: random play until the engine announces a mate in so many moves."""

import random
import time

import chess
import chess.engine

from tengen.protocols.process import EngineProcess, split_command

SEARCH_DEPTH = 10
"""Plies of the engine's search: enough to see a mate in three, and to know that none is shorter."""


def chess_mates(moves: int, count: int, *, seed: int) -> list[str]:
    """`count` different positions (FEN) in which the side to move mates in exactly `moves` moves, by Stockfish."""
    draw = random.Random(seed)
    found: list[str] = []
    with chess.engine.SimpleEngine.popen_uci(split_command("stockfish")) as engine:
        while len(found) < count:
            board = chess.Board()
            while not board.is_game_over() and len(found) < count:
                board.push(draw.choice(list(board.legal_moves)))
                if board.ply() < 12 or board.is_game_over(claim_draw=True) or board.fen() in found:
                    continue
                score = engine.analyse(board, chess.engine.Limit(depth=2 * moves + 2))["score"].relative
                if score.mate() == moves and is_shortest(engine, board, moves):
                    found.append(board.fen())
                    break  # one a game, so that they differ
    return found


def is_shortest(engine: chess.engine.SimpleEngine, board: chess.Board, moves: int) -> bool:
    """Whether a deeper search announces the same mate."""
    return engine.analyse(board, chess.engine.Limit(depth=SEARCH_DEPTH + 4))["score"].relative.mate() == moves


def shogi_mates(moves: int, count: int, *, seed: int) -> list[str]:
    """`count` different positions (SFEN) in which the side to move mates in exactly `moves` moves, by Fairy-Stockfish.

    cshogi must find the mate too: Fairy-Stockfish takes pawn-drop mates for legal.
    """
    import cshogi

    draw = random.Random(seed)
    found: list[str] = []
    engine = EngineProcess("fairy-stockfish")
    try:
        engine.send("usi")
        while len(found) < count:
            board = cshogi.Board()
            while board.move_number < 300 and board.is_draw() == cshogi.NOT_REPETITION:
                legal = list(board.legal_moves)
                if not legal:
                    break
                board.push(draw.choice(legal))
                if board.move_number < 20 or board.is_check() or not board.mate_move(2 * moves - 1):
                    continue
                if mate_announced(engine, board.sfen(), depth=2 * moves + 2) == 2 * moves - 1:
                    found.append(board.sfen())
                    break
    finally:
        engine.close("quit")
    return found


def mate_announced(engine: EngineProcess, sfen: str, *, depth: int) -> int | None:
    """The plies to the mate that the engine sees; in USI it counts plies."""
    question = f"go depth {depth}"
    engine.send(f"position sfen {sfen}")
    engine.send(question)
    mate = None
    while not (line := engine.read(time.monotonic() + 60, after=question)).startswith("bestmove"):
        words = line.split()
        if "mate" in words:
            mate = int(words[words.index("mate") + 1])
        elif "cp" in words:
            mate = None
    return mate
