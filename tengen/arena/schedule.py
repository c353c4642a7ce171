"""Who plays whom, and on which side: every pair, or some agents against all the others.

A match is made of meetings: pairs of games of the same two agents from one opening, colours swapped. A schedule
gives the games in rounds; those of a round are known before any of them is played. swiss.py has the other kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, count
from typing import NamedTuple

from tengen.core.errors import InvalidParameter


class Place(NamedTuple):
    """What tells a game of a match from all others."""

    first: int
    """Which agent is player 0, by its place in the list."""
    second: int
    opening: int
    """The opening's number."""


Results = Mapping[Place, float]
"""The results of games for their first agents: 1 won, 0 drawn, -1 lost."""


class Schedule(ABC):
    """The games of a match in their order."""

    @property
    @abstractmethod
    def total(self) -> int | None:
        """How many games there are; None if they have no end."""

    @property
    @abstractmethod
    def at_once(self) -> int | None:
        """The most games that can be played at the same time; None if they have no end."""

    @abstractmethod
    def rounds(self, results: Callable[[], Results]) -> Iterator[Iterable[Place]]:
        """The games, round by round; before a round is asked for, `results` has the games of those before it."""

    def settings(self) -> object:
        """What a folder must have in common with this schedule to go on with it, as JSON; None for nothing."""
        return None


class Meetings(Schedule):
    """Each of some pairs of agents plays so many games: a round robin, a gauntlet, or a match of two."""

    def __init__(self, pairs: Iterable[tuple[int, int]], games: int | None) -> None:
        """`games` of each pair; None goes on without end."""
        self.pairs = list(pairs)
        self.games = games

    @property
    def total(self) -> int | None:
        return None if self.games is None else self.games * len(self.pairs)

    @property
    def at_once(self) -> int | None:
        return self.total

    def rounds(self, results: Callable[[], Results]) -> Iterator[Iterable[Place]]:
        yield self._places()

    def _places(self) -> Iterator[Place]:
        """By opening, then by pair, then by colour."""
        for opening in count() if self.games is None else range((self.games + 1) // 2):
            for one, other in self.pairs:
                yield Place(one, other, opening)
                if self.games is None or 2 * opening + 1 < self.games:
                    yield Place(other, one, opening)


def round_robin(players: int, games: int | None) -> Meetings:
    """Everybody plays everybody."""
    return Meetings(combinations(range(players), 2), games)


def gauntlet(players: int, leaders: int, games: int | None) -> Meetings:
    """The first `leaders` agents play all the others; neither these nor those play each other."""
    if not 1 <= leaders < players:
        raise InvalidParameter(
            f"a gauntlet is run by the first 1 to {players - 1} of {players} agents, not by {leaders}"
        )
    return Meetings([(one, other) for one in range(leaders) for other in range(leaders, players)], games)
