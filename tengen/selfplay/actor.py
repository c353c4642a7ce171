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
from tengen.mcts.result import SearchResult
from tengen.mcts.search import Search
from tengen.nets.cache import CachedEvaluator
from tengen.nets.evaluator import NetworkEvaluator
from tengen.records.record import GameRecord
from tengen.selfplay.boards import make_boards, playable
from tengen.selfplay.replay import CUT, RESIGNED
from tengen.selfplay.resignation import ResignLimit
from tengen.selfplay.settings import SelfplaySettings

SPARSE_BELOW = 1e-3
"""Policy entries below this are not stored."""

NO_POLICY = np.zeros(0, np.int32), np.zeros(0, np.float32)

TINY = 1e-12
"""Stands for a prior of zero, whose logarithm is wanted."""


@dataclass(slots=True)
class _Game:
    """A game in progress."""

    variant: int
    opening: int
    """Plies with which it begins and which no search chooses."""
    may_resign: bool
    actions: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    """Of each ply in the draw of samples; 0 where it is not learned from."""
    surprises: list[float] = field(default_factory=list)
    """Kullback-Leibler divergence of each improved policy from the network's, nats."""
    policies: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = field(default_factory=list)
    judged: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    """The values of each player's own moves."""
    lowest: list[float] = field(default_factory=lambda: [1.0, 1.0])
    """For each player, the lowest value that he has not been above for as many moves as giving up takes."""
    extreme: int = 0
    """For how many plies the value has been beyond the limit at which a game is decided."""
    would_resign: int = -1
    """The player who would have resigned, in a game that is played to its end all the same."""

    def stayed_below(self, value: float, mover: int, plies: int) -> float:
        """What the mover's last `plies` values, of which this is one, have not been above; 1 with fewer of them."""
        own = self.judged[mover]
        own.append(value)
        if len(own) < plies:
            return 1.0
        highest = max(own[-plies:])
        self.lowest[mover] = min(self.lowest[mover], highest)
        return highest

    def add_unchosen(self, action: int) -> None:
        """A random move or one of chance's: it is recorded without a policy and not trained on."""
        self.add(action, 0.0, 0.0, 0.0, NO_POLICY)

    def add(
        self,
        action: int,
        value: float,
        weight: float,
        surprise: float,
        policy: tuple[NDArray[np.int32], NDArray[np.float32]],
    ) -> None:
        """A move, whose position is learned from if its weight is above 0."""
        self.actions.append(action)
        self.values.append(value)
        self.weights.append(weight)
        self.surprises.append(surprise)
        self.policies.append(policy)

    def sample_weights(self, surprise_share: float) -> NDArray[np.float32]:
        """[T]: how often each position is to be drawn, in proportion, a share of it by surprise (KataGo)."""
        weights = np.array(self.weights, np.float32)
        surprises = weights * np.array(self.surprises, np.float32)
        total = float(surprises.sum())
        if surprise_share == 0.0 or total <= 0.0:
            return weights
        return (1.0 - surprise_share) * weights + surprise_share * float(weights.sum()) / total * surprises


@dataclass(slots=True)
class Counts:
    """What an actor has done since it was last asked."""

    evaluations: int
    """Positions that the network judged."""
    remembered: int
    """Positions that it need not judge again."""
    network_seconds: float
    entropies: list[float]
    """Mean entropy of the improved policies of each full search, nats."""


