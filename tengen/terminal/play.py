"""`tengen play`: a game at the terminal, between a person and an agent, two persons, or two sides of one agent."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tengen.agents.agent import Agent
from tengen.core.errors import EngineError, InvalidParameter, TengenError
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.records.formats import formats_of
from tengen.terminal import boards, moves, saving

Found = TypeVar("Found")

HELP = {
    "MOVE": "play it, written as {example}",
    "pass": "pass, where the game has it",
    "moves": "all legal moves",
    "undo": "take back to your last turn",
    "hint": "what the agent would consider",
    "score": "the points as the board stands",
    "flip": "see the board from the other side",
    "resign": "give the game up",
    "save FILE.{suffix}": "write the game to a file; save FILE.svg draws the board",
    "new": "begin again",
    "help": "this list",
    "quit": "leave (also Ctrl-D)",
}
ONLY_FOR = {"pass": ("go",), "score": ("go",), "flip": ("chess", "shogi")}
"""Commands that only some games have."""
BESIDE = "beside"
"""The name of threads on which agents think."""
VARIATION = 8
"""Moves of the principal variation that are shown."""


class Leave(Exception):
    """The person has had enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One move of the game."""

    player: int
    action: int
    before: State
    after: State


def ask_on(console: Console) -> Callable[[str], str]:
    """How to ask a person for a line: with editing at a terminal, with an echo where lines come from a pipe."""

    def from_terminal(prompt: str) -> str:
        import readline  # noqa: F401 (gives `input` its editing)

        return input(prompt)

    def from_pipe(prompt: str) -> str:
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        console.print(prompt + line.rstrip("\n"), markup=False, highlight=False)
        return line

    return from_terminal if sys.stdin.isatty() else from_pipe


def beside(work: Callable[[], Found]) -> Found:
    """What `work` returns or raises, done on a thread of its own: Ctrl-C is heard here while a kernel runs there."""
    done: Future[Found] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    thread = threading.Thread(target=run, daemon=True, name=BESIDE)
    thread.start()
    while thread.is_alive():
        thread.join(0.2)  # a signal just before an endless wait would be heard at its end only
    return done.result()


def end_thoughts() -> None:
    """Ends the program if work is still being done beside it that nobody waits for.

    To tear the interpreter down under a library that is at work makes some of them complain, or crash. Where another
    program has put streams of its own in place of the standard ones, it goes on, and is not ours to end.
    """
    ours = id(sys.stdout) == id(sys.__stdout__)
    if ours and any(thread.name == BESIDE for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


class PlayScreen:
    """One sitting: games until the person leaves."""

    def __init__(
        self,
        game: RecordGame,
        agent: Agent,
        people: Iterable[int],
        *,
        console: Console | None = None,
        ask: Callable[[str], str] | None = None,
        start: State | None = None,
        line: Sequence[int] = (),
    ) -> None:
        """`start` is where games begin; `line` are the moves that the first has already."""
        if game.num_players != 2:
            raise InvalidParameter(f"{game.name} is a game for one; play shows games for two")
        self.game = game
        self.agent = agent
        self.people = frozenset(people)
        self.console = console or Console(highlight=False)
        self.ask = ask or ask_on(self.console)
        self.start = game.initial_state() if start is None else start
        self.colours = boards.has_colours(self.console)
        self.unicode = boards.is_unicode(self.console)
        self.flipped = self.people == {1} and boards.can_turn(game)
        suffix = next((form.suffix for form in formats_of(game.name)), "svg")
        self.example_file = f"FILE.{suffix}"
        self.line = line
        self.turns: list[Turn] = []
        self.resigned: int | None = None
        self.thought = ""
        """What the agent said of its last move."""
        self.failed = False
        """Whether the agent, an external engine, has failed and must be told the game anew."""

    @property
    def state(self) -> State:
        """The position now."""
        return self.turns[-1].after if self.turns else self.start

    def run(self) -> None:
        """Plays until the person leaves, or to the end where there is no person."""
        for action in self.line:
            self.turns.append(self.turn(action))
        if self.turns:
            self.tell_all()
            self.show()
        else:
            self.new()
        try:
            while True:
                if self.is_over():
                    self.say(self.result(), style="bold")
                    if not self.people:
                        return
                    while self.is_over():
                        self.command(self.ask(f"new, undo, save {self.example_file} or quit> "))
                elif self.game.player(self.state) in self.people:
                    self.command(self.ask(f"{self.name(self.game.player(self.state))}> "))
                else:
                    self.think_or_ask()
        except (EOFError, KeyboardInterrupt):
            self.say("")
            self.say("good bye")
        except Leave:
            self.say("good bye")

    # What a person types

    def command(self, line: str) -> None:
        """Does what a line asks; a mistake costs one line of explanation."""
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        try:
            match word.lower():
                case "":
                    return
                case "quit" | "exit" | "q":
                    raise Leave
                case "help" | "?":
                    self.help()
                case "new":
                    self.new()
                case "undo":
                    self.undo()
                case "hint":
                    self.hint()
                case "score":
                    self.say(self.score())
                case "moves":
                    self.list_moves()
                case "flip":
                    self.flip()
                case "resign":
                    self.resign()
                case "save":
                    self.save(rest)
                case _:
                    self.move(line.strip())
        except TengenError as error:
            self.say(str(error), style="red")

    def move(self, text: str) -> None:
        """Plays what was typed."""
        if self.is_over():
            raise InvalidParameter(
                f"the game is over; {text[:40]!r} is none of: new, undo, score, save {self.example_file}, quit"
            )
        self.play(self.game.parse_action(self.state, text))

    def undo(self) -> None:
        """Takes moves back until a person is to move again."""
        keep = len(self.turns) - 1
        while keep >= 0 and self.turns[keep].player not in self.people:
            keep -= 1
        if self.resigned is not None:
            self.resigned = None
        elif keep < 0:
            raise InvalidParameter("there is no move of yours to take back")
        else:
            del self.turns[keep:]
        self.tell_all()
        self.show()

    def hint(self) -> None:
        """Shows what the agent thinks of the position."""
        if self.is_over():
            raise InvalidParameter("the game is over")
        with self.console.status("thinking"):
            result = beside(lambda: self.agent.analyze(self.state))
        if result is None:
            raise InvalidParameter(f"{self.agent.text} gives no hints: it does not search")
        best = sorted(range(self.game.num_actions), key=lambda action: -int(result.visits[0, action]))[:3]
        for action in best:
            if result.visits[0, action] > 0:
                move = self.written(self.state, action)
                self.say(f"{move:>5}  value {result.q[0, action]:+.2f}  visits {int(result.visits[0, action])}")
        self.say(f"line   {self.variation(self.state, result)}")

    def resign(self) -> None:
        """The person to move gives up."""
        if self.is_over():
            raise InvalidParameter("the game is over")
        self.resigned = self.game.player(self.state)

    def save(self, file: str) -> None:
        """Writes the game so far."""
        if not file:
            raise InvalidParameter(f"save needs a file: save {self.example_file.replace('FILE', 'game')}")
        path = Path(file).expanduser()
        try:
            if path.suffix == ".svg":
                boards.export_svg(self.render(), path, title=self.heading())
            else:
                saving.save(path, self.record_parts())
        except OSError as error:
            raise InvalidParameter(f"{path} cannot be written: {error.strerror or error}") from None
        self.say(f"saved {path}")

    def list_moves(self) -> None:
        """Lists the legal moves, by piece where there are pieces."""
        if self.is_over():
            raise InvalidParameter("the game is over: there are no moves")
        groups = moves.grouped(self.game, self.state, ascii_only=not self.unicode)
        table = Table.grid(padding=(0, 2))
        for name, texts in groups.items():
            columns = Columns([Text(text, no_wrap=True) for text in texts], padding=(0, 2))
            table.add_row(*([Text(name, style="dim", no_wrap=True)] if len(groups) > 1 else []), columns)
        self.console.print(table)

    def flip(self) -> None:
        """Turns the board round."""
        if not boards.can_turn(self.game):
            raise InvalidParameter(f"the board of {self.game.name} looks the same from both sides")
        self.flipped = not self.flipped
        self.show()

    def help(self) -> None:
        """Lists the commands."""
        known = {word: text for word, text in HELP.items() if self.game.name in ONLY_FOR.get(word, (self.game.name,))}
        for word, meaning in known.items():
            word = word.format(suffix=self.example_file.partition(".")[2])
            self.say(f"  {word:<14}{meaning.format(example=self.example())}")

    def example(self) -> str:
        """How a move may be typed."""
        if self.game.name == "chess":
            return "Nf3 or g1f3"
        if self.game.name == "shogi":
            return "7g7f, P*5e, 8h2b+" + (", ７六歩 or ７六歩(77)" if self.unicode else "")
        legal = self.game.legal_actions(self.start)
        return self.game.action_to_text(self.start, int(legal[len(legal) // 2]))

    # The game

    def new(self) -> None:
        """Begins a game."""
        self.turns, self.resigned, self.thought = [], None, ""
        self.agent.new_game(self.start)
        self.show()

    def think_or_ask(self) -> None:
        """The agent's turn; where an engine fails, the person decides how to go on, and the game is not lost."""
        try:
            if self.failed:
                self.tell_all()
                self.failed = False
            self.think()
        except EngineError as error:
            if not self.people:
                raise
            self.failed = True
            self.say(str(error), style="red")
            self.command(self.ask(f"Enter to try again, undo, save {self.example_file} or quit> "))

    def think(self) -> None:
        """The agent's turn."""
        state = self.state
        with self.console.status(f"{self.agent.text} thinks"):
            action = beside(lambda: self.agent.act(state))
        if action < 0:
            self.resigned = self.game.player(state)
            return
        result = self.agent.thought
        self.thought = "" if result is None else self.account(state, action, result)
        self.play(action)

    def play(self, action: int) -> None:
        """Plays a legal action for whoever is to move."""
        turn = self.turn(action)
        self.turns.append(turn)
        self.agent.notify(turn.before, turn.action, turn.after)
        self.show()

    def turn(self, action: int) -> Turn:
        """What comes of an action now."""
        before = self.state
        return Turn(self.game.player(before), action, before, self.game.apply(before, action))

    def tell_all(self) -> None:
        """Tells the agent the whole game again, after moves were taken back."""
        self.thought = ""
        self.agent.new_game(self.start)
        for turn in self.turns:
            self.agent.notify(turn.before, turn.action, turn.after)

    def is_over(self) -> bool:
        """Whether the game has ended, by resignation too."""
        return self.resigned is not None or self.game.is_over(self.state)

    # What is shown

    def name(self, player: int) -> str:
        """A player's name."""
        return self.game.player_names[player].capitalize()

    def say(self, line: str, style: str = "") -> None:
        """Prints one line."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    def show(self) -> None:
        """Draws the position and what is known about it; at a terminal in place of the last one."""
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            self.console.clear()
        self.console.print(self.render())

    def render(self) -> RenderableType:
        """The board with what is known about the game beside it, or below it in plain text."""
        turn = self.turns[-1] if self.turns else None
        board = boards.draw(
            self.game,
            self.state,
            turn.action if turn else None,
            before=turn.before if turn else None,
            colours=self.colours,
            flipped=self.flipped,
            letters=not self.unicode,
        )
        lines = self.facts()
        if not self.colours:
            return Group(Text(), board, Text("\n".join(lines)))
        table = Table.grid(padding=(0, 4))
        table.add_row(board, Text("\n" + "\n".join(lines)))
        return table

    def facts(self) -> list[str]:
        """What is worth knowing besides the board."""
        lines = [self.heading()]
        if self.turns:
            turn = self.turns[-1]
            text = self.written(turn.before, turn.action)
            lines.append(f"move {len(self.turns)}: {self.name(turn.player)} {text}")
        if not self.game.is_over(self.state):
            lines.append(f"{self.name(self.game.player(self.state))} to move")
        lines += moves.facts(self.game, self.state)
        if self.thought:
            lines += ["", *self.thought.splitlines()]
        return lines

    def heading(self) -> str:
        """The game as a person says it."""
        parameters = self.game.parameters
        size, komi = parameters.get("size"), parameters.get("komi")
        words = "Chess960" if parameters.get("chess960") else self.game.name.capitalize()
        handicap = parameters.get("handicap")
        words += f", handicap {handicap}" if isinstance(handicap, str) and handicap != "none" else ""
        words += f" {size}x{size}" if size is not None else ""
        return words + (f", komi {komi:g}" if isinstance(komi, float) else "")

    def account(self, state: State, action: int, result: SearchResult) -> str:
        """What the agent thought of its move."""
        who = self.name(self.game.player(state))
        visits = int(result.visits[0].sum())
        return (
            f"{who} ({self.agent.text}): value {result.value[0]:+.2f} after {visits} simulations\n"
            f"expects {self.variation(state, result)}"
        )

    def variation(self, state: State, result: SearchResult) -> str:
        """The principal variation in the game's notation."""
        words = []
        for action in result.variations[0][:VARIATION]:
            words.append(self.written(state, action))
            state = self.game.apply(state, action)
        return " ".join(words)

    def written(self, state: State, action: int) -> str:
        """A move as people write it, as far as the terminal can show it."""
        return moves.written(self.game, state, action, ascii_only=not self.unicode)

    def score(self) -> str:
        """The points as the board stands."""
        if not self.game.has_score:
            return f"{self.game.name} has no points"
        lead, _ = self.game.final_score(self.state)
        if lead == 0:
            return "as it stands: nobody leads"
        return f"as it stands: {self.name(0 if lead > 0 else 1)} leads by {abs(lead):g}"

    def result(self) -> str:
        """How the game ended."""
        if self.resigned is not None:
            return f"{self.name(1 - self.resigned)} wins: {self.name(self.resigned)} resigned"
        first = float(self.game.returns(self.state)[0])
        points = ""
        if self.game.has_score:
            points = f" by {abs(self.game.final_score(self.state)[0]):g}"
        why = self.game.termination(self.state)
        why = "" if why == "game over" else f": {why}"
        return f"drawn{why}" if first == 0 else f"{self.name(0 if first > 0 else 1)} wins{points}{why}"

    def record_parts(self) -> saving.Played:
        """The game as it is to be saved."""
        people = ["human" if player in self.people else self.agent.text for player in (0, 1)]
        return saving.Played(
            game=self.game,
            start=self.start,
            actions=[turn.action for turn in self.turns],
            end=self.state,
            resigned=self.resigned,
            players=(people[0], people[1]),
        )
