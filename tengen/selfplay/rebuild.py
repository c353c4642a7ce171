"""The kernels that turn stored moves back into what a network trains on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.kernels import States
from tengen.games.rules import CHANCE, OVER, apply, legal_actions, observe, player, truncated

NEGLIGIBLE = 1e-9
"""Rewards that are discounted further are left out."""


class Window(NamedTuple):
    """G games with P plies in all; the arrays may be views into longer ones."""

    game_first: NDArray[np.int64]
    """[G + 1]: game g has plies game_first[g] to game_first[g + 1]."""
    game_start: NDArray[np.int32]
    """[G]: index of the position in which the game began."""
    result: NDArray[np.float32]
    """[G]: for player 0."""
    score: NDArray[np.float32]
    """[G]: points by which player 0 led at the end."""
    score_weight: NDArray[np.float32]
    """[G]: 0 where the game was cut short and has no score."""
    ownership: NDArray[np.int8]
    """[G, H * W]: owner of each point at the end: 1 player 0, -1 player 1, 0 nobody."""
    action: NDArray[np.int32]
    """[P]"""
    value: NDArray[np.float32]
    """[P], for one player: what each position is to be worth, in rewards."""
    weight: NDArray[np.float32]
    """[P]: how often the ply is drawn, in proportion."""
    near: NDArray[np.float32]
    """[P, K], between two players: the value at each of K horizons, for the player to move; see `near_values`."""
    policy_first: NDArray[np.int64]
    """[P + 1]: ply p has policy entries policy_first[p] to policy_first[p + 1]."""
    policy_action: NDArray[np.int32]
    policy_probability: NDArray[np.float32]


class Batch(NamedTuple):
    """N training samples, each from the side of its player to move."""

    observations: NDArray[np.float32]
    """[N, C, H, W]"""
    policy: NDArray[np.float32]
    """[N, A]: target probabilities."""
    legal: NDArray[np.bool_]
    """[N, A]: which actions the policy chose from."""
    wdl: NDArray[np.float32]
    """[N, 3]: won, drawn, lost, between two players."""
    value: NDArray[np.float32]
    """[N]: discounted rewards from here on, for one player."""
    score: NDArray[np.float32]
    """[N]: final score, points."""
    score_weight: NDArray[np.float32]
    """[N]"""
    ownership: NDArray[np.float32]
    """[N, H * W]: 1 mine, -1 his, 0 nobody's."""
    near: NDArray[np.float32]
    """[N, K]: the value at each horizon, between two players."""
    reply: NDArray[np.float32]
    """[N, A], or [N, 0] where nobody wants it: what is played next, as the search's policy or else the move itself."""
    reply_weight: NDArray[np.float32]
    """[N]: 0 where the game ended before a reply."""

    def part(self, rows: slice) -> "Batch":
        """Some of the samples, in the same memory."""
        return Batch._make(each[rows] for each in self)


@kernel
def rebuild_batch(
    window: Window,
    starts: States,
    scratch: States,
    games: NDArray[np.int64],
    plies: NDArray[np.int64],
    symmetry: NDArray[np.int64],
    symmetry_points: NDArray[np.int32],
    symmetry_inverse: NDArray[np.int32],
    plane_scratch: NDArray[np.float32],
    action_scratch: NDArray[np.int32],
    batch: Batch,
) -> None:
    """Fills `batch` with the positions before the given plies, each under its symmetry.

    starts            [K]  positions in which games begin
    scratch           [1]  overwritten
    games, plies      [N]  which game, and which ply of it
    symmetry          [N]  which symmetry
    symmetry_points   [S, H * W]  the point that each point's content comes from
    symmetry_inverse  [S, A]  where each action goes
    plane_scratch     [C, H, W]  overwritten
    action_scratch    [A]  overwritten
    """
    channels, height, width = plane_scratch.shape
    points = height * width
    for row in range(len(games)):
        game = games[row]
        first = window.game_first[game]
        scratch[0] = starts[window.game_start[game]]
        for ply in range(plies[row]):
            apply(scratch[0], window.action[first + ply])
        turn = symmetry[row]
        observe(scratch[0], plane_scratch)
        for channel in range(channels):
            for point in range(points):
                origin = symmetry_points[turn, point]
                batch.observations[row, channel, point // width, point % width] = plane_scratch[
                    channel, origin // width, origin % width
                ]
        place = first + plies[row]
        batch.policy[row, :] = 0.0
        for entry in range(window.policy_first[place], window.policy_first[place + 1]):
            target = symmetry_inverse[turn, window.policy_action[entry]]
            batch.policy[row, target] = window.policy_probability[entry]
        if batch.reply.shape[1] > 0:
            fill_reply(window, place + 1, window.game_first[game + 1], symmetry_inverse[turn], row, batch)
        batch.legal[row, :] = False
        for index in range(legal_actions(scratch[0], action_scratch)):
            batch.legal[row, symmetry_inverse[turn, action_scratch[index]]] = True
        side = np.float32(1.0) if player(scratch[0]) == 0 else np.float32(-1.0)
        outcome = side * window.result[game]
        batch.wdl[row, 0] = outcome > 0
        batch.wdl[row, 1] = outcome == 0
        batch.wdl[row, 2] = outcome < 0
        batch.value[row] = window.value[place]
        batch.near[row] = window.near[place]
        batch.score[row] = side * window.score[game]
        batch.score_weight[row] = window.score_weight[game]
        for point in range(points):
            batch.ownership[row, point] = side * window.ownership[game, symmetry_points[turn, point]]


