"""A journal of finished games: appended to as each game ends, so that a killed run loses none of them.

A frame is a magic word, the length and the CRC-32 of its body, and the body: a JSON header and raw arrays.
When enough games have gathered they move into a Parquet shard, and the journal begins anew.
"""

import dataclasses
import json
import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tengen.records.record import GameRecord
from tengen.records.shards import write_shard

FRAME = struct.Struct("<4sII")
MAGIC = b"TGJ1"


def encode(record: GameRecord) -> bytes:
    """One record as bytes, without the notes on its moves; `decode` reads them back."""
    header: dict[str, object] = {}
    arrays: list[bytes] = []
    for entry in dataclasses.fields(record):
        if entry.name == "notes":
            continue
        value = getattr(record, entry.name)
        if isinstance(value, np.ndarray):
            header[entry.name] = {"dtype": value.dtype.str, "count": len(value)}
            arrays.append(np.ascontiguousarray(value).tobytes())
        else:
            header[entry.name] = value
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + b"".join(arrays)


def decode(body: bytes) -> GameRecord:
    """The record that `encode` wrote."""
    (length,) = struct.unpack_from("<I", body)
    header = json.loads(body[4 : 4 + length])
    place = 4 + length
    values: dict[str, object] = {}
    for name, value in header.items():
        if isinstance(value, dict) and "dtype" in value:
            dtype = np.dtype(value["dtype"])
            values[name] = np.frombuffer(body, dtype, value["count"], place).copy()
            place += value["count"] * dtype.itemsize
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return GameRecord(**values)  # type: ignore[arg-type]


def read(path: Path) -> list[GameRecord]:
    """The whole games in a journal; what a kill cut short at its end is left out."""
    data = path.read_bytes()
    records = []
    place = 0
    while place + FRAME.size <= len(data):
        magic, length, checksum = FRAME.unpack_from(data, place)
        body = data[place + FRAME.size : place + FRAME.size + length]
        if magic != MAGIC or len(body) < length or zlib.crc32(body) != checksum:
            break
        records.append(decode(body))
        place += FRAME.size + length
    return records


class Journal:
    """Appends games to `START-NNNNNN-WORKER.journal` and seals them into shards; their names sort by time, roughly."""

    def __init__(self, folder: Path, *, start: int, worker: int, shard_games: int) -> None:
        self.folder = folder
        self.start = start
        self.worker = worker
        self.shard_games = shard_games
        self.index = 0
        self._begin()

    def append(self, records: Iterable[GameRecord]) -> None:
        """Writes finished games; OSError (a full disk) leaves the journal as it was."""
        for record in records:
            body = encode(record)
            frame = FRAME.pack(MAGIC, len(body), zlib.crc32(body)) + body
            try:
                written = 0
                while written < len(frame):
                    written += os.write(self.file, frame[written:])
            except OSError:
                os.ftruncate(self.file, self.size)
                raise
            self.size += len(frame)
            self.games.append(record)
            if len(self.games) >= self.shard_games:
                self.seal()
                self.index += 1
                self._begin()

    def close(self) -> None:
        """Seals what is there; nothing more can be appended."""
        self.seal()

    def seal(self) -> None:
        """Moves the journal's games into a shard."""
        os.close(self.file)
        if self.games:
            write_shard(self.path.with_suffix(".parquet"), self.games)
        self.path.unlink()

    def _begin(self) -> None:
        self.path = self.folder / f"{self.start:03d}-{self.index:06d}-{self.worker:02d}.journal"
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self.size = 0
        self.games: list[GameRecord] = []


def seal_leftovers(folder: Path) -> int:
    """Turns the journals that a killed run left into shards; returns how many games they held."""
    games = 0
    for path in sorted(folder.glob("*.journal")):
        shard = path.with_suffix(".parquet")
        if not shard.exists():
            records = read(path)
            if records:
                write_shard(shard, records)
            games += len(records)
        path.unlink()
    return games
