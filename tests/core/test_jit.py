import os
import subprocess
import sys
from pathlib import Path

from tengen.core import jit


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
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
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
