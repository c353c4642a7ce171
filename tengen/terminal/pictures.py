"""Games of one player as pictures: the screen of an emulator, drawn squares for gridworld and Breakout."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game
from tengen.games.rules import State

if TYPE_CHECKING:
    from tengen.games.breakout import Breakout
    from tengen.games.gridworld import Gridworld

Picture: TypeAlias = NDArray[np.uint8]
"""[H, W, 3], red, green, blue."""
Colour: TypeAlias = tuple[int, int, int]

FLOOR, WALL, LINE = (236, 233, 224), (72, 74, 82), (206, 202, 190)
GOAL, PIT, TRAP, EXIT = (74, 160, 94), (196, 66, 58), (214, 138, 58), (112, 148, 196)
ROBOT = (38, 84, 164)
NIGHT, PADDLE, BALL, TRAIL = (16, 18, 28), (98, 190, 240), (250, 250, 250), (96, 98, 112)
BRICKS = ((214, 84, 74), (224, 148, 62), (214, 196, 78))
"""By row, the top one first."""

LARGEST_SQUARE, LARGEST_PICTURE = 40, 640
"""Pixels: the side of a drawn square, the width of a drawn picture."""

SCREEN_ASPECT = {"atari": 4 / 3}
"""Width by height of the screens whose pixels are not square."""


def picture_of(game: Game, state: State) -> Picture | None:
    """What a position looks like; None where there is nothing to see."""
    if isinstance(game, EmulatedGame):
        return game.picture(state)
    if game.name == "gridworld":
        return _draw_gridworld(game, state)  # type: ignore[arg-type]
    if game.name == "breakout":
        return enlarged(breakout_colours(game, state), 24)  # type: ignore[arg-type]
    return None


def square_colour(game: "Gridworld", symbol: str) -> Colour:
    """The colour of a square of the gridworld: green where it pays, red where it costs, and the rest."""
    if symbol in "#.S":
        return WALL if symbol == "#" else FLOOR
    pay = game.pay(symbol)
    if symbol == "T":
        return TRAP
    if symbol == "G" or pay > 0:
        return GOAL
    return PIT if symbol == "P" or pay < 0 else EXIT


def breakout_colours(game: "Breakout", state: State) -> Picture:
    """A picture of one pixel for each square."""
    planes = game.observe(state).astype(bool)
    picture = np.full((*planes.shape[1:], 3), NIGHT, np.uint8)
    for row, colour in enumerate(BRICKS, 1):
        picture[row, planes[3, row]] = colour
    for plane, colour in ((2, TRAIL), (0, PADDLE), (1, BALL)):
        picture[planes[plane]] = colour
    return picture


def enlarged(picture: Picture, times: int) -> Picture:
    """Every pixel as a square of so many."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def fitted(picture: Picture, width: int, height: int) -> Picture:
    """The picture at exactly this size: areas are averaged where it shrinks."""
    from PIL import Image

    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))


def _draw_gridworld(game: "Gridworld", state: State) -> Picture:
    from PIL import Image, ImageDraw, ImageFont

    rows = game.rows
    side = max(6, min(LARGEST_SQUARE, LARGEST_PICTURE // len(rows[0])))
    image = Image.new("RGB", (side * len(rows[0]), side * len(rows)), LINE)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(side * 0.36)
    for row, line in enumerate(rows):
        for column, symbol in enumerate(line):
            left, top = side * column, side * row
            draw.rectangle((left, top, left + side - 2, top + side - 2), fill=square_colour(game, symbol))
            if symbol not in "#.S" and side >= 20:
                middle = (left + side / 2, top + side / 2)
                draw.text(middle, f"{game.pay(symbol):+g}", fill="white", font=font, anchor="mm")
            elif symbol == "S" and side >= 12:
                draw.rectangle((left + 2, top + 2, left + side - 4, top + side - 4), outline=ROBOT)
    row, column = game.place(state)
    edge = side * 0.22
    box = (side * column + edge, side * row + edge, side * (column + 1) - edge - 2, side * (row + 1) - edge - 2)
    draw.ellipse(box, fill=ROBOT, outline="white")
    return np.asarray(image)
