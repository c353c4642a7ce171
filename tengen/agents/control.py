"""How another thread holds a search: when it ends by itself, and the words that end it or set its clock going."""

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a search ends by itself; with none of these it ends with a proof or a full tree."""

    nodes: int | None = None
    """Simulations, beside those that the tree had before."""
    seconds: float | None = None
    depth: int | None = None
    """Plies of the expected line, unless that ends in a proven position before."""
    economical: bool = False
    """Ends before the time is over where the rest of it cannot change the choice."""


class Control:
    """The strings of one search. Its limits hold from `began` on, or from `hit` on if it ponders first."""

    def __init__(self, *, pondering: bool = False, infinite: bool = False, began: float | None = None) -> None:
        """`began` is on the monotonic clock, now if absent; an `infinite` search is ended by `stop` alone."""
        self.limits = Limits()
        self.infinite = infinite
        self._changed = threading.Condition()
        self._stopped = False
        self._pondering = pondering
        self._began = time.monotonic() if began is None else began

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def pondering(self) -> bool:
        """Whether it ponders on what the opponent may play."""
        return self._pondering

    @property
    def held(self) -> bool:
        """Whether the limits do not hold yet."""
        return self._pondering or self.infinite

    def stop(self) -> None:
        """Ends the search."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def hit(self) -> None:
        """The opponent has played what was pondered on: the limits hold from now on."""
        with self._changed:
            self._pondering = False
            self._began = time.monotonic()
            self._changed.notify_all()

    def wait(self) -> None:
        """Returns when the search is stopped, or held no longer."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self.held)

    def seconds_left(self) -> float | None:
        """Seconds to the deadline, below 0 after it; None while there is none."""
        if self.held or self.limits.seconds is None:
            return None
        return self._began + self.limits.seconds - time.monotonic()
