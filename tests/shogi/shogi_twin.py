"""A game of shogi beside cshogi's board, which must always agree on moves, checks and results."""

from typing import Any

import numpy as np
import pytest

from tengen.games import kernels
from tengen.games.rules import OVER, State
from tengen.games.shogi import Shogi
from tengen.games.shogi.rules import DECLARE

cshogi: Any = pytest.importorskip("cshogi")
dlshogi: Any = pytest.importorskip("cshogi.dlshogi")


def play_beside_cshogi(
    game: Shogi, start: str, generator: np.random.Generator, *, texts_every: int = 50, stubborn: bool = False
) -> State:
    """Plays one random game on both boards, and returns its end.

    `stubborn` players like to give check and to do what they did four plies before; others play uniformly.
    Actions are compared as dlshogi's labels, which cshogi knows; as USI and SFEN in every `texts_every`-th position.
    """
    board = cshogi.Board(start)
    states = game.stack([game.parse_position(start)])
    legal = np.empty(game.num_actions, np.int32)
    seen: dict[int, list[int]] = {}
    in_check: list[bool] = []
    played: list[int] = []
    for ply in range(game.max_plies + 1):
        state = states[0]
        key = board.zobrist_hash()
        seen.setdefault(key, []).append(ply)
        in_check.append(board.is_check())
        assert game.in_check(state) == in_check[-1], board.sfen()
        moves = {dlshogi.make_move_label(move, board.turn): move for move in board.legal_moves}
        if kernels.player_at(states, 0) == OVER:
            check_end(game, state, board, seen[key], in_check)
            return state
        assert moves, board.sfen()
        assert len(seen[key]) < 4, board.sfen()
        found = legal[: kernels.legal_actions_at(states, 0, legal)].tolist()
        declares = [DECLARE] if game.declaration and board.is_nyugyoku() else []
        assert found == sorted(moves) + declares, board.sfen()
        if ply % texts_every == 0:
            assert game.position_to_text(state) == board.sfen()
            texts = {game.action_to_text(state, label): cshogi.move_to_usi(move) for label, move in moves.items()}
            assert all(ours == theirs for ours, theirs in texts.items())
        if declares:  # the game goes on without it, so that both boards can
            found.pop()
        action = int(generator.choice(found))
        if stubborn:
            action = stubborn_choice(board, moves, played, action, generator)
        played.append(action)
        board.push(moves[action])
        kernels.apply_at(states, 0, action)
    raise AssertionError(f"no end after {game.max_plies} plies: {board.sfen()}")


def stubborn_choice(
    board: Any, moves: dict[int, int], played: list[int], otherwise: int, generator: np.random.Generator
) -> int:
    """What was played four plies before, a check or a move back, where there is one and chance wills it."""
    if len(played) >= 4 and played[-4] in moves and generator.random() < 0.9:
        return played[-4]
    checks = []
    for label, move in moves.items():
        board.push(move)
        if board.is_check():
            checks.append(label)
        board.pop()
    if checks and generator.random() < 0.7:
        return int(generator.choice(checks))
    return otherwise


def check_end(game: Shogi, state: State, board: Any, plies: list[int], in_check: list[bool]) -> None:
    """Holds why and how a game ended against cshogi's board and the plies at which its position stood."""
    why = game.termination(state)
    to_move = board.turn
    value = game.returns(state)[to_move]
    if not any(True for _ in board.legal_moves):
        assert why == ("checkmate" if board.is_check() else "no legal move")
        assert value == -1
    elif len(plies) >= 4:
        between = in_check[plies[0] + 1 : plies[-1] + 1]
        own, others = all(between[0::2]), all(between[1::2])  # by the side to move; by the other
        assert why == ("repetition" if own == others else "perpetual check")
        assert value == (0 if own == others else -1 if own else 1)
    else:
        assert why == "move limit"
        assert len(in_check) == game.max_plies + 1
        assert value == 0
