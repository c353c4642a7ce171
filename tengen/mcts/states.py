"""The states of a forest's nodes: records that kernels advance. mcts/emulated.py has those of an emulated game."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidPosition
from tengen.games import kernels
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE
from tengen.mcts import line, reuse, wave
from tengen.mcts.forest import NO_NODE, Forest, Settings
from tengen.mcts.policies import Seeds


class Leaves(NamedTuple):
    """The leaves of one wave, and what the evaluator is asked about them; L in flight at once in each of B trees."""

    chosen: NDArray[np.int32]  # [B, L]: nodes, NO_NODE after the last
    slots: NDArray[np.int32]  # [B, L]: rows of the arrays below, -1 where nothing is to be judged
    observations: NDArray[np.float32]  # [B * L, C, H, W]
    legal: NDArray[np.bool_]  # [B * L, A]
    moves: NDArray[np.int32]  # [B * L, M]: the legal actions
    counts: NDArray[np.int32]  # [B * L]: how many
    logits: NDArray[np.float32]  # [B * L, A]: zeros, for whoever judges without them
    values: NDArray[np.float32]  # [B * L]: what random games say, for whoever plays them on the way


def make_leaves(batch: int, leaves: int, actions: int, most_legal: int, shape: tuple[int, ...]) -> Leaves:
    """Room for `leaves` leaves of each of `batch` trees."""
    return Leaves(
        chosen=np.full((batch, leaves), NO_NODE, np.int32),
        slots=np.full((batch, leaves), -1, np.int32),
        observations=np.empty((batch * leaves, *shape), np.float32),
        legal=np.empty((batch * leaves, actions), np.bool_),
        moves=np.empty((batch * leaves, most_legal), np.int32),
        counts=np.empty(batch * leaves, np.int32),
        logits=np.zeros((batch * leaves, actions), np.float32),
        values=np.zeros(batch * leaves, np.float32),
    )


class NodeStates(Protocol):
    """What a search asks of the states of its nodes."""

    def reserve(self, nodes: int) -> bool:
        """Makes room for so many; whether those that were there are lost."""

    def check(self, given: Any) -> None:
        """InvalidPosition where one of the positions to be searched cannot be."""

    def known(self, forest: Forest, given: Any) -> NDArray[np.bool_]:
        """Which trees [rows] have a root that is the position given."""

    def begin(self, given: Any, forest: Forest, fresh: NDArray[np.bool_], leaves: Leaves, s: Settings) -> None:
        """Begins the trees that are `fresh` [rows], and makes the root the only leaf of each."""

    def advance(self, forest: Forest, rows: int, leaves: Leaves, s: Settings, seeds: Seeds) -> int:
        """Goes to the chosen leaves and writes what the evaluator needs, compactly; returns for how many."""

    def keep(self, forest: Forest, actions: NDArray[np.int32], places: NDArray[np.int32]) -> None:
        """Keeps the subtree of one action in each tree [rows]; a negative action drops the tree."""


class RecordStates:
    """Records in one array, advanced by the rules' kernels."""

    def __init__(self, game: RecordGame, *, open_loop: bool) -> None:
        self.game = game
        self.open_loop = open_loop
        self.array = np.empty(0, game.dtype)
        """[nodes], by node; with one tree's room only where trees are searched one after another."""
        self.scratch = np.empty(game.num_actions, np.int32)
        self.spare = np.empty(2, game.dtype)
        self.path = np.empty(0, np.int32)

    def reserve(self, nodes: int) -> bool:
        if len(self.array) >= nodes:
            return False
        self.array = np.empty(nodes, self.game.dtype)
        self.path = np.empty(nodes, np.int32)
        return True

    def check(self, given: NDArray[Any]) -> None:
        if not self.game.has_chance:
            return
        movers = np.empty(len(given), np.int8)
        kernels.players_batch(given, movers)
        if CHANCE in movers:
            row = int(np.flatnonzero(movers == CHANCE)[0])
            raise InvalidPosition(f"chance moves in position {row + 1}: there is nothing to choose")

    def known(self, forest: Forest, given: NDArray[Any]) -> NDArray[np.bool_]:
        rows = len(given)
        known = np.ones(rows, np.bool_)
        roots = self.array[:: forest.nodes_per_tree][:rows]
        for name in self.game.dtype.names or ():
            same = roots[name] == given[name]
            known &= same.reshape(rows, -1).all(axis=1)
        return known

    def begin(self, given: NDArray[Any], forest: Forest, fresh: NDArray[np.bool_], leaves: Leaves, s: Settings) -> None:
        wave.begin_trees(given, self.array, forest, fresh, leaves.chosen, s)

    def advance(self, forest: Forest, rows: int, leaves: Leaves, s: Settings, seeds: Seeds, apart: bool = False) -> int:
        """As any; `apart`, not in open loop, every leaf has a place of its own in what is written, tree by tree."""
        asked = leaves[:6]
        if self.open_loop:
            return line.advance_lines(self.array, self.spare, self.path, forest, rows, *asked, self.scratch, seeds)
        return wave.advance(self.array, forest, rows, *asked, self.scratch, apart, s)

    def keep(self, forest: Forest, actions: NDArray[np.int32], places: NDArray[np.int32]) -> None:
        if self.open_loop:
            forest.node_count[: len(actions)] = 0
        else:
            reuse.keep_subtrees(self.array, forest, actions, places)
