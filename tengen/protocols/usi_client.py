"""USI from the referee's side: an engine of shogi started, configured, asked for moves, each within its time."""

import time

from tengen.core.errors import EngineError
from tengen.protocols.client_options import EngineOption, parse_option
from tengen.protocols.engine_info import EngineInfo
from tengen.protocols.engine_score import value_of_shogi_score
from tengen.protocols.process import EngineProcess

START_TIMEOUT = 60.0
"""Seconds for the first answers: engines load networks before they talk."""


class UsiClient:
    """A USI engine in its own process."""

    def __init__(self, command: str, *, timeout: float = 60.0) -> None:
        """Starts the program and shakes hands; EngineError if it does not. `timeout` is for every answer, seconds."""
        self.command = command
        self.timeout = timeout
        self.process = EngineProcess(command)
        self._options: dict[str, EngineOption] = {}
        self.info = EngineInfo(value_of_shogi_score)
        """What the engine has told of its last search."""
        try:
            self._ask("usi", "usiok", max(timeout, START_TIMEOUT))
        except BaseException:
            self.process.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether the engine still runs."""
        return self.process.alive

    @property
    def pid(self) -> int:
        """The process's number."""
        return self.process.process.pid

    @property
    def transcript(self) -> list[str]:
        """What was said: `>` to the engine, `<` its answers, `!` its standard error."""
        return self.process.transcript.lines()

    def options(self) -> dict[str, EngineOption]:
        """What the engine declared, by name."""
        return dict(self._options)

    def configure(self, values: dict[str, str]) -> None:
        """Sets options, which have been checked, and waits until the engine is ready to play."""
        for name, value in values.items():
            self.process.send(f"setoption name {name}" + (f" value {value}" if value else ""))
        self._ask("isready", "readyok", max(self.timeout, START_TIMEOUT))

    def new_game(self) -> None:
        """A game begins."""
        self.process.send("usinewgame")
        self._ask("isready", "readyok", max(self.timeout, START_TIMEOUT))

    def game_over(self, result: str) -> None:
        """The game has ended for the engine: `win`, `lose` or `draw`."""
        self.process.send(f"gameover {result}")

    def play(self, position: str, limit: str, *, seconds: float) -> str:
        """The answer to `position …` and `go …` within `seconds`: a move, `resign` or `win`."""
        self.info.clear()
        self.process.send(f"position {position}")
        line = self._ask(f"go {limit}", "bestmove", seconds)
        words = line.split()
        if len(words) < 2:
            raise EngineError(f"{self.command!r} answered {line!r}: no move")
        return words[1]

    def close(self) -> None:
        """Says `quit` to an engine that still runs; whatever happens, no process is left."""
        self.process.close("quit")

    def _ask(self, command: str, awaited: str, timeout: float) -> str:
        """Sends a command and reads to the line that begins with `awaited`."""
        self.process.skip_unasked()
        deadline = time.monotonic() + timeout
        try:
            self.process.send(command)
            while True:
                line = self.process.read(deadline, after=command)
                words = line.split(maxsplit=1)
                if words and words[0] == awaited:
                    return line
                self.info.hear(line)
                option = parse_option(line)
                if option is not None:
                    self._options[option.name] = option
        except EngineError:
            self.process.close()  # a late answer would be taken for that to the next command
            raise
