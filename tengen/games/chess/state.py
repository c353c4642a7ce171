"""The record of a game of chess, how it tells pieces apart, and the numbers that make its keys."""

import numpy as np
from numpy.typing import NDArray

EMPTY, PAWN, BISHOP, KNIGHT, ROOK, KING, QUEEN = range(7)
"""Codes of pieces: 1 if it is no slider, plus 2 if it moves diagonally or is a knight, plus 4 if it moves straight.

The three bits are three sets of squares, so that `straight & ~leaper` are rooks and queens, whatever the rest.
"""

ONGOING, CHECKMATE, STALEMATE, MATERIAL, REPETITION, FIFTY, LIMIT = range(7)
"""Why a game is over."""

MEMORY = 152
"""So many positions before the present one are compared with it: all that can repeat under the 75-move rule."""
PAST = 8
"""So many positions before the present one are kept for the observation (7 are shown; 8 divides evenly)."""

STATE = np.dtype(
    [
        # the board, seen by the side to move
        ("chess_own", np.uint64),
        ("leaper", np.uint64),  # pawns, knights and kings
        ("diagonal", np.uint64),  # bishops, queens and knights
        ("straight", np.uint64),  # rooks, queens and kings
        ("castling", np.uint64),  # rooks of both sides that may still castle
        ("ep_pawns", np.uint64),  # own pawns that may take en passant now
        # what the board means for the side to move; board.py computes it
        ("attacked", np.uint64),  # squares that the opponent attacks, through the king too
        ("pinned", np.uint64),  # own pieces that may leave their line to the king only at his expense
        ("target", np.uint64),  # squares where a move by another piece than the king ends a check; all without check
        ("key", np.uint64),
        # the game
        ("fullmove", np.int32),  # as in a FEN: from 1, more by one after each move of Black
        ("ply", np.int32),  # moves since the start or the position that was set up
        ("max_plies", np.int32),
        ("clock", np.int32),  # half-moves since the last capture or pawn move
        ("moves", np.int16),  # how many legal moves there are, 0 when the game is over
        ("fifty", np.int16),  # the clock that draws, or 0
        ("known", np.int16),  # positions in `keys` that may return
        ("slot", np.int16),  # where the present key lies in `keys`, a ring
        ("side", np.int8),  # 0 White or 1 Black to move, of a finished game too
        ("ending", np.int8),
        ("ep_square", np.int8),  # the square behind a pawn that `ep_pawns` may take, or 0
        ("occurrences", np.int8),  # how often the position has stood, this time included
        ("repetition", np.int8),  # so many occurrences draw, or 0
        ("material", np.int8),  # whether insufficient material draws
        ("chess960", np.int8),
        ("past_count", np.int8),  # positions in `past`
        ("past_occurrences", np.int8, (PAST,)),
        ("past", np.uint64, (PAST, 4)),  # own, leaper, diagonal, straight as their mover saw them; a ring by ply
        ("keys", np.uint64, (MEMORY,)),
    ],
    align=True,
)


def _random_words(count: int) -> NDArray[np.uint64]:
    """Words from SplitMix64, seeded differently from those of the other games."""
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x63686573)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


RIGHTS = 7
"""Beside the codes of pieces: a right to castle with the rook on a square, or (as Black's) an en passant square."""


def _zobrist() -> NDArray[np.uint64]:
    table = _random_words(2 * 8 * 64).reshape(2, 8, 64)
    table[:, EMPTY] = 0
    return table


ZOBRIST = _zobrist()
"""[2, 8, 64]: a random word for each colour, code and square as White sees it; zero for the code of no piece."""
BLACK_TO_MOVE = np.uint64(0xA0761D6478BD642F)
