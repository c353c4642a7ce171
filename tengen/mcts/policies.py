"""Which edge a simulation follows: PUCT, UCT, or Gumbel's rules."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import inlined, kernel
from tengen.core.random import random_below
from tengen.mcts.bounds import bounded_mean, is_cut, is_keeper
from tengen.mcts.forest import GUMBEL, NO_ACTION, NO_NODE, PUCT, UCT, Forest, Settings, half_span, swap_untried
from tengen.mcts.gumbel import choose_gumbel, choose_gumbel_root
from tengen.mcts.proofs import proof_bonus

Seeds: TypeAlias = NDArray[np.uint64]


@inlined
def choose(forest: Forest, tree: int, index: int, halving: NDArray[np.int32], s: Settings, seeds: Seeds) -> int:
    """The edge of an expanded, unsolved node that the search's policy follows; it may be untried.

    Where chance moves, the outcome that is due; at a root where an action is known to win at once, that action's.
    """
    if forest.nodes[index].chance != 0:
        return choose_outcome(forest, index)
    if forest.nodes[index].win != NO_ACTION:
        return winning_edge(forest, tree, index, s)
    if s.policy == PUCT:
        return choose_puct(forest, tree, index, s)
    if s.policy == UCT:
        return choose_uct(forest, tree, index, s, seeds)
    if forest.nodes[index].parent == NO_NODE:
        return choose_gumbel_root(forest, tree, index, halving, s)
    return choose_gumbel(forest, tree, index, s)


@kernel
def choose_outcome(forest: Forest, index: int) -> int:
    """The edge of the outcome that falls behind its probability most: argmax of P * (N + 1) - n.

    So visits are shared as the probabilities are, within one, and no luck adds to the noise of a mean.
    Not inlined: board games never come here, and their choices would be slower by a quarter.
    """
    node = forest.nodes[index]
    best, best_deficit = node.first_edge, -math.inf
    for place in range(min(node.tried + 1, node.edges)):
        number = node.first_edge + place
        visits = forest.edges[number].visits if place < node.tried else 0
        deficit = forest.priors[number] * (node.visits + 1.0) - visits
        if deficit > best_deficit:
            best, best_deficit = number, deficit
    return best


@kernel
def winning_edge(forest: Forest, tree: int, index: int, s: Settings) -> int:
    """The edge of the action that wins at once; where tried edges come first, put right after those."""
    node = forest.nodes[index]
    first = node.first_edge
    place = 0
    while forest.actions[first + place] != node.win:
        place += 1
    if s.policy != GUMBEL and place > node.tried:
        swap_untried(forest, tree, index, node.tried, place)
        place = node.tried
    return first + place


@inlined
def node_mean(forest: Forest, index: int) -> float:
    """The mean of all simulations through a node, the evaluator's own value among them."""
    node = forest.nodes[index]
    return (node.value + node.value_sum) / (1 + node.visits)


@inlined
def exploration(visits: int, s: Settings) -> float:
    """c(N) * sqrt(N) of AlphaZero's PUCT."""
    return (s.c_init + math.log((visits + s.c_base + 1.0) / s.c_base)) * math.sqrt(visits)


@inlined
def choose_puct(forest: Forest, tree: int, index: int, s: Settings) -> int:
    """Argmax of Q + c(N) * P * sqrt(N) / (1 + n) (Silver et al. 2018).

    An untried edge has the value of its parent less a reduction that grows with the prior mass already tried
    (first-play urgency as in KataGo). At the root an edge that has been tried is forced while it has fewer than
    sqrt(forced_playouts * P * N) visits (Wu 2019).
    """
    node = forest.nodes[index]
    first = node.first_edge
    at_root = node.parent == NO_NODE
    half = half_span(forest, tree)
    scale = exploration(node.visits, s) * half
    careful = node.proofs != 0
    kept = False
    best, best_score = -1, -math.inf
    for place in range(node.tried):
        number = first + place
        edge = forest.edges[number]
        prior = forest.priors[number]
        q = edge.value_sum / edge.visits
        if careful:
            if is_cut(forest, index, number, kept, s):
                continue
            kept |= is_keeper(forest, index, number)
            q = bounded_mean(forest, number)
        if at_root and s.forced_playouts > 0.0 and edge.visits < math.sqrt(s.forced_playouts * prior * node.visits):
            return number
        score = q + scale * prior / (1.0 + edge.visits)
        if score > best_score:
            best, best_score = number, score
    if node.tried < node.edges:
        reduction = half * (s.root_fpu_reduction if at_root else s.fpu_reduction)
        prior = forest.priors[first + node.tried]
        score = node_mean(forest, index) - reduction * math.sqrt(max(0.0, node.tried_prior)) + scale * prior
        if score > best_score:
            best = first + node.tried
    return best


@inlined
def choose_uct(forest: Forest, tree: int, index: int, s: Settings, seeds: Seeds) -> int:
    """An untried edge at random while there is one, then argmax of Q + c * sqrt(ln N / n) (Auer et al. 2002).

    With `c_proof` the ease of proving a win adds to it (proofs.py).
    """
    node = forest.nodes[index]
    first = node.first_edge
    if node.tried < node.edges:
        drawn = node.tried + random_below(seeds, tree, node.edges - node.tried)
        swap_untried(forest, tree, index, node.tried, drawn)
        return first + node.tried
    careful = node.proofs != 0
    kept = False
    scale = s.c_uct * half_span(forest, tree)
    log_visits = scale * scale * math.log(max(1, node.visits))
    best, best_score = -1, -math.inf
    for place in range(node.tried):
        number = first + place
        edge = forest.edges[number]
        q = edge.value_sum / edge.visits
        if careful:
            if is_cut(forest, index, number, kept, s):
                continue
            kept |= is_keeper(forest, index, number)
            q = bounded_mean(forest, number)
        score = q + math.sqrt(log_visits / edge.visits)
        if s.c_proof > 0.0:
            score += s.c_proof * proof_bonus(forest, index, number)
        if score > best_score:
            best, best_score = number, score
    return best
