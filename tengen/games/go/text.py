"""Positions of Go as text.

    X.O/.XO/... b                     rows from the top, X black, O white; then who is to move, b or w
    X.O/.XO/... w passes=1            the last move was a pass; passes=2: the game is over
    .XO./X.XO/.XO./.... b ko=B3       Black may not take back on B3 at once
    ... captures=3,0                  stones taken by Black and by White
    ... over                          the game ended by its move limit

A diagram over several lines is read as well, with or without spaces, coordinates around it, `+` for star
points and `( )` about the last move. Without a side Black is to move. Of the past a text keeps the ko only:
earlier positions may return, and moves count anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidMove, InvalidPosition
from tengen.games.go.coords import LETTERS, point_to_vertex, vertex_to_point

STONES = ".XO"
SIDES = "bw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """What a text says of a position."""

    board: NDArray[np.int8]
    """[size, size]: 0 empty, 1 black, 2 white."""
    to_move: int = 0
    passes: int = 0
    ko: int | None = None
    """The flat point where the mover may not take back, or None."""
    captures: tuple[int, int] = (0, 0)
    over: bool = False


def write_diagram(diagram: Diagram) -> str:
    """The position on one line."""
    size = len(diagram.board)
    words = ["/".join("".join(STONES[stone] for stone in row) for row in diagram.board), SIDES[diagram.to_move]]
    if diagram.passes:
        words.append(f"passes={diagram.passes}")
    if diagram.ko is not None:
        words.append(f"ko={point_to_vertex(diagram.ko, size)}")
    if any(diagram.captures):
        words.append("captures={},{}".format(*diagram.captures))
    if diagram.over and diagram.passes < 2:
        words.append("over")
    return " ".join(words)


def read_diagram(text: str, size: int) -> Diagram:
    """The position that a text describes; InvalidPosition names what is wrong."""
    rows: list[list[int]] = []
    words: list[str] = []
    for line in text.replace("/", "\n").replace("(", " ").replace(")", " ").splitlines():
        tokens = line.split()
        if tokens == list(LETTERS[:size]):
            continue  # the letters of the columns
        words += [token for token in tokens if _is_word(token)]
        tokens = [token for token in tokens if not _is_word(token)]
        if len(tokens) > 1:  # the numbers of the rows
            tokens = [token for token in tokens if not (token.isascii() and token.isdigit())]
        if tokens:
            rows.append([_stone(symbol, text) for symbol in "".join(tokens)])
    if len(rows) != size or any(len(row) != size for row in rows):
        raise InvalidPosition(f"{_short(text)} is no position of a {size}x{size} board: {size} rows of {size} points")
    return _with_words(Diagram(board=np.array(rows, np.int8).reshape(size, size)), words, size)


def draw_board(board: NDArray[np.int8], last: int | None = None) -> str:
    """The board with coordinates over several lines; the point of the last move stands in brackets."""
    size = len(board)
    header = "   " + " ".join(f" {letter}"[-1] for letter in LETTERS[:size])
    lines = [header]
    for row in range(size):
        line = " " + " ".join(STONES[stone] for stone in board[row]) + " "
        if last is not None and last // size == row:
            column = last % size
            line = f"{line[: 2 * column]}({line[2 * column + 1]}){line[2 * column + 3 :]}"
        lines.append(f"{size - row:2d}{line}{size - row}")
    return "\n".join([*lines, header])


def _is_word(token: str) -> bool:
    return token in ("b", "w", "over") or "=" in token


def _stone(symbol: str, text: str) -> int:
    if symbol not in STONES + "+":
        raise InvalidPosition(f"{symbol!r} in {_short(text)} is no point: X black, O white, . empty")
    return max(STONES.find(symbol), 0)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:57] + "...")


def _with_words(diagram: Diagram, words: list[str], size: int) -> Diagram:
    to_move, passes, ko, captures, over = 0, 0, None, (0, 0), False
    for word in words:
        name, _, value = word.partition("=")
        if word in SIDES:
            to_move = SIDES.index(word)
        elif word == "over":
            over = True
        elif name == "passes" and value in ("0", "1", "2"):
            passes = int(value)
        elif name == "captures":
            captures = _captures(value)
        elif name == "ko":
            ko = _ko(value, size)
        else:
            raise InvalidPosition(
                f"{word!r} is not understood after a position: b or w, passes=0-2, ko=POINT, captures=BLACK,WHITE, over"
            )
    over = over or passes == 2
    return Diagram(board=diagram.board, to_move=to_move, passes=passes, ko=ko, captures=captures, over=over)


def _captures(value: str) -> tuple[int, int]:
    black, _, white = value.partition(",")
    if not all(side.isascii() and side.isdigit() and len(side) <= 4 for side in (black, white)):
        raise InvalidPosition(f"captures={value} is not understood: two counts such as captures=3,0")
    return int(black), int(white)


def _ko(value: str, size: int) -> int:
    try:
        point = vertex_to_point(value, size)
    except InvalidMove as error:
        raise InvalidPosition(f"ko={value} is not understood: {error}") from error
    if point == size * size:
        raise InvalidPosition("ko=pass is not understood: a point such as ko=C3")
    return point
