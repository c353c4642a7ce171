"""Runs contenders side by side: a process each, all pinned to one core, measured in turn.

Round by round each contender gets the same CPU seconds (A B C, A B C, A B C), so that a core that is
slower for a minute is slower for all.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import Case, Contender, Measurement, Row

ROOT = Path(__file__).resolve().parent.parent
MODULE_FOLDERS = [str(ROOT)]
"""Where a worker finds the modules of its contenders."""
ANSWER_LIMIT = 900.0
"""Seconds of silence after which a contender counts as hung."""

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "TENGEN_QUIET": "1",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to measure."""

    seconds: float = 3.0
    """CPU seconds of one measurement."""
    rounds: int = 3
    core: int | None = None
    """The core that all are pinned to; None where the system cannot pin."""
    peer_python: str = sys.executable
    """The interpreter that has the peers."""


class Process:
    """A worker process; see worker.py for the dialogue."""

    def __init__(self, contender: Contender, settings: Settings) -> None:
        python = settings.peer_python if contender.is_peer else sys.executable
        command = [python, "-m", "benchmarks.worker", contender.entry, json.dumps(contender.settings)]
        if settings.core is not None:
            command.append(str(settings.core))
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(MODULE_FOLDERS)},
            bufsize=0,
        )

    def answer(self) -> dict[str, Any]:
        """The next line of the dialogue; `failed` if the process ended or kept silent for too long."""
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], ANSWER_LIMIT)
        if not ready:
            self.close()
            return {"failed": f"no answer within {ANSWER_LIMIT:.0f} s"}
        line = self.child.stdout.readline()
        if not line:
            return {"failed": f"ended with status {self.child.wait()}"}
        found: dict[str, Any] = json.loads(line)
        return found

    def measure(self, seconds: float) -> dict[str, Any]:
        """One measurement of `seconds` of CPU time."""
        assert self.child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.write(f"{seconds}\n".encode())
        return self.answer()

    def close(self) -> None:
        """Ends the process."""
        self.child.kill()
        self.child.communicate()


def run_case(case: Case, settings: Settings) -> list[Row]:
    """Measures all contenders of a case; those that are absent or fail are rows that say so."""
    rows = [Row(contender=contender) for contender in case.contenders]
    with contextlib.ExitStack() as stack:
        running: list[tuple[Row, Process]] = []
        for row in rows:
            _progress(f"{case.name}: preparing {row.contender.name}")
            process = Process(row.contender, settings)
            stack.callback(process.close)
            answer = process.answer()
            if "prepare_seconds" in answer:
                row.prepare_seconds, row.versions = answer["prepare_seconds"], answer["versions"]
                running.append((row, process))
            else:
                _mark(row, answer)
        for turn in range(settings.rounds):
            for row, process in running:
                if row.status != "measured":
                    continue
                _progress(f"{case.name}: round {turn + 1} of {settings.rounds}, {row.contender.name}")
                answer = process.measure(settings.seconds)
                if "counts" in answer:
                    row.rounds.append(Measurement(**answer))
                else:
                    _mark(row, answer)
    _progress("")
    return rows


def _mark(row: Row, answer: dict[str, Any]) -> None:
    absent = answer.get("missing")
    if absent is None:
        row.status = f"failed: {answer['failed']}"
    else:
        row.status = row.contender.missing_hint if row.contender.is_peer else f"failed: no module {absent}"
    row.rounds.clear()


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
