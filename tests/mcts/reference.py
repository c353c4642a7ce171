"""The search in plain Python: one tree, no arrays, everything computed again from its definition each time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tengen.core.random import kernel_seeds, random_below, stream
from tengen.games import kernels
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE, State
from tengen.mcts.config import SearchConfig

Judge = Callable[[State], tuple[dict[int, float], float]]
"""From a state to the logits of its legal actions and its value."""


@dataclass
class Node:
    state: State
    reward: float = 0.0
    discount: float = 0.0
    over: bool = False
    win: int = -1  # an action that wins at once
    chance: bool = False  # priors are the probabilities of outcomes
    root: bool = False
    absorbed: bool = False
    value: float = 0.0
    prior: dict[int, float] = field(default_factory=dict)
    children: dict[int, Node] = field(default_factory=dict)  # in the order of their making
    visits: dict[int, int] = field(default_factory=dict)
    value_sum: dict[int, float] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)  # UCT and chance: the tried actions, then the others

    def total(self) -> int:
        return sum(self.visits.values())

    def mean(self) -> float:
        return (self.value + sum(self.value_sum.values())) / (1 + self.total())


class Reference:
    """A search of one position, without noise."""

    def __init__(self, game: RecordGame, judge: Judge, config: SearchConfig, seed: int = 0) -> None:
        self.game, self.judge, self.config = game, judge, config
        self.seeds = kernel_seeds(stream(seed, "search"), 1)
        self.alone = game.num_players == 1
        self.floor, self.ceiling = (-math.inf, math.inf) if self.alone else (-1.0, 1.0)
        self.low, self.high = (math.inf, -math.inf) if self.alone else (-1.0, 1.0)
        self.solver = config.solver and not game.has_chance

    def run(self, state: State, simulations: int) -> Node:
        root = Node(state, root=True, win=self.winning_action(state))
        self.absorb([], root)
        return self.go_on(root, simulations)

    def go_on(self, root: Node, simulations: int) -> Node:
        considered = min(self.config.considered, len(root.prior), simulations)
        self.wanted = halving(considered, simulations)
        by_prior = sorted(root.prior, key=lambda action: -root.prior[action])
        self.considered = by_prior[:considered]
        done = 0
        leaves = 1 if self.config.policy == "gumbel" or self.alone else self.config.leaves
        while done < simulations and not self.is_solved(root):
            flight = []
            while len(flight) < leaves and done < simulations:
                path, leaf = self.descend(root, done)
                if leaf is None:
                    break
                if leaves > 1:
                    self.lend(path, 1)
                flight.append((path, leaf))
                done += 1
            for path, leaf in flight:
                if leaves > 1:
                    self.lend(path, -1)
                self.absorb(path, leaf)
        return root

    def descend(self, root: Node, simulation: int) -> tuple[list[tuple[Node, int]], Node | None]:
        """The path to a leaf, and the leaf: None if it is in flight."""
        path: list[tuple[Node, int]] = []
        node = root
        while not self.is_solved(node):
            if not node.absorbed:
                return path, None
            action = self.choose(node, node is root, simulation)
            path.append((node, action))
            if action not in node.children:
                node.children[action] = self.step(node, action)
                node.visits[action] = 0
                node.value_sum[action] = 0.0
                if not node.children[action].chance:
                    return path, node.children[action]
            node = node.children[action]
        return path, node

    def step(self, node: Node, action: int) -> Node:
        states = self.game.stack([node.state])
        reward, discount = map(float, np.array(kernels.apply_at(states, 0, action), np.float32))
        over = self.game.is_over(states[0])
        if self.game.player(states[0]) == CHANCE:
            outcomes, probabilities = self.game.chance_outcomes(states[0])
            prior = dict(zip(outcomes.tolist(), probabilities.astype(np.float32).tolist(), strict=True))
            return Node(states[0], reward=reward, discount=discount, chance=True, absorbed=True, prior=prior)
        win = -1 if over else self.winning_action(states[0])
        return Node(states[0], reward=reward, discount=discount, over=over, win=win)

    def winning_action(self, state: State) -> int:
        if not self.solver:
            return -1
        scratch = np.empty(self.game.num_actions, np.int32)
        return int(kernels.winning_action_at(self.game.stack([state]), 0, scratch))

    def lend(self, path: list[tuple[Node, int]], sign: int) -> None:
        for node, action in path:
            node.visits[action] += sign
            node.value_sum[action] -= sign * self.config.virtual_loss

    def absorb(self, path: list[tuple[Node, int]], leaf: Node) -> None:
        if not leaf.absorbed and not leaf.over and (leaf.root or leaf.win < 0):
            logits, leaf.value = self.judge(leaf.state)
            highest = max(logits.values())
            weights = {action: math.exp(logit - highest) for action, logit in logits.items()}
            leaf.prior = {action: weight / sum(weights.values()) for action, weight in weights.items()}
        leaf.absorbed = True
        value = self.bounds(leaf)[0] if self.is_solved(leaf) else leaf.value
        child = leaf
        for node, action in reversed(path):
            value = child.reward + child.discount * value
            node.visits[action] += 1
            node.value_sum[action] += value
            if self.alone:
                self.low = min(self.low, node.value_sum[action] / node.visits[action])
                self.high = max(self.high, node.value_sum[action] / node.visits[action])
            value = min(max(value, self.bounds(node)[0]), self.bounds(node)[1])
            child = node

    # What is proven

    def bounds(self, node: Node) -> tuple[float, float]:
        if node.over and node.absorbed:
            return 0.0, 0.0
        if node.win >= 0 and not node.root and node.absorbed:
            return 1.0, 1.0
        if not self.solver or not node.absorbed:
            return self.floor, self.ceiling
        edges = [self.edge_bounds(node, action) for action in node.prior]
        return max(low for low, _ in edges), max(high for _, high in edges)

    def edge_bounds(self, node: Node, action: int) -> tuple[float, float]:
        if action not in node.children or not self.solver:
            return self.floor, self.ceiling
        child = node.children[action]
        if child.discount == 0.0:
            return (child.reward, child.reward) if child.absorbed else (self.floor, self.ceiling)
        ends = sorted(child.reward + child.discount * bound for bound in self.bounds(child))
        return max(self.floor, ends[0]), min(self.ceiling, ends[1])

    def is_solved(self, node: Node) -> bool:
        low, high = self.bounds(node)
        return low == high

    def open_actions(self, node: Node, *, keep_one: bool) -> list[int]:
        """The actions that are not cut: tried ones in their order, then the others, the likeliest first."""
        lower = self.bounds(node)[0]
        kept = not keep_one
        found = []
        for action in node.children:
            low, high = self.edge_bounds(node, action)
            if high <= lower and (kept or low < lower or lower <= self.floor):
                continue
            kept = kept or high <= lower
            found.append(action)
        untried = [action for action in node.prior if action not in node.children]
        return found + sorted(untried, key=lambda action: -node.prior[action])

    def q(self, node: Node, action: int) -> float:
        low, high = self.edge_bounds(node, action)
        return min(max(node.value_sum[action] / node.visits[action], low), high)

    # What is chosen

    def half(self) -> float:
        return (self.high - self.low) / 2 if self.high > self.low else 1.0

    def choose_outcome(self, node: Node) -> int:
        node.order = node.order or list(node.prior)
        tried = len(node.children)
        if tried < len(node.order):  # the likeliest of the rest comes next, in exchange for what stood there
            best = max(range(tried, len(node.order)), key=lambda place: node.prior[node.order[place]])
            node.order[tried], node.order[best] = node.order[best], node.order[tried]
        return max(
            node.order[: tried + 1],
            key=lambda action: node.prior[action] * (node.total() + 1) - node.visits.get(action, 0),
        )

    def choose(self, node: Node, at_root: bool, simulation: int) -> int:
        if node.chance:
            return self.choose_outcome(node)
        if node.win >= 0:
            return node.win
        if self.config.policy == "puct":
            return self.choose_puct(node, at_root)
        if self.config.policy == "uct":
            return self.choose_uct(node)
        if at_root:
            return self.choose_gumbel_root(node, self.wanted[simulation])
        policy = self.improved(node)
        return max(
            self.open_actions(node, keep_one=False),
            key=lambda action: policy[action] - node.visits.get(action, 0) / (1 + node.total()),
        )

    def choose_puct(self, node: Node, at_root: bool) -> int:
        config, total = self.config, node.total()
        c = config.c_init + math.log((total + config.c_base + 1) / config.c_base)
        reduction = self.half() * (config.root_fpu_reduction if at_root else config.fpu_reduction)
        mass = sum(node.prior[action] for action in node.children)
        scores = {}
        for action in self.open_actions(node, keep_one=True):
            prior, visits = node.prior[action], node.visits.get(action, 0)
            forced = math.sqrt(config.forced_playouts * prior * total)
            if at_root and action in node.children and visits < forced:
                return action
            value = self.q(node, action) if visits else node.mean() - reduction * math.sqrt(mass)
            scores[action] = value + self.half() * c * prior * math.sqrt(total) / (1 + visits)
        return max(scores, key=lambda action: scores[action])

    def choose_uct(self, node: Node) -> int:
        if not node.order:
            node.order = sorted(node.prior)
        tried, count = len(node.children), len(node.order)
        if tried < count:
            drawn = tried + random_below(self.seeds, 0, count - tried)
            node.order[tried], node.order[drawn] = node.order[drawn], node.order[tried]
            return node.order[tried]
        scale = self.config.c_uct * self.half()
        bonus = scale * scale * math.log(node.total())
        return max(
            self.open_actions(node, keep_one=True),
            key=lambda action: self.q(node, action) + math.sqrt(bonus / node.visits[action]),
        )

    def sigma(self, node: Node, q: float) -> float:
        low = self.low if self.low < math.inf else -1.0
        visits = self.config.c_visit + max(node.visits.values(), default=0)
        return visits * self.config.c_scale * (q - low) / (2 * self.half())

    def completed(self, node: Node) -> dict[int, float]:
        mass = sum(node.prior[action] for action in node.children)
        mixed = node.value
        if mass > 0:
            weighted = sum(node.prior[action] * self.q(node, action) for action in node.children)
            mixed = (node.value + node.total() * weighted / mass) / (1 + node.total())
        return {action: self.q(node, action) if action in node.children else mixed for action in node.prior}

    def improved(self, node: Node, *, without_worse: bool = False) -> dict[int, float]:
        lower, upper = self.bounds(node)
        logits = {}
        for action, q in self.completed(node).items():
            high = self.edge_bounds(node, action)[1]
            worse = high < lower or (high <= self.floor and upper > self.floor)
            logits[action] = math.log(node.prior[action]) + self.sigma(node, q)
            if without_worse and worse:
                logits[action] = -math.inf
        weights = {action: math.exp(logit - max(logits.values())) for action, logit in logits.items()}
        return {action: weight / sum(weights.values()) for action, weight in weights.items()}

    def choose_gumbel_root(self, node: Node, wanted: int) -> int:
        alive = self.open_actions(node, keep_one=False)
        completed = self.completed(node)
        candidates = [action for action in self.considered if action in alive]
        exact = [action for action in candidates if node.visits.get(action, 0) == wanted]
        return max(
            exact or candidates or alive,
            key=lambda action: math.log(node.prior[action]) + self.sigma(node, completed[action]),
        )


def halving(considered: int, simulations: int) -> list[int]:
    """The visits that the chosen action must have had, one simulation after the other (mctx: seq_halving.py)."""
    if considered <= 1:
        return list(range(simulations))
    phases = math.ceil(math.log2(considered))
    sequence: list[int] = []
    visits = [0] * considered
    competing = considered
    while len(sequence) < simulations:
        for _ in range(max(1, simulations // (phases * competing))):
            sequence += visits[:competing]
            visits = [count + 1 if place < competing else count for place, count in enumerate(visits)]
        competing = max(2, competing // 2)
    return sequence[:simulations]
