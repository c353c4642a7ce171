"""How boards are painted: what all of them share. Each game has a painter of its own."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.terminal.table.canvas import Canvas, Look, style
from tengen.terminal.table.places import Opinion, Place, Square

CURSOR = "#00b7ff"
PICKED = "#57c84d"
TARGET = "#3f8f3a"
RANKS = ("#1f9e89", "#2f7ebc", "#6a62b8", "#8b5fa0", "#8a6d5b")
"""Behind the moves that a search likes, the best first."""
INK = "#ffffff"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What is to be seen."""

    state: State
    last: tuple[Square, ...] = ()
    """The squares of the last move, where it ended first."""
    flipped: bool = False
    cursor: Place | None = None
    picked: Place | None = None
    targets: frozenset[Square] = frozenset()
    opinions: tuple[Opinion, ...] = ()
    """The best first."""
    area: NDArray[np.float32] | None = None
    """Whose each point [H, W] will be, + for player 0."""
    path: tuple[Square, ...] = ()
    """Squares that a walker is expected on."""
    marks: dict[Square, int] = field(default_factory=dict)
    """The place of each square in `opinions`."""


def shortly(visits: int) -> str:
    """A count in at most four characters."""
    if visits < 1000:
        return str(visits)
    if visits < 9950:
        return f"{visits / 1000:.1f}k"
    if visits < 999_500:
        return f"{visits / 1000:.0f}k"
    return f"{visits / 1e6:.0f}M"


class Painter(ABC):
    """Paints the squares of one game in cells of one of several sizes, the largest that has room."""

    rows: int
    columns: int
    sizes: Sequence[tuple[int, int]]
    """Columns and lines of a cell, the largest first."""
    left, right, top, bottom = 3, 3, 1, 1
    """What is around the squares: coordinates, hands."""

    def __init__(self, game: RecordGame, look: Look) -> None:
        self.game = game
        self.look = look

    # Geometry

    def cell_for(self, width: int, height: int) -> tuple[int, int]:
        """The largest cell with which the board fits, or the smallest."""
        for cell in self.sizes:
            columns, lines = self.extent(cell)
            if columns <= width and lines <= height:
                return cell
        return self.sizes[-1]

    def extent(self, cell: tuple[int, int]) -> tuple[int, int]:
        """Columns and lines of the whole board."""
        return (
            self.left + cell[0] * self.columns + self.right,
            self.top + cell[1] * self.rows + self.bottom,
        )

    def turned(self, square: Square, flipped: bool) -> Square:
        """A square as the one who looks counts it, from his top left; and back."""
        if not flipped:
            return square
        return Square(self.rows - 1 - square.row, self.columns - 1 - square.column)

    def corner(self, square: Square, cell: tuple[int, int], flipped: bool) -> tuple[int, int]:
        """The column and line at which a square begins."""
        seen = self.turned(square, flipped)
        return self.left + seen.column * cell[0], self.top + seen.row * cell[1]

    def place_at(self, x: int, y: int, cell: tuple[int, int], scene: Scene) -> Place | None:
        """What is at a column and a line."""
        column, row = (x - self.left) // cell[0], (y - self.top) // cell[1]
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return self.turned(Square(row, column), scene.flipped)

    def beside(self, place: Place, right: int, down: int, scene: Scene) -> Place:
        """The place to which an arrow key leads."""
        assert isinstance(place, Square)
        seen = self.turned(place, scene.flipped)
        row = min(max(seen.row + down, 0), self.rows - 1)
        column = min(max(seen.column + right, 0), self.columns - 1)
        return self.turned(Square(row, column), scene.flipped)

    def middle(self) -> Place:
        """Where a cursor begins."""
        return Square(self.rows // 2, self.columns // 2)

    # Painting

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        """The board."""
        width, height = self.extent(cell)
        canvas = Canvas(width, height)
        self.surround(canvas, scene, cell)
        for row in range(self.rows):
            for column in range(self.columns):
                square = Square(row, column)
                x, y = self.corner(square, cell, scene.flipped)
                self.paint_square(canvas, scene, square, x, y, cell)
        return canvas

    @abstractmethod
    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        """Paints one square whose first character is at (x, y)."""

    def labels(self) -> tuple[list[str], list[str]]:
        """The names of columns and rows as player 0 sees them; empty for none."""
        return [], []

    def surround(self, canvas: Canvas, scene: Scene, cell: tuple[int, int]) -> None:
        """Paints the coordinates."""
        columns, rows = self.labels()
        look = style(dim=True)
        if scene.flipped:
            columns, rows = columns[::-1], rows[::-1]
        for place, name in enumerate(columns):
            x = self.left + place * cell[0] + self.label_at(cell)
            for y in (self.top - 1, canvas.height - self.bottom):
                if (y == self.top - 1 and self.top) or (y == canvas.height - self.bottom and self.bottom):
                    canvas.put(x, y, name, look)
        for place, name in enumerate(rows):
            y = self.top + place * cell[1] + (cell[1] - 1) // 2
            canvas.put(self.left - 1 - len(name), y, name, look)
            if self.right >= 3:
                canvas.put(canvas.width - self.right + 1, y, name, look)

    def label_at(self, cell: tuple[int, int]) -> int:
        """The column of a cell above which its letter stands."""
        return (cell[0] - 1) // 2

    def paper(self, ink: str | None, ground: str | None, *, bold: bool = False, marked: bool = False) -> Style:
        """A style in colour; without colours what is `marked` is reversed."""
        if self.look.colours:
            return style(ink, ground, bold=bold)
        return style(bold=bold, reverse=marked)

    def ranked(self, rank: int) -> Style:
        """How the candidate of this rank is written, the best being 0."""
        return self.paper(INK, RANKS[min(rank, len(RANKS) - 1)], bold=rank == 0, marked=rank == 0)

    def brackets(self, canvas: Canvas, x: int, y: int, cell: tuple[int, int], ink: str, ground: str | None) -> None:
        """Corners around a cell: the cursor."""
        look = self.paper(ink, ground, bold=True, marked=not self.look.unicode)
        signs = "▛▜▙▟" if self.look.unicode else "[][]"
        width, height = cell
        if height == 1:
            canvas.put(x, y, "▌" if self.look.unicode else "[", look)
            canvas.put(x + width - 1, y, "▐" if self.look.unicode else "]", look)
            return
        canvas.put(x, y, signs[0], look)
        canvas.put(x + width - 1, y, signs[1], look)
        canvas.put(x, y + height - 1, signs[2], look)
        canvas.put(x + width - 1, y + height - 1, signs[3], look)

    def percent(self, opinion: Opinion) -> str:
        """The value of a move as a chance to win, or as a return for one player."""
        if self.game.num_players == 1:
            return f"{opinion.value:+.2f}"
        return f"{50 + 50 * opinion.value:.0f}%"
