"""The screen of the table: keys, mouse and words in, board and panels out."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static

from tengen.core.errors import IllegalMove, InvalidParameter
from tengen.terminal.table import facts
from tengen.terminal.table.board import Board
from tengen.terminal.table.canvas import Look
from tengen.terminal.table.dialogs import Choice, Line, Page
from tengen.terminal.table.grid_keys import ARROWS, directions
from tengen.terminal.table.paint_grid import painter_for
from tengen.terminal.table.painter import Scene
from tengen.terminal.table.panels import Graph, Lines, Looked, MoveList
from tengen.terminal.table.places import Moves, Opinion, Place, Square, ahead, has_pieces, has_points, places_of
from tengen.terminal.table.table import Table
from tengen.terminal.table.words import Words

PANEL = 34
"""Columns that the panels need."""
TICK = 0.2
"""Seconds between two looks at the clock."""


class TableScreen(Screen[None]):
    """One table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help"),
        Binding("f2", "hint", "hint"),
        Binding("f3", "analyse", "think"),
        Binding("f4", "area", "area"),
        Binding("f5", "flip", "flip", show=False),
        Binding("f6", "sides", "sides"),
        Binding("f7", "strength", "agent"),
        Binding("f8", "pass", "pass", show=False),
        Binding("f9", "resign", "resign", show=False),
        Binding("ctrl+z", "undo", "undo", key_display="^z"),
        Binding("ctrl+y", "redo", "redo", key_display="^y", show=False),
        Binding("ctrl+s", "save", "save", key_display="^s"),
        Binding("ctrl+o", "load", "load", key_display="^o", show=False),
        Binding("ctrl+n", "new", "new", key_display="^n", show=False),
        Binding("ctrl+q,ctrl+d,ctrl+c", "leave", "quit", key_display="^q", priority=True),
        Binding("pageup", "look(-1)", "back", show=False),
        Binding("pagedown", "look(1)", "on", show=False),
        Binding("ctrl+left", "look(-1)", "back", show=False),
        Binding("ctrl+right", "look(1)", "on", show=False),
        Binding("home", "look(-9999)", "first", show=False),
        Binding("end", "look(9999)", "last", show=False),
        Binding("escape", "escape", "escape", show=False),
    ]

    def __init__(self, table: Table, look: Look) -> None:
        super().__init__()
        self.table = table
        self.look = look
        self.painter = painter_for(table.game, look)
        self.board = Board(self.painter)
        self.graph = Graph(look)
        self.moves = MoveList(look)
        self.typed = ""
        self.cursor: Place | None = None
        self.picked: Place | None = None
        self._words = Words(self)

    # Layout

    def compose(self) -> ComposeResult:
        """Board to the left, panels to the right, a line to type on below."""
        yield Static(id="title")
        with Horizontal(id="body"):
            yield self.board
            with Vertical(id="panel"):
                yield Lines(id="players")
                yield self.graph
                yield Lines(id="thoughts")
                yield self.moves
        yield Static(id="prompt")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """The game begins."""
        self.table.attempt(self.table.begin)
        self.set_interval(TICK, self._tick)
        self.show()

    def on_resize(self) -> None:
        """Everything finds its place again."""
        self.show()

    def _tick(self) -> None:
        if self.table.clocks is None:
            return
        if self.table.tick():
            self.show()
        else:
            self._show_players()

    def _lay_out(self) -> None:
        width, height = self.app.size
        room = max(10, width - PANEL), max(5, height - 3)
        self._cell = self.painter.cell_for(*room)
        columns, _ = self.painter.extent(self._cell)
        side = min(width - columns, max(PANEL, min(60, (width - columns) * 2 // 3)))
        self.board.styles.width = max(10, width - side)
        self._side = max(10, side - 1)
        body = height - 3
        tall = body >= 30
        self.graph.styles.height = 8 if tall else 4
        self._thought_lines = 8 if tall else 6
        self.query_one("#thoughts").styles.height = self._thought_lines

    # Showing

    def show(self) -> None:
        """Shows all that there is."""
        if not self.is_mounted:
            return
        if self.painter.game != self.table.game:
            self.painter = painter_for(self.table.game, self.look)
            self.cursor = self.picked = None
        self._lay_out()
        table = self.table
        self.query_one("#title", Static).update(Text(facts.title(table), style="bold", no_wrap=True), layout=False)
        self.board.show(self.painter, self.scene(), self._cell)
        self._show_players()
        self.show_thoughts()
        self.show_prompt()

    def show_thoughts(self) -> None:
        """Shows what may have changed while somebody thinks."""
        table = self.table
        self.board.show(self.painter, self.scene(), self._cell)
        self.query_one("#thoughts", Lines).show(facts.thoughts(table, self._side, self._thought_lines))
        self.graph.show(facts.shares(table), table.sitting.ply, facts.graph_heading(table), facts.graph_inks(table))
        self.moves.show(
            facts.entries(table),
            table.sitting.ply,
            first=facts.first_place(table),
            gone=len(table.sitting.undone),
        )

    def _show_players(self) -> None:
        self.query_one("#players", Lines).show(facts.players(self.table, self._side, unicode=self.look.unicode))

    def show_prompt(self) -> None:
        """Shows what is typed, or what there is to say."""
        table, sitting = self.table, self.table.sitting
        block = "▏" if self.look.unicode else "_"
        line = Text(no_wrap=True, overflow="ellipsis")
        if self.typed:
            line.append(f"{self._who()}> ", style="bold").append(self.typed + block)
        elif table.message:
            line.append(table.message, style="bold red" if table.is_error else "bold")
        elif sitting.looking is not None:
            line.append(
                f"looking back: move {sitting.looking} of {len(sitting.turns)}; End returns, Ctrl-Z goes on here"
            )
        elif table.thinking:
            line.append(f"{self._who()} ({table.agent}) thinks", style="dim")
        elif sitting.alone:
            line.append("arrow keys walk" if sitting.people else "Enter goes on", style="dim")
        else:
            line.append(f"{self._who()} to move: type it, click it, or arrow keys and Enter", style="dim")
        self.query_one("#prompt", Static).update(line, layout=False)

    def _who(self) -> str:
        mover = self.table.sitting.mover
        return self.table.sitting.name(mover) if mover >= 0 else "over"

    def scene(self) -> Scene:
        """What is to be seen on the board."""
        table, sitting = self.table, self.table.sitting
        game, state = table.game, sitting.shown
        last: list[Square] = []
        if sitting.last is not None and not sitting.alone:
            source, target = places_of(game, sitting.last.before, sitting.last.action)
            last = [place for place in (target, source) if isinstance(place, Square)]
        opinions: tuple[Opinion, ...] = table.opinions() if table.shown_on_board() else ()
        marks: dict[Square, int] = {}
        for rank, opinion in enumerate(opinions):
            if opinion.target is not None:
                marks.setdefault(opinion.target, rank)
        targets: frozenset[Square] = frozenset()
        if self.picked is not None:
            targets = Moves(game, state).targets(self.picked)
        return Scene(
            state=state,
            last=tuple(last),
            flipped=table.flipped,
            cursor=self.cursor,
            picked=self.picked,
            targets=targets,
            opinions=opinions,
            marks=marks,
            area=table.shown_area(),
            path=self._path() if opinions else (),
        )

    def _path(self) -> tuple[Square, ...]:
        """The squares on which the search expects the robot."""
        table = self.table
        if table.game.name != "gridworld" or table.thought is None or table.thought.result is None:
            return ()
        squares: list[Square] = []
        state = table.sitting.shown
        for action in table.thought.result.variations[0]:
            if not table.game.is_legal(state, action):
                break
            if table.game.player(state) >= 0:
                square = Square(*ahead(table.game, state, action))  # type: ignore[arg-type]
                if square not in squares:
                    squares.append(square)
            state = table.game.apply(state, action)
        return tuple(squares)

    # Places

    def on_board_pressed(self, event: Board.Pressed) -> None:
        """The board was clicked."""
        self.table.say("")
        if isinstance(event.place, Square) and self.cursor is not None:
            self.cursor = event.place
        self.press(event.place)

    def press(self, place: Place) -> None:
        """Takes a piece up, puts it down, or plays on a point."""
        self.table.attempt(lambda: self._press(place))
        self.show()

    def _press(self, place: Place) -> None:
        table, sitting = self.table, self.table.sitting
        if not sitting.is_persons_turn() or sitting.looking is not None:
            table.play(-1)  # which says why not
            return
        legal = Moves(table.game, sitting.state)
        if has_pieces(table.game):
            if self.picked is not None and isinstance(place, Square):
                found = legal.between(self.picked, place)
                if found:
                    self.picked = None
                    self._play_one_of(found)
                    return
            if place == self.picked:
                self.picked = None
            elif place in legal.sources():
                self.picked = place
            elif self.picked is not None:
                self.picked = None
                raise IllegalMove("that piece cannot go there")
            else:
                raise IllegalMove("nothing there can move")
            return
        assert isinstance(place, Square)
        found = legal.between(None, place)
        if found:
            table.play(found[0])
        elif has_points(table.game):
            table.play(place.row * table.game.observation_shape[2] + place.column)  # which says why not
        else:
            raise IllegalMove("the robot goes to a square beside it")

    def _play_one_of(self, actions: list[int]) -> None:
        """A move, or a question which."""
        table = self.table
        state = table.sitting.state
        if len(actions) == 1:
            table.play(actions[0])
            return
        by_key: dict[str, int] = {}
        options = []
        for action in actions:
            text = table.game.action_to_text(state, action)
            key, meaning = promotion(table.game.name, text)
            by_key[key] = action
            options.append((key, f"{meaning}   {table.written(state, action)}"))

        def chosen(key: str | None) -> None:
            if key is not None and table.sitting.state is state:
                table.attempt(lambda: table.play(by_key[key]))
            self.show()

        self.app.push_screen(Choice("Promote?", options), chosen)

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Arrow keys move the cursor, other keys type."""
        if event.key in ARROWS:
            event.stop()
            self._arrow(event.key)
        elif event.key == "enter":
            event.stop()
            self._enter()
        elif event.key == "backspace":
            event.stop()
            self.typed = self.typed[:-1]
            self.show_prompt()
        elif event.is_printable and event.character is not None and (self.typed or event.character != " "):
            event.stop()
            self.table.say("")
            self.typed += event.character
            self.show_prompt()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is typed."""
        self.typed += " ".join(event.text.split())
        self.show_prompt()

    def _arrow(self, key: str) -> None:
        right, down = ARROWS[key]
        self.table.say("")
        if self.table.game.name == "gridworld":
            self.table.attempt(lambda: self.table.play(directions(key)))
            self.show()
            return
        self.cursor = self.painter.middle() if self.cursor is None else self._beside(self.cursor, right, down)
        self.show()

    def _beside(self, place: Place, right: int, down: int) -> Place:
        return self.painter.beside(place, right, down, self.scene())

    def _enter(self) -> None:
        if self.typed:
            text, self.typed = self.typed, ""
            self.table.say("")
            self.table.attempt(lambda: self._words.obey(text))
            self.picked = None
            self.show()
        elif self.table.failed or self.table.paused:
            self.table.go_on()
            self.show()
        elif self.cursor is not None:
            self.table.say("")
            self.press(self.cursor)

    # Actions

    def do(self, act: Callable[[], None]) -> None:
        """Does something that may be wrong, and shows what came of it."""
        self.picked = None
        self.table.say("")
        self.table.attempt(act)
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key is for this game."""
        return action != "area" or self.table.game.has_score

    def action_help(self) -> None:
        """The keys and the words."""
        self.app.push_screen(Page(self._words.help()))

    def action_hint(self) -> None:
        """A hint."""
        self.do(self.table.hint)

    def action_analyse(self) -> None:
        """Analysis on or off."""
        self.do(self.table.analyse)

    def action_area(self) -> None:
        """The owners of points on or off."""
        self.do(self.table.show_area)

    def action_flip(self) -> None:
        """The board from the other side."""
        self.do(self.table.flip)

    def action_undo(self) -> None:
        """A move back."""
        self.do(self.table.undo)

    def action_redo(self) -> None:
        """A move again."""
        self.do(self.table.redo)

    def action_pass(self) -> None:
        """Passes, where the game has it."""

        def act() -> None:
            if self.table.game.name != "go":
                raise InvalidParameter(f"{self.table.game.name} has no pass")
            self.table.type("pass")

        self.do(act)

    def action_resign(self) -> None:
        """Gives the game up, once more asked."""

        def chosen(key: str | None) -> None:
            if key == "y":
                self.do(self.table.resign)

        self.app.push_screen(Choice("Resign?", [("y", "yes"), ("n", "no")]), chosen)

    def action_new(self) -> None:
        """Another game; one that goes on is asked about."""
        sitting = self.table.sitting
        if sitting.is_over() or not sitting.turns:
            self.do(self.table.new)
            return

        def chosen(key: str | None) -> None:
            if key == "y":
                self.do(self.table.new)

        self.app.push_screen(Choice("A new game? This one is not over.", [("y", "yes"), ("n", "no")]), chosen)

    def action_look(self, steps: int) -> None:
        """Looks at an earlier position, or a later one."""
        self.do(lambda: self.table.look(self.table.sitting.ply + steps))

    def on_looked(self, event: Looked) -> None:
        """A ply was clicked in the list or the graph."""
        self.do(lambda: self.table.look(event.ply))

    def action_escape(self) -> None:
        """Puts down what was taken up, forgets what was typed, returns to the game."""
        if self.typed:
            self.typed = ""
        elif self.picked is not None:
            self.picked = None
        elif self.cursor is not None:
            self.cursor = None
        elif self.table.sitting.looking is not None:
            self.table.look(9999)
        self.table.say("")
        self.show()

    def action_save(self) -> None:
        """Asks for a file and writes the game."""
        self._ask_file("Save the game as", self._words.usual_file(), lambda file: self.table.save(file))

    def action_load(self) -> None:
        """Asks for a file and goes on with its game."""
        self._ask_file("Load the first game of", "", lambda file: self.table.load(file))

    def _ask_file(self, question: str, value: str, act: Callable[[str], None]) -> None:
        def chosen(file: str | None) -> None:
            if file is not None:
                self.table.say("")
                self.picked = None
                self.table.attempt(lambda: act(file))
                self.show()

        self.app.push_screen(Line(question, value, self._words.files()), chosen)

    def action_sides(self) -> None:
        """Asks who plays whom."""

        def chosen(key: str | None) -> None:
            if key is not None:
                self.do(lambda: self.table.seat(self._words.people(key)))

        self.app.push_screen(Choice("Which side do you play?", self._words.sides()), chosen)

    def action_strength(self) -> None:
        """Asks for an agent."""

        def typed(text: str | None) -> None:
            if text is not None:
                self.do(lambda: self.table.strengthen(text))

        def chosen(key: str | None) -> None:
            text = self._words.agent(key)
            if text is not None:
                typed(text)
            elif key is not None:
                self.app.push_screen(
                    Line("Who plays?", self.table.agent, "such as uct:sims=2000, zoo:go9,time=1s"), typed
                )

        self.app.push_screen(Choice(f"Who plays? Now {self.table.agent}"[:60], self._words.agents()), chosen)

    def action_leave(self) -> None:
        """Ends the program."""
        self.app.exit()


def promotion(game: str, text: str) -> tuple[str, str]:
    """The key and the name of one of several moves between two squares."""
    if game == "shogi":
        return ("+", "promote") if text.endswith("+") else ("=", "do not promote")
    names = {"q": "queen", "r": "rook", "b": "bishop", "n": "knight"}
    return (text[-1], names[text[-1]]) if len(text) == 5 else (text[-1], text)
