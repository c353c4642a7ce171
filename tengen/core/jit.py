"""The `kernel` decorator: numba in nopython mode, with an on-disk cache that is never stale.

Numba notices a change in a kernel's own file but not in a callee's. So the cache folder is named by a
hash of every source file that can reach a kernel, of numba's and numpy's versions and of numba's flags.

Numba names compiled functions by counters that start alike in every process. Two processes that compile a
kernel for one record type each, a 5x5 board and a 9x9 board, give both the same name, and a third process that
loads both from the cache silently runs one of them for both types. So here the counter starts anywhere.
"""

import atexit
import hashlib
import itertools
import os
import platform
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numba
import numpy as np
from numba.core import bytecode, caching, event

PACKAGE = Path(__file__).resolve().parent.parent
KERNEL_LAYERS = ("core", "games", "mcts")
"""Folders whose files may all shape a compiled kernel; elsewhere only files that import this module do."""

COMPILE_NOTICE_AFTER = 1.5
"""Seconds of compilation after which a person is told what he waits for."""

Function = TypeVar("Function", bound=Callable[..., object])


def source_files() -> list[Path]:
    """All files of the package that a compiled kernel may depend on, sorted by path."""
    files = []
    for path in sorted(PACKAGE.rglob("*.py")):
        layer = path.relative_to(PACKAGE).parts[0]
        if layer in KERNEL_LAYERS or b"tengen.core.jit" in path.read_bytes():
            files.append(path)
    return files


def cache_key() -> str:
    """A hash of all that decides what a kernel compiles to."""
    digest = hashlib.sha256()
    for path in source_files():
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    flags = {name: value for name, value in os.environ.items() if name.startswith("NUMBA_")}
    for fact in (numba.__version__, np.__version__, platform.python_version(), sorted(flags.items())):
        digest.update(repr(fact).encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels lie: `TENGEN_CACHE_DIR`, else the user's cache folder; never the source tree."""
    root = os.environ.get("TENGEN_CACHE_DIR")
    if root is None:
        root = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tengen")
    return Path(root) / "kernels" / cache_key()


def usable_cache_folder() -> Path:
    """The cache folder, made where it was missing; where it cannot be written, one that lasts as long as this process.

    Its children, which inherit the environment, share it.
    """
    wanted = cache_folder()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError as error:
        temporary = tempfile.mkdtemp(prefix="tengen-")
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        os.environ["TENGEN_CACHE_DIR"] = temporary
        if not os.environ.get("TENGEN_QUIET"):
            reason = f"{wanted.parent.parent} cannot be written ({error.strerror}): kernels are compiled each time"
            print(f"{reason}; TENGEN_CACHE_DIR names another folder", file=sys.stderr, flush=True)
        return cache_folder()


def _number_functions_anew() -> None:
    """Starts numba's numbers of compiled functions where no other process does."""
    bytecode.FunctionIdentity._unique_ids = itertools.count(secrets.randbits(60))


def _name_of_its_own(file: caching.IndexDataCacheFile, number: int) -> str:
    """The name of a new file of compiled code: not the next number, which another process may be taking just now.

    The index is read, changed and written without a lock. Of two processes that save two types at once, one loses
    its entry and compiles again some day; with numbers, the entry that stays could point at the other's code.
    """
    name: str = file._data_name_pattern.format(number=secrets.randbits(60))
    return name


class _CompileNotice(event.Listener):
    """Prints one line when a first compilation keeps a person waiting."""

    def __init__(self) -> None:
        self.depth = 0
        self.told = False
        self.timer: threading.Timer | None = None

    def on_start(self, event: event.Event) -> None:
        self.depth += 1
        if self.depth == 1 and not self.told:
            self.timer = threading.Timer(COMPILE_NOTICE_AFTER, self.tell)
            self.timer.daemon = True
            self.timer.start()

    def on_end(self, event: event.Event) -> None:
        self.depth -= 1
        if self.depth == 0 and self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def tell(self) -> None:
        if not self.told and not os.environ.get("TENGEN_QUIET"):
            self.told = True
            print("compiling kernels for this machine, once: this takes up to a minute", file=sys.stderr, flush=True)


numba.config.CACHE_DIR = str(usable_cache_folder())
caching.IndexDataCacheFile._data_name = _name_of_its_own
_number_functions_anew()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_number_functions_anew)
event.register("numba:compile", _CompileNotice())


def kernel(function: Function) -> Function:
    """Compiles a module-level function in nopython mode, cached on disk; it never raises and never holds the GIL.

    A division by zero gives inf or nan as in NumPy. The plain function is at `.py_func`.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: Function) -> Function:
    """Compiles as `kernel` does, and puts the body into each kernel that calls it.

    For what runs in inner loops and takes named tuples of arrays: passing those costs more than the work.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
    return compiled
