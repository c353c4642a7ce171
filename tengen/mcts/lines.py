"""What a searched tree says about several root actions: their lines, and how far off a proven end is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.mcts.forest import NO_ACTION, NO_NODE, Forest
from tengen.mcts.root import swap_root_edges

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A root action and what the tree expects after it."""

    actions: list[int]
    """The root action, then the most visited; where a win is proven, the shortest that is and the longest defence."""
    visits: int
    value: float
    """For the player to move at the root, in [-1, 1]; 0 if it was never visited."""
    lower: float
    """Proven bounds on the value, -1 and 1 where nothing is proven."""
    upper: float
    plies: int | None
    """Where a win or a loss is proven: plies to the end of the game, this action's among them."""
    shares: list[int]
    """Simulations through each of `actions`."""


@kernel
def depth_of_tree(forest: Forest, tree: int, depths: NDArray[np.int32]) -> int:
    """The plies from the root to the deepest node; `depths` [nodes_per_tree] is overwritten."""
    base = tree * forest.nodes_per_tree
    deepest = 0
    for place in range(forest.node_count[tree]):
        parent = forest.nodes[base + place].parent
        depths[place] = 0 if parent == NO_NODE else depths[parent - base] + 1
        deepest = max(deepest, depths[place])
    return deepest


@kernel
def measure_proofs(forest: Forest, tree: int, plies: NDArray[np.int32]) -> None:
    """Writes the plies to the end from every node of a two-player tree that is proven won or lost, else UNKNOWN.

    Whoever wins takes the shortest proven way, whoever loses the longest. Parents stand before their children, so
    one pass from the back does it.

    plies  [nodes_per_tree]
    """
    base = tree * forest.nodes_per_tree
    count = forest.node_count[tree]
    for place in range(count):
        plies[place] = UNKNOWN
    for place in range(count - 1, -1, -1):
        node = forest.nodes[base + place]
        if node.win != NO_ACTION:
            plies[place] = 1
        if node.parent == NO_NODE:
            continue
        above = node.parent - base
        edge = forest.edges[node.edge]
        steps = 1 + max(0, plies[place])
        if forest.nodes[node.parent].lower >= 1.0:
            if edge.lower >= 1.0 and (plies[above] == UNKNOWN or steps < plies[above]):
                plies[above] = steps
        elif forest.nodes[node.parent].upper <= -1.0:
            plies[above] = max(plies[above], steps)


@kernel
def restrict_root(forest: Forest, tree: int, allowed: NDArray[np.bool_]) -> int:
    """Keeps those edges of an expanded root whose actions are `allowed` [A]; returns how many there are.

    Of an untried root only: a child that was made already would lose its parent.
    """
    root = tree * forest.nodes_per_tree
    node = forest.nodes[root]
    kept = 0
    total = 0.0
    for place in range(node.edges):
        if allowed[forest.actions[node.first_edge + place]]:
            if place != kept:
                swap_root_edges(forest, tree, root, place, kept)
            total += forest.root_prior[tree, kept]
            kept += 1
    node.edges = kept
    if node.win != NO_ACTION and not allowed[node.win]:
        node.win = NO_ACTION
    for place in range(kept):
        forest.root_prior[tree, place] /= total
    return kept


def read_lines(forest: Forest, first: int, most: int, plies: NDArray[np.int32], *, tree: int = 0) -> list[Line]:
    """The lines of up to `most` tried actions of a tree's root, the best first.

    Those that win come first, the quickest before; those that lose last, the longest before; between them action
    `first`, then by visits.

    plies  [nodes_per_tree]  as `measure_proofs` leaves it
    """
    base = tree * forest.nodes_per_tree
    root = forest.nodes[base]
    begin, end = int(root["first_edge"]), int(root["first_edge"]) + int(root["edges"])
    actions, edges = forest.actions[begin:end], forest.edges[begin:end]
    tried = np.flatnonzero(edges["child"] != NO_NODE)
    won, lost = edges["lower"][tried] >= 1.0, edges["upper"][tried] <= -1.0
    distances = 1 + np.maximum(plies[edges["child"][tried] - base], 0)
    visited = np.where(actions[tried] == first, np.iinfo(np.int32).max, edges["visits"][tried])
    order = np.where(won, distances, np.where(lost, -distances, -visited))
    found = []
    for index in np.lexsort((order, lost.astype(int) - won))[:most].tolist():
        place = tried[index]
        edge = edges[place]
        lower, upper, visits = float(edge["lower"]), float(edge["upper"]), int(edge["visits"])
        value = float(edge["value_sum"]) / visits if visits else 0.0
        distance = int(distances[index]) if won[index] or lost[index] else None
        line, shares = [int(actions[place])], [visits]
        _follow(forest, base, int(edge["child"]), plies, line, shares)
        found.append(Line(line, visits, min(max(value, lower), upper), lower, upper, distance, shares))
    return found


def _follow(
    forest: Forest, base: int, index: int, plies: NDArray[np.int32], line: list[int], shares: list[int]
) -> None:
    """Adds to `line` what is expected from a node on, and to `shares` how often each of it was simulated."""
    while index != NO_NODE:
        node = forest.nodes[index]
        first, tried = int(node["first_edge"]), int(node["tried"])
        edges = forest.edges[first : first + tried]
        if node["win"] != NO_ACTION:
            line.append(int(node["win"]))
            shares.append(1)
            break
        if tried == 0:
            break
        if node["lower"] >= 1.0:
            good = np.flatnonzero(edges["lower"] >= 1.0)
            place = int(good[np.argmin(plies[edges["child"][good] - base])])
        elif node["upper"] <= -1.0:
            place = int(np.argmax(plies[edges["child"] - base]))
        else:
            weights = np.where(edges["upper"] <= -1.0, -1, edges["visits"])
            if node["lower"] == node["upper"]:
                weights[edges["lower"] < node["lower"]] = -1
            place = int(np.argmax(weights))
        line.append(int(forest.actions[first + place]))
        shares.append(int(edges["visits"][place]))
        index = int(edges["child"][place])
