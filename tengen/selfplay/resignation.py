"""When to give up: a limit of the value that falls until few of those who give up had not lost."""

from collections import deque

NEVER = -1.0
"""No value is below it."""

KEPT = 200
"""The limit is set by so many players, the latest who would have given up in games that were played to their end."""

ENOUGH = 20
"""With fewer of them the limit stays where it began."""


class ResignLimit:
    """A player gives up whose value stays below `limit`.

    AlphaGo Zero (Silver et al. 2017) moves the limit so that less than 5 % of those who give up could have won; here a
    draw counts as well. Without that a wrong judgement proves itself: who is thought to lose gives up and has lost.
    """

    def __init__(self, below: float, wrong: float) -> None:
        """below  the limit at first, and at most
        wrong  accepted share of those who gave up and had not lost; 1 leaves the limit where it is
        """
        self.below = below
        self.wrong = wrong
        self.limit = below
        self.seen: deque[tuple[float, bool]] = deque(maxlen=KEPT)

    def add(self, lowest: float, lost: bool) -> None:
        """A player of a game in which nobody may give up: under which limit he would have, and whether he lost."""
        if self.wrong >= 1.0 or lowest >= self.below:
            return
        self.seen.append((lowest, lost))
        if len(self.seen) >= ENOUGH:
            self.limit = self._found()

    def _found(self) -> float:
        """The highest limit under which no more than the accepted share would have been wrong."""
        ordered = sorted(self.seen)
        limit, mistakes = NEVER, 0
        for count, (_, lost) in enumerate(ordered, start=1):
            mistakes += not lost
            if mistakes <= self.wrong * count:
                limit = ordered[count][0] if count < len(ordered) else self.below
        return limit
