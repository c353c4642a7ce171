"""The cache of compiled kernels, shared by processes."""

import os
import subprocess
import sys
from pathlib import Path

from numba.core.caching import IndexDataCacheFile

import tengen.core.jit  # noqa: F401  changes how numba's cache names its files

# `length` is too long to be inlined: only functions that stay functions share their names in the linker.
MODULE = """
import sys
import numpy as np
from tengen.core.jit import kernel

@kernel
def length(state, start):
    total = 0
    for row in range(start, len(state.cells)):
        for column in range(row):
            total += state.cells[column] * state.cells[row]
            while total > 100:
                total = total - state.cells[row] * column - 1
        state.cells[row] += 1
        state.cells[row - 1] += total
        state.cells[:] += 1
        if state.cells[row] > 100:
            state.cells[:] = 0
    return total * 0 + len(state.cells)

@kernel
def width(states):
    total = 0
    for start in range(3):
        total = length(states[0], start)
        if total > 7:
            total += length(states[0], start + 1)
            total -= length(states[0], start + 2)
    states[0].cells[:] = 0
    return length(states[0], 1)

for word in sys.argv[1:]:
    print(width(np.zeros(1, np.dtype([("cells", np.int8, (int(word),))], align=True))))
"""


def run(script: Path, cache: Path, *sizes: int) -> list[int]:
    """Asks a new process for the width of records of these sizes."""
    environment = dict(os.environ, TENGEN_CACHE_DIR=str(cache), PYTHONPATH=os.pathsep.join(sys.path))
    words = [sys.executable, str(script), *map(str, sizes)]
    return [int(line) for line in subprocess.check_output(words, env=environment, text=True).split()]


def test_kernels_that_two_processes_compiled_for_two_records_stay_apart(tmp_path: Path) -> None:
    script, cache = tmp_path / "widths.py", tmp_path / "cache"
    script.write_text(MODULE)
    assert run(script, cache, 3) == [3]
    assert run(script, cache, 5) == [5]
    compiled = sorted(path.name for path in cache.rglob("*.nbc"))
    assert len(compiled) >= 2
    assert run(script, cache, 3, 5) == [3, 5]
    assert run(script, cache, 5, 3) == [5, 3]
    assert sorted(path.name for path in cache.rglob("*.nbc")) == compiled  # nothing was compiled again


def test_two_processes_that_save_at_once_never_mix_up_their_code(tmp_path: Path) -> None:
    mine, other = (IndexDataCacheFile(str(tmp_path), "kernel", "stamp") for _ in range(2))
    write_code = mine._save_data

    def overtaken(name: str, code: str) -> None:
        other._load_index = dict  # what it read before `mine` wrote the index
        other.save("their type", "their code")
        del other._load_index
        write_code(name, code)

    mine._save_data = overtaken
    mine.save("my type", "my code")
    for reader in (mine, other):
        assert reader.load("my type") in (None, "my code")
        assert reader.load("their type") == "their code"
