"""A single-player game as an environment of Gymnasium."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.environments.pictures import picture_of
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import CHANCE, State

ENVIRONMENT = "tengen/Game-v0"
"""The id under which `GameEnv` is registered."""


class GameEnv(gymnasium.Env):
    """Any game for one player; `game` is a game or its text, such as `gridworld:robot`.

    Observations are the game's planes, float32 [C, H, W]. `info["action_mask"]` [A] has a 1 for each legal action, as
    `action_space.sample` takes it; other actions raise IllegalMove. Chance is drawn from the environment's own random
    numbers. A game that a limit cut off is truncated, one that ended by its rules terminated, and never both.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 10}

    def __init__(self, game: Game | str = "gridworld", render_mode: str | None = None) -> None:
        self.game = game if isinstance(game, Game) else make(game)
        if self.game.num_players != 1:
            raise InvalidParameter(f"{self.game.text} is for two players: see tengen.environments.pettingzoo")
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise InvalidParameter(f"render_mode={render_mode[:40]} is not accepted: rgb_array or ansi")
        low, high = self.game.observation_range
        self.observation_space = gymnasium.spaces.Box(low, high, self.game.observation_shape, np.float32)
        self.action_space = gymnasium.spaces.Discrete(self.game.num_actions)
        self.render_mode = render_mode
        self.state: State = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        super().reset(seed=seed)
        self.state = self.game.sample_start(self.np_random)
        self._let_chance_move()
        return self.game.observe(self.state), self._info()

    def step(self, action: int) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        self.state, reward, discount = self.game.step(self.state, int(action))
        reward += discount * self._let_chance_move()
        over, truncated = self.game.is_over(self.state), self.game.is_truncated(self.state)
        return self.game.observe(self.state), float(reward), over and not truncated, truncated, self._info()

    def render(self) -> NDArray[np.uint8] | str | None:
        if self.render_mode == "ansi":
            return self.game.draw(self.state)
        return picture_of(self.game, self.state) if self.render_mode == "rgb_array" else None

    def _let_chance_move(self) -> float:
        """Plays what chance decides until somebody else moves; returns the discounted reward on the way."""
        total, weight = 0.0, 1.0
        while self.game.player(self.state) == CHANCE:
            outcome = self.game.sample_outcome(self.state, self.np_random)
            self.state, reward, discount = self.game.step(self.state, outcome)
            total += weight * reward
            weight *= discount
        return total

    def _info(self) -> dict[str, Any]:
        return {"action_mask": action_mask(self.game, self.state)}


def action_mask(game: Game, state: State) -> NDArray[np.int8]:
    """1 for each legal action, 0 for the others [A]."""
    mask = np.zeros(game.num_actions, np.int8)
    mask[game.legal_actions(state)] = 1
    return mask
