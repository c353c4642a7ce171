import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tengen.core import jit
from tengen.core.random import next_random


def test_the_cache_lies_outside_the_source_tree() -> None:
    assert jit.PACKAGE.parent not in jit.cache_folder().parents


def test_a_change_in_any_file_of_a_kernel_layer_makes_a_new_cache(tmp_path: Path, monkeypatch) -> None:
    for folder in ("core", "games", "arena"):
        (tmp_path / folder).mkdir()
    (tmp_path / "core" / "a.py").write_text("x = 1\n")
    (tmp_path / "games" / "b.py").write_text("y = 1\n")
    (tmp_path / "arena" / "c.py").write_text("z = 1\n")
    monkeypatch.setattr(jit, "PACKAGE", tmp_path)
    before = jit.cache_key()
    assert jit.cache_key() == before
    (tmp_path / "arena" / "c.py").write_text("z = 2\n")
    assert jit.cache_key() == before
    (tmp_path / "games" / "b.py").write_text("y = 2\n")
    after = jit.cache_key()
    assert after != before
    monkeypatch.setenv("NUMBA_OPT", "1" if os.environ.get("NUMBA_OPT") != "1" else "2")
    assert jit.cache_key() != after


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **env}, check=True
    )


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    code = (
        "import numpy as np\n"
        "from tengen.core.random import next_random\n"
        "next_random(np.array([1], np.uint64), 0)\n"
        "print(sum(next_random.stats.cache_misses.values()))\n"
    )
    assert run(code, TENGEN_CACHE_DIR=str(tmp_path)).stdout.strip() == "1"
    assert run(code, TENGEN_CACHE_DIR=str(tmp_path)).stdout.strip() == "0"


def test_without_a_place_for_the_cache_kernels_are_compiled_and_a_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code = (
        "import os, sys\n"
        "from tengen.core import jit, random\n"
        "print(random.next_random(random.np.array([1], random.np.uint64), 0), os.environ['TENGEN_CACHE_DIR'])\n"
    )
    ended = run(code, TENGEN_CACHE_DIR=str(tmp_path / "file" / "below"), TENGEN_QUIET="")
    value, folder = ended.stdout.split()
    assert value == str(next_random(np.array([1], np.uint64), 0))
    assert ended.stderr.count("\n") == 1
    assert "below cannot be written (Not a directory)" in ended.stderr
    assert not Path(folder).exists()
    assert not list(jit.PACKAGE.rglob("*.nb[ic]"))


def test_help_loads_neither_numba_nor_torch() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from tengen.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(sorted({'numba', 'torch', 'numpy', 'rich'} & set(sys.modules)))\n"
    )
    assert run(code).stdout.strip() == "[]"


def test_rules_load_without_torch() -> None:
    code = "import sys, tengen\ntengen.make('go:size=5')\nprint('torch' in sys.modules)\n"
    assert run(code).stdout.strip() == "False"
