"""The replay window: the newest games, from which training batches are drawn."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.games import kernels, registry
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game, RecordGame
from tengen.games.rules import OVER
from tengen.records.record import GameRecord
from tengen.selfplay import frames
from tengen.selfplay.rebuild import Batch, Window, near_values, play_rewards, rebuild_batch, value_targets

RESIGNED = "resignation"
"""Termination of games that were cut short: their final position has no meaning as a score."""

CUT = "cut off"
"""Termination of games of one player that self-play ends early: what would follow is not worth 0."""
LIMIT = "step limit"
"""The same where the game itself has a limit, in a record that cannot be played again to see it."""


class _Growing:
    """An array that grows at the end and is cut at the front, without copying each time."""

    def __init__(self, dtype: type[np.generic], *shape: int) -> None:
        self.data: NDArray[Any] = np.empty((64, *shape), dtype)
        self.first = 0
        self.end = 0

    def __len__(self) -> int:
        return self.end - self.first

    def append(self, values: NDArray[Any]) -> None:
        need = len(values)
        if self.end + need > len(self.data):
            kept = self.view()
            size = max(len(self.data), 2 * (len(kept) + need))
            data = np.empty((size, *self.data.shape[1:]), self.data.dtype)
            data[: len(kept)] = kept
            self.data, self.first, self.end = data, 0, len(kept)
        self.data[self.end : self.end + need] = values
        self.end += need

    def cut(self, count: int) -> None:
        self.first += count

    def view(self) -> NDArray[Any]:
        return self.data[self.first : self.end]


class Course(NamedTuple):
    """How a game of one player went, T plies."""

    rewards: NDArray[np.float64]
    """[T]"""
    discounts: NDArray[np.float64]
    """[T]"""
    by_chance: int
    """Plies that were chance's."""
    cut: bool
    """Whether the game was cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a batch is to hold, beside what every batch holds."""

    td_steps: int = 0
    """For one player: the `steps` of `value_targets`."""
    horizons: tuple[float, ...] = ()
    """For two: those of `near_values`."""
    reply: bool = False
    """Whether it tells what was played next."""
    symmetries: bool = True
    """Whether positions are seen under random symmetries."""


PLAIN = Lesson()


