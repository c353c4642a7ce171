"""A Swiss tournament: in each round agents of like score meet, and nobody meets anybody twice while it can be helped.

Pairings follow from the results of the rounds before alone, so a tournament that was killed pairs as it would have.
As in the Dutch system (FIDE Handbook C.04.3) the upper half of a score group meets its lower half; floating to
another group and colours are decided more simply: by the nearest score, and by who has moved first less often.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from tengen.arena.schedule import Place, Results, Schedule
from tengen.core.errors import InvalidParameter

SEARCHED = 100_000
"""Partial pairings looked at before one repeated pairing more is taken for unavoidable."""


@dataclass(slots=True)
class Standings:
    """Where a tournament stands after some rounds."""

    points: list[float]
    """Each agent's: 1 a game won, a half a draw; a bye counts as games won."""
    byes: list[int]
    firsts: list[int]
    """How much more often each agent has begun its meetings than the other did."""
    met: Counter[frozenset[int]] = field(default_factory=Counter)
    """How often two have been paired."""

    def order(self) -> list[int]:
        """The agents, best first; equals in the order of the list."""
        return sorted(range(len(self.points)), key=lambda agent: (-self.points[agent], agent))


@dataclass(frozen=True, slots=True)
class Round:
    """Who meets in a round."""

    pairs: list[tuple[int, int]]
    """The first of a pair moves first in the first of its games."""
    bye: int | None = None
    """Who does not play, if their number is odd."""


class Swiss(Schedule):
    """So many rounds, in each of which everybody meets one other; if their number is odd, one has a bye."""

    def __init__(self, names: list[str], rounds: int, games: int) -> None:
        """`games` of each meeting, two from every opening."""
        if len(names) < 3:
            raise InvalidParameter("a Swiss tournament needs at least three agents")
        if rounds < 1 or games < 1:
            raise InvalidParameter(f"a Swiss tournament has at least 1 round of 1 game, not {rounds} of {games}")
        self.names = names
        self.count = rounds
        self.games = games

    @property
    def total(self) -> int:
        return self.count * self.at_once

    @property
    def at_once(self) -> int:
        return self.games * (len(self.names) // 2)

    def settings(self) -> object:
        return {"swiss": self.games, "agents": self.names}

    def rounds(self, results: Callable[[], Results]) -> Iterator[Iterable[Place]]:
        players = len(self.names)
        standings = Standings(points=[0.0] * players, byes=[0] * players, firsts=[0] * players)
        for number in range(self.count):
            paired = pair(standings)
            yield self.places(number, paired)
            self.enter(standings, number, paired, results())

    def places(self, number: int, paired: Round) -> list[Place]:
        """The games of round `number`, from 0."""
        openings = (self.games + 1) // 2
        found = []
        for opening in range(openings):
            for one, other in paired.pairs:
                found.append(Place(one, other, number * openings + opening))
                if 2 * opening + 1 < self.games:
                    found.append(Place(other, one, number * openings + opening))
        return found

    def enter(self, standings: Standings, number: int, paired: Round, results: Results) -> None:
        """Counts the games of a round."""
        for place in self.places(number, paired):
            won = (1.0 + results[place]) / 2.0
            standings.points[place.first] += won
            standings.points[place.second] += 1.0 - won
        for one, other in paired.pairs:
            standings.met[frozenset((one, other))] += 1
            standings.firsts[one] += 1
            standings.firsts[other] -= 1
        if paired.bye is not None:
            standings.points[paired.bye] += self.games
            standings.byes[paired.bye] += 1


def pair(standings: Standings) -> Round:
    """The next round: as few repeated pairings as can be; then a bye for who had fewest; then the nearest scores."""
    order = standings.order()
    if len(order) % 2 == 0:
        byes: list[int | None] = [None]
    else:
        fewest = min(standings.byes)
        byes = [agent for agent in reversed(order) if standings.byes[agent] == fewest]
    for repeats in count():
        for bye in byes:
            found = _match([agent for agent in order if agent != bye], standings, repeats)
            if found is not None:
                return Round([_colours(one, other, standings) for one, other in found], bye)
    raise AssertionError("every pairing is allowed once enough of it may be repeated")


def _match(order: list[int], standings: Standings, repeats: int) -> list[tuple[int, int]] | None:
    """The first pairing, best agents first, in which pairs have met `repeats` times in all; None if none is found."""
    hopeless: set[tuple[tuple[int, ...], int]] = set()
    looked = 0

    def search(left: tuple[int, ...], allowed: int) -> list[tuple[int, int]] | None:
        nonlocal looked
        if not left:
            return []
        looked += 1
        if looked > SEARCHED or (left, allowed) in hopeless:
            return None
        one = left[0]
        for other in _partners(left, standings.points):
            again = standings.met[frozenset((one, other))]
            if again <= allowed:
                rest = search(tuple(agent for agent in left if agent not in (one, other)), allowed - again)
                if rest is not None:
                    return [(one, other), *rest]
        hopeless.add((left, allowed))
        return None

    return search(tuple(order), repeats)


def _partners(left: tuple[int, ...], points: list[float]) -> list[int]:
    """Whom the first who is left should meet: its mirror in the lower half of its score group, then others."""
    group = [agent for agent in left if points[agent] == points[left[0]]]
    half = len(group) // 2
    near = sorted(range(1, len(group)), key=lambda place: (abs(place - half), -place))
    return [group[place] for place in near] + list(left[len(group) :])


def _colours(one: int, other: int, standings: Standings) -> tuple[int, int]:
    """Who has begun less often begins; between equals the even-numbered of a pair, then the other."""
    if standings.firsts[one] != standings.firsts[other]:
        return (one, other) if standings.firsts[one] < standings.firsts[other] else (other, one)
    low, high = sorted((one, other))
    return (high, low) if (low + standings.met[frozenset((one, other))]) % 2 else (low, high)
