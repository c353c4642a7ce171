"""A robot in a room of squares, whose steps may slip."""

from tengen.games.gridworld.game import Gridworld

__all__ = ["Gridworld"]
