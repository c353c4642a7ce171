"""Agents that do not search: uniformly random play, and a person."""

import numpy as np

from tengen.agents.agent import Agent
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game
from tengen.games.rules import State


class RandomAgent(Agent):
    """Plays uniformly over the legal actions."""

    def __init__(self, game: Game, *, seed: int | None = None) -> None:
        self.game = game
        self.text = "random"
        self._random = np.random.default_rng(seed)

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        if seed is not None:
            self._random = np.random.default_rng(seed)

    def act(self, state: State) -> int:
        return int(self._random.choice(self.game.legal_actions(state)))


class HumanAgent(Agent):
    """Stands for the person at the terminal, whom only `tengen play` can ask."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.text = "human"

    def act(self, state: State) -> int:
        raise InvalidParameter("the agent 'human' plays at the terminal only: tengen play")
