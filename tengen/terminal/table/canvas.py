"""A sheet of characters with a style each, on which boards are painted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By bits: upper left 1, upper right 2, lower left 4, lower right 8."""

ROUND = 0.96
"""The square of a stone's radius, where half its width is 1."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal can show."""

    colours: bool = True
    unicode: bool = True


@lru_cache(4096)
def style(
    ink: str | None = None, ground: str | None = None, *, bold: bool = False, reverse: bool = False, dim: bool = False
) -> Style:
    """A style by its colours, `#rrggbb`."""
    return Style(color=ink, bgcolor=ground, bold=bold or None, reverse=reverse or None, dim=dim or None)


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the second."""
    ways = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in ways).hex()


class Canvas:
    """Lines of cells; a wide character fills two, of which the second is the empty text."""

    def __init__(self, width: int, height: int, ground: Style | None = None) -> None:
        self.width, self.height = width, height
        plain = ground or Style.null()
        self._cells = [[(" ", plain)] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, look: Style) -> None:
        """Writes a text; what lies outside is dropped."""
        if not 0 <= y < self.height:
            return
        line = self._cells[y]
        for character in text:
            wide = cell_len(character)
            if wide == 0 and 0 < x <= self.width:  # it belongs to the character before
                line[x - 1] = (line[x - 1][0] + character, line[x - 1][1])
                continue
            if x >= 0 and x + wide <= self.width:
                line[x] = (character, look)
                if wide == 2:
                    line[x + 1] = ("", look)
            x += wide

    def fill(self, x: int, y: int, width: int, height: int, look: Style) -> None:
        """Clears an area."""
        for line in range(y, y + height):
            self.put(x, line, " " * width, look)

    def changed_lines(self, before: "Canvas | None") -> list[int] | None:
        """The lines that differ from those of an earlier canvas; None where all may, as its size is another."""
        if before is None or (before.width, before.height) != (self.width, self.height):
            return None
        return [y for y, (old, new) in enumerate(zip(before._cells, self._cells, strict=True)) if old != new]

    def strip(self, y: int) -> Strip:
        """A line as the screen takes it."""
        segments: list[Segment] = []
        run, look = "", None
        for text, each in self._cells[y]:
            if each is not look:
                if run:
                    segments.append(Segment(run, look))
                run, look = "", each
            run += text
        segments.append(Segment(run, look))
        return Strip(segments, self.width)


@lru_cache(64)
def disc(width: int, height: int) -> tuple[str, ...]:
    """A round stone of so many characters, in quarters of characters."""
    lines = []
    for y in range(height):
        line = ""
        for x in range(width):
            bits = 0
            for bit, (dx, dy) in enumerate(((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))):
                across, down = 2 * (x + dx) / width - 1, 2 * (y + dy) / height - 1
                bits |= (across * across + down * down <= ROUND) << bit
            line += QUADRANTS[bits]
        lines.append(line)
    return tuple(lines)


def in_halves(pixels: Sequence[str], lines: int) -> list[str]:
    """Rows of `#` and other characters as lines of half blocks, in the middle of so many lines."""
    width = len(pixels[0])
    above = (2 * lines - len(pixels)) // 2
    rows = [" " * width] * above + list(pixels)
    rows += [" " * width] * (2 * lines - len(rows))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(" ▀▄█"[(a == "#") + 2 * (b == "#")] for a, b in zip(*pair, strict=True)) for pair in pairs]
