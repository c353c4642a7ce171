"""The full screen while agents are at work: it answers keys, shows thoughts, and has engines of others at the table."""

import asyncio
import shutil
import statistics
import time

import pytest
from textual import events

from at_table import Sat, sit
from tengen.terminal.table.places import Square


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.delenv("NO_COLOR")


async def seen_after(sat: Sat, key: str, text: str) -> float:
    """Seconds from a key to a text on the screen."""
    began = time.perf_counter()
    sat.app.post_message(events.Key(key, key if len(key) == 1 else None))
    while text not in sat.text():
        await asyncio.sleep(0.001)
        assert time.perf_counter() - began < 30, sat.text()
    return time.perf_counter() - began


def test_keys_are_answered_while_the_agent_thinks(capsys: pytest.CaptureFixture[str]) -> None:
    waits: list[float] = []

    async def play(sat: Sat) -> None:
        await sat.pilot.press("c", "3", "enter")
        while sat.table.thought is None:  # its kernels are there
            await asyncio.sleep(0.01)
        for place, key in enumerate("abcdefghij"):
            waits.append(await seen_after(sat, key, "White> abcdefghij"[: 8 + place]))
            await asyncio.sleep(0.03)
        assert sat.table.thinking
        await sat.pilot.press("ctrl+z")  # which takes the move back from under the agent
        assert sat.played() == []
        assert not sat.table.thinking
        await sat.settle()

    sit("go:size=5", play, agent="uct:time=60s")
    with capsys.disabled():
        print(
            f"\nkeys while uct thinks: median {1000 * statistics.median(waits):.0f} ms, most {1000 * max(waits):.0f} ms"
        )


def test_a_hint_is_shown_on_the_board_until_the_next_move() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f2")
        opinions = sat.app.view.scene().opinions
        assert opinions
        assert opinions[0].visits == max(opinion.visits for opinion in opinions)
        assert f"{50 + 50 * opinions[0].value:.0f}%" in sat.text()
        await sat.type("b2")
        assert sat.app.view.scene().opinions == ()

    sit("tictactoe", play, agent="uct:sims=200")


def test_analysis_goes_on_until_it_is_turned_off_and_judges_every_position() -> None:
    async def play(sat: Sat) -> None:
        await sat.pilot.press("f3")
        while sat.sitting.value(0) is None:
            await asyncio.sleep(0.01)
        assert sat.table.busy or sat.table.thought is not None
        await sat.pilot.press("c", "3", "enter")
        while len(sat.sitting.turns) < 2:
            await asyncio.sleep(0.01)
        assert sat.sitting.turns[0].note.value is not None
        await sat.pilot.press("pageup")
        while not (opinions := sat.app.view.scene().opinions):
            await asyncio.sleep(0.01)
        assert opinions[0].target is not None
        await sat.press("f3")
        assert not sat.table.busy
        assert sat.app.view.scene().opinions == ()

    sit("go:size=5", play, agent="uct:sims=50")


def test_the_area_is_shaded_for_whom_it_will_be() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f4")
        area = sat.app.view.scene().area
        assert area is not None
        assert area.shape == (5, 5)
        assert area[2, 1] > 0.3
        await sat.press("f4")
        assert sat.app.view.scene().area is None

    line = ["B3", "pass", "B2", "pass", "B4", "pass", "C3", "pass"]
    sit("go:size=5", play, agent="uct:sims=50", line=line)


def test_the_search_shows_the_robot_the_way() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f2")
        scene = sat.app.view.scene()
        assert scene.path[0] in (Square(1, 0), Square(2, 1))  # two ways are equally short
        assert scene.path[-1] == Square(0, 3)
        assert "↑+" in sat.text()

    sit("gridworld:robot,slip=0", play, agent="uct:sims=2000")


def test_an_agent_that_does_not_search_gives_no_hints() -> None:
    async def play(sat: Sat) -> None:
        sat.table.analyst = "random"
        await sat.press("f2")
        assert sat.message == "random gives no hints: it does not search"

    sit("tictactoe", play, agent="random")


@pytest.mark.parametrize(
    ("game", "agent", "moves"),
    [
        ("go:size=9", "gtp:gnugo --mode gtp --level 1", ["a1", "j1"]),
        ("chess", "uci:stockfish,nodes=100", ["e4", "d4"]),
        ("shogi", "usi:fairy-stockfish,nodes=100", ["7g7f", "2g2f"]),
    ],
)
def test_engines_of_others_sit_at_the_table(game: str, agent: str, moves: list[str]) -> None:
    program = agent.partition(":")[2].split(",")[0].split()[0]
    if shutil.which(program) is None and shutil.which(f"/usr/games/{program}") is None:
        pytest.skip(f"{program} is not installed")
    found = shutil.which(program) or f"/usr/games/{program}"

    async def play(sat: Sat) -> None:
        for move in moves:
            await sat.type(move)
        assert len(sat.played()) == 4, sat.message

    sit(game, play, agent=agent.replace(program, found, 1))


def test_an_engine_that_does_not_start_costs_a_line() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("c3")
        assert "Enter asks again" in sat.message
        assert sat.played() == ["C3"]
        await sat.type("agent random")
        assert len(sat.played()) == 2

    sit("go:size=5", play, agent="gtp:/nowhere/engine")
