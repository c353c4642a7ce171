"""The folder of a match: what is played, and every game as it ends, as a line of JSON and in the game's own format."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, TypeVar

from tengen.arena.lone import PlayedAlone
from tengen.arena.play import PlayedGame
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.core.files import lock, remove_leftovers, write_bytes, write_text
from tengen.games.game import Game
from tengen.records.formats import formats_of
from tengen.records.record import MoveNote

FORMAT = 1
Kept = TypeVar("Kept", PlayedGame, PlayedAlone)
GAMES = "games.jsonl"
SETTINGS = "match.json"


class MatchFolder:
    """Where a match is kept. A folder that has one already goes on with it, under the same settings."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def settings(self) -> dict[str, object] | None:
        """The settings of the match that is there, if any."""
        path = self.folder / SETTINGS
        if not path.exists():
            if (self.folder / GAMES).exists() and (self.folder / GAMES).stat().st_size:
                raise InvalidRecord(f"{self.folder} has {GAMES} but no {SETTINGS}")
            return None
        try:
            settings = json.loads(path.read_text())
        except ValueError:
            raise InvalidRecord(f"{path} is damaged") from None
        if not isinstance(settings, dict) or settings.get("format") != FORMAT:
            raise InvalidRecord(f"{path} is not a match of format {FORMAT}")
        return settings

    def begin(self, **settings: object) -> None:
        """Writes the settings, or checks that the match that is there has the same; None is for what is as usual."""
        wanted = {"format": FORMAT} | {key: value for key, value in settings.items() if value is not None}
        there = self.settings()
        if there is None:
            write_text(self.folder / SETTINGS, json.dumps(wanted, indent=2) + "\n")
            return
        for key in wanted | there:
            if there.get(key) != wanted.get(key):
                raise InvalidParameter(
                    f"{self.folder} holds a match with {key} {there.get(key)!r}, not {wanted.get(key)!r}: "
                    "take another folder, or the same settings"
                )

    def games(self, kind: type[Kept]) -> list[Kept]:
        """The games so far, of one kind. A last line that was cut short by a crash is dropped, from the file too."""
        path = self.folder / GAMES
        if not path.exists():
            return []
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(path, len(whole))
        games = []
        for number, line in enumerate(whole.decode(errors="replace").splitlines(), 1):
            try:
                games.append(from_json(line, kind))
            except (ValueError, TypeError, KeyError):
                raise InvalidRecord(f"{path}, line {number}, is no game of a match") from None
        return games

    @contextmanager
    def writer(self, game: Game) -> Iterator["GameWriter"]:
        """What appends games; nobody else can write to the folder meanwhile."""
        with open(self.folder / GAMES, "ab") as file:
            lock(file, f"another match is writing to {self.folder}")
            for folder in (self.folder, *(self.folder / form.suffix for form in formats_of(game.name))):
                remove_leftovers(folder)  # of a writer that was killed
            yield GameWriter(self.folder, file, game)


class GameWriter:
    """Appends games to a match folder: each is on disk when `add` returns."""

    def __init__(self, folder: Path, file: IO[bytes], game: Game) -> None:
        self.folder = folder
        self.game = game
        self._file = file
        self._count = 0
        self._format = next(iter(formats_of(game.name)), None)

    def keep(self, games: list[PlayedGame]) -> None:
        """Takes over the games that are there; a file that a crash prevented is written now."""
        for number, game in enumerate(games, 1):
            self._write_text(number, game)
        self._count = len(games)

    def add(self, game: PlayedGame | PlayedAlone) -> None:
        """Writes one game; when the disk is full nothing of it stays, and the earlier ones are whole."""
        end = self._file.tell()
        try:
            self._file.write((to_json(game) + "\n").encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            os.truncate(self._file.fileno(), end)
            raise
        self._count += 1
        if isinstance(game, PlayedGame):
            self._write_text(self._count, game)

    def _write_text(self, number: int, game: PlayedGame) -> None:
        """Writes the game's file, such as `sgf/game-000001.sgf`, if it is not there and the game has a format."""
        form = self._format
        if form is None:
            return
        path = self.folder / form.suffix / f"game-{number:06}.{form.suffix}"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_bytes(path, form.write([game.record(self.game.text)]))


def to_json(game: PlayedGame | PlayedAlone) -> str:
    """One line; empty fields are left out."""
    values = _set(asdict(game))
    if "notes" in values:
        values["notes"] = [_set(note) for note in values["notes"]]
    return json.dumps(values)


def _set(values: dict[str, Any]) -> dict[str, Any]:
    """What is not empty."""
    return {key: value for key, value in values.items() if value not in ("", [], (), None)}


def from_json(line: str, kind: type[Kept]) -> Kept:
    """The game that `to_json` wrote; keys that are not known are passed over."""
    values = json.loads(line)
    known = {field.name for field in fields(kind)}
    lists: dict[str, object] = {"actions": [], "moves": []} if kind is PlayedGame else {"actions": []}
    values = lists | {key: value for key, value in values.items() if key in known}
    if isinstance(values.get("seconds"), list):
        values["seconds"] = tuple(values["seconds"])
    if "notes" in values:
        values["notes"] = [_note(note) for note in values["notes"]]
    return kind(**values)


def _note(values: dict[str, Any]) -> MoveNote:
    known = {field.name for field in fields(MoveNote)}
    values = {key: value for key, value in values.items() if key in known}
    return MoveNote(**values | {"variation": tuple(values.get("variation", ()))})
