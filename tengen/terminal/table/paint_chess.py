"""Chess on coloured squares."""

from typing import TYPE_CHECKING

from tengen.terminal import figures
from tengen.terminal.table.canvas import Canvas, Look, in_halves, mixed, style
from tengen.terminal.table.painter import CURSOR, INK, PICKED, RANKS, TARGET, Painter, Scene, shortly
from tengen.terminal.table.places import Square

if TYPE_CHECKING:
    from tengen.games.chess import Chess

PIXELS = (
    (),
    ("........", "...##...", "..####..", "..####..", "...##...", "..####..", ".######.", "........"),
    ("...#.#..", "..####..", ".##.###.", "#######.", "##..###.", "...####.", "..#####.", ".######."),
    ("...##...", "..##.#..", "..#.##..", "..####..", "...##...", "..####..", ".######.", "........"),
    (".#.##.#.", ".######.", ".######.", "..####..", "..####..", "..####..", ".######.", "........"),
    ("#..##..#", "#..##..#", "##.##.##", "########", ".######.", "..####..", ".######.", "........"),
    ("...##...", ".######.", "...##...", "##.##.##", "########", ".######.", "..####..", ".######."),
)
"""Pieces by number on squares that are large enough, pixel by pixel."""


class ChessPainter(Painter):
    """Figures in the middle of their squares, and below them what a search thinks of a move that ends there."""

    sizes = ((10, 5), (8, 4), (6, 3), (4, 2), (3, 1))
    rows = columns = 8

    def __init__(self, game: "Chess", look: Look) -> None:
        super().__init__(game, look)
        self.chess = game

    def labels(self) -> tuple[list[str], list[str]]:
        return list("abcdefgh"), [str(8 - row) for row in range(8)]

    def label_at(self, cell: tuple[int, int]) -> int:
        return cell[0] // 2 if cell[0] != 4 else 1

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        game, state = self.chess, scene.state
        self._board = game.board(state)
        mover = game.player(state) if not game.is_over(state) else int(game.returns(state)[0] > 0)  # who is mated
        self._checked = 6 - 12 * mover if game.in_check(state) else 0
        return super().paint(scene, cell)

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        width, height = cell
        piece = int(self._board[square.row, square.column])
        bright = (square.row + square.column) % 2 == 0
        ground = figures.LIGHT if bright else figures.DARK
        if square in scene.last:
            ground = figures.LAST_LIGHT if bright else figures.LAST_DARK
        if piece and piece == self._checked:
            ground = figures.CHECK
        if scene.picked == square:
            ground = PICKED
        best = scene.opinions[0] if scene.opinions else None
        if best is not None and best.source == square:
            ground = mixed(ground, RANKS[0], 0.5)
        canvas.fill(x, y, width, height, self.paper(INK, ground))
        ink = figures.WHITE if piece > 0 else figures.BLACK
        across, down = self.label_at(cell), (height - 1) // 2
        if self.look.colours and height >= 4 and piece:
            for line, text in enumerate(in_halves(PIXELS[abs(piece)], height)):
                canvas.put(x + (width - 8) // 2, y + line, text, style(ink, ground))
        else:
            canvas.put(x + across, y + down, self._figure(piece), self.paper(ink, ground, bold=True))
        if not self.look.colours:
            self._plain_marks(canvas, scene, square, x, y, cell)
        rank = scene.marks.get(square)
        if rank is not None:
            self._opinion(canvas, scene, rank, x, y, cell)
        elif square in scene.targets:
            sign = "•" if self.look.unicode else "*"
            if height > 1:
                canvas.put(x + across, y + height - 1, sign, self.paper(TARGET, ground, bold=True))
            else:
                canvas.put(x + width - 1, y, sign, self.paper(TARGET, ground, bold=True))
        if scene.cursor == square:
            self.brackets(canvas, x, y, cell, CURSOR, ground)

    def _figure(self, piece: int) -> str:
        if piece == 0:
            return " " if self.look.colours else "·" if self.look.unicode else "."
        if not self.look.unicode:
            return figures.LETTERS[piece] if piece > 0 else figures.LETTERS[-piece].lower()
        if self.look.colours:
            return figures.FIGURES[abs(piece)]
        return figures.OUTLINES[piece] if piece > 0 else figures.FIGURES[-piece].removesuffix("\ufe0e")

    def _plain_marks(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        across, down = self.label_at(cell), (cell[1] - 1) // 2
        if square in scene.last or scene.picked == square:
            left, right = "{}" if scene.picked == square else "()"
            canvas.put(x + across - 1, y + down, left, style(bold=True))
            canvas.put(x + across + 1, y + down, right, style(bold=True))

    def _opinion(self, canvas: Canvas, scene: Scene, rank: int, x: int, y: int, cell: tuple[int, int]) -> None:
        opinion = scene.opinions[rank]
        width, height = cell
        look = self.ranked(rank)
        chance = self.percent(opinion)
        if height == 1:
            canvas.put(x + width - 1, y, str(rank + 1), look)
        elif height == 2:
            canvas.put(x, y + 1, chance.center(width), look)
        else:
            canvas.put(x, y + height - 1, f"{chance} {shortly(opinion.visits)}"[:width].center(width), look)