class Replay(ABC):
    """Keeps the plies of the newest games in flat arrays; a subclass knows how positions are rebuilt from them."""

    def __init__(self, game: Game, lesson: Lesson = PLAIN) -> None:
        self.game = game
        self.lesson = lesson
        self.horizons = np.array(lesson.horizons, np.float64)
        _, height, width = game.observation_shape
        self.points = height * width
        self.total_games = 0
        self.total_positions = 0
        """All that was ever added, in and out of the window; what chance did is no position."""
        self.total_learned = 0
        """Of them, those that are learned from: searched in full."""
        self.lowest, self.highest = math.inf, -math.inf
        """The bounds of all discounted returns that were ever added, of one player."""
        self._lengths = _Growing(np.int64)
        self._learned = _Growing(np.int64)
        self._policy_lengths = _Growing(np.int64)
        self._game = {
            "start": _Growing(np.int32),
            "result": _Growing(np.float32),
            "score": _Growing(np.float32),
            "score_weight": _Growing(np.float32),
            "ownership": _Growing(np.int8, self.points),
        }
        self._ply = {
            "action": _Growing(np.int32),
            "weight": _Growing(np.float32),
            "value": _Growing(np.float32),
            "near": _Growing(np.float32, len(self.horizons)),
        }
        self._entry = {"action": _Growing(np.int32), "probability": _Growing(np.float32)}
        self._window: Window | None = None
        self._usable = np.zeros(0, np.int64)
        self._reached = np.zeros(0, np.float64)

    def __len__(self) -> int:
        """Positions in the window that are learned from."""
        return int(self._learned.view().sum())

    def add(self, records: Sequence[GameRecord]) -> None:
        """Appends finished games; InvalidRecord if one cannot be of this network's game."""
        for record in records:
            plies = len(record.actions)
            if plies == 0:
                continue
            score, ownership = self._final(record)
            self._game["start"].append(np.array([self._start(record)], np.int32))
            self._game["result"].append(np.array([record.result], np.float32))
            self._game["score"].append(np.array([score], np.float32))
            scored = self.game.has_score and record.termination != RESIGNED
            self._game["score_weight"].append(np.array([scored], np.float32))
            self._game["ownership"].append(ownership[None])
            self._lengths.append(np.array([plies]))
            self._ply["action"].append(record.actions)
            self._ply["weight"].append(record.weights if len(record.weights) else np.ones(plies, np.float32))
            entries = np.diff(record.policy_starts) if len(record.policy_starts) else np.zeros(plies, np.int64)
            self._policy_lengths.append(entries)
            self._learned.append(np.array([np.count_nonzero(entries)]))
            by_chance = self._add_values(record, entries > 0)
            self._entry["action"].append(record.policy_actions)
            self._entry["probability"].append(record.policy_probabilities)
            self.total_games += 1
            self.total_positions += plies - by_chance
            self.total_learned += int(np.count_nonzero(entries))
        self._window = None

    def _add_values(self, record: GameRecord, chosen: NDArray[np.bool_]) -> int:
        """Works out the value of each ply and notes the bounds of returns; returns how many plies were chance's."""
        targets = np.zeros(len(record.actions), np.float32)
        near = np.zeros((len(targets), len(self.horizons)), np.float32)
        by_chance = 0
        if self.game.num_players == 2 and len(self.horizons):
            self._add_near(record, near)
        self._ply["near"].append(near)
        if self.game.num_players == 1:
            rewards, discounts, by_chance, cut = self._course(record)
            values = record.values if len(record.values) else np.zeros(len(targets), np.float32)
            value_targets(rewards, discounts, values, chosen, False, 0, targets)
            if chosen.any():
                self.lowest = min(self.lowest, float(targets[chosen].min()))
                self.highest = max(self.highest, float(targets[chosen].max()))
            if cut or self.lesson.td_steps:
                value_targets(rewards, discounts, values, chosen, cut, self.lesson.td_steps, targets)
        self._ply["value"].append(targets)
        return by_chance

    def _add_near(self, record: GameRecord, targets: NDArray[np.float32]) -> None:
        """Works out the value of each ply at each horizon [T, K], for two players."""

    def trim(self, positions: int) -> None:
        """Forgets the oldest whole games beyond `positions` that are learned from."""
        lengths, learned = self._lengths.view(), self._learned.view()
        keep_from = int(np.searchsorted(np.cumsum(learned[::-1]), positions, side="right"))
        drop = max(0, len(lengths) - max(keep_from, 1))
        if drop == 0:
            return
        plies = int(lengths[:drop].sum())
        self._forget(drop, plies)
        entries = int(self._policy_lengths.view()[:plies].sum())
        self._lengths.cut(drop)
        self._learned.cut(drop)
        self._policy_lengths.cut(plies)
        for columns, count in ((self._game, drop), (self._ply, plies), (self._entry, entries)):
            for column in columns.values():
                column.cut(count)
        self._window = None

    def sample(self, count: int, rng: np.random.Generator, *, threads: int = 1) -> Batch:
        """`count` positions drawn from the window by their weights, rebuilt by so many threads."""
        window = self.window()
        drawn = np.searchsorted(self._reached, rng.random(count) * self._reached[-1], side="right")
        places = self._usable[drawn.clip(max=len(self._usable) - 1)]
        games = np.searchsorted(window.game_first, places, side="right") - 1
        plies = places - window.game_first[games]
        batch = Batch(
            np.empty((count, *self.game.observation_shape), np.float32),
            np.empty((count, self.game.num_actions), np.float32),
            np.empty((count, self.game.num_actions), np.bool_),
            np.empty((count, 3), np.float32),
            np.empty(count, np.float32),
            np.empty(count, np.float32),
            np.empty(count, np.float32),
            np.empty((count, self.points), np.float32),
            np.empty((count, len(self.horizons)), np.float32),
            np.empty((count, self.game.num_actions if self.lesson.reply else 0), np.float32),
            np.empty(count, np.float32),
        )
        turns = self._turns(count, rng)
        if threads == 1:
            self._rebuild(window, games, plies, turns, batch)
            return batch
        with ThreadPoolExecutor(threads) as pool:
            parts = [slice(count * part // threads, count * (part + 1) // threads) for part in range(threads)]
            done = [
                pool.submit(self._rebuild, window, games[rows], plies[rows], turns[rows], batch.part(rows))
                for rows in parts
            ]
            for each in done:
                each.result()
        return batch

    def _turns(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Under which symmetry each of `count` samples is seen."""
        return np.zeros(count, np.int64)

    def window(self) -> Window:
        """The window as flat arrays; valid until games are added or trimmed."""
        if self._window is None:
            self._window = Window(
                np.concatenate([[0], np.cumsum(self._lengths.view())]).astype(np.int64),
                self._game["start"].view(),
                self._game["result"].view(),
                self._game["score"].view(),
                self._game["score_weight"].view(),
                self._game["ownership"].view(),
                self._ply["action"].view(),
                self._ply["value"].view(),
                self._ply["weight"].view(),
                self._ply["near"].view(),
                np.concatenate([[0], np.cumsum(self._policy_lengths.view())]).astype(np.int64),
                self._entry["action"].view(),
                self._entry["probability"].view(),
            )
            # a ply without a policy was no choice of the player's: its position says little about its outcome
            self._usable = np.flatnonzero(self._policy_lengths.view())
            self._reached = np.cumsum(self._ply["weight"].view()[self._usable], dtype=np.float64)
        return self._window

    @abstractmethod
    def _start(self, record: GameRecord) -> int:
        """Which of the starting positions a game has; InvalidRecord if it is none of this network's."""

    @abstractmethod
    def _course(self, record: GameRecord) -> Course:
        """Rewards and discounts of a game of one player."""

    @abstractmethod
    def _rebuild(
        self,
        window: Window,
        games: NDArray[np.int64],
        plies: NDArray[np.int64],
        turns: NDArray[np.int64],
        batch: Batch,
    ) -> None:
        """Fills a batch with the positions before the given plies of the given games [N], each as it is to be seen."""

    def _final(self, record: GameRecord) -> tuple[float, NDArray[np.int8]]:
        """The score and the owners of points at the end."""
        return 0.0, np.zeros(self.points, np.int8)

    def _forget(self, games: int, plies: int) -> None:
        """The oldest games, with so many plies in all, leave the window."""


class RecordReplay(Replay):
    """Games with compiled rules: positions are rebuilt by playing the moves again."""

    game: RecordGame

    def __init__(self, game: RecordGame, lesson: Lesson = PLAIN) -> None:
        super().__init__(game, lesson)
        self._starts = game.initial_states(1)
        self._start_index = {(game.text, ""): 0}
        self._symmetry_inverse = np.argsort(game.symmetries.actions, axis=1).astype(np.int32)

    def _turns(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        symmetries = len(self._symmetry_inverse) if self.lesson.symmetries else 1
        return rng.integers(0, symmetries, count)

    def _rebuild(
        self,
        window: Window,
        games: NDArray[np.int64],
        plies: NDArray[np.int64],
        turns: NDArray[np.int64],
        batch: Batch,
    ) -> None:
        rebuild_batch(
            window,
            self._starts,
            np.empty(1, self.game.dtype),
            games,
            plies,
            turns,
            self.game.symmetries.points,
            self._symmetry_inverse,
            np.empty(self.game.observation_shape, np.float32),
            np.empty(self.game.num_actions, np.int32),
            batch,
        )

    def _start(self, record: GameRecord) -> int:
        place = (record.game, record.start)
        if place not in self._start_index:
            game = registry.make(record.game)
            if not isinstance(game, RecordGame) or game.dtype != self.game.dtype:
                raise InvalidRecord(f"a game of {record.game} cannot train a network for {self.game.text}")
            state = game.parse_position(record.start) if record.start else game.initial_state()
            self._start_index[place] = len(self._starts)
            self._starts = np.concatenate([self._starts, game.stack([state])])
        return self._start_index[place]

    def _course(self, record: GameRecord) -> Course:
        rewards, discounts = np.empty(len(record.actions)), np.empty(len(record.actions))
        states = self._starts[[self._start(record)]]
        by_chance, cut = play_rewards(states, record.actions, rewards, discounts)
        return Course(rewards, discounts, by_chance, cut or record.termination == CUT)

    def _add_near(self, record: GameRecord, targets: NDArray[np.float32]) -> None:
        rewards, discounts = np.empty(len(record.actions)), np.empty(len(record.actions))
        states = self._starts[[self._start(record)]]
        play_rewards(states, record.actions, rewards, discounts)
        mover = self.game.player(states[0])
        final = 0.0 if mover == OVER else record.result * (1.0 if mover == 0 else -1.0)
        searched = record.values != 0.0  # a search never finds exactly 0 but where a draw is proven
        near_values(rewards, discounts, record.values, searched, final, self.horizons, targets)

    def _final(self, record: GameRecord) -> tuple[float, NDArray[np.int8]]:
        """The score and the owners of points at the end, by playing the game through."""
        ownership = np.zeros(self.points, np.int8)
        if not self.game.has_score:
            return 0.0, ownership
        start = self._start(record)
        states = self._starts[[start]]
        kernels.play_through(states, 0, record.actions)
        return float(kernels.final_score_at(states, 0, ownership)), ownership


class EmulatedReplay(Replay):
    """Games under a simulator: their records hold what was seen."""

    game: EmulatedGame

    def __init__(self, game: EmulatedGame, lesson: Lesson = PLAIN) -> None:
        super().__init__(game, lesson)
        self._pictures = _Growing(frames.picture_type(game), *frames.picture_shape(game))
        self._overlap = frames.depth(game) - 1
        """Pictures that a game has more than plies."""

    def _start(self, record: GameRecord) -> int:
        if record.game != self.game.text:
            raise InvalidRecord(f"a game of {record.game} cannot train a network for {self.game.text}")
        pictures = frames.unpacked(self.game, record)
        if len(pictures) != len(record.actions) + self._overlap or len(record.rewards) != len(record.actions):
            raise InvalidRecord(f"a record of {record.game} lacks what was seen or the rewards")
        return 0

    def _course(self, record: GameRecord) -> Course:
        self._pictures.append(frames.unpacked(self.game, record))
        discounts = np.full(len(record.actions), self.game.discount)
        cut = record.termination in (CUT, LIMIT)
        if not cut:
            discounts[-1] = 0.0
        return Course(record.rewards.astype(np.float64), discounts, 0, cut)

    def _rebuild(
        self,
        window: Window,
        games: NDArray[np.int64],
        plies: NDArray[np.int64],
        turns: NDArray[np.int64],
        batch: Batch,
    ) -> None:
        places = window.game_first[games] + plies
        first = places + self._overlap * games
        batch.observations[:] = frames.observations_at(self.game, self._pictures.view(), first)
        batch.policy[:] = 0.0
        for row, place in enumerate(places.tolist()):
            span = slice(window.policy_first[place], window.policy_first[place + 1])
            batch.policy[row, window.policy_action[span]] = window.policy_probability[span]
        batch.legal[:] = True
        batch.value[:] = window.value[places]
        for part in (batch.wdl, batch.score, batch.score_weight, batch.ownership, batch.near, batch.reply_weight):
            part[:] = 0.0

    def _forget(self, games: int, plies: int) -> None:
        self._pictures.cut(plies + games * self._overlap)


def make_replay(game: Game, lesson: Lesson = PLAIN) -> Replay:
    """An empty window for a game."""
    if isinstance(game, EmulatedGame):
        return EmulatedReplay(game, lesson)
    if not isinstance(game, RecordGame):
        raise InvalidParameter(f"{game.text} cannot be trained by self-play")
    return RecordReplay(game, lesson)
