"""Random games beside python-chess: legal moves, check, repetition, notation, and how each game ends."""

from collections import Counter
from functools import cache

import chess as peer
import numpy as np
import pytest

from tengen import make
from tengen.core.random import stream
from tengen.games import kernels
from tengen.games.chess import Chess
from tengen.games.chess.geometry import PLANE, PROMOTION_PLANE


def chess_game(**parameters: object) -> Chess:
    game = make("chess", **parameters)
    assert isinstance(game, Chess)
    return game


@cache
def action_of(move: peer.Move, turn: bool) -> int:
    """The action of a move, by geometry alone."""
    view = 0 if turn == peer.WHITE else 56
    origin, goal = move.from_square ^ view, move.to_square ^ view
    plane = int(PLANE[origin, goal])
    if move.promotion not in (None, peer.QUEEN):
        piece = (peer.KNIGHT, peer.BISHOP, peer.ROOK).index(move.promotion)
        plane = PROMOTION_PLANE + 3 * piece + goal - origin - 7
    return 64 * plane + origin


def peer_ending(board: peer.Board, moves: int, occurrences: int, *, arbiter: bool) -> str:
    """Why the game is over by what python-chess says of the position; positions are counted by its own keys."""
    if moves == 0:
        return "checkmate" if board.is_check() else "stalemate"
    if board.is_insufficient_material():
        return "insufficient material"
    if occurrences >= (5 if arbiter else 3):
        return "fivefold repetition" if arbiter else "threefold repetition"
    if board.halfmove_clock >= (150 if arbiter else 100):
        return "seventy-five moves" if arbiter else "fifty moves"
    return ""


def play_beside(game: Chess, board: peer.Board, generator: np.random.Generator, *, closely_every: int) -> int:
    """Plays one random game on both boards and compares them at each ply; returns its length."""
    arbiter = game.rules.repetition == 5
    states = game.stack([game.parse_position(board.fen())])
    out = np.empty(game.num_actions, np.int32)
    seen: Counter[object] = Counter()
    ply = 0
    while True:
        state = states[0]
        where = board.fen() if ply % closely_every == 0 else f"{board!r} after {ply} plies"
        moves = {action_of(move, board.turn): move for move in board.legal_moves}
        seen[board._transposition_key()] += 1
        occurrences = seen[board._transposition_key()]
        ending = peer_ending(board, len(moves), occurrences, arbiter=arbiter)
        assert game.termination(state) == ending, where
        assert game.in_check(state) == board.is_check(), where
        assert game.is_repetition(state, occurrences), where
        assert not game.is_repetition(state, occurrences + 1), where
        assert game.halfmove_clock(state) == board.halfmove_clock
        if ending:
            break
        count = kernels.legal_actions_at(states, 0, out)
        assert out[:count].tolist() == sorted(moves), where
        chosen = int(out[generator.integers(count)])
        if ply % closely_every == 0:
            assert game.position_to_text(state) == peer_fen(board), where
            assert game.notate(state, chosen) == board.san(moves[chosen]), where
            texts = sorted(game.action_to_text(state, action) for action in moves)
            assert texts == sorted(move.uci() for move in moves.values()), where
            assert game.is_repetition(state) == board.is_repetition(3), where
            assert not board.is_game_over(), where
        kernels.apply_at(states, 0, chosen)
        board.push(moves[chosen])
        ply += 1
    outcome = board.outcome(claim_draw=True)
    assert outcome
    assert game.returns(states[0]).tolist() == {True: [1.0, -1.0], False: [-1.0, 1.0], None: [0.0, 0.0]}[outcome.winner]
    return ply


def peer_fen(board: peer.Board) -> str:
    return board.shredder_fen(en_passant="legal") if board.chess960 else board.fen(en_passant="legal")


def play_many(games: int, *, chess960: bool, arbiter: bool, seed: int, closely_every: int) -> None:
    rules = {"repetition": 5, "fifty": 75} if arbiter else {}
    game = chess_game(chess960=chess960, **rules)
    for number in range(games):
        generator = stream(seed, "chess beside its peer", int(chess960), number)
        board = peer.Board.from_chess960_pos(int(generator.integers(960))) if chess960 else peer.Board()
        play_beside(game, board, generator, closely_every=closely_every)


@pytest.mark.parametrize("chess960", [False, True])
@pytest.mark.parametrize("arbiter", [False, True])
def test_random_games_go_as_in_python_chess(chess960: bool, arbiter: bool) -> None:
    play_many(6, chess960=chess960, arbiter=arbiter, seed=1, closely_every=4)


@pytest.mark.slow
@pytest.mark.parametrize("chess960", [False, True])
@pytest.mark.parametrize("arbiter", [False, True])
def test_ten_thousand_random_games_go_as_in_python_chess(chess960: bool, arbiter: bool) -> None:
    play_many(2500, chess960=chess960, arbiter=arbiter, seed=2, closely_every=50)
