"""Rating matches of a network in training: many games in lockstep, each side one batched search."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.arena.openings import draw_openings
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games import kernels, registry
from tengen.games.game import RecordGame
from tengen.games.rules import OVER
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts
from tengen.mcts.search import Search
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import Engine, NetworkEvaluator
from tengen.selfplay.settings import LadderSettings, Settings

Player = Callable[[NDArray[Any]], NDArray[np.int32]]
"""Chooses an action in each of a batch of states [B]."""


@dataclass(frozen=True, slots=True)
class Score:
    """A match's result from the side of the rated player."""

    opponent: str
    wins: int
    draws: int
    losses: int
    player: str = ""
    """Who is rated, if not the network: a fixed opponent, in the games that link one to the next."""

    @property
    def games(self) -> int:
        return self.wins + self.draws + self.losses

    @property
    def share(self) -> float:
        """Points won, a draw counting half, as a share of the games."""
        return (self.wins + 0.5 * self.draws) / max(self.games, 1)


def random_player(game: RecordGame, *, seed: int) -> Player:
    """Plays uniformly random legal actions."""
    rng = stream(seed, "ladder", "random")
    scratch = np.empty(game.num_actions, np.int32)

    def choose(states: NDArray[Any]) -> NDArray[np.int32]:
        actions = np.empty(len(states), np.int32)
        for row in range(len(states)):
            count = kernels.legal_actions_at(states, row, scratch)
            actions[row] = scratch[rng.integers(count)]
        return actions

    return choose


def search_player(
    game: RecordGame, evaluator: Evaluator | Rollouts, config: SearchConfig, *, batch: int, seed: int
) -> Player:
    """Plays what one batched search chooses."""
    search = Search(game, evaluator, config, batch=batch, seed=seed)
    return lambda states: search.run(states).action


def frozen_network(path: Path, game: RecordGame, settings: Settings) -> NetworkEvaluator:
    """A checkpoint's network on the kind of engine that a run's settings name, on one thread."""
    # never int8: that would need calibration positions, and a rating should be of the network itself
    kind: Engine = "torch" if settings.selfplay.engine.startswith("torch") else "auto"
    return NetworkEvaluator(load_checkpoint(path, game).network, engine=kind, threads=1)


def network_player(game: RecordGame, evaluator: NetworkEvaluator, simulations: int, *, batch: int, seed: int) -> Player:
    """Plays what a network and a Gumbel search without noise choose."""
    config = SearchConfig(policy="gumbel", simulations=simulations, gumbel_scale=0.0)
    return search_player(game, evaluator, config, batch=batch, seed=seed)


def opponent(game: RecordGame, text: str, *, batch: int, seed: int) -> Player:
    """A ladder opponent by its text: `random` or `uct:sims=N`."""
    kind, _, rest = text.partition(":")
    if text == "random":
        return random_player(game, seed=seed)
    if kind == "uct" and rest.startswith("sims=") and rest[5:].isdecimal() and int(rest[5:]) > 0:
        config = SearchConfig(policy="uct", simulations=int(rest[5:]), c_proof=1.0 if game.decisive else 0.0)
        return search_player(game, Rollouts(), config, batch=batch, seed=seed)
    raise InvalidParameter(f"{text!r} is no ladder opponent: random, or uct:sims=N such as uct:sims=500")


def openings(game: RecordGame, count: int, plies: int, *, seed: int) -> NDArray[Any]:
    """`count` positions after `plies` random actions each."""
    states = game.initial_states(count)
    for row, actions in enumerate(draw_openings(game, plies, count, seed=seed)):
        kernels.play_through(states, row, np.array(actions, np.int32))
    return states


def play_lockstep(
    game: RecordGame, name: str, rated: Player, other: Player, *, games: int, opening_plies: int, seed: int
) -> Score:
    """Plays `games` games at once in pairs: the same opening twice, the sides swapped."""
    pairs = (games + 1) // 2
    states = np.concatenate([openings(game, pairs, opening_plies, seed=seed)] * 2)[:games]
    side = np.repeat([0, 1], pairs)[:games]
    movers = np.empty(games, np.int8)
    ignored = np.empty(games, np.float32), np.empty(games, np.float32)
    while True:
        kernels.players_batch(states, movers)
        if (movers == OVER).all():
            break
        actions = np.full(games, -1, np.int32)
        for player, rows in ((rated, movers == side), (other, (movers != side) & (movers != OVER))):
            if rows.any():
                actions[rows] = player(states[rows])
        kernels.apply_batch(states, actions, *ignored)
    results = np.array([kernels.result_at(states, row) for row in range(games)]) * np.where(side == 0, 1, -1)
    return Score(name, int((results > 0).sum()), int((results == 0).sum()), int((results < 0).sum()))


LINKING_GAMES = 10
"""Games, at most, between two fixed opponents: they are played once in a run."""


def link_opponents(game: RecordGame, ladder: LadderSettings, *, seed: int) -> list[Score]:
    """Plays each fixed opponent against the one before it.

    Who beats them all, or loses to all, tells nothing of the distance between them; without it their ratings and the
    network's would have no common scale.
    """
    games = min(LINKING_GAMES, ladder.games)
    scores = []
    for weak, strong in pairwise(ladder.opponents):
        rated, other = (opponent(game, text, batch=games, seed=seed) for text in (strong, weak))
        plies = ladder.opening_plies
        score = play_lockstep(game, weak, rated, other, games=games, opening_plies=plies, seed=seed)
        scores.append(replace(score, player=strong))
    return scores


def rate_checkpoint(
    checkpoint: Path,
    earlier: Path | None,
    settings: Settings,
    *,
    seed: int,
    link: bool = False,
) -> list[Score]:
    """Plays a checkpoint against fixed opponents, and against an earlier checkpoint if given; with `link` them too."""
    game = registry.make(settings.game)
    assert isinstance(game, RecordGame)
    ladder = settings.ladder
    games, opening_plies = ladder.games, ladder.opening_plies

    def network(path: Path) -> Player:
        evaluator = frozen_network(path, game, settings)
        return network_player(game, evaluator, ladder.simulations, batch=games, seed=seed)

    rated = network(checkpoint)
    scores = []
    for text in ladder.opponents:
        other = opponent(game, text, batch=games, seed=seed)
        scores.append(play_lockstep(game, text, rated, other, games=games, opening_plies=opening_plies, seed=seed))
    if earlier is not None:
        name = earlier.stem
        scores.append(
            play_lockstep(game, name, rated, network(earlier), games=games, opening_plies=opening_plies, seed=seed)
        )
    return scores + (link_opponents(game, ladder, seed=seed) if link else [])
