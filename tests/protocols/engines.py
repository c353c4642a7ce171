"""Programs that the tests of the protocols play with."""

import os
import shlex
import shutil
from pathlib import Path

import pytest

from tengen.protocols.process import EXTRA_PATHS
from tests.protocols.dialogue import tengen_command


def engine(name: str) -> str:
    """The path of an engine; the test is skipped where there is none."""
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *EXTRA_PATHS]))
    if path is None:
        pytest.skip(f"no {name}")
    return path


def ours(*arguments: str) -> str:
    """The command line of this source tree's program."""
    words = [f"PYTHONPATH={Path(__file__).parents[2]}", "TENGEN_QUIET=1", *tengen_command(*arguments)]
    return shlex.join(["env", *words])
