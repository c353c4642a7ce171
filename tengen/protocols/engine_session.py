"""What a UCI and a USI session share: commands are heard at once, what takes time is done on a thread beside.

The thread that hears answers what must be answered while the engine thinks (`stop`, `ponderhit`, `isready`, `quit`)
and hands everything else on in order. Nothing that imports numba or torch is imported before the rules or the agent
are needed.
"""

import queue
import sys
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import tengen
from tengen.agents.control import Control
from tengen.core.errors import InvalidParameter, TengenError
from tengen.protocols import engine_line
from tengen.protocols.engine_line import Go, PositionText, shorten
from tengen.protocols.engine_options import Option, Options, Value

if TYPE_CHECKING:
    from tengen.agents.agent import Agent
    from tengen.games.game import Game, RecordGame
    from tengen.protocols.engine_player import EnginePlayer
    from tengen.protocols.engine_position import Position

Command = Callable[["EngineSession", list[str]], None]
AgentLoader = Callable[["Game"], "Agent"]

COMMANDS: dict[str, Command] = {}
"""What each command calls, in either protocol."""

USUAL = "auto"
"""The agent that stands for the usual one of the game."""

GOODBYE = 2.0
"""Seconds that a thinking engine has to finish after `quit`."""

START = PositionText("startpos")


def check_text(agent: str) -> None:
    """Refuses a text that names no agent that can be searched here."""
    from tengen.agents.text import parse_agent

    if agent != USUAL and parse_agent(agent).kind == "human":
        raise InvalidParameter("the agent 'human' plays at the terminal only: tengen play")


def shared_options(agent: str, hash_name: str, spaced: bool = True) -> list[Option]:
    """The options that both protocols have; USI's names have no spaces."""
    return [
        Option("Agent", "string", agent),
        Option("Threads", "spin", 1, 1, 64),
        Option(hash_name, "spin", 512, 16, 1 << 17),
        Option("Clear Hash" if spaced else "ClearHash", "button"),
        Option("MultiPV", "spin", 1, 1, 500),
        Option("Simulations", "spin", 0, 0, 10_000_000),
        Option("Move Overhead" if spaced else "MoveOverhead", "spin", 50, 0, 5000),
    ]


def command(name: str) -> Callable[[Command], Command]:
    """Registers a method as the command `name`; it gets the words after it."""

    def register(method: Command) -> Command:
        COMMANDS[name] = method
        return method

    return register


