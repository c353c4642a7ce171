"""PGN text into games of tags and tokens, before anybody asks what the moves mean.

It is stricter than python-chess, which passes over what it does not know, and more tolerant of layout: a game ends with
its result, or where the next one's tags begin, not with an empty line.
"""

import re
from dataclasses import dataclass, field

from tengen.records.text import numbered_lines, short

MAX_PLIES = 20_000
"""Longer lines are refused. By the seventy-five-move rule no game has more than 17 697 plies."""
MAX_DEPTH = 100
"""Deeper variations are refused."""
MAX_WORK = 1_000_000
"""For each variation the moves before it are copied; variations that would bring their sum above this are left out."""

RESULTS = ("1-0", "0-1", "1/2-1/2", "*")

_TAG = re.compile(r'\[\s*([A-Za-z0-9][\w+#=:-]*)\s*"((?:[^"\\]|\\.)*+)"\s*\]\s*')
_MOVE = (
    r"(?:[PNBRQK]?[a-h]?[1-8]?[-x:]?[a-h][1-8](?:=?\(?[NBRQK]\)?)?(?:\s?e\.p\.)?"
    r"|[a-h][1-8][-x]?[a-h][1-8]=?[nbrq]?|O-O(?:-O)?|0-0(?:-0)?|--|Z0)"
)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<result>1-0|0-1|1/2-1/2|\*)(?![\w/-])|(?P<number>\d+\s*\.[.\s]*|\d+(?=\s)|\.+)"
    rf"|(?P<move>{_MOVE})(?P<check>[+#]{{0,2}})(?=[\s!?(){{}}$;+#.]|$)"
    r"|(?P<nag>\$\d{1,3}|[!?]{1,2}|[+-]-[+-]?|[+-]/[+-=]|=|N\b|D\b)"
    r"|(?P<open>\()|(?P<close>\))|(?P<comment>\{)|(?P<rest>;.*)|(?P<unknown>[^\s(){};]+|[};])"
)


@dataclass(slots=True)
class LexedGame:
    """One game as text: what python-chess is to read, and what it would pass over."""

    line: int
    """Where it begins, from 1."""
    tags: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    """Moves, comments in braces, parentheses, annotations, the result."""
    errors: list[str] = field(default_factory=list)
    """What is wrong in the main line or the tags."""
    asides: list[str] = field(default_factory=list)
    """What is wrong in variations."""


def lex(text: str) -> list[LexedGame]:
    """The games of a text; it never raises, and takes time in proportion to the text."""
    lexer = _Lexer()
    for number, line in numbered_lines(text):
        lexer.line(number, line)
    lexer.finish()
    return lexer.games


