"""Diagrams of games on boards: Go, chess, shogi, tic-tac-toe."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tengen.games.rules import State
from tengen.terminal.boards import LETTERS as GO_LETTERS
from tengen.terminal.boards import star_points
from tengen.terminal.diagrams.shapes import SQUARE, Circle, Diagram, Outline, Paint, Polygon, Rectangle, glyph
from tengen.terminal.figures import KANJI, Square

if TYPE_CHECKING:
    from tengen.games.chess import Chess
    from tengen.games.go import Go
    from tengen.games.shogi import Shogi

HALF = SQUARE / 2

WOOD, WOOD_LINE, WOOD_TEXT = "#e3bb6d", "#5b4520", "#5b4520"
LIGHT, DARK, CHESS_FRAME, CHESS_TEXT = "#f0dcbb", "#b58863", "#fbf7f0", "#7a5a3c"
LAST_LIGHT, LAST_DARK, CHECK = "#e9dc7c", "#c9b24a", "#d9593d"
INK, PAPER = "#1d1b19", "#ffffff"
PIECE, PIECE_EDGE, RED = "#f7e3b0", "#7a5c26", "#b3201a"
LAST_WOOD = "#f0905a"
PAGE, GRID = "#fbfaf7", "#8a8578"
CROSS, NOUGHT, LAST_CELL = "#2f6690", "#c8553d", "#f3ead2"

CHESS_NAMES = ("", "P", "N", "B", "R", "Q", "K")


def draw_go(game: "Go", state: State, marked: Collection[Square], *, flipped: bool, coordinates: bool) -> Diagram:
    """A board of wood with its star points; the last stone has a ring."""
    size, board = game.size, game.board(state)
    margin = (1.0 if coordinates else 0.3) * SQUARE
    side = 2 * margin + size * SQUARE
    diagram = Diagram(side, side, _title(game.text, state, game.position_to_text(state)), WOOD)
    line = Paint(edge=WOOD_LINE, width=3.0)

    def at(row: int, column: int) -> tuple[float, float]:
        if flipped:
            row, column = size - 1 - row, size - 1 - column
        return margin + HALF + column * SQUARE, margin + HALF + row * SQUARE

    low, high = margin + HALF, side - margin - HALF
    for place in range(size):
        along = low + place * SQUARE
        diagram.add(Polygon(((low, along), (high, along)), line, closed=False))
        diagram.add(Polygon(((along, low), (along, high)), line, closed=False))
    if size > 1:
        frame = Paint(edge=WOOD_LINE, width=5.0)
        diagram.add(Rectangle(low, low, high - low, high - low, frame))
    for row, column in sorted(star_points(size)):
        diagram.add(Circle(*at(row, column), 0.11 * SQUARE, Paint(WOOD_LINE)))
    for row, column in np.argwhere(board > 0).tolist():
        _stone(diagram, *at(row, column), int(board[row, column]), marked=(row, column) in marked)
    if coordinates:
        for place in range(size):
            x, y = at(place, place)
            for edge in (margin * 0.42, side - margin * 0.42):
                diagram.write(GO_LETTERS[place], x, edge, 0.3 * SQUARE, WOOD_TEXT)
                diagram.write(str(size - place), edge, y, 0.3 * SQUARE, WOOD_TEXT)
    return diagram


def _stone(diagram: Diagram, x: float, y: float, colour: int, *, marked: bool) -> None:
    radius = 0.47 * SQUARE
    diagram.add(Circle(x + 3, y + 4, radius, Paint("#000000", opacity=0.22)))
    if colour == 1:
        diagram.add(Circle(x, y, radius, Paint(INK, INK, 1.5)))
        diagram.add(Circle(x - 0.16 * SQUARE, y - 0.18 * SQUARE, 0.12 * SQUARE, Paint(PAPER, opacity=0.13)))
    else:
        diagram.add(Circle(x, y, radius, Paint("#fbfaf6", "#6d675c", 2.5)))
    if marked:
        diagram.add(Circle(x, y, 0.24 * SQUARE, Paint(edge=PAPER if colour == 1 else INK, width=6.0)))


def draw_chess(game: "Chess", state: State, marked: Collection[Square], *, flipped: bool, coordinates: bool) -> Diagram:
    """The board with the squares of the last move tinted, and the king's where it is in check."""
    board = game.board(state)
    margin = (0.5 if coordinates else 0.0) * SQUARE
    side = 2 * margin + 8 * SQUARE
    diagram = Diagram(side, side, _title(game.text, state, game.position_to_text(state)), CHESS_FRAME)
    mover = game.player(state) if not game.is_over(state) else int(game.returns(state)[0] > 0)
    checked = 6 - 12 * mover if game.in_check(state) else 0
    for row in range(8):
        for column in range(8):
            piece = int(board[row, column])
            bright = (row + column) % 2 == 0
            ground = LIGHT if bright else DARK
            if (row, column) in marked:
                ground = LAST_LIGHT if bright else LAST_DARK
            if checked and piece == checked:
                ground = CHECK
            shown = (7 - row, 7 - column) if flipped else (row, column)
            x, y = margin + shown[1] * SQUARE, margin + shown[0] * SQUARE
            diagram.add(Rectangle(x, y, SQUARE, SQUARE, Paint(ground)))
            if piece:
                _figure(diagram, piece, x, y)
    if coordinates:
        diagram.add(Rectangle(margin, margin, 8 * SQUARE, 8 * SQUARE, Paint(edge=CHESS_TEXT, width=2.5)))
        for place in range(8):
            along = margin + HALF + place * SQUARE
            shown_place = 7 - place if flipped else place
            for edge in (margin * 0.5, side - margin * 0.5):
                diagram.write("abcdefgh"[shown_place], along, edge, 0.22 * SQUARE, CHESS_TEXT)
                diagram.write(str(8 - shown_place), edge, along, 0.22 * SQUARE, CHESS_TEXT)
    return diagram


