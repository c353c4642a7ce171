"""Opening books: games in SGF, PGN, KIF or CSA of which the first plies count, or positions a line each.

A line is a position in the game's own notation (FEN, EPD, SFEN, a diagram of Go), `startpos` for the usual one, and
after the word `moves` what is played from there; `position`, `fen` or `sfen` may come before it, as in UCI and USI:

    startpos moves e2e4 c7c5
    r1bqkbnr/pppp1ppp/2n5/4p3/2B1P3/5N2/PPPP1PPP/RNBQK2R b KQkq - id "Italian";
    sfen lnsgkgsnl/1r5b1/ppppppppp/9/9/2P6/PP1PPPPPP/1B5R1/LNSGKGSNL w - 2

Every opening is played by the rules before it counts: what is illegal, or ends the game, is an error of the file.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Literal

from tengen.arena.openings import Opening, Openings
from tengen.core.errors import InvalidParameter, InvalidRecord, TengenError
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records.formats import FORMATS
from tengen.records.text import decode_western, numbered_lines

Order = Literal["random", "sequential"]

LINES = ("epd", "fen", "sfen", "txt")
"""Suffixes of files with a position a line."""


@dataclass(frozen=True, slots=True)
class Book(Openings):
    """Different openings in the order of their file."""

    openings: tuple[Opening, ...]
    digest: str
    """Of the openings, which tells books apart wherever their files lie."""
    order: Order = "random"
    """`random` takes them in an order drawn by the match's seed, each once before any comes again."""

    def draw(self, game: Game, seed: int) -> Iterator[Opening]:
        return cycle(self.openings) if self.order == "sequential" else self._shuffled(seed)

    def _shuffled(self, seed: int) -> Iterator[Opening]:
        for turn in count():
            for place in stream(seed, "book", turn).permutation(len(self.openings)):
                yield self.openings[place]

    def settings(self) -> object:
        return {"book": self.digest, "openings": len(self.openings), "order": self.order}


def read_book(path: str | os.PathLike[str], game: Game, *, plies: int = 0, order: Order = "random") -> Book:
    """The openings of a file, each once; with `plies` no more of each line than these.

    InvalidRecord names the file and the line where something is wrong, InvalidParameter a file of another kind.
    """
    suffix = Path(path).suffix.lower().removeprefix(".")
    known = [*(made.suffix for made in FORMATS.values() if made.game == game.name), *LINES]
    if suffix not in known:
        raise InvalidParameter(f"{path}: books of {game.name} end with {', '.join(f'.{name}' for name in known)}")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    found = _lines(path, data, game, plies) if suffix in LINES else _games(path, suffix, data, game, plies)
    openings = tuple(dict.fromkeys(found))
    if not openings:
        raise InvalidRecord(f"{path}: no opening in this file")
    digest = hashlib.sha256(repr([(each.start, each.actions) for each in openings]).encode()).hexdigest()
    return Book(openings, digest[:16], order)


def _lines(path: str | os.PathLike[str], data: bytes, game: Game, plies: int) -> Iterator[Opening]:
    usual = game.position_to_text(game.initial_state())
    for number, line in numbered_lines(decode_western(data)):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            position, moves = _parts(line)
            state = game.initial_state() if position == "startpos" else game.parse_position(position)
            start = game.position_to_text(state)
            opening = _follow(game, state, moves[: plies or None])
        except TengenError as error:
            raise InvalidRecord(f"{path}, line {number}: {error}") from None
        yield Opening(opening, "" if start == usual else start)


def _parts(line: str) -> tuple[str, list[str]]:
    """A line's position, and the moves from there."""
    line = re.sub(r"^\s*(?:position\s+)?(?:fen\s+|sfen\s+)?", "", line).strip()
    if ";" in line:  # operations of an EPD, whose texts may have any word
        return line, []
    position, _, moves = line.partition(" moves ")
    return position.strip().removesuffix(" moves"), moves.split()


def _games(path: str | os.PathLike[str], suffix: str, data: bytes, game: Game, plies: int) -> Iterator[Opening]:
    try:
        trees = FORMATS[suffix].read(data)
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None
    for number, tree in enumerate(trees, start=1):
        try:
            record = tree.record()
            theirs = make(record.game)
            if theirs.num_actions != game.num_actions or theirs.observation_shape[1:] != game.observation_shape[1:]:
                (_, height, width), (_, ours, columns) = theirs.observation_shape, game.observation_shape
                raise InvalidRecord(f"its board is {height}x{width}, not {ours}x{columns}")
            start = record.start
            state = game.parse_position(start) if start else game.initial_state()
            opening = _follow(game, state, record.actions[: plies or None].tolist())
        except TengenError as error:
            line = _line_of_game(suffix, data, number)
            which = f" (game {number})" if len(trees) > 1 else ""
            raise InvalidRecord(f"{path}, line {line}{which}: {error}") from None
        yield Opening(opening, start)


def _follow(game: Game, state: State, moves: Sequence[int | str]) -> tuple[int, ...]:
    """The actions of an opening; InvalidRecord if the rules forbid one, or the game is over after them."""
    actions: list[int] = []
    for ply, move in enumerate(moves, start=1):
        try:
            action = game.parse_action(state, move) if isinstance(move, str) else move
            state = game.apply(state, action)
        except TengenError as error:
            raise InvalidRecord(f"move {ply}: {error}") from None
        actions.append(action)
    if game.is_over(state):
        raise InvalidRecord(f"the game is over after its {len(actions)} moves: {game.termination(state)}")
    return tuple(actions)


def _line_of_game(suffix: str, data: bytes, number: int) -> int:
    """In which line, from 1, game `number` of a file begins."""
    text = decode_western(data)
    if suffix == "pgn":
        from tengen.records.pgn_lexer import lex

        return lex(text)[number - 1].line
    place = 0
    if suffix == "sgf":
        depth = 0
        for match in re.finditer(r"\[(?:\\.|[^\]\\])*\]|[()]", text, re.DOTALL):
            if match[0] == "(":
                number -= depth == 0
                if number == 0:
                    place = match.start()
                    break
            depth += {"(": 1, ")": -1}.get(match[0], 0)
    elif suffix == "csa" and number > 1:
        ends = [match.end() for match in re.finditer(r"^/\s*$", text, re.MULTILINE)]
        place = ends[min(number - 2, len(ends) - 1)] + 1 if ends else 0
    return len(re.findall(r"\r\n|\n|\r", text[:place])) + 1
