"""Pictures of the full screen, compared with those in `golden/`: `TENGEN_GOLDEN=renew` writes them anew."""

import numpy as np
import pytest

from at_table import SMALL, WIDE, Sat, check_picture, found, sit
from tengen.agents.time_control import parse_time_control
from tengen.arena.game_clock import GameClock
from tengen.terminal.table.canvas import Look
from tengen.terminal.table.places import Hand, Square
from tengen.terminal.table.thinker import Job, Report

COLOURS, PLAIN, ASCII = Look(), Look(colours=False), Look(colours=False, unicode=False)


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.delenv("NO_COLOR")


def think_aloud(sat: Sat, values: dict[str, tuple[int, float]], area: float | None = None) -> None:
    """Shows what a search would say of the position: visits and values by moves, the best first."""
    table, game, state = sat.table, sat.sitting.game, sat.sitting.shown
    actions = [game.parse_action(state, text) for text in values]
    result = found(game, actions[0], next(iter(values.values()))[1])
    for action, (visits, value) in zip(actions, values.values(), strict=True):
        result.visits[0, action] = visits
        result.q[0, action] = value
    job = Job("hint", sat.sitting.start, tuple(sat.sitting.turns[: sat.sitting.ply]))
    table.hinting = table._study = job
    table.hear(Report(job, "thought", result, seconds=3.0))
    if area is not None:
        shape = game.observation_shape[1:]
        table.showing_area = True
        owners = np.linspace(area, -area, shape[0] * shape[1], dtype=np.float32).reshape(shape)
        table.hear(Report(job, "area", area=owners))
    sat.app.view.show()


def size_of(name: str) -> tuple[int, int]:
    return WIDE if name.endswith("wide") else SMALL


def look_of(name: str) -> Look:
    return ASCII if name.endswith("ascii") else COLOURS


GO = ["E5", "C3", "G3", "E3", "G7", "C7", "F4", "F3", "G4", "E7"]
SCREENS = {
    "go9": ("go:size=9", SMALL, COLOURS, GO),
    "go9-plain": ("go:size=9", SMALL, PLAIN, GO),
    "go9-ascii": ("go:size=9", SMALL, ASCII, GO),
    "go19": ("go:size=19", SMALL, COLOURS, ["Q16", "D4", "Q4", "D16", "F17", "O3"]),
    "go19-wide": ("go:size=19", WIDE, COLOURS, ["Q16", "D4", "Q4", "D16", "F17", "O3"]),
}


@pytest.mark.parametrize("name", SCREENS)
def test_go_with_candidates_over_the_board(name: str) -> None:
    game, size, look, line = SCREENS[name]

    async def play(sat: Sat) -> None:
        nine = sat.sitting.game.num_actions == 82
        best = {"F7": (812, 0.24), "D3": (301, 0.11), "H3": (95, -0.2)}
        if not nine:
            best = {"C6": (1300, 0.3), "R6": (400, 0.1)}
        think_aloud(sat, best, area=0.9 if name == "go9" else None)
        await sat.press("up")
        check_picture(name, sat.picture())

    sit(game, play, size=size, look=look, line=line, people=(0, 1))


@pytest.mark.parametrize("name", ["chess", "chess-wide", "chess-ascii"])
def test_chess_with_a_piece_in_the_hand(name: str) -> None:
    async def play(sat: Sat) -> None:
        think_aloud(sat, {"Bb5": (512, 0.08), "Bc4": (400, 0.06), "d4": (102, 0.02)})
        await sat.click(Square(7, 5))
        check_picture(name, sat.picture())

    sit("chess", play, size=size_of(name), look=look_of(name), line=["e4", "e5", "Nf3", "Nc6"], people=(0, 1))


@pytest.mark.parametrize("name", ["shogi", "shogi-wide", "shogi-ascii"])
def test_shogi_with_pieces_in_hand(name: str) -> None:
    async def play(sat: Sat) -> None:
        await sat.click(Hand(0, 6))
        check_picture(name, sat.picture())

    sit("shogi", play, size=size_of(name), look=look_of(name), line=["7g7f", "3c3d", "8h2b+", "3a2b"], people=(0, 1))


def test_tic_tac_toe_that_is_won() -> None:
    async def play(sat: Sat) -> None:
        check_picture("tictactoe", sat.picture())

    sit("tictactoe", play, line=["b2", "a1", "a3", "c1", "c3", "b1"], people=(0, 1))


def test_the_robot_is_shown_where_to_go() -> None:
    async def play(sat: Sat) -> None:
        think_aloud(sat, {"N": (800, 0.78), "E": (100, 0.55)})
        check_picture("gridworld", sat.picture())

    sit("gridworld:robot,slip=0", play)


def test_the_help_page() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f1")
        check_picture("help", sat.picture())

    sit("go:size=9", play, people=(0, 1))


def test_clocks_and_a_question() -> None:
    async def play(sat: Sat) -> None:
        control = parse_time_control("600+3x30")
        sat.table.clocks = clocks = GameClock((control, control), now=lambda: 0.0)
        clocks.players[0].main, clocks.players[1].periods = 75.0, 2
        clocks.players[1].main = 0.0
        sat.app.view.show()
        await sat.press("f6")
        check_picture("sides", sat.picture())

    sit("shogi", play, people=(0, 1))
