"""A match that is killed leaves no process behind, hung engines included."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

FAKE = Path(__file__).with_name("fake_gtp.py")


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return found + [deeper for child in found for deeper in descendants(child)]


def wait_for(claim: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.1)
    return claim()


def running(pid: int) -> bool:
    """Whether a process is there and no corpse that nobody has collected."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_killed_match_leaves_no_process(tmp_path: Path) -> None:
    engine = f"gtp:{sys.executable} {FAKE} hang"
    words = ["arena", "go:size=5", engine, "random", "--workers", "2", "--games", "4"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    match = subprocess.Popen(
        [sys.executable, "-m", "tengen.cli", *words], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    # two workers, each with an engine, and what multiprocessing itself starts
    engines = [False]

    def all_there() -> bool:
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in descendants(match.pid) if running(pid)]
        engines[0] = sum(b"fake_gtp" in command for command in commands) == 2
        return engines[0] or match.poll() is not None

    assert wait_for(all_there)
    assert engines[0], "the match ended by itself"
    children = descendants(match.pid)
    match.send_signal(signal.SIGKILL)
    match.wait()
    left = wait_for(lambda: not any(map(running, children)))
    for pid in filter(running, children):
        os.kill(pid, signal.SIGKILL)
    assert left, "processes outlive their match"
