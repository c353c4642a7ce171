"""The whole search in one kernel, for evaluators that need no network."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.kernels import random_playout
from tengen.games.rules import OVER, apply, legal_actions, player
from tengen.mcts.bounds import is_solved
from tengen.mcts.forest import NO_NODE, UNEXPANDED, Forest, Settings, end_here, new_root, own_edges, set_edge, try_edge
from tengen.mcts.policies import Seeds, choose
from tengen.mcts.root import CONSIDERED, WANTED, next_wanted
from tengen.mcts.wave import back_up


@kernel
def begin_trees(
    states: NDArray[Any], forest: Forest, given: NDArray[Any], fresh: NDArray[np.bool_], s: Settings
) -> None:
    """Begins a tree from `given[row]` in each row that is `fresh` [B]; a finished game makes a solved root."""
    for tree in range(len(given)):
        if fresh[tree]:
            root = new_root(forest, tree, s)
            states[root] = given[tree]
            if player(states[root]) == OVER:
                end_here(forest, root)
                forest.nodes[root].edges = 0


@kernel
def expand_evenly(
    states: NDArray[Any], forest: Forest, tree: int, index: int, scratch: NDArray[np.int32], s: Settings
) -> None:
    """Gives a node its edges, one a legal action, all with the same prior."""
    count = legal_actions(states[index], scratch)
    first = own_edges(forest, tree, index, count)
    for place in range(count):
        set_edge(forest, first + place, scratch[place], 1.0 / count, s)


@kernel
def judge(
    states: NDArray[Any],
    index: int,
    playouts: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    seeds: Seeds,
    tree: int,
) -> float:
    """The mean of `playouts` random games from a position, for its player to move; 0 without playouts."""
    if playouts == 0:
        return 0.0
    total = 0.0
    for _ in range(playouts):
        spare[0] = states[index]
        total += random_playout(spare[0], seeds, tree, scratch)
    return total / playouts


@kernel
def expand_roots(
    states: NDArray[Any],
    forest: Forest,
    rows: int,
    playouts: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    s: Settings,
    seeds: Seeds,
) -> int:
    """Expands and judges the roots that are not expanded; returns how many were judged."""
    count = 0
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        if forest.nodes[root].edges == UNEXPANDED:
            expand_evenly(states, forest, tree, root, scratch, s)
            forest.nodes[root].value = judge(states, root, playouts, spare, scratch, seeds, tree)
            count += playouts > 0
    return count


@kernel
def simulate(
    states: NDArray[Any],
    forest: Forest,
    rows: int,
    remaining: NDArray[np.int32],
    halving: NDArray[np.int32],
    playouts: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    s: Settings,
    seeds: Seeds,
) -> int:
    """Runs all `remaining` [B] simulations of each tree; returns how many leaves were judged.

    A leaf gets its edges only when a second simulation comes by.
    """
    judged = 0
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        while remaining[tree] > 0 and not is_solved(forest, root):
            remaining[tree] -= 1
            index = root
            while not is_solved(forest, index):
                if forest.nodes[index].edges == UNEXPANDED:
                    expand_evenly(states, forest, tree, index, scratch, s)
                edge = choose(forest, tree, index, halving[tree, WANTED], halving[tree, CONSIDERED], s, seeds)
                child = forest.edges[edge].child
                if child == NO_NODE:
                    child = try_edge(forest, tree, index, edge, s)
                    states[child] = states[index]
                    node = forest.nodes[child]
                    node.reward, node.discount = apply(states[child], forest.edges[edge].action)
                    if player(states[child]) == OVER:
                        end_here(forest, child)
                    else:
                        node.value = judge(states, child, playouts, spare, scratch, seeds, tree)
                        judged += 1
                    index = child
                    break
                index = child
            next_wanted(halving, tree)
            node = forest.nodes[index]
            back_up(forest, index, float(node.lower) if is_solved(forest, index) else float(node.value), s)
    return judged
