"""One module for each program that is measured; each imports what it measures inside its functions.

A function here prepares a piece of work from the settings of a case and returns the work as a callable:
each call does a chunk of it and returns how much was done. Preparing ends with one chunk, so that
whatever compiles has compiled; that time is reported apart.
"""

from collections.abc import Callable
from typing import TypeAlias

Counts: TypeAlias = dict[str, float]
"""What a chunk of work did, such as `{"games": 64, "plies": 7616}`; the first entry is what the rate counts.

`cpu_seconds` is no count but the time of a process that the contender has started."""

Work: TypeAlias = Callable[[], Counts]
