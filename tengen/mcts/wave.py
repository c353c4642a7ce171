"""One wave of a batched search: select leaves, advance the game to them, absorb what the evaluator says."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.borrow import borrowed
from tengen.core.jit import inlined, kernel
from tengen.games.rules import CHANCE, OVER, apply, chance_outcomes, legal_actions, observe, player, winning_action
from tengen.mcts.bounds import bound_edge, is_solved, tighten
from tengen.mcts.forest import (
    NO_NODE,
    UNEXPANDED,
    Forest,
    Settings,
    borrow,
    bring_best,
    end_here,
    has_child,
    new_root,
    own_edges,
    try_edge,
    win_here,
)
from tengen.mcts.policies import Seeds, choose, choose_outcome
from tengen.mcts.proofs import renew_proof
from tengen.mcts.root import next_wanted

Leaves = NDArray[np.int32]


@kernel
def begin_tree(given: NDArray[Any], states: NDArray[Any], shift: int, forest: Forest, tree: int, s: Settings) -> None:
    """Begins a tree from `given[tree]`; a finished game makes a solved root without edges.

    The state of node n lies in `states[n - shift]`.
    """
    root = new_root(forest, tree, s)
    states[root - shift] = given[tree]
    if player(states[root - shift]) == OVER:
        end_here(forest, root)
        forest.nodes[root].edges = 0


@kernel
def begin_trees(
    given: NDArray[Any], states: NDArray[Any], forest: Forest, fresh: NDArray[np.bool_], leaves: Leaves, s: Settings
) -> None:
    """Begins the trees that are `fresh` [rows], and makes the root the only leaf of each."""
    for tree in range(len(given)):
        if fresh[tree]:
            begin_tree(given, states, 0, forest, tree, s)
        leaves[tree, :] = NO_NODE
        leaves[tree, 0] = tree * forest.nodes_per_tree


@inlined
def look_for_win(states: NDArray[Any], number: int, forest: Forest, index: int, scratch: NDArray[np.int32]) -> None:
    """Solves a node, whose state is `states[number]`, where the game finds an action that wins at once."""
    action = winning_action(states[number], scratch)
    if action >= 0:
        win_here(forest, index, action)


@kernel
def expand_chance(
    states: NDArray[Any], number: int, forest: Forest, tree: int, index: int, scratch: NDArray[np.int32], s: Settings
) -> None:
    """Gives a node at which chance moves, whose state is `states[number]`, its edges: one an outcome."""
    count = chance_outcomes(states[number], scratch, forest.scratch)
    first = own_edges(forest, tree, index, count)
    for place in range(count):
        forest.actions[first + place] = scratch[place]
        forest.priors[first + place] = forest.scratch[place]
    forest.nodes[index].chance = 1
    bring_best(forest, tree, index, s)


@inlined
def step_to(states: NDArray[Any], shift: int, forest: Forest, index: int) -> None:
    """Makes the state of a new node from its parent's, and notes what the step brought."""
    node = forest.nodes[index]
    states[index - shift] = states[node.parent - shift]
    node.reward, node.discount = apply(states[index - shift], forest.actions[node.edge])


@inlined
def has_room(forest: Forest, tree: int) -> bool:
    """Whether a tree may get another node."""
    return forest.node_count[tree] < forest.nodes_per_tree


@kernel
def back_up_alone(forest: Forest, leaf: int, value: float, lift: bool, s: Settings) -> None:
    """`back_up` for a single player, whose values have no limits: it measures their span, too."""
    tree = leaf // forest.nodes_per_tree
    index = leaf
    value = np.float64(value)  # it may come as a single, in which sums of discounted rewards would be kept
    while forest.nodes[index].parent != NO_NODE:
        node = forest.nodes[index]
        value = node.reward + node.discount * value
        edge = forest.edges[node.edge]
        parent = forest.nodes[node.parent]
        edge.visits += 1
        parent.visits += 1
        edge.value_sum += value
        parent.value_sum += value
        q = edge.value_sum / edge.visits
        forest.low[tree] = min(forest.low[tree], q)
        forest.high[tree] = max(forest.high[tree], q)
        if lift:
            bound_edge(forest, index, s)
            lift = tighten(forest, node.parent, s)
        index = node.parent
        if parent.proofs != 0:
            value = min(max(value, float(parent.lower)), float(parent.upper))


