"""Pictures of games that have none of their own: their planes, each in a colour."""

import numpy as np
from numpy.typing import NDArray

from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game
from tengen.games.rules import State

SIDE = 192
"""About so many pixels has the longer side of a picture."""

COLOURS = np.array(
    [(240, 228, 66), (120, 120, 120), (0, 158, 115), (213, 94, 0), (86, 180, 233), (204, 121, 167), (255, 255, 255)]
)
"""One for each plane, then again from the first; Okabe and Ito's, which the colour-blind can tell apart."""


def picture_of(game: Game, state: State) -> NDArray[np.uint8]:
    """The screen of an emulated game, or else the planes of an observation one over the other: uint8 [H, W, 3]."""
    if isinstance(game, EmulatedGame):
        screen = game.picture(state)
        if screen is not None:
            return screen
    planes = np.clip(game.observe(state), 0.0, 1.0)
    colours = COLOURS[np.arange(len(planes)) % len(COLOURS)]
    mixed = np.minimum(np.einsum("chw,ck->hwk", planes, colours), 255.0).astype(np.uint8)
    cell = max(1, SIDE // max(mixed.shape[:2]))
    return np.repeat(np.repeat(mixed, cell, axis=0), cell, axis=1)
