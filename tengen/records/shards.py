"""Replay shards: Parquet files of game records, written once, whole or absent, and checked when read.

One row is one game. Besides Parquet's own page checksums, the file's metadata holds a checksum of the whole file,
which is compared before anything else is read: what is damaged never reaches the Parquet reader.
"""

import hashlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tengen.core.errors import InvalidRecord
from tengen.core.files import write_bytes
from tengen.records.record import GameRecord

FORMAT_VERSION = 2
"""Raised whenever a column changes its meaning."""


def _list(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", kind, nullable=False))


SCHEMA = pa.schema(
    [
        pa.field("game", pa.string(), nullable=False),  # the game's text: `go:size=9,komi=7`
        pa.field("start", pa.string(), nullable=False),  # position text, empty for the usual start
        pa.field("termination", pa.string(), nullable=False),  # `two passes`, `resignation`, …; empty in self-play
        pa.field("result", pa.float64(), nullable=False),  # for player 0: 1 won, 0 drawn, -1 lost, nan unknown
        pa.field("score", pa.float64(), nullable=False),  # points by which player 0 leads, komi counted
        pa.field("players", _list(pa.string()), nullable=False),  # names, player 0 first
        pa.field("info", pa.map_(pa.string(), pa.field("value", pa.string(), nullable=False)), nullable=False),
        pa.field("actions", _list(pa.int32()), nullable=False),  # [T] action numbers of the game
        pa.field("values", _list(pa.float32()), nullable=False),  # [T] or empty: for the player to move
        pa.field("weights", _list(pa.float32()), nullable=False),  # [T] or empty: weight of the policy in the loss
        pa.field("policy_starts", _list(pa.int64()), nullable=False),  # [T + 1] or empty: indices into the next two
        pa.field("policy_actions", _list(pa.int32()), nullable=False),  # [P] action numbers
        pa.field("policy_probabilities", _list(pa.float32()), nullable=False),  # [P] sum to 1 in each ply
        pa.field("rewards", _list(pa.float32()), nullable=False),  # [T] or empty: of emulated games
        pa.field("frames", _list(pa.uint8()), nullable=False),  # [F * H * W] or empty: screens, each once
        pa.field("features", _list(pa.float32()), nullable=False),  # [T * C * H * W] or empty: other observations
    ]
)
_ARRAYS: dict[str, type[np.generic]] = {
    "actions": np.int32,
    "values": np.float32,
    "weights": np.float32,
    "policy_starts": np.int64,
    "policy_actions": np.int32,
    "policy_probabilities": np.float32,
    "rewards": np.float32,
    "frames": np.uint8,
    "features": np.float32,
}
_MAGIC = b"PAR1"
_CHECKSUM_KEY = "tengen.sha256"
_UNSET = "0" * 64
"""Stands in the checksum's place while the checksum is taken."""


@dataclass(frozen=True, slots=True)
class ReadShards:
    """What `read_shards` found."""

    records: list[GameRecord]
    """All games of all whole shards, in the order of the shards' names."""
    damaged: list[str]
    """One line for each shard that was set aside: its file and what is wrong with it."""


def write_shard(path: str | os.PathLike[str], records: Sequence[GameRecord]) -> None:
    """Writes game records as one shard; on any failure, a full disk too, what was at `path` is still there."""
    for number, record in enumerate(records):
        try:
            record.check_shapes()
        except InvalidRecord as error:
            raise InvalidRecord(f"{path}: game {number + 1}: {error}") from None
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        SCHEMA,
        compression="zstd",
        use_dictionary=["game", "start", "termination", "players.list.element"],
        write_page_checksum=True,
        store_schema=False,
    ) as writer:
        writer.write_table(_table(records))
        writer.add_key_value_metadata({"tengen.format": str(FORMAT_VERSION), _CHECKSUM_KEY: _UNSET})
    unsigned = sink.getvalue().to_pybytes()
    place = _checksum_place(unsigned)
    assert place is not None
    assert unsigned[place : place + len(_UNSET)] == _UNSET.encode()
    write_bytes(path, unsigned[:place] + _digest(unsigned, place) + unsigned[place + len(_UNSET) :])


