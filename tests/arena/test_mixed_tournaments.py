"""Whole tournaments in one command: rollouts, networks that ship, real engines and hostile ones, killed and resumed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

HOSTILE = Path(__file__).with_name("hostile.py")
WAYS = {
    "hang": ("time",),
    "die": ("crash",),
    "illegal": ("illegal move",),
    "flood": ("protocol error", "time"),  # whichever comes first: so many lines, or the end of its time
}
"""What each hostile engine does, and the verdicts on it."""
GNUGO = "gtp:{} --mode gtp --level {} --chinese-rules --capture-all-dead"
CUPS = {
    "gnugo": ("go:size=9,komi=7", ["uct:sims=50", "zoo:go9,sims=8", GNUGO, GNUGO], "gtp", (1, 8)),
    "stockfish": (
        "chess",
        ["uct:sims=20", "zoo:chess,sims=8", "uci:{},Skill Level=0,nodes={}", "uci:{},Skill Level=0,nodes={}"],
        "uci",
        (20, 200),
    ),
    "fairy-stockfish": (
        "shogi",
        [
            "uct:sims=20",
            "zoo:shogi,sims=8",
            "usi:{},UCI_Variant=shogi,Skill Level=-20,nodes={}",
            "usi:{},UCI_Variant=shogi,Skill Level=-20,nodes={}",
        ],
        "usi",
        (20, 200),
    ),
}


def run(words: list[str], *, stop: signal.Signals | None = None, lines: Path | None = None, least: int = 0) -> str:
    """Runs the command to its end, or sends it a signal after so many games; returns what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-m", "tengen.cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    if stop is not None:
        assert lines is not None
        while process.poll() is None and (not lines.exists() or lines.read_bytes().count(b"\n") < least):
            time.sleep(0.05)
        assert process.poll() is None, "it was to be stopped before its end"
        process.send_signal(stop)
    out, said = process.communicate(timeout=1200)
    assert process.returncode == {None: 0, signal.SIGKILL: -9, signal.SIGINT: 130}[stop], said.decode()
    return out.decode()


@pytest.mark.engine_long
@pytest.mark.parametrize("engine", CUPS)
def test_a_mixed_tournament_is_killed_twice_and_ends_with_the_right_verdicts(engine: str, tmp_path: Path) -> None:
    program = shutil.which(engine, path=os.environ.get("PATH", "") + ":/usr/games:/usr/local/games")
    if program is None:
        pytest.skip(f"{engine} is not installed")
    game, forms, protocol, levels = CUPS[engine]
    limits = iter(levels)
    agents = [form.format(program, next(limits)) if "{}" in form else form for form in forms]
    hostile = {f"{protocol}:{sys.executable} {HOSTILE} {protocol} {way},timeout=2": way for way in WAYS}
    words = ["arena", game, *agents, *hostile, "--gauntlet", str(len(agents) - 1), "--games", "2", "--seed", "3"]
    words += ["--opening-plies", "2", "--workers", "2", "--out", str(tmp_path)]
    lines = tmp_path / "games.jsonl"
    run(words, stop=signal.SIGKILL, lines=lines, least=2)
    run(words, stop=signal.SIGINT, lines=lines, least=5)
    found = json.loads(run([*words, "--json"]))
    games = [json.loads(line) for line in lines.read_text().splitlines()]
    meetings = Counter((each["first"], each["second"], each["opening"]) for each in games)
    assert len(meetings) == len(games) == 2 * 3 * 5
    assert set(meetings.values()) == {1}
    for each in games:
        ways = [hostile[name] for name in (each["first"], each["second"]) if name in hostile]
        if ways and "forfeit" in each:
            assert hostile[(each["first"], each["second"])[each["forfeit"]]] == ways[0]
            assert each["termination"] in WAYS[ways[0]]
        else:
            assert ways in ([], ["die"])  # which may lose sooner than it dies
            assert "forfeit" not in each
    assert len(found["groups"]) == 1
    suffix = {"gtp": "sgf", "uci": "pgn", "usi": "kif"}[protocol]
    assert len(list((tmp_path / suffix).iterdir())) == len(games)
    assert (tmp_path / "ratings.png").exists()
