"""The process in which one contender runs: it prepares once, then measures whenever it is told to.

    python -m benchmarks.worker MODULE:FUNCTION SETTINGS_AS_JSON [CORE]

It answers each line on standard input, a number of CPU seconds, with one line of JSON on standard output.
Needs only the standard library and what its contender imports.
"""

import importlib
import json
import os
import platform
import sys
import time
from importlib import metadata
from typing import Any, TextIO

from benchmarks.contenders import Work

WALL_LIMIT = 5.0
"""A measurement ends after this many times its CPU seconds by the clock, should the core be taken by others."""


def measure(work: Work, seconds: float) -> dict[str, Any]:
    """Repeats chunks of work for `seconds` of CPU time: counts, CPU seconds and wall seconds.

    Work done by a process that the contender has started reports its time as `cpu_seconds` among its counts.
    """
    counts: dict[str, float] = {}
    elsewhere = 0.0
    cpu, wall = time.process_time(), time.perf_counter()
    while True:
        for name, count in work().items():
            if name == "cpu_seconds":
                elsewhere += count
            else:
                counts[name] = counts.get(name, 0) + count
        used, passed = elsewhere + time.process_time() - cpu, time.perf_counter() - wall
        if used >= seconds or passed >= WALL_LIMIT * seconds:
            return {"counts": counts, "cpu_seconds": used, "wall_seconds": passed}


def versions(distributions: tuple[str, ...]) -> dict[str, str]:
    """The versions of the installed distributions, and of Python."""
    found = {"python": platform.python_version()}
    for name in distributions:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def serve(entry: str, settings: dict[str, Any], channel: TextIO) -> None:
    """Prepares the contender, says so, and measures for each line of standard input."""

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=channel, flush=True)

    module_name, _, function = entry.partition(":")
    begin = time.perf_counter()
    try:
        module = importlib.import_module(module_name)
        work: Work = getattr(module, function)(**settings)
        work()
    except ModuleNotFoundError as error:
        say({"missing": error.name})
        return
    except Exception as error:
        say({"failed": f"{type(error).__name__}: {error}"})
        return
    say({"prepare_seconds": time.perf_counter() - begin, "versions": versions(module.DISTRIBUTIONS)})
    for line in sys.stdin:
        say(measure(work, float(line)))


def main() -> None:
    # What a library prints would break the dialogue: standard output becomes standard error for all but us.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if len(sys.argv) > 3:
        # Before anything is imported: libraries size their thread pools by the cores that they may use.
        os.sched_setaffinity(0, {int(sys.argv[3])})
    serve(sys.argv[1], json.loads(sys.argv[2]), channel)


if __name__ == "__main__":
    main()
