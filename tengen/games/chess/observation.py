"""What a network sees of a position of chess: the planes of AlphaZero (Silver et al. 2018, table S1)."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.chess.bits import NONE, ONE, bit, flip, lowest
from tengen.games.chess.board import Board, board_of, code_at, turned
from tengen.games.chess.geometry import RANK_1, RANK_8
from tengen.games.chess.state import BISHOP, KING, KNIGHT, PAST, PAWN, QUEEN, ROOK
from tengen.games.rules import State, implement, observe

POSITION_PLANES = (
    "own pawns",
    "own knights",
    "own bishops",
    "own rooks",
    "own queens",
    "own king",
    "opponent's pawns",
    "opponent's knights",
    "opponent's bishops",
    "opponent's rooks",
    "opponent's queens",
    "opponent's king",
    "stood before",
    "stood twice before",
)
"""Planes of each position of the history, the present one first; own pieces are those of whoever moves now."""

GAME_PLANES = (
    "Black moves",
    "move number",
    "own castling, king's side",
    "own castling, queen's side",
    "opponent's castling, king's side",
    "opponent's castling, queen's side",
    "half-moves without progress",
)
"""Planes behind those of the history. All planes are 0 or 1, except the two numbers, which are scaled and cut off."""

MOVE_SCALE = 100.0
CLOCK_SCALE = 100.0
NUMBER_LIMIT = 2.0
"""The move number is divided by MOVE_SCALE, the half-moves by CLOCK_SCALE; neither plane exceeds NUMBER_LIMIT."""

_PLANE_OF_CODE = np.zeros(7, np.int64)
_PLANE_OF_CODE[[PAWN, KNIGHT, BISHOP, ROOK, QUEEN, KING]] = range(6)


def plane_names(history: int) -> tuple[str, ...]:
    """The names of all planes of an observation with `history` positions."""
    past = [f"{name}, {age} plies ago" if age else name for age in range(history) for name in POSITION_PLANES]
    return (*past, *GAME_PLANES)


@kernel
def draw_pieces(
    planes: NDArray[np.float32],
    first: int,
    board: Board,
    occurrences: int,
) -> None:
    """Writes the planes of one position, which are zero, from `planes[first]` on."""
    occupied = board.leaper | board.diagonal | board.straight
    while occupied != NONE:
        square = lowest(occupied)
        plane = first + _PLANE_OF_CODE[code_at(board, square)]
        if board.own & bit(square) == NONE:
            plane += 6
        planes[plane, square >> 3, square & 7] = 1.0
        occupied &= occupied - ONE
    if occurrences > 1:
        planes[first + 12] = 1.0
    if occurrences > 2:
        planes[first + 13] = 1.0


@implement(observe, "chess_own")
def chess_observe(state: State, planes: NDArray[np.float32]) -> None:
    history = len(planes) // 14
    planes[:] = 0.0
    board = board_of(state)
    draw_pieces(planes, 0, board, state.occurrences)
    for age in range(1, min(history, state.past_count + 1)):
        row = (state.ply - age) % PAST
        earlier = Board(state.past[row, 0], state.past[row, 1], state.past[row, 2], state.past[row, 3])
        if age % 2 == 1:
            earlier = turned(earlier)
        draw_pieces(planes, 14 * age, earlier, state.past_occurrences[row])
    kings = board.leaper & board.straight
    king = kings & board.own
    opposite = flip(kings ^ king)
    rooks = state.castling & RANK_1
    opposite_rooks = flip(state.castling & RANK_8)
    first = 14 * history
    planes[first] = state.side
    planes[first + 1] = min(state.fullmove / MOVE_SCALE, NUMBER_LIMIT)
    planes[first + 2] = 1.0 if rooks > king else 0.0
    planes[first + 3] = 1.0 if rooks & (king - ONE) != NONE else 0.0
    planes[first + 4] = 1.0 if opposite_rooks > opposite else 0.0
    planes[first + 5] = 1.0 if opposite_rooks & (opposite - ONE) != NONE else 0.0
    planes[first + 6] = min(state.clock / CLOCK_SCALE, NUMBER_LIMIT)