def _figure(diagram: Diagram, piece: int, x: float, y: float) -> None:
    """A piece in the square whose top left corner is (x, y): its body, then its lines."""
    side = "white" if piece > 0 else "black"
    name = f"{side} {CHESS_NAMES[abs(piece)]}"
    left, _, right, bottom = glyph(name).box
    tallest = glyph("white K").box
    scale = 0.8 * SQUARE / (tallest[3] - tallest[1])
    where = x + HALF - scale * (left + right) / 2, y + 0.9 * SQUARE - scale * bottom
    body = PAPER if piece > 0 else "#f3e9da"
    diagram.add(Outline(f"{name} body", *where, scale, Paint(body, body, 14.0)))
    diagram.add(Outline(name, *where, scale, Paint(INK, INK, 6.0)))


def draw_shogi(game: "Shogi", state: State, marked: Collection[Square], *, flipped: bool, coordinates: bool) -> Diagram:
    """The board between both hands; who sits above has its pieces upside down."""
    board, hands = game.board(state), game.hands(state)
    edge = (0.6 if coordinates else 0.2) * SQUARE
    stand = 1.3 * SQUARE
    width, height = 2 * stand + 2 * edge + 9 * SQUARE, 2 * edge + 9 * SQUARE
    diagram = Diagram(width, height, _title(game.text, state, game.position_to_text(state)), PAGE)
    left, top = stand + edge, edge
    diagram.add(Rectangle(stand, 0, 9 * SQUARE + 2 * edge, height, Paint(WOOD)))
    for row, column in sorted(marked):
        shown = (8 - row, 8 - column) if flipped else (row, column)
        diagram.add(Rectangle(left + shown[1] * SQUARE, top + shown[0] * SQUARE, SQUARE, SQUARE, Paint(LAST_WOOD)))
    thin = Paint(edge=WOOD_LINE, width=2.5)
    for place in range(1, 9):
        x, y = left + place * SQUARE, top + place * SQUARE
        diagram.add(Polygon(((left, y), (left + 9 * SQUARE, y)), thin, closed=False))
        diagram.add(Polygon(((x, top), (x, top + 9 * SQUARE)), thin, closed=False))
    diagram.add(Rectangle(left, top, 9 * SQUARE, 9 * SQUARE, Paint(edge=WOOD_LINE, width=5.0)))
    for row in (3, 6):
        for column in (3, 6):
            diagram.add(Circle(left + column * SQUARE, top + row * SQUARE, 0.06 * SQUARE, Paint(WOOD_LINE)))
    for row, column in np.argwhere(board != 0).tolist():
        piece = int(board[row, column])
        shown = (8 - row, 8 - column) if flipped else (row, column)
        x, y = left + (shown[1] + 0.5) * SQUARE, top + (shown[0] + 0.5) * SQUARE
        _koma(diagram, abs(piece), x, y, turned=(piece < 0) != flipped)
    if coordinates:
        for place in range(9):
            shown_place = 8 - place if flipped else place
            along = HALF + place * SQUARE
            diagram.write(str(9 - shown_place), left + along, edge * 0.5, 0.24 * SQUARE, WOOD_TEXT)
            rank = "一二三四五六七八九"[shown_place]
            # centred by eye: kanji numerals differ in height
            diagram.add(_kanji(rank, left + 9 * SQUARE + edge * 0.5, top + along, 0.3 * SQUARE, WOOD_TEXT))
    mine, theirs = (1, 0) if flipped else (0, 1)
    _hand(diagram, hands[mine], width - stand / 2, height - 0.7 * SQUARE, turned=False)
    _hand(diagram, hands[theirs], stand / 2, 0.7 * SQUARE, turned=True)
    return diagram


