"""The whole search in one kernel, for evaluators that need no network."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.borrow import borrowed
from tengen.core.jit import inlined, kernel
from tengen.games.kernels import random_playout, short_playout
from tengen.games.rules import CHANCE, OVER, count_actions, legal_actions, player
from tengen.mcts.bounds import is_solved
from tengen.mcts.forest import UNEXPANDED, Forest, Settings, borrow, end_here, has_child, own_edges, try_edge
from tengen.mcts.policies import Seeds, choose
from tengen.mcts.root import next_wanted, prepare_root
from tengen.mcts.summary import Summary, summarise
from tengen.mcts.wave import back_up, begin_tree, expand_chance, has_room, look_for_win, step_to


@inlined
def expand_evenly(
    states: NDArray[Any], shift: int, forest: Forest, tree: int, index: int, scratch: NDArray[np.int32], s: Settings
) -> None:
    """Gives a node its edges, one a legal action, all with the same prior; or one an outcome of chance."""
    if player(states[index - shift]) == CHANCE:
        expand_chance(states, index - shift, forest, tree, index, scratch, s)
        return
    count = legal_actions(states[index - shift], scratch)
    first = own_edges(forest, tree, index, count)
    prior = np.float32(1.0 / count)
    for place in range(count):
        forest.actions[first + place] = scratch[place]
        forest.priors[first + place] = prior


@inlined
def judge(
    states: NDArray[Any],
    number: int,
    playouts: int,
    plies: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    seeds: Seeds,
    tree: int,
) -> float:
    """The mean of `playouts` random games from a position, for its player to move; 0 without playouts.

    After `plies` of them they are cut off, where that is not 0.
    """
    total = 0.0
    for _ in range(playouts):
        spare[0] = states[number]
        if plies == 0:
            total += random_playout(spare[0], seeds, tree, scratch)
        else:
            total += short_playout(spare[0], plies, seeds, tree, scratch)
    return total / max(1, playouts)


@kernel
def search_freely(
    given: NDArray[Any],
    states: NDArray[Any],
    forest: Forest,
    fresh: NDArray[np.bool_],
    simulations: int,
    halving: NDArray[np.int32],
    playouts: int,
    plies: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    s: Settings,
    seeds: Seeds,
    out: Summary,
) -> int:
    """Searches every position of `given` and summarises the trees; returns how many leaves were judged.

    A leaf gets its edges only when a second simulation comes by.

    states  [nodes_per_tree], used again for each tree, or [B * nodes_per_tree] where trees are to be kept
    fresh   [rows]  which trees begin anew
    plies   after which a rollout is cut off; 0 plays to the end
    spare   [1], scratch [A]
    """
    forest = borrow(forest)
    given, states, spare, scratch = borrowed(given), borrowed(states), borrowed(spare), borrowed(scratch)
    halving, seeds = borrowed(halving), borrowed(seeds)
    judged = 0
    rows = len(given)
    kept = len(states) > forest.nodes_per_tree
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        shift = 0 if kept else root
        if fresh[tree]:
            begin_tree(given, states, shift, forest, tree, s)
        if forest.nodes[root].edges == UNEXPANDED:
            expand_evenly(states, shift, forest, tree, root, scratch, s)
            if s.solver:
                look_for_win(states, root - shift, forest, root, scratch)
            if fresh[tree]:
                forest.nodes[root].value = judge(states, root - shift, playouts, plies, spare, scratch, seeds, tree)
                judged += 1
        prepare_root(forest, tree, simulations, halving, s, seeds)
        for _ in range(simulations):
            if is_solved(forest, root):
                break
            index = root
            while not is_solved(forest, index):
                if forest.nodes[index].edges == UNEXPANDED:
                    expand_evenly(states, shift, forest, tree, index, scratch, s)
                edge = choose(forest, tree, index, halving, s, seeds)
                if has_child(forest, index, edge):
                    index = forest.edges[edge].child
                    continue
                child = try_edge(forest, tree, index, edge, s)
                number = child - shift
                node = forest.nodes[child]
                step_to(states, shift, forest, child)
                index = child
                mover = player(states[number])
                if mover == CHANCE and has_room(forest, tree):
                    continue
                if mover == OVER:
                    end_here(forest, child)
                elif s.solver:
                    look_for_win(states, number, forest, child, scratch)
                if not is_solved(forest, child):
                    if s.c_proof > 0.0:
                        node.disproof = count_actions(states[number], scratch)
                    node.value = judge(states, number, playouts, plies, spare, scratch, seeds, tree)
                    judged += 1
                break
            next_wanted(halving, tree)
            node = forest.nodes[index]
            back_up(forest, index, float(node.lower) if is_solved(forest, index) else float(node.value), s)
    summarise(forest, rows, s, seeds, out)
    return judged