class Actor:
    """Plays `settings.games` games at once and hands over those that end."""

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
        self.cache: CachedEvaluator | None = None
        if settings.cached and isinstance(evaluator, NetworkEvaluator):
            evaluator = self.cache = CachedEvaluator(evaluator, settings.cached)
        self.search = Search(playable(game), evaluator, config, batch=settings.games, seed=chosen)
        self.boards = make_boards(game, variants, settings.games, seed=seed, name=name)
        self.games = [self._new_game(row) for row in range(settings.games)]
        self.entropies: list[float] = []
        self.resignation = ResignLimit(settings.resign_below, settings.resign_wrong)

    def replace_network(self, evaluator: NetworkEvaluator) -> None:
        """Goes on with a newer network."""
        if self.cache is not None:
            self.cache.replace(evaluator)
        else:
            self.search.evaluator = evaluator

    def take_counts(self) -> Counts:
        """Counts since the last call."""
        remembered = 0
        if self.cache is not None:
            remembered, self.cache.hits = self.cache.hits, 0
        search = self.search
        found = Counts(search.evaluations - remembered, remembered, search.seconds_in_evaluator, self.entropies)
        search.evaluations, search.seconds_in_evaluator, self.entropies = 0, 0.0, []
        return found

    def step(self) -> list[GameRecord]:
        """Plays one move in every game; returns those that are finished."""
        if self.settings.opening_by == "random":
            self._play_openings()
        self._let_chance_move()
        full = self.settings.full_share >= 1.0 or self.rng.random() < self.settings.full_share
        found = self.search.run(self.boards.states, simulations=self._budgets(full))
        self._draw_openings(found)
        policy = np.where(found.policy >= SPARSE_BELOW, found.policy, 0.0)
        policy /= policy.sum(axis=1, keepdims=True)
        rows, actions = np.nonzero(policy)
        probabilities: NDArray[np.float32] = policy[rows, actions].astype(np.float32)
        logarithms = np.log(probabilities)
        if full:
            self.entropies.append(float(-(probabilities * logarithms).sum() / len(policy)))
        gained = probabilities * (logarithms - np.log(np.maximum(found.prior[rows, actions], TINY)))
        surprises = np.bincount(rows, gained, len(policy)).clip(min=0.0)
        ends = np.searchsorted(rows, np.arange(len(policy) + 1))
        entries = actions.astype(np.int32)
        movers = self.boards.players()
        resigned = []
        for row, game in enumerate(self.games):
            part = slice(ends[row], ends[row + 1])
            value = float(found.value[row])
            weight = self.settings.decided_weight if self._is_decided(game) else 1.0
            if len(game.actions) < game.opening or not full or weight == 0.0:
                game.add(int(found.action[row]), value, 0.0, 0.0, NO_POLICY)
            else:
                policy_of_row = entries[part], probabilities[part]
                game.add(int(found.action[row]), value, weight, float(surprises[row]), policy_of_row)
            if self.game.num_players == 1:
                continue
            game.extreme = game.extreme + 1 if abs(value) > self.settings.decided_above else 0
            mover = int(movers[row])
            if game.stayed_below(value, mover, self.settings.resign_plies) < self.resignation.limit:
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

    def _budgets(self, full: bool) -> int | NDArray[np.int32]:
        """Simulations of the next move: for all rows alike, or for each.

        Whether a search is full is drawn for all games at once, so that the network's batch stays full; the games are
        at different plies, and for each of them the draw is as good as its own.
        """
        fast = self.settings.fast_simulations
        wanted = np.full(len(self.games), self.simulations if full else fast, np.int32)
        for row, game in enumerate(self.games):
            if len(game.actions) < game.opening:
                wanted[row] = 1
            elif self._is_decided(game):
                wanted[row] = min(wanted[row], fast)
        first = int(wanted[0])
        return first if bool((wanted == first).all()) else wanted

    def _draw_openings(self, found: SearchResult) -> None:
        """Replaces what the search chose in games that are in their opening by draws from the network's policy."""
        for row, game in enumerate(self.games):
            if len(game.actions) < game.opening and found.action[row] >= 0:
                reached = np.cumsum(found.prior[row], dtype=np.float64)
                drawn = np.searchsorted(reached, self.rng.random() * reached[-1], side="right")
                found.action[row] = min(int(drawn), int(np.flatnonzero(found.prior[row])[-1]))

    def _is_decided(self, game: _Game) -> bool:
        return self.settings.decided_above < 1.0 and game.extreme >= self.settings.decided_plies

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
        if not game.may_resign and self.game.num_players == 2:
            self.resignation.add(game.lowest[0], result < 0)
            self.resignation.add(game.lowest[1], result > 0)
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
            weights=game.sample_weights(self.settings.surprise_share),
            policy_starts=np.cumsum([0] + [len(actions) for actions, _ in game.policies]).astype(np.int64),
            policy_actions=np.concatenate([actions for actions, _ in game.policies]),
            policy_probabilities=np.concatenate([shares for _, shares in game.policies]),
            termination=termination,
            info=info,
            **self.boards.seen(row),
        )
        self.games[row] = self._new_game(row)
        return record
