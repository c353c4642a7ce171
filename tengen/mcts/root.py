"""What is special about a root: noise on its prior, and the order in which sequential halving visits it."""

import math

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import next_random, random_float
from tengen.mcts.forest import GUMBEL, PUCT, Forest, Settings, bring_best, swap_edges
from tengen.mcts.gumbel import TINY

CONSIDERED, WANTED, COMPETING, LEFT, ROUNDS, SIMULATIONS, PHASES = range(7)
COLUMNS = 7
"""Columns of `halving`: actions considered, visits that the next one must have, how many still compete, simulations
left in this round, rounds left in this phase; and, fixed, the budget and the number of phases."""


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


@kernel
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
def add_dirichlet(
    forest: Forest, tree: int, root: int, alpha: float, fraction: float, seeds: NDArray[np.uint64]
) -> None:
    """Mixes Dirichlet noise of total concentration `alpha` into the weights of the root's edges."""
    count = forest.nodes[root].edges
    weight = forest.root_weight[tree]
    noise = forest.scratch
    highest = -math.inf
    for place in range(count):
        noise[place] = random_log_gamma(seeds, tree, alpha / count)
        highest = max(highest, noise[place])
    total = 0.0
    for place in range(count):
        noise[place] = math.exp(noise[place] - highest)
        total += noise[place]
    for place in range(count):
        weight[place] = (1.0 - fraction) * weight[place] + fraction * noise[place] / total


@kernel
def prepare_root(
    forest: Forest,
    tree: int,
    simulations: int,
    considered: int,
    gumbel_scale: float,
    dirichlet_alpha: float,
    dirichlet_fraction: float,
    halving: NDArray[np.int32],
    s: Settings,
    seeds: NDArray[np.uint64],
) -> None:
    """Draws the noise of an expanded root anew from its raw prior and begins sequential halving."""
    root = tree * forest.nodes_per_tree
    node = forest.nodes[root]
    first = node.first_edge
    weight = forest.root_weight[tree]
    for place in range(node.edges):
        forest.root_before[tree, place] = forest.edges[first + place].visits
        weight[place] = forest.edges[first + place].prior
    if s.policy == PUCT:
        if dirichlet_alpha > 0.0 and node.edges > 0:
            add_dirichlet(forest, tree, root, dirichlet_alpha, dirichlet_fraction, seeds)
        node.tried_prior = 0.0
        for place in range(node.tried):
            node.tried_prior += weight[place]
        bring_best(forest, tree, root, s)
    if s.policy == GUMBEL:
        m = min(considered, node.edges, simulations)
        for place in range(node.edges):
            weight[place] = math.log(max(TINY, weight[place]))
            if gumbel_scale > 0.0:
                weight[place] += gumbel_scale * random_gumbel(seeds, tree)
        for place in range(m):
            best = place
            for other in range(place + 1, node.edges):
                if weight[other] > weight[best]:
                    best = other
            swap_edges(forest, tree, root, place, best)
        begin_halving(halving, tree, m, simulations)


@kernel
def prepare_roots(
    forest: Forest,
    rows: int,
    remaining: NDArray[np.int32],
    considered: int,
    gumbel_scale: float,
    dirichlet_alpha: float,
    dirichlet_fraction: float,
    halving: NDArray[np.int32],
    s: Settings,
    seeds: NDArray[np.uint64],
) -> None:
    """Prepares the root of every tree for its `remaining` [B] simulations."""
    for tree in range(rows):
        prepare_root(
            forest,
            tree,
            remaining[tree],
            considered,
            gumbel_scale,
            dirichlet_alpha,
            dirichlet_fraction,
            halving,
            s,
            seeds,
        )
