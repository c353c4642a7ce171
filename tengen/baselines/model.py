"""A record game explored: every position that can come about and every transition, as arrays, if they are few enough.

Positions are told apart by their `key`. A limit on steps, which would make each step's positions others than those
before, is taken off first.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.core.jit import kernel
from tengen.games.game import Game, RecordGame
from tengen.games.kernels import States
from tengen.games.rules import CHANCE, State, apply, chance_outcomes, key, legal_actions, player

MOST_POSITIONS = 1_000_000
"""Games with more are refused."""


class Model(NamedTuple):
    """S positions and E transitions; those of position s are first[s] to first[s + 1]."""

    game: RecordGame
    """Without a limit on steps."""
    text: str
    """What the game was called before the limit was taken off."""
    states: NDArray[Any]  # [S], the start first
    keys: NDArray[np.uint64]  # [S]
    players: NDArray[np.int8]  # [S]: 0, CHANCE or OVER
    first: NDArray[np.int64]  # [S + 1]
    actions: NDArray[np.int32]  # [E]
    probabilities: NDArray[np.float64]  # [E], 1 where the player chooses
    rewards: NDArray[np.float64]  # [E]
    discounts: NDArray[np.float64]  # [E], 0 into an end
    after: NDArray[np.int64]  # [E] the position that it leads to

    def place_of(self, state: State) -> int:
        """Where a position of the game is, of the game with a limit too; -1 if it cannot come about."""
        found = np.flatnonzero(self.keys == np.uint64(self.game.key(state)))
        return int(found[0]) if len(found) else -1


@kernel
def _slot(keys: NDArray[np.uint64], slots: NDArray[np.int64], wanted: np.uint64) -> int:
    """Where `wanted` is or belongs in the open hash table `slots`, which holds places in `keys` or -1."""
    mask = len(slots) - 1
    mixed = (wanted ^ (wanted >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    slot = int(mixed >> np.uint64(20)) & mask
    while slots[slot] >= 0 and keys[slots[slot]] != wanted:
        slot = (slot + 1) & mask
    return slot


@kernel
def _rehash(keys: NDArray[np.uint64], known: int, slots: NDArray[np.int64]) -> None:
    """Fills the empty table `slots` with the first `known` of `keys`."""
    for place in range(known):
        slots[_slot(keys, slots, keys[place])] = place


@kernel
def _explore(
    states: States,
    keys: NDArray[np.uint64],
    slots: NDArray[np.int64],
    players: NDArray[np.int8],
    first: NDArray[np.int64],
    actions: NDArray[np.int32],
    probabilities: NDArray[np.float64],
    rewards: NDArray[np.float64],
    discounts: NDArray[np.float64],
    after: NDArray[np.int64],
    scratch: NDArray[np.int32],
    weights: NDArray[np.float64],
    done: int,
    known: int,
) -> tuple[int, int]:
    """Expands positions from `done` on until none is left or the arrays are full; returns `(done, known)`.

    `states` needs a row more than it may fill: the last is scratch. `scratch` and `weights` [num_actions] too.
    """
    spare = len(states) - 1
    while done < known:
        edge = first[done]
        who = player(states[done])
        players[done] = who
        count = legal_actions(states[done], scratch)
        if who == CHANCE:
            chance_outcomes(states[done], scratch, weights)
        if known + count > spare or edge + count > len(actions):
            break
        for index in range(count):
            states[spare] = states[done]
            reward, discount = apply(states[spare], int(scratch[index]))
            name = key(states[spare])
            slot = _slot(keys, slots, name)
            if slots[slot] < 0:
                slots[slot] = known
                keys[known] = name
                states[known] = states[spare]
                known += 1
            actions[edge] = scratch[index]
            probabilities[edge] = weights[index] if who == CHANCE else 1.0
            rewards[edge] = reward
            discounts[edge] = discount
            after[edge] = slots[slot]
            edge += 1
        done += 1
        first[done] = edge
    return done, known


def explore(game: RecordGame, most: int = MOST_POSITIONS) -> Model:
    """The game's model; InvalidParameter if it is for two or has more than `most` positions."""
    check_single_player(game)
    named, game = game, game.without_limit()
    size, edges = 1024, 4096
    states = np.repeat(game.initial_states(1), size)
    keys = np.zeros(size, np.uint64)
    keys[0] = game.key(states[0])
    players, first = np.zeros(size, np.int8), np.zeros(size + 1, np.int64)
    actions, after = np.zeros(edges, np.int32), np.zeros(edges, np.int64)
    probabilities, rewards, discounts = np.zeros(edges), np.zeros(edges), np.zeros(edges)
    scratch, weights = np.empty(game.num_actions, np.int32), np.empty(game.num_actions)
    done, known = 0, 1
    while True:
        slots = np.full(2 * size, -1, np.int64)
        _rehash(keys, known, slots)
        done, known = _explore(
            states,
            keys,
            slots,
            players,
            first,
            actions,
            probabilities,
            rewards,
            discounts,
            after,
            scratch,
            weights,
            done,
            known,
        )
        if done == known:
            break
        if known > most:
            raise InvalidParameter(f"{named.text} has more than {most:,} positions, too many to list")
        size *= 2
        states, keys, players = np.resize(states, size), np.resize(keys, size), np.resize(players, size)
        first = np.resize(first, size + 1)
        if first[done] * 2 > edges:
            edges *= 2
            actions, after = np.resize(actions, edges), np.resize(after, edges)
            probabilities, rewards = np.resize(probabilities, edges), np.resize(rewards, edges)
            discounts = np.resize(discounts, edges)
    used = first[known]
    return Model(
        game=game,
        text=named.text,
        states=states[:known],
        keys=keys[:known],
        players=players[:known],
        first=first[: known + 1],
        actions=actions[:used],
        probabilities=probabilities[:used],
        rewards=rewards[:used],
        discounts=discounts[:used],
        after=after[:used],
    )


def check_single_player(game: Game) -> None:
    """InvalidParameter if the baselines cannot play the game."""
    if game.num_players != 1:
        raise InvalidParameter(f"{game.text} is a game for two: the baselines learn games for one player")
    start = game.initial_state()
    while game.player(start) == CHANCE:
        start = game.apply(start, int(game.legal_actions(start)[0]))
    if len(game.legal_actions(start)) != game.num_actions:
        raise InvalidParameter(f"{game.text} forbids some actions: the baselines learn games in which all are legal")
