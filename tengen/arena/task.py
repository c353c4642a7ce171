"""What is to be played: games as tasks, and the deck from which they are dealt."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

LOOKAHEAD = 256
"""Tasks of other pairs that are passed over, at most, in search of one of a certain pair."""


@dataclass(frozen=True, slots=True)
class Task:
    """A game to be played."""

    first: int
    """Which agent is player 0, by its place in the list."""
    second: int
    opening: int
    """The opening's number."""
    actions: tuple[int, ...]
    """The opening's moves."""
    seed: int
    start: str = ""
    """The position before them, in the game's own text; empty for the usual one."""

    @property
    def pair(self) -> frozenset[int]:
        """Who plays."""
        return frozenset((self.first, self.second))


class Dealable(Protocol):
    """What a deck deals."""

    @property
    def pair(self) -> frozenset[int]:
        """Who plays."""


Dealt = TypeVar("Dealt", bound=Dealable)


class Deck(Generic[Dealt]):
    """Deals tasks in their order, or the next of those agents whom somebody has before him already."""

    def __init__(self, tasks: Iterator[Dealt], on_deal: Callable[[Dealt], None] | None = None) -> None:
        """`on_deal` is told of each task as it is dealt."""
        self._tasks = tasks
        self._held: deque[Dealt] = deque()
        """Drawn, but passed over."""
        self._on_deal = on_deal

    def deal(self) -> Dealt | None:
        """The next task; None when there is none."""
        return self._dealt(self._held.popleft() if self._held else next(self._tasks, None))

    def deal_of(self, pair: frozenset[int]) -> Dealt | None:
        """The next task of a pair, if it comes soon."""
        for task in self._held:
            if task.pair == pair:
                self._held.remove(task)
                return self._dealt(task)
        while len(self._held) < LOOKAHEAD:
            drawn = next(self._tasks, None)
            if drawn is None or drawn.pair == pair:
                return self._dealt(drawn)
            self._held.append(drawn)
        return None

    def _dealt(self, task: Dealt | None) -> Dealt | None:
        if task is not None and self._on_deal is not None:
            self._on_deal(task)
        return task
