"""Which source a run was made by, and on what machine."""

import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The source tree, where Tengen runs from one."""


def commit() -> str | None:
    """The commit that is checked out, `+` behind it if files of the package differ; None where there is none."""
    if _git("rev-parse", "--show-toplevel") != str(ROOT):  # installed, perhaps below another project's tree
        return None
    found = _git("rev-parse", "--short=10", "HEAD")
    return found + ("+" if _git("status", "--porcelain", "--untracked-files=no", "tengen") else "") if found else None


def machine() -> str:
    """Its processors and GPU in words, such as `2 cores of AMD EPYC 9B14`."""
    words = f"{os.cpu_count()} cores of {_processor()}"
    import torch

    if torch.cuda.is_available():
        words += f", {torch.cuda.get_device_name()}"
    return words


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