def _hand(diagram: Diagram, held: NDArray[np.int64], x: float, y: float, *, turned: bool) -> None:
    """A stand of pieces, from (x, y) towards the middle of the board's side; the number stands beside each."""
    step = 1.12 * SQUARE * (1 if turned else -1)
    for kind in range(7, 0, -1):
        count = int(held[kind - 1])
        if not count:
            continue
        aside = 0.24 * SQUARE if count > 1 else 0.0
        sign = 1 if turned else -1
        _koma(diagram, kind, x + sign * aside, y, turned=turned)
        if count > 1:
            diagram.write(str(count), x - sign * 0.38 * SQUARE, y, 0.3 * SQUARE, INK, turned=turned)
        y += step


def _koma(diagram: Diagram, kind: int, x: float, y: float, *, turned: bool) -> None:
    """A piece around (x, y): its wedge and its name."""
    sign = -1.0 if turned else 1.0
    shape = ((0.0, -0.44), (0.27, -0.33), (0.37, 0.42), (-0.37, 0.42), (-0.27, -0.33))
    points = tuple((x + sign * dx * SQUARE, y + sign * dy * SQUARE) for dx, dy in shape)
    diagram.add(Polygon(points, Paint(PIECE, PIECE_EDGE, 2.5)))
    colour = RED if kind > 8 else INK
    diagram.add(_kanji(KANJI[kind], x, y + sign * 0.05 * SQUARE, 0.58 * SQUARE, colour, turned=turned, width=9.0))


def _kanji(
    sign: str, x: float, y: float, size: float, colour: str, *, turned: bool = False, width: float = 0.0
) -> Outline:
    """A kanji with its square of `size` centred on (x, y)."""
    name = f"kanji {sign}"
    left, top, right, bottom = glyph(name).box
    scale = size / 1000.0
    way = -1.0 if turned else 1.0
    where = x - way * scale * (left + right) / 2, y - way * scale * (top + bottom) / 2
    return Outline(name, *where, scale, Paint(colour, colour if width else "", width), turned)


def draw_tictactoe(
    text: str, rows: list[str], marked: Collection[Square], *, flipped: bool, coordinates: bool
) -> Diagram:
    """Crosses and noughts; `rows` are the position's, from the top."""
    margin = (0.5 if coordinates else 0.15) * SQUARE
    size = len(rows)
    side = 2 * margin + size * SQUARE
    diagram = Diagram(side, side, f"{text}: {'/'.join(rows)}", PAGE)

    def shown(row: int, column: int) -> tuple[int, int]:
        return (size - 1 - row, size - 1 - column) if flipped else (row, column)

    for row, column in sorted(marked):
        across, down = shown(row, column)[1], shown(row, column)[0]
        diagram.add(Rectangle(margin + across * SQUARE, margin + down * SQUARE, SQUARE, SQUARE, Paint(LAST_CELL)))
    line = Paint(edge=GRID, width=4.0)
    for place in range(1, size):
        along = margin + place * SQUARE
        diagram.add(Polygon(((margin, along), (side - margin, along)), line, closed=False))
        diagram.add(Polygon(((along, margin), (along, side - margin)), line, closed=False))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            down, across = shown(row, column)
            x, y = margin + (across + 0.5) * SQUARE, margin + (down + 0.5) * SQUARE
            reach = 0.27 * SQUARE
            if cell == "X":
                paint = Paint(edge=CROSS, width=12.0)
                diagram.add(Polygon(((x - reach, y - reach), (x + reach, y + reach)), paint, closed=False))
                diagram.add(Polygon(((x - reach, y + reach), (x + reach, y - reach)), paint, closed=False))
            elif cell == "O":
                diagram.add(Circle(x, y, 0.29 * SQUARE, Paint(edge=NOUGHT, width=12.0)))
    if coordinates:
        for place in range(size):
            along = margin + (place + 0.5) * SQUARE
            name = size - 1 - place if flipped else place
            diagram.write("abc"[name], along, side - margin * 0.45, 0.17 * SQUARE, GRID)
            diagram.write(str(size - name), margin * 0.45, along, 0.17 * SQUARE, GRID)
    return diagram


def _title(game: str, state: State, position: str) -> str:
    return f"{game}: {position}"
