"""A list of checks of one engine: each passes, fails, or is of something that the engine does not offer."""

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tengen.core.errors import EngineError, TengenError
from tengen.protocols.process import GRACE, EngineCrashed, EngineProcess, EngineTimeout

TIMEOUT = 10.0
"""Seconds for an answer, beside the time that the engine was given to think."""

START_TIMEOUT = 60.0
"""Seconds for the first answers: engines load networks before they talk."""

QUIET = 0.3
"""Seconds in which an engine must not answer, where it has to wait."""

Status = Literal["pass", "fail", "not supported"]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check."""

    name: str
    status: Status
    seen: str
    """What the engine did, on one line."""


@dataclass(slots=True)
class Compliance:
    """What came out of all checks of an engine."""

    protocol: str
    command: str
    checks: list[Check] = field(default_factory=list)

    def of(self, status: Status) -> list[Check]:
        """The checks that ended so."""
        return [check for check in self.checks if check.status == status]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.of("fail")

    def to_json(self) -> dict[str, object]:
        """The same for programs, as `tengen arena --check-engine … --json` prints it."""
        return {
            "protocol": self.protocol,
            "command": self.command,
            "passed": self.passed,
            "checks": [{"name": check.name, "status": check.status, "seen": check.seen} for check in self.checks],
        }


class WrongAnswer(TengenError):
    """The engine did something else than the protocol says; the message is what it did."""


class NotSupported(TengenError):
    """The engine does not offer what was to be checked, and need not."""


class Checker(ABC):
    """Goes through a protocol's list with one engine, which is started again whenever it fails."""

    protocol: str

    def __init__(self, command: str, *, timeout: float | None = None) -> None:
        """`timeout` is for every answer, seconds; if absent TIMEOUT, and START_TIMEOUT for the first."""
        self.command = command
        self.timeout = TIMEOUT if timeout is None else timeout
        self.start_timeout = START_TIMEOUT if timeout is None else timeout
        self.found = Compliance(self.protocol, command)
        self._engine: EngineProcess | None = None
        self._warm = False
        """Whether the engine can choose a first move, so that it is waited for after a new start too."""

    @abstractmethod
    def greet(self) -> str:
        """Says the first words to an engine that has just been started; what it answered."""

    @abstractmethod
    def warm_up(self) -> None:
        """Lets the engine choose a first move, for which it may load or compile something."""

    @abstractmethod
    def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Names of checks with what does them: it returns what was seen, or raises."""

    def run(self, on_check: Callable[[Check], None] = lambda check: None) -> Compliance:
        """All checks in turn; nothing is raised for what the engine does."""
        try:
            self._check("starts and answers the first command", self._start, on_check)
            if self.found.passed:
                self._warm = self._warmed()
                for name, check in self.checks():
                    self._check(name, lambda check=check: self._with_engine(check), on_check)  # type: ignore[misc]
        finally:
            self._close()
        return self.found

    @property
    def engine(self) -> EngineProcess:
        """The engine that runs."""
        assert self._engine is not None
        return self._engine

    def _check(self, name: str, check: Callable[[], str], on_check: Callable[[Check], None]) -> None:
        status: Status = "pass"
        try:
            seen = check()
        except NotSupported as error:
            status, seen = "not supported", str(error)
        except WrongAnswer as error:
            status, seen = "fail", str(error)
        except EngineError as error:
            status, seen = "fail", _without_command(error, self.command)
            self._close()  # a late answer would be taken for that to the next question
        if self._engine is not None and not self._engine.alive and status == "pass" and not name.startswith("quit"):
            status, seen = "fail", f"{seen}; then the engine ended"
        done = Check(name, status, " ".join(seen.split())[:200])
        self.found.checks.append(done)
        on_check(done)

    def _start(self) -> str:
        self._engine = EngineProcess(self.command)
        return self.greet()

    def _warmed(self) -> bool:
        try:
            self.warm_up()
        except TengenError:
            self._close()  # the checks will say what is wrong
            return False
        return True

    def _with_engine(self, check: Callable[[], str]) -> str:
        if self._engine is None or not self._engine.alive:
            self._close()
            self._start()
            if self._warm and not self._warmed():
                self._start()
        self.engine.skip_unasked()
        return check()

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def left(self) -> str:
        """An engine that was told to leave does so in time."""
        began = time.monotonic()
        with contextlib.suppress(EngineCrashed):
            while True:
                try:
                    self.engine.read(began + GRACE, after="quit")
                except EngineTimeout:
                    raise WrongAnswer(f"still there {GRACE:g} s after quit") from None
        if not self.ended(began + GRACE):
            raise WrongAnswer(f"closed its output, but is still there {GRACE:g} s after quit")
        code = self.engine.process.poll()
        if code != 0:
            raise WrongAnswer(f"ended with status {code}, not 0")
        return f"gone after {time.monotonic() - began:.2f} s"

    def ended(self, deadline: float) -> bool:
        """Whether the process ends before `deadline`, on the monotonic clock."""
        while self.engine.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self.engine.alive


def _without_command(error: EngineError, command: str) -> str:
    """What happened, without the command line that everybody knows here."""
    said = str(error).removeprefix(repr(command)).lstrip(": ")
    return said or "failed"
