"""Games out of shards into the text files that people and other programs read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tengen.core.errors import InvalidRecord
from tengen.core.files import write_bytes
from tengen.records.formats import FORMATS, format_of, formats_of
from tengen.records.record import GameRecord
from tengen.records.shards import read_shard


@dataclass(slots=True)
class Exported:
    """What `export_games` did."""

    games: int = 0
    damaged: list[str] = field(default_factory=list)
    """One line for each shard that could not be read; it is left as it is."""


def export_games(
    source: str | os.PathLike[str], out: str | os.PathLike[str], *, last: int | None = None, comments: bool = True
) -> Exported:
    """Writes the games of a shard, a folder of shards or a run as text; of the `last` so many, where that is given.

    An `out` with the suffix of one of the game's formats, such as `.sgf`, `.pgn`, `.kif` or `.csa`, is one file with
    all games, unless the format holds one game a file. Any other `out`, and that, is a folder with
    `game-000001.sgf` and so on, in the game's usual format if the suffix names none.
    """
    target = Path(out)
    report = Exported()
    records = list(_records(Path(source), report))
    if not records:
        raise InvalidRecord("; ".join(report.damaged) or f"{source}: no games there")
    first = 0 if last is None else max(0, len(records) - last)
    chosen = records[first:]
    game = chosen[0].game.partition(":")[0]
    formats = formats_of(game)
    if not formats or target.suffix.lower().removeprefix(".") in FORMATS:
        form = format_of(target, game)
        as_file = form.several or len(chosen) == 1
    else:
        form, as_file = formats[0], False
    if as_file:
        write_bytes(target, form.write(chosen, comments=comments))
    else:
        target.mkdir(parents=True, exist_ok=True)
        for number, record in enumerate(chosen, start=first + 1):
            write_bytes(target / f"game-{number:06}.{form.suffix}", form.write([record], comments=comments))
    report.games = len(chosen)
    return report


def _records(source: Path, report: Exported) -> Iterator[GameRecord]:
    if source.is_dir():
        folder = source / "games" if (source / "games").is_dir() else source
        paths = sorted(folder.glob("*.parquet"))
    else:
        paths = [source]
    for path in paths:
        try:
            yield from read_shard(path)
        except InvalidRecord as error:
            report.damaged.append(str(error))
