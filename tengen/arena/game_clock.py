"""The clocks of a game, kept by whoever referees it: what a move costs, what is left, and when time is overstepped."""

import math
import time
from collections.abc import Callable

from tengen.agents.agent import Clock
from tengen.agents.time_control import TimeControl

MARGIN = 0.1
"""Seconds by which a time may be overstepped unless somebody says otherwise: the delay of pipes and of the machine."""


class PlayerClock:
    """What is left of one player's time. It measures nothing: it is told how long each move took.

    A limit is overstepped when it is passed by more than `margin` seconds: the end of the time, or of a period of
    byoyomi. What a move took beyond its limit within the margin is forgiven, and earns nothing.
    """

    def __init__(self, control: TimeControl, *, margin: float = MARGIN) -> None:
        self.control = control
        self.margin = margin
        self.main = control.main or 0.0
        """Seconds of the main time left or, in Canadian overtime, of its period."""
        self.moves = control.moves
        """Moves until the main time is given again."""
        self.periods = control.periods
        """Periods of byoyomi left."""
        self.stones = 0
        """Moves still to be made in this period of Canadian overtime; 0 before it."""
        if control.stones and self.main == 0.0:
            self._begin_period()

    def spend(self, seconds: float) -> bool:
        """Charges a move; False if the time was overstepped, and the game is lost."""
        control = self.control
        if not control.timed:
            return True
        if control.move is not None:
            return seconds <= control.move + self.margin
        over = seconds - self.main
        self.main = max(0.0, -over)
        if control.periods:
            return self._spend_byoyomi(over)
        if control.stones:
            return self._spend_canadian(over)
        if over > self.margin:
            return False
        self.main += control.increment
        if control.moves:
            self.moves -= 1
            if self.moves == 0:
                self.main += control.main or 0.0
                self.moves = control.moves
        return True

    def _spend_byoyomi(self, over: float) -> bool:
        """A move that took `over` seconds of overtime uses up all periods but the one in which it ended."""
        self.periods -= max(0, math.ceil((over - self.margin) / self.control.period) - 1)
        return self.periods > 0

    def _spend_canadian(self, over: float) -> bool:
        if self.stones == 0:
            if over < 0.0:
                return True
            self.stones = self.control.stones  # overtime begins within this move, the first of its period
            over -= self.control.period
            self.main = max(0.0, -over)
        if over > self.margin:
            return False
        self.stones -= 1
        if self.stones == 0:
            self._begin_period()
        return True

    def _begin_period(self) -> None:
        self.main, self.stones = self.control.period, self.control.stones

    def reading(self, seconds: float = 0.0) -> tuple[float, int]:
        """What the clock shows when its player has thought for so long: seconds, and with them periods, or moves.

        The number is that of the byoyomi periods left, this one included, or of the moves for which the seconds are;
        it is 0 in a main time that is for the whole game.
        """
        control = self.control
        if control.move is not None:
            return max(0.0, control.move - seconds), 1
        over = seconds - self.main
        if over < 0.0:
            return -over, self.moves or self.stones
        if control.periods:
            used = int(over // control.period)
            return (control.period - over % control.period, self.periods - used) if used < self.periods else (0.0, 0)
        if control.stones and self.stones == 0:
            return max(0.0, control.period - over), control.stones
        return 0.0, self.moves or self.stones

    def clock(self, opponent: "PlayerClock | None" = None) -> Clock:
        """The same as an agent is told it."""
        control = self.control
        if control.move is not None:
            return Clock(main=0.0, byoyomi=control.move, periods=1, control=control)
        clock = Clock(main=self.main, increment=control.increment, stones=self.moves or self.stones, control=control)
        if control.periods:
            clock.byoyomi, clock.periods = control.period, self.periods
        elif control.stones and self.stones == 0:  # what overtime will grant each move at least
            clock.byoyomi, clock.total = control.period / control.stones, self.main + control.period
        if opponent is not None and opponent.control.main is not None:
            clock.opponent, clock.opponent_increment = opponent.main, opponent.control.increment
        return clock


class GameClock:
    """Both players' clocks, and the watch that charges whoever is to move."""

    def __init__(
        self,
        controls: tuple[TimeControl, TimeControl],
        *,
        margin: float = MARGIN,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` tells the time in seconds, from any beginning."""
        self.players = tuple(PlayerClock(control, margin=margin) for control in controls)
        self._now = now
        self._running: int | None = None
        self._began = 0.0
        self.last = 0.0
        """Seconds that the last move took."""

    def start(self, player: int) -> None:
        """The player's time runs from now on."""
        self._running, self._began = player, self._now()

    def stop(self) -> bool:
        """The move is made: charges its player; False if the time was overstepped, and the game is lost."""
        assert self._running is not None
        self.last = self._now() - self._began
        player, self._running = self._running, None
        return self.players[player].spend(self.last)

    def reading(self, player: int) -> tuple[float, int] | None:
        """What a player's clock shows now, as `PlayerClock.reading` says; None where no clock runs."""
        if not self.players[player].control.timed:
            return None
        return self.players[player].reading(self._now() - self._began if player == self._running else 0.0)

    def clock(self, player: int) -> Clock | None:
        """What the player is told before a move; None where no clock runs."""
        mine, other = self.players[player], self.players[1 - player]
        return mine.clock(other) if mine.control.timed else None
