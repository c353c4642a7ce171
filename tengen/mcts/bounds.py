"""Proven bounds on exact values, and how they climb a tree.

Score-bounded Monte Carlo tree search: Cazenave and Saffidine, 2010. The end of a game is exact; a node is worth
at least the best of its edges' lower bounds, and at most the best of their upper bounds.
"""

import numpy as np

from tengen.core.jit import inlined, kernel
from tengen.mcts.forest import Forest, Settings, written_edges


@kernel
def bound_edge(forest: Forest, index: int, s: Settings) -> None:
    """Renews the bounds of the edge that leads into a node."""
    node = forest.nodes[index]
    edge = forest.edges[node.edge]
    lower, upper = node.reward, node.reward
    if node.discount > 0.0:
        lower += node.discount * node.lower
        upper += node.discount * node.upper
    elif node.discount < 0.0:
        lower += node.discount * node.upper
        upper += node.discount * node.lower
    edge.lower = max(np.float32(s.floor), lower)
    edge.upper = min(np.float32(s.ceiling), upper)


@kernel
def tighten(forest: Forest, index: int, s: Settings) -> bool:
    """Renews the bounds of a node from its edges'; returns whether they have changed."""
    node = forest.nodes[index]
    lower = np.float32(s.floor)
    upper = np.float32(s.floor if node.tried == node.edges else s.ceiling)
    for number in range(node.first_edge, node.first_edge + written_edges(forest, index)):
        lower = max(lower, forest.edges[number].lower)
        upper = max(upper, forest.edges[number].upper)
    node.proofs = 1
    changed = lower > node.lower or upper < node.upper
    node.lower = max(node.lower, lower)
    node.upper = min(node.upper, upper)
    return changed


@inlined
def is_solved(forest: Forest, index: int) -> bool:
    """Whether the exact value of a node is known."""
    return forest.nodes[index].lower == forest.nodes[index].upper


@inlined
def is_cut(forest: Forest, index: int, number: int, kept: bool, s: Settings) -> bool:
    """Whether search can learn nothing from a tried edge of an unsolved node: it is proven no better than another.

    Of several edges that are exactly the best known, one may stay; `kept` says that none may, or that one does.
    """
    lower = forest.nodes[index].lower
    edge = forest.edges[number]
    return edge.upper <= lower and (kept or edge.lower < lower or lower <= s.floor)


@inlined
def is_keeper(forest: Forest, index: int, number: int) -> bool:
    """Whether a tried edge that is not cut is exactly the best known."""
    return forest.edges[number].upper <= forest.nodes[index].lower


@inlined
def is_worse(forest: Forest, index: int, number: int, s: Settings) -> bool:
    """Whether an edge should not be played: proven worse than another, or lost while another may not be."""
    node = forest.nodes[index]
    upper = forest.edges[number].upper
    return upper < node.lower or (upper <= s.floor and node.upper > s.floor)


@kernel
def best_proven(forest: Forest, index: int, s: Settings) -> int:
    """The most visited root edge whose lower bound is the root's, or -1 where nothing above the floor is proven."""
    node = forest.nodes[index]
    best = -1
    if node.lower > s.floor:
        for number in range(node.first_edge, node.first_edge + written_edges(forest, index)):
            edge = forest.edges[number]
            if edge.lower == node.lower and (best < 0 or edge.visits > forest.edges[best].visits):
                best = number
    return best


@inlined
def bounded_mean(forest: Forest, number: int) -> float:
    """The mean value of a visited edge, as far as its bounds allow it."""
    edge = forest.edges[number]
    return min(max(edge.value_sum / edge.visits, float(edge.lower)), float(edge.upper))
