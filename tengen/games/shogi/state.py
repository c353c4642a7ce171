"""The record that a position of shogi is."""

from functools import cache
from typing import Any

import numpy as np

from tengen.games.shogi.pieces import SETS

CAPACITIES = (256, 512, 1024, 2048, 4096)
"""Records hold the keys of so many positions; each is a type of its own to the compiler."""
MAX_PLIES = CAPACITIES[-1]

PLAYING, NO_MOVE, REPETITION, PERPETUAL_CHECK, DECLARATION, MOVE_LIMIT = range(6)
"""Why a game is over."""

PAST = 8
"""So many last moves are kept, for the earlier positions that an observation shows."""
NONE = -1
"""In `past`: there was no such move."""
DROPPED = 96
"""Added to the kind of a dropped piece where `past` has the square from which another came."""


@cache
def state_dtype(max_plies: int) -> np.dtype[Any]:
    """The record for games of up to `max_plies` moves."""
    capacity = next(size for size in CAPACITIES if size >= max_plies)
    return np.dtype(
        [
            ("hash", np.uint64),  # of the pieces on the board and in hand, a sum of random words
            ("sets", np.uint64, (2 * SETS,)),  # sets of squares, two words each: see pieces.py
            ("checkers", np.uint64, (2,)),  # the pieces that give check to the side to move
            ("past", np.int32, (PAST,)),  # the last moves, the newest first: see pack_move
            ("number", np.int32),  # the move number of the first position, as SFEN counts
            ("max_plies", np.int16),
            ("ply", np.int16),  # moves since the first position
            ("check_run", np.int16, (2,)),  # how many of its last moves running gave check, by side
            ("shogi_board", np.uint8, (81,)),  # by square 9 * (file - 1) + rank - 1: 0 or a piece, White's + 16
            ("hands", np.uint8, (2, 7)),
            ("turn", np.int8),  # 0 Black, 1 White; of a finished game too
            ("over", np.int8),  # PLAYING, or why the game is over
            ("outcome", np.int8),  # of a finished game for Black: 1, 0, -1
            ("repeats", np.int8),  # how often this position stood before, with the same side to move
            ("points", np.int8, (2,)),  # that each side needs to declare a win; 0: it may not
            ("seen", np.uint64, (2, capacity // 2)),  # hashes of all positions by the parity of their ply
        ],
        align=True,
    )
