"""Waves through an evaluator that remembers: what it knows is taken at once, the rest waits for a batch of one size.

A network is fastest on batches that are large and alike. Trees whose leaf is remembered would leave gaps in a batch
of all trees; here they go on while the others wait, and those with most simulations to do are judged first, so that
all end together.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.mcts.evaluator import RememberingEvaluator
from tengen.mcts.forest import NO_NODE
from tengen.mcts.states import Leaves

STEP = 8
"""Batches are multiples of this where they are larger."""


class LeafQueue:
    """Leaves that wait to be judged, at most one in each tree: its own row of what the evaluator is asked."""

    def __init__(self, leaves: Leaves) -> None:
        """`leaves` has room for one leaf a tree."""
        self.leaves = leaves
        self.logits = np.zeros_like(leaves.logits)
        self.values = np.zeros_like(leaves.values)
        self.unknown = 1.0
        """Share of the leaves that were not remembered in the last search."""
        self._nodes = np.full(len(leaves.chosen), NO_NODE, np.int32)
        self._asked = 0
        self._judged = 0
        self._most = 1

    def begin(self, left: NDArray[np.int32]) -> None:
        """A search begins in which each tree has so many simulations to do [rows], besides its root."""
        if self._asked:
            self.unknown = self._judged / self._asked
        self._asked = self._judged = 0
        self._nodes[:] = NO_NODE
        # with so many a batch, all trees can be served in as many batches as the longest needs at most
        least = self.unknown * float(left.sum() + len(left)) / (int(left.max(initial=0)) + 1)
        self._most = max(1, int(least) // STEP * STEP if least >= STEP else int(least))

    @property
    def waiting(self) -> NDArray[np.bool_]:
        """Which trees [B] have a leaf that waits."""
        return self._nodes != NO_NODE

    def full(self) -> bool:
        """Whether as many wait as a batch takes."""
        return int(np.count_nonzero(self.waiting)) >= self._most

    def put(self, evaluator: RememberingEvaluator, rows: int) -> int:
        """Keeps of the chosen leaves those that must be judged, and takes what is remembered of others.

        Returns how many were asked about. Those that remain chosen can be absorbed.
        """
        chosen, slots = self.leaves.chosen[:, 0], self.leaves.slots[:rows, 0]
        asked = slots[slots >= 0]
        if len(asked):
            unknown = asked[~evaluator.recall(self.leaves.observations, asked, self.logits, self.values)]
            self._nodes[unknown] = chosen[unknown]
            chosen[unknown] = NO_NODE
            self._asked += len(asked)
            self._judged += len(unknown)
        return len(asked)

    def judge(self, evaluator: RememberingEvaluator, left: NDArray[np.int32]) -> None:
        """Has a batch judged, of the trees with most simulations left [rows], and makes those alone chosen."""
        leaves = self.leaves
        trees = np.flatnonzero(self.waiting).astype(np.int32)
        if len(trees) > self._most:
            trees = np.sort(trees[np.argsort(-left[trees], kind="stable")[: self._most]])
        evaluator.judge(leaves.observations, leaves.legal, trees, self.logits, self.values)
        leaves.chosen[:, 0] = NO_NODE
        leaves.chosen[trees, 0] = self._nodes[trees]
        leaves.slots[trees, 0] = trees
        self._nodes[trees] = NO_NODE
