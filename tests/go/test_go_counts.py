"""Numbers of legal positions (Tromp and Farnebäck, "Combinatorics of Go") and values of solved boards."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.game import perft
from tengen.games.go import Go
from tengen.games.go.setup import FINE, set_up
from tengen.games.kernels import apply_at, final_score_at, legal_actions_at
from tengen.games.rules import State
from tests.oracles import oracle


@kernel
def count_legal_boards(states: NDArray[State], board: NDArray[np.int8]) -> int:
    """How many ways to fill `board` [size * size] with empty, black and white can be set up."""
    total = 0
    while True:
        total += set_up(states, board, 0, 0, -1, False) == FINE
        place = 0
        while place < len(board) and board[place] == 2:
            board[place] = 0
            place += 1
        if place == len(board):
            return total
        board[place] += 1


def legal_boards(size: int) -> int:
    game = Go(size=size)
    return int(count_legal_boards(game.initial_states(1), np.zeros(size * size, np.int8)))


@pytest.mark.parametrize(("size", "count"), [(1, 1), (2, 57), (3, 12675)])
def test_as_many_positions_can_be_set_up_as_are_legal(size: int, count: int) -> None:
    assert legal_boards(size) == count


@pytest.mark.slow
def test_as_many_positions_can_be_set_up_on_4x4_as_are_legal() -> None:
    assert legal_boards(4) == 24318165


@pytest.mark.parametrize(("size", "count"), [(1, 1), (2, 57), (3, 12675)])
def test_every_legal_position_can_be_reached_by_moves_and_no_other(size: int, count: int) -> None:
    game = Go(size=size, superko="simple")
    seen = {bytes(size * size)}
    todo = [game.initial_state()]
    while todo:
        state = todo.pop()
        for to_move in (0, 1):
            # A position found by setting up forgets the past, so no repetition stands in the way.
            fresh = game.position(game.board(state), to_move)
            for action in game.legal_actions(fresh)[:-1]:
                after = game.apply(fresh, int(action))
                mark = game.board(after).tobytes()
                if mark not in seen:
                    seen.add(mark)
                    todo.append(after)
    assert len(seen) == count


@kernel
def best_score(states: NDArray[State], lists: NDArray[np.int32], ply: int, alpha: int, beta: int) -> int:
    """Black's best score by plain alpha-beta search: Black raises alpha, White lowers beta."""
    ownership = np.zeros(lists.shape[1], np.int8)
    if states[ply].over:
        return int(final_score_at(states, ply, ownership))
    count = legal_actions_at(states, ply, lists[ply])
    black = states[ply].turn == 0
    for index in range(count):
        states[ply + 1] = states[ply]
        apply_at(states, ply + 1, lists[ply, count - 1 - index])
        score = best_score(states, lists, ply + 1, alpha, beta)
        if black:
            alpha = max(alpha, score)
        else:
            beta = min(beta, score)
        if alpha >= beta:
            break
    return alpha if black else beta


def solved_value(size: int, alpha: int, beta: int) -> int:
    game = Go(size=size, komi=0)
    states = game.initial_states(game.max_plies + 1)
    return int(best_score(states, np.empty((game.max_plies + 1, game.num_actions), np.int32), 0, alpha, beta))


def published(size: str) -> int:
    values = json.loads(oracle("go/solved.json").read_text())["values"]
    return next(int(entry["value"]) for entry in values if entry["size"] == size)


def test_the_smallest_board_is_a_draw() -> None:
    assert solved_value(1, -1, 1) == published("1x1")


def test_two_by_two_is_won_by_one_point_with_exact_superko() -> None:
    value = published("2x2")
    assert solved_value(2, value - 1, value) == value
    assert solved_value(2, value, value + 1) == value


def test_perft_of_no_depth_is_one() -> None:
    game = Go(size=3)
    assert perft(game, game.initial_state(), 0) == 1
