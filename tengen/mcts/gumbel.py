"""Gumbel AlphaZero (Danihelka et al. 2022): completed values, sequential halving at the root, the rule below it."""

import math

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import inlined, kernel
from tengen.mcts.bounds import bounded_mean, is_cut, is_worse
from tengen.mcts.forest import Forest, Settings, half_span

CONSIDERED, WANTED, COMPETING, LEFT, ROUNDS, SIMULATIONS, PHASES, SPAN = range(8)
"""Columns of `halving`: actions considered, visits that the next one must have, how many still compete, simulations
left in this round, rounds left in this phase; and, fixed, the budget, the number of phases, and how many of the root's
edges may be visited already."""

HALVING_COLUMNS = 8

TINY = 1e-30
"""Stands for a prior of zero, whose logarithm is wanted."""


@inlined
def sigma(q: float, most_visits: int, low: float, unit: float, s: Settings) -> float:
    """(c_visit + max N) * c_scale * q, with q mapped to [0, 1] from the values seen."""
    return (s.c_visit + most_visits) * s.c_scale * (q - low) * unit


@inlined
def span_of_values(forest: Forest, tree: int) -> tuple[float, float]:
    """What `sigma` maps by: the least value seen, and what makes the span to the greatest 1."""
    low = forest.low[tree]
    return low if low < np.inf else -1.0, 0.5 / half_span(forest, tree)


@inlined
def edge_value(forest: Forest, edge: int, unvisited: float, careful: bool) -> float:
    """The value of an edge, or `unvisited` in its place, within its bounds."""
    if forest.edges[edge].visits == 0:
        return unvisited
    if careful:
        return bounded_mean(forest, edge)
    return forest.edges[edge].value_sum / forest.edges[edge].visits


@inlined
def mixed_value(forest: Forest, index: int, places: int, careful: bool) -> tuple[float, int]:
    """The value that untried edges are completed with, and the most visits of an edge, from the first `places` edges.

    v_mix = (v + N * sum(P * Q) / sum(P)) / (1 + N), both sums over the visited edges.
    """
    node = forest.nodes[index]
    mass, weighted = 0.0, 0.0
    most = 0
    for edge in range(node.first_edge, node.first_edge + places):
        visits = forest.edges[edge].visits
        if visits > 0:
            prior = max(TINY, forest.priors[edge])
            mass += prior
            weighted += prior * edge_value(forest, edge, 0.0, careful)
            most = max(most, visits)
    if mass == 0.0:
        return float(node.value), 0
    return (node.value + node.visits * weighted / mass) / (1.0 + node.visits), most


@kernel
def improved_policy(forest: Forest, tree: int, index: int, out: NDArray[np.float64], s: Settings) -> None:
    """pi' = softmax(logit + sigma(completed Q)), by place; what is proven worse than another has none. Writes `out`."""
    node = forest.nodes[index]
    first = node.first_edge
    careful = node.proofs != 0
    mixed, most = mixed_value(forest, index, node.edges, careful)
    low, unit = span_of_values(forest, tree)
    highest = -math.inf
    for place in range(node.edges):
        edge = first + place
        out[place] = -math.inf
        if not (careful and is_worse(forest, index, edge, s)):
            q = edge_value(forest, edge, mixed, careful)
            out[place] = math.log(max(TINY, forest.priors[edge])) + sigma(q, most, low, unit, s)
        highest = max(highest, out[place])
    total = 0.0
    for place in range(node.edges):
        out[place] = math.exp(out[place] - highest)
        total += out[place]
    for place in range(node.edges):
        out[place] /= total


@inlined
def choose_gumbel(forest: Forest, tree: int, index: int, s: Settings) -> int:
    """Argmax of pi'(a) - N(a) / (1 + sum N), below the root.

    All untried edges share one completed value: their part of the softmax is their prior mass times one
    exponential, and the best of them is the one with the highest prior.
    """
    node = forest.nodes[index]
    first = node.first_edge
    careful = node.proofs != 0
    mixed, most = mixed_value(forest, index, node.tried, careful)
    low, unit = span_of_values(forest, tree)
    weight = forest.scratch
    bottom = sigma(mixed, most, low, unit, s)
    highest = bottom
    for place in range(node.tried):
        weight[place] = sigma(edge_value(forest, first + place, mixed, careful), most, low, unit, s)
        highest = max(highest, weight[place])
    untried = math.exp(bottom - highest)
    total = max(0.0, 1.0 - node.tried_prior) * untried
    for place in range(node.tried):
        weight[place] = max(TINY, forest.priors[first + place]) * math.exp(weight[place] - highest)
        total += weight[place]
    best, best_score = -1, -math.inf
    for place in range(node.tried):
        if careful and is_cut(forest, index, first + place, True, s):
            continue
        score = weight[place] / total - forest.edges[first + place].visits / (1.0 + node.visits)
        if score > best_score:
            best, best_score = first + place, score
    if node.tried < node.edges:
        score = max(TINY, forest.priors[first + node.tried]) * untried / total
        if score > best_score:
            best = first + node.tried
    return best


@inlined
def choose_gumbel_root(forest: Forest, tree: int, index: int, halving: NDArray[np.int32], s: Settings) -> int:
    """Argmax of g + logit + sigma(completed Q) over the considered actions that have had `wanted` visits in this run.

    If proofs have cut all of those, over the considered actions that are not cut, then over all.
    """
    node = forest.nodes[index]
    first = node.first_edge
    careful = node.proofs != 0
    considered, wanted = halving[tree, CONSIDERED], halving[tree, WANTED]
    mixed, most = mixed_value(forest, index, node.edges if careful else halving[tree, SPAN], careful)
    low, unit = span_of_values(forest, tree)
    best, best_score, best_rank = -1, -math.inf, 0
    for place in range(node.edges):
        edge = first + place
        if place == considered and best >= 0:
            break
        if careful and is_cut(forest, index, edge, True, s):
            continue
        rank = 1
        if forest.edges[edge].visits - forest.root_before[tree, place] == wanted and place < considered:
            rank = 2
        score = forest.root_score[tree, place] + sigma(edge_value(forest, edge, mixed, careful), most, low, unit, s)
        if rank > best_rank or (rank == best_rank and score > best_score):
            best, best_score, best_rank = edge, score, rank
    return best