@inlined
def back_up(forest: Forest, leaf: int, value: float, s: Settings) -> None:
    """Adds `value`, of the player to move at the leaf, to every edge above it; lifts bounds newly proven there."""
    index = leaf
    lift = False
    if is_solved(forest, leaf) and forest.nodes[leaf].edges == UNEXPANDED:
        forest.nodes[leaf].edges = 0
        lift = s.solver
    if not s.bounded:
        back_up_alone(forest, leaf, value, lift, s)
        return
    while forest.nodes[index].parent != NO_NODE:
        node = forest.nodes[index]
        value = node.reward + node.discount * value
        edge = forest.edges[node.edge]
        edge.visits += 1
        edge.value_sum += value
        parent = forest.nodes[node.parent]
        parent.visits += 1
        parent.value_sum += value
        if lift:
            bound_edge(forest, index, s)
            lift = tighten(forest, node.parent, s)
        if s.c_proof > 0.0:
            renew_proof(forest, node.parent, s)
        index = node.parent
        if parent.proofs != 0:
            value = min(max(value, float(parent.lower)), float(parent.upper))


@inlined
def lend(forest: Forest, leaf: int, visits: int, loss: float) -> None:
    """Adds `visits`, 1 or -1, with a value of `-loss` each to every edge above a leaf in flight."""
    index = leaf
    while forest.nodes[index].parent != NO_NODE:
        node = forest.nodes[index]
        edge = forest.edges[node.edge]
        edge.visits += visits
        edge.value_sum -= visits * loss
        parent = forest.nodes[node.parent]
        parent.visits += visits
        parent.value_sum -= visits * loss
        index = node.parent


@inlined
def select_leaf(forest: Forest, tree: int, halving: NDArray[np.int32], s: Settings, seeds: Seeds) -> int:
    """Follows the policy from the root to a new leaf, a solved node, or a leaf that is in flight already."""
    index = tree * forest.nodes_per_tree
    while forest.nodes[index].edges != UNEXPANDED and not is_solved(forest, index):
        edge = choose(forest, tree, index, halving, s, seeds)
        if not has_child(forest, index, edge):
            return try_edge(forest, tree, index, edge, s)
        index = forest.edges[edge].child
    return index


@kernel
def select(
    forest: Forest,
    rows: int,
    remaining: NDArray[np.int32],
    halving: NDArray[np.int32],
    leaves: Leaves,
    s: Settings,
    seeds: Seeds,
) -> int:
    """Chooses up to `leaves.shape[1]` leaves in each tree that has simulations left; returns how many in all.

    remaining  [B]     simulations to do; counted down
    leaves     [B, L]  nodes, filled from the front, then NO_NODE; their virtual loss is lent where L > 1
    """
    forest = borrow(forest)
    remaining, halving, leaves, seeds = borrowed(remaining), borrowed(halving), borrowed(leaves), borrowed(seeds)
    total = 0
    several = leaves.shape[1] > 1
    for tree in range(rows):
        leaves[tree, :] = NO_NODE
        root = tree * forest.nodes_per_tree
        for place in range(leaves.shape[1]):
            if remaining[tree] <= 0 or is_solved(forest, root):
                break
            before = forest.node_count[tree]
            leaf = select_leaf(forest, tree, halving, s, seeds)
            if several:
                new = forest.node_count[tree] > before
                if not new and not is_solved(forest, leaf):
                    break  # in flight already
                lend(forest, leaf, 1, s.virtual_loss)
            next_wanted(halving, tree)
            remaining[tree] -= 1
            leaves[tree, place] = leaf
            total += 1
    return total


