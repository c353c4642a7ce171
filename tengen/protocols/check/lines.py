"""The checks that UCI and USI have in common."""

import re
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import partial

from tengen.core.errors import InvalidParameter
from tengen.protocols.check.checklist import QUIET, Checker, NotSupported, WrongAnswer
from tengen.protocols.client_options import EngineOption, parse_option

KINDS = ("check", "spin", "combo", "button", "string", "filename")
"""Types of options."""

THINKING = 0.2
"""Seconds that an engine is given for a move."""


class LineChecker(Checker):
    """Asks an engine of chess or shogi."""

    ready_after: str
    """`uciok` or `usiok`."""
    new_game: str
    ponder_option: str
    nothing: tuple[str, ...]
    """What may stand after `bestmove` where there is no move."""
    start_position: str
    positions: tuple[tuple[str, str], ...]
    """(what is special, arguments of `position`): positions in which there are moves."""
    finished: tuple[tuple[str, str], ...]
    """Likewise, without a move."""
    clock: str
    """Arguments of `go`: a second each."""

    def __init__(self, command: str, *, timeout: float | None = None) -> None:
        super().__init__(command, timeout=timeout)
        self.identity: dict[str, str] = {}
        self.option_lines: list[str] = []
        self.options: dict[str, EngineOption] = {}

    @abstractmethod
    def legal(self, position: str) -> set[str]:
        """The moves in a position, as the protocol writes them."""

    def greet(self) -> str:
        began = time.monotonic()
        lines = self.ask(self.protocol, self.ready_after, self.start_timeout)
        self.identity = {}
        self.option_lines = [line for line in lines if line.startswith("option")]
        for line in lines:
            words = line.split(maxsplit=2)
            if len(words) == 3 and words[0] == "id":
                self.identity[words[1]] = words[2]
            option = parse_option(line)
            if option is not None:
                self.options[option.name] = option
        return f"{self.ready_after} after {time.monotonic() - began:.2f} s"

    def warm_up(self) -> None:
        self.ask("isready", "readyok", self.start_timeout)
        self.engine.send(f"position {self.start_position}")
        self.ask("go nodes 1", "bestmove", self.start_timeout)

    def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "id name and id author", self._identity
        yield "options are well formed", self._options
        yield "isready is answered", self._ready
        yield "an option is set to its default", self._set_option
        yield "an unknown option is passed over", partial(self._survives, "setoption name TengenNoSuchOption value 1")
        yield "an unknown command is passed over", partial(self._survives, "tengen-no-such-command 1 2 3")
        yield "an empty line is passed over", partial(self._survives, "")
        yield "stop without a search is passed over", partial(self._survives, "stop")
        yield f"{self.new_game} and isready", partial(self._survives, self.new_game)
        yield "go nodes", partial(self._limited, "nodes 200")
        yield "go depth", partial(self._limited, "depth 2")
        yield "go movetime", self._movetime
        yield "go with clocks", self._clocks
        yield "go infinite answers after stop, not before", self._infinite
        yield "isready is answered while thinking", self._ready_while_thinking
        yield "info lines have scores and lines of legal moves", self._info
        for special, position in self.positions:
            yield f"a legal move: {special}", partial(self._moves, position)
        for special, position in self.finished:
            yield f"no move: {special}", partial(self._finished, position)
        yield "MultiPV 3 gives three lines", self._multipv
        yield "ponder and ponderhit", self._ponder
        yield "ponder and stop", self._ponder_stop
        yield from self.further()
        yield "answers are not double", self._nothing_left
        yield "quit while thinking", self._quit_thinking
        yield "quit", self._quit

    @abstractmethod
    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Checks of one protocol alone."""

    # the dialogue

    def ask(self, command: str, awaited: str, timeout: float | None = None) -> list[str]:
        """What the engine says up to the line that begins with `awaited`."""
        self.engine.send(command)
        return self.wait(awaited, command, timeout)

    def wait(self, awaited: str, command: str, timeout: float | None = None) -> list[str]:
        """Reads up to the line that begins with the word `awaited`."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        lines: list[str] = []
        while not lines or lines[-1].split(maxsplit=1)[:1] != [awaited]:
            lines.append(self.engine.read(deadline, after=command))
        return lines

    def go(self, position: str, limit: str) -> list[str]:
        """All lines of a search, `bestmove` the last."""
        self.engine.send(f"position {position}")
        return self.ask(f"go {limit}", "bestmove")

    def best(self, position: str, lines: list[str]) -> str:
        """The move that was chosen, if it is legal."""
        words = lines[-1].split()
        move = words[1] if len(words) > 1 else ""
        legal = self.legal(position)
        if move not in legal:
            raise WrongAnswer(f"{lines[-1][:60]!r} in {position!r}: not one of the {len(legal)} legal moves")
        return move

    # the checks

    def _identity(self) -> str:
        missing = [part for part in ("name", "author") if not self.identity.get(part)]
        if missing:
            raise WrongAnswer(f"no id {' and no id '.join(missing)} before {self.ready_after}")
        return f"{self.identity['name']}, {self.identity['author']}"

    def _options(self) -> str:
        names: set[str] = set()
        for line in self.option_lines:
            option = parse_option(line)
            if option is None:
                raise WrongAnswer(f"{line[:80]!r} is no option NAME type TYPE")
            fault = fault_of(option)
            if option.name.lower() in names:
                fault = "declared twice"
            if fault:
                raise WrongAnswer(f"{line[:80]!r}: {fault}")
            names.add(option.name.lower())
        return f"{len(names)} options"

    def _ready(self) -> str:
        began = time.monotonic()
        self.ask("isready", "readyok", self.start_timeout)
        return f"readyok after {time.monotonic() - began:.2f} s"

    def _survives(self, line: str) -> str:
        self.engine.send(line)
        said = self.ask("isready", "readyok")
        if any(each.startswith("bestmove") for each in said):
            raise WrongAnswer("a bestmove that nobody asked for")
        return "readyok"

    def _set_option(self) -> str:
        spins = [option for option in self.options.values() if option.kind == "spin"]
        if not spins:
            raise NotSupported("no option is a number")
        option = spins[0]
        return f"{option.name}: {self._survives(f'setoption name {option.name} value {option.default}')}"

    def _limited(self, limit: str) -> str:
        return self.best(self.start_position, self.go(self.start_position, limit))

    def _movetime(self) -> str:
        began = time.monotonic()
        move = self._limited(f"movetime {round(1000 * THINKING)}")
        return f"{move} after {time.monotonic() - began:.2f} s of {THINKING:g}"

    def _clocks(self) -> str:
        began = time.monotonic()
        move = self._limited(self.clock)
        spent = time.monotonic() - began
        if spent > 2.0:  # a second, and something for a busy machine
            raise WrongAnswer(f"{move} after {spent:.2f} s with 1 s on the clock")
        return f"{move} after {spent:.2f} s of 1"

    def _infinite(self) -> str:
        self._think("infinite")
        return self._stop()

    def _ready_while_thinking(self) -> str:
        self._think("infinite")
        said = self.ask("isready", "readyok")
        if any(line.startswith("bestmove") for line in said):
            raise WrongAnswer("a bestmove instead of going on to think")
        return f"readyok, then {self._stop()}"

    def _think(self, limit: str) -> None:
        """A search that must not end by itself; a fault if it does."""
        self.engine.send(f"position {self.start_position}")
        self.engine.send(f"go {limit}")
        time.sleep(QUIET)
        early = [line for line in self.engine.skip_unasked() if line.startswith("bestmove")]
        if early:
            raise WrongAnswer(f"{early[0][:60]!r} before it was told to stop")

    def _stop(self) -> str:
        began = time.monotonic()
        move = self.best(self.start_position, self.ask("stop", "bestmove"))
        return f"{move} {time.monotonic() - began:.2f} s after stop"

    def _info(self) -> str:
        lines = self.go(self.start_position, f"movetime {round(1000 * THINKING)}")
        told = [line for line in lines if line.startswith("info") and " pv " in line]
        if not told:
            raise NotSupported("no info line with a pv")
        first_moves = self.legal(self.start_position)
        for line in told:
            if not re.search(r"\bscore (cp|mate) [-+]?[0-9]*", line):
                raise WrongAnswer(f"{line[:80]!r} has a pv and no score cp or score mate")
            first = line.partition(" pv ")[2].split()[:1]
            if not first or first[0] not in first_moves:
                raise WrongAnswer(f"{line[:120]!r}: its pv begins with no legal move")
        return told[-1]

    def _moves(self, position: str) -> str:
        return self.best(position, self.go(position, f"movetime {round(1000 * THINKING / 4)}"))

    def _finished(self, position: str) -> str:
        line = self.go(position, f"movetime {round(1000 * THINKING / 4)}")[-1]
        if line.split()[1:2] and line.split()[1] not in self.nothing:
            raise WrongAnswer(f"{line[:60]!r}, not bestmove {self.nothing[0]}")
        return line

    def _multipv(self) -> str:
        name = self._named("multipv")
        self.engine.send(f"setoption name {name} value 3")
        try:
            lines = self.go(self.start_position, f"movetime {round(1000 * THINKING)}")
        finally:
            if self.engine.alive:
                self.engine.send(f"setoption name {name} value 1")
        seen = sorted(set(re.findall(r"\bmultipv ([0-9]+)", "\n".join(lines))))
        if seen != ["1", "2", "3"]:
            raise WrongAnswer(f"lines {', '.join(seen) or 'without multipv'}")
        return f"1, 2, 3; {self.best(self.start_position, lines)}"

    def _ponder(self) -> str:
        self._named(self.ponder_option)
        self._think(f"ponder {self.clock}")
        began = time.monotonic()
        move = self.best(self.start_position, self.ask("ponderhit", "bestmove"))
        return f"{move} {time.monotonic() - began:.2f} s after ponderhit"

    def _ponder_stop(self) -> str:
        self._named(self.ponder_option)
        self._think(f"ponder {self.clock}")
        return self._stop()

    def _named(self, wanted: str) -> str:
        """The option as the engine writes it."""
        for name in self.options:
            if name.lower() == wanted.lower():
                return name
        raise NotSupported(f"no option {wanted}")

    def _nothing_left(self) -> str:
        self.go(self.start_position, "nodes 1")
        time.sleep(QUIET)
        late = [line for line in self.engine.skip_unasked() if line.startswith("bestmove")]
        if late:
            raise WrongAnswer(f"{late[0][:60]!r} after the first bestmove")
        return "one bestmove for one go"

    def _quit_thinking(self) -> str:
        self._think("infinite")
        return self._quit()

    def _quit(self) -> str:
        self.engine.send("quit")
        return self.left()


def fault_of(option: EngineOption) -> str:
    """What is wrong with a declared option; empty if nothing."""
    if option.kind not in KINDS:
        return f"{option.kind!r} is no type of options"
    if option.kind in ("button", "string", "filename"):
        return ""
    if option.kind == "spin" and (option.low is None or option.high is None):
        return "a spin without min or max"
    try:
        option.check(option.default)
    except InvalidParameter:
        return f"the default {option.default!r} is not {option.accepted()}"
    return ""
