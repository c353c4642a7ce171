"""A two-player game as an agent-environment-cycle environment of PettingZoo."""

from typing import Any, ClassVar

import numpy as np

from tengen.core.errors import InvalidParameter, MissingExtra
from tengen.environments.gymnasium import action_mask
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State

try:
    import pettingzoo
    from gymnasium import spaces
except ModuleNotFoundError:
    raise MissingExtra("environments for two players need PettingZoo: pip install 'tengen[pettingzoo]'") from None

AGENTS = ("player_0", "player_1")
"""Whoever moves first in a game is player_0."""


class BoardEnv(pettingzoo.AECEnv):
    """Any game for two players; `game` is a game or its text, such as `go:size=9`.

    An observation is a dictionary: `observation`, the planes float32 [C, H, W] as seen by whoever moves, and
    `action_mask` int8 [A], which is 0 throughout for the agent that does not. At the end the rewards are the game's
    result, 1, 0 or -1. An illegal action raises IllegalMove; PettingZoo's TerminateIllegalWrapper makes it a loss.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "render_modes": ["ansi", "human"],
        "name": "tengen_game_v0",
        "is_parallelizable": False,
        "render_fps": 1,
    }

    def __init__(self, game: Game | str = "tictactoe", render_mode: str | None = None) -> None:
        super().__init__()
        self.game = game if isinstance(game, Game) else make(game)
        if self.game.num_players != 2:
            raise InvalidParameter(f"{self.game.text} is for one player: see tengen.environments.GameEnv")
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise InvalidParameter(f"render_mode={render_mode[:40]} is not accepted: ansi or human")
        self.render_mode = render_mode
        self.possible_agents = list(AGENTS)
        self.agents: list[str] = []
        self.agent_selection = AGENTS[0]
        low, high = self.game.observation_range
        self.observation_spaces = {
            agent: spaces.Dict(
                {
                    "observation": spaces.Box(low, high, self.game.observation_shape, np.float32),
                    "action_mask": spaces.Box(0, 1, (self.game.num_actions,), np.int8),
                }
            )
            for agent in AGENTS
        }
        self.action_spaces = {agent: spaces.Discrete(self.game.num_actions) for agent in AGENTS}
        self.state_of_play: State = None

    def observation_space(self, agent: str) -> Any:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Any:
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begins a game. Nothing is left to chance, so that every seed begins the same."""
        self.agents = list(AGENTS)
        self.rewards = dict.fromkeys(AGENTS, 0.0)
        self._cumulative_rewards = dict.fromkeys(AGENTS, 0.0)
        self.terminations = dict.fromkeys(AGENTS, False)
        self.truncations = dict.fromkeys(AGENTS, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in AGENTS}
        self.state_of_play = self.game.initial_state()
        self.agent_selection = AGENTS[self.game.player(self.state_of_play)]

    def observe(self, agent: str) -> dict[str, Any]:
        mask = np.zeros(self.game.num_actions, np.int8)
        if not self.game.is_over(self.state_of_play) and agent == self.agent_selection:
            mask = action_mask(self.game, self.state_of_play)
        return {"observation": self.game.observe(self.state_of_play), "action_mask": mask}

    def step(self, action: int | None) -> None:
        if self.terminations[self.agent_selection] or self.truncations[self.agent_selection]:
            self._was_dead_step(action)
            return
        if action is None:
            raise InvalidParameter("None is no action while the game lasts")
        self.state_of_play = self.game.apply(self.state_of_play, int(action))
        self._cumulative_rewards[self.agent_selection] = 0.0
        self._clear_rewards()
        if self.game.is_over(self.state_of_play):
            truncated = self.game.is_truncated(self.state_of_play)
            results = self.game.returns(self.state_of_play)
            self.rewards = {agent: float(result) for agent, result in zip(AGENTS, results, strict=True)}
            self.terminations = dict.fromkeys(AGENTS, not truncated)
            self.truncations = dict.fromkeys(AGENTS, truncated)
            self.agent_selection = AGENTS[1 - AGENTS.index(self.agent_selection)]
        else:
            self.agent_selection = AGENTS[self.game.player(self.state_of_play)]
        self._accumulate_rewards()
        if self.render_mode == "human":
            self.render()

    def render(self) -> str | None:
        """The board as text, which `human` prints."""
        drawn = self.game.draw(self.state_of_play)
        if self.render_mode == "human":
            print(drawn)
            return None
        return drawn

    def close(self) -> None:
        """Holds nothing that needs to be freed."""
