"""A program on the other side of two pipes: started, spoken to line by line, always reaped.

Reading happens on threads, so that no wait is longer than its limit and a full stderr pipe stops nobody. Whatever the
program writes, only so much of it is held: one that floods its output has to wait until it is read.
"""

import contextlib
import os
import queue
import select
import shlex
import shutil
import signal
import subprocess
import threading
import time
from typing import IO

from tengen.core.errors import EngineError, InvalidParameter
from tengen.protocols.transcript import Transcript

EXTRA_PATHS = ("/usr/games", "/usr/local/games")
"""Searched after PATH: Debian keeps game engines there."""

QUEUED_LINES = 1000
"""Lines that wait to be read; then the engine itself must wait."""

LINE_LENGTH = 1 << 18
"""Characters of the longest line that is taken."""

FLOOD_LINES = 100_000
"""Lines that an engine may write before an answer: more is a flood, a fault of its own."""

SEND_TIMEOUT = 10.0
"""Seconds that an engine has to make room for a line, if it does not read what it is told."""

GRACE = 2.0
"""Seconds that an engine has to leave by itself before it is killed."""


class EngineTimeout(EngineError):
    """The engine did not answer in time."""


class EngineCrashed(EngineError):
    """The engine's process ended, or never began."""


class EngineIllegalMove(EngineError):
    """The engine answered with a move that the rules forbid, or with no move at all."""


def split_command(command: str) -> list[str]:
    """The words of a command line, quoted as in a shell, the program's path filled in; InvalidParameter if absent."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InvalidParameter(f"{command!r} is no command line: {error}") from None
    if not words:
        raise InvalidParameter("an engine needs a command line, such as gtp:gnugo --mode gtp")
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *EXTRA_PATHS])
    program = shutil.which(words[0], path=path)
    if program is None:
        raise InvalidParameter(f"no program {words[0]!r} on the search path (for the engine {command!r})")
    return [program, *words[1:]]


class EngineProcess:
    """One running engine: lines in, lines out, a transcript of both."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.transcript = Transcript()
        words = split_command(command)
        try:
            # a session of its own: an interrupt from the keyboard is ours to handle, and its children die with it
            self.process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise EngineCrashed(f"{command!r} does not start: {error.strerror or error}") from None
        assert self.process.stdin is not None
        os.set_blocking(self.process.stdin.fileno(), False)
        self._lines: queue.Queue[str | None] = queue.Queue(QUEUED_LINES)
        self._ended = False
        self._closed = False
        self._heard = 0
        """Lines read since something was last sent."""
        self._threads = [
            threading.Thread(target=self._pump, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self._note, args=(self.process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _pump(self, pipe: IO[str]) -> None:
        """Moves the lines of standard output on until its end."""
        with contextlib.suppress(ValueError, OSError):
            while line := pipe.readline(LINE_LENGTH):
                self._put(line.rstrip("\r\n"))
        self._put(None)

    def _put(self, line: str | None) -> None:
        """Waits for room, as long as somebody may still read."""
        while not self._closed:
            with contextlib.suppress(queue.Full):
                self._lines.put(line, timeout=0.2)
                return

    def _note(self, pipe: IO[str]) -> None:
        """Standard error goes into the transcript alone."""
        with contextlib.suppress(ValueError, OSError):
            while line := pipe.readline(LINE_LENGTH):
                self.transcript.add("!", line.rstrip("\r\n"))

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def send(self, line: str, *, patience: float = SEND_TIMEOUT) -> None:
        """Writes one line; EngineCrashed if nobody is there to read it, EngineTimeout if nobody does read."""
        self.transcript.add(">", line)
        self._heard = 0
        assert self.process.stdin is not None
        left = (line + "\n").encode(errors="replace")
        deadline = time.monotonic() + patience
        try:
            room = select.poll()
            room.register(self.process.stdin.fileno(), select.POLLOUT)
            while left:
                if not room.poll(1000.0 * max(0.0, deadline - time.monotonic())):
                    raise EngineTimeout(f"{self.command!r} does not read what it is told: {line[:40]!r}")
                with contextlib.suppress(BlockingIOError):
                    left = left[os.write(self.process.stdin.fileno(), left) :]
        except EngineTimeout:
            raise
        except (OSError, ValueError):
            raise EngineCrashed(f"{self.command!r} {self._fate()} before {line[:40]!r}") from None

    def read(self, deadline: float, *, after: str) -> str:
        """The next line, without its end; `deadline` is on the monotonic clock, `after` is what was asked.

        EngineTimeout, EngineCrashed, or EngineError where the engine floods its output.
        """
        try:
            line = None if self._ended else self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise EngineTimeout(f"{self.command!r} gave no answer in time to {after!r}") from None
        if line is None:
            self._ended = True
            raise EngineCrashed(f"{self.command!r} {self._fate()} after {after!r}")
        self.transcript.add("<", line)
        self._heard += 1
        if self._heard > FLOOD_LINES:
            raise EngineError(f"{self.command!r} wrote {FLOOD_LINES} lines without an answer to {after!r}")
        if len(line) >= LINE_LENGTH:
            raise EngineError(f"{self.command!r} wrote a line of more than {LINE_LENGTH} characters after {after!r}")
        return line

    def skip_unasked(self) -> list[str]:
        """Passes over what the engine has said so far, which cannot be the answer to what it is asked next."""
        skipped: list[str] = []
        while len(skipped) < QUEUED_LINES:
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                break
            if line is None:
                self._ended = True
                break
            self.transcript.add("<", line)
            skipped.append(line)
        return skipped

    def _fate(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=GRACE)
        code = self.process.poll()
        if code is None:
            return "closed its output"
        return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"

    def close(self, farewell: str | None = None) -> None:
        """Says `farewell`, waits a little, then kills what is left; the process is reaped in any case."""
        self._closed = True
        if farewell is not None and self.alive:
            with contextlib.suppress(EngineError):
                self.send(farewell, patience=GRACE)
        with contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=GRACE if farewell is not None else 0.0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for thread in self._threads:
            thread.join(timeout=GRACE)
        self._ended = True
