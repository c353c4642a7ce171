"""What judges a leaf: any callable from observations to policy logits and values."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class Evaluator(Protocol):
    """Judges a batch of positions, each from the side of its player to move."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Policy logits [B, A] (illegal entries are ignored) and values [B] in [-1, 1].

        observations  float32 [B, C, H, W]
        legal         bool [B, A]

        The arrays belong to the caller and are reused; what is returned must not be a view of them.
        """


class LeadEvaluator(Evaluator, Protocol):
    """An evaluator that also tells, in games with points, who leads by how much."""

    def with_lead(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]:
        """Policy logits [B, A], values [B], and leads [B] of the player to move in points, None without points."""


@runtime_checkable
class RememberingEvaluator(Evaluator, Protocol):
    """An evaluator that need not judge everything: the search asks for what is remembered first (mcts/leaf_queue.py).

    Both calls are about the rows `asked` int32 [N] of `observations` [B, C, H, W], and write the same rows of
    `logits` [B, A] and `values` [B].
    """

    def recall(
        self,
        observations: NDArray[np.float32],
        asked: NDArray[np.int32],
        logits: NDArray[np.float32],
        values: NDArray[np.float32],
    ) -> NDArray[np.bool_]:
        """Writes what is remembered; returns of which it was [N]."""

    def judge(
        self,
        observations: NDArray[np.float32],
        legal: NDArray[np.bool_],
        asked: NDArray[np.int32],
        logits: NDArray[np.float32],
        values: NDArray[np.float32],
    ) -> None:
        """Judges rows that `recall` was asked about since they were observed, and remembers them."""


class Uniform:
    """The free evaluator: all actions alike, value 0. The search recognises it and stays compiled throughout."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)


class Rollouts:
    """Judges a leaf by uniformly random games to the end. Compiled: the search recognises it and plays them itself."""

    def __init__(self, playouts: int = 1) -> None:
        self.playouts = playouts
        """Random games for each leaf, averaged."""
