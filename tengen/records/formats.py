"""Which text formats hold the games of which game: one table, by the suffix of a file's name.

write_games("game.pgn", [record])
records = read_games("game.kif")
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.core.files import write_bytes
from tengen.records.record import GameRecord


class Tree(Protocol):
    """A game as its text tells it, variations and all."""

    def record(self) -> GameRecord:
        """The main line."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write games down."""

    suffix: str
    """Of file names, without the dot."""
    game: str
    """Which game it is for."""
    several: bool
    """Whether a text can hold more than one game."""
    encoding: str = "utf-8"
    """What files are written in, if their text fits into it; else UTF-8 with a byte order mark."""
    writes: bool = True

    def write(self, records: Sequence[GameRecord], *, comments: bool = True, variations: bool = False) -> bytes:
        """A file's contents: records with what is noted of their moves as comments, or without.

        Variations of notes that leave the game become the text's own if asked for, where the format has such.
        """
        if not self.writes:
            raise InvalidRecord(f".{self.suffix} files are read, not written: take .kif or .csa")
        if not self.several and len(records) != 1:
            raise InvalidRecord(f"a .{self.suffix} file holds one game, not {len(records)}")
        try:
            return self._text(records, comments, variations, self.encoding).encode(self.encoding)
        except UnicodeEncodeError:
            return self._text(records, comments, variations, "utf-8").encode("utf-8-sig")

    def read(self, data: bytes) -> Sequence[Tree]:
        """The games of a file's contents."""
        match self.suffix:
            case "sgf":
                from tengen.records.sgf import read_sgf

                return read_sgf(data)
            case "pgn":
                from tengen.records.pgn import read_pgn

                return read_pgn(data)
            case "csa":
                from tengen.records.csa import read_csa

                return read_csa(data)
            case _:
                from tengen.records.kif import read_kif

                return read_kif(data)

    def _text(self, records: Sequence[GameRecord], comments: bool, variations: bool, encoding: str) -> str:
        match self.suffix:
            case "sgf":
                from tengen.records.sgf import write_sgf

                return write_sgf(records, comments=comments, variations=variations)
            case "pgn":
                from tengen.records.pgn import write_pgn

                return write_pgn(records, comments=comments, variations=variations)
            case "csa":
                from tengen.records.csa import write_csa

                return write_csa(records, comments=comments)
            case _:
                from tengen.records.kif import write_kif

                declared = {"cp932": "Shift_JIS"}.get(encoding, "UTF-8")
                return write_kif(records, comments=comments, variations=variations, encoding=declared)


FORMATS = {
    made.suffix: made
    for made in (
        Format("sgf", "go", several=True),
        Format("pgn", "chess", several=True),
        Format("kif", "shogi", several=False, encoding="cp932"),
        Format("kifu", "shogi", several=False),
        Format("csa", "shogi", several=True),
        Format("ki2", "shogi", several=False, writes=False),
        Format("ki2u", "shogi", several=False, writes=False),
    )
}
"""By suffix; a game's first is its usual one. By custom .kif is Shift-JIS and .kifu UTF-8."""


def formats_of(game: str) -> list[Format]:
    """The formats that games of `game`, by its name, are written in, the usual one first; none for some games."""
    return [known for known in FORMATS.values() if known.game == game and known.writes]


def format_of(path: str | os.PathLike[str], game: str) -> Format:
    """The format that a file's name asks for; InvalidParameter if the game, by its name, cannot be written in it."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    known = {each.suffix: each for each in formats_of(game)}
    if suffix in known:
        return known[suffix]
    if not known:
        raise InvalidParameter(f"games of {game} cannot be written to a file: there is no format for them")
    shown = f".{suffix[:20]}" if suffix else "a name without a suffix"
    raise InvalidParameter(
        f"{shown} is not for {game}, whose files end with " + " or ".join(f".{name}" for name in known)
    )


def write_games(
    path: str | os.PathLike[str], records: Sequence[GameRecord], *, comments: bool = True, variations: bool = False
) -> None:
    """Writes records of one game to a file of the format that its name asks for, whole or not at all."""
    if not records:
        raise InvalidRecord("no games to write")
    made = format_of(path, records[0].game.partition(":")[0])
    write_bytes(path, made.write(records, comments=comments, variations=variations))


def read_games(path: str | os.PathLike[str]) -> list[GameRecord]:
    """The main lines of all games of a file; InvalidRecord names the file, the game and what is wrong."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise InvalidParameter(f"{path}: files of games end with {', '.join(f'.{name}' for name in FORMATS)}")
    try:
        trees = FORMATS[suffix].read(Path(path).read_bytes())
        records = []
        for number, tree in enumerate(trees, start=1):
            try:
                records.append(tree.record())
            except InvalidRecord as error:
                raise InvalidRecord(f"game {number}: {error}" if len(trees) > 1 else str(error)) from None
        return records
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None
