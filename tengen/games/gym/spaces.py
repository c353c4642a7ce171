"""What an environment shows, as planes for a network."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter

MOST_CHANNELS = 4
"""A box of three axes is a picture: its last axis, or else its first, has at most so many values."""

Writer = Callable[[Any, NDArray[np.float32]], None]
"""Writes an observation into planes [C, H, W]."""


def view(space: Any, name: str) -> tuple[tuple[int, int, int], Writer]:
    """The shape of the planes for observations of `space`, and what writes them; InvalidParameter if there is none.

    A vector of n numbers is (n, 1, 1), a picture (C, H, W) with bytes divided by 255, one of n things n numbers of
    which one is 1; a tuple or dictionary of these is one vector.
    """
    from gymnasium import spaces

    if isinstance(space, spaces.Box) and len(space.shape) <= 3:
        return _box(space.shape, 255.0 if space.dtype == np.uint8 and len(space.shape) > 1 else 1.0)
    if isinstance(space, spaces.Discrete):
        return (int(space.n), 1, 1), _one_of(int(space.start))
    if not _is_flat(space):
        raise InvalidParameter(
            f"{name} shows {str(space)[:60]}, which is no view: boxes of up to three axes, discrete and binary spaces,"
            " tuples and dictionaries of them are"
        )
    return (int(spaces.flatdim(space)), 1, 1), _flattened(space)


def _is_flat(space: Any) -> bool:
    from gymnasium import spaces

    if isinstance(space, spaces.Tuple):
        return all(_is_flat(part) for part in space.spaces)
    if isinstance(space, spaces.Dict):
        return all(_is_flat(part) for part in space.spaces.values())
    return isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary)


def _box(shape: tuple[int, ...], unit: float) -> tuple[tuple[int, int, int], Writer]:
    planes_shape: tuple[int, int, int]
    if len(shape) <= 1:
        planes_shape = (shape[0] if shape else 1, 1, 1)
    elif len(shape) == 2:
        planes_shape = (1, shape[0], shape[1])
    elif shape[2] <= MOST_CHANNELS or shape[0] > MOST_CHANNELS:
        planes_shape = (shape[2], shape[0], shape[1])

        def write_channels_last(observation: Any, planes: NDArray[np.float32]) -> None:
            np.multiply(np.moveaxis(observation, 2, 0), 1.0 / unit, out=planes, casting="unsafe")

        return planes_shape, write_channels_last
    else:
        planes_shape = (shape[0], shape[1], shape[2])

    def write(observation: Any, planes: NDArray[np.float32]) -> None:
        np.multiply(np.reshape(observation, planes_shape), 1.0 / unit, out=planes, casting="unsafe")

    return planes_shape, write


def _one_of(start: int) -> Writer:
    def write(observation: Any, planes: NDArray[np.float32]) -> None:
        planes[...] = 0.0
        planes[int(observation) - start] = 1.0

    return write


def _flattened(space: Any) -> Writer:
    from gymnasium import spaces

    def write(observation: Any, planes: NDArray[np.float32]) -> None:
        planes[:, 0, 0] = spaces.flatten(space, observation)

    return write