def read_shard(path: str | os.PathLike[str]) -> list[GameRecord]:
    """The games of one shard, their arrays read-only views; InvalidRecord names the file and what is wrong."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    return _records(_checked_table(content, str(path)))


def read_shards(folder: str | os.PathLike[str]) -> ReadShards:
    """Reads all `*.parquet` of a folder; a damaged shard is renamed to NAME.damaged, reported, and survived.

    A shard of a newer format version is reported and left where it is: it is not damaged.
    """
    found = ReadShards([], [])
    for shard in each_shard(folder):
        found.records.extend(shard.records)
        found.damaged.extend(shard.damaged)
    return found


def each_shard(folder: str | os.PathLike[str]) -> Iterator[ReadShards]:
    """What `read_shards` finds, shard by shard in the order of their names: no more than one is in memory."""
    for path in sorted(Path(folder).glob("*.parquet")):
        try:
            yield ReadShards(read_shard(path), [])
        except _OtherVersion as error:
            yield ReadShards([], [str(error)])
        except InvalidRecord as error:
            try:
                path.rename(path.with_name(path.name + ".damaged"))
            except OSError as refused:
                yield ReadShards([], [f"{error} (not set aside: {refused.strerror})"])
            else:
                yield ReadShards([], [f"{error} (set aside as {path.name}.damaged)"])


class _OtherVersion(InvalidRecord):
    """A whole shard that this version cannot read."""


def _table(records: Sequence[GameRecord]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        name: pa.array([getattr(record, name) for record in records], SCHEMA.field(name).type)
        for name in ("game", "start", "termination", "result", "score")
    }
    columns["players"] = pa.array([list(record.players) for record in records], SCHEMA.field("players").type)
    columns["info"] = pa.array([list(record.info.items()) for record in records], SCHEMA.field("info").type)
    for name, dtype in _ARRAYS.items():
        arrays = [getattr(record, name) for record in records]
        offsets = np.zeros(len(records) + 1, np.int32)
        np.cumsum([len(array) for array in arrays], out=offsets[1:])
        flat = np.concatenate([np.zeros(0, dtype), *arrays]).astype(dtype, copy=False)
        columns[name] = pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat), type=SCHEMA.field(name).type)
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _checked_table(content: bytes, name: str) -> pa.Table:
    """The table in a shard's bytes, once the checksum over all of them is right."""
    if not content:
        raise InvalidRecord(f"{name}: the file is empty")
    if not content.startswith(_MAGIC):
        raise InvalidRecord(f"{name}: not a Parquet file")
    if not content.endswith(_MAGIC):
        raise InvalidRecord(f"{name}: cut short after {len(content)} bytes")
    place = _checksum_place(content)
    if place is None:
        raise InvalidRecord(f"{name}: a Parquet file, but not a shard of game records, or damaged")
    if _digest(content, place) != content[place : place + len(_UNSET)]:
        raise InvalidRecord(f"{name}: damaged: its checksum does not fit its content")
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        version = (file.metadata.metadata or {}).get(b"tengen.format", b"?").decode()
        if version != str(FORMAT_VERSION):
            raise _OtherVersion(f"{name}: format version {version}; this version of Tengen reads {FORMAT_VERSION}")
        return file.read().cast(SCHEMA)
    except (pa.ArrowException, OSError) as error:
        raise InvalidRecord(f"{name}: {' '.join(str(error).split())}") from None


def _records(table: pa.Table) -> list[GameRecord]:
    plain = {
        name: table.column(name).to_pylist()
        for name in ("game", "start", "termination", "result", "score", "players", "info")
    }
    arrays = {name: _split(table.column(name)) for name in _ARRAYS}
    return [
        GameRecord(
            game=plain["game"][row],
            start=plain["start"][row],
            termination=plain["termination"][row],
            result=plain["result"][row],
            score=plain["score"][row],
            players=tuple(plain["players"][row]),
            info=dict(plain["info"][row]),
            actions=arrays["actions"][row],
            values=arrays["values"][row],
            weights=arrays["weights"][row],
            policy_starts=arrays["policy_starts"][row],
            policy_actions=arrays["policy_actions"][row],
            policy_probabilities=arrays["policy_probabilities"][row],
            rewards=arrays["rewards"][row],
            frames=arrays["frames"][row],
            features=arrays["features"][row],
        )
        for row in range(len(table))
    ]


def _split(column: pa.ChunkedArray) -> list[NDArray[Any]]:
    """The rows of a list column as views into its one flat array."""
    rows: list[NDArray[Any]] = []
    for chunk in column.chunks:
        offsets = chunk.offsets.to_numpy().tolist()
        flat = chunk.values.to_numpy()
        rows += [flat[begin:end] for begin, end in itertools.pairwise(offsets)]
    return rows


def _checksum_place(content: bytes) -> int | None:
    """Where the checksum's 64 digits are in a shard's bytes: the metadata's key, a field header, then the value."""
    key = content.rfind(_CHECKSUM_KEY.encode())
    # Thrift's compact protocol: one byte of field header and one of length (64 < 128) lie between the two strings.
    place = key + len(_CHECKSUM_KEY) + 2
    return place if key >= 0 and place + len(_UNSET) <= len(content) else None


def _digest(content: bytes, place: int) -> bytes:
    """SHA-256 of the whole file, the checksum's own digits taken as zeros."""
    digest = hashlib.sha256(memoryview(content)[:place])
    digest.update(_UNSET.encode())
    digest.update(memoryview(content)[place + len(_UNSET) :])
    return digest.hexdigest().encode()
