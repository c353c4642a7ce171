"""A board of shogi as text, with kanji or with letters, and both hands.

A kanji takes two columns of a terminal. White's pieces have a `v` before them, as in KIF's diagrams; with letters they
are small. A star follows the piece that moved last.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.games.shogi.pieces import HAND_KINDS, KANJI, KING, WHITE
from tengen.games.shogi.pieces import letters as letters_of

_RANKS = "一二三四五六七八九"
_FILES = "９８７６５４３２１"


def draw_board(
    board: NDArray[np.uint8],
    hands: NDArray[np.uint8],
    turn: int,
    *,
    last: int | None = None,
    letters: bool = False,
) -> str:
    """The position over several lines, White's hand above and Black's below.

    board    [81] as in the record
    hands    [2, 7]
    turn     0 Black, 1 White to move
    last     the square of the last move
    letters  for terminals that cannot show kanji
    """
    cell = _letter_cell if letters else _kanji_cell
    lines = [_hand_line("White", hands[1], turn == 1, letters)]
    if letters:
        lines.append("   " + "  ".join(f" {file}" for file in range(9, 0, -1)))
    else:
        lines.append("  " + "  ".join(_FILES))
    edge = "+" + "-" * 36 + "+"
    lines.append(edge)
    for rank in range(9):
        cells = "".join(
            cell(int(board[9 * file + rank])) + ("*" if last == 9 * file + rank else " ") for file in range(8, -1, -1)
        )
        lines.append(f"|{cells}|{'abcdefghi'[rank] if letters else _RANKS[rank]}")
    lines.append(edge)
    lines.append(_hand_line("Black", hands[0], turn == 0, letters))
    return "\n".join(lines)


def _kanji_cell(piece: int) -> str:
    if piece == 0:
        return " ・"
    kind = piece & 15
    # KIF's diagrams call White's king 王 and Black's 玉.
    name = "王" if piece == KING + WHITE else KANJI[kind]
    return ("v" if piece & WHITE else " ") + name


def _letter_cell(piece: int) -> str:
    if piece == 0:
        return "  ."
    text = letters_of(piece & 15)
    return f"{text.lower() if piece & WHITE else text:>3}"


def _hand_line(name: str, hand: NDArray[np.uint8], to_move: bool, with_letters: bool) -> str:
    held = []
    for kind in range(HAND_KINDS, 0, -1):
        number = int(hand[kind - 1])
        if number:
            held.append((letters_of(kind) if with_letters else KANJI[kind]) + (str(number) if number > 1 else ""))
    return f"{name} in hand: {' '.join(held) or 'nothing'}{' (to move)' if to_move else ''}"
