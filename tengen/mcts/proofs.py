"""Proof numbers: where in a tree a forced win seems nearest.

A node's `proof` number is about how many leaves must still turn out well to prove a win for its player to move, its
`disproof` number the same for a loss: the least of its children's disproof numbers, and the sum of their proof
numbers (Allis, van der Meulen and van den Herik 1994). A leaf with n legal actions begins with 1 and n, so that
lines of forced replies come first. UCT takes them as a bonus beside the mean value: Doe, Winands, Kowalski et al.
"Combining Monte-Carlo tree search with proof-number search", 2022.
"""

import numpy as np

from tengen.core.jit import inlined
from tengen.mcts.forest import NO_NODE, Forest, Settings, written_edges

NEVER = np.float32(1e9)
"""The number of what cannot be proven."""


@inlined
def renew_proof(forest: Forest, index: int, s: Settings) -> None:
    """Works out the numbers of a node anew from its edges; one that is untried counts as a leaf with one reply."""
    node = forest.nodes[index]
    proof, disproof = NEVER, np.float32(node.edges - node.tried)
    if node.tried < node.edges:
        proof = np.float32(1.0)
    for number in range(node.first_edge, node.first_edge + written_edges(forest, index)):
        edge = forest.edges[number]
        if edge.child != NO_NODE:
            proof = min(proof, proof_by(forest, number))
            if edge.lower <= -1.0 < edge.upper:
                disproof += forest.nodes[edge.child].proof
            elif edge.lower > -1.0:
                disproof = NEVER
    node.proof = proof
    node.disproof = min(disproof, NEVER)


@inlined
def proof_by(forest: Forest, number: int) -> np.float32:
    """How hard it seems to prove a win by an edge that has been tried."""
    edge = forest.edges[number]
    if edge.lower >= 1.0:
        return np.float32(0.0)
    if edge.upper < 1.0:
        return NEVER
    return np.float32(forest.nodes[edge.child].disproof)


@inlined
def proof_bonus(forest: Forest, index: int, number: int) -> float:
    """How near an edge is to the node's easiest way to prove a win: 1 for the easiest, towards 0 for harder ones."""
    return (forest.nodes[index].proof + 1.0) / (proof_by(forest, number) + 1.0)
