"""Who searches for the analysis engine: side by side where a network judges, one by one where none does."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from tengen.agents.control import Control, Limits
from tengen.agents.search import SearchAgent
from tengen.agents.thinking import Thought
from tengen.mcts.evaluator import LeadEvaluator
from tengen.mcts.search import nodes_within
from tengen.mcts.slots import Finding, Slots
from tengen.protocols.queries import Asked

MEMORY = 2 << 30
"""Bytes of all trees of one pool, about."""

SMALLEST = 256
"""Simulations that each tree of a pool has room for, at least."""


class Pool(Protocol):
    """Searches several positions at once."""

    def has_room(self) -> bool:
        """Whether another position can be taken."""

    def place(self, asked: Asked) -> int:
        """Takes a position; the number under which it is known."""

    def advance(self) -> list[int]:
        """Searches a little; the numbers of those that are done."""

    def find(self, number: int) -> Finding | None:
        """What is known so far."""

    def release(self, number: int) -> None:
        """Forgets a position."""


class Together:
    """Positions whose leaves are judged by one network in one batch."""

    def __init__(self, agent: SearchAgent, evaluator: LeadEvaluator, asked: Asked, *, batch: int, seed: int) -> None:
        most = capacity(asked.visits)
        game = agent.seen
        rows = max(1, min(batch, nodes_within(MEMORY, game) // (most + 1)))
        self.slots = Slots(game, evaluator, replace(asked.config, reuse=False), batch=rows, most=most, seed=seed)

    def has_room(self) -> bool:
        return bool(self.slots.free)

    def place(self, asked: Asked) -> int:
        return self.slots.place(asked.state, asked.visits, asked.allowed)

    def advance(self) -> list[int]:
        return self.slots.advance_all()

    def find(self, number: int) -> Finding | None:
        return self.slots.find(number)

    def release(self, number: int) -> None:
        self.slots.release(number)


class Alone:
    """One position after another."""

    def __init__(self, agent: SearchAgent, asked: Asked) -> None:
        self.agent = agent
        agent.config = asked.config
        most = capacity(asked.visits)
        self._memory = MEMORY * most // max(1, nodes_within(MEMORY, agent.seen)) * 8
        self._asked: Asked | None = None
        self._thoughts: Iterator[Thought] = iter(())
        self._last: Thought | None = None

    def has_room(self) -> bool:
        return self._asked is None

    def place(self, asked: Asked) -> int:
        self._asked, self._last = asked, None
        self.agent.stream(min(MEMORY, self._memory))
        self.agent.new_game(asked.state)
        control = Control()
        control.limits = Limits(nodes=asked.visits)
        self._thoughts = self.agent.think(asked.state, control, asked.allowed)
        return 0

    def advance(self) -> list[int]:
        if self._asked is None:
            return []
        thought = next(self._thoughts, None)
        if thought is None:
            return [0]
        self._last = thought
        return []

    def find(self, number: int) -> Finding | None:
        if self._last is None or self._asked is None:
            return None
        from tengen.agents.ownership import leads

        asked, result = self._asked, self._last.result
        lines = self.agent.lines(self._last, asked.game.num_actions)
        ends = []
        for line in lines:
            end = asked.state
            for action in line.actions:
                end = asked.game.apply(end, action)
            ends.append(end)
        sign = 1.0 if asked.player == 0 else -1.0
        found = leads(self.agent, asked.game, ends) or []
        told = {line.actions[0]: sign * lead for line, lead in zip(lines, found, strict=False)}
        lead = told[lines[0].actions[0]] if told else float("nan")
        visits = int(result.visits[0].sum())
        return Finding(lines, visits, float(result.value[0]), float(result.raw_value[0]), result.prior[0], told, lead)

    def release(self, number: int) -> None:
        self._asked, self._thoughts = None, iter(())


def capacity(visits: int) -> int:
    """The room that a tree of so many visits is given: powers of two, so that trees are used again."""
    return max(SMALLEST, 1 << (visits - 1).bit_length())


def make_pool(agent: SearchAgent, asked: Asked, *, batch: int, seed: int) -> Pool:
    """Who searches such positions best."""
    from tengen.nets.evaluator import NetworkEvaluator

    game = asked.game
    if isinstance(agent.evaluator, NetworkEvaluator) and game.num_players == 2 and not game.has_chance:
        return Together(agent, agent.evaluator, asked, batch=batch, seed=seed)
    return Alone(agent, asked)
