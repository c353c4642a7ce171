"""Boards of several sizes, or of other kinds of states, under one network: who plays what, and one window for all."""

from collections.abc import Sequence

import numpy as np

from tengen.games import registry
from tengen.games.game import Game, RecordGame
from tengen.records.record import GameRecord
from tengen.selfplay.rebuild import Batch
from tengen.selfplay.replay import PLAIN, Lesson, RecordReplay, Replay, make_replay


def by_kind(game: Game, variants: Sequence[Game]) -> list[list[Game]]:
    """The variants in groups that can be searched side by side, in the order in which they first come."""
    groups: dict[object, list[Game]] = {}
    for variant in variants or [game]:
        kind = (variant.dtype, variant.observation_shape) if isinstance(variant, RecordGame) else variant.text
        groups.setdefault(kind, []).append(variant)
    return list(groups.values())


def shares(groups: Sequence[Sequence[Game]], games: int) -> list[int]:
    """How many of so many games each group plays: in proportion to its variants, one at least."""
    total = sum(map(len, groups))
    reached = np.rint(np.cumsum([len(group) for group in groups]) * games / total)
    return [max(1, int(count)) for count in np.diff(reached, prepend=0)]


class MixedReplay:
    """A window for each kind of board; every batch is of one of them, drawn as often as it has positions."""

    def __init__(self, kinds: Sequence[RecordGame], lesson: Lesson = PLAIN) -> None:
        self.parts = [RecordReplay(kind, lesson) for kind in kinds]
        self.lowest, self.highest = -1.0, 1.0
        self._part_of: dict[str, RecordReplay] = {}

    def __len__(self) -> int:
        """Positions in the window that are learned from."""
        return sum(map(len, self.parts))

    @property
    def total_games(self) -> int:
        """All games that were ever added."""
        return sum(part.total_games for part in self.parts)

    @property
    def total_positions(self) -> int:
        """All positions that were."""
        return sum(part.total_positions for part in self.parts)

    @property
    def total_learned(self) -> int:
        """Of them, those that are learned from."""
        return sum(part.total_learned for part in self.parts)

    def add(self, records: Sequence[GameRecord]) -> None:
        """Appends finished games; InvalidRecord if one cannot be of this network's game."""
        for record in records:
            if record.game not in self._part_of:
                game = registry.make(record.game)
                dtype = game.dtype if isinstance(game, RecordGame) else None
                fitting = (part for part in self.parts if part.game.dtype == dtype)
                self._part_of[record.game] = next(fitting, self.parts[0])  # which says what is wrong with it
            self._part_of[record.game].add([record])

    def trim(self, positions: int) -> None:
        """Forgets the oldest whole games beyond `positions` that are learned from, of each kind in proportion."""
        total = max(1, self.total_learned)
        for part in self.parts:
            part.trim(positions * part.total_learned // total)

    def sample(self, count: int, rng: np.random.Generator, *, threads: int = 1) -> Batch:
        """`count` positions of one kind, drawn from its window by their weights, rebuilt by so many threads."""
        sizes = np.array([len(part) for part in self.parts], np.float64)
        part = self.parts[int(rng.choice(len(sizes), p=sizes / sizes.sum()))]
        return part.sample(count, rng, threads=threads)


def make_window(game: Game, variants: Sequence[Game], lesson: Lesson) -> Replay | MixedReplay:
    """An empty window for what self-play plays."""
    kinds = [group[0] for group in by_kind(game, variants)]
    records = [kind for kind in kinds if isinstance(kind, RecordGame)]
    return MixedReplay(records, lesson) if len(records) > 1 else make_replay(kinds[0], lesson)
