"""Whose each point of a board will be in the end: by the network's head, or by random games."""

from collections.abc import Sequence

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

FEW_GAMES = 30
"""Random games that tell who leads, for each move of many."""


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


def leads(agent: Agent, game: Game, states: Sequence[State]) -> list[float] | None:
    """Points by which player 0 (Black) is expected to lead in each state; None in games without points.

    By the score of a finished game, the agent's network, or a few random games.
    """
    if not isinstance(game, RecordGame) or not game.has_score:
        return None
    open_ones = [index for index, state in enumerate(states) if not game.is_over(state)]
    found = [0.0 if index in open_ones else game.final_score(state)[0] for index, state in enumerate(states)]
    told = None
    if open_ones and isinstance(agent, SearchAgent):
        told = agent.leads([states[index] for index in open_ones])
    for place, index in enumerate(open_ones):
        if told is None:
            found[index] = random_outcome(game, states[index], games=FEW_GAMES)[0]
        else:
            found[index] = float(told[place]) * (1.0 if game.player(states[index]) == 0 else -1.0)
    return found


def owned_at_random(game: RecordGame, state: State, *, games: int = RANDOM_GAMES, seed: int = 0) -> NDArray[np.float32]:
    """The mean owner of each point [H, W], + for player 0, over random games from `state` to their end."""
    return random_outcome(game, state, games=games, seed=seed)[1]


def random_outcome(
    game: RecordGame, state: State, *, games: int = RANDOM_GAMES, seed: int = 0
) -> tuple[float, NDArray[np.float32]]:
    """The mean lead of player 0 in points and the mean owner of each point [H, W] over random games from `state`."""
    _, height, width = game.observation_shape
    found = np.zeros(height * width, np.float32)
    spare = game.stack([state, state])
    scratch, owner = np.empty(game.num_actions, np.int32), np.zeros(height * width, np.int8)
    lead = add_owners(spare, games, kernel_seeds(stream(seed, "ownership"), 1), scratch, owner, found)
    return lead / games, found.reshape(height, width) / np.float32(games)


@kernel
def add_owners(
    states: NDArray[State],
    games: int,
    seeds: NDArray[np.uint64],
    scratch: NDArray[np.int32],
    owner: NDArray[np.int8],
    total: NDArray[np.float32],
) -> float:
    """Adds up in `total` [H * W] who owns each point after each of `games` random games from `states[0]`.

    Returns the sum of the points by which player 0 led.

    states[1], scratch [num_actions] and owner [H * W] are overwritten.
    """
    lead = 0.0
    for _ in range(games):
        states[1] = states[0]
        random_playout(states[1], seeds, 0, scratch)
        lead += final_score(states[1], owner)
        for point in range(len(total)):
            total[point] += owner[point]
    return lead
