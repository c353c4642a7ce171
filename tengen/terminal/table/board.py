"""The board on the screen: it shows a scene and says which place was pressed."""

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tengen.terminal.table.canvas import Canvas
from tengen.terminal.table.painter import Painter, Scene
from tengen.terminal.table.places import Place


class Board(Widget):
    """The board in the middle of its place, as large as there is room."""

    class Pressed(Message):
        """A place was clicked."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def __init__(self, painter: Painter) -> None:
        super().__init__(id="board")
        self.painter = painter
        self.scene: Scene | None = None
        self.cell = painter.sizes[-1]
        self._canvas: Canvas | None = None
        self._strips: dict[int, Strip] = {}
        """Lines of the canvas as they are shown."""

    def show(self, painter: Painter, scene: Scene, cell: tuple[int, int]) -> None:
        """Shows a scene in cells of a size."""
        self.painter, self.scene, self.cell = painter, scene, cell
        before, self._canvas = self._canvas, painter.paint(scene, cell)
        changed = self._canvas.changed_lines(before)
        if changed is None:
            self._strips.clear()
            self.refresh()
            return
        _, top = self._origin()
        for line in changed:  # the others keep what was made of them, which is most of the work
            self._strips.pop(line, None)
        if changed:
            self.refresh(*(Region(0, top + line, self.size.width, 1) for line in changed))

    def on_resize(self) -> None:
        """Another width makes other lines."""
        self._strips.clear()

    def notify_style_update(self) -> None:
        """Another style makes other lines."""
        super().notify_style_update()
        self._strips.clear()

    def _origin(self) -> tuple[int, int]:
        """Where the canvas begins."""
        if self._canvas is None:
            return 0, 0
        return max(0, (self.size.width - self._canvas.width) // 2), max(
            0, (self.size.height - self._canvas.height) // 2
        )

    def render_line(self, y: int) -> Strip:
        left, top = self._origin()
        if self._canvas is None or not 0 <= y - top < self._canvas.height:
            return Strip([Segment(" " * self.size.width, self.rich_style)], self.size.width)
        if y - top not in self._strips:
            drawn = self._canvas.strip(y - top)
            line = Strip([Segment(" " * left), *drawn], left + drawn.cell_length)
            self._strips[y - top] = line.adjust_cell_length(self.size.width).apply_style(self.rich_style)
        return self._strips[y - top]

    def on_click(self, event: events.Click) -> None:
        """Tells which place was clicked."""
        left, top = self._origin()
        if self.scene is None:
            return
        place = self.painter.place_at(event.x - left, event.y - top, self.cell, self.scene)
        if place is not None:
            self.post_message(self.Pressed(place))
