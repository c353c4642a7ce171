"""Shogi on wood: pieces that point to the enemy, and both hands."""

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tengen.terminal import figures
from tengen.terminal.table.canvas import Canvas, Look, mixed, style
from tengen.terminal.table.painter import CURSOR, INK, PICKED, RANKS, TARGET, Painter, Scene, shortly
from tengen.terminal.table.places import Hand, Place, Square

if TYPE_CHECKING:
    from tengen.games.shogi import Shogi

BOARD, BOARD_TOO = "#c99c58", "#c39551"
"""Squares, by turns."""
TILES = ("#f4dfae", "#f0d294")
"""Pieces of Black and of White."""
INKS = ("#1a1208", "#5b2a00")
PROMOTED = "#b3122b"
KINDS = (7, 6, 5, 4, 3, 2, 1)
"""Pieces in hand, the strongest first."""
HELD = 5
"""Columns of one kind in hand."""
NAMED = 4
"""Columns before the first."""


class ShogiPainter(Painter):
    """Pieces as tiles, narrow towards where they go; the hand of who sits above is above the board."""

    sizes = ((8, 4), (6, 3), (4, 2), (4, 1))
    rows = columns = 9
    left, right, top, bottom = 1, 3, 2, 1

    def __init__(self, game: "Shogi", look: Look) -> None:
        super().__init__(game, look)
        self.shogi = game
        self.names = figures.KANJI if look.unicode else figures.SHOGI_LETTERS

    def labels(self) -> tuple[list[str], list[str]]:
        return [str(9 - column) for column in range(9)], list("abcdefghi")

    def label_at(self, cell: tuple[int, int]) -> int:
        return (cell[0] - 1) // 2

    def paint(self, scene: Scene, cell: tuple[int, int]) -> Canvas:
        self._board = self.shogi.board(scene.state)
        return super().paint(scene, cell)

    def surround(self, canvas: Canvas, scene: Scene, cell: tuple[int, int]) -> None:
        columns, rows = self.labels()
        if scene.flipped:
            columns, rows = columns[::-1], rows[::-1]
        for place, name in enumerate(columns):
            canvas.put(self.left + place * cell[0] + self.label_at(cell), 1, name, style(dim=True))
        for place, name in enumerate(rows):
            canvas.put(canvas.width - 2, self.top + place * cell[1] + (cell[1] - 1) // 2, name, style(dim=True))
        for player in (0, 1):
            self._hand(canvas, scene, player)

    def _hand_line(self, player: int, canvas_height: int, flipped: bool) -> int:
        return canvas_height - 1 if (player == 0) != flipped else 0

    def _hand(self, canvas: Canvas, scene: Scene, player: int) -> None:
        y = self._hand_line(player, canvas.height, scene.flipped)
        held = self.shogi.hands(scene.state)[player]
        arrow = ("▲" if player == 0 else "▽") if self.look.unicode else "BW"[player]
        canvas.put(self.left, y, arrow, style(bold=True))
        for place, kind in enumerate(self._held(scene, player)):
            name, count = self.names[kind], int(held[kind - 1])
            hand = Hand(player, kind)
            ground = PICKED if scene.picked == hand else TILES[player]
            marked = scene.picked == hand or scene.cursor == hand
            x = self.left + NAMED + place * HELD
            text = f" {name}{count if count > 1 else ''}"
            canvas.put(x, y, text + " " * (HELD - 1 - cell_len(text)), self.paper(INKS[player], ground, marked=marked))
            if scene.cursor == hand:
                canvas.put(x, y, "▌" if self.look.unicode else "[", self.paper(CURSOR, ground, bold=True, marked=True))

    def _held(self, scene: Scene, player: int) -> list[int]:
        held = self.shogi.hands(scene.state)[player]
        return [kind for kind in KINDS if held[kind - 1]]

    def place_at(self, x: int, y: int, cell: tuple[int, int], scene: Scene) -> Place | None:
        height = self.extent(cell)[1]
        for player in (0, 1):
            if y == self._hand_line(player, height, scene.flipped):
                held = self._held(scene, player)
                place = (x - self.left - NAMED) // HELD
                return Hand(player, held[place]) if 0 <= place < len(held) else None
        return super().place_at(x, y, cell, scene)

    def beside(self, place: Place, right: int, down: int, scene: Scene) -> Place:
        """Beyond the first and the last rank are the hands."""
        if isinstance(place, Hand):
            held = self._held(scene, place.player)
            below = (place.player == 0) != scene.flipped
            if place.kind in held and not down:
                return Hand(place.player, held[min(max(held.index(place.kind) + right, 0), len(held) - 1)])
            if (below and down > 0) or (not below and down < 0):
                return place
            return self.turned(Square(8 if below else 0, 4), scene.flipped)
        seen = self.turned(place, scene.flipped)
        if not 0 <= seen.row + down < 9:
            player = int((down > 0) == scene.flipped)
            held = self._held(scene, player)
            if held:
                return Hand(player, held[0])
        return super().beside(place, right, down, scene)

    def paint_square(self, canvas: Canvas, scene: Scene, square: Square, x: int, y: int, cell: tuple[int, int]) -> None:
        width, height = cell
        piece = int(self._board[square.row, square.column])
        ground = BOARD if (square.row + square.column) % 2 else BOARD_TOO
        if square in scene.last:
            ground = figures.LAST_WOOD
        if scene.picked == square:
            ground = PICKED
        if scene.opinions and scene.opinions[0].source == square:
            ground = mixed(ground, RANKS[0], 0.6)
        canvas.fill(x, y, width, height, self.paper(INK, ground))
        if piece:
            self._piece(canvas, piece, x, y, cell, ground, away=(piece < 0) != scene.flipped)
        else:
            dot = "·" if self.look.unicode else "."
            canvas.put(x + (width - 1) // 2, y + (height - 1) // 2, dot, self.paper("#8a6428", ground))
        if not self.look.colours and (square in scene.last or scene.picked == square):
            mark = "<" if scene.picked == square else "*"
            canvas.put(x + width - 1, y + (height - 1) // 2, mark, style(bold=True))
        rank = scene.marks.get(square)
        if rank is not None:
            self._opinion(canvas, scene, rank, x, y, cell)
        elif square in scene.targets:
            sign = "•" if self.look.unicode else "*"
            canvas.put(x + width - 1, y + height - 1, sign, self.paper(TARGET, ground, bold=True))
        if scene.cursor == square:
            self.brackets(canvas, x, y, cell, CURSOR, ground)

    def _piece(
        self, canvas: Canvas, piece: int, x: int, y: int, cell: tuple[int, int], ground: str, *, away: bool
    ) -> None:
        width, height = cell
        name = self.names[abs(piece)]
        side = int(piece < 0)
        if not self.look.unicode:
            canvas.put(x + 1, y + (height - 1) // 2, (name.lower() if side else name).ljust(2), self.paper(None, None))
            return
        if not self.look.colours or height == 1:
            colour = PROMOTED if abs(piece) > 8 else INKS[side]
            tile = TILES[side] if self.look.colours else ground
            text = ("v" if away else " ") + name
            canvas.put(x, y + (height - 1) // 2, text, self.paper(colour, tile, bold=True))
            return
        tile = TILES[side]
        edge = style(tile, ground)
        ink = style(PROMOTED if abs(piece) > 8 else INKS[side], tile, bold=True)
        shape = _tile(width, height, away)
        for line, text in enumerate(shape):
            canvas.put(x, y + line, text, edge)
        line = {2: 1 if away else 0, 3: 1, 4: 1 if not away else 2}[height]
        canvas.put(x + width // 2 - 1, y + line, name, ink)

    def _opinion(self, canvas: Canvas, scene: Scene, rank: int, x: int, y: int, cell: tuple[int, int]) -> None:
        opinion = scene.opinions[rank]
        width, height = cell
        look = self.ranked(rank)
        chance = self.percent(opinion)
        if height == 1:
            canvas.put(x + width - 1, y, str(rank + 1), look)
        else:
            text = chance if height == 2 else f"{chance} {shortly(opinion.visits)}"[:width]
            empty = not self._board[opinion.target.row, opinion.target.column] if opinion.target else True
            if height == 2 and empty:
                canvas.put(x, y, shortly(opinion.visits).center(width), look)
            canvas.put(x, y + height - 1, text.center(width), look)


def _tile(width: int, height: int, away: bool) -> tuple[str, ...]:
    """A piece's shape, narrow in front."""
    inner = width - 2
    full = "█" * inner
    shapes = {
        2: (f"▗{full}▖", f"▐{full}▌"),
        3: (" ▗" + "▄" * (width - 4) + "▖ ", f"▐{full}▌", f"▐{full}▌"),
        4: ("  " + "▄" * (width - 4) + "  ", f"▗{full}▖", f"▐{full}▌", f"▐{full}▌"),
    }
    shape = shapes[height]
    if away:
        turned = str.maketrans("▗▖▟▙▄▐▌█", "▝▘▜▛▀▐▌█")
        shape = tuple(line.translate(turned) for line in shape[::-1])
    return shape
