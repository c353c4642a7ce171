"""What the player of an emulated game saw, kept in its record: playing the game again would take too long.

Where an observation is made of the last frames (Atari), each frame is kept once, as bytes: observation t is frames
t to t + C - 1. Any other observation is kept as it is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tengen.games.emulated import EmulatedGame
from tengen.records.record import GameRecord


def depth(game: EmulatedGame) -> int:
    """How many kept pictures make an observation."""
    return game.observation_shape[0] if game.stacks_frames else 1


def picture_shape(game: EmulatedGame) -> tuple[int, ...]:
    """The shape of one of them."""
    return game.observation_shape[1:] if game.stacks_frames else game.observation_shape


def picture_type(game: EmulatedGame) -> type[np.generic]:
    """Their dtype."""
    return np.uint8 if game.stacks_frames else np.float32


def packed(game: EmulatedGame, observations: Sequence[NDArray[np.float32]]) -> dict[str, NDArray[np.generic]]:
    """Observations [T] of [C, H, W] as the fields of a record."""
    if not game.stacks_frames:
        return {"features": np.concatenate([planes.ravel() for planes in observations])}
    frames = [*observations[0], *(planes[-1] for planes in observations[1:])]
    return {"frames": np.rint(np.stack(frames) * 255.0).astype(np.uint8).ravel()}


def unpacked(game: EmulatedGame, record: GameRecord) -> NDArray[np.generic]:
    """The pictures [T + depth - 1, *shape] of a record."""
    flat = record.frames if game.stacks_frames else record.features
    return flat.reshape(-1, *picture_shape(game))


def observations_at(game: EmulatedGame, pictures: NDArray[np.generic], first: NDArray[np.int64]) -> NDArray[np.float32]:
    """The observations [N, C, H, W] that begin at the pictures `first` [N]."""
    if not game.stacks_frames:
        found: NDArray[np.float32] = pictures[first].astype(np.float32)
        return found
    stacked = pictures[first[:, None] + np.arange(depth(game))]
    return stacked.astype(np.float32) / np.float32(255.0)
