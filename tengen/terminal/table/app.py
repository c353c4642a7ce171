"""`tengen play` on the full screen, in Textual."""

import os
from collections.abc import Callable

from textual.app import App
from textual.message import Message

from tengen.terminal.table.canvas import Look
from tengen.terminal.table.screen import TableScreen
from tengen.terminal.table.table import Table
from tengen.terminal.table.thinker import Report


class Heard(Message):
    """An agent has said something."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


class TableApp(App[None]):
    """The program around one table."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: $background; }
    #title { height: 1; padding: 0 1; }
    #body { height: 1fr; }
    #board { height: 1fr; }
    #panel { width: 1fr; height: 1fr; }
    #players { height: auto; min-height: 3; }
    #graph { height: 4; }
    #thoughts { height: 6; }
    #moves { height: 1fr; scrollbar-size: 1 1; overflow-x: hidden; }
    #prompt { height: 1; padding: 0 1; }
    Choice, Line, Page { align: center middle; background: $background 60%; }
    #dialog { width: 64; max-width: 95%; height: auto; max-height: 90%; }
    #page { width: 94%; max-width: 84; height: auto; max-height: 92%; scrollbar-size: 1 1; }
    #dialog, #page { border: round $accent; padding: 0 1; background: $surface; }
    #dialog OptionList { height: auto; max-height: 14; border: none; padding: 0; background: $surface; }
    #dialog Input { border: none; height: 1; padding: 0; margin: 1 0; }
    #question { text-style: bold; }
    #note { color: $text-muted; }
    .-plain #dialog, .-plain #page { border: ascii $accent; }
    .-plain #moves { scrollbar-size: 0 0; }
    """
    TITLE = "Tengen"

    def __init__(self, table: Callable[[Callable[[Report], None]], Table], look: Look) -> None:
        """`table` makes the table, given what its agents tell their reports."""
        if not look.colours:
            os.environ["NO_COLOR"] = "1"
        super().__init__(ansi_color=not look.colours)
        self.look = look
        self.table = table(self._tell)
        self.view = TableScreen(self.table, look)

    def _tell(self, report: Report) -> None:
        self.post_message(Heard(report))

    def on_mount(self) -> None:
        """Shows the table."""
        if not self.look.unicode:
            self.add_class("-plain")
        self.push_screen(self.view)

    def on_heard(self, event: Heard) -> None:
        """Shows what an agent has said."""
        self.table.hear(event.report)
        if event.report.kind in ("thought", "area"):
            self.view.show_thoughts()
        elif event.report.kind != "ready":
            self.view.show()
