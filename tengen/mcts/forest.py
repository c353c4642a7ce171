"""The trees of a batch in a few arrays, and what every search does to them.

Tree t owns the nodes from `t * nodes_per_tree` on, the first of which is its root, and in the same way edges;
both are named by their index in the whole array. A node that has been expanded owns a contiguous slice of
edges, one a legal action. The edges that have been tried come first in it, and in searches with a prior the
best of the rest follows them: so a choice looks at the tried edges and one more. What simulations have found
at an edge is written when it is first tried, at a root's edges from the start.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.borrow import borrowed
from tengen.core.jit import inlined, kernel

NO_NODE = -1
NO_ACTION = -1
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
        ("proofs", np.int16),  # whether the bounds of a child have ever changed
        ("chance", np.int16),  # whether chance moves here: edges are its outcomes, priors their probabilities
        ("win", np.int32),  # an action that wins here at once, or NO_ACTION where none was looked for or found
        ("proof", np.float32),  # how hard it seems to prove a win for the player to move here (proofs.py)
        ("disproof", np.float32),  # and how hard to prove a loss
    ],
    align=True,
)

EDGE = np.dtype(
    [
        ("child", np.int32),  # NO_NODE before it is tried
        ("visits", np.int32),
        ("value_sum", np.float64),  # of reward + discount * value, for the player to move at the owner
        ("lower", np.float32),  # proven bounds on that
        ("upper", np.float32),
    ],
    align=True,
)

PUCT, UCT, GUMBEL = 0, 1, 2


class Forest(NamedTuple):
    """Search trees for B positions with at most M legal actions."""

    nodes: NDArray[Any]  # NODE [B * nodes_per_tree]
    edges: NDArray[Any]  # EDGE [B * edges_per_tree]
    actions: NDArray[np.int32]  # [B * edges_per_tree]
    priors: NDArray[np.float32]  # [B * edges_per_tree]: the evaluator's probabilities; at a PUCT root with noise
    owners: NDArray[np.int32]  # [B * nodes_per_tree]: each tree's expanded nodes in the order of their edges
    node_count: NDArray[np.int32]  # [B]; 0 is no tree
    edge_count: NDArray[np.int32]  # [B]
    owner_count: NDArray[np.int32]  # [B]
    root_ready: NDArray[np.bool_]  # [B]: whether all edges of the root and its line of what follows are written
    root_prior: NDArray[np.float32]  # [B, M]: by root edge, the prior without noise
    root_score: NDArray[np.float32]  # [B, M]: by root edge, logit and Gumbel noise
    root_before: NDArray[np.int32]  # [B, M]: by root edge, its visits before this run
    low: NDArray[np.float64]  # [B]: the least value of an edge that a tree has seen, -1 between two players
    high: NDArray[np.float64]  # [B]: the greatest, 1 between two players
    scratch: NDArray[np.float64]  # [M]
    nodes_per_tree: int
    edges_per_tree: int


class Settings(NamedTuple):
    """What kernels read of a SearchConfig, and what they need to know of game and evaluator."""

    policy: int
    c_init: float
    c_base: float
    c_uct: float
    c_proof: float
    fpu_reduction: float
    root_fpu_reduction: float
    forced_playouts: float
    considered: int
    gumbel_scale: float
    c_visit: float
    c_scale: float
    dirichlet_alpha: float
    dirichlet_fraction: float
    temperature: float
    c_lcb: float
    virtual_loss: float
    solver: bool
    flat: bool  # whether the evaluator's priors are all alike
    full: bool  # whether a node is worth its best edge, and a chance node what is to be expected, in place of the mean
    bounded: bool  # whether values lie in [-1, 1]; else their span is measured
    floor: float  # no position is worth less, none more than the ceiling
    ceiling: float


def allocate(batch: int, most_legal: int, nodes_per_tree: int) -> Forest:
    """A forest without trees; pages of memory that are never used are never taken."""
    edges_per_tree = nodes_per_tree * most_legal
    return Forest(
        nodes=np.empty(batch * nodes_per_tree, NODE),
        edges=np.empty(batch * edges_per_tree, EDGE),
        actions=np.empty(batch * edges_per_tree, np.int32),
        priors=np.empty(batch * edges_per_tree, np.float32),
        owners=np.empty(batch * nodes_per_tree, np.int32),
        node_count=np.zeros(batch, np.int32),
        edge_count=np.zeros(batch, np.int32),
        owner_count=np.zeros(batch, np.int32),
        root_ready=np.zeros(batch, np.bool_),
        root_prior=np.empty((batch, most_legal), np.float32),
        root_score=np.empty((batch, most_legal), np.float32),
        root_before=np.empty((batch, most_legal), np.int32),
        low=np.empty(batch, np.float64),
        high=np.empty(batch, np.float64),
        scratch=np.empty(most_legal, np.float64),
        nodes_per_tree=nodes_per_tree,
        edges_per_tree=edges_per_tree,
    )


@inlined
def borrow(forest: Forest) -> Forest:
    """The same forest for the inside of a kernel, in which taking an array counts no reference."""
    return Forest(
        borrowed(forest.nodes),
        borrowed(forest.edges),
        borrowed(forest.actions),
        borrowed(forest.priors),
        borrowed(forest.owners),
        borrowed(forest.node_count),
        borrowed(forest.edge_count),
        borrowed(forest.owner_count),
        borrowed(forest.root_ready),
        borrowed(forest.root_prior),
        borrowed(forest.root_score),
        borrowed(forest.root_before),
        borrowed(forest.low),
        borrowed(forest.high),
        borrowed(forest.scratch),
        forest.nodes_per_tree,
        forest.edges_per_tree,
    )


@inlined
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
    node.chance = 0
    node.win = NO_ACTION
    node.proof = 1.0
    node.disproof = 1.0
    return index


@kernel
def new_root(forest: Forest, tree: int, s: Settings) -> int:
    """Forgets a tree and begins it again with a root."""
    forest.node_count[tree] = 0
    forest.edge_count[tree] = 0
    forest.owner_count[tree] = 0
    forest.root_ready[tree] = False
    forest.low[tree] = -1.0 if s.bounded else np.inf
    forest.high[tree] = 1.0 if s.bounded else -np.inf
    return new_node(forest, tree, NO_NODE, NO_NODE, s)


@inlined
def end_here(forest: Forest, index: int) -> None:
    """Marks a node at which the game is over: nothing more is to come."""
    node = forest.nodes[index]
    node.lower = 0.0
    node.upper = 0.0


@inlined
def win_here(forest: Forest, index: int, action: int) -> None:
    """Notes that `action` wins at a node at once: it is solved and needs no edges, unless it is a root."""
    node = forest.nodes[index]
    node.win = action
    if node.parent != NO_NODE:
        node.lower = 1.0
        node.upper = 1.0


@inlined
def own_edges(forest: Forest, tree: int, index: int, count: int) -> int:
    """Gives a node its `count` edges, whose actions and priors the caller fills in; returns the first."""
    node = forest.nodes[index]
    first = tree * forest.edges_per_tree + forest.edge_count[tree]
    forest.edge_count[tree] += count
    forest.owners[tree * forest.nodes_per_tree + forest.owner_count[tree]] = index
    forest.owner_count[tree] += 1
    node.first_edge = first
    node.edges = count
    return first


@inlined
def clear_edge(forest: Forest, number: int, s: Settings) -> None:
    """Writes that nothing has been found at an edge."""
    edge = forest.edges[number]
    edge.child = NO_NODE
    edge.visits = 0
    edge.value_sum = 0.0
    edge.lower = s.floor
    edge.upper = s.ceiling


@inlined
def swap_untried(forest: Forest, tree: int, index: int, a: int, b: int) -> None:
    """Exchanges the untried edges at places `a` and `b` of a node."""
    node = forest.nodes[index]
    x, y = node.first_edge + a, node.first_edge + b
    forest.actions[x], forest.actions[y] = forest.actions[y], forest.actions[x]
    forest.priors[x], forest.priors[y] = forest.priors[y], forest.priors[x]
    if node.parent == NO_NODE:
        prior, score, before = forest.root_prior[tree], forest.root_score[tree], forest.root_before[tree]
        prior[a], prior[b] = prior[b], prior[a]
        score[a], score[b] = score[b], score[a]
        before[a], before[b] = before[b], before[a]


@inlined
def bring_best(forest: Forest, tree: int, index: int, s: Settings) -> None:
    """Puts the untried edge with the highest prior right after the tried ones, for all but a Gumbel root and UCT."""
    node = forest.nodes[index]
    at_root = node.parent == NO_NODE
    if s.policy == UCT or (at_root and s.policy == GUMBEL) or (s.flat and not (at_root and s.dirichlet_alpha > 0.0)):
        if node.chance == 0:
            return
    best = node.tried
    best_prior = np.float32(-np.inf)
    for place in range(node.tried, node.edges):
        prior = forest.priors[node.first_edge + place]
        if prior > best_prior:
            best_prior = prior
            best = place
    if best != node.tried:
        swap_untried(forest, tree, index, node.tried, best)


@inlined
def try_edge(forest: Forest, tree: int, index: int, number: int, s: Settings) -> int:
    """Gives an edge of node `index` its child, a new leaf, and returns that."""
    child = new_node(forest, tree, index, number, s)
    clear_edge(forest, number, s)
    forest.edges[number].child = child
    node = forest.nodes[index]
    node.tried_prior += forest.priors[number]
    node.tried += 1
    bring_best(forest, tree, index, s)
    return child


@inlined
def half_span(forest: Forest, tree: int) -> float:
    """What counts as 1 beside the constants of a search: half the span of the values found, 1 between two players.

    MuZero's normalisation (Schrittwieser et al. 2020); its map from values to [0, 1] is taken to [-1, 1] here.
    """
    half = 0.5 * (forest.high[tree] - forest.low[tree])
    return half if half > 0.0 else 1.0


@inlined
def has_child(forest: Forest, index: int, number: int) -> bool:
    """Whether an edge of node `index` has been tried."""
    node = forest.nodes[index]
    if node.parent == NO_NODE:
        return forest.edges[number].child != NO_NODE
    return number - node.first_edge < node.tried


@inlined
def written_edges(forest: Forest, index: int) -> int:
    """How many edges of a node, counted from its first, may be tried; their findings are written."""
    node = forest.nodes[index]
    return node.edges if node.parent == NO_NODE else node.tried
