"""UCI's and USI's lines as text: the words of `position` and `go`.

Sources: S. Meyer-Kahlen, "Description of the universal chess interface (UCI)", April 2006; T. Romstad, "The Universal
Shogi Interface", and shogidokoro's description of it for byoyomi, declarations and `go mate`.
"""

import re
from dataclasses import dataclass, field

LONGEST = 1 << 22
"""Characters of a line that are read; a longer one is refused whole."""

QUOTED = 60
"""Characters of what somebody sent that a message repeats."""


def shorten(text: str | None, *, quoted: bool = True) -> str:
    """What a message repeats of a text: printable, and not much of it."""
    if text is None:
        return "nothing"
    short = "".join(char if char.isprintable() else "?" for char in text[: QUOTED + 1])
    short = short[:QUOTED] + "…" if len(short) > QUOTED else short
    return repr(short) if quoted else short


NUMBERS = (
    *("wtime", "btime", "winc", "binc", "movestogo", "byoyomi"),
    *("depth", "nodes", "movetime", "perft"),
)
"""What `go` takes with a whole number."""

WORDS = (*NUMBERS, "mate", "infinite", "ponder", "searchmoves")


@dataclass(slots=True)
class Go:
    """What a `go` asks for."""

    numbers: dict[str, int] = field(default_factory=dict)
    infinite: bool = False
    ponder: bool = False
    mate: int | None = None
    """The number after `mate`; 0 where it is `infinite` or absent."""
    searchmoves: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What is wrong with it and was left out; one line each."""

    @property
    def timed(self) -> bool:
        """Whether a clock runs."""
        return any(name in self.numbers for name in ("wtime", "btime", "byoyomi"))


def parse_go(words: list[str]) -> Go:
    """Reads the words after `go`. What is not known is passed over, a number that is none is complained of."""
    go = Go()
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if word == "infinite":
            go.infinite = True
        elif word == "ponder":
            go.ponder = True
        elif word == "mate":
            go.mate = 0
            if place < len(words) and words[place] not in WORDS:
                go.mate = _number(words[place]) or 0
                place += 1
            elif words[place : place + 1] == ["infinite"]:
                place += 1
        elif word == "searchmoves":
            while place < len(words) and words[place] not in WORDS:
                go.searchmoves.append(words[place])
                place += 1
        elif word in NUMBERS:
            given = words[place] if place < len(words) and words[place] not in WORDS else None
            place += given is not None
            number = _number(given)
            if number is None:
                go.complaints.append(f"go {word} wants a whole number, not {shorten(given)}: it is left out")
            else:
                go.numbers[word] = number
    return go


def _number(word: str | None) -> int | None:
    """A whole number, negative ones taken for 0: GUIs send them for a clock that has run out."""
    if word is None or not re.fullmatch(r"[+-]?[0-9]{1,15}", word):
        return None
    return max(0, int(word))


@dataclass(frozen=True, slots=True)
class PositionText:
    """What a `position` describes."""

    start: str
    """`startpos`, or a position in the game's own notation."""
    moves: tuple[str, ...] = ()


def parse_position(words: list[str], keyword: str) -> PositionText | None:
    """Reads the words after `position`; None where they name no position. `keyword` is `fen` or `sfen`."""
    place = next((index for index, word in enumerate(words) if word in ("startpos", keyword)), None)
    if place is None:
        return None
    end = words.index("moves", place) if "moves" in words[place:] else len(words)
    start = "startpos" if words[place] == "startpos" else " ".join(words[place + 1 : end])
    return PositionText(start, tuple(words[end + 1 :]))
