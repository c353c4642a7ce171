"""Games whose moves are the points of a grid, such as tic-tac-toe; and the gridworld with its robot."""

from typing import TYPE_CHECKING

from rich.style import Style

from tengen.games.game import RecordGame
from tengen.terminal.pictures import ROBOT, Colour, square_colour
from tengen.terminal.table.canvas import Canvas, Look, disc, mixed, style
from tengen.terminal.table.painter import CURSOR, INK, RANKS, Painter, Scene, shortly
from tengen.terminal.table.places import Place, Square

if TYPE_CHECKING:
    from tengen.games.gridworld import Gridworld

SYMBOLS = {"X": "#4fc3f7", "O": "#ffb74d"}
PAPER = "#22262e"
LINES = "#6b7280"


class GridPainter(Painter):
    """Large signs between lines."""

    sizes = ((14, 7), (10, 5), (6, 3), (4, 2), (2, 1))

    def __init__(self, game: RecordGame, look: Look) -> None:
        super().__init__(game, look)
        _, self.rows, self.columns = game.observation_shape

    def labels(self) -> tuple[list[str], list[str]]:
        return list("abcdefghijklmnopqrstuvwxyz"[: self.columns]), [str(self.rows - row) for row in range(self.rows)]

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        self._drawn = self.game.draw(scene.state).splitlines()
        return super().paint(scene, cell)

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        width, height = cell
        sign = self._drawn[square.row][square.column]
        ground = mixed(PAPER, "#6b5a1e", 0.6) if square in scene.last else PAPER
        canvas.fill(x, y, width, height, self.paper(INK, ground))
        self._edges(canvas, square, x, y, cell)
        rank = scene.marks.get(square)
        if sign != ".":
            marked = square in scene.last
            self._sign(canvas, sign, x, y, cell, self.paper(SYMBOLS.get(sign, INK), ground, bold=True, marked=marked))
        elif rank is not None:
            opinion = scene.opinions[rank]
            look = self.ranked(rank)
            middle = y + max(0, height - 2) // 2
            room = max(1, width - 2)
            canvas.put(x, middle, self.percent(opinion)[:room].center(room), look)
            if height > 1:
                canvas.put(x, middle + 1, shortly(opinion.visits).center(room), look)
        elif height == 1:
            canvas.put(x, y, "·" if self.look.unicode else ".", self.paper(LINES, ground))
        if scene.cursor == square:
            inner = (max(2, width - (square.column + 1 < self.columns) * (width > 3)), height)
            inner = (inner[0], height - (square.row + 1 < self.rows) * (height > 2))
            self.brackets(canvas, x, y, inner, CURSOR, ground)

    def _edges(self, canvas: Canvas, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        """Lines towards the right and below, where there is room."""
        width, height = cell
        look = self.paper(LINES, PAPER)
        upright, line, cross = "│─┼" if self.look.unicode else "|-+"
        right, below = square.column + 1 < self.columns and width > 3, square.row + 1 < self.rows and height > 2
        if below:
            canvas.put(x, y + height - 1, line * width, look)
        for each in range(height):
            if right:
                canvas.put(x + width - 1, y + each, cross if below and each == height - 1 else upright, look)

    def _sign(self, canvas: Canvas, sign: str, x: int, y: int, cell: tuple[int, int], look: Style) -> None:
        width, height = cell
        shapes = _X if sign == "X" else _O if sign == "O" else {}
        if not self.look.unicode or height not in shapes:
            canvas.put(x + (width - 1) // 2, y + (height - 1) // 2, sign, look)
            return
        shape = shapes[height]
        for line, text in enumerate(shape):
            canvas.put(x + (width - 1 - len(text)) // 2, y + line, text, look)


_X = {
    3: ("╲╱", "╱╲"),
    5: ("▀▄ ▄▀", "  █  ", "▄▀ ▀▄"),
    7: ("█▄   ▄█", " ▀█▄█▀ ", "  ▄█▄  ", "▄█▀ ▀█▄", "▀     ▀"),
}
_O = {
    3: ("╭╮", "╰╯"),
    5: ("▄▀▀▀▄", "█   █", "▀▄▄▄▀"),
    7: (" ▄███▄ ", "█▀   ▀█", "█     █", "█▄   ▄█", " ▀███▀ "),
}


class WorldPainter(Painter):
    """The gridworld: what squares pay, the robot, where the search would go and what it expects there."""

    sizes = ((12, 6), (8, 4), (6, 3), (4, 2), (2, 1))
    left, right, top, bottom = 3, 0, 0, 1

    def __init__(self, game: "Gridworld", look: Look) -> None:
        super().__init__(game, look)
        self.world = game
        self.rows, self.columns = len(game.rows), len(game.rows[0])

    def labels(self) -> tuple[list[str], list[str]]:
        return [str(column + 1) for column in range(self.columns)], [str(self.rows - row) for row in range(self.rows)]

    def middle(self) -> Place:
        return Square(*self.world.place(self.world.initial_state()))

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        width, height = cell
        symbol = self.world.rows[square.row][square.column]
        colour = square_colour(self.world, symbol)
        ground = _hex(colour)
        if symbol in ".#S" and (square.row + square.column) % 2:
            ground = mixed(ground, "#000000", 0.04)
        plain = self.paper("#3a3730", ground)
        canvas.fill(x, y, width, height, plain)
        middle = y + (height - 1) // 2
        if symbol == "#" and not self.look.colours:
            for line in range(height):
                canvas.put(x, y + line, ("█" if self.look.unicode else "#") * width, style())
        elif symbol not in "#.S":
            label = f"{self.world.pay(symbol):+g}" if width >= 4 else symbol
            canvas.put(x, middle, label[:width].center(width), self.paper(INK, ground, bold=True))
        elif symbol == "S" and width >= 6:
            canvas.put(x, middle, "start".center(width), self.paper("#8a867a", ground))
        elif symbol in ".S" and not self.look.colours:
            canvas.put(x + (width - 1) // 2, middle, "·" if self.look.unicode else ".", style(dim=True))
        place = self.world.place(scene.state)
        if place == (square.row, square.column):
            self._robot(canvas, x, y, cell, ground)
            return
        if square in scene.path and symbol in ".S" and square not in scene.marks:
            canvas.put(
                x + (width - 1) // 2, middle, self._arrow(scene, square), self.paper(RANKS[0], ground, bold=True)
            )
        rank = scene.marks.get(square)
        if rank is not None:
            opinion = scene.opinions[rank]
            look = self.ranked(rank)
            arrow = ("↑→↓←" if self.look.unicode else "^>v<")[opinion.action]
            text = f"{arrow}{opinion.value:+.2f}" if width >= 6 else f"{opinion.value:+.1f}" if width >= 4 else arrow
            canvas.put(x, y + height - 1, text[:width].center(width), look)

    def _arrow(self, scene: Scene, square: Square) -> str:
        """Where the path goes on from a square."""
        place = scene.path.index(square)
        arrows = "↑→↓←" if self.look.unicode else "^>v<"
        following = scene.path[place + 1] if place + 1 < len(scene.path) else None
        if following is None:
            return "•" if self.look.unicode else "*"
        step = (following.row - square.row, following.column - square.column)
        known = {(-1, 0): 0, (0, 1): 1, (1, 0): 2, (0, -1): 3}
        return arrows[known[step]] if step in known else "*"

    def _robot(self, canvas: Canvas, x: int, y: int, cell: tuple[int, int], ground: str) -> None:
        width, height = cell
        if not self.look.colours or not self.look.unicode:
            canvas.put(x + (width - 1) // 2, y + (height - 1) // 2, "@", style(bold=True, reverse=True))
            return
        body = style(_hex(ROBOT), ground)
        if height == 1:
            canvas.put(x, y, "██", body)
            return
        for line, text in enumerate(disc(width, height)):
            canvas.put(x, y + line, text, body)
        eyes = style(INK, _hex(ROBOT), bold=True)
        canvas.put(x + width // 2 - 1, y + (height - 1) // 2, "••" if width < 8 else "● "[:1] + "●", eyes)


class TextPainter(Painter):
    """A game that nothing is known of: as it draws itself; moves are typed."""

    sizes = ((1, 1),)
    left, right, top, bottom = 1, 1, 0, 0

    def __init__(self, game: RecordGame, look: Look) -> None:
        super().__init__(game, look)
        drawn = game.draw(game.initial_state()).splitlines()
        self.rows, self.columns = len(drawn), max(map(len, drawn))

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        self._drawn = [line.ljust(self.columns) for line in self.game.draw(scene.state).splitlines()]
        return super().paint(scene, cell)

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        if square.row < len(self._drawn):
            canvas.put(x, y, self._drawn[square.row][square.column], style())


def painter_for(game: RecordGame, look: Look) -> Painter:
    """The painter of a game."""
    from tengen.games.chess import Chess
    from tengen.games.go import Go
    from tengen.games.gridworld import Gridworld
    from tengen.games.shogi import Shogi
    from tengen.terminal.table.paint_chess import ChessPainter
    from tengen.terminal.table.paint_go import GoPainter
    from tengen.terminal.table.paint_shogi import ShogiPainter
    from tengen.terminal.table.places import has_points

    if isinstance(game, Go):
        return GoPainter(game, look)
    if isinstance(game, Chess):
        return ChessPainter(game, look)
    if isinstance(game, Shogi):
        return ShogiPainter(game, look)
    if isinstance(game, Gridworld):
        return WorldPainter(game, look)
    drawn = game.draw(game.initial_state()).splitlines()
    _, height, width = game.observation_shape
    if has_points(game) and len(drawn) == height and all(len(line) == width for line in drawn):
        return GridPainter(game, look)
    return TextPainter(game, look)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
