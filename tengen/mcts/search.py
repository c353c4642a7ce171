"""The search over a batch of positions: select, advance, evaluate, absorb."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts
from tengen.mcts.result import SearchResult


class Search:
    """B trees searched in lockstep. Rows never influence each other."""

    def __init__(
        self, game: RecordGame, evaluator: Evaluator | Rollouts, config: SearchConfig, *, batch: int = 1, seed: int = 0
    ) -> None:
        raise NotImplementedError

    def run(self, states: NDArray[Any], *, simulations: int | None = None) -> SearchResult:
        """Searches `states` [B] (not changed); finished games are left alone. `simulations` overrides the config.

        With `config.reuse`, a tree whose root is still `states[row]` goes on from what it knows.
        """
        raise NotImplementedError

    def advance(self, actions: NDArray[np.int32]) -> None:
        """Tells which action was played in each tree [B]: its subtree becomes the tree; -1 drops the tree of a row."""
        raise NotImplementedError


def search(
    game: RecordGame, state: State, evaluator: Evaluator | Rollouts, config: SearchConfig, *, seed: int = 0
) -> SearchResult:
    """Searches one position: a SearchResult of one row."""
    return Search(game, evaluator, config, batch=1, seed=seed).run(game.stack([state]))
