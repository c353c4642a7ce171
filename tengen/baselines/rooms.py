"""Utilities and arrows of a gridworld as rows of squares, top row first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tengen.core.errors import InvalidPosition
from tengen.games.gridworld import Gridworld
from tengen.games.gridworld.game import DIRECTIONS


@dataclass(frozen=True, slots=True)
class RoomTable:
    """Squares by row, the top one first; None for walls, traps and what cannot be reached."""

    utilities: list[list[float | None]]
    """An exit's is its reward."""
    policy: list[list[list[str] | None]]
    """All best directions out of N, E, S, W; an empty list at an exit."""


def room_table(game: Gridworld, judge: Callable[[Any], tuple[float, list[int]] | None]) -> RoomTable:
    """A table of what `judge` says of each square: its utility and best actions, or None if it knows nothing."""
    utilities: list[list[float | None]] = []
    policy: list[list[list[str] | None]] = []
    _, height, width = game.observation_shape
    for row in range(height):
        utilities.append([])
        policy.append([])
        for column in range(width):
            utility, arrows = _square(game, judge, f"{column + 1},{height - row}")
            utilities[-1].append(utility)
            policy[-1].append(arrows)
    return RoomTable(utilities, policy)


def _square(
    game: Gridworld, judge: Callable[[Any], tuple[float, list[int]] | None], name: str
) -> tuple[float | None, list[str] | None]:
    try:
        state = game.parse_position(name)
    except InvalidPosition:  # a wall
        return None, None
    judged = judge(state)
    if judged is None:
        return None, None
    if game.is_over(state):
        return game.exit_reward(state), []
    utility, best = judged
    return utility, [DIRECTIONS[action] for action in best]
