"""What agents make of a game of one player: many episodes in lockstep, the same beginnings for each agent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games import registry
from tengen.games.game import Game
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts
from tengen.mcts.search import Search
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import Engine, NetworkEvaluator
from tengen.selfplay.boards import make_boards, playable
from tengen.selfplay.run import NETWORK
from tengen.selfplay.settings import Settings

Chooser = Callable[[Any], NDArray[np.int32]]
"""Chooses an action in each of some states."""


@dataclass(frozen=True, slots=True)
class Return:
    """What one agent made of the game."""

    agent: str
    returns: tuple[float, ...]
    """The sum of rewards of each episode."""

    @property
    def mean(self) -> float:
        """The mean over episodes."""
        return float(np.mean(self.returns))

    @property
    def error(self) -> float:
        """The standard error of the mean, 0 of a single episode."""
        count = len(self.returns)
        return float(np.std(self.returns, ddof=1) / count**0.5) if count > 1 else 0.0


def random_chooser(game: Game, *, seed: int) -> Chooser:
    """Chooses uniformly among the legal actions."""
    rng = stream(seed, "solo", "random")
    return lambda states: np.array([rng.choice(game.legal_actions(state)) for state in states], np.int32)


def search_chooser(
    game: Game, evaluator: Evaluator | Rollouts, config: SearchConfig, *, batch: int, seed: int
) -> Chooser:
    """Chooses what one batched search finds."""
    search = Search(playable(game), evaluator, config, batch=batch, seed=seed)
    return lambda states: search.run(states).action


def opponent(game: Game, text: str, *, batch: int, seed: int) -> Chooser:
    """An agent to compare with, by its text: `random` or `uct:sims=N`."""
    kind, _, rest = text.partition(":")
    if text == "random":
        return random_chooser(game, seed=seed)
    if kind == "uct" and rest.startswith("sims=") and rest[5:].isdecimal() and int(rest[5:]) > 0:
        config = SearchConfig(policy="uct", simulations=int(rest[5:]))
        return search_chooser(game, Rollouts(), config, batch=batch, seed=seed)
    raise InvalidParameter(f"{text!r} is no agent to compare with: random, or uct:sims=N such as uct:sims=500")


def play_alone(game: Game, choose: Chooser, *, episodes: int, seed: int, plies: int = 0) -> NDArray[np.float64]:
    """Plays `episodes` games at once, each for so many actions of the player's at most; returns their rewards' sums."""
    boards = make_boards(game, [], episodes, seed=seed, name="solo")
    rng = stream(seed, "solo", "start")
    for row in range(episodes):
        boards.begin(row, 0, rng)
    played = 0
    while plies == 0 or played < plies:
        while (outcomes := boards.draw_outcomes()).max() >= 0:
            boards.apply(outcomes)
        rows = np.flatnonzero(boards.players() == 0)
        if len(rows) == 0:
            break
        actions = np.full(episodes, -1, np.int32)
        actions[rows] = choose(boards.take(rows))
        boards.apply(actions)
        played += 1
    return np.array([boards.result(row) for row in range(episodes)])


def measure(game: Game, agents: dict[str, Chooser], *, episodes: int, seed: int, plies: int = 0) -> Iterator[Return]:
    """What each agent makes of the same episodes."""
    for name, choose in agents.items():
        found = play_alone(game, choose, episodes=episodes, seed=seed, plies=plies)
        yield Return(name, tuple(found.tolist()))


def network_chooser(path: Path, settings: Settings, simulations: int, *, batch: int, seed: int) -> Chooser:
    """The agent that a checkpoint makes, as it plays to be measured: without noise, as self-play searches."""
    game = registry.make(settings.game)
    # never int8: that would need calibration positions, and this should be of the network itself
    kind: Engine = "torch" if settings.selfplay.engine.startswith("torch") else "auto"
    evaluator = NetworkEvaluator(load_checkpoint(path, game).network, engine=kind, threads=1)
    config = replace(settings.search, simulations=simulations, gumbel_scale=0.0, dirichlet_alpha=0.0, temperature=0.0)
    return search_chooser(game, evaluator, config, batch=batch, seed=seed)


def measure_checkpoint(path: Path, settings: Settings, *, seed: int, beside: bool = False) -> list[Return]:
    """Measures a checkpoint by the ladder's settings; with `beside` the ladder's opponents too."""
    game = registry.make(settings.game)
    ladder = settings.ladder
    agents = {NETWORK: network_chooser(path, settings, ladder.simulations, batch=ladder.games, seed=seed)}
    if beside:
        agents |= {text: opponent(game, text, batch=ladder.games, seed=seed) for text in ladder.opponents}
    return list(measure(game, agents, episodes=ladder.games, seed=settings.seed, plies=ladder.plies))
