"""Where the public reference cases are, which are not part of this repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TENGEN_ORACLES") or Path(__file__).resolve().parents[2] / "shared" / "oracles")


def oracle(path: str) -> Path:
    """The file or folder `path` of the reference cases; the test is skipped where they are absent."""
    found = ROOT / path
    if not found.exists():
        pytest.skip(f"no reference cases at {found}; TENGEN_ORACLES names their folder")
    return found
