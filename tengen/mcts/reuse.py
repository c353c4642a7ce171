"""Keeping the subtree of the move that was played."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.mcts.forest import NO_NODE, Forest


@kernel
def move_node(states: NDArray[Any], forest: Forest, old: int, new: int, parent: int, edge: int) -> None:
    """Copies a node and its state to an earlier place."""
    if old != new:
        forest.nodes[new] = forest.nodes[old]
        states[new] = states[old]
    forest.nodes[new].parent = parent
    forest.nodes[new].edge = edge


@kernel
def keep_subtree(states: NDArray[Any], forest: Forest, tree: int, action: int, places: NDArray[np.int32]) -> None:
    """Makes the child of the root by `action` the root, in place; without such a child, or where it has no edges, the
    tree is dropped.

    Nodes and slices of edges stand in the order of their making, parents before children, so that all move
    towards the front and nothing is overwritten before it has moved.

    places  [nodes_per_tree]  scratch: where each node goes, or NO_NODE
    """
    base = tree * forest.nodes_per_tree
    count = forest.node_count[tree]
    forest.node_count[tree] = 0
    child = NO_NODE
    root = forest.nodes[base]
    # a root that no run has prepared yet is like any node: nothing is written at edges that were not tried
    written = root.edges if forest.root_ready[tree] else root.tried
    forest.root_ready[tree] = False
    for edge in range(root.first_edge, root.first_edge + written):
        if forest.actions[edge] == action:
            child = forest.edges[edge].child
    if child == NO_NODE or forest.nodes[child].edges == 0:
        return  # over, or solved by looking ahead: as a root it would have nothing to choose from
    kept = 0
    for index in range(base, base + count):
        parent = forest.nodes[index].parent
        stays = index == child or (index > child and places[parent - base] != NO_NODE)
        places[index - base] = NO_NODE
        if stays:
            places[index - base] = base + kept
            kept += 1
    # The slices first, while nodes are still where `owners` says.
    owners = 0
    free = tree * forest.edges_per_tree
    begin = free
    for number in range(base, base + forest.owner_count[tree]):
        owner = forest.owners[number]
        if places[owner - base] == NO_NODE:
            continue
        node = forest.nodes[owner]
        old = node.first_edge
        node.first_edge = free
        for place in range(node.edges):
            forest.actions[free + place] = forest.actions[old + place]
            forest.priors[free + place] = forest.priors[old + place]
        for place in range(node.tried):
            forest.edges[free + place] = forest.edges[old + place]
            below = forest.edges[free + place].child
            forest.edges[free + place].child = places[below - base]
            forest.nodes[below].edge = free + place
        free += node.edges
        forest.owners[base + owners] = places[owner - base]
        owners += 1
    for index in range(base, base + count):
        if places[index - base] != NO_NODE:
            node = forest.nodes[index]
            if index == child:
                move_node(states, forest, index, base, NO_NODE, NO_NODE)
            else:
                move_node(states, forest, index, places[index - base], places[node.parent - base], node.edge)
    forest.node_count[tree] = kept
    forest.edge_count[tree] = free - begin
    forest.owner_count[tree] = owners


@kernel
def keep_subtrees(states: NDArray[Any], forest: Forest, actions: NDArray[np.int32], places: NDArray[np.int32]) -> None:
    """Keeps the subtree of one action in each tree [B]; a negative action drops the tree."""
    for tree in range(len(actions)):
        if actions[tree] < 0:
            forest.node_count[tree] = 0
        elif forest.node_count[tree] > 0:
            keep_subtree(states, forest, tree, actions[tree], places)
