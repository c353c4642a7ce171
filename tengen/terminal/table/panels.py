"""What stands beside the board: the players, the graph of the game, the thoughts, the moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tengen.terminal.table.canvas import Look, style

STEPS = " ▁▂▃▄▅▆▇█"
FIRST_INK, SECOND_INK, MIDDLE = "#e6e1d3", "#33363d", "#d9622b"


class Looked(Message):
    """A ply was pressed."""

    def __init__(self, ply: int) -> None:
        super().__init__()
        self.ply = ply


class Lines(Static):
    """Lines of text that never wrap."""

    _shown: Sequence[Text] = ()

    def show(self, lines: Sequence[Text]) -> None:
        """Shows them, and lays the screen out again only where their number changes."""
        if lines == self._shown:
            return
        layout = len(lines) != len(self._shown)
        self._shown = list(lines)
        self.update(Text("\n").join(lines), layout=layout)


class Graph(Widget):
    """The chances of player 0 ply by ply, as columns from the bottom; what is not known stays empty."""

    def __init__(self, look: Look) -> None:
        super().__init__(id="graph")
        self.look = look
        self._shares: list[float | None] = []
        self._at = 0
        self._inks = (FIRST_INK, SECOND_INK)
        self.heading = ""

    def show(self, shares: Sequence[float | None], at: int, heading: str, inks: tuple[str, str]) -> None:
        """Shows shares in [0, 1] of plies, `at` being looked at, in the colours of both sides."""
        known = (self._shares, self._at, self.heading)
        self._shares, self._at, self.heading, self._inks = list(shares), at, heading, inks
        if known != (self._shares, at, heading):
            self.refresh()

    def _columns(self) -> int:
        return max(1, min(self.size.width, len(self._shares) * self._wide()))

    def _wide(self) -> int:
        """Columns of a ply: more while there are few."""
        return max(1, min(3, self.size.width // max(12, len(self._shares))))

    def _ply_of(self, column: int) -> int:
        """The ply that a column stands for."""
        count, columns = len(self._shares), self._columns()
        return column // self._wide() if count <= columns else round(column * (count - 1) / max(1, columns - 1))

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if y == 0:
            shown = self.heading[:width]
            return Strip([Segment(shown.ljust(width), style(dim=True))], width).apply_style(self.rich_style)
        lines = height - 1
        bottom = lines - y  # eighths are counted from the bottom line's foot
        segments = []
        columns = self._columns()
        known: float | None = None
        plies = map(self._ply_of, range(columns))
        marked = next((ply for ply in plies if ply >= self._at), self._at)
        for column in range(width):
            if column >= columns:
                segments.append(Segment(" " * (width - column), style()))
                break
            share = self._shares[self._ply_of(column)]
            known = known if share is None else share
            segments.append(self._cell(known, bottom, lines, marked=self._ply_of(column) == marked))
        return Strip(segments, width).apply_style(self.rich_style)

    def _cell(self, share: float | None, bottom: int, lines: int, *, marked: bool) -> Segment:
        if share is None:
            return Segment(" " if not marked else ("│" if self.look.unicode else "|"), style(dim=True))
        eighths = round(share * lines * 8) - 8 * bottom
        eighths = max(0, min(8, eighths))
        if not self.look.colours:
            full = "█" if self.look.unicode else "#"
            sign = STEPS[eighths] if self.look.unicode else (full if eighths >= 4 else ".")
            return Segment(sign, style(bold=marked, dim=not marked))
        ink, ground = self._inks
        if marked:
            ink, ground = _tinted(ink), _tinted(ground)
        return Segment(STEPS[eighths], style(ink, ground))

    def on_click(self, event: events.Click) -> None:
        """Looks at the ply that was clicked."""
        if event.x < self._columns():
            self.post_message(Looked(self._ply_of(event.x)))


def _tinted(colour: str) -> str:
    from tengen.terminal.table.canvas import mixed

    return mixed(colour, MIDDLE, 0.55)


@dataclass(frozen=True, slots=True)
class Entry:
    """A move in the list."""

    number: str
    """Before the move where it begins a line or a line alone."""
    text: str
    value: str


class MoveList(ScrollView, can_focus=False):
    """All moves with what they were worth; a click looks at the position after one."""

    def __init__(self, look: Look) -> None:
        super().__init__(id="moves")
        self.look = look
        self._entries: list[Entry] = []
        self._at = 0
        self._first = 0
        self._gone = 0

    def show(self, entries: Sequence[Entry], at: int, *, first: int = 0, gone: int = 0) -> None:
        """Shows entries, the one of ply `at` marked; `first` 1 leaves the first place of the first line empty.

        The last `gone` entries were taken back.
        """
        if (list(entries), at, first, gone) == (self._entries, self._at, self._first, self._gone):
            return
        moved = (len(entries), at) != (len(self._entries), self._at)
        self._entries, self._at, self._first, self._gone = list(entries), at, first, gone
        self._measure()
        if moved:
            line = (max(0, at - 1) + first) // self.across
            newest = at == len(entries) - gone
            self.scroll_to(y=max(0, line - self.size.height // (1 if newest else 2) + newest), animate=False)
        self.refresh()

    @property
    def across(self) -> int:
        """Moves on a line: two where there is room."""
        longest = max((cell_len(entry.text) + len(entry.value) for entry in self._entries), default=0)
        return 2 if self._width() >= 4 + 2 * (longest + 3) else 1

    def _width(self) -> int:
        return max(10, self.size.width - 1)

    def _measure(self) -> None:
        lines = -(-(len(self._entries) + self._first) // self.across)
        self.virtual_size = Size(self._width(), lines)

    def on_resize(self) -> None:
        """Another width holds other lines."""
        self._measure()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = y + self.scroll_offset.y
        across = self.across
        room = (self._width() - 4) // across
        segments: list[Segment] = []
        used = 0

        def add(text: str, look: Style) -> None:
            nonlocal used
            segments.append(Segment(text, look))
            used += cell_len(text)

        for place in range(line * across, (line + 1) * across):
            index = place - self._first
            if index >= len(self._entries):
                break
            if place == line * across:
                number = self._entries[max(index, 0)].number
                add(number.rjust(3) + " ", style(dim=True))
            if index < 0:
                add("…".ljust(room) if self.look.unicode else "...".ljust(room), style(dim=True))
                continue
            entry = self._entries[index]
            here = index + 1 == self._at
            gone = index >= len(self._entries) - self._gone
            look = style(reverse=here, bold=here, dim=gone)
            value = entry.value.rjust(max(0, room - 1 - cell_len(entry.text) - 1))
            add(entry.text, look)
            add(" " + value[: max(0, room - 2 - cell_len(entry.text))] + " ", style(dim=True))
        return Strip(segments, used).adjust_cell_length(width).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Looks at the position after the move that was clicked."""
        across = self.across
        room = (self._width() - 4) // across
        place = (event.y + self.scroll_offset.y) * across + min(across - 1, max(0, event.x - 4) // max(1, room))
        index = place - self._first
        if 0 <= index < len(self._entries) - self._gone:
            self.post_message(Looked(index + 1))
