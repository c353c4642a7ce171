"""Open loop: nodes are sequences of actions, and every simulation plays its line anew from the root.

So chance is averaged over without being enumerated, and nothing but the root need be restored. What one plans is then
one sequence of actions for all that may happen, which may be worth less than a plan that looks at what has happened
(open-loop MCTS: Perez et al. 2015; Weinstein and Littman 2012).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.borrow import borrowed
from tengen.core.jit import inlined, kernel
from tengen.core.random import random_below
from tengen.games.rules import CHANCE, OVER, apply, legal_actions, observe, player, random_action
from tengen.mcts.bounds import is_solved
from tengen.mcts.forest import NO_NODE, UNEXPANDED, Forest, Settings, borrow
from tengen.mcts.free import expand_evenly, judge
from tengen.mcts.policies import Seeds
from tengen.mcts.root import next_wanted, prepare_root
from tengen.mcts.summary import Summary, summarise
from tengen.mcts.wave import back_up, begin_tree, select_leaf


@inlined
def play_line(
    states: NDArray[Any],
    spare: NDArray[Any],
    path: NDArray[np.int32],
    forest: Forest,
    root: int,
    leaf: int,
    scratch: NDArray[np.int32],
    seeds: Seeds,
    tree: int,
) -> None:
    """Plays from `states[root]` to a leaf in `spare[0]`, chance as it falls, and notes at nodes what each step brought.

    After the end of the game nothing is earned. An action that is not legal this time is replaced by a random one.

    path  [nodes]  scratch
    """
    length = 0
    index = leaf
    while forest.nodes[index].parent != NO_NODE:
        path[length] = index
        length += 1
        index = forest.nodes[index].parent
    spare[0] = states[root]
    for step in range(length - 1, -1, -1):
        node = forest.nodes[path[step]]
        node.reward = 0.0
        node.discount = 0.0
        if player(spare[0]) == OVER:
            continue
        action = forest.actions[node.edge]
        count = legal_actions(spare[0], scratch)
        legal = False
        for place in range(count):
            legal |= scratch[place] == action
        if not legal:
            action = scratch[random_below(seeds, tree, count)]
        node.reward, node.discount = apply(spare[0], action)
        while player(spare[0]) == CHANCE:
            reward, discount = apply(spare[0], random_action(spare[0], seeds, tree, scratch))
            node.reward += node.discount * reward
            node.discount *= discount


@kernel
def advance_lines(
    states: NDArray[Any],
    spare: NDArray[Any],
    path: NDArray[np.int32],
    forest: Forest,
    rows: int,
    leaves: NDArray[np.int32],
    slots: NDArray[np.int32],
    observations: NDArray[np.float32],
    legal: NDArray[np.bool_],
    moves: NDArray[np.int32],
    counts: NDArray[np.int32],
    scratch: NDArray[np.int32],
    seeds: Seeds,
) -> int:
    """`wave.advance` in open loop: a leaf at which the line of this simulation has ended is not judged."""
    forest = borrow(forest)
    count = 0
    for tree in range(rows):
        slots[tree, 0] = -1
        leaf = leaves[tree, 0]
        if leaf == NO_NODE or forest.nodes[leaf].edges != UNEXPANDED or is_solved(forest, leaf):
            continue
        play_line(states, spare, path, forest, tree * forest.nodes_per_tree, leaf, scratch, seeds, tree)
        if player(spare[0]) == OVER:
            continue
        observe(spare[0], observations[count])
        found = legal_actions(spare[0], scratch)
        legal[count, :] = False
        for index in range(found):
            moves[count, index] = scratch[index]
            legal[count, scratch[index]] = True
        counts[count] = found
        slots[tree, 0] = count
        count += 1
    return count


@kernel
def search_lines(
    given: NDArray[Any],
    states: NDArray[Any],
    forest: Forest,
    fresh: NDArray[np.bool_],
    simulations: int,
    halving: NDArray[np.int32],
    path: NDArray[np.int32],
    playouts: int,
    plies: int,
    spare: NDArray[Any],
    scratch: NDArray[np.int32],
    s: Settings,
    seeds: Seeds,
    out: Summary,
) -> int:
    """`free.search_freely` in open loop; returns how many leaves were judged.

    states  [B * nodes_per_tree], of which only the roots are used
    path    [nodes_per_tree]  scratch
    spare   [2]
    """
    forest = borrow(forest)
    given, states, spare, scratch = borrowed(given), borrowed(states), borrowed(spare), borrowed(scratch)
    halving, seeds, path = borrowed(halving), borrowed(seeds), borrowed(path)
    judged = 0
    rows = len(given)
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        if fresh[tree]:
            begin_tree(given, states, 0, forest, tree, s)
        if forest.nodes[root].edges == UNEXPANDED:
            expand_evenly(states, 0, forest, tree, root, scratch, s)
            forest.nodes[root].value = judge(states, root, playouts, plies, spare[1:], scratch, seeds, tree)
            judged += 1
        prepare_root(forest, tree, simulations, halving, s, seeds)
        for _ in range(simulations):
            if is_solved(forest, root):
                break
            leaf = select_leaf(forest, tree, halving, s, seeds)
            next_wanted(halving, tree)
            play_line(states, spare, path, forest, root, leaf, scratch, seeds, tree)
            value = 0.0
            if player(spare[0]) != OVER:
                expand_evenly(spare, leaf, forest, tree, leaf, scratch, s)
                value = judge(spare, 0, playouts, plies, spare[1:], scratch, seeds, tree)
                forest.nodes[leaf].value = value
                judged += 1
            back_up(forest, leaf, value, s)
    summarise(forest, rows, s, seeds, out)
    return judged
