"""UCI and USI engines that count perft themselves: Stockfish, Fairy-Stockfish."""

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ()
EXTRA_PATHS = "/usr/games:/usr/local/games"
"""Debian keeps game engines there, where PATH may not look."""


def cpu_seconds(pid: int) -> float:
    """CPU time that the threads of a process have used, by the scheduler's count in nanoseconds (Linux)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def perft(*, program: str, prelude: list[str], position: str, depth: int) -> Work:
    """`go perft DEPTH` in an engine process; what it counts is the number that it prints last."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:{EXTRA_PATHS}")
    if path is None:
        raise ModuleNotFoundError(f"no program {program}", name=program)
    engine = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert engine.stdin is not None
    assert engine.stdout is not None
    for line in (*prelude, f"position {position}"):
        engine.stdin.write(line + "\n")
    engine.stdin.flush()

    def work() -> Counts:
        assert engine.stdin is not None
        assert engine.stdout is not None
        before = cpu_seconds(engine.pid)
        engine.stdin.write(f"go perft {depth}\n")
        engine.stdin.flush()
        for line in engine.stdout:
            if line.startswith("Nodes searched:"):
                return {"leaves": int(line.split(":")[1]), "cpu_seconds": cpu_seconds(engine.pid) - before}
        raise RuntimeError(f"{program} ended")

    return work
