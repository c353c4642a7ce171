"""What a figure or a network was made by: the source's commit, the processor."""

import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The source tree, where Tengen runs from one."""


def git(*words: str) -> str:
    """What git says in the source tree; empty where it cannot say."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def cpu_model() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
