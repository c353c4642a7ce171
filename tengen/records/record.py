"""A finished game as data: small, exact, independent of what a network sees."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GameRecord:
    """T plies of one game. The policies are sparse: ply t has entries `policy_starts[t]:policy_starts[t + 1]`."""

    game: str
    """The game's text, such as `go:size=9,komi=7`."""
    actions: NDArray[np.int32]
    """[T]: what was played."""
    result: float
    """The result for player 0: 1 won, 0 drawn, -1 lost."""
    score: float = 0.0
    """Points by which player 0 leads at the end, 0 for a game without points."""
    start: str = ""
    """The position in which the game began, in the game's own text; empty for the usual one."""
    values: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T] or empty: value of each position after search, for its player to move."""
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T] or empty: how much each position's policy counts in training; 0 where the move was forced or random."""
    policy_starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """[T + 1] or empty."""
    policy_actions: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    policy_probabilities: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    termination: str = ""
    """Why the game ended: `two passes`, `resignation`, `time`, `illegal move`, …; empty in self-play."""
    players: tuple[str, ...] = ("", "")
    """Who played, player 0 first."""
    info: dict[str, str] = field(default_factory=dict)
    """Anything else worth keeping: date, event, the network's name, comments."""
