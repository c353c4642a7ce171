"""The board of chess for a terminal without colours."""

from collections.abc import Collection, Mapping

FIGURES = (" ♙♗♘♖♔♕", " ♟♝♞♜♚♛")
"""White's figures and Black's by code; White's are the outlines."""


def draw_board(pieces: Mapping[int, tuple[int, int]], marked: Collection[int]) -> str:
    """The board with coordinates over several lines, White below; marked squares stand in brackets."""
    header = "   a  b  c  d  e  f  g  h"
    lines = [header]
    for rank in range(7, -1, -1):
        cells = []
        for square in range(8 * rank, 8 * rank + 8):
            color, code = pieces.get(square, (0, 0))
            figure = FIGURES[color][code] if code else "·"
            cells.append(f"({figure})" if square in marked else f" {figure} ")
        lines.append(f"{rank + 1} {''.join(cells)} {rank + 1}")
    return "\n".join([*lines, header])