class EngineSession(ABC):
    """One GUI's session with an agent, from its first line to `quit`."""

    protocol: ClassVar[str]
    """`uci` or `usi`: the command that opens a session, and what is answered to it, with an `ok`."""
    usual_game: ClassVar[str]
    new_game_command: ClassVar[str]
    position_keyword: ClassVar[str]
    """The word before a position's text: `fen` or `sfen`."""
    patient_rules: ClassVar[dict[str, object]]
    """Parameters of the game under which no draw ends it by itself."""

    clocks: ClassVar[tuple[str, str]]
    """What the clock of player 0 and of player 1 is called: the letter before `time` and `inc`."""
    resigns: ClassVar[bool]
    """Whether the protocol lets an engine resign."""
    hash_option: ClassVar[str]

    def __init__(
        self,
        write: Callable[[str], None],
        agent: str = USUAL,
        *,
        game: str | None = None,
        load: AgentLoader | None = None,
        seed: int | None = None,
    ) -> None:
        """`write` takes each line that is said, from any thread; `load` makes the agent in another way."""
        self.closed = False
        self.options = Options(self.declared_options(agent))
        self.debug = False
        self._write = write
        self._game_text = game or self.usual_game
        self._load_with = load
        self._seed = seed
        self._voice = threading.Lock()
        self._control: Control | None = None
        self._counting = False
        self._player: EnginePlayer | None = None
        self._position: Position | None = None
        self._text = START
        self._tasks: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._worker = threading.Thread(target=self._work, name="engine", daemon=True)
        self._worker.start()

    # What differs

    @abstractmethod
    def declared_options(self, agent: str) -> list[Option]:
        """The options, with the agent that was named at the start as a default."""

    @abstractmethod
    def game_parameters(self) -> dict[str, object]:
        """Parameters of the game that options set."""

    @abstractmethod
    def score(self, value: float) -> int:
        """A value in [-1, 1] as `score cp` tells it."""

    @abstractmethod
    def mate_score(self, plies: int, won: bool) -> str:
        """How far off a proven end is, as `score` tells it."""

    @abstractmethod
    def best_move(self, action: str | None, ponder: str | None) -> str:
        """The line that ends a search; `action` None resigns, or there is none."""

    def resign_threshold(self, usual: float) -> float:
        """How much below a draw a position is given up, 0 for never; `usual` is what the agent's text says."""
        return usual

    @property
    def hash_megabytes(self) -> int:
        """Memory for the tree."""
        return self.options.number(self.hash_option)

    # What is heard

    def receive(self, line: str) -> None:
        """Takes one line from the GUI. Words before the first that is known are passed over, as the protocols ask."""
        if len(line) > engine_line.LONGEST:
            self.tell(f"a line of more than {engine_line.LONGEST} characters is not read")
            return
        words = line.replace("\0", " ").split()
        for place, word in enumerate(words):
            if word in COMMANDS or word == self.protocol or word == self.new_game_command:
                self._obey(word, words[place + 1 :])
                return
        if words and self.debug:
            self.tell(f"unknown command {shorten(line.strip())}")

    def _obey(self, word: str, arguments: list[str]) -> None:
        if word == self.protocol:
            self._introduce()
            return
        if word == self.new_game_command:
            self._later(word, self._new_game)
            return
        try:
            COMMANDS[word](self, arguments)
        except Exception as error:
            self._report(error)

    def say(self, line: str) -> None:
        """Says one line to the GUI; one that has gone is said nothing more."""
        with self._voice:
            try:
                self._write(line)
            except (OSError, ValueError):
                self.closed = True

    def tell(self, message: str) -> None:
        """Says something for people to read."""
        self.say("info string " + " ".join(message.split()))

    def check(self) -> None:
        """Refuses texts that name no agent or no fitting rules, before a GUI is kept waiting for them."""
        check_text(self.options.text("Agent"))
        if self._game_text != self.usual_game:  # whose rules take a second to load
            self._make()

    def close(self, patience: float = GOODBYE) -> None:
        """Ends the session: a search says its move, then the agent is freed. Waits for it as long as `patience`."""
        self.closed = True
        if self._control is not None:
            self._control.stop()
        self._tasks.put(self._free)
        self._tasks.put(None)
        self._worker.join(patience)

    @property
    def finished(self) -> bool:
        """Whether nothing of the session runs any more."""
        return not self._worker.is_alive()

    def warm_up(self) -> None:
        """Loads the rules and the agent beside, so that the first move need not wait for them."""
        self._tasks.put(self._warm)

    # The thread that works

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception as error:
                self._report(error)

    def _report(self, error: Exception) -> None:
        """Says what went wrong in one line; the details of what nobody foresaw are for whoever mends it."""
        if isinstance(error, TengenError):
            self.tell(str(error))
        else:
            traceback.print_exception(error, file=sys.stderr)
            self.tell(f"internal error: {type(error).__name__}: {error}")

    def _later(self, what: str, task: Callable[[], None]) -> None:
        """Does something after all that came before it; refused while the engine thinks and was not told to stop."""
        if self._is_thinking():
            self.tell(f"{what} is not obeyed while the engine thinks: stop comes first")
        else:
            self._tasks.put(task)

    def _is_thinking(self) -> bool:
        """Whether a search runs that was not told to stop. What follows a perft waits for its end."""
        control = self._control
        return control is not None and not control.stopped and not self._counting

    def _warm(self) -> None:
        if not self.closed:
            self.player.prepare()

    def _free(self) -> None:
        if self._player is not None:
            self._player.close()

    @property
    def player(self) -> "EnginePlayer":
        """The agent's side, for the thread that works."""
        if self._player is None:
            from tengen.protocols.engine_player import EnginePlayer

            game, patient = self._make(), self._make(**self.patient_rules)
            self._player = EnginePlayer(self, game, patient, self._load_with or self._load)
        return self._player

    def _make(self, **parameters: object) -> "RecordGame":
        from tengen.games.game import RecordGame
        from tengen.games.registry import make

        game = make(self._game_text)
        known = game.parameters
        given = {name: value for name, value in (self.game_parameters() | parameters).items() if name in known}
        game = make(self._game_text, **given)
        if not isinstance(game, RecordGame) or game.num_players != 2:
            raise InvalidParameter(f"{self.protocol} is for two players and compiled rules, not for {game.name}")
        return game

    def _load(self, game: "Game") -> "Agent":
        from tengen.agents.load import load_agent
        from tengen.agents.zoo import usual_agent

        threads, text = self.options.number("Threads"), self.options.text("Agent")
        if text == USUAL:
            usual = usual_agent(game)
            text = usual.text
            self.tell(f"the agent is {text}" + (f"; {usual.note}" if usual.note else ""))
        return load_agent(text, game, seed=self._seed, threads=threads)

    # Commands

    def _introduce(self) -> None:
        self.say(f"id name Tengen {tengen.__version__}")
        self.say("id author the Tengen developers")
        for option in self.options.options.values():
            self.say(option.declaration())
        self.say(f"{self.protocol}ok")

    @command("debug")
    def _debug(self, arguments: list[str]) -> None:
        if arguments[:1] not in (["on"], ["off"]):
            raise InvalidParameter("debug is on or off")
        self.debug = arguments[0] == "on"

    @command("isready")
    def _isready(self, arguments: list[str]) -> None:
        if self._control is not None:
            self.say("readyok")
        else:
            self._tasks.put(self._get_ready)

    def _get_ready(self) -> None:
        try:
            self.player.prepare()
        except Exception as error:
            self._report(error)
        self.say("readyok")

    @command("setoption")
    def _setoption(self, arguments: list[str]) -> None:
        option, value = self.options.parse(arguments)
        if option.name == "Agent":
            check_text(str(value))
        self._later("setoption", lambda: self._set(option, value))

    def _set(self, option: Option, value: Value) -> None:
        if option.kind != "button":
            self.options.set(option, value)
        if self._player is not None:
            if option.name in ("Agent", "Threads", "UCI_Chess960"):
                self._player.close()
                self._player = self._position = None
            elif option.kind == "button" or option.name == self.hash_option:
                self._player.forget(memory_too=True)

    @command("register")
    def _register(self, arguments: list[str]) -> None:
        pass  # there is nobody to register with

    def _new_game(self) -> None:
        self._text, self._position = START, None
        if self._player is not None:
            self._player.forget()

    @command("position")
    def _describe(self, arguments: list[str]) -> None:
        text = engine_line.parse_position(arguments, self.position_keyword)
        if text is None:
            raise InvalidParameter(f"position wants: position startpos|{self.position_keyword} … moves …")
        self._later("position", lambda: self._move_to(text))

    def _move_to(self, text: PositionText) -> None:
        self._position = self.player.position(text, self._position)
        self._text = text

    def here(self) -> "Position":
        """The position; the start where none was given."""
        if self._position is None:
            self._position = self.player.position(self._text, None)
        return self._position

    @command("go")
    def _go(self, arguments: list[str]) -> None:
        began = time.monotonic()
        go = engine_line.parse_go(arguments)
        if self._is_thinking():
            self.tell("go is not obeyed while the engine thinks: stop comes first")
            return
        self._counting = "perft" in go.numbers
        control = self._control = Control(pondering=go.ponder, infinite=go.infinite, began=began)
        self._tasks.put(lambda: self._think(go, control))

    def _think(self, go: Go, control: "Control") -> None:
        """Obeys a `go`; whatever happens, the line that ends it is said."""
        if go.complaints:
            self.tell("; ".join(go.complaints[:3]))
        last: str | None = self.best_move(None, None)
        try:
            if self._text is START:
                self.tell("no position is known: it is that of the start")
            if "perft" in go.numbers:
                last = None
                self.player.perft(self.here(), go.numbers["perft"], control)
            else:
                last = self.think(go, control)
        except Exception as error:
            self._report(error)
        if self._control is control:
            self._control = None
        if last is not None:
            self.say(last)

    def think(self, go: Go, control: "Control") -> str:
        """Searches the position as `go` asks for; the line that ends the search."""
        return self.best_move(*self.player.think(self.here(), go, control))

    @command("stop")
    def _stop(self, arguments: list[str]) -> None:
        if self._control is None:
            self.tell("stop: nothing is being thought about")
        else:
            self._control.stop()

    @command("ponderhit")
    def _ponderhit(self, arguments: list[str]) -> None:
        if self._control is None or not self._control.pondering:
            self.tell("ponderhit: nothing is being pondered on")
        else:
            self._control.hit()

    @command("gameover")
    def _gameover(self, arguments: list[str]) -> None:
        if self._control is not None:
            self._control.stop()

    @command("d")
    def _show(self, arguments: list[str]) -> None:
        self._later("d", lambda: self.player.show(self.here()))

    @command("quit")
    def _quit(self, arguments: list[str]) -> None:
        self.closed = True
