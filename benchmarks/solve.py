"""How soon DQN and A2C solve CartPole-v1, beside Stable-Baselines3 with the settings of its zoo, in one run.

    python -m benchmarks.solve --seeds 5 --peer-python .venv-peers/bin/python

Seeds take turns, so that both sides meet the same load. A policy is evaluated over 20 greedy episodes every 2,500 steps
(DQN) or 10,000 (A2C), which is not timed; the best one plays the final 100.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from typing import Any

NAMES = {"tengen": "Tengen", "sb3": "Stable-Baselines3, zoo"}


def solve(python: str, who: str, method: str, seed: int) -> dict[str, Any]:
    """One run, in a process of one thread."""
    words = [python, "-m", "benchmarks.contenders.solving", who, method, str(seed)]
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "TENGEN_QUIET": "1"}
    done = subprocess.run(words, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks: {who} {method} failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(who: str, runs: list[dict[str, Any]]) -> str:
    """A line of the table."""
    solved = [run for run in runs if run["mean"] >= 475.0]
    reached = [run for run in runs if run["solved_after"] is not None]
    after, seconds = "–", "–"
    if reached:
        after = f"{statistics.median(run['solved_after'] for run in reached):,.0f}"
        seconds = f"{statistics.median(run['solved_seconds'] for run in reached):.1f}"
    means = ", ".join(f"{run['mean']:.0f}" for run in runs)
    whole = f"{runs[0]['steps']:,} | {statistics.median(run['seconds'] for run in runs):.0f}"
    return f"| {NAMES[who]} | {means} | {len(solved)} of {len(runs)} | {after} | {seconds} | {whole} |"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("methods", nargs="*", default=["dqn", "a2c"], metavar="METHOD")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer-python", default=sys.executable)
    given = parser.parse_args()
    if shutil.which(given.peer_python) is None:
        sys.exit(f"benchmarks: --peer-python {given.peer_python} is no program")
    pythons = {"tengen": sys.executable, "sb3": given.peer_python}
    for method in given.methods:
        runs: dict[str, list[dict[str, Any]]] = {who: [] for who in pythons}
        for seed in range(1, given.seeds + 1):
            for who, python in pythons.items():
                runs[who].append(solve(python, who, method, seed))
        print(f"{method} on CartPole-v1\n")
        print("| | final means, by seed | 475 or more | first after steps | seconds | steps | seconds |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
        for who, found in runs.items():
            print(row(who, found))
        print(flush=True)


if __name__ == "__main__":
    main()
