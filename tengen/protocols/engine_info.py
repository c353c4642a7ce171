"""What an engine tells of its thinking in UCI's and USI's `info` lines: the last word on its best line."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tengen.protocols.engine_score import value_of

LONGEST = 4000
"""Characters of a line that are read."""

MOST_MOVES = 32
"""Moves of a line that are kept."""


@dataclass(slots=True)
class EngineInfo:
    """The best line's evaluation, for the side to move; what was not told is absent."""

    of_score: Callable[[float], float] = value_of
    """The value that a score of this engine's stands for."""
    value: float | None = None
    """In [-1, 1]; a forced mate is 1 or -1."""
    depth: int | None = None
    nodes: int | None = None
    moves: list[str] = field(default_factory=list)
    """The expected line, as the engine writes it."""

    def clear(self) -> None:
        """A search begins."""
        self.value = self.depth = self.nodes = None
        self.moves = []

    def hear(self, line: str) -> None:
        """Takes over what a line says, if it is of the best line and no mere bound."""
        words = line[:LONGEST].split()
        if words[:1] != ["info"] or "string" in words:
            return
        if _after(words, "multipv") not in (None, "1"):
            return
        nodes = _number(_after(words, "nodes"))
        self.nodes = self.nodes if nodes is None else nodes
        if "lowerbound" in words or "upperbound" in words or "score" not in words:
            return
        value = self._value(words[words.index("score") + 1 : words.index("score") + 3])
        if value is None:
            return
        self.value = value
        self.depth = _number(_after(words, "depth"))
        self.moves = words[words.index("pv") + 1 :][:MOST_MOVES] if "pv" in words else []

    def _value(self, words: list[str]) -> float | None:
        """The value of `cp N` or `mate N`; USI's mate may be `+` or `-` alone, and `mate 0` is that of who is mated."""
        if len(words) < 2 or not re.fullmatch(r"[+-]?[0-9]{1,9}|[+-]", words[1]):
            return None
        if words[0] == "mate":
            return -1.0 if words[1].startswith("-") or words[1] == "0" else 1.0
        if words[0] == "cp" and words[1] not in "+-":
            return self.of_score(int(words[1]))
        return None


def _after(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words[:-1] else None


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and re.fullmatch(r"[0-9]{1,15}", word) else None
