"""Positions as a network plays them, from which the ranges of an 8-bit network are measured."""

import numpy as np
from numpy.typing import NDArray

from tengen.games import kernels
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE, OVER
from tengen.mcts.evaluator import Evaluator

GAMES = 16
"""Games that are played at once."""

MOST_PLIES = 200
"""After so many plies those that still go on are left."""


def played_positions(game: RecordGame, evaluator: Evaluator, *, count: int = 512, seed: int = 0) -> NDArray[np.float32]:
    """Observations [N, C, H, W] of up to `count` positions from games whose every move is drawn by the policy.

    Positions from random games would do for ranges, but not to tell whether 8 bits are enough where it matters.
    """
    random = np.random.default_rng(seed)
    states = game.initial_states(GAMES)
    players = np.empty(GAMES, np.int8)
    scratch = np.empty(game.num_actions, np.int32)
    seen: list[NDArray[np.float32]] = []
    for _ in range(MOST_PLIES):
        kernels.players_batch(states, players)
        deciding, actions = (players != OVER) & (players != CHANCE), np.full(GAMES, -1, np.int32)
        for row in np.flatnonzero(players == CHANCE).tolist():
            actions[row] = game.sample_outcome(states[row], random)
        if deciding.any():
            open_states = np.ascontiguousarray(states[deciding])
            planes = np.empty((len(open_states), *game.observation_shape), np.float32)
            legal = np.empty((len(open_states), game.num_actions), np.bool_)
            kernels.observe_batch(open_states, planes)
            kernels.legal_mask_batch(open_states, legal, scratch)
            logits = np.where(legal, evaluator(planes, legal)[0], -np.inf)
            # the largest of logits with Gumbel noise is a draw from their softmax
            actions[deciding] = np.argmax(logits + random.gumbel(size=logits.shape), axis=1)
            seen.append(planes)
        if (actions < 0).all():
            break
        kernels.apply_batch(states, actions, np.empty(GAMES, np.float32), np.empty(GAMES, np.float32))
    positions = np.concatenate(seen)
    chosen = random.permutation(len(positions))[:count]
    return positions[chosen]
