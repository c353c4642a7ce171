"""Random games beside python-chess: legal moves, check, repetition, notation, and how each game ends."""

import chess as peer
import numpy as np
import pytest

from tengen import make
from tengen.core.random import stream
from tengen.games import kernels
from tengen.games.chess import Chess

ENDINGS = {
    peer.Termination.CHECKMATE: "checkmate",
    peer.Termination.STALEMATE: "stalemate",
    peer.Termination.INSUFFICIENT_MATERIAL: "insufficient material",
    peer.Termination.SEVENTYFIVE_MOVES: "seventy-five moves",
    peer.Termination.FIVEFOLD_REPETITION: "fivefold repetition",
    peer.Termination.FIFTY_MOVES: "fifty moves",
    peer.Termination.THREEFOLD_REPETITION: "threefold repetition",
}


def chess_game(**parameters: object) -> Chess:
    game = make("chess", **parameters)
    assert isinstance(game, Chess)
    return game


def peer_ending(board: peer.Board, *, arbiter: bool) -> str:
    """Why python-chess thinks that the game is over, without draws that would first have to be claimed by a move."""
    outcome = board.outcome()
    if outcome and (arbiter or outcome.winner is not None):
        return ENDINGS[outcome.termination]
    if outcome and outcome.termination in (peer.Termination.STALEMATE, peer.Termination.INSUFFICIENT_MATERIAL):
        return ENDINGS[outcome.termination]
    if not arbiter and board.is_repetition(3):
        return "threefold repetition"
    if not arbiter and board.halfmove_clock >= 100:
        return "fifty moves"
    return ""


def play_beside(game: Chess, board: peer.Board, generator: np.random.Generator, *, texts_every: int) -> int:
    """Plays one random game on both boards and compares them at each ply; returns its length."""
    arbiter = game.rules.repetition == 5
    state = game.parse_position(board.fen())
    states = game.stack([state])
    ply = 0
    while True:
        state = states[0]
        where = board.fen()
        ending = peer_ending(board, arbiter=arbiter)
        assert game.termination(state) == ending, where
        assert game.in_check(state) == board.is_check(), where
        assert game.is_repetition(state) == board.is_repetition(3), where
        assert game.is_repetition(state, 2) == board.is_repetition(2), where
        if ending:
            break
        legal = game.legal_actions(state).tolist()
        texts = [game.action_to_text(state, action) for action in legal]
        moves = {move.uci(): move for move in board.legal_moves}
        assert sorted(texts) == sorted(moves), where
        chosen = int(generator.integers(len(legal)))
        if ply % texts_every == 0:
            assert game.position_to_text(state) == peer_fen(board), where
            assert game.notate(state, legal[chosen]) == board.san(moves[texts[chosen]]), where
        kernels.apply_at(states, 0, legal[chosen])
        board.push(moves[texts[chosen]])
        ply += 1
    if board.is_checkmate():
        assert game.returns(state).tolist() == ([-1.0, 1.0] if board.turn == peer.WHITE else [1.0, -1.0])
    else:
        assert game.returns(state).tolist() == [0.0, 0.0]
    return ply


def peer_fen(board: peer.Board) -> str:
    return board.shredder_fen(en_passant="legal") if board.chess960 else board.fen(en_passant="legal")


def play_many(games: int, *, chess960: bool, arbiter: bool, seed: int, texts_every: int) -> None:
    rules = {"repetition": 5, "fifty": 75} if arbiter else {}
    game = chess_game(chess960=chess960, **rules)
    for number in range(games):
        generator = stream(seed, "chess beside its peer", int(chess960), number)
        board = peer.Board.from_chess960_pos(int(generator.integers(960))) if chess960 else peer.Board()
        play_beside(game, board, generator, texts_every=texts_every)


@pytest.mark.parametrize("chess960", [False, True])
@pytest.mark.parametrize("arbiter", [False, True])
def test_random_games_go_as_in_python_chess(chess960: bool, arbiter: bool) -> None:
    play_many(6, chess960=chess960, arbiter=arbiter, seed=1, texts_every=4)


@pytest.mark.slow
@pytest.mark.parametrize("chess960", [False, True])
@pytest.mark.parametrize("arbiter", [False, True])
def test_ten_thousand_random_games_go_as_in_python_chess(chess960: bool, arbiter: bool) -> None:
    play_many(2500, chess960=chess960, arbiter=arbiter, seed=2, texts_every=50)
