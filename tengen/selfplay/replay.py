"""The replay window: the newest games, from which training batches are drawn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidRecord
from tengen.games import kernels, registry
from tengen.games.game import RecordGame
from tengen.records.record import GameRecord
from tengen.selfplay.rebuild import Batch, Window, rebuild_batch

RESIGNED = "resignation"
"""Termination of games that were cut short: their final position has no meaning as a score."""


class _Growing:
    """An array that grows at the end and is cut at the front, without copying each time."""

    def __init__(self, dtype: type[np.generic], *shape: int) -> None:
        self.data: NDArray[Any] = np.empty((1024, *shape), dtype)
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


class Replay:
    """Keeps the plies of the newest games in flat arrays and rebuilds batches from them."""

    def __init__(self, game: RecordGame) -> None:
        self.game = game
        _, height, width = game.observation_shape
        self.points = height * width
        self.total_games = 0
        self.total_positions = 0
        """All that was ever added, in and out of the window."""
        self._starts = game.initial_states(1)
        self._start_index = {(game.text, ""): 0}
        self._lengths = _Growing(np.int64)
        self._policy_lengths = _Growing(np.int64)
        self._game = {
            "start": _Growing(np.int32),
            "result": _Growing(np.float32),
            "score": _Growing(np.float32),
            "score_weight": _Growing(np.float32),
            "ownership": _Growing(np.int8, self.points),
        }
        self._ply = {"action": _Growing(np.int32), "weight": _Growing(np.float32)}
        self._entry = {"action": _Growing(np.int32), "probability": _Growing(np.float32)}
        inverse = np.argsort(game.symmetries.actions, axis=1)
        self._symmetry_inverse = inverse.astype(np.int32)
        self._window: Window | None = None
        self._usable = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Positions in the window."""
        return len(self._ply["action"])

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
            self._entry["action"].append(record.policy_actions)
            self._entry["probability"].append(record.policy_probabilities)
            self.total_games += 1
            self.total_positions += plies
        self._window = None

    def trim(self, positions: int) -> None:
        """Forgets the oldest whole games beyond `positions`."""
        lengths = self._lengths.view()
        keep_from = int(np.searchsorted(np.cumsum(lengths[::-1]), positions, side="right"))
        drop = max(0, len(lengths) - max(keep_from, 1))
        if drop == 0:
            return
        plies = int(lengths[:drop].sum())
        entries = int(self._policy_lengths.view()[:plies].sum())
        self._lengths.cut(drop)
        self._policy_lengths.cut(plies)
        for columns, count in ((self._game, drop), (self._ply, plies), (self._entry, entries)):
            for column in columns.values():
                column.cut(count)
        self._window = None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """`count` positions drawn evenly from the window, each under a random symmetry."""
        window = self.window()
        places = rng.choice(self._usable, count)
        games = np.searchsorted(window.game_first, places, side="right") - 1
        plies = places - window.game_first[games]
        symmetry = rng.integers(0, len(self._symmetry_inverse), count)
        channels, height, width = self.game.observation_shape
        batch = Batch(
            np.empty((count, channels, height, width), np.float32),
            np.empty((count, self.game.num_actions), np.float32),
            np.empty(count, np.float32),
            np.empty((count, self.game.num_actions), np.bool_),
            np.empty((count, 3), np.float32),
            np.empty(count, np.float32),
            np.empty(count, np.float32),
            np.empty((count, self.points), np.float32),
        )
        rebuild_batch(
            window,
            self._starts,
            np.empty(1, self.game.dtype),
            games,
            plies,
            symmetry,
            self.game.symmetries.points,
            self._symmetry_inverse,
            np.empty(self.game.observation_shape, np.float32),
            np.empty(self.game.num_actions, np.int32),
            batch,
        )
        return batch

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
                self._ply["weight"].view(),
                np.concatenate([[0], np.cumsum(self._policy_lengths.view())]).astype(np.int64),
                self._entry["action"].view(),
                self._entry["probability"].view(),
            )
            # a ply without a policy was no choice of the player's: its position says little about its outcome
            self._usable = np.flatnonzero(self._policy_lengths.view())
        return self._window

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

    def _final(self, record: GameRecord) -> tuple[float, NDArray[np.int8]]:
        """The score and the owners of points at the end, by playing the game through."""
        ownership = np.zeros(self.points, np.int8)
        if not self.game.has_score:
            return 0.0, ownership
        start = self._start(record)
        states = self._starts[[start]]
        kernels.play_through(states, 0, record.actions)
        return float(kernels.final_score_at(states, 0, ownership)), ownership
