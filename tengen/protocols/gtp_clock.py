"""The clocks of a GTP game: from what a controller says to the time for one move."""

from typing import Literal

from tengen.agents.agent import Clock

System = Literal["none", "absolute", "byoyomi", "canadian"]


class GtpClock:
    """Time settings and what is left for either colour.

    A controller may send `time_left` before each move; where it does not, the main time is counted here.
    """

    def __init__(self) -> None:
        self._system: System = "none"
        self._main = 0.0
        self._period = 0.0
        self._count = 0
        self._left: dict[int, tuple[float, int]] = {}
        """Seconds and, in overtime, stones (Canadian) or periods (Japanese) left, by player."""

    def set(self, system: System, main: float = 0.0, period: float = 0.0, count: int = 0) -> None:
        """Fixes the time system; `count` is stones in a Canadian period or the number of Japanese periods."""
        self._system, self._main, self._period, self._count = system, main, period, count
        self.restart()

    def restart(self) -> None:
        """Both players have all their time again."""
        self._left = {}

    def tell_left(self, player: int, seconds: float, count: int) -> None:
        """What the controller says is left; `count` 0 means main time."""
        self._left[player] = (seconds, count)

    def spend(self, player: int, seconds: float) -> None:
        """Counts a move's time while it is main time; overtime is the controller's to count."""
        left, count = self._left.get(player, (self._main, 0))
        if self._system != "none" and count == 0:
            self._left[player] = (max(0.0, left - seconds), 0)

    def clock(self, player: int) -> Clock | None:
        """The time that a player has for his next move; None where nothing limits it."""
        if self._system == "none" and player not in self._left:
            return None
        left, count = self._left.get(player, (self._main, 0))
        if count > 0:
            if self._system == "byoyomi":
                return Clock(main=0.0, byoyomi=left, periods=count)
            return Clock(main=left, stones=count)
        if self._system == "canadian":
            # What overtime will grant each move at least; a Clock with `stones` is one already in overtime.
            return Clock(main=left, byoyomi=self._period / self._count)
        if self._system == "byoyomi":
            return Clock(main=left, byoyomi=self._period, periods=self._count)
        return Clock(main=left)
