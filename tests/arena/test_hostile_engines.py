"""Engines that hang, die, cheat and flood: the tournament ends, and each game has the verdict that is promised."""

import json
import shlex
import sys
import threading
import time
from itertools import combinations
from pathlib import Path

import pytest

from tengen.arena.match import play_match
from tengen.core.errors import EngineError
from tengen.protocols import process, uci_client
from tengen.protocols.process import EngineProcess, EngineTimeout
from tengen.protocols.uci_client import UciClient

SCRIPT = Path(__file__).parent / "hostile.py"
GAMES = {"gtp": "go:size=9", "uci": "chess", "usi": "shogi"}
VERDICTS = {"hang": "time", "die": "crash", "illegal": "illegal move", "flood": "protocol error"}
AT_ONCE = ("hang", "illegal", "flood")
"""Ways to fail in the first move already."""


def hostile(protocol: str, way: str) -> str:
    seconds = 2 if way == "hang" else 5  # the machine may be busy
    return f"{protocol}:{sys.executable} {SCRIPT} {protocol} {way},timeout={seconds}"


def way_of(agent: str) -> str:
    return next((way for way in VERDICTS if f" {way}," in agent), "")


def loser(first: str, second: str) -> str:
    """The way of the one who fails first."""
    for way in (way_of(first), way_of(second)):
        if way in AT_ONCE:
            return way
    return "die"


@pytest.mark.parametrize("protocol", GAMES)
def test_a_tournament_with_four_hostile_engines_ends_with_the_right_verdicts(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (process, uci_client):
        monkeypatch.setattr(module, "FLOOD_LINES", 2000)  # sooner than the time is over
    agents = ["random", *(hostile(protocol, way) for way in VERDICTS)]
    result = play_match(GAMES[protocol], agents, games=2, seed=1, out=tmp_path, gauntlet=1)
    assert len(result.games) == 8
    for game in result.games:
        lost = (game.first, game.second)[game.forfeit or 0]
        assert way_of(lost) == loser(game.first, game.second)
        assert game.termination == VERDICTS[way_of(lost)]
        assert any(line.startswith("> ") for line in game.transcript)
        assert len(game.transcript) <= 2000
    assert result.total("random").wins == 8
    kept = [json.loads(line) for line in (tmp_path / "games.jsonl").read_text().splitlines()]
    assert all(game["fault"] and game["transcript"] for game in kept)


@pytest.mark.slow
def test_hostile_engines_among_themselves_finish_too() -> None:
    agents = [hostile("gtp", way) for way in VERDICTS]
    result = play_match("go:size=9", agents, games=2, seed=1)
    assert len(result.games) == 2 * len(list(combinations(agents, 2)))
    for game in result.games:
        lost = (game.first, game.second)[game.forfeit or 0]
        assert way_of(lost) == loser(game.first, game.second)
        assert game.termination == VERDICTS[way_of(lost)]


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


def read_on(engine: EngineProcess) -> None:
    while True:
        engine.read(time.monotonic() + 10, after="go")


def send_on(engine: EngineProcess) -> None:
    while True:
        engine.send("position " + "e2e4 " * 5000, patience=0.3)


def test_a_flood_waits_until_it_is_read_and_takes_no_memory() -> None:
    engine = EngineProcess(python("while True: print('a line of no use', flush=False)"))
    try:
        deadline = time.monotonic() + 10
        while engine._lines.qsize() < process.QUEUED_LINES and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        assert engine._lines.qsize() == process.QUEUED_LINES
        with pytest.raises(EngineError, match="lines without an answer"):
            read_on(engine)
        assert engine.transcript.lines() == [f"< a line of no use ({process.FLOOD_LINES + 1} times)"]
    finally:
        engine.close()
    assert not engine.alive


ENDLESS = "import sys\nwhile True: sys.stdout.write('x' * 65536)"


def test_a_line_without_end_is_a_fault() -> None:
    engine = EngineProcess(python(ENDLESS))
    try:
        with pytest.raises(EngineError, match="a line of more than"):
            engine.read(time.monotonic() + 10, after="go")
        assert all(len(line) < 1000 for line in engine.transcript.lines())
    finally:
        engine.close()


@pytest.mark.parametrize("program", [ENDLESS, "while True: print('x')"], ids=["one line", "many lines"])
def test_a_chess_engine_that_floods_is_ended(program: str) -> None:
    before = threading.active_count()
    with pytest.raises(EngineError, match="wrote"):
        UciClient(python(program), timeout=20)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_an_engine_that_does_not_read_is_given_up() -> None:
    engine = EngineProcess(python("import time\ntime.sleep(600)"))
    try:
        with pytest.raises(EngineTimeout, match="does not read"):
            send_on(engine)
    finally:
        engine.close("quit")
    assert not engine.alive


def test_what_was_said_unasked_is_no_answer_to_the_next_question() -> None:
    from tengen.protocols.gtp_client import GtpClient

    twice = "import sys\nfor line in sys.stdin: print('= ' + line.split()[0] + '\\n\\n= again\\n', flush=True)"
    client = GtpClient(python(twice), timeout=10)
    try:
        for command in ("name", "version", "list_commands"):
            assert client.ask(command) == command
            time.sleep(0.1)
    finally:
        client.close()


def test_a_count_that_differs_from_the_rules_is_noted_and_the_rules_decide(tmp_path: Path) -> None:
    pessimist = f"gtp:{sys.executable} {Path(__file__).parent / 'fake_gtp.py'} miscount,timeout=10"
    result = play_match("go:size=5,komi=7", [pessimist, pessimist], games=1, seed=1, out=tmp_path)
    (game,) = result.games
    assert (game.result, game.score, game.termination) == (-1.0, -7.0, "two passes")
    assert game.dispute.count("counts 'B+99', the rules W+7") == 2
    assert result.to_json()["disputes"]
    assert json.loads((tmp_path / "games.jsonl").read_text())["dispute"] == game.dispute
