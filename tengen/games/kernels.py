"""Generic kernels over batches of records: written once, compiled for each game by the array's dtype."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.rules import (
    CHANCE,
    OVER,
    State,
    apply,
    chance_outcomes,
    count_actions,
    final_score,
    key,
    legal_actions,
    observe,
    player,
    random_action,
    result,
    truncated,
    winning_action,
)

States: TypeAlias = NDArray[State]


@kernel
def apply_at(states: States, row: int, action: int) -> tuple[float, float]:
    """Plays `action` in `states[row]`, in place; returns `(reward, discount)`."""
    return apply(states[row], action)


@kernel
def legal_actions_at(states: States, row: int, out: NDArray[np.int32]) -> int:
    """Writes the legal actions of `states[row]` into `out` [num_actions]; returns how many."""
    return legal_actions(states[row], out)


@kernel
def count_actions_at(states: States, row: int, scratch: NDArray[np.int32]) -> int:
    """How many legal actions `states[row]` has; `scratch` [num_actions] is overwritten."""
    return count_actions(states[row], scratch)


@kernel
def winning_action_at(states: States, row: int, scratch: NDArray[np.int32]) -> int:
    """An action that wins `states[row]` at once, or -1; `scratch` [num_actions] is overwritten."""
    return winning_action(states[row], scratch)


@kernel
def player_at(states: States, row: int) -> int:
    """Who is to move in `states[row]`."""
    return player(states[row])


@kernel
def result_at(states: States, row: int) -> float:
    """The result of the finished game `states[row]` for player 0."""
    return result(states[row])


@kernel
def truncated_at(states: States, row: int) -> bool:
    """Whether the finished game `states[row]` was cut off by a limit."""
    return truncated(states[row])


@kernel
def chance_outcomes_at(states: States, row: int, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    """Writes what chance can do in `states[row]` into `actions` and `probabilities` [num_actions]; returns how many."""
    return chance_outcomes(states[row], actions, probabilities)


@kernel
def key_at(states: States, row: int) -> np.uint64:
    """The position key of `states[row]`."""
    return key(states[row])


@kernel
def final_score_at(states: States, row: int, ownership: NDArray[np.int8]) -> float:
    """Points by which player 0 leads in `states[row]`; fills `ownership` [H * W]."""
    return final_score(states[row], ownership)


@kernel
def observe_batch(states: States, planes: NDArray[np.float32]) -> None:
    """Writes the observation of each state into `planes` [B, C, H, W]."""
    for row in range(len(states)):
        observe(states[row], planes[row])


@kernel
def legal_mask_batch(states: States, legal: NDArray[np.bool_], scratch: NDArray[np.int32]) -> None:
    """Writes which actions are legal in each state into `legal` [B, A]; `scratch` [A] is overwritten."""
    for row in range(len(states)):
        legal[row] = False
        count = legal_actions(states[row], scratch)
        for index in range(count):
            legal[row, scratch[index]] = True


@kernel
def apply_batch(
    states: States, actions: NDArray[np.int32], rewards: NDArray[np.float32], discounts: NDArray[np.float32]
) -> None:
    """Plays one action in each state, in place; a negative action leaves its row alone. Fills the rest [B]."""
    for row in range(len(states)):
        if actions[row] >= 0:
            rewards[row], discounts[row] = apply(states[row], actions[row])


@kernel
def play_through(states: States, row: int, actions: NDArray[np.int32]) -> int:
    """Plays `actions` [T] in `states[row]`, in place, until the game is over; returns how many were played."""
    for index in range(len(actions)):
        if player(states[row]) == OVER:
            return index
        apply(states[row], actions[index])
    return len(actions)


@kernel
def players_batch(states: States, players: NDArray[np.int8]) -> None:
    """Writes who is to move in each state into `players` [B]."""
    for row in range(len(states)):
        players[row] = player(states[row])


@kernel
def perft_kernel(states: States, depth: int, lists: NDArray[np.int32], places: NDArray[np.int32]) -> int:
    """Counts the sequences of `depth` actions from `states[0]`; nothing follows the end of a game.

    states  [depth + 1]  the root in slot 0, the rest scratch
    lists   [depth + 1, num_actions]  scratch
    places  [depth + 1, 2]  scratch: the next action's index and the number of actions at each level

    The last ply is counted in bulk: its leaves are the number of legal actions one ply above.
    """
    if depth == 0:
        return 1
    if depth == 1:
        return count_actions(states[0], lists[0])
    total = 0
    level = 0
    places[0, 0] = 0
    places[0, 1] = legal_actions(states[0], lists[0])
    while level >= 0:
        if places[level, 0] == places[level, 1]:
            level -= 1
            continue
        action = lists[level, places[level, 0]]
        places[level, 0] += 1
        states[level + 1] = states[level]
        apply(states[level + 1], action)
        if level + 2 == depth:
            total += count_actions(states[level + 1], lists[level + 1])
        else:
            level += 1
            places[level, 0] = 0
            places[level, 1] = legal_actions(states[level], lists[level])
    return total


@kernel
def random_playout(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> float:
    """Plays uniformly random legal actions to the end, in place; returns the discounted reward for whoever moved first.

    `scratch` [num_actions] is overwritten.
    """
    total = 0.0
    weight = 1.0
    while player(state) != OVER:
        reward, discount = apply(state, random_action(state, seeds, row, scratch))
        total += weight * reward
        weight *= discount
    return total


@kernel
def short_playout(state: State, plies: int, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> float:
    """`random_playout` of at most `plies` actions, those of chance not among them; what would follow counts nothing."""
    total = 0.0
    weight = 1.0
    while True:
        mover = player(state)
        if mover == OVER or (plies == 0 and mover != CHANCE):
            return total
        plies -= mover != CHANCE
        reward, discount = apply(state, random_action(state, seeds, row, scratch))
        total += weight * reward
        weight *= discount


@kernel
def random_games(
    start: States, scratch_state: States, games: int, seeds: NDArray[np.uint64], scratch: NDArray[np.int32]
) -> tuple[int, float]:
    """Plays `games` uniformly random games from `start[0]` in `scratch_state[0]`; returns plies, sum of results."""
    plies = 0
    results = 0.0
    for _ in range(games):
        scratch_state[0] = start[0]
        while player(scratch_state[0]) != OVER:
            apply(scratch_state[0], random_action(scratch_state[0], seeds, 0, scratch))
            plies += 1
        results += result(scratch_state[0])
    return plies, results
