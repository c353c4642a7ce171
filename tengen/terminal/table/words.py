"""The words that can be typed at the table, and what dialogs offer."""

from typing import TYPE_CHECKING

from rich.text import Text

from tengen.agents.text import parse_agent
from tengen.agents.zoo import usual_agent
from tengen.core.errors import InvalidParameter
from tengen.records.formats import formats_of
from tengen.terminal import moves
from tengen.terminal.seating import seats
from tengen.terminal.table.dialogs import Page

if TYPE_CHECKING:
    from tengen.terminal.table.screen import TableScreen

KEYS = """\
arrows, Enter  move the cursor, play there, take up a piece; the robot walks
mouse          a point; a piece, then its target; a piece in hand;
               a move in the list or in the graph to look at it
Escape         put down, clear what is typed, hide the cursor, end looking back
F1  help       F2  hint           F3  thoughts over the board, on and off
F4  area (Go)  F5  flip           F6  which side you play: one, both, none
F7  who plays  F8  pass           F9  resign
Ctrl-Z  undo   Ctrl-Y  redo       Ctrl-N  new game
Ctrl-S  save   Ctrl-O  load       Ctrl-Q  quit, as Ctrl-C and Ctrl-D
PageUp, Down   the move before, the move after; Home, End: the first, the game
Enter          lets an agent go on that failed, or waits after an undo
"""
WORDS = """\
MOVE           {example}
as SIDE        {sides}
agent TEXT     such as uct:sims=2000, zoo:go9,time=1s, gtp:gnugo --mode gtp
save FILE      {files}
load FILE      goes on with the first game of a file
also           hint analyse area score moves pass undo redo flip resign
               new help quit
"""


class Words:
    """What is typed at one screen."""

    def __init__(self, screen: "TableScreen") -> None:
        self._screen = screen

    def obey(self, line: str) -> None:
        """Does what was typed: a command, or else a move."""
        screen, table = self._screen, self._screen.table
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        match word.lower():
            case "quit" | "exit":
                screen.action_leave()
            case "help" | "?":
                screen.action_help()
            case "undo":
                table.undo()
            case "redo":
                table.redo()
            case "hint":
                table.hint()
            case "analyse" | "analyze":
                table.analyse()
            case "area":
                table.show_area()
            case "score":
                table.say(table.score())
            case "flip":
                table.flip()
            case "resign":
                table.resign()
            case "new":
                table.new()
            case "moves":
                screen.app.push_screen(Page(self.legal_moves()))
            case "save" | "load" if not rest:
                raise InvalidParameter(f"{word} needs a file: {word} {self.usual_file()}")
            case "save":
                table.save(rest)
            case "load":
                table.load(rest)
            case "as":
                table.seat(seats(rest, table.game))
            case "agent":
                table.strengthen(rest)
            case _:
                table.type(line.strip())

    def usual_file(self) -> str:
        """A name for a file of this game."""
        if self._screen.table.sitting.alone:
            return "game.gif"
        return "game." + next((form.suffix for form in formats_of(self._screen.table.game.name)), "sgf")

    def files(self) -> str:
        """Which files there are for this game."""
        game = self._screen.table.game
        if self._screen.table.sitting.alone:
            return "a film: .gif, .mp4"
        known = [f".{form.suffix}" for form in formats_of(game.name)]
        return ", ".join(known) if known else f"games of {game.name} cannot be written: there is no format for them"

    def help(self) -> Text:
        """All keys and words."""
        table = self._screen.table
        examples = {"go": "D4, pass", "chess": "Nf3, exd5, O-O, g1f3", "gridworld": "N, E, S, W", "tictactoe": "b2"}
        example = examples.get(table.game.name, "as the game writes it")
        if table.game.name == "shogi":
            example = "7g7f, P*5e, 8h2b+" + ("" if table.ascii_only else ", ７六歩, ７六歩(77)")
        names = ", ".join(name.lower() for name in table.game.player_names)
        sides = f"{names}, none" if table.sitting.alone else f"{names}, both, none"
        text = Text()
        text.append("Keys\n", style="bold").append(KEYS)
        text.append("\nWords, typed at any time and ended by Enter\n", style="bold")
        text.append(WORDS.format(example=example, sides=sides, files=self.files()))
        return text

    def legal_moves(self) -> Text:
        """All legal moves, by piece where there are pieces."""
        table = self._screen.table
        state = table.sitting.shown
        if table.game.is_over(state):
            raise InvalidParameter("the game is over: there are no moves")
        text = Text()
        for name, texts in moves.grouped(table.game, state, ascii_only=table.ascii_only).items():
            text.append(f"{name}\n" if name else "", style="bold").append("  ".join(texts) + "\n")
        return text

    def sides(self) -> list[tuple[str, str]]:
        """Sides that a person can take, with a key each."""
        table = self._screen.table
        names = table.game.player_names
        if table.sitting.alone:
            return [("1", "you walk"), ("0", f"none: {table.agent} walks, you watch")]
        return [
            ("1", f"{names[0].capitalize()}, against {table.agent}"),
            ("2", f"{names[1].capitalize()}, against {table.agent}"),
            ("b", "both"),
            ("0", f"none: {table.agent} plays both, you watch"),
        ]

    def people(self, key: str) -> frozenset[int]:
        """The sides that a key of `sides` stands for."""
        return {"1": frozenset({0}), "2": frozenset({1}), "b": frozenset({0, 1})}.get(key, frozenset())

    def agents(self) -> list[tuple[str, str]]:
        """Agents to choose from: the same one with more and less effort, and others."""
        return [*((str(place), text) for place, text in enumerate(self._agents(), 1)), ("t", "another, by its text")]

    def agent(self, key: str | None) -> str | None:
        """The text that a key of `agents` stands for, if it names one."""
        return dict(self.agents()[:-1]).get(key or "")

    def _agents(self) -> list[str]:
        table = self._screen.table
        game, parsed = table.game, parse_agent(table.agent)
        source = table.agent.partition(",")[0] if parsed.kind == "network" else ""
        usual = usual_agent(game).text
        if not source and usual.startswith("zoo:"):
            source = usual
        found = [f"{source},{effort}" for effort in ("sims=10", "sims=200", "sims=1000", "time=5s") if source]
        found += ["uct:sims=100", "uct:sims=1000", "uct:sims=10000", "uct:time=5s"][: 4 if not source else 2]
        return [*found, "random"]
