"""What a searched tree says: the choice, the improved policy, values and bounds."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import random_float
from tengen.mcts.bounds import best_proven, bounded_mean, is_worse
from tengen.mcts.forest import GUMBEL, NO_NODE, PUCT, UNEXPANDED, Forest, Settings, half_span
from tengen.mcts.gumbel import edge_value, improved_policy, mixed_value, sigma, span_of_values
from tengen.mcts.policies import Seeds, exploration, node_mean

ENOUGH = 0.1
"""Share of the most visited edge's visits from which on a mean value is trusted."""


class Summary(NamedTuple):
    """The arrays of a SearchResult, to be filled."""

    action: NDArray[np.int32]
    visits: NDArray[np.int32]
    policy: NDArray[np.float32]
    prior: NDArray[np.float32]
    q: NDArray[np.float32]
    value: NDArray[np.float32]
    raw_value: NDArray[np.float32]
    lower: NDArray[np.float32]
    upper: NDArray[np.float32]


def empty_summary(rows: int, actions: int) -> Summary:
    """A summary of trees in which nothing has happened."""
    per_action = (rows, actions)
    return Summary(
        action=np.full(rows, -1, np.int32),
        visits=np.zeros(per_action, np.int32),
        policy=np.zeros(per_action, np.float32),
        prior=np.zeros(per_action, np.float32),
        q=np.zeros(per_action, np.float32),
        value=np.zeros(rows, np.float32),
        raw_value=np.zeros(rows, np.float32),
        lower=np.full(per_action, -np.inf, np.float32),
        upper=np.full(per_action, np.inf, np.float32),
    )


@kernel
def pruned_visits(forest: Forest, tree: int, root: int, out: NDArray[np.float64], s: Settings) -> None:
    """Visits by place, less those that forced playouts added (Wu 2019); none for what is proven worse. Writes `out`.

    Each edge but the most visited keeps no more visits than bring its PUCT score down to that edge's;
    what has one visit left is dropped.
    """
    node = forest.nodes[root]
    first = node.first_edge
    best = 0
    for place in range(node.edges):
        out[place] = forest.edges[first + place].visits
        if out[place] > out[best]:
            best = place
    if s.policy == PUCT and s.forced_playouts > 0.0 and out[best] > 0:
        scale = exploration(node.visits, s) * half_span(forest, tree)
        top = bounded_mean(forest, first + best) + scale * forest.priors[first + best] / (1.0 + out[best])
        for place in range(node.edges):
            if place == best or out[place] == 0:
                continue
            gap = top - bounded_mean(forest, first + place)
            if gap > 0.0:
                enough = math.ceil(scale * forest.priors[first + place] / gap - 1.0)
                out[place] = min(out[place], max(0.0, enough))
            if out[place] <= 1.0:
                out[place] = 0.0
    if node.proofs == 0:
        return
    total = 0.0
    for place in range(node.edges):
        if is_worse(forest, root, first + place, s):
            out[place] = 0.0
        total += out[place]
    if total == 0.0:
        out[max(0, best_proven(forest, root, s) - first)] = 1.0


@kernel
def most_likely(forest: Forest, tree: int, root: int, weight: NDArray[np.float64], s: Settings, seeds: Seeds) -> int:
    """The place of the edge that is played by its weight: at temperature 0 the heaviest, of equals the better mean.

    After full backups the best value is what counts, however few its visits are.
    """
    node = forest.nodes[root]
    first = node.first_edge
    best = -1
    if s.full and s.temperature <= 0.0:
        for place in range(node.edges):
            if best < 0 or edge_value(forest, first + place, -math.inf, False) > edge_value(
                forest, first + best, -math.inf, False
            ):
                best = place
        return best
    for place in range(node.edges):
        if best < 0 or weight[place] > weight[best]:
            best = place
        elif weight[place] == weight[best] and weight[place] > 0.0:
            if edge_value(forest, first + place, -math.inf, True) > edge_value(forest, first + best, -math.inf, True):
                best = place
    if s.temperature <= 0.0 or weight[best] <= 0.0:
        return best
    total = 0.0
    for place in range(node.edges):
        total += (weight[place] / weight[best]) ** (1.0 / s.temperature)
    drawn = random_float(seeds, tree) * total
    for place in range(node.edges):
        drawn -= (weight[place] / weight[best]) ** (1.0 / s.temperature)
        if drawn < 0.0:
            return place
    return best


