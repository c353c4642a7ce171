"""GTP from the referee's side: one command, one response, each within its time.

Go Text Protocol version 2, draft 2 (Farnebäck). Vertices and colours are texts here; what they mean is the
caller's affair.
"""

import time

from tengen.core.errors import EngineError
from tengen.protocols.process import EngineProcess

START_TIMEOUT = 60.0
"""Seconds for the first answer: engines load networks before they talk."""

COLOURS = ("black", "white")
"""GTP's names of player 0 and player 1."""


class GtpRefusal(EngineError):
    """The engine understood the command and answered `?`."""


class GtpClient:
    """A Go engine in its own process."""

    def __init__(self, command: str, *, timeout: float = 60.0) -> None:
        """Starts the program; nothing is said yet. `timeout` is the limit of every answer, seconds."""
        self.timeout = timeout
        self.process = EngineProcess(command)
        self.commands: frozenset[str] = frozenset()
        """What the engine says it knows, once it was asked."""

    @property
    def alive(self) -> bool:
        """Whether the engine still runs."""
        return self.process.alive

    @property
    def transcript(self) -> list[str]:
        """What was said: `>` to the engine, `<` its answers, `!` its standard error."""
        return self.process.transcript.lines()

    def ask(self, command: str, *, timeout: float | None = None) -> str:
        """Sends a command; the text of the answer. GtpRefusal, EngineTimeout or EngineCrashed say what went wrong."""
        return self._ask(command, self.timeout if timeout is None else timeout)

    def _ask(self, command: str, timeout: float) -> str:
        self.process.skip_unasked()
        try:
            self.process.send(command)
            status, answer = self._response(command, time.monotonic() + timeout)
        except EngineError:
            self.process.close()  # a late answer would be taken for that to the next command
            raise
        if status == "?":
            raise GtpRefusal(f"{self.process.command!r} refused {command!r}: {answer or 'no reason given'}")
        return answer

    def _response(self, command: str, deadline: float) -> tuple[str, str]:
        """The status, `=` or `?`, and the text of one response, which an empty line ends."""
        line = ""
        while not line.strip():
            line = self.process.read(deadline, after=command)
        status, body = line[0], line[1:]
        if status not in "=?":
            raise EngineError(f"{self.process.command!r} answered {line!r} to {command!r}: no GTP response")
        lines = [body.lstrip("0123456789").strip()]
        while line := self.process.read(deadline, after=command).strip():
            lines.append(line)
        return status, "\n".join(lines).strip()

    def knows(self, command: str) -> bool:
        """Whether the engine lists `command`."""
        return command in self.commands

    def start(self, size: int, komi: float) -> None:
        """An empty board. The first time the engine is asked what it knows."""
        if not self.commands:
            self._ask("protocol_version", max(self.timeout, START_TIMEOUT))
            self.commands = frozenset(self.ask("list_commands").split())
        self.ask(f"boardsize {size}")
        self.ask("clear_board")
        self.ask(f"komi {komi:g}")

    def play(self, colour: int, vertex: str) -> None:
        """Tells of a move or, before the first move, of a stone on the board."""
        self.ask(f"play {COLOURS[colour]} {vertex}")

    def generate(self, colour: int, *, timeout: float | None = None) -> str:
        """The engine's move, which it plays on its own board: a vertex, `pass` or `resign`, in lower case."""
        return self.ask(f"genmove {COLOURS[colour]}", timeout=timeout).lower()

    def close(self) -> None:
        """Says `quit` to an engine that still runs; whatever happens, no process is left."""
        self.process.close("quit")
