"""The names of points: flat, padded and GTP.

flat      0 .. size * size - 1, row by row from the top left; the action that plays there
pass      size * size
GTP       a letter for the column from the left, without I, then the row from the bottom: A1 is bottom left
padded    where the record keeps the point (state.py)
"""

from tengen.core.errors import InvalidMove

LETTERS = "ABCDEFGHJKLMNOPQRST"


def point_to_vertex(point: int, size: int) -> str:
    """The GTP vertex of a flat point, such as `D4`; `pass` for size * size."""
    if point == size * size:
        return "pass"
    row, column = divmod(point, size)
    return f"{LETTERS[column]}{size - row}"


def vertex_to_point(vertex: str, size: int) -> int:
    """The flat point of a GTP vertex in either case; size * size for `pass`; InvalidMove if it is none."""
    text = vertex.strip().upper()
    if text == "PASS":
        return size * size
    column = LETTERS[:size].find(text[0]) if text else -1
    digits = text[1:]
    if column < 0 or not (digits.isascii() and digits.isdigit() and len(digits) <= 9) or not 1 <= int(digits) <= size:
        raise InvalidMove(
            f"{vertex!r} is no point of a {size}x{size} board: "
            f"write a letter A-{LETTERS[size - 1]} without I, then 1-{size}, or pass"
        )
    return (size - int(digits)) * size + column


def padded_to_point(padded: int, size: int) -> int:
    """The flat point of a padded one."""
    row, column = divmod(padded, size + 1)
    return (row - 1) * size + column - 1


def point_to_padded(point: int, size: int) -> int:
    """The padded point of a flat one."""
    row, column = divmod(point, size)
    return (row + 1) * (size + 1) + column + 1
