"""What an agent thinks of every position of a game, one after another or several at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tengen.agents.agent import Agent
from tengen.agents.load import load_agent
from tengen.agents.search import SearchAgent
from tengen.agents.text import parse_agent
from tengen.core.errors import InvalidParameter
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts.evaluator import Rollouts

BATCH = 16
"""Positions that a network judges at once."""

LONGEST = 12
"""Plies of an expected line that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Of one position, for its player to move."""

    value: float
    """In [-1, 1]."""
    best: int
    """The action that the agent would play."""
    line: tuple[int, ...] = ()
    """What it expects, `best` first; empty where it was not asked yet."""
    visits: int | None = None
    depth: int | None = None
    lead: float | None = None
    """Points by which the player to move leads, where a network tells."""


class Reviewer:
    """An agent that is asked about positions of one game; it must tell values."""

    def __init__(self, game: RecordGame, agent: str, *, seed: int | None = None) -> None:
        self.game = game
        self.text = agent
        if parse_agent(agent).kind == "human":
            raise InvalidParameter("a person cannot review a game here; take an agent such as uct:sims=1000")
        self._agent: Agent = load_agent(agent, game, seed=seed)
        self._seed = 0 if seed is None else seed

    def close(self) -> None:
        """Ends the agent's process, if it has one."""
        self._agent.close()

    def opinions(self, states: Sequence[State], actions: Sequence[int]) -> Iterator[Opinion | None]:
        """The opinion of each of `states` [T + 1] in turn, between which `actions` [T] were played; None at the end
        of the game."""
        agent = self._agent
        if isinstance(agent, SearchAgent) and not isinstance(agent.evaluator, Rollouts) and agent.play.seconds is None:
            yield from self._several_at_once(agent, states)
            return
        agent.new_game(states[0], seed=self._seed)
        for ply, state in enumerate(states):
            yield None if self.game.is_over(state) else self._one(state)
            if ply < len(actions):
                agent.notify(state, actions[ply], states[ply + 1])

    def line(self, state: State, opinion: Opinion) -> tuple[int, ...]:
        """The line that the agent expects in a position of which it has an opinion."""
        if opinion.line:
            return opinion.line
        after = self.game.apply(state, opinion.best)
        if self.game.is_over(after):
            return (opinion.best,)
        agent = self._agent
        agent.new_game(after, seed=self._seed)
        result = agent.analyze(after)
        rest = [] if result is None else result.variations[0]
        return (opinion.best, *rest)[:LONGEST]

    def _one(self, state: State) -> Opinion:
        agent = self._agent
        if isinstance(agent, SearchAgent):
            result = agent.analyze(state)
            return Opinion(
                value=_bounded(float(result.value[0])),
                best=int(result.action[0]),
                line=tuple(result.variations[0][:LONGEST]),
                visits=int(result.visits[0].sum()),
                lead=self._lead(agent, state),
            )
        action = agent.act(state)
        note = agent.note()
        if note.value is None:
            raise InvalidParameter(f"the agent {self.text!r} tells no values; take one such as uct:sims=1000")
        best = note.variation[0] if note.variation else action
        if best < 0:  # it would resign, and says nothing better
            best = int(self.game.legal_actions(state)[0])
        return Opinion(
            value=note.value, best=best, line=note.variation[:LONGEST] or (best,), visits=note.visits, depth=note.depth
        )

    def _several_at_once(self, agent: SearchAgent, states: Sequence[State]) -> Iterator[Opinion | None]:
        """A batch of positions is searched in lockstep, each with a tree of its own."""
        search = agent.of_several(BATCH, seed=self._seed)
        for begin in range(0, len(states), BATCH):
            chosen = states[begin : begin + BATCH]
            result = search.run(self.game.stack(chosen))
            for row, state in enumerate(chosen):
                if self.game.is_over(state):
                    yield None
                    continue
                yield Opinion(
                    value=_bounded(float(result.value[row])),
                    best=int(result.action[row]),
                    visits=int(result.visits[row].sum()),
                    lead=self._lead(agent, state),
                )

    def _lead(self, agent: SearchAgent, state: State) -> float | None:
        raw = agent.raw(state) if self.game.has_score else None
        return None if raw is None or raw.lead is None else float(raw.lead[0])


@contextmanager
def reviewer(game: RecordGame, agent: str, *, seed: int | None = None) -> Iterator[Reviewer]:
    """A reviewer that is closed whatever happens; InvalidParameter where the agent tells no values."""
    found = Reviewer(game, agent, seed=seed)
    try:
        yield found
    finally:
        found.close()


def positions(game: RecordGame, start: State, actions: Sequence[int]) -> list[State]:
    """All positions [T + 1] of a line that is legal."""
    found = [start]
    for action in actions:
        found.append(game.apply(found[-1], action))
    return found


def _bounded(value: float) -> float:
    return float(np.clip(value, -1.0, 1.0))
