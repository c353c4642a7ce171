"""What a search says, as it is shown."""

from collections.abc import Callable

from tengen.agents.text import parse_agent
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.terminal.table.places import Opinion, places_of

OPINIONS = 5
"""Moves of a search that are shown."""

Written = Callable[[State, int], str]
"""A move as people write it."""


def searches(text: str) -> bool:
    """Whether an agent of this text can tell what it thinks of moves."""
    return parse_agent(text).kind in ("uct", "network")


def opinions(game: RecordGame, state: State, result: SearchResult, written: Written) -> tuple[Opinion, ...]:
    """The moves that a search looked at most, the chosen one first."""
    visits, q = result.visits[0], result.q[0]
    chosen = int(result.action[0])
    legal = game.legal_actions(state)
    order = sorted((int(a) for a in legal if visits[a] > 0), key=lambda a: (a != chosen, -int(visits[a])))
    return tuple(
        Opinion(
            action,
            written(state, action),
            int(visits[action]),
            float(q[action]),
            *places_of(game, state, action),
        )
        for action in order[:OPINIONS]
    )
