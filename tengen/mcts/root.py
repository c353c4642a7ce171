"""What is special about a root: noise on its prior, and the order in which sequential halving visits it."""

import math

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import inlined, kernel
from tengen.core.random import next_random, random_float
from tengen.mcts.forest import GUMBEL, NO_NODE, PUCT, Forest, Settings, bring_best, clear_edge, swap_untried
from tengen.mcts.gumbel import COMPETING, CONSIDERED, LEFT, PHASES, ROUNDS, SIMULATIONS, SPAN, TINY, WANTED


@kernel
def random_open(seeds: NDArray[np.uint64], row: int) -> float:
    """Draws a float in (0, 1)."""
    return (float(next_random(seeds, row) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def random_normal(seeds: NDArray[np.uint64], row: int) -> float:
    """Draws from the standard normal distribution (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(random_open(seeds, row)))
    return radius * math.cos(2.0 * math.pi * random_float(seeds, row))


@kernel
def random_log_gamma(seeds: NDArray[np.uint64], row: int, shape: float) -> float:
    """The logarithm of a draw from the gamma distribution: small shapes would underflow (Marsaglia and Tsang 2000)."""
    boost = 0.0
    if shape < 1.0:
        boost = math.log(random_open(seeds, row)) / shape
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = random_normal(seeds, row)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(random_open(seeds, row)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return math.log(d * v) + boost


@kernel
def random_gumbel(seeds: NDArray[np.uint64], row: int) -> float:
    """Draws from the standard Gumbel distribution."""
    return -math.log(-math.log(random_open(seeds, row)))


@inlined
def next_wanted(halving: NDArray[np.int32], tree: int) -> None:
    """Moves sequential halving on by one simulation."""
    row = halving[tree]
    row[LEFT] -= 1
    if row[LEFT] > 0:
        return
    row[WANTED] += 1
    row[ROUNDS] -= 1
    if row[ROUNDS] <= 0 and row[COMPETING] > 2:
        row[COMPETING] = max(2, row[COMPETING] // 2)
        row[ROUNDS] = max(1, row[SIMULATIONS] // (row[PHASES] * row[COMPETING]))
    row[LEFT] = row[COMPETING]


@kernel
def begin_halving(halving: NDArray[np.int32], tree: int, considered: int, simulations: int) -> None:
    """Sets sequential halving to its first simulation.

    Each phase gives every action that still competes max(1, n // (ceil(log2 m) * competing)) visits and
    then keeps the better half, two at least.
    """
    phases = 0
    while (1 << phases) < considered:
        phases += 1
    row = halving[tree]
    row[CONSIDERED] = considered
    row[WANTED] = 0
    row[COMPETING] = considered
    row[LEFT] = considered
    row[PHASES] = max(1, phases)
    row[SIMULATIONS] = simulations
    row[ROUNDS] = max(1, simulations // (row[PHASES] * max(1, considered)))


@kernel
def add_dirichlet(forest: Forest, tree: int, root: int, s: Settings, seeds: NDArray[np.uint64]) -> None:
    """Mixes Dirichlet noise, its total concentration shared by all edges, into the priors of the root."""
    node = forest.nodes[root]
    noise = forest.scratch
    highest = -math.inf
    for place in range(node.edges):
        noise[place] = random_log_gamma(seeds, tree, s.dirichlet_alpha / node.edges)
        highest = max(highest, noise[place])
    total = 0.0
    for place in range(node.edges):
        noise[place] = math.exp(noise[place] - highest)
        total += noise[place]
    for place in range(node.edges):
        prior = forest.priors[node.first_edge + place]
        mixed = (1.0 - s.dirichlet_fraction) * prior + s.dirichlet_fraction * noise[place] / total
        forest.priors[node.first_edge + place] = mixed


@kernel
def swap_root_edges(forest: Forest, tree: int, root: int, a: int, b: int) -> None:
    """Exchanges the edges at places `a` and `b` of a root, tried or not."""
    first = forest.nodes[root].first_edge
    x, y = forest.edges[first + a], forest.edges[first + b]
    x.child, y.child = y.child, x.child
    x.visits, y.visits = y.visits, x.visits
    x.value_sum, y.value_sum = y.value_sum, x.value_sum
    x.lower, y.lower = y.lower, x.lower
    x.upper, y.upper = y.upper, x.upper
    if x.child != NO_NODE:
        forest.nodes[x.child].edge = first + a
    if y.child != NO_NODE:
        forest.nodes[y.child].edge = first + b
    swap_untried(forest, tree, root, a, b)


@kernel
def order_by_score(forest: Forest, tree: int, root: int, count: int) -> None:
    """Brings the `count` edges with the highest logit and noise to the front of a root, the highest first."""
    score = forest.root_score[tree]
    for place in range(count):
        best = place
        for other in range(place + 1, forest.nodes[root].edges):
            if score[other] > score[best]:
                best = other
        if best != place:
            swap_root_edges(forest, tree, root, place, best)


@kernel
def prepare_root(
    forest: Forest,
    tree: int,
    simulations: int,
    halving: NDArray[np.int32],
    s: Settings,
    seeds: NDArray[np.uint64],
) -> None:
    """Draws the noise of an expanded root anew, from its raw prior, and begins sequential halving."""
    root = tree * forest.nodes_per_tree
    node = forest.nodes[root]
    first = node.first_edge
    if not forest.root_ready[tree]:
        forest.root_ready[tree] = True
        for place in range(node.edges):
            forest.root_prior[tree, place] = forest.priors[first + place]
            forest.root_score[tree, place] = 0.0
        for place in range(node.tried, node.edges):
            clear_edge(forest, first + place, s)
    for place in range(node.edges):
        forest.root_before[tree, place] = forest.edges[first + place].visits
        forest.priors[first + place] = forest.root_prior[tree, place]
    if s.policy == PUCT:
        if s.dirichlet_alpha > 0.0 and node.edges > 0:
            add_dirichlet(forest, tree, root, s, seeds)
        node.tried_prior = 0.0
        for place in range(node.tried):
            node.tried_prior += forest.priors[first + place]
        bring_best(forest, tree, root, s)
    if s.policy == GUMBEL:
        for place in range(node.edges):
            score = math.log(max(TINY, forest.root_prior[tree, place]))
            if s.gumbel_scale > 0.0:
                score += s.gumbel_scale * random_gumbel(seeds, tree)
            forest.root_score[tree, place] = score
        considered = min(s.considered, node.edges, simulations)
        order_by_score(forest, tree, root, considered)
        begin_halving(halving, tree, considered, simulations)
        halving[tree, SPAN] = considered if node.visits == 0 else node.edges


@kernel
def prepare_roots(
    forest: Forest,
    trees: NDArray[np.int32],
    remaining: NDArray[np.int32],
    halving: NDArray[np.int32],
    s: Settings,
    seeds: NDArray[np.uint64],
) -> None:
    """Prepares the roots of `trees` for their `remaining` [B] simulations."""
    for tree in trees:
        prepare_root(forest, tree, remaining[tree], halving, s, seeds)
