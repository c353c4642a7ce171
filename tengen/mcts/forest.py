"""The trees of a batch in two arrays of records, one a node and one an edge, and what every search does to them.

Tree t owns nodes `t * nodes_per_tree` onwards, the first of which is its root, and as many edges in the same
way; nodes and edges are named by their index in the whole array. A node that has been expanded owns a
contiguous slice of edges, one a legal action. The edges that have been tried come first in it, and in
searches with a prior the best of the rest follows them: so a choice looks at the tried edges and one more.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel

NO_NODE = -1
UNEXPANDED = -1

NODE = np.dtype(
    [
        ("parent", np.int32),  # NO_NODE at a root
        ("edge", np.int32),  # the parent's edge that leads here
        ("first_edge", np.int32),
        ("edges", np.int32),  # how many legal actions; UNEXPANDED before they are known
        ("tried", np.int32),  # how many of its edges have a child
        ("visits", np.int32),  # simulations that went on from here, by any edge
        ("value_sum", np.float64),  # of their values, for the player to move here
        ("value", np.float32),  # the evaluator's, for the player to move here
        ("tried_prior", np.float32),  # sum of the priors of the tried edges
        ("reward", np.float32),  # of the transition into this node, for whoever moved
        ("discount", np.float32),  # value(parent) = reward + discount * value(this)
        ("lower", np.float32),  # proven bounds on the exact value, for the player to move here
        ("upper", np.float32),
        ("proofs", np.int32),  # whether the bounds of a child say more than the game's own limits
    ],
    align=True,
)

EDGE = np.dtype(
    [
        ("action", np.int32),
        ("child", np.int32),  # NO_NODE before it is tried
        ("visits", np.int32),
        ("prior", np.float32),  # the evaluator's probability, without noise
        ("value_sum", np.float64),  # reward + discount * value, for the player to move at the owner
        ("lower", np.float32),  # proven bounds on that
        ("upper", np.float32),
    ],
    align=True,
)

PUCT, UCT, GUMBEL = 0, 1, 2


class Forest(NamedTuple):
    """Search trees for B positions over A actions."""

    nodes: NDArray[Any]  # NODE [B * nodes_per_tree]
    edges: NDArray[Any]  # EDGE [B * edges_per_tree]
    owners: NDArray[np.int32]  # [B * nodes_per_tree]: the expanded nodes of each tree in the order of their edges
    node_count: NDArray[np.int32]  # [B]; 0 is no tree
    edge_count: NDArray[np.int32]  # [B]
    owner_count: NDArray[np.int32]  # [B]
    root_weight: NDArray[np.float32]  # [B, A]: by root edge: the prior with noise (PUCT), logit and noise (Gumbel)
    root_before: NDArray[np.int32]  # [B, A]: by root edge: its visits before this run
    scratch: NDArray[np.float64]  # [A]
    nodes_per_tree: int
    edges_per_tree: int


class Settings(NamedTuple):
    """What kernels read of a SearchConfig, and the limits of values in the game."""

    policy: int
    c_init: float
    c_base: float
    c_uct: float
    fpu_reduction: float
    root_fpu_reduction: float
    forced_playouts: float
    c_visit: float
    c_scale: float
    virtual_loss: float
    solver: bool
    flat: bool  # whether the evaluator's priors are all alike
    floor: float  # no position is worth less, none more than the ceiling
    ceiling: float


def allocate(batch: int, actions: int, nodes_per_tree: int) -> Forest:
    """A forest without trees; pages of memory that are never used are never taken."""
    edges_per_tree = nodes_per_tree * actions
    return Forest(
        nodes=np.empty(batch * nodes_per_tree, NODE),
        edges=np.empty(batch * edges_per_tree, EDGE),
        owners=np.empty(batch * nodes_per_tree, np.int32),
        node_count=np.zeros(batch, np.int32),
        edge_count=np.zeros(batch, np.int32),
        owner_count=np.zeros(batch, np.int32),
        root_weight=np.empty((batch, actions), np.float32),
        root_before=np.empty((batch, actions), np.int32),
        scratch=np.empty(actions, np.float64),
        nodes_per_tree=nodes_per_tree,
        edges_per_tree=edges_per_tree,
    )


@kernel
def new_node(forest: Forest, tree: int, parent: int, edge: int, s: Settings) -> int:
    """Takes the next node of a tree, a leaf about which nothing is known."""
    index = tree * forest.nodes_per_tree + forest.node_count[tree]
    forest.node_count[tree] += 1
    node = forest.nodes[index]
    node.parent = parent
    node.edge = edge
    node.first_edge = 0
    node.edges = UNEXPANDED
    node.tried = 0
    node.visits = 0
    node.value_sum = 0.0
    node.value = 0.0
    node.tried_prior = 0.0
    node.reward = 0.0
    node.discount = 0.0
    node.lower = s.floor
    node.upper = s.ceiling
    node.proofs = 0
    if parent != NO_NODE:
        forest.edges[edge].child = index
    return index


@kernel
def new_root(forest: Forest, tree: int, s: Settings) -> int:
    """Forgets a tree and begins it again with a root."""
    forest.node_count[tree] = 0
    forest.edge_count[tree] = 0
    forest.owner_count[tree] = 0
    return new_node(forest, tree, NO_NODE, NO_NODE, s)


@kernel
def end_here(forest: Forest, index: int) -> None:
    """Marks a node at which the game is over: worth nothing more."""
    node = forest.nodes[index]
    node.lower = 0.0
    node.upper = 0.0


@kernel
def own_edges(forest: Forest, tree: int, index: int, count: int) -> int:
    """Gives a node its `count` edges, to be filled by the caller; returns the first."""
    node = forest.nodes[index]
    first = tree * forest.edges_per_tree + forest.edge_count[tree]
    forest.edge_count[tree] += count
    forest.owners[tree * forest.nodes_per_tree + forest.owner_count[tree]] = index
    forest.owner_count[tree] += 1
    node.first_edge = first
    node.edges = count
    return first


@kernel
def set_edge(forest: Forest, index: int, action: int, prior: float, s: Settings) -> None:
    """Fills an edge that has not been tried."""
    edge = forest.edges[index]
    edge.action = action
    edge.child = NO_NODE
    edge.visits = 0
    edge.prior = prior
    edge.value_sum = 0.0
    edge.lower = s.floor
    edge.upper = s.ceiling


@kernel
def swap_edges(forest: Forest, tree: int, index: int, a: int, b: int) -> None:
    """Exchanges the edges at places `a` and `b` of a node, and what belongs to them."""
    if a == b:
        return
    node = forest.nodes[index]
    x = forest.edges[node.first_edge + a]
    y = forest.edges[node.first_edge + b]
    x.action, y.action = y.action, x.action
    x.child, y.child = y.child, x.child
    x.visits, y.visits = y.visits, x.visits
    x.prior, y.prior = y.prior, x.prior
    x.value_sum, y.value_sum = y.value_sum, x.value_sum
    x.lower, y.lower = y.lower, x.lower
    x.upper, y.upper = y.upper, x.upper
    if x.child != NO_NODE:
        forest.nodes[x.child].edge = node.first_edge + a
    if y.child != NO_NODE:
        forest.nodes[y.child].edge = node.first_edge + b
    if node.parent == NO_NODE:
        weight, before = forest.root_weight[tree], forest.root_before[tree]
        weight[a], weight[b] = weight[b], weight[a]
        before[a], before[b] = before[b], before[a]


@kernel
def bring_best(forest: Forest, tree: int, index: int, s: Settings) -> None:
    """Puts the untried edge with the highest prior (at a PUCT root: with its noise) right after the tried ones."""
    node = forest.nodes[index]
    at_root = node.parent == NO_NODE
    if node.tried >= node.edges or s.policy == UCT or (at_root and s.policy == GUMBEL) or (s.flat and not at_root):
        return
    best = node.tried
    best_prior = np.float32(-np.inf)
    for place in range(node.tried, node.edges):
        prior = forest.root_weight[tree, place] if at_root else forest.edges[node.first_edge + place].prior
        if prior > best_prior:
            best_prior = prior
            best = place
    swap_edges(forest, tree, index, node.tried, best)


@kernel
def try_edge(forest: Forest, tree: int, index: int, edge: int, s: Settings) -> int:
    """Gives an edge of node `index` its child, a new leaf, and returns that."""
    child = new_node(forest, tree, index, edge, s)
    node = forest.nodes[index]
    if node.parent == NO_NODE and s.policy == PUCT:
        node.tried_prior += forest.root_weight[tree, edge - node.first_edge]
    else:
        node.tried_prior += forest.edges[edge].prior
    node.tried += 1
    bring_best(forest, tree, index, s)
    return child
