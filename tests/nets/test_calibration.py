"""Positions from which the ranges of 8-bit networks are measured."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.mcts.evaluator import Uniform
from tengen.nets.calibration import GAMES, played_positions


def game(text: str) -> RecordGame:
    made = make(text)
    assert isinstance(made, RecordGame)
    return made


class AlwaysFirst:
    """Expects the lowest action in every position."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits = np.linspace(0.0, -1e6, legal.shape[1], dtype=np.float32)
        return np.tile(logits, (len(legal), 1)), np.zeros(len(legal), np.float32)


@pytest.mark.parametrize("text", ["tictactoe", "go:size=5", "chess", "gridworld:four-rooms"])
def test_there_are_as_many_positions_as_are_asked_for_and_a_seed_draws_them(text: str) -> None:
    some = game(text)
    positions = played_positions(some, Uniform(), count=40, seed=1)
    assert positions.shape == (40, *some.observation_shape)
    assert positions.dtype == np.float32
    assert len(np.unique(positions.reshape(40, -1), axis=0)) > 10
    np.testing.assert_array_equal(positions, played_positions(some, Uniform(), count=40, seed=1))


def test_games_go_on_to_their_end_by_the_policy() -> None:
    # by the lowest squares in turn the first player has a row after seven plies
    some = game("tictactoe")
    state, expected = some.initial_state(), []
    for action in range(7):
        expected.append(some.observe(state))
        state = some.apply(state, action)
    assert some.is_over(state)
    positions = played_positions(some, AlwaysFirst(), count=1000)
    assert len(positions) == 7 * GAMES
    np.testing.assert_array_equal(np.unique(positions, axis=0), np.unique(np.stack(expected), axis=0))
