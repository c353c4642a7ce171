"""The checks of a GTP engine: Go Text Protocol version 2, draft 2 (Farnebäck)."""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial

from tengen.protocols.check.checklist import Checker, NotSupported, WrongAnswer

REQUIRED = (
    "protocol_version",
    "name",
    "version",
    "known_command",
    "list_commands",
    "quit",
    "boardsize",
    "clear_board",
    "komi",
    "play",
    "genmove",
)
"""What every engine must know."""

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
VERTEX = re.compile(r"(pass|resign|[a-hj-z](?:1?[0-9]|2[0-5]))", re.IGNORECASE)
KO = ("B E5", "W D5", "B D4", "W C4", "B D6", "W C6", "B A1", "W B5", "B C5")
"""After these Black has taken the stone on D5, and White may not take back at once."""


class GtpChecker(Checker):
    """Asks a Go engine."""

    protocol = "gtp"

    def __init__(self, command: str, *, timeout: float | None = None) -> None:
        super().__init__(command, timeout=timeout)
        self.known: frozenset[str] = frozenset()

    def greet(self) -> str:
        answer = self._accepted("protocol_version", self.start_timeout)
        return f"protocol_version {answer}"

    def warm_up(self) -> None:
        for command in ("boardsize 9", "clear_board", "genmove black"):
            self._accepted(command, self.start_timeout)

    def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "protocol_version is 2", self._protocol_version
        yield "name", partial(self._text, "name")
        yield "version", partial(self._text, "version")
        yield "list_commands has all that are required", self._list_commands
        yield "known_command", self._known_command
        yield "an unknown command is refused with ?", partial(self._is_refused, "tengen-no-such-command 1 2")
        yield "answers carry the id of their command", self._ids
        yield "empty lines and comments are passed over", self._comments
        yield "boardsize 9, clear_board, komi 6.5", self._empty_board
        yield "boardsize 1000 is refused", partial(self._is_refused, "boardsize 1000")
        yield "boardsize without a number is refused", partial(self._is_refused, "boardsize nine")
        yield "komi without a number is refused", partial(self._is_refused, "komi much")
        yield "play takes moves of both colours, small letters, passes", self._plays
        yield "play on a stone is refused", self._occupied
        yield "play off the board is refused", partial(self._is_refused, "play black Z25")
        yield "play without a vertex is refused", partial(self._is_refused, "play black")
        yield "play that retakes a ko is refused", self._ko
        yield "a refused move leaves the board as it was", self._refused_changes_nothing
        yield "genmove plays on an empty point", self._genmove
        yield "genmove of the same colour twice", self._genmove_twice
        yield "genmove without a colour is refused", partial(self._is_refused, "genmove")
        yield "a whole game on a small board ends", self._whole_game
        yield "undo takes a move back", self._undo
        yield "undo on an empty board is refused", self._undo_nothing
        yield "time_settings and time_left", self._time
        yield "final_score", self._final_score
        yield "answers are not late or double", self._nothing_left
        yield "quit is answered, and the engine leaves", self._quit

    # the dialogue

    def ask(self, command: str, timeout: float | None = None) -> tuple[str, str]:
        """The status with its id (`=`, `?`, `=12`) and the text of the answer."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self.engine.send(command)
        line = ""
        while not line.strip():
            line = self.engine.read(deadline, after=command)
        match = re.match(r"([=?][0-9]*)(.*)", line)
        if match is None:
            raise WrongAnswer(f"{command!r} was answered with {line[:80]!r}, which begins with neither = nor ?")
        lines = [match[2].strip()]
        while line := self.engine.read(deadline, after=command).strip():
            lines.append(line)
        return match[1], "\n".join(lines).strip()

    def _accepted(self, command: str, timeout: float | None = None) -> str:
        status, answer = self.ask(command, timeout)
        if not status.startswith("="):
            raise WrongAnswer(f"{command!r} was refused: {answer or 'no reason given'}")
        return answer

    def _refused(self, command: str) -> str:
        status, answer = self.ask(command)
        if not status.startswith("?"):
            raise WrongAnswer(f"{command!r} was accepted: {status} {answer}")
        return f"{status} {answer}"

    def _is_refused(self, command: str) -> str:
        return self._refused(command)

    def _offers(self, command: str) -> None:
        if command not in self.known:
            raise NotSupported(f"{command} is not in list_commands")

    def _clear(self, size: int = 9) -> None:
        self._accepted(f"boardsize {size}")
        self._accepted("clear_board")

    def _generate(self, colour: str, taken: set[str], size: int = 9, timeout: float | None = None) -> str:
        """The engine's move, which must be a vertex of the board that is empty as far as that can be known."""
        answer = self._accepted(f"genmove {colour}", timeout).upper()
        if not VERTEX.fullmatch(answer):
            raise WrongAnswer(f"genmove {colour} gave {answer[:40]!r}: neither a vertex nor pass nor resign")
        if answer in ("PASS", "RESIGN"):
            return answer
        if LETTERS.index(answer[0]) >= size or not 1 <= int(answer[1:]) <= size:
            raise WrongAnswer(f"genmove {colour} gave {answer}, which is off a board of {size}")
        if answer in taken:
            raise WrongAnswer(f"genmove {colour} gave {answer}, where a stone lies")
        return answer

    # the checks

    def _protocol_version(self) -> str:
        answer = self._accepted("protocol_version")
        if answer != "2":
            raise WrongAnswer(f"{answer!r}")
        return answer

    def _text(self, command: str) -> str:
        answer = self._accepted(command)
        if not answer and command == "name":
            raise WrongAnswer("an empty name")
        return answer

    def _list_commands(self) -> str:
        words = self._accepted("list_commands").split("\n")
        self.known = frozenset(word.strip() for word in words)
        missing = [command for command in REQUIRED if command not in self.known]
        if missing:
            raise WrongAnswer(f"without {', '.join(missing)}")
        return f"{len(self.known)} commands"

    def _known_command(self) -> str:
        for command, wanted in (("play", "true"), ("tengen-no-such-command", "false")):
            answer = self._accepted(f"known_command {command}")
            if answer != wanted:
                raise WrongAnswer(f"known_command {command} gave {answer!r}, not {wanted}")
        return "true for play, false for an unknown one"

    def _ids(self) -> str:
        for command, wanted in (("17 name", "=17"), ("18 tengen-no-such-command", "?18"), ("name", "=")):
            status, _ = self.ask(command)
            if status != wanted:
                raise WrongAnswer(f"{command!r} was answered with {status}, not {wanted}")
        return "=17, ?18"

    def _comments(self) -> str:
        self.engine.send("")
        self.engine.send("# a comment")
        return self._accepted("name # a comment")

    def _empty_board(self) -> str:
        self._clear()
        self._accepted("komi 6.5")
        return "accepted"

    def _plays(self) -> str:
        self._clear()
        for move in ("black D4", "W C3", "b e5", "white pass", "B PASS"):
            self._accepted(f"play {move}")
        return "accepted"

    def _occupied(self) -> str:
        self._clear()
        self._accepted("play black D4")
        return self._refused("play white D4")

    def _ko(self) -> str:
        self._clear()
        for move in KO:
            self._accepted(f"play {move}")
        return self._refused("play W D5")

    def _refused_changes_nothing(self) -> str:
        self._clear()
        self._accepted("play black D4")
        self._refused("play white D4")
        self._accepted("play white E5")
        self._refused("play black E5")
        return "the next moves were accepted"

    def _genmove(self) -> str:
        self._clear()
        self._accepted("play black E5")
        return self._generate("white", {"E5"})

    def _genmove_twice(self) -> str:
        self._clear()
        first = self._generate("black", set())
        return f"{first}, {self._generate('black', {first})}"

    def _whole_game(self) -> str:
        size = 5
        if not self.ask(f"boardsize {size}")[0].startswith("="):
            size = 9
        self._clear(size)
        passes, move = 0, ""
        for ply in range(size * size * 6):
            # engines may load what another size of board needs, at the first move or when the game ends
            move = self._generate(("black", "white")[ply % 2], set(), size, self.start_timeout)
            passes = passes + 1 if move == "PASS" else 0
            if passes == 2 or move == "RESIGN":
                return f"{'resigned' if move == 'RESIGN' else 'two passes'} after {ply + 1} moves on {size}x{size}"
        raise WrongAnswer(f"no end after {size * size * 6} moves on {size}x{size}")

    def _undo(self) -> str:
        self._offers("undo")
        self._clear()
        self._accepted("play black D4")
        self._accepted("undo")
        self._accepted("play black D4")
        return "the point could be played again"

    def _undo_nothing(self) -> str:
        self._offers("undo")
        self._clear()
        return self._refused("undo")

    def _time(self) -> str:
        self._offers("time_settings")
        self._accepted("time_settings 60 10 5")
        if "time_left" in self.known:
            self._accepted("time_left black 30 0")
        self._accepted("time_settings 0 1 0")
        return "accepted"

    def _final_score(self) -> str:
        self._offers("final_score")
        self._clear()
        for move in ("black E5", "white pass", "black pass"):
            self._accepted(f"play {move}")
        answer = self._accepted("final_score")
        if not re.fullmatch(r"[BW]\+([0-9]+\.?[0-9]*|R|Resign)|0|[Dd]raw|jigo", answer):
            raise WrongAnswer(f"{answer[:40]!r} is no score, such as B+3.5, W+0.5 or 0")
        return answer

    def _nothing_left(self) -> str:
        self._accepted("name")
        time.sleep(0.2)
        unasked = self.engine.skip_unasked()
        if any(line.strip() for line in unasked):
            raise WrongAnswer(f"unasked: {next(line for line in unasked if line.strip())[:80]!r}")
        return "nothing unasked"

    def _quit(self) -> str:
        status, _ = self.ask("quit")
        if not status.startswith("="):
            raise WrongAnswer("quit was refused")
        return self.left()
