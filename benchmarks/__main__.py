"""`python -m benchmarks`: runs all benchmarks, or those named, each as its own command.

python -m benchmarks --list
python -m benchmarks go_random go_uct --seconds 1 --out results
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from benchmarks.command import parser, settings_of

TOPICS = {
    "go_random": "uniformly random games of Go, beside OpenSpiel, Pgx and sgfmill",
    "go_uct": "UCT with random rollouts on 9x9, beside OpenSpiel's C++ search",
    "go_search": "search with a free evaluator on 9x9, beside mctx with Pgx and LightZero's trees",
    "chess": "perft and random games, beside Stockfish, Fairy-Stockfish, OpenSpiel and python-chess",
    "shogi": "perft and random games, beside cshogi, Fairy-Stockfish and OpenSpiel",
    "rl": "DQN and A2C learning, beside Stable-Baselines3",
    "arena": "an arena's games of two networks a second, one by one and several at once",
    "analysis": "the analysis engine: a thousand queries at once, beside the bare network",
    "inference": "a network's positions a second in Tengen's engines and other runtimes",
}


def main() -> None:
    options = parser("benchmarks", "Runs all benchmarks, or those named, one after the other.")
    options.formatter_class = argparse.RawDescriptionHelpFormatter
    options.epilog = "\n".join(f"{name:12} {what}" for name, what in TOPICS.items())
    options.add_argument("topics", nargs="*", metavar="TOPIC", help="which (default: all)")
    options.add_argument("--list", action="store_true", help="only list the benchmarks")
    options.add_argument("--out", type=Path, metavar="FOLDER", help="where to write TOPIC.json")
    given = options.parse_args()
    if given.list:
        print(options.epilog)
        return
    unknown = [name for name in given.topics if name not in TOPICS]
    if unknown:
        sys.exit(f"benchmarks: unknown {unknown[0]!r}; there are: {', '.join(TOPICS)}")
    settings = settings_of(given)
    failed = []
    for name in given.topics or TOPICS:
        if importlib.util.find_spec(f"benchmarks.{name}") is None:
            continue
        command = [sys.executable, "-m", f"benchmarks.{name}", "--seconds", str(settings.seconds)]
        if name not in ("inference", "arena"):
            command += ["--rounds", str(settings.rounds), "--peer-python", settings.peer_python, "--only", given.only]
            command += [] if settings.core is None else ["--core", str(settings.core)]
        if given.out:
            command += ["--json", str(given.out / f"{name}.json")]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"benchmarks: failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
