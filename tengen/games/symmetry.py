"""Symmetries of a board as permutations of its points and actions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Symmetries:
    """S permutations; index 0 changes nothing. A plane transforms as `plane.ravel()[points[s]]`."""

    points: NDArray[np.int32]
    """[S, H * W]: the point that each point's content comes from."""
    actions: NDArray[np.int32]
    """[S, A]: the action that each action's policy comes from: `policy[actions[s]]` belongs to the new position."""


def none(height: int, width: int, num_actions: int) -> Symmetries:
    """The identity alone."""
    return Symmetries(np.arange(height * width, dtype=np.int32)[None], np.arange(num_actions, dtype=np.int32)[None])


def square(size: int, *, extra_actions: int = 0) -> Symmetries:
    """The 8 symmetries of a square whose actions are its points; `extra_actions` behind them (a pass) stay."""
    board = np.arange(size * size, dtype=np.int32).reshape(size, size)
    turned = [np.rot90(side, turns) for side in (board, board.T) for turns in range(4)]
    points = np.stack([turn.ravel() for turn in turned])
    tail = np.tile(np.arange(size * size, size * size + extra_actions, dtype=np.int32), (8, 1))
    return Symmetries(points, np.concatenate([points, tail], axis=1))
