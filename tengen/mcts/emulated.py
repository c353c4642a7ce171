"""The states of nodes of an emulated game: snapshots, and one simulator that goes from one to the next."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import stream
from tengen.games.emulated import EmulatedGame, Simulator, Situation
from tengen.mcts import reuse
from tengen.mcts.forest import NO_NODE, UNEXPANDED, Forest, Settings, new_root
from tengen.mcts.policies import Seeds
from tengen.mcts.states import Leaves

NOWHERE = -1
BLOCK = 256
"""Random actions drawn at once for a rollout."""


def must_replay(game: EmulatedGame) -> bool:
    """Whether a search plays every line anew: what chance decides must be averaged over, or nothing can be restored."""
    return game.stochastic or not game.can_restore


class EmulatedStates:
    """A snapshot for each node from which a simulation may go on; in open loop for the roots alone.

    The simulator stays where the last step has left it: a leaf is judged, and rolled out, without going back.
    """

    def __init__(
        self,
        game: EmulatedGame,
        batch: int,
        *,
        open_loop: bool,
        playouts: int | None,
        plies: int,
        seed: int,
    ) -> None:
        """`playouts` random games of up to `plies` actions judge a leaf, 0 plies to the end; None: it is observed."""
        self.game = game
        self.open_loop = open_loop
        self.playouts = playouts
        self.plies = plies
        self.seconds = 0.0
        """Spent in saving and restoring so far."""
        self.snapshots: list[Any] = []
        self.roots: list[Situation | None] = [None] * batch
        self._generators = [stream(seed, "rollouts", row) for row in range(batch)]
        self._live: Simulator | None = None
        self._at = NOWHERE

    @property
    def simulator(self) -> Simulator:
        """A simulator of this search's own."""
        if self._live is None:
            self._live = self.game.for_plans().simulator(observing=self.playouts is None)
        return self._live

    def reserve(self, nodes: int) -> bool:
        if len(self.snapshots) >= nodes:
            return False
        self.snapshots = [None] * nodes
        self._at = NOWHERE
        return True

    def check(self, given: Sequence[Situation]) -> None:
        for situation in given:
            self.game.player(situation)

    def known(self, forest: Forest, given: Sequence[Situation]) -> NDArray[np.bool_]:
        return np.array([_same(root, now) for root, now in zip(self.roots, given, strict=False)], np.bool_)

    def begin(
        self, given: Sequence[Situation], forest: Forest, fresh: NDArray[np.bool_], leaves: Leaves, s: Settings
    ) -> None:
        self._at = NOWHERE
        for tree, situation in enumerate(given):
            root = tree * forest.nodes_per_tree
            if fresh[tree]:
                new_root(forest, tree, s)
                if situation.over:
                    _end(forest.nodes[root])
                    forest.nodes[root]["edges"] = 0
            self.roots[tree] = situation
            self.snapshots[root] = situation.snapshot
            leaves.chosen[tree] = NO_NODE
            leaves.chosen[tree, 0] = root

    def advance(self, forest: Forest, rows: int, leaves: Leaves, s: Settings, seeds: Seeds) -> int:
        count = 0
        go = self._play_line if self.open_loop else self._step
        for tree, leaf in enumerate(leaves.chosen[:rows, 0].tolist()):
            leaves.slots[tree, 0] = NOWHERE
            if leaf == NO_NODE:
                continue
            node = forest.nodes[leaf]
            if node["edges"] != UNEXPANDED or node["lower"] == node["upper"] or not go(forest, tree, leaf):
                continue
            if self.playouts is None:
                self.simulator.observe(leaves.observations[count])
            else:
                leaves.values[count] = self._judge(tree, leaf)
            actions = self.game.num_actions
            leaves.legal[count] = True
            leaves.moves[count, :actions] = np.arange(actions)
            leaves.counts[count] = actions
            leaves.slots[tree, 0] = count
            count += 1
        return count

    def keep(self, forest: Forest, actions: NDArray[np.int32], places: NDArray[np.int32]) -> None:
        numbers = np.arange(len(self.snapshots))
        for tree, action in enumerate(actions.tolist()):
            base, root = tree * forest.nodes_per_tree, self.roots[tree]
            before = int(forest.node_count[tree])
            if action < 0 or before == 0 or root is None:
                forest.node_count[tree] = 0
                continue
            reuse.keep_subtree(numbers, forest, tree, action, places)
            kept = int(forest.node_count[tree])
            self.snapshots[base : base + kept] = [self.snapshots[old] for old in numbers[base : base + kept].tolist()]
            self.snapshots[base + kept : base + before] = [None] * (before - kept)
            self.roots[tree] = Situation(None, root.seed, root.history.followed_by(action), root.plies + 1)
        self._at = NOWHERE

    def _step(self, forest: Forest, tree: int, leaf: int) -> bool:
        """Goes to a new leaf and saves it; whether the game goes on there."""
        node = forest.nodes[leaf]
        if node["parent"] == NO_NODE:
            self._go(leaf)
            return True
        self._go(int(node["parent"]))
        outcome = self.simulator.step(int(forest.actions[node["edge"]]))
        node["reward"] = outcome.reward
        if outcome.terminated or outcome.truncated:
            node["discount"] = 0.0
            _end(node)
            self._at = NOWHERE
            return False
        node["discount"] = self.game.discount
        began = time.perf_counter()
        self.snapshots[leaf] = self.simulator.save()
        self.seconds += time.perf_counter() - began
        self._at = leaf
        return True

    def _play_line(self, forest: Forest, tree: int, leaf: int) -> bool:
        """Plays from the root to a leaf, with luck of its own; whether the game goes on there. See mcts/line.py."""
        line, index = [], leaf
        while forest.nodes["parent"][index] != NO_NODE:
            line.append(index)
            index = int(forest.nodes["parent"][index])
        self._at = NOWHERE
        self._go(index)
        self._at = NOWHERE
        self.simulator.reseed(int(self._generators[tree].integers(2**31)))
        over = False
        for index in reversed(line):
            node = forest.nodes[index]
            node["reward"] = node["discount"] = 0.0
            if not over:
                outcome = self.simulator.step(int(forest.actions[node["edge"]]))
                over = outcome.terminated or outcome.truncated
                node["reward"] = outcome.reward
                node["discount"] = 0.0 if over else self.game.discount
        return not over

    def _judge(self, tree: int, leaf: int) -> float:
        """The mean of random games from where the simulator stands."""
        assert self.playouts is not None
        total = 0.0
        here = None
        if self.playouts > 1:
            here = self.simulator.save() if self.open_loop else self.snapshots[leaf]
        for number in range(self.playouts):
            if number > 0:
                began = time.perf_counter()
                self.simulator.restore(here)
                self.seconds += time.perf_counter() - began
                if self.open_loop:
                    self.simulator.reseed(int(self._generators[tree].integers(2**31)))
            total += self._rollout(tree)
        if self.playouts:
            self._at = NOWHERE
        return total / max(1, self.playouts)

    def _rollout(self, tree: int) -> float:
        """The discounted reward of one random game."""
        step, draw = self.simulator.step, self._generators[tree].integers
        total, weight = 0.0, 1.0
        left = self.plies or -1
        while left:
            block = min(left, BLOCK) if left > 0 else BLOCK
            left -= block if left > 0 else 0
            for action in draw(self.game.num_actions, size=block).tolist():
                outcome = step(action)
                total += weight * outcome.reward
                weight *= self.game.discount
                if outcome.terminated or outcome.truncated:
                    return total
        return total

    def _go(self, index: int) -> None:
        if self._at == index:
            return
        began = time.perf_counter()
        self.simulator.restore(self.snapshots[index])
        self.seconds += time.perf_counter() - began
        self._at = index


def _same(root: Situation | None, now: Situation) -> bool:
    return root is not None and (root.plies, root.seed, root.history) == (now.plies, now.seed, now.history)


def _end(node: Any) -> None:
    node["lower"] = node["upper"] = 0.0
