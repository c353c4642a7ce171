"""Talking to a UCI or USI engine: in this process, or in one of its own."""

import os
import queue
import re
import sys
import time
from pathlib import Path
from typing import Any

from tengen.protocols.engine_session import EngineSession
from tengen.protocols.process import EngineProcess

PATIENCE = 90.0
"""Seconds that an answer may take: kernels may have to be compiled first."""


class Conversation:
    """What both kinds have in common: lines are said, an answer is waited for."""

    heard: list[str]

    def say(self, *lines: str) -> None:
        raise NotImplementedError

    def read(self, deadline: float, after: str) -> str | None:
        """The next line; None when nothing more will come."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def until(self, pattern: str, *, patience: float = PATIENCE) -> list[str]:
        """All lines up to the first that matches."""
        lines: list[str] = []
        deadline = time.monotonic() + patience
        while True:
            line = self.read(deadline, pattern)
            assert line is not None, f"the engine left before {pattern!r}: {lines}"
            lines.append(line)
            if re.search(pattern, line):
                return lines

    def ask(self, *lines: str, until: str, patience: float = PATIENCE) -> list[str]:
        """Says lines; all that is answered up to the first line that matches `until`."""
        self.say(*lines)
        return self.until(until, patience=patience)

    def ready(self) -> list[str]:
        """All that is answered before the engine is ready."""
        return self.ask("isready", until="^readyok$")[:-1]

    def best(self, *lines: str) -> str:
        """The move that the last of `lines`, a `go`, is answered with."""
        return self.ask(*lines, until="^bestmove")[-1].split()[1]

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Session(Conversation):
    """With a session in this process."""

    def __init__(self, kind: type[EngineSession], agent: str = "uct:sims=200", **given: Any) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self.heard = []
        given.setdefault("seed", 1)
        self.session = kind(self._hear, agent, **given)

    def _hear(self, line: str) -> None:
        self.heard.append(line)
        self._lines.put(line)

    def say(self, *lines: str) -> None:
        for line in lines:
            self.session.receive(line)

    def read(self, deadline: float, after: str) -> str | None:
        try:
            return self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"no answer in time to {after!r}: {self.heard[-20:]}") from None

    def close(self) -> None:
        self.session.close()
        assert self.session.finished


class Program(Conversation):
    """With a program."""

    def __init__(self, command: str) -> None:
        self.process = EngineProcess(command)
        self.heard = []

    def say(self, *lines: str) -> None:
        for line in lines:
            self.process.send(line)

    def read(self, deadline: float, after: str) -> str | None:
        line = self.process.read(deadline, after=after)
        self.heard.append(line)
        return line

    def close(self) -> None:
        self.process.close("quit")


def tengen_command(*arguments: str) -> list[str]:
    """The words that start this source tree's program."""
    return [sys.executable, "-m", "tengen.cli", *arguments]


def tengen_environment() -> dict[str, str]:
    """The environment that it needs."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TENGEN_QUIET": "1"}
