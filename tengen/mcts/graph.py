"""Random games under a graph: equal positions share a node, and a simulation renews every value on its way in full.

Transpositions in Monte Carlo tree search: Childs, Brodeur and Kocsis 2008. Full backups: DP-UCT, Keller and Helmert
2013. Every simulation is then a trial of real-time dynamic programming (Barto, Bradtke and Singh 1995) whose first
guesses are random games: what is learned of a position on one way to it counts on all.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.borrow import borrowed
from tengen.core.jit import inlined, kernel
from tengen.games.rules import CHANCE, OVER, key, player
from tengen.mcts.bounds import is_solved
from tengen.mcts.forest import (
    NO_NODE,
    UNEXPANDED,
    Forest,
    Settings,
    borrow,
    bring_best,
    clear_edge,
    end_here,
    has_child,
    new_node,
    written_edges,
)
from tengen.mcts.free import expand_evenly, judge
from tengen.mcts.policies import Seeds, choose, node_mean
from tengen.mcts.root import next_wanted, prepare_root
from tengen.mcts.summary import Summary, summarise
from tengen.mcts.wave import begin_tree, has_room, step_to

SLOTS_PER_NODE = 2
"""Slots of the table of positions for each node of a tree, at least."""


def table_size(nodes: int) -> int:
    """The slots of one tree's table: a power of two."""
    return 1 << (SLOTS_PER_NODE * nodes - 1).bit_length()


@inlined
def name_of(states: NDArray[Any], number: int, forest: Forest, index: int) -> np.uint64:
    """What nodes have in common that may be one: the position, and what the step into it brought, which nodes hold."""
    node = forest.nodes[index]
    name = key(states[number])
    for fact in (float(node.reward), float(node.discount)):
        name = (name ^ np.uint64(np.int64(fact * 1048576.0))) * np.uint64(0x9E3779B97F4A7C15)
        name ^= name >> np.uint64(29)
    return name


@inlined
def find_or_add(
    table: NDArray[np.int32], begin: int, mask: int, names: NDArray[np.uint64], base: int, index: int
) -> int:
    """The node of the table's part from `begin` on that has the name of node `index`, which is added if there is none.

    names  [nodes_per_tree]  by place in the tree, whose nodes begin at `base`
    """
    name = names[index - base]
    slot = np.int64(name & np.uint64(mask))
    while table[begin + slot] != NO_NODE:
        other = table[begin + slot]
        if names[other - base] == name:
            return other
        slot = (slot + 1) & mask
    table[begin + slot] = index
    return index


@inlined
def join_edge(forest: Forest, tree: int, index: int, number: int, child: int, s: Settings) -> None:
    """Lets an untried edge of node `index` lead to `child`."""
    clear_edge(forest, number, s)
    forest.edges[number].child = child
    node = forest.nodes[index]
    node.tried_prior += forest.priors[number]
    node.tried += 1
    bring_best(forest, tree, index, s)