@kernel
def fill_reply(
    window: Window, place: int, end: int, symmetry_inverse: NDArray[np.int32], row: int, batch: Batch
) -> None:
    """Writes what was played at ply `place`, if the game has not reached its `end` there, as a row's reply."""
    batch.reply[row, :] = 0.0
    batch.reply_weight[row] = place < end
    if place == end:
        return
    first, last = window.policy_first[place], window.policy_first[place + 1]
    for entry in range(first, last):
        batch.reply[row, symmetry_inverse[window.policy_action[entry]]] = window.policy_probability[entry]
    if first == last:
        batch.reply[row, symmetry_inverse[window.action[place]]] = 1.0


@kernel
def near_values(
    rewards: NDArray[np.float64],
    discounts: NDArray[np.float64],
    values: NDArray[np.float32],
    searched: NDArray[np.bool_],
    final: float,
    horizons: NDArray[np.float64],
    targets: NDArray[np.float32],
) -> None:
    """Fills `targets` [T, K]: the search's later values, averaged with weights that fall by 1 - 1 / h a ply.

    Their mean distance is about h plies (KataGo's short-term values). Each is for the player to move at its ply.

    rewards, discounts  [T]  of the action at each ply
    values              [T]  what the search said of the position before it
    searched            [T]  whether it was searched at all
    final                    the value of the last position for who is to move there; 0 where the game is over
    horizons            [K]  h, in plies
    """
    for column in range(len(horizons)):
        keep = 1.0 - 1.0 / horizons[column]
        value = final
        for ply in range(len(rewards) - 1, -1, -1):
            value = rewards[ply] + discounts[ply] * value
            if searched[ply]:
                value = (1.0 - keep) * values[ply] + keep * value
            targets[ply, column] = value


@kernel
def play_rewards(
    states: States, actions: NDArray[np.int32], rewards: NDArray[np.float64], discounts: NDArray[np.float64]
) -> tuple[int, bool]:
    """Plays `actions` [T] in `states[0]`, in place, and fills `rewards` and `discounts` [T].

    Returns how many of the actions were chance's, and whether a limit cut the game off.
    """
    by_chance = 0
    for ply in range(len(actions)):
        if player(states[0]) == CHANCE:
            by_chance += 1
        rewards[ply], discounts[ply] = apply(states[0], actions[ply])
    return by_chance, player(states[0]) == OVER and truncated(states[0])


@kernel
def value_targets(
    rewards: NDArray[np.float64],
    discounts: NDArray[np.float64],
    values: NDArray[np.float32],
    chosen: NDArray[np.bool_],
    cut: bool,
    steps: int,
    targets: NDArray[np.float32],
) -> None:
    """Fills `targets` [T]: rewards from each ply on, discounted, for one player.

    rewards, discounts  [T]  of the action at each ply
    values              [T]  what the search said of the position before it
    chosen              [T]  whether it was searched; what chance did or was drawn was not
    cut                      whether the game was cut off: then the last value stands for all that would have followed
    steps                    after so many searched plies the value of the next stands for the rest (Schrittwieser et
                             al. 2020: 10 in Atari); 0 adds up all rewards
    """
    last = -1
    if cut:
        for ply in range(len(chosen)):
            if chosen[ply]:
                last = ply
    for first in range(len(rewards)):
        total = 0.0
        weight = 1.0
        passed = 0
        for ply in range(first, len(rewards)):
            if chosen[ply]:
                if ply == last or (steps > 0 and passed == steps):
                    total += weight * values[ply]
                    break
                passed += 1
            total += weight * rewards[ply]
            weight *= discounts[ply]
            if weight < NEGLIGIBLE:
                break
        targets[first] = total
