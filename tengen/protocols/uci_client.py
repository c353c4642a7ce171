"""UCI from the referee's side, over python-chess's engine module: an engine started, configured, asked for moves.

python-chess speaks the protocol; what is added here is that every wait has an end, that the dialogue is kept, that
faults are errors of the kinds that an arena knows, and that no process is left.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from tengen.core.errors import EngineError
from tengen.protocols.client_options import EngineOption
from tengen.protocols.engine_info import EngineInfo
from tengen.protocols.process import (
    FLOOD_LINES,
    GRACE,
    LINE_LENGTH,
    EngineCrashed,
    EngineIllegalMove,
    EngineTimeout,
    split_command,
)
from tengen.protocols.transcript import Transcript

if TYPE_CHECKING:
    import chess
    import chess.engine

Found = TypeVar("Found")

START_TIMEOUT = 60.0
"""Seconds for the first answer: engines load networks before they talk."""


class UciClient:
    """A UCI engine in its own process."""

    def __init__(self, command: str, *, timeout: float = 60.0) -> None:
        """Starts the program and shakes hands; EngineError if it does not."""
        import chess.engine

        logging.getLogger("chess.engine").addHandler(logging.NullHandler())  # the transcript tells the same
        self.command = command
        self.timeout = timeout
        lines = Transcript()
        self._lines = lines
        floods: list[str] = []
        self._floods = floods
        info = EngineInfo()
        self.info = info
        """What the engine has told of its last search."""
        pids: list[int] = []

        class Recorded(chess.engine.UciProtocol):
            """Keeps what is said, and ends an engine that floods its output."""

            heard = 0
            """Lines of its output since something was last said to it."""

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                assert isinstance(transport, asyncio.SubprocessTransport)
                pids.append(transport.get_pid())

            def send_line(self, line: str) -> None:
                lines.add(">", line)
                self.heard = 0
                super().send_line(line)

            def pipe_data_received(self, fd: int, data: bytes | str) -> None:
                if floods:
                    return
                if fd == 1:
                    assert isinstance(data, bytes)
                    self.heard += data.count(b"\n")
                    if self.heard > FLOOD_LINES:
                        floods.append(f"wrote {FLOOD_LINES} lines without an answer")
                super().pipe_data_received(fd, data)
                if len(self.buffer[fd]) > LINE_LENGTH:
                    self.buffer[fd].clear()
                    if fd == 1:
                        floods.append(f"wrote a line of more than {LINE_LENGTH} characters")
                if floods:
                    _kill(pids[0])

            def line_received(self, line: str) -> None:
                lines.add("<", line)
                info.hear(line)

            def error_line_received(self, line: str) -> None:
                lines.add("!", line)

        words = split_command(command)
        longest = max(timeout, START_TIMEOUT)

        async def live(started: "Future[chess.engine.SimpleEngine]") -> None:
            """The engine's life, from its start to where its process has been waited for."""
            # a session of its own: an interrupt from the keyboard is ours to handle, and its children die with it
            transport, protocol = await Recorded.popen(words, start_new_session=True)
            try:
                await asyncio.wait_for(protocol.initialize(), longest)
                engine = chess.engine.SimpleEngine(transport, protocol, timeout=timeout)
                started.set_result(engine)
                engine.returncode.set_result(await protocol.returncode)
            except BaseException:
                _kill(transport.get_pid())
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(protocol.returncode, GRACE)
                raise
            finally:
                transport.close()
            engine.close()
            await engine.shutdown_event.wait()

        try:
            self._engine = chess.engine.run_in_background(live, name=f"engine {command!r}")
        except Exception as error:
            if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                raise EngineCrashed(f"{command!r} does not start: {error.strerror or error}") from None
            raise self._fault(error, "uci") from None
        except BaseException:
            for pid in pids:
                _kill(pid)
            raise
        self._pid = pids[0]
        self._engine.timeout = timeout

    @property
    def alive(self) -> bool:
        """Whether the engine still runs."""
        return not self._engine.returncode.done()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._pid

    @property
    def transcript(self) -> list[str]:
        """What was said: `>` to the engine, `<` its answers, `!` its standard error."""
        return self._lines.lines()

    def options(self) -> dict[str, EngineOption]:
        """What the engine declared, by name."""
        found = {}
        for name, option in self._engine.options.items():
            default = "" if option.default is None else str(option.default)
            choices = tuple(word.strip() for word in option.var or [])
            found[name] = EngineOption(name, option.type, default, option.min, option.max, choices)
        return found

    def configure(self, values: dict[str, str]) -> None:
        """Sets options, which have been checked."""
        flags = {"true": True, "false": False}
        kinds = {name: option.kind for name, option in self.options().items()}
        said = {name: flags[value] if kinds[name] == "check" else value for name, value in values.items()}
        self._guarded("setoption", self.timeout, lambda: self._engine.configure(said))

    def play(self, board: "chess.Board", limit: "chess.engine.Limit", *, game: object, seconds: float) -> "chess.Move":
        """The engine's move in a position with what led to it; it has `seconds` beside its limit for every answer."""
        self.info.clear()
        # python-chess ends no search by itself that is limited by a clock, by nodes or by depth
        found = self._guarded("go", seconds, lambda: self._engine.play(board, limit, game=game))
        if found.move is None:
            raise EngineIllegalMove(f"{self.command!r} gave no move ({self._best_said()}) in {board.fen()}")
        return found.move

    def close(self) -> None:
        """Says `quit` to an engine that still runs; whatever happens, no process is left."""
        if self.alive:
            self._engine.timeout = GRACE
            with contextlib.suppress(Exception):
                _within(2 * GRACE, self._engine.quit)
        self._kill()

    def _kill(self) -> None:
        if self.alive:
            _kill(self._pid)
        with contextlib.suppress(Exception):  # set when the process has been waited for
            self._engine.returncode.result(timeout=GRACE)
        self._engine.close()

    def _guarded(self, asked: str, seconds: float, work: Callable[[], Found]) -> Found:
        """What `work` returns; an engine that fails in it, or is not done in time, is ended."""
        try:
            return _within(seconds, work)
        except Exception as error:
            fault = self._fault(error, asked)
            self._kill()
            raise fault from None
        except BaseException:
            self._kill()
            raise

    def _fault(self, error: Exception, asked: str) -> EngineError:
        import chess.engine

        if self._floods:
            return EngineError(f"{self.command!r} {self._floods[0]} to {asked!r}")
        if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
            return EngineTimeout(f"{self.command!r} gave no answer in time to {asked!r}")
        if isinstance(error, (chess.engine.EngineTerminatedError, BrokenPipeError, ConnectionError)):
            return EngineCrashed(f"{self.command!r} ended {self._status()}after {asked!r}")
        best = self._best_said()
        if best:
            return EngineIllegalMove(f"{self.command!r} answered {best!r}: {_one_line(error)}")
        return EngineError(f"{self.command!r}: {_one_line(error)}")

    def _status(self) -> str:
        if not hasattr(self, "_engine"):
            return ""
        try:
            code = self._engine.returncode.result(timeout=GRACE)
        except Exception:
            return ""
        return f"by signal {-code} " if code < 0 else f"with status {code} "

    def _best_said(self) -> str:
        """The answer to the last `go`; empty if there was none."""
        for line in reversed(self._lines.lines()):
            if line.startswith("< bestmove"):
                return line[2:102]
            if line.startswith("> go"):
                break
        return ""


def _within(seconds: float, work: Callable[[], Found]) -> Found:
    """What `work` returns or raises; TimeoutError if it does neither in time."""
    done: Future[Found] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.result(timeout=seconds)


def _kill(pid: int) -> None:
    """Ends a process with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= 200 else said[:197] + "..."
