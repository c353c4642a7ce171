import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.records.record import GameRecord
from tengen.records.shards import read_shard
from tengen.selfplay import journal


def record(plies: int, seed: int = 0) -> GameRecord:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 4, plies)
    entries = int(lengths.sum())
    return GameRecord(
        game="tictactoe",
        actions=rng.integers(0, 9, plies).astype(np.int32),
        result=float(rng.integers(-1, 2)),
        values=rng.random(plies, dtype=np.float32),
        weights=np.ones(plies, np.float32),
        policy_starts=np.cumsum([0, *lengths]).astype(np.int64),
        policy_actions=rng.integers(0, 9, entries).astype(np.int32),
        policy_probabilities=rng.random(entries, dtype=np.float32),
        info={"name": "a"},
    )


def same(first: GameRecord, second: GameRecord) -> bool:
    return journal.encode(first) == journal.encode(second)


@given(plies=st.integers(0, 30), seed=st.integers(0, 100))
def test_a_record_survives_the_journal(plies: int, seed: int) -> None:
    assert same(journal.decode(journal.encode(record(plies, seed))), record(plies, seed))


def test_games_become_a_shard_when_enough_are_there(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path, start=1, worker=0, shard_games=3)
    kept.append([record(5, seed) for seed in range(4)])
    (shard,) = tmp_path.glob("*.parquet")
    assert [same(a, record(5, seed)) for seed, a in enumerate(read_shard(shard))] == [True] * 3
    assert len(journal.read(kept.path)) == 1


def test_a_killed_worker_loses_no_finished_game(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path, start=1, worker=0, shard_games=100)
    kept.append([record(5, seed) for seed in range(4)])
    with open(kept.path, "ab") as file:
        file.write(journal.encode(record(5))[:20])  # the game whose writing the kill cut short
    assert journal.seal_leftovers(tmp_path) == 4
    (shard,) = tmp_path.iterdir()
    assert len(read_shard(shard)) == 4


@given(cut=st.integers(0, 2000))
def test_any_cut_leaves_a_prefix_of_the_games(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("journal")
    kept = journal.Journal(folder, start=1, worker=0, shard_games=100)
    games = [record(5, seed) for seed in range(4)]
    kept.append(games)
    data = kept.path.read_bytes()
    kept.path.write_bytes(data[: min(cut, len(data))])
    found = journal.read(kept.path)
    assert all(same(a, b) for a, b in zip(found, games, strict=False))
    ends = np.cumsum([journal.FRAME.size + len(journal.encode(game)) for game in games])
    assert len(found) == int((ends <= cut).sum())


def test_a_kill_between_shard_and_removal_counts_no_game_twice(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path, start=1, worker=0, shard_games=100)
    kept.append([record(5)])
    copy = kept.path.read_bytes()
    kept.seal()
    kept.path.write_bytes(copy)
    assert journal.seal_leftovers(tmp_path) == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".parquet"]


def test_a_full_disk_leaves_whole_games(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = journal.Journal(tmp_path, start=1, worker=0, shard_games=100)
    kept.append([record(5, 1)])
    write = os.write
    calls = iter([10])

    def full(descriptor: int, data: bytes) -> int:
        for count in calls:
            return write(descriptor, data[:count])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        kept.append([record(5, 2)])
    monkeypatch.undo()
    kept.append([record(5, 3)])
    assert [same(a, record(5, seed)) for a, seed in zip(journal.read(kept.path), (1, 3), strict=True)] == [True, True]
