"""What a search has found, for a batch of trees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SearchResult:
    """B searched positions over A actions; nothing else of a tree is seen outside mcts/."""

    action: NDArray[np.int32]
    """[B]: the chosen action, -1 where the game is over."""
    visits: NDArray[np.int32]
    """[B, A]: simulations through each root action."""
    policy: NDArray[np.float32]
    """[B, A]: the improved policy, a target for training; sums to 1 (completed Q for Gumbel, pruned visits else)."""
    prior: NDArray[np.float32]
    """[B, A]: the evaluator's policy at the root, without noise."""
    q: NDArray[np.float32]
    """[B, A]: mean value of each root action for the player to move; 0 where unvisited."""
    value: NDArray[np.float32]
    """[B]: value of the root after the search, for the player to move."""
    raw_value: NDArray[np.float32]
    """[B]: the evaluator's own value of the root."""
    lower: NDArray[np.float32]
    """[B, A]: proven lower bound on each root action's value; -inf where nothing is proven."""
    upper: NDArray[np.float32]
    """[B, A]: proven upper bound; +inf where nothing is proven."""
    variations: list[list[int]]
    """[B] principal variations: most visited actions from the root down, the chosen action first."""
