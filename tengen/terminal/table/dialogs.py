"""Questions in the middle of the screen: one of several, a line of text, or something to read."""

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option


class Choice(ModalScreen[str | None]):
    """One of several, by arrow keys and Enter, by its key, or by the mouse; Escape takes none."""

    BINDINGS = [Binding("escape", "leave", "leave")]  # noqa: RUF012 (Textual's own)

    def __init__(self, question: str, options: Sequence[tuple[str, str]]) -> None:
        """`options` are keys, of which one letter may be typed, and what they mean."""
        super().__init__()
        self._question = question
        self._options = list(options)

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        with Vertical(id="dialog"):
            yield Static(Text(self._question), id="question")
            yield OptionList(*(Option(Text(f"{key}  {text}"), id=key) for key, text in self._options))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """One was taken."""
        self.dismiss(event.option.id)

    def on_key(self, event: events.Key) -> None:
        """A key that stands before an answer takes it."""
        if any(event.character == key for key, _ in self._options):
            event.stop()
            self.dismiss(event.character)

    def action_leave(self) -> None:
        """None is taken."""
        self.dismiss(None)


class Line(ModalScreen[str | None]):
    """A line of text; Escape gives none."""

    BINDINGS = [Binding("escape", "leave", "leave")]  # noqa: RUF012 (Textual's own)

    def __init__(self, question: str, value: str, note: str = "") -> None:
        super().__init__()
        self._question, self._value, self._note = question, value, note

    def compose(self) -> ComposeResult:
        """The question above the line."""
        with Vertical(id="dialog"):
            yield Static(Text(self._question), id="question")
            yield Input(self._value, select_on_focus=False)
            if self._note:
                yield Static(Text(self._note), id="note")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The line is ready."""
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """There is none."""
        self.dismiss(None)


class Page(ModalScreen[None]):
    """Something to read; any key that does not scroll closes it."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        with VerticalScroll(id="page"):
            yield Static(self._text)

    def on_mount(self) -> None:
        """The text takes the keys that scroll."""
        self.query_one("#page").focus()

    def on_key(self, event: events.Key) -> None:
        """Closes it."""
        if event.key not in ("up", "down", "pageup", "pagedown", "home", "end"):
            event.stop()
            self.dismiss()

    def on_click(self) -> None:
        """Closes it."""
        self.dismiss()
