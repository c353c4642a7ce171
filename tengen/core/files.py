"""Files that are either whole or absent: written beside their place, flushed to disk, then renamed."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tengen.core.errors import InvalidParameter


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Gives the path of a new file beside `path`, which takes its place when the block ends.

    Whatever was at `path` stays until the new file is whole and on disk. When the block or the disk fails,
    the new file is removed and the error goes on. The name begins with a dot and ends with `.part`, so that no
    pattern for finished files finds it; a process that is killed leaves it, and `remove_leftovers` clears it.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        yield beside
        with open(beside, "rb") as written:
            os.fsync(written.fileno())
        os.replace(beside, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(beside)):
            error.filename = str(target)  # a full disk is reported without any name, or with that of the new file
        raise
    _sync_folder(target.parent)


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Writes a whole file atomically."""
    with atomic_write(path) as beside:
        beside.write_bytes(content)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Writes a whole text file atomically, as UTF-8, line ends as they are."""
    write_bytes(path, text.encode())


def lock(file: IO[bytes], refusal: str) -> None:
    """Locks an open file until it is closed, for processes that ask; InvalidParameter(refusal) if it is locked."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InvalidParameter(refusal) from None


def remove_leftovers(folder: str | os.PathLike[str]) -> int:
    """Removes what killed writers left in `folder`, which nobody may be writing to; returns how many."""
    leftovers = list(Path(folder).glob(".*.part"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def _sync_folder(folder: Path) -> None:
    """Makes a rename durable where the system lets a folder be synchronised."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