class _Lexer:
    """What has been read, line by line."""

    def __init__(self) -> None:
        self.games: list[LexedGame] = []
        self._game: LexedGame | None = None
        self._comment: list[str] | None = None
        """The pieces of a comment whose brace is open."""
        self._said: list[str] = []
        """Comments that stand side by side, which become one."""
        self._plies = [0]
        """Moves from the start to here, in the main line and in each variation that is open."""
        self._opened = 0
        """Variations of which the beginning is among the tokens and the end is not."""
        self._work = 0
        self._skipped = 0
        """The depth of a variation that is left out; 0 for none."""
        self._over = False
        """Whether the game's line is not followed any longer, since it is too long."""

    @property
    def _depth(self) -> int:
        return len(self._plies) - 1

    def line(self, number: int, line: str) -> None:
        """Reads one line."""
        place = 0
        if self._comment is not None:
            place = self._in_comment(line, 0)
        elif line.startswith("%"):
            return
        elif line.lstrip().startswith("["):
            self._tags(number, line.strip())
            return
        while place < len(line) and self._comment is None:
            found = _TOKEN.match(line, place)
            assert found is not None
            place = found.end()
            if found.lastgroup == "space" or (found.lastgroup == "number" and self._game is None):
                continue
            if found["comment"]:
                self._current(number)
                self._comment = []
                place = self._in_comment(line, place)
            else:
                self._token(number, found)

    def finish(self) -> None:
        """The text is over."""
        if self._comment is not None and self._game is not None:
            self._game.errors.append("a comment has no '}'")
            self._end_comment()
        if self._game is not None and self._depth:
            self._game.errors.append(f"{self._depth} variation{'s have' if self._depth > 1 else ' has'} no ')'")
            self._emit(*[")"] * self._opened)
        if self._game is not None:
            self._emit()
        self._game = None

    def _emit(self, *tokens: str) -> None:
        """Adds tokens to the game, after the comments before them."""
        assert self._game is not None
        if self._said:
            self._game.tokens.append("{ " + " ".join(self._said) + " }")
            self._said = []
        self._game.tokens += tokens

    def _current(self, number: int) -> LexedGame:
        if self._game is None:
            self._game = LexedGame(number)
            self.games.append(self._game)
            self._plies, self._opened, self._work, self._skipped, self._over = [0], 0, 0, 0, False
        return self._game

    def _error(self, said: str) -> None:
        assert self._game is not None
        errors = self._game.asides if self._depth else self._game.errors
        if len(errors) < 20:
            errors.append(said)

    def _in_comment(self, line: str, place: int) -> int:
        assert self._comment is not None
        end = line.find("}", place)
        self._comment.append(line[place:] if end < 0 else line[place:end])
        if end < 0:
            return len(line)
        self._end_comment()
        return end + 1

    def _end_comment(self) -> None:
        assert self._game is not None
        assert self._comment is not None
        said = " ".join(line.strip() for line in self._comment).strip()  # its lines are layout
        self._comment = None
        if said and not self._over and not self._skipped:
            self._said.append(said)

    def _tags(self, number: int, line: str) -> None:
        if self._game is not None and (self._game.tokens or self._said):
            self.finish()
        game = self._current(number)
        place = 0
        while tag := _TAG.match(line, place):
            game.tags[tag[1]] = re.sub(r"\\(.)", r"\1", tag[2])
            place = tag.end()
        rest = line[place:]
        if rest.startswith("["):
            self._error(f'line {number}: {short(rest)!r} is no tag, such as [White "Name"]')
        elif rest:
            self.line(number, rest)

    def _token(self, number: int, found: re.Match[str]) -> None:
        self._current(number)
        if self._over and not (found["result"] or found["open"] or found["close"]):
            return
        if found["result"]:
            if self._depth == 0:
                self._emit(found["result"])
                self._game = None
        elif found["open"]:
            self._open(number)
        elif found["close"]:
            self._close(number)
        elif found["move"]:
            self._plies[-1] += 1
            if self._plies[-1] > MAX_PLIES:
                self._too_much(f"more than {MAX_PLIES} moves")
            elif not self._skipped:
                self._emit(re.sub(r"\s|e\.p\.|[()]|:", "", found["move"]))
        elif found["nag"]:
            if found["nag"].startswith(("$", "!", "?")) and not self._skipped:
                self._emit(found["nag"])
        elif found["unknown"]:
            self._error(f"line {number}: {short(found['unknown'])!r} is no move")

    def _open(self, number: int) -> None:
        before = max(0, self._plies[-1] - 1)
        if len(self._plies) <= MAX_DEPTH + 1:
            self._plies.append(before)
        if self._depth > MAX_DEPTH:
            self._too_much(f"line {number}: variations nest deeper than {MAX_DEPTH}")
        if self._over or self._skipped:
            return
        self._work += before
        if self._plies[-2] == 0 or self._work > MAX_WORK:
            why = "more variations than are followed" if self._plies[-2] else "a variation before the first move"
            self._error(f"line {number}: {why}")
            self._skipped = self._depth
            return
        self._opened += 1
        self._emit("(")

    def _close(self, number: int) -> None:
        if self._depth == 0:
            self._error(f"line {number}: ')' without '('")
            return
        if not (self._over or self._skipped):
            self._opened -= 1
            self._emit(")")
        if self._skipped == self._depth:
            self._skipped = 0
        self._plies.pop()

    def _too_much(self, said: str) -> None:
        assert self._game is not None
        if not self._over:
            self._game.errors.append(said)
            self._over = True
