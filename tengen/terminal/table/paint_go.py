"""Go on wood: round stones, star points, the owners of points in shades."""

from typing import TYPE_CHECKING

from tengen.terminal.boards import LAST, LETTERS, LINE, STONES, WOOD, star_points
from tengen.terminal.table.canvas import Canvas, Look, disc, mixed, style
from tengen.terminal.table.painter import CURSOR, INK, RANKS, Painter, Scene, shortly
from tengen.terminal.table.places import Square

if TYPE_CHECKING:
    from tengen.games.go import Go

CERTAIN = 0.3
"""An owner is shown from this much certainty on."""


class GoPainter(Painter):
    """Points as cells; the lines run through their middles."""

    sizes = ((8, 4), (6, 3), (4, 2), (2, 1))

    def __init__(self, game: "Go", look: Look) -> None:
        super().__init__(game, look)
        self.go = game
        self.rows = self.columns = game.size
        self.stars = {Square(row, column) for row, column in star_points(game.size)}

    def labels(self) -> tuple[list[str], list[str]]:
        size = self.rows
        return list(LETTERS[:size]), [str(size - row) for row in range(size)]

    def label_at(self, cell: tuple[int, int]) -> int:
        return 0 if cell[0] == 2 else (cell[0] - 1) // 2

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        self._board = self.go.board(scene.state)
        return super().paint(scene, cell)

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        stone = int(self._board[square.row, square.column])
        owner = 0.0 if scene.area is None else float(scene.area[square.row, square.column])
        ground = WOOD
        if abs(owner) >= CERTAIN:
            ground = mixed(WOOD, "#1c1208" if owner > 0 else "#ffffff", 0.65 * abs(owner))
        self._lines(canvas, square, x, y, cell, ground)
        rank = scene.marks.get(square)
        if stone:
            self._stone(canvas, stone, x, y, cell, ground, last=scene.last[:1] == (square,))
            if abs(owner) >= CERTAIN and (owner > 0) != (stone == 1) and scene.last[:1] != (square,):
                self._dead(canvas, stone, x, y, cell)
        elif rank is not None:
            self._opinion(canvas, scene, rank, x, y, cell, ground)
        elif abs(owner) >= CERTAIN and not self.look.colours:
            canvas.put(x + self.label_at(cell), y + (cell[1] - 1) // 2, "x" if owner > 0 else "o", style())
        if scene.cursor == square:
            if cell == (2, 1):
                sign = ("●" if self.look.unicode else "XO"[stone - 1]) if stone and self.look.colours else ""
                sign = sign or ("XO"[stone - 1] if stone else "┼" if self.look.unicode else "+")
                ink = STONES[stone] if stone else INK
                canvas.put(x, y, sign, self.paper(ink, CURSOR, bold=True, marked=True))
            else:
                self.brackets(canvas, x, y, cell, CURSOR, ground)

    def _lines(self, canvas: Canvas, square: Square, x: int, y: int, cell: tuple[int, int], ground: str) -> None:
        width, height = cell
        look = self.paper(LINE, ground)
        canvas.fill(x, y, width, height, look)
        across, down = self.label_at(cell), (height - 1) // 2
        size = self.rows
        line, upright = ("─", "│") if self.look.unicode else ("-", "|")
        if square.column > 0:
            canvas.put(x, y + down, line * across, look)
        if square.column < size - 1:
            canvas.put(x + across + 1, y + down, line * (width - 1 - across), look)
        for each in range(height):
            if (each < down and square.row > 0) or (each > down and square.row < size - 1):
                canvas.put(x + across, y + each, upright, look)
        canvas.put(x + across, y + down, self._crossing(square), look)

    def _crossing(self, square: Square) -> str:
        if square in self.stars:
            return "•" if self.look.unicode else "*"
        if not self.look.unicode:
            return "+"
        size = self.rows
        if size == 1:
            return "·"
        vertical = 0 if square.row == 0 else 2 if square.row == size - 1 else 1
        horizontal = 0 if square.column == 0 else 2 if square.column == size - 1 else 1
        return ("┌┬┐", "├┼┤", "└┴┘")[vertical][horizontal]

    def _stone(
        self, canvas: Canvas, stone: int, x: int, y: int, cell: tuple[int, int], ground: str, *, last: bool
    ) -> None:
        width, height = cell
        across, down = self.label_at(cell), (height - 1) // 2
        if not self.look.colours:
            letter = "XO"[stone - 1]
            canvas.put(x + across, y + down, letter, style(bold=True, reverse=last))
            if width > 2:
                canvas.put(x + across - 1, y + down, "(" if last else " ", style())
                canvas.put(x + across + 1, y + down, ")" if last else " ", style())
            return
        if cell == (2, 1):
            canvas.put(x, y, "●", style(STONES[stone], LAST if last else ground))
            return
        self._disc(canvas, x, y, cell, STONES[stone], ground)
        if last:
            mark = style(LAST, STONES[stone])
            if height % 2:
                canvas.put(x + across, y + down, "█", mark)
            else:
                canvas.put(x + width // 2 - 1, y + down, "▗▖" if height == 2 else "▄▄", mark)
                canvas.put(x + width // 2 - 1, y + down + 1, "▝▘" if height == 2 else "▀▀", mark)

    def _disc(self, canvas: Canvas, x: int, y: int, cell: tuple[int, int], ink: str, ground: str) -> None:
        """A stone; the lines go on where it leaves whole characters free."""
        width, height = cell
        for line, text in enumerate(disc(width - height % 2, height)):  # so the middle of odd cells is on their lines
            for place, sign in enumerate(text):
                if sign != " ":
                    canvas.put(x + place, y + line, sign, style(ink, ground))

    def _dead(self, canvas: Canvas, stone: int, x: int, y: int, cell: tuple[int, int]) -> None:
        """Marks a stone on a point that will be the other side's."""
        if cell == (2, 1) or not self.look.colours:
            return
        canvas.put(x + self.label_at(cell), y + (cell[1] - 1) // 2, "×", style(STONES[3 - stone], STONES[stone]))

    def _opinion(
        self, canvas: Canvas, scene: Scene, rank: int, x: int, y: int, cell: tuple[int, int], ground: str
    ) -> None:
        opinion = scene.opinions[rank]
        colour = RANKS[min(rank, len(RANKS) - 1)]
        width, height = cell
        chance = self.percent(opinion)
        look = self.paper(INK, colour, bold=rank == 0, marked=rank == 0)
        if height == 1:
            canvas.put(x, y, f"{min(99, round(50 + 50 * opinion.value)):2d}", look)
            return
        if self.look.colours and height > 2:
            self._disc(canvas, x, y, cell, colour, ground)
        top = (height - 2) // 2
        canvas.put(x, y + top, chance.center(width), look)
        canvas.put(x, y + top + 1, shortly(opinion.visits).center(width), look)
