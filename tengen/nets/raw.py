"""What a network says of positions before any search, for people and for programs that show it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.games import kernels
from tengen.games.game import Game, RecordGame
from tengen.games.rules import State
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import SCORE_SCALE


class Raw(NamedTuple):
    """A network's judgement of B positions, each from the side of its player to move."""

    policy: NDArray[np.float32]
    """[B, A]: probabilities; 0 where an action is illegal."""
    chances: NDArray[np.float32]
    """[B, 3]: of a win, a draw and a loss."""
    lead: NDArray[np.float32] | None
    """[B]: points by which the player to move is expected to lead, komi counted; None in games without points."""
    ownership: NDArray[np.float32] | None
    """[B, H, W] in [-1, 1]: the expected owner of each point, 1 the player to move; None in games without points."""

    @property
    def value(self) -> NDArray[np.float32]:
        """[B] in [-1, 1]: the chance of a win less that of a loss."""
        return self.chances[:, 0] - self.chances[:, 2]


def raw_output(evaluator: NetworkEvaluator, game: Game, states: NDArray[State], *, symmetry: int = 0) -> Raw:
    """Asks a network about `states` [B] of a game for two, at which somebody is to move.

    With a `symmetry` of the game's, the network is shown the positions so transformed, and what it says is
    transformed back. InvalidParameter where the game or the number does not fit.
    """
    if not isinstance(game, RecordGame) or game.num_players != 2:
        raise InvalidParameter(f"a network's raw output is for two players and compiled rules, not for {game.name}")
    count = len(game.symmetries.points)
    if not 0 <= symmetry < count:
        raise InvalidParameter(f"symmetry={symmetry} is not accepted: 0 to {count - 1} for {game.text}")
    planes = np.empty((len(states), *game.observation_shape), np.float32)
    legal = np.empty((len(states), game.num_actions), np.bool_)
    kernels.observe_batch(states, planes)
    kernels.legal_mask_batch(states, legal, np.empty(game.num_actions, np.int32))
    points, actions = game.symmetries.points[symmetry], game.symmetries.actions[symmetry]
    shown = planes.reshape(*planes.shape[:2], -1)[:, :, points].reshape(planes.shape)
    said = evaluator.output(shown)
    logits = np.empty(legal.shape, np.float32)
    logits[:, actions] = said.policy.numpy()
    logits = np.where(legal, logits, -np.inf)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    owner = lead = None
    if said.score is not None and said.ownership is not None:
        lead = said.score.numpy() * np.float32(SCORE_SCALE)
        flat = said.ownership.tanh().numpy().reshape(len(states), -1)
        owner = np.empty_like(flat)
        owner[:, points] = flat
        owner = owner.reshape(len(states), *game.observation_shape[1:])
    return Raw(powers / powers.sum(axis=1, keepdims=True), said.outcome.softmax(dim=1).numpy(), lead, owner)
