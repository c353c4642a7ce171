"""Environments of Gymnasium as games."""

from tengen.games.gym.game import Gym

__all__ = ["Gym"]
