"""Self-play: many games in lockstep under one search, finished games replaced at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tengen.core.random import stream
from tengen.games import kernels
from tengen.games.game import RecordGame
from tengen.games.rules import OVER
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator
from tengen.mcts.search import Search
from tengen.records.record import GameRecord
from tengen.selfplay.replay import RESIGNED
from tengen.selfplay.settings import SelfplaySettings

SPARSE_BELOW = 1e-3
"""Policy entries below this are not stored."""


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


class Actor:
    """Plays `settings.games` games at once and hands over those that end.

    `entropy` and `evaluations` describe what was played since `start_counting`.
    """

    def __init__(
        self,
        game: RecordGame,
        variants: Sequence[RecordGame],
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
        self.search = Search(
            game, evaluator, config, batch=settings.games, seed=int(stream(seed, "search", name).integers(2**31))
        )
        self.states = game.initial_states(settings.games)
        self.games = [self._new_game(row) for row in range(settings.games)]
        self.entropies: list[float] = []
        self._scratch = np.empty(game.num_actions, np.int32)

    def step(self) -> list[GameRecord]:
        """Plays one move in every game; returns those that are finished."""
        self._play_openings()
        found = self.search.run(self.states, simulations=self.simulations)
        policy = np.where(found.policy >= SPARSE_BELOW, found.policy, 0.0)
        policy /= policy.sum(axis=1, keepdims=True)
        rows, actions = np.nonzero(policy)
        probabilities: NDArray[np.float32] = policy[rows, actions].astype(np.float32)
        self.entropies.append(float(-(probabilities * np.log(probabilities)).sum() / len(policy)))
        ends = np.searchsorted(rows, np.arange(len(policy) + 1))
        entries = actions.astype(np.int32)
        movers = np.empty(len(self.states), np.int8)
        kernels.players_batch(self.states, movers)
        resigned = []
        for row, game in enumerate(self.games):
            part = slice(ends[row], ends[row + 1])
            value = float(found.value[row])
            game.actions.append(int(found.action[row]))
            game.values.append(value)
            game.weights.append(1.0)
            game.policies.append((entries[part], probabilities[part]))
            mover = int(movers[row])
            game.low[mover] = game.low[mover] + 1 if value < self.settings.resign_below else 0
            if game.low[mover] >= self.settings.resign_plies:
                if game.may_resign:
                    resigned.append((row, mover))
                elif game.would_resign < 0:
                    game.would_resign = mover
        self._apply(found.action)
        kernels.players_batch(self.states, movers)
        finished = []
        for row, mover in resigned:
            if movers[row] != OVER:
                finished.append(self._finish(row, result=1.0 if mover == 1 else -1.0, termination=RESIGNED))
                movers[row] = 0
        for ended in np.flatnonzero(movers == OVER).tolist():
            result = float(kernels.result_at(self.states, ended))
            finished.append(self._finish(ended, result=result, termination=""))
        return finished

    def _apply(self, actions: NDArray[np.int32]) -> None:
        count = len(self.states)
        kernels.apply_batch(self.states, actions, np.empty(count, np.float32), np.empty(count, np.float32))

    def _new_game(self, row: int) -> _Game:
        settings = self.settings
        variant = int(self.rng.integers(len(self.variants)))
        self.states[row] = self.variants[variant].initial_state()
        opening = 0
        if settings.opening_plies and self.rng.random() < settings.opening_share:
            opening = int(self.rng.integers(1, settings.opening_plies + 1))
        return _Game(variant, opening, bool(self.rng.random() < settings.resign_share))

    def _play_openings(self) -> None:
        """Random plies at the start of a game: they are recorded without a policy and not trained on."""
        for row, game in enumerate(self.games):
            while len(game.actions) < game.opening:
                count = kernels.legal_actions_at(self.states, row, self._scratch)
                action = int(self._scratch[self.rng.integers(count)])
                kernels.apply_at(self.states, row, action)
                game.actions.append(action)
                game.values.append(0.0)
                game.weights.append(0.0)
                game.policies.append((np.zeros(0, np.int32), np.zeros(0, np.float32)))
                if kernels.player_at(self.states, row) == OVER:
                    self.games[row] = game = self._new_game(row)

    def _finish(self, row: int, *, result: float, termination: str) -> GameRecord:
        game = self.games[row]
        score = 0.0
        if self.game.has_score and termination != RESIGNED:
            ownership = np.empty(self.game.observation_shape[1] * self.game.observation_shape[2], np.int8)
            score = float(kernels.final_score_at(self.states, row, ownership))
        info = {}
        if game.would_resign >= 0:
            lost = result < 0 if game.would_resign == 0 else result > 0
            info["resignation"] = "right" if lost else "wrong"
        record = GameRecord(
            game=self.variants[game.variant].text,
            actions=np.array(game.actions, np.int32),
            result=result,
            score=score,
            values=np.array(game.values, np.float32),
            weights=np.array(game.weights, np.float32),
            policy_starts=np.cumsum([0] + [len(actions) for actions, _ in game.policies]).astype(np.int64),
            policy_actions=np.concatenate([actions for actions, _ in game.policies]),
            policy_probabilities=np.concatenate([shares for _, shares in game.policies]),
            termination=termination,
            info=info,
        )
        self.games[row] = self._new_game(row)
        return record
