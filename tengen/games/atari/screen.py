"""Screens made smaller, as OpenCV makes them: INTER_AREA, to the last bit."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import inlined, kernel

TOUCHED = 1e-3
"""A source pixel counts where at least this much of it lies inside, as in OpenCV."""


class Areas(NamedTuple):
    """Which source pixels make up each of D new ones along one axis, and how much each counts; K at most."""

    pixels: NDArray[np.int64]
    """[K, D], ascending."""
    weights: NDArray[np.float32]
    """[K, D]: 0 for a pixel that does not belong; each column has the sum 1."""


def areas(size: int, new_size: int) -> Areas:
    """The areas along an axis of `size` pixels that becomes `new_size`, which is not larger."""
    scale = size / new_size
    most = min(math.ceil(scale) + 1, size)
    pixels, weights = np.zeros((most, new_size), np.int64), np.zeros((most, new_size), np.float32)
    for place in range(new_size):
        begin = place * scale
        end = begin + scale
        width = min(scale, size - begin)
        last_whole = min(math.floor(end), size - 1)
        first_whole = min(math.ceil(begin), last_whole)
        parts = dict.fromkeys(range(first_whole, last_whole), 1.0 / width)
        if first_whole - begin > TOUCHED:
            parts[first_whole - 1] = (first_whole - begin) / width
        if end - last_whole > TOUCHED:
            parts[last_whole] = min(end - last_whole, 1.0, width) / width
        first = min(min(parts), size - most)
        pixels[:, place] = range(first, first + most)
        weights[:, place] = [parts.get(pixel, 0.0) for pixel in range(first, first + most)]
    return Areas(pixels, weights)


@inlined
def same_row(screen: NDArray[np.uint8], one: int, other: int) -> bool:
    """Whether two rows of a screen [H, W] are alike."""
    if one != other:
        for x in range(screen.shape[1]):
            if screen[one, x] != screen[other, x]:
                return False
    return True


@kernel
def shrink(
    screen: NDArray[np.uint8],
    pixels_x: NDArray[np.uint64],
    weights_x: NDArray[np.float32],
    pixels_y: NDArray[np.int64],
    weights_y: NDArray[np.float32],
    line: NDArray[np.float32],
    row: NDArray[np.float32],
    sums: NDArray[np.float32],
    out: NDArray[np.uint8],
) -> None:
    """Writes the means over areas of `screen` [H, W] into `out` [h, w], rounded half to even.

    line  [W]  scratch: one row of the screen
    row   [w]  scratch: the same, made narrower
    sums  [w]  scratch: rows so far of one new row

    Sums are in float32 and in OpenCV's order, from left to right and from top to bottom, so that its bytes come out.
    """
    new_height, new_width = out.shape
    narrowed = -1  # the row of the screen that `row` was made of
    for y in range(new_height):
        sums[:] = np.float32(0.0)
        for step in range(len(weights_y)):
            weight = weights_y[step, y]
            if weight == np.float32(0.0):
                continue
            source = pixels_y[step, y]
            if narrowed < 0 or not same_row(screen, narrowed, source):  # many rows of a screen are alike
                for x in range(len(line)):
                    line[x] = screen[source, x]
                for x in range(new_width):
                    row[x] = line[pixels_x[0, x]] * weights_x[0, x]
                for tap in range(1, len(weights_x)):
                    for x in range(new_width):
                        row[x] += line[pixels_x[tap, x]] * weights_x[tap, x]
            narrowed = source
            for x in range(new_width):
                sums[x] += weight * row[x]
        for x in range(new_width):
            out[y, x] = np.uint8(np.rint(sums[x]))


class Shrinker:
    """Makes screens [H, W] into squares [S, S]."""

    def __init__(self, height: int, width: int, size: int) -> None:
        across, down = areas(width, size), areas(height, size)
        self._across = (across.pixels.astype(np.uint64), across.weights)  # unsigned: no look for negative indices
        self._down = (down.pixels, down.weights)
        self._line, self._row, self._sums = (np.empty(length, np.float32) for length in (width, size, size))
        self._size = size

    def __call__(self, screen: NDArray[np.uint8]) -> NDArray[np.uint8]:
        out = np.empty((self._size, self._size), np.uint8)
        shrink(screen, *self._across, *self._down, self._line, self._row, self._sums, out)
        return out
