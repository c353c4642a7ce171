"""Boards of chess and shogi for a terminal: squares in colour, or plain text for one that has none."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from tengen.games.game import Game
from tengen.games.rules import State

if TYPE_CHECKING:
    from tengen.games.chess import Chess
    from tengen.games.shogi import Shogi

Square = tuple[int, int]
"""(row, column) from the top left as player 0 sees the board."""

FIGURES = ("", "♟\ufe0e", "♞", "♝", "♜", "♛", "♚")
"""Chess pieces by number, solid for both sides: the colour tells them apart."""
OUTLINES = ("", "♙", "♘", "♗", "♖", "♕", "♔")
LETTERS = " PNBRQK"

KANJI = ("", "歩", "香", "桂", "銀", "金", "角", "飛", "玉", "と", "杏", "圭", "全", "", "馬", "龍")
"""Shogi pieces by number."""
SHOGI_LETTERS = ("", "P", "L", "N", "S", "G", "B", "R", "K", "+P", "+L", "+N", "+S", "", "+B", "+R")

LIGHT, DARK = "#9fb4c7", "#64829b"
LAST_LIGHT, LAST_DARK = "#c9bd5d", "#a89a38"
CHECK = "#b8402f"
WHITE, BLACK = "#ffffff", "#101010"

WOOD, LAST_WOOD = "#d9b36c", "#e8804a"
PROMOTED = ("#a80f0f", "#ffd9d0")
"""Promoted pieces of Black and White."""
EMPTY = "#9a7a3f"


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown on one square."""

    text: str
    style: str


def squares_of(game: Game, before: State, action: int) -> list[Square]:
    """The squares that a move leaves and reaches; the first is where it ends."""
    text = game.action_to_text(before, action)
    if game.name == "chess":
        return [(8 - int(text[at + 1]), ord(text[at]) - ord("a")) for at in (2, 0)]
    if game.name == "shogi" and text != "win":
        names = [text[2:4]] if text[1] == "*" else [text[2:4], text[:2]]
        return [(ord(name[1]) - ord("a"), 9 - int(name[0])) for name in names]
    return []


def draw_chess(
    game: "Chess", state: State, marked: Collection[Square], *, flipped: bool = False, colours: bool, letters: bool
) -> Text:
    """The board with coordinates; `marked` are the squares of the last move, `letters` stand for figures."""
    board = game.board(state)
    mover = game.player(state) if not game.is_over(state) else int(game.returns(state)[0] > 0)  # who is mated
    king = 6 - 12 * mover
    checked = game.in_check(state)
    rows = []
    for row in range(8):
        cells = []
        for column in range(8):
            piece = int(board[row, column])
            shown = _chess_piece(piece, colours=colours, letters=letters)
            if not colours:
                text = f"({shown})" if (row, column) in marked else f" {shown} "
                cells.append(Cell(text, ""))
                continue
            bright = (row + column) % 2 == 0
            ground = LIGHT if bright else DARK
            if (row, column) in marked:
                ground = LAST_LIGHT if bright else LAST_DARK
            if checked and piece == king:
                ground = CHECK
            cells.append(Cell(f" {shown} ", f"bold {WHITE if piece > 0 else BLACK} on {ground}"))
        rows.append(cells)
    files = [f" {letter} " for letter in "abcdefgh"]
    return _grid(rows, files, [str(8 - row) for row in range(8)], flipped=flipped)


def _chess_piece(piece: int, *, colours: bool, letters: bool) -> str:
    if piece == 0:
        return " " if colours else "." if letters else "·"
    if letters:
        return LETTERS[piece] if piece > 0 else LETTERS[-piece].lower()
    if colours:
        return FIGURES[abs(piece)]
    return OUTLINES[piece] if piece > 0 else FIGURES[-piece].removesuffix("\ufe0e")


def draw_shogi(
    game: "Shogi", state: State, marked: Collection[Square], *, flipped: bool = False, colours: bool, letters: bool
) -> Text:
    """The board between both hands, the one of whoever sits above first."""
    board = game.board(state)
    names = SHOGI_LETTERS if letters else KANJI
    width = 3 if letters else 4
    rows = []
    for row in range(9):
        cells = []
        for column in range(9):
            piece = int(board[row, column])
            away = piece != 0 and (piece < 0) != flipped
            shown = names[abs(piece)] if piece else "." if letters else "・"
            if letters:
                shown = shown.lower() if piece < 0 else shown
                text = f"{shown:>2}"
            else:
                text = ("v" if away else " ") + shown
            mark = "*" if not colours and (row, column) in marked else " "
            ground = LAST_WOOD if (row, column) in marked else WOOD
            style = f"bold {_shogi_colour(piece)} on {ground}" if colours else ""
            cells.append(Cell(text + mark, style))
        rows.append(cells)
    if letters:
        columns = [f" {9 - column}".ljust(width) for column in range(9)]
        ranks = list("abcdefghi")
    else:
        columns = [" " + "９８７６５４３２１"[column] + " " for column in range(9)]
        ranks = list("一二三四五六七八九")
    grid = _grid(rows, columns, ranks, flipped=flipped, left=False)
    hands = [_hand(game, state, player, names) for player in (0, 1)]
    above, below = (hands[0], hands[1]) if flipped else (hands[1], hands[0])
    return Text("\n", no_wrap=True).join([above, grid, below])


def _shogi_colour(piece: int) -> str:
    if piece == 0:
        return EMPTY
    if abs(piece) > 8:
        return PROMOTED[piece < 0]
    return BLACK if piece > 0 else WHITE


def _hand(game: "Shogi", state: State, player: int, names: tuple[str, ...]) -> Text:
    held = game.hands(state)[player]
    words = [
        names[kind] + (str(held[kind - 1]) if held[kind - 1] > 1 else "") for kind in range(7, 0, -1) if held[kind - 1]
    ]
    return Text(f"{game.player_names[player]} in hand: {' '.join(words) or 'nothing'}")


def _grid(rows: list[list[Cell]], columns: list[str], ranks: list[str], *, flipped: bool, left: bool = True) -> Text:
    """Squares with their coordinates around them, seen from the other side if `flipped`."""
    if flipped:
        rows = [row[::-1] for row in rows[::-1]]
        columns, ranks = columns[::-1], ranks[::-1]
    margin = " " * (cell_len(ranks[0]) + 1) if left else ""
    text = Text(no_wrap=True)
    text.append(margin + "".join(columns), style="dim")
    for rank, row in zip(ranks, rows, strict=True):
        text.append("\n")
        if left:
            text.append(rank + " ", style="dim")
        for cell in row:
            text.append(cell.text, style=cell.style or None)
        text.append(" " + rank, style="dim")
    if left:
        text.append("\n").append(margin + "".join(columns), style="dim")
    return text
