"""Pictures in a terminal: two pixels for each character in colour, or shades of ASCII without."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import numpy as np
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tengen.terminal.pictures import Colour, Picture, fitted

SHADES = " .:-=+*#%@"
"""From dark to bright."""

CELL = 2
"""So much higher than wide is a character."""


class Blocks:
    """A picture as upper half blocks: the foreground is the upper pixel, the background the lower one."""

    def __init__(self, picture: Picture) -> None:
        """`picture` [H, W, 3] has an even number of rows."""
        self.picture = picture

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = self.picture.shape[1]
        return Measurement(width, width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for upper, lower in zip(self.picture[::2].tolist(), self.picture[1::2].tolist(), strict=True):
            yield from _line(upper, lower)
            yield Segment.line()


def _line(upper: list[list[int]], lower: list[list[int]]) -> Iterator[Segment]:
    pairs = ((tuple(above), tuple(below)) for above, below in zip(upper, lower, strict=True))
    for (above, below), run in groupby(pairs):
        yield Segment("▀" * len(list(run)), _style(above, below))


@lru_cache(4096)
def _style(above: Colour, below: Colour) -> Style:
    return Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))


def shrunk(picture: Picture, columns: int, lines: int, *, aspect: float | None = None) -> Picture:
    """The picture as large as so many characters hold, two pixels in each; `aspect` is width by height, if not W/H."""
    height, width = picture.shape[:2]
    wide = width / height if aspect is None else aspect
    across, rows = columns, int(columns / wide)
    if rows > CELL * lines:
        across, rows = round(CELL * lines * wide), CELL * lines
    return fitted(picture, max(1, across), max(CELL, rows - rows % CELL))


def in_blocks(picture: Picture, columns: int, lines: int, *, aspect: float | None = None) -> Blocks:
    """The picture in colour, scaled to fit."""
    return Blocks(shrunk(picture, columns, lines, aspect=aspect))


def in_shades(picture: Picture, columns: int, lines: int, *, aspect: float | None = None) -> Text:
    """The picture as ASCII, brighter the more ink, scaled to fit."""
    small = shrunk(picture, columns, lines, aspect=aspect).astype(np.float64) @ (0.299, 0.587, 0.114)
    grey = small.reshape(-1, CELL, small.shape[1]).mean(axis=1)
    levels = np.minimum((grey / 256 * len(SHADES)).round().astype(int), len(SHADES) - 1)
    return Text("\n".join("".join(SHADES[level] for level in row) for row in levels.tolist()), no_wrap=True)
