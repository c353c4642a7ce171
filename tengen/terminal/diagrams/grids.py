"""Diagrams of games for one on a grid: the gridworld with its utilities, Breakout."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tengen.games.rules import State
from tengen.terminal.diagrams.shapes import SQUARE, Circle, Diagram, Paint, Polygon, Rectangle
from tengen.terminal.figures import Square
from tengen.terminal.pictures import BALL, BRICKS, LINE, NIGHT, PADDLE, ROBOT, TRAIL, Colour, square_colour

if TYPE_CHECKING:
    from tengen.games.breakout import Breakout
    from tengen.games.gridworld import Gridworld

TEXT, FAINT = "#3a3a40", "#77757c"
_WAYS = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""(x, y) of the steps north, east, south and west."""


def draw_gridworld(
    game: "Gridworld",
    state: State,
    *,
    utilities: Mapping[Square, float] | None = None,
    ways: Mapping[Square, list[int]] | None = None,
    coordinates: bool = True,
) -> Diagram:
    """Walls, what squares pay, the start and the robot; by square also utilities and arrows for the best actions."""
    rows = game.rows
    margin = (0.45 if coordinates else 0.05) * SQUARE
    width, height = 2 * margin + len(rows[0]) * SQUARE, 2 * margin + len(rows) * SQUARE
    diagram = Diagram(width, height, f"{game.text}: {game.position_to_text(state)}", "#ffffff")
    for row, line in enumerate(rows):
        for column, symbol in enumerate(line):
            x, y = margin + column * SQUARE, margin + row * SQUARE
            colour = _hex(square_colour(game, symbol))
            diagram.add(Rectangle(x, y, SQUARE, SQUARE, Paint(colour, _hex(LINE), 3.0)))
            if symbol == "S":
                inset = 0.07 * SQUARE
                side = SQUARE - 2 * inset
                diagram.add(Rectangle(x + inset, y + inset, side, side, Paint(edge=_hex(ROBOT), width=4.0)))
            middle = x + SQUARE / 2, y + SQUARE / 2
            if symbol not in "#.S":
                diagram.write(_signed(game.pay(symbol)), *middle, 0.24 * SQUARE, "#ffffff")
            elif symbol != "#":
                _advice(diagram, *middle, (row, column), utilities or {}, ways or {})
    row, column = game.place(state)
    aside = 0.0 if utilities is None else 0.26 * SQUARE  # a number stands in the middle
    x, y = margin + (column + 0.5) * SQUARE, margin + (row + 0.5) * SQUARE
    radius = 0.27 * SQUARE if utilities is None else 0.14 * SQUARE
    diagram.add(Circle(x - aside, y + aside, radius, Paint(_hex(ROBOT), "#ffffff", 4.0)))
    if coordinates:
        for column in range(len(rows[0])):
            diagram.write(
                str(column + 1), margin + (column + 0.5) * SQUARE, height - margin * 0.5, 0.17 * SQUARE, FAINT
            )
        for row in range(len(rows)):
            diagram.write(str(len(rows) - row), margin * 0.5, margin + (row + 0.5) * SQUARE, 0.17 * SQUARE, FAINT)
    return diagram


def _advice(
    diagram: Diagram,
    x: float,
    y: float,
    square: Square,
    utilities: Mapping[Square, float],
    ways: Mapping[Square, list[int]],
) -> None:
    """The utility of a square around (x, y), and small arrows at its edges for the best actions."""
    if square in utilities:
        value = utilities[square]
        text = _short(value)
        height = 0.18 * SQUARE
        height *= min(1.0, 0.54 * SQUARE / max(1.0, diagram.width_of(text, height)))
        diagram.write(text, x, y, height, TEXT)
    for way in ways.get(square, []):
        dx, dy = _WAYS[way]
        tip, base, half = 0.44 * SQUARE, 0.31 * SQUARE, 0.09 * SQUARE
        points = (
            (x + dx * tip, y + dy * tip),
            (x + dx * base - dy * half, y + dy * base + dx * half),
            (x + dx * base + dy * half, y + dy * base - dx * half),
        )
        diagram.add(Polygon(points, Paint(_hex(ROBOT))))


def draw_breakout(game: "Breakout", state: State) -> Diagram:
    """The bricks, the paddle, the ball and where it was."""
    planes = game.observe(state).astype(bool)
    height, width = planes.shape[1:]
    diagram = Diagram(width * SQUARE, height * SQUARE, f"{game.text}: {game.position_to_text(state)}", _hex(NIGHT))
    gap = 0.04 * SQUARE
    for row, column in np.argwhere(planes[3]).tolist():
        paint = Paint(_hex(BRICKS[(row - 1) % len(BRICKS)]))
        x, y = column * SQUARE + gap, row * SQUARE + gap
        diagram.add(Rectangle(x, y, SQUARE - 2 * gap, SQUARE - 2 * gap, paint))
    for row, column in np.argwhere(planes[0]).tolist():
        x, y = column * SQUARE + gap, (row + 0.3) * SQUARE
        diagram.add(Rectangle(x, y, SQUARE - 2 * gap, 0.4 * SQUARE, Paint(_hex(PADDLE))))
    for plane, radius, colour in ((2, 0.2, TRAIL), (1, 0.32, BALL)):
        for row, column in np.argwhere(planes[plane]).tolist():
            x, y = (column + 0.5) * SQUARE, (row + 0.5) * SQUARE
            diagram.add(Circle(x, y, radius * SQUARE, Paint(_hex(colour))))
    return diagram


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _signed(value: float) -> str:
    return f"{value:+.4g}"


def _short(value: float) -> str:
    """A utility with as many digits as help."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 1000 else 0
    return f"{value:.{min(3, digits)}f}"