@kernel
def advance(
    states: NDArray[Any],
    forest: Forest,
    rows: int,
    leaves: Leaves,
    slots: NDArray[np.int32],
    observations: NDArray[np.float32],
    legal: NDArray[np.bool_],
    moves: NDArray[np.int32],
    counts: NDArray[np.int32],
    scratch: NDArray[np.int32],
    apart: bool,
    s: Settings,
) -> int:
    """Makes the position of each new leaf; observes those at which the game goes on; returns how many.

    slots         [B, L]        the leaf's place in what follows, or -1
    observations  [K, C, H, W]  filled from the front; or, `apart`, every leaf at a place of its own, tree by tree
    legal         [K, A]
    moves         [K, M]        the same as a list, of which `counts` [K] says how long it is
    scratch       [A]
    """
    forest = borrow(forest)
    states, leaves, slots, scratch = borrowed(states), borrowed(leaves), borrowed(slots), borrowed(scratch)
    observations, legal, moves, counts = borrowed(observations), borrowed(legal), borrowed(moves), borrowed(counts)
    count = 0
    for tree in range(rows):
        for place in range(leaves.shape[1]):
            slots[tree, place] = -1
            leaf = leaves[tree, place]
            if leaf == NO_NODE:
                continue
            node = forest.nodes[leaf]
            if node.edges != UNEXPANDED or is_solved(forest, leaf):
                continue
            if node.parent != NO_NODE:
                step_to(states, 0, forest, leaf)
                while player(states[leaf]) == CHANCE and has_room(forest, tree):
                    expand_chance(states, leaf, forest, tree, leaf, scratch, s)
                    leaf = try_edge(forest, tree, leaf, choose_outcome(forest, leaf), s)
                    step_to(states, 0, forest, leaf)
                leaves[tree, place] = leaf
                node = forest.nodes[leaf]
            if player(states[leaf]) == OVER:
                end_here(forest, leaf)
                continue
            if s.solver:
                look_for_win(states, leaf, forest, leaf, scratch)
                if is_solved(forest, leaf):
                    continue
            slot = tree * leaves.shape[1] + place if apart else count
            observe(states[leaf], observations[slot])
            found = legal_actions(states[leaf], scratch)
            legal[slot, :] = False
            for index in range(found):
                moves[slot, index] = scratch[index]
                legal[slot, scratch[index]] = True
            counts[slot] = found
            node.disproof = found
            slots[tree, place] = slot
            count += 1
    return count


@kernel
def expand(
    forest: Forest, tree: int, leaf: int, logits: NDArray[np.float32], moves: NDArray[np.int32], count: int, s: Settings
) -> bool:
    """Gives a leaf its edges, one for each of `moves` [:count], with softmax of their `logits` [A].

    False if one of those logits is not a number.
    """
    highest = np.float32(-np.inf)
    for place in range(count):
        highest = max(highest, logits[moves[place]])
    first = own_edges(forest, tree, leaf, count)
    total = 0.0
    for place in range(count):
        prior = math.exp(logits[moves[place]] - highest)
        forest.actions[first + place] = moves[place]
        forest.priors[first + place] = prior
        total += prior
    scale = np.float32(1.0 / total)
    for edge in range(first, first + count):
        forest.priors[edge] *= scale
    if forest.nodes[leaf].parent != NO_NODE:
        bring_best(forest, tree, leaf, s)
    return math.isfinite(total)


@kernel
def absorb(
    forest: Forest,
    rows: int,
    leaves: Leaves,
    slots: NDArray[np.int32],
    logits: NDArray[np.float32],
    values: NDArray[np.float32],
    moves: NDArray[np.int32],
    counts: NDArray[np.int32],
    s: Settings,
) -> bool:
    """Expands the leaves that were evaluated and backs all up; False if the evaluator gave what is not a number."""
    forest = borrow(forest)
    leaves, slots, logits, values = borrowed(leaves), borrowed(slots), borrowed(logits), borrowed(values)
    moves, counts = borrowed(moves), borrowed(counts)
    sound = True
    for tree in range(rows):
        for place in range(leaves.shape[1]):
            leaf = leaves[tree, place]
            if leaf == NO_NODE:
                break
            slot = slots[tree, place]
            value = (
                float(forest.nodes[leaf].lower) if is_solved(forest, leaf) else 0.0
            )  # in open loop a line may end early
            if slot >= 0:
                value = float(values[slot])
                forest.nodes[leaf].value = values[slot]
                sound &= math.isfinite(value) & expand(forest, tree, leaf, logits[slot], moves[slot], counts[slot], s)
            if leaves.shape[1] > 1:
                lend(forest, leaf, -1, s.virtual_loss)
            back_up(forest, leaf, value, s)
    return sound