@kernel
def search_graph(
    given: NDArray[Any],
    states: NDArray[Any],
    forest: Forest,
    fresh: NDArray[np.bool_],
    simulations: int,
    halving: NDArray[np.int32],
    table: NDArray[np.int32],
    names: NDArray[np.uint64],
    path: NDArray[np.int32],
    passed: NDArray[np.int32],
    playouts: int,
    plies: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    s: Settings,
    seeds: Seeds,
    out: Summary,
) -> int:
    """`free.search_freely` over graphs; returns how many leaves were judged.

    A simulation ends at the end of the game, where it comes back to a position that it has passed, or where it adds an
    edge, which may lead to a position that is known from elsewhere.

    table   [B * a power of two]  nodes by name, NO_NODE where free
    names   [B * nodes_per_tree]
    path    [nodes_per_tree]  scratch: the edges followed
    passed  [nodes_per_tree]  scratch: in which simulation a node was last passed
    """
    forest = borrow(forest)
    given, states, spare, scratch = borrowed(given), borrowed(states), borrowed(spare), borrowed(scratch)
    halving, seeds, table, names = borrowed(halving), borrowed(seeds), borrowed(table), borrowed(names)
    path, passed = borrowed(path), borrowed(passed)
    judged = 0
    rows = len(given)
    size = len(table) // len(forest.node_count)
    kept = len(states) > forest.nodes_per_tree
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        shift = 0 if kept else root
        if fresh[tree]:
            begin_tree(given, states, shift, forest, tree, s)
            table[tree * size : (tree + 1) * size] = NO_NODE
        if forest.nodes[root].edges == UNEXPANDED:
            expand_evenly(states, shift, forest, tree, root, scratch, s)
            forest.nodes[root].value = judge(states, root - shift, playouts, plies, spare, scratch, seeds, tree)
            judged += 1
        prepare_root(forest, tree, simulations, halving, s, seeds)
        passed[: forest.node_count[tree]] = -1
        for simulation in range(simulations):
            if is_solved(forest, root):
                break
            index = root
            length = 0
            while not is_solved(forest, index) and passed[index - root] != simulation:
                passed[index - root] = simulation
                if forest.nodes[index].edges == UNEXPANDED:
                    expand_evenly(states, shift, forest, tree, index, scratch, s)
                edge = choose(forest, tree, index, halving, s, seeds)
                path[length] = edge
                length += 1
                if has_child(forest, index, edge):
                    index = forest.edges[edge].child
                    continue
                leaf = new_node(forest, tree, index, edge, s)
                step_to(states, shift, forest, leaf)
                names[leaf] = name_of(states, leaf - shift, forest, leaf)
                child = find_or_add(table, tree * size, size - 1, names[root:], root, leaf)
                join_edge(forest, tree, index, edge, child, s)
                index = child
                passed[leaf - root] = -1
                if child != leaf:
                    forest.node_count[tree] -= 1
                    break
                mover = player(states[leaf - shift])
                if mover == CHANCE and has_room(forest, tree):
                    continue
                if mover == OVER:
                    end_here(forest, leaf)
                    forest.nodes[leaf].edges = 0
                else:
                    forest.nodes[leaf].value = judge(states, leaf - shift, playouts, plies, spare, scratch, seeds, tree)
                    judged += 1
                break
            next_wanted(halving, tree)
            renew_path(forest, tree, path, length)
    summarise(forest, rows, s, seeds, out)
    return judged


@inlined
def renew_value(forest: Forest, index: int) -> None:
    """Works out anew what a node and its tried edges are worth: a full backup.

    The best edge, or, where chance moves, the mean of the outcomes met, by probability (DP-UCT, Keller and Helmert
    2013). Sums are set so that they stay means times visits.
    """
    node = forest.nodes[index]
    best, mass, total = -math.inf, 0.0, 0.0
    for number in range(node.first_edge, node.first_edge + written_edges(forest, index)):
        edge = forest.edges[number]
        if edge.visits > 0:
            child = forest.nodes[edge.child]
            q = child.reward + child.discount * node_mean(forest, edge.child)
            edge.value_sum = edge.visits * q
            best = max(best, q)
            mass += forest.priors[number]
            total += forest.priors[number] * q
    value = total / mass if node.chance != 0 else best
    node.value_sum = value * (1 + node.visits) - node.value


@inlined
def renew_choice(forest: Forest, index: int) -> None:
    """Works out a node anew, and before that what chance makes of each of its tried actions."""
    for number in range(forest.nodes[index].first_edge, forest.nodes[index].first_edge + written_edges(forest, index)):
        child = forest.edges[number].child
        if child != NO_NODE and forest.nodes[child].chance != 0:
            renew_value(forest, child)
    renew_value(forest, index)


@inlined
def renew_path(forest: Forest, tree: int, path: NDArray[np.int32], length: int) -> None:
    """Counts a visit of every edge of a path, and works out its values anew from the end to the root."""
    for step in range(length - 1, -1, -1):
        edge = forest.edges[path[step]]
        owner = tree * forest.nodes_per_tree if step == 0 else forest.edges[path[step - 1]].child
        edge.visits += 1
        forest.nodes[owner].visits += 1
        renew_choice(forest, owner)
        q = edge.value_sum / edge.visits
        forest.low[tree] = min(forest.low[tree], q)
        forest.high[tree] = max(forest.high[tree], q)