@kernel
def surest(forest: Forest, tree: int, root: int, weight: NDArray[np.float64], s: Settings) -> int:
    """The place of the edge whose value is best less its doubt, of those that are visited enough; -1 if none is."""
    node = forest.nodes[root]
    doubt = s.c_lcb * half_span(forest, tree)
    most = 0.0
    for place in range(node.edges):
        most = max(most, weight[place])
    best, best_bound = -1, -math.inf
    for place in range(node.edges):
        if weight[place] > 0.0 and weight[place] >= ENOUGH * most:
            bound = bounded_mean(forest, node.first_edge + place) - doubt / math.sqrt(weight[place])
            if bound > best_bound:
                best, best_bound = place, bound
    return best


@kernel
def gumbel_choice(forest: Forest, tree: int, root: int, s: Settings) -> int:
    """The place of the edge with the best g + logit + sigma(Q) of those that this run has visited most."""
    node = forest.nodes[root]
    first = node.first_edge
    careful = node.proofs != 0
    mixed, most = mixed_value(forest, root, node.edges, careful)
    low, unit = span_of_values(forest, tree)
    best, best_score, best_visits = -1, -math.inf, -1
    for place in range(node.edges):
        edge = first + place
        if careful and is_worse(forest, root, edge, s):
            continue
        visits = forest.edges[edge].visits - forest.root_before[tree, place]
        score = forest.root_score[tree, place] + sigma(edge_value(forest, edge, mixed, careful), most, low, unit, s)
        if visits > best_visits or (visits == best_visits and score > best_score):
            best, best_score, best_visits = place, score, visits
    return best


@kernel
def prefer_proof(forest: Forest, root: int, place: int, s: Settings) -> int:
    """`place`, or the place of the best proven edge if what it surely gives is no less than `place` seems worth."""
    node = forest.nodes[root]
    keeper = best_proven(forest, root, s)
    if keeper < 0:
        return place
    if edge_value(forest, node.first_edge + place, -math.inf, True) <= node.lower:
        return keeper - node.first_edge
    return place


@kernel
def summarise(forest: Forest, rows: int, s: Settings, seeds: Seeds, out: Summary) -> None:
    """Fills `out` from the roots of the first `rows` trees; what belongs to finished games is left as it is."""
    weight = np.empty(forest.root_prior.shape[1], np.float64)
    for tree in range(rows):
        root = tree * forest.nodes_per_tree
        node = forest.nodes[root]
        if node.edges == UNEXPANDED or node.edges == 0:
            continue
        if s.policy == GUMBEL:
            improved_policy(forest, tree, root, weight, s)
            place = gumbel_choice(forest, tree, root, s)
        else:
            pruned_visits(forest, tree, root, weight, s)
            place = surest(forest, tree, root, weight, s) if s.c_lcb > 0.0 else -1
            if place < 0:
                place = most_likely(forest, tree, root, weight, s, seeds)
        place = prefer_proof(forest, root, place, s)
        total = 0.0
        for index in range(node.edges):
            total += weight[index]
        out.action[tree] = forest.actions[node.first_edge + place]
        out.raw_value[tree] = node.value
        out.value[tree] = min(max(np.float32(node_mean(forest, root)), node.lower), node.upper)
        for index in range(node.edges):
            number = node.first_edge + index
            edge = forest.edges[number]
            action = forest.actions[number]
            out.visits[tree, action] = edge.visits
            out.prior[tree, action] = forest.root_prior[tree, index]
            out.policy[tree, action] = weight[index] / total if total > 0.0 else forest.root_prior[tree, index]
            if edge.child == NO_NODE:
                continue
            if edge.visits > 0:
                out.q[tree, action] = bounded_mean(forest, number)
            exact = edge.lower == edge.upper
            if edge.lower > s.floor or exact:
                out.lower[tree, action] = edge.lower
            if edge.upper < s.ceiling or exact:
                out.upper[tree, action] = edge.upper
