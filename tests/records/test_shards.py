"""Replay shards: whole or absent, and never believed when damaged."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tengen.core.errors import InvalidRecord
from tengen.records import GameRecord, read_shard, read_shards, write_shard
from tengen.records import shards as shards_module


def noughts(**changes: object) -> GameRecord:
    """A game of tic-tac-toe that the first player wins, with a policy of one or two entries a ply."""
    fields: dict[str, object] = {
        "game": "tictactoe",
        "actions": np.array([0, 3, 1, 4, 2], np.int32),
        "result": 1.0,
        "values": np.array([0.1, -0.2, 0.3, -0.9, 1.0], np.float32),
        "weights": np.array([1, 1, 0, 1, 1], np.float32),
        "policy_starts": np.array([0, 2, 3, 4, 6, 7], np.int64),
        "policy_actions": np.array([0, 4, 3, 1, 4, 8, 2], np.int32),
        "policy_probabilities": np.array([0.75, 0.25, 1, 1, 0.5, 0.5, 1], np.float32),
        "players": ("Ada", "Биене"),
        "info": {"date": "2026-01-02", "comment": "two\nlines"},
    }
    return GameRecord(**(fields | changes))  # type: ignore[arg-type]


@st.composite
def records(draw: st.DrawFn) -> GameRecord:
    """Any record whose lengths fit, whatever it says."""
    plies = draw(st.integers(0, 6))
    counts = draw(st.none() | st.lists(st.integers(0, 3), min_size=plies, max_size=plies))
    starts = np.array([], np.int64) if counts is None else np.cumsum([0, *counts]).astype(np.int64)
    entries = 0 if counts is None else int(starts[-1])
    floats = st.floats(width=32)
    some = st.sampled_from([0, plies])
    return GameRecord(
        game=draw(st.text(max_size=5)),
        actions=draw(npst.arrays(np.int32, plies)),
        result=draw(st.floats()),
        score=draw(st.floats(allow_nan=False)),
        start=draw(st.text(max_size=5)),
        values=draw(npst.arrays(np.float32, draw(some), elements=floats)),
        weights=draw(npst.arrays(np.float32, draw(some), elements=floats)),
        policy_starts=starts,
        policy_actions=draw(npst.arrays(np.int32, entries)),
        policy_probabilities=draw(npst.arrays(np.float32, entries, elements=floats)),
        termination=draw(st.sampled_from(["", "time", "two passes"])),
        players=tuple(draw(st.lists(st.text(max_size=4), max_size=2))),
        info=draw(st.dictionaries(st.text(max_size=4), st.text(max_size=9), max_size=3)),
    )


@given(games=st.lists(records(), max_size=4))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, games: list[GameRecord]) -> None:
    path = tmp_path_factory.mktemp("shard") / "games.parquet"
    write_shard(path, games)
    assert read_shard(path) == games


def test_records_that_differ_in_one_entry_are_not_equal() -> None:
    assert noughts() == noughts()
    assert noughts() != noughts(policy_actions=np.array([0, 5, 3, 1, 4, 8, 2], np.int32))
    assert noughts() != noughts(values=np.zeros(0, np.float32))
    assert noughts(result=np.nan) == noughts(result=np.nan)


def test_the_same_games_give_the_same_bytes(tmp_path: Path) -> None:
    write_shard(tmp_path / "a", [noughts(), noughts(result=0.0)])
    write_shard(tmp_path / "b", [noughts(), noughts(result=0.0)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_shard_is_a_parquet_file_that_other_programs_read(tmp_path: Path) -> None:
    write_shard(tmp_path / "games.parquet", [noughts()])
    row = pq.read_table(tmp_path / "games.parquet", page_checksum_verification=True).to_pylist()[0]
    assert row["game"] == "tictactoe"
    assert row["actions"] == [0, 3, 1, 4, 2]
    assert dict(row["info"]) == {"date": "2026-01-02", "comment": "two\nlines"}


def test_a_record_that_mentions_the_checksum_is_no_trouble(tmp_path: Path) -> None:
    odd = noughts(info={"comment": shards_module._CHECKSUM_KEY + "0" * 90}, start=shards_module._CHECKSUM_KEY)
    write_shard(tmp_path / "games.parquet", [odd])
    assert read_shard(tmp_path / "games.parquet") == [odd]


def test_lengths_that_do_not_fit_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecord, match=r"game 2: 3 values for 5 plies"):
        write_shard(tmp_path / "x.parquet", [noughts(), noughts(values=np.zeros(3, np.float32))])
    with pytest.raises(InvalidRecord, match="policy starts do not ascend"):
        write_shard(tmp_path / "x.parquet", [noughts(policy_starts=np.array([0, 3, 2, 4, 6, 7]))])
    with pytest.raises(InvalidRecord, match="7 policy actions, but 1 probabilities"):
        write_shard(tmp_path / "x.parquet", [noughts(policy_probabilities=np.ones(1, np.float32))])
    with pytest.raises(InvalidRecord, match="5 policy starts for 5 plies"):
        write_shard(tmp_path / "x.parquet", [noughts(policy_starts=np.array([0, 2, 3, 4, 7]))])
    assert list(tmp_path.iterdir()) == []


def one_line_naming(path: Path) -> str:
    """The message of the InvalidRecord that reading `path` raises."""
    with pytest.raises(InvalidRecord) as caught:
        read_shard(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_every_truncation_is_named(tmp_path: Path) -> None:
    path = tmp_path / "games.parquet"
    write_shard(path, [noughts()] * 3)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        message = one_line_naming(path)
        assert "empty" in message if length == 0 else "not a Parquet file" in message or "cut short" in message


@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_every_changed_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: float, flip: int) -> None:
    path = tmp_path_factory.mktemp("shard") / "games.parquet"
    write_shard(path, [noughts()] * 3)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= flip
    path.write_bytes(content)
    one_line_naming(path)


@given(junk=st.binary(max_size=300))
def test_no_junk_is_taken_for_a_shard(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("shard") / "games.parquet"
    for content in (junk, b"PAR1" + junk + b"PAR1", b"PAR1" + junk + b"tengen.sha256" + junk + b"0" * 70 + b"PAR1"):
        path.write_bytes(content)
        one_line_naming(path)


def test_another_programs_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "games.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    assert "not a shard of game records" in one_line_naming(path)


def test_another_format_version_is_named_and_left_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "games.parquet"
    monkeypatch.setattr(shards_module, "FORMAT_VERSION", 99)
    write_shard(path, [noughts()])
    monkeypatch.undo()
    assert "format version 99; this version of Tengen reads 2" in one_line_naming(path)
    found = read_shards(tmp_path)
    assert (found.records, len(found.damaged)) == ([], 1)
    assert path.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in one_line_naming(tmp_path / "games.parquet")


def test_a_damaged_shard_is_set_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    for number in range(3):
        write_shard(tmp_path / f"games-{number}.parquet", [noughts(score=float(number))])
    broken = tmp_path / "games-1.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    found = read_shards(tmp_path)
    assert [record.score for record in found.records] == [0.0, 2.0]
    assert len(found.damaged) == 1
    assert "games-1.parquet: cut short" in found.damaged[0]
    assert "set aside as games-1.parquet.damaged" in found.damaged[0]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["games-0.parquet", "games-1.parquet.damaged", "games-2.parquet"]
    assert read_shards(tmp_path).damaged == []


def test_unfinished_files_of_killed_writers_are_not_read(tmp_path: Path) -> None:
    write_shard(tmp_path / "games-0.parquet", [noughts()])
    (tmp_path / ".games-1.parquet.7-ab.part").write_bytes(b"PAR1")
    found = read_shards(tmp_path)
    assert (len(found.records), found.damaged) == (1, [])


def test_a_full_disk_leaves_the_old_shard_and_no_garbage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "games.parquet"
    write_shard(path, [noughts()])

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_shard(path, [noughts(), noughts()])
    monkeypatch.undo()
    assert caught.value.filename == str(path)
    assert read_shard(path) == [noughts()]
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_stops_half_way_leaves_the_old_shard_and_no_garbage(tmp_path: Path) -> None:
    path = tmp_path / "games.parquet"
    write_shard(path, [noughts()])
    limit = path.stat().st_size // 2
    # A limit on the size of files stops the writing itself, as a full disk does; it needs a process of its own.
    script = (
        "import resource, signal, sys\n"
        "from tengen.records import read_shard, write_shard\n"
        "games = read_shard(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    write_shard(sys.argv[1], games * 2)\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "File too large\n"
    assert read_shard(path) == [noughts()]
    assert list(tmp_path.iterdir()) == [path]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit
