"""Whose each point of a board will be in the end: by the network's head, or by random games."""

import numpy as np
from numpy.typing import NDArray

from tengen.agents.agent import Agent
from tengen.agents.search import SearchAgent
from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, stream
from tengen.games.game import Game, RecordGame
from tengen.games.kernels import random_playout
from tengen.games.rules import State, final_score

RANDOM_GAMES = 200
"""Random games that tell who owns what, where no network does."""


def ownership(agent: Agent, game: Game, state: State, *, seed: int = 0) -> NDArray[np.float32] | None:
    """The expected owner of each point [H, W] in [-1, 1], + for player 0 (Black); None in games without points.

    By the agent's network where it has a head for it, else the mean over random games from the position on.
    """
    if not isinstance(game, RecordGame) or not game.has_score:
        return None
    if isinstance(agent, SearchAgent) and not game.is_over(state):
        raw = agent.raw(state)
        if raw is not None and raw.ownership is not None:
            return raw.ownership[0] if game.player(state) == 0 else -raw.ownership[0]
    return owned_at_random(game, state, seed=seed)


def owned_at_random(game: RecordGame, state: State, *, games: int = RANDOM_GAMES, seed: int = 0) -> NDArray[np.float32]:
    """The mean owner of each point [H, W], + for player 0, over random games from `state` to their end."""
    _, height, width = game.observation_shape
    found = np.zeros(height * width, np.float32)
    spare = game.stack([state, state])
    scratch = np.empty(game.num_actions, np.int32)
    add_owners(
        spare, games, kernel_seeds(stream(seed, "ownership"), 1), scratch, np.zeros(height * width, np.int8), found
    )
    return found.reshape(height, width) / np.float32(games)


@kernel
def add_owners(
    states: NDArray[State],
    games: int,
    seeds: NDArray[np.uint64],
    scratch: NDArray[np.int32],
    owner: NDArray[np.int8],
    total: NDArray[np.float32],
) -> None:
    """Adds up in `total` [H * W] who owns each point after each of `games` random games from `states[0]`.

    states[1], scratch [num_actions] and owner [H * W] are overwritten.
    """
    for _ in range(games):
        states[1] = states[0]
        random_playout(states[1], seeds, 0, scratch)
        final_score(states[1], owner)
        for point in range(len(total)):
            total[point] += owner[point]
