"""A search whose trees come and go: every slot has a position and a number of simulations of its own.

What many askers want to know is asked of the network in full batches: when a slot is done, the next position takes
its place while the others go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.core.jit import kernel
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts import lines, root, wave
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import LeadEvaluator
from tengen.mcts.forest import NO_NODE, Forest
from tengen.mcts.lines import Line
from tengen.mcts.search import Search
from tengen.mcts.states import RecordStates


@dataclass(frozen=True, slots=True)
class Finding:
    """What a slot's tree says so far."""

    lines: list[Line]
    """One for each action tried, the best first."""
    visits: int
    """Simulations through the root."""
    value: float
    """Of the root, for the player to move, in [-1, 1]."""
    raw_value: float
    """The network's own."""
    prior: NDArray[np.float32]
    """[A]: the network's policy at the root; 0 where an action is illegal or not allowed."""
    leads: dict[int, float]
    """Points by which the player to move leads after each action tried, mean over what was judged below it."""
    lead: float
    """The same for the root; nan where nothing is known of points."""


class Slots(Search):
    """Up to `batch` positions of a game for two, searched side by side, each until its own simulations are done."""

    def __init__(
        self, game: RecordGame, evaluator: LeadEvaluator, config: SearchConfig, *, batch: int, most: int, seed: int = 0
    ) -> None:
        """No position may ask for more than `most` simulations. InvalidParameter for games with chance or for one."""
        super().__init__(game, evaluator, config, batch=batch, seed=seed)
        if game.num_players != 2 or game.has_chance or config.policy != "puct" or not isinstance(game, RecordGame):
            raise InvalidParameter(f"side by side are searched games for two without chance, by PUCT; not {game.text}")
        self.most = most
        self.free = list(range(batch))
        """Slots that nobody uses."""
        self._judge = evaluator
        self._trees = self._room_for(most)
        self._given = np.zeros(batch, game.dtype)
        self._remaining = np.zeros(batch, np.int32)
        self._wanted = np.zeros(batch, np.int32)
        self._allowed: dict[int, NDArray[np.bool_]] = {}
        self._new: list[int] = []
        self._busy = np.zeros(batch, np.bool_)
        self._leads = np.full(len(self._trees.nodes), np.nan, np.float32)
        self._signs = np.empty(self._trees.nodes_per_tree, np.int8)

    def place(self, state: State, simulations: int, allowed: Sequence[int] | None = None) -> int:
        """Gives a position at which somebody is to move to a free slot, whose number is returned.

        With `allowed`, legal actions, no other first action is tried.
        """
        if not 1 <= simulations <= self.most:
            raise InvalidParameter(f"simulations={simulations}: 1 to {self.most} in a slot")
        slot = self.free.pop()
        self._given[slot] = state
        assert isinstance(self._states, RecordStates)
        wave.begin_tree(self._given, self._states.array, 0, self._trees, slot, self._settings())
        base = slot * self._trees.nodes_per_tree
        self._leads[base : base + self._trees.nodes_per_tree] = np.nan
        self._remaining[slot], self._wanted[slot] = 0, simulations
        if allowed is not None:
            self._allowed[slot] = np.zeros(self.game.num_actions, np.bool_)
            self._allowed[slot][list(allowed)] = True
        self._busy[slot] = True
        self._new.append(slot)
        return slot

    def release(self, slot: int) -> None:
        """Frees a slot, done or not."""
        self._busy[slot] = False
        self._remaining[slot] = 0
        self._allowed.pop(slot, None)
        if slot in self._new:
            self._new.remove(slot)
        self.free.append(slot)

    def advance_all(self) -> list[int]:
        """Adds a simulation to each busy slot, or its first judgement; returns the slots that are done.

        A slot is done after its simulations, or when its result is proven.
        """
        forest, leaves, settings = self._trees, self._leaves, self._settings()
        wave.select(forest, self.batch, self._remaining, self._halving, leaves.chosen, settings, self._seeds)
        for slot in self._new:
            leaves.chosen[slot, 0] = slot * forest.nodes_per_tree
        count = self._states.advance(forest, self.batch, leaves, settings, self._seeds)
        logits, values = leaves.logits[:count], leaves.values[:count]
        if count:
            logits, values, leads = self._judge.with_lead(leaves.observations[:count], leaves.legal[:count])
            judged = leaves.slots >= 0
            if leads is not None:
                self._leads[leaves.chosen[judged]] = leads[leaves.slots[judged]]
        self.evaluations += count
        if not wave.absorb(
            forest, self.batch, leaves.chosen, leaves.slots, logits, values, leaves.moves, leaves.counts, settings
        ):
            raise FloatingPointError("the evaluator returned a logit or a value that is not a finite number")
        for slot in self._new:
            self._begin(slot)
        self._new = []
        roots = forest.nodes[:: forest.nodes_per_tree]
        done = self._busy & ((self._remaining <= 0) | (roots["lower"] == roots["upper"]))
        return np.flatnonzero(done).tolist()

    def _begin(self, slot: int) -> None:
        """Prepares a root that was just judged."""
        forest, settings = self._trees, self._settings()
        wanted = int(self._wanted[slot])
        root.prepare_root(forest, slot, wanted, self._halving, settings, self._seeds)
        if slot in self._allowed:
            lines.restrict_root(forest, slot, self._allowed[slot])
            root.prepare_root(forest, slot, wanted, self._halving, settings, self._seeds)
        self._remaining[slot] = wanted

    def find(self, slot: int) -> Finding | None:
        """What is known of a slot's position; None before its first judgement."""
        if slot in self._new:
            return None
        forest = self._trees
        top = forest.nodes[slot * forest.nodes_per_tree]
        first, count = int(top["first_edge"]), max(0, int(top["edges"]))
        prior = np.zeros(self.game.num_actions, np.float32)
        actions = forest.actions[first : first + count]
        prior[actions] = forest.root_prior[slot, :count]
        lines.measure_proofs(forest, slot, self._places)
        found = lines.read_lines(forest, -1, count, self._places, tree=slot)
        sums, counts = np.zeros(count), np.zeros(count, np.int32)
        add_leads(forest, slot, self._leads, self._places, self._signs, sums, counts)
        leads = {int(actions[place]): sums[place] / counts[place] for place in np.flatnonzero(counts).tolist()}
        total = int(counts.sum())
        lead = float(sums.sum()) / total if total else float(self._leads[slot * forest.nodes_per_tree])
        visits = int(top["visits"])
        value = (float(top["value"]) + float(top["value_sum"])) / (1 + visits)
        value = min(max(value, float(top["lower"])), float(top["upper"]))
        return Finding(found, visits, value, float(top["value"]), prior, leads, lead)


@kernel
def add_leads(
    forest: Forest,
    tree: int,
    leads: NDArray[np.float32],
    places: NDArray[np.int32],
    signs: NDArray[np.int8],
    sums: NDArray[np.float64],
    counts: NDArray[np.int32],
) -> None:
    """Adds up the leads [nodes] that are known below each edge of a root, by place, for the player to move there.

    `places` and `signs` [nodes_per_tree] are overwritten.
    """
    base = tree * forest.nodes_per_tree
    first = forest.nodes[base].first_edge
    signs[0] = 1
    places[0] = NO_NODE
    for number in range(1, forest.node_count[tree]):
        node = forest.nodes[base + number]
        above = node.parent - base
        signs[number] = -signs[above]
        places[number] = node.edge - first if above == 0 else places[above]
        lead = leads[base + number]
        if lead == lead:
            sums[places[number]] += signs[number] * lead
            counts[places[number]] += 1
