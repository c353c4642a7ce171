"""Self-play: many games in lockstep under one search, finished games replaced at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.rules import OVER
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator
from tengen.mcts.search import Search
from tengen.records.record import GameRecord
from tengen.selfplay.boards import make_boards, playable
from tengen.selfplay.replay import CUT, RESIGNED
from tengen.selfplay.settings import SelfplaySettings

SPARSE_BELOW = 1e-3
"""Policy entries below this are not stored."""

NO_POLICY = np.zeros(0, np.int32), np.zeros(0, np.float32)


@dataclass(slots=True)
class _Game:
    """A game in progress."""

    variant: int
    opening: int
    """Random plies with which it begins."""
    may_resign: bool
    actions: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    policies: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = field(default_factory=list)
    low: list[int] = field(default_factory=lambda: [0, 0])
    """For each player, how many of his last moves had a value below the limit."""
    would_resign: int = -1
    """The player who would have resigned, in a game that is played to its end all the same."""

    def add_unchosen(self, action: int) -> None:
        """A random move or one of chance's: it is recorded without a policy and not trained on."""
        self.actions.append(action)
        self.values.append(0.0)
        self.weights.append(0.0)
        self.policies.append(NO_POLICY)


class Actor:
    """Plays `settings.games` games at once and hands over those that end.

    `entropy` and `evaluations` describe what was played since `start_counting`.
    """

    def __init__(
        self,
        game: Game,
        variants: Sequence[Game],
        evaluator: Evaluator,
        config: SearchConfig,
        settings: SelfplaySettings,
        *,
        seed: int,
        name: str = "0",
    ) -> None:
        self.game = game
        self.variants = list(variants) or [game]
        self.settings = settings
        self.rng = stream(seed, "actor", name)
        self.simulations = config.simulations
        chosen = int(stream(seed, "search", name).integers(2**31))
        self.search = Search(playable(game), evaluator, config, batch=settings.games, seed=chosen)
        self.boards = make_boards(game, variants, settings.games, seed=seed, name=name)
        self.games = [self._new_game(row) for row in range(settings.games)]
        self.entropies: list[float] = []

    def step(self) -> list[GameRecord]:
        """Plays one move in every game; returns those that are finished."""
        self._play_openings()
        self._let_chance_move()
        found = self.search.run(self.boards.states, simulations=self.simulations)
        policy = np.where(found.policy >= SPARSE_BELOW, found.policy, 0.0)
        policy /= policy.sum(axis=1, keepdims=True)
        rows, actions = np.nonzero(policy)
        probabilities: NDArray[np.float32] = policy[rows, actions].astype(np.float32)
        self.entropies.append(float(-(probabilities * np.log(probabilities)).sum() / len(policy)))
        ends = np.searchsorted(rows, np.arange(len(policy) + 1))
        entries = actions.astype(np.int32)
        movers = self.boards.players()
        resigned = []
        for row, game in enumerate(self.games):
            part = slice(ends[row], ends[row + 1])
            value = float(found.value[row])
            game.actions.append(int(found.action[row]))
            game.values.append(value)
            game.weights.append(1.0)
            game.policies.append((entries[part], probabilities[part]))
            if self.game.num_players == 1:
                continue
            mover = int(movers[row])
            game.low[mover] = game.low[mover] + 1 if value < self.settings.resign_below else 0
            if game.low[mover] >= self.settings.resign_plies:
                if game.may_resign:
                    resigned.append((row, mover))
                elif game.would_resign < 0:
                    game.would_resign = mover
        self.boards.apply(found.action)
        self._let_chance_move()
        movers = self.boards.players()
        finished = []
        for row, mover in resigned:
            if movers[row] != OVER:
                finished.append(self._finish(row, result=1.0 if mover == 1 else -1.0, termination=RESIGNED))
                movers[row] = 0
        for ended in np.flatnonzero(movers == OVER).tolist():
            termination = self.boards.termination(ended)
            finished.append(self._finish(ended, result=self.boards.result(ended), termination=termination))
        if self.settings.plies:
            for row in np.flatnonzero(movers != OVER).tolist():
                if len(self.games[row].actions) >= self.settings.plies:
                    finished.append(self._finish(row, result=self.boards.result(row), termination=CUT))
        return finished

    def _new_game(self, row: int) -> _Game:
        settings = self.settings
        variant = int(self.rng.integers(len(self.variants)))
        self.boards.begin(row, variant, self.rng)
        opening = 0
        if settings.opening_plies and self.rng.random() < settings.opening_share:
            opening = int(self.rng.integers(1, settings.opening_plies + 1))
        return _Game(variant, opening, bool(self.rng.random() < settings.resign_share))

    def _let_chance_move(self) -> None:
        """Plays what chance does, where it is its turn."""
        if not self.game.has_chance:
            return
        while True:
            outcomes = self.boards.draw_outcomes()
            rows = np.flatnonzero(outcomes >= 0).tolist()
            if not rows:
                return
            self.boards.apply(outcomes)
            for row in rows:
                self.games[row].add_unchosen(int(outcomes[row]))

    def _play_openings(self) -> None:
        """Random plies at the start of games, chance's own among them."""
        while True:
            rows = [row for row, game in enumerate(self.games) if len(game.actions) < game.opening]
            if not rows:
                return
            outcomes = self.boards.draw_outcomes()
            actions = np.full(len(self.games), -1, np.int32)
            for row in rows:
                legal = self.boards.legal(row)
                actions[row] = outcomes[row] if outcomes[row] >= 0 else legal[self.rng.integers(len(legal))]
                self.games[row].add_unchosen(int(actions[row]))
            self.boards.apply(actions)
            movers = self.boards.players()
            for row in rows:
                if movers[row] == OVER:
                    self.games[row] = self._new_game(row)

    def _finish(self, row: int, *, result: float, termination: str) -> GameRecord:
        game = self.games[row]
        info = {}
        if game.would_resign >= 0:
            lost = result < 0 if game.would_resign == 0 else result > 0
            info["resignation"] = "right" if lost else "wrong"
        record = GameRecord(
            game=self.variants[game.variant].text,
            start=self.boards.start(row),
            actions=np.array(game.actions, np.int32),
            result=result,
            score=0.0 if termination == RESIGNED else self.boards.score(row),
            values=np.array(game.values, np.float32),
            weights=np.array(game.weights, np.float32),
            policy_starts=np.cumsum([0] + [len(actions) for actions, _ in game.policies]).astype(np.int64),
            policy_actions=np.concatenate([actions for actions, _ in game.policies]),
            policy_probabilities=np.concatenate([shares for _, shares in game.policies]),
            termination=termination,
            info=info,
            **self.boards.seen(row),
        )
        self.games[row] = self._new_game(row)
        return record
