"""What a baseline has learned, as an agent: greedy, by a table or a network, without any search."""

import numpy as np

from tengen.agents.agent import Agent
from tengen.core.errors import InvalidCheckpoint
from tengen.games import registry
from tengen.games.game import Game, RecordGame
from tengen.games.rules import State
from tengen.nets.policies import NetworkPolicy, TablePolicy, key_of_planes, load_policy


class LearnedAgent(Agent):
    """Plays the action that its policy values most."""

    def __init__(self, game: Game, method: str, path: str, *, text: str) -> None:
        """InvalidCheckpoint if the file is none, of another method, or was learned in another environment."""
        saved = load_policy(path)
        if saved.method != method:
            raise InvalidCheckpoint(f"{path} was learned by {saved.method}, not {method}: write {saved.method}:{path}")
        _check_environment(path, saved.environment, game)
        policy = saved.policy
        if isinstance(policy, NetworkPolicy):
            seen = tuple(policy.network.observation_shape)
            if seen != game.observation_shape or policy.actions != game.num_actions:
                raise InvalidCheckpoint(f"{path} looks at {seen} and cannot play {game.text}, {game.observation_shape}")
        elif isinstance(policy, TablePolicy) and policy.values.shape[1] != game.num_actions:
            raise InvalidCheckpoint(
                f"{path} knows {policy.values.shape[1]} actions, {game.text} has {game.num_actions}"
            )
        self.game, self.text = game, text
        self._policy = policy
        self._without_limit = game.without_limit() if isinstance(game, RecordGame) else None

    def act(self, state: State) -> int:
        if not self._policy.keyed:
            return int(self._policy.act(self.game.observe(state)[None])[0])
        return int(self._policy.act(np.array([self._key(state)], np.uint64))[0])

    def _key(self, state: State) -> int:
        if self._without_limit is None:
            return key_of_planes(self.game.observe(state))
        if self._without_limit != self.game:
            state = self._without_limit.parse_position(self.game.position_to_text(state))
        return self._without_limit.key(state)


def _check_environment(path: str, environment: str, game: Game) -> None:
    name, _, rest = environment.partition(":")
    if name not in registry.GAMES:  # a bare id of Gymnasium
        name, rest = "gym", environment
    learned = name, rest.partition(",")[0]
    variant = str(game.parameters[game.variant]) if game.variant else ""
    if learned[0] != game.name or (variant and learned[1] and learned[1].removeprefix(f"{game.variant}=") != variant):
        raise InvalidCheckpoint(f"{path} was learned in {environment} and cannot play {game.text}")
