"""Files that are either whole or absent."""

from pathlib import Path

import pytest

from tengen.core.files import atomic_write, remove_leftovers, write_bytes, write_text


def test_a_file_appears_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "note.txt", "komi 7\r\n半目")
    assert (tmp_path / "note.txt").read_bytes().decode() == "komi 7\r\n半目"
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")
    with atomic_write(target) as beside:
        beside.write_bytes(b"new")
        assert beside.parent == target.parent
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_a_failure_leaves_the_old_file_and_no_garbage(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")

    def fill_the_disk() -> None:
        with atomic_write(target) as beside:
            beside.write_bytes(b"half")
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        fill_the_disk()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_block_that_writes_nothing_is_an_error_and_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")
    with pytest.raises(FileNotFoundError), atomic_write(target):
        pass
    assert target.read_bytes() == b"old"


def test_what_a_killed_writer_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".games-1.parquet.12-ab.part").write_bytes(b"half")
    write_bytes(tmp_path / "games-0.parquet", b"whole")
    assert remove_leftovers(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["games-0.parquet"]
