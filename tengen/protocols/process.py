"""A program on the other side of two pipes: started, spoken to line by line, always reaped.

Reading happens on threads, so that no wait is longer than its limit and a full stderr pipe stops nobody.
"""

import contextlib
import os
import queue
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from typing import IO

from tengen.core.errors import EngineError, InvalidParameter

EXTRA_PATHS = ("/usr/games", "/usr/local/games")
"""Searched after PATH: Debian keeps game engines there."""

TRANSCRIPT_LINES = 2000
"""The last lines of a dialogue that are kept."""

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
        self.transcript: deque[str] = deque(maxlen=TRANSCRIPT_LINES)
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
                bufsize=1,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineCrashed(f"{command!r} does not start: {error.strerror or error}") from None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._pump, args=(self.process.stdout, ""), daemon=True),
            threading.Thread(target=self._pump, args=(self.process.stderr, "! "), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _pump(self, pipe: IO[str], mark: str) -> None:
        """Moves a pipe's lines on until its end; standard error goes into the transcript alone."""
        with contextlib.suppress(ValueError, OSError):
            for line in pipe:
                line = line.rstrip("\r\n")
                if mark:
                    self.transcript.append(mark + line)
                else:
                    self._lines.put(line)
        if not mark:
            self._lines.put(None)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def send(self, line: str) -> None:
        """Writes one line; EngineCrashed if nobody is there to read it."""
        self.transcript.append("> " + line)
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError):
            raise EngineCrashed(f"{self.command!r} {self._fate()} before {line!r}") from None

    def read(self, deadline: float, *, after: str) -> str:
        """The next line, without its end; `deadline` is on the monotonic clock, `after` is what was asked."""
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise EngineTimeout(f"{self.command!r} gave no answer in time to {after!r}") from None
        if line is None:
            self._lines.put(None)
            raise EngineCrashed(f"{self.command!r} {self._fate()} after {after!r}")
        self.transcript.append("< " + line)
        return line

    def _fate(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=GRACE)
        code = self.process.poll()
        if code is None:
            return "closed its output"
        return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"

    def close(self, farewell: str | None = None) -> None:
        """Says `farewell`, waits a little, then kills what is left; the process is reaped in any case."""
        if farewell is not None and self.alive:
            with contextlib.suppress(EngineError):
                self.send(farewell)
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
