"""Arrow keys, as steps on the screen and as directions of the gridworld."""

ARROWS = {"up": (0, -1), "right": (1, 0), "down": (0, 1), "left": (-1, 0)}
"""Columns to the right and lines down."""


def directions(key: str) -> int:
    """The gridworld's action of an arrow key: north, east, south, west."""
    return list(ARROWS).index(key)
