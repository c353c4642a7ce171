"""Games out of shards into SGF files."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tengen.core.errors import InvalidRecord
from tengen.core.files import write_text
from tengen.records.record import GameRecord
from tengen.records.sgf import write_sgf
from tengen.records.shards import read_shard


@dataclass(slots=True)
class Exported:
    """What `export_sgf` did."""

    games: int = 0
    damaged: list[str] = field(default_factory=list)
    """One line for each shard that could not be read; it is left as it is."""


def export_sgf(
    source: str | os.PathLike[str], out: str | os.PathLike[str], *, last: int | None = None, comments: bool = True
) -> Exported:
    """Writes the games of a shard, a folder of shards or a run as SGF; of the `last` so many, where that is given.

    An `out` that ends with `.sgf` is one file with all games, any other a folder with `game-000001.sgf` and so on.
    """
    target = Path(out)
    report = Exported()
    records = list(_records(Path(source), report))
    if not records:
        raise InvalidRecord("; ".join(report.damaged) or f"{source}: no games there")
    first = 0 if last is None else max(0, len(records) - last)
    chosen = records[first:]
    if target.suffix == ".sgf":
        write_text(target, write_sgf(chosen, comments=comments))
    else:
        target.mkdir(parents=True, exist_ok=True)
        for number, record in enumerate(chosen, start=first + 1):
            write_text(target / f"game-{number:06}.sgf", write_sgf(record, comments=comments))
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
