"""A search's opinion of one position, in the game's notation."""

from dataclasses import asdict, dataclass

import numpy as np

from tengen.agents.load import load_agent
from tengen.agents.zoo import agent_for
from tengen.core.errors import InvalidParameter, InvalidPosition
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.rules import CHANCE, State

ROLLOUTS = "uct:sims=5000"
"""Who searches where nobody was named and no network fits."""


@dataclass(frozen=True, slots=True)
class MoveOpinion:
    """What the search found about one move."""

    move: str
    visits: int
    prior: float
    value: float
    """For the player to move, in [-1, 1]; for one player the discounted reward from here; 0 if it was not visited."""
    proven: float | None
    """The exact value, where it is known."""
    written: str = ""
    """The move as people write it: SAN, KIF."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the search found about a position."""

    game: str
    position: str
    agent: str
    player: str
    value: float
    """For the player to move, in [-1, 1]; for one player the discounted reward from here."""
    moves: list[MoveOpinion]
    """The chosen one first, then by visits."""
    variation: list[str]
    """The line expected."""

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


def first_position(game: Game, *, seed: int | None = None) -> State:
    """A beginning of a game at which there is something to choose: chance has moved."""
    state = game.initial_state()
    generator = stream(seed or 0, "first position")
    while game.player(state) == CHANCE:
        state = game.apply(state, game.sample_outcome(state, generator))
    return state


def analyze_position(
    game: Game, state: State, agent: str | None, *, top: int = 10, seed: int | None = None
) -> Analysis:
    """Lets an agent search `state`; None is the game's usual one."""
    if game.is_over(state):
        raise InvalidPosition("the game is over in this position: there is nothing to analyse")
    if game.player(state) == CHANCE:
        raise InvalidPosition("chance moves in this position: there is nothing to analyse")
    agent = agent_for(game, agent, rollouts=ROLLOUTS)
    searcher = load_agent(agent, game, seed=seed)
    try:
        searcher.new_game(state, seed=seed)
        result = searcher.analyze(state)
    finally:
        searcher.close()
    if result is None:
        raise InvalidParameter(f"the agent {agent!r} does not search; take one such as uct:sims=1000")
    visits, q, prior = result.visits[0], result.q[0], result.prior[0]
    lower, upper = result.lower[0], result.upper[0]
    chosen = int(result.action[0])
    legal = game.legal_actions(state).tolist()
    order = sorted(legal, key=lambda action: (action != chosen, -int(visits[action]), -float(prior[action])))
    moves = [
        MoveOpinion(
            game.action_to_text(state, action),
            int(visits[action]),
            round(float(prior[action]), 4),
            round(float(q[action]), 4),
            float(lower[action]) if lower[action] == upper[action] and np.isfinite(lower[action]) else None,
            game.notate(state, action),
        )
        for action in order[:top]
    ]
    return Analysis(
        game=game.text,
        position=game.position_to_text(state),
        agent=agent,
        player=game.player_names[game.player(state)],
        value=round(float(result.value[0]), 4),
        moves=moves,
        variation=_as_text(game, state, result.variations[0]),
    )


def _as_text(game: Game, state: State, actions: list[int]) -> list[str]:
    line = []
    for action in actions:
        line.append(game.action_to_text(state, action))
        state = game.apply(state, action)
    return line
