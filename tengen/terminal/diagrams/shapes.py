"""What diagrams are made of: a few shapes, and letters and pieces as outlines, so that they need no font."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

OUTLINES = Path(__file__).with_name("outlines.json")
"""Outlines of letters, chess pieces and kanji: SVG paths in thousandths of an em, y downwards, 0 the base line."""

SQUARE = 100.0
"""The side of a square in the units of all coordinates."""


@dataclass(frozen=True, slots=True)
class Paint:
    """How a shape is filled and edged; an empty colour is none."""

    fill: str = ""
    edge: str = ""
    width: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """From its top left corner."""

    x: float
    y: float
    width: float
    height: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Circle:
    """Around its centre."""

    x: float
    y: float
    radius: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed or an open line through points."""

    points: tuple[tuple[float, float], ...]
    paint: Paint
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Outline:
    """One of the stored outlines, its origin at (x, y), `scale` times its size, upside down if `turned`."""

    name: str
    x: float
    y: float
    scale: float
    paint: Paint
    turned: bool = False


Shape: TypeAlias = Rectangle | Circle | Polygon | Outline


@dataclass(slots=True)
class Diagram:
    """A picture: shapes on a ground, the first at the bottom."""

    width: float
    height: float
    title: str
    """What is shown, for those who cannot see it."""
    ground: str
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Puts shapes on top."""
        self.shapes += shapes

    def write(
        self, text: str, x: float, y: float, height: float, colour: str, *, kind: str = "latin", turned: bool = False
    ) -> None:
        """Writes a text centred on (x, y), its capital letters `height` high."""
        found = [glyph(f"{kind} {letter}") for letter in text]
        boxes = [each.box for each in found]
        top, bottom = (-729.0, 0.0) if kind == "latin" else (min(box[1] for box in boxes), max(box[3] for box in boxes))
        scale = height / (bottom - top)
        middle = sum(each.advance for each in found) / 2
        sign = -1 if turned else 1
        pen = -middle
        for letter, each in zip(text, found, strict=True):
            where = x + sign * scale * pen, y - sign * scale * (top + bottom) / 2
            self.add(Outline(f"{kind} {letter}", *where, scale, Paint(colour), turned))
            pen += each.advance

    def width_of(self, text: str, height: float) -> float:
        """How wide `write` makes a text of Latin letters."""
        return sum(glyph(f"latin {letter}").advance for letter in text) * height / 729.0


@dataclass(frozen=True, slots=True)
class Glyph:
    """A stored outline."""

    path: str
    """An SVG path of M, L, Q, C and Z, absolute."""
    advance: float
    box: tuple[float, float, float, float]
    """Left, top, right, bottom."""


def glyph(name: str) -> Glyph:
    """A stored outline by its name, such as `latin A`, `kanji 歩`, `white K`."""
    return _glyphs()[name]


@cache
def _glyphs() -> dict[str, Glyph]:
    found = json.loads(OUTLINES.read_text(encoding="utf-8"))["outlines"]
    return {
        name: Glyph(each["d"], each["advance"], (each["box"][0], each["box"][1], each["box"][2], each["box"][3]))
        for name, each in found.items()
    }
