"""A search whose rows are games of their own: each begins, moves on and rests when its game does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import kernel_seeds, stream
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts import root, wave
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator
from tengen.mcts.forest import NO_NODE, Forest, Settings
from tengen.mcts.result import SearchResult
from tengen.mcts.search import Positions, Search


class Rows(Search):
    """B games whose searches ask the network together.

    A row searches as a `Search` of one row with the same seed does: only the size of the network's batch differs, and
    with it the last bits of what the network says.
    """

    def __init__(self, game: RecordGame, evaluator: Evaluator, config: SearchConfig, *, batch: int) -> None:
        super().__init__(game, evaluator, config, batch=batch)
        self._awake = np.zeros(batch, np.bool_)

    def begin(self, row: int, seed: int) -> None:
        """A game begins in a row."""
        self._seeds[row] = kernel_seeds(stream(seed, "search"), 1)[0]
        if self._forest is not None:
            self._forest.node_count[row] = 0

    def search(self, rows: Sequence[int], states: Sequence[State]) -> list[SearchResult]:
        """Searches a position in each of `rows`; the others' trees stay as they are. One result a row, each of one."""
        self._awake[:] = False
        self._awake[list(rows)] = True
        places = np.zeros(self.batch, np.intp)
        places[list(rows)] = range(len(rows))
        assert isinstance(self.game, RecordGame)
        found = self.run(self.game.stack(states)[places])
        assert self._forest is not None
        chosen = np.where(self._awake, found.action, -1)
        variations = self._variations(self._forest, chosen)
        return [_row(found, row, variations[row]) for row in rows]

    def _run_waves(
        self,
        states: Positions,
        forest: Forest,
        fresh: NDArray[np.bool_],
        simulations: NDArray[np.int32],
        settings: Settings,
    ) -> None:
        """As any search's, but that rows asleep do nothing: one without a tree has a bare root meanwhile."""
        awake, chosen = self._awake, self._leaves.chosen
        bare = ~awake & (forest.node_count == 0)
        remaining = np.where(awake, simulations, 0).astype(np.int32)
        self._states.begin(states, forest, (fresh & awake) | bare, self._leaves, settings)
        chosen[~awake] = NO_NODE
        forest.nodes["edges"][np.flatnonzero(bare) * forest.nodes_per_tree] = 0
        self._evaluate(forest, self.batch, settings)
        root.prepare_roots(
            forest, np.arange(self.batch, dtype=np.int32), remaining, self._halving, settings, self._seeds
        )
        while wave.select(forest, self.batch, remaining, self._halving, chosen, settings, self._seeds):
            self._evaluate(forest, self.batch, settings)
        forest.node_count[bare] = 0


def _row(found: SearchResult, row: int, variation: list[int]) -> SearchResult:
    """One row of a result."""
    only = slice(row, row + 1)
    return SearchResult(
        action=found.action[only],
        visits=found.visits[only],
        policy=found.policy[only],
        prior=found.prior[only],
        q=found.q[only],
        value=found.value[only],
        raw_value=found.raw_value[only],
        lower=found.lower[only],
        upper=found.upper[only],
        variations=[variation],
    )
