"""The command line that all benchmarks share."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import Case, Row
from benchmarks.harness import Settings, run_case
from benchmarks.report import circumstances, row_as_json, table, write_json


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """The options of every benchmark."""
    found = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    found.add_argument("--seconds", type=float, default=3.0, help="CPU seconds of each measurement (default 3)")
    found.add_argument("--rounds", type=int, default=3, help="measurements of each contender, in turn (default 3)")
    found.add_argument("--core", type=int, help="the core to pin to (default: the last that this process may use)")
    found.add_argument("--peer-python", default=sys.executable, help="the interpreter that has the peers")
    found.add_argument("--only", default="", metavar="TEXT", help="only cases whose name contains this")
    return found


def settings_of(given: argparse.Namespace) -> Settings:
    """The options as Settings; ends the program with one line if they make no sense."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if given.seconds <= 0 or given.rounds < 1:
        sys.exit("benchmarks: --seconds and --rounds must be positive")
    if given.core is not None and given.core not in cores:
        sys.exit(f"benchmarks: --core {given.core} is not one of {cores}")
    if shutil.which(given.peer_python) is None:
        sys.exit(f"benchmarks: --peer-python {given.peer_python} is no program")
    core = given.core if given.core is not None else (cores[-1] if cores else None)
    return Settings(seconds=given.seconds, rounds=given.rounds, core=core, peer_python=given.peer_python)


def run(name: str, description: str, cases: Sequence[Case], words: Sequence[str] | None = None) -> None:
    """Measures the cases as the command line says, prints their tables and writes the JSON where asked."""
    options = parser(f"benchmarks.{name}", description)
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    given = options.parse_args(words)
    settings = settings_of(given)
    broken = []
    document = {"benchmark": name, **circumstances(settings), "cases": []}
    chosen = [case for case in cases if given.only in case.name]
    if not chosen:
        sys.exit(f"benchmarks: no case contains {given.only!r}; there are: {'; '.join(case.name for case in cases)}")
    print(f"# {name}: {description}\n")
    for case in chosen:
        rows: list[Row] = run_case(case, settings)
        print(table(case, rows) + "\n", flush=True)
        document["cases"].append({"case": case.name, "rows": [row_as_json(row, rows, case.unit) for row in rows]})
        if given.json:
            # After each case: an interrupted run keeps what it has measured.
            write_json(given.json, document)
        broken += [row.contender.name for row in rows if not row.contender.is_peer and not row.rounds]
    if broken:
        sys.exit(f"benchmarks: {broken[0]} itself failed")
