"""Whole games on the full screen, by mouse and by keys, through Textual's pilot."""

import threading
from pathlib import Path

import pytest

from at_table import WIDE, Sat, Scripted, sit
from tengen.records.formats import read_games
from tengen.terminal.table.canvas import Look
from tengen.terminal.table.places import Hand, Square


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.delenv("NO_COLOR")


def test_a_game_of_tic_tac_toe_is_won_by_keys_and_mouse() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("up", "enter")  # the cursor begins in the middle
        await sat.click(Square(0, 0))
        await sat.type("c1")
        assert sat.played() == ["b2", "a1", "a3", "b1", "c1"]
        assert sat.message == "First wins"

    sit("tictactoe", play, moves=["a1", "b1"])


def test_a_game_of_go_is_played_to_two_passes_and_counted() -> None:
    async def play(sat: Sat) -> None:
        await sat.click(Square(2, 2))
        await sat.type("b3")
        await sat.press("up", "up", "enter")  # the first key shows the cursor in the middle
        await sat.press("f8")
        assert sat.played() == ["C3", "A1", "B3", "A2", "C4", "E1", "pass", "pass"]
        assert sat.sitting.is_over()
        assert sat.message == "White wins by 7: two passes"

    sit("go:size=5", play, moves=["A1", "A2", "E1", "pass"])


def test_scholars_mate_by_clicking_pieces_and_targets() -> None:
    async def play(sat: Sat) -> None:
        await sat.click(Square(6, 4))
        assert sat.app.view.picked == Square(6, 4)
        assert sat.app.view.scene().targets == {Square(5, 4), Square(4, 4)}
        await sat.click(Square(4, 4))
        await sat.type("Bc4")
        await sat.click(Square(7, 3), Square(3, 7))
        await sat.click(Square(3, 7), Square(1, 5))
        assert sat.played() == ["e2e4", "e7e5", "f1c4", "b8c6", "d1h5", "g8f6", "h5f7"]
        assert sat.message == "White wins: checkmate"
        assert "Qxf7#" in sat.text()

    sit("chess", play, moves=["e5", "Nc6", "Nf6"])


def test_a_pawn_is_promoted_to_what_is_asked_for() -> None:
    async def play(sat: Sat) -> None:
        await sat.click(Square(1, 1), Square(0, 0))
        assert "Promote?" in sat.text()
        await sat.press("n")
        assert sat.played()[-1] == "b7a8n"

    line = ["a2a4", "b7b5", "a4b5", "g8f6", "b5b6", "f6g8", "b6b7", "g8f6"]
    sit("chess", play, line=line, people=(0, 1))


def test_a_game_of_shogi_with_a_drop_from_the_hand_and_a_promotion() -> None:
    async def play(sat: Sat) -> None:
        await sat.click(Square(6, 2), Square(5, 2))  # 7g7f
        await sat.click(Square(7, 1), Square(1, 7))  # the bishop takes
        await sat.press("+")
        assert sat.played() == ["7g7f", "3c3d", "8h2b+", "3a2b"]
        await sat.click(Hand(0, 6), Square(4, 4))  # the bishop in hand
        assert sat.played()[4] == "B*5e"
        await sat.press("f9")
        await sat.press("y")
        assert sat.message == "White wins: Black resigned"

    sit("shogi", play, moves=["3c3d", "3a2b", "8c8d"])


def test_the_robot_walks_by_arrow_keys_to_the_exit() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("up")
        await sat.press("up")
        for _ in range(3):
            await sat.press("right")
        assert sat.sitting.is_over()
        assert sat.message == "return 0.8 after 5 steps: exit"
        await sat.press("ctrl+z")
        assert len(sat.sitting.turns) == 4

    sit("gridworld:robot,slip=0", play)


def test_moves_are_taken_back_and_played_again() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("b2")
        await sat.press("ctrl+z")
        assert sat.played() == []
        assert len(sat.sitting.undone) == 2
        await sat.press("ctrl+y")
        assert sat.played() == ["b2", "a3"]
        await sat.press("ctrl+z")
        await sat.type("c1")
        assert sat.played() == ["c1", "a3"]
        await sat.press("ctrl+y")
        assert sat.message == "there is no move to play again"

    sit("tictactoe", play)


def test_looking_back_leaves_the_game_where_it_stands() -> None:
    async def play(sat: Sat) -> None:
        for text in ("b2", "c3"):
            await sat.type(text)
        await sat.press("pageup", "pageup", "pageup")
        assert sat.sitting.ply == 1
        assert "looking back: move 1 of 4" in sat.text()
        await sat.type("a1")
        assert sat.message.startswith("this is an earlier position")
        await sat.press("end")
        assert sat.sitting.ply == 4
        await sat.pilot.click("#moves", offset=(6, 0))
        assert sat.sitting.ply == 1
        await sat.press("ctrl+z")  # goes on from here
        assert len(sat.played()) == 2
        assert sat.played()[0] == "b2"

    sit("tictactoe", play)


def test_what_is_wrong_costs_one_line() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("z9")
        assert "z9" in sat.message
        await sat.type("c3")
        await sat.type("c3")
        assert sat.message.endswith("is not legal: a stone is there")
        await sat.click(Square(2, 2))
        assert sat.message.endswith("is not legal: a stone is there")
        await sat.type("load /nowhere/game.sgf")
        assert "/nowhere/game.sgf" in sat.message
        await sat.type("save /nowhere/game.sgf")
        assert "/nowhere/game.sgf" in sat.message
        await sat.type("agent nobody")
        assert "unknown agent 'nobody'" in sat.message
        assert sat.played() == ["C3", "A1"]

    sit("go:size=5", play, moves=["A1"])


@pytest.mark.parametrize(
    ("game", "typed", "suffix"), [("go:size=5", "c3", "sgf"), ("chess", "e4", "pgn"), ("shogi", "7g7f", "kif")]
)
def test_a_game_is_saved_and_loaded_by_dialogs(game: str, typed: str, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"saved.{suffix}"

    async def play(sat: Sat) -> None:
        await sat.type(typed)
        before = sat.played()
        await sat.press("ctrl+s")
        sat.app.screen.query_one("Input").value = str(file)  # type: ignore[attr-defined]
        await sat.press("enter")
        assert sat.message == f"saved {file}"
        await sat.type("new")
        assert sat.played() == []
        await sat.press("ctrl+o")
        sat.app.screen.query_one("Input").value = str(file)  # type: ignore[attr-defined]
        await sat.press("enter")
        assert sat.played() == before

    sit(game, play)
    record = read_games(file)[0]
    assert len(record.actions) == 2
    assert record.players == ("human", "random")
    assert record.notes[1].value == pytest.approx(0.1, abs=0.02)


def test_a_loaded_game_brings_its_own_board(tmp_path: Path) -> None:
    file = tmp_path / "nine.sgf"
    file.write_text("(;GM[1]FF[4]SZ[9]KM[7];B[ee];W[cc])")

    async def play(sat: Sat) -> None:
        await sat.type(f"load {file}")
        assert sat.played() == ["E5", "C7"]
        assert sat.app.view.painter.rows == 9
        await sat.click(Square(6, 6))
        assert sat.played()[:3] == ["E5", "C7", "G3"]

    sit("go:size=5", play)


def test_a_person_takes_the_other_side_or_both_or_none() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("as second")
        assert len(sat.played()) == 1
        await sat.press("f6")
        await sat.press("b")
        await sat.type("b1")
        assert len(sat.played()) == 2
        await sat.press("f6", "0")
        await sat.settle()
        assert sat.sitting.is_over()
        await sat.press("ctrl+z")
        assert sat.message == "random waits: Enter lets it go on"
        await sat.press("enter")
        assert sat.sitting.is_over()

    sit("tictactoe", play)


def test_an_engine_that_fails_costs_a_line_and_is_asked_again() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("b2")
        assert sat.message == "the engine gave no answer in time (Enter asks again)"
        assert sat.played() == ["b2"]
        await sat.press("enter")
        assert sat.played() == ["b2", "a3"]

    sit("tictactoe", play, load=lambda text, game: Scripted(game, failures=1))


def test_an_agent_that_gives_up_loses() -> None:
    async def play(sat: Sat) -> None:
        await sat.type("b2")
        assert sat.message == "First wins: Second resigned"

    sit("tictactoe", play, moves=["resign"])


def test_whose_flag_falls_has_lost(tmp_path: Path) -> None:
    async def play(sat: Sat) -> None:
        for _ in range(200):
            await sat.pilot.pause(0.02)
            if sat.sitting.is_over():
                break
        assert sat.message == "White wins: Black has no time left"
        await sat.type(f"save {tmp_path / 'lost.sgf'}")

    sit("go:size=5", play, time_control="0.3")
    assert read_games(tmp_path / "lost.sgf")[0].termination == "time"


def test_clocks_are_shown_and_charged() -> None:
    async def play(sat: Sat) -> None:
        assert "10:00" in sat.text()
        await sat.type("c3")
        clocks = sat.table.clocks
        assert clocks is not None
        assert clocks.players[0].main < 600.0
        assert sat.sitting.turns[0].note.left is not None

    sit("go:size=5", play, time_control="600")


def test_words_on_the_help_page_and_all_moves() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f1")
        assert "Ctrl-Z" in sat.text()
        await sat.press("escape")
        await sat.type("moves")
        assert "knight" in sat.text()
        await sat.press("escape")
        await sat.press("f5")
        assert sat.table.flipped
        await sat.type("area")
        assert sat.message == "chess has no points that somebody could own"

    sit("chess", play)


def test_another_agent_is_chosen_by_its_text() -> None:
    async def play(sat: Sat) -> None:
        await sat.press("f7")
        await sat.press("1")
        assert sat.table.agent.startswith("zoo:tictactoe,sims=")
        await sat.type("agent random")
        assert sat.message == "random plays from now on"

    sit("tictactoe", play)


def test_leaving_while_an_agent_is_at_work_ends_the_program() -> None:
    never = threading.Event()

    class Slow(Scripted):
        def act(self, state: object) -> int:
            never.wait(20)
            return 0

    async def play(sat: Sat) -> None:
        await sat.pilot.press("b", "2", "enter")
        await sat.pilot.pause(0)
        assert sat.table.thinking
        await sat.pilot.press("ctrl+q")
        await sat.pilot.pause(0)
        assert not sat.app.is_running
        never.set()

    sit("tictactoe", play, load=lambda text, game: Slow(game))


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("game", ["go:size=19", "chess", "shogi", "tictactoe", "gridworld:robot"])
def test_every_board_is_whole_in_both_sizes_without_colours(game: str, unicode: bool) -> None:
    async def play(sat: Sat) -> None:
        board = sat.app.view.board
        columns, lines = board.painter.extent(board.cell)
        assert columns <= board.size.width
        assert lines <= board.size.height
        text = sat.text()
        assert unicode or text.isascii()

    for size in ((80, 24), WIDE):
        sit(game, play, size=size, look=Look(colours=False, unicode=unicode))


def test_the_board_follows_the_window() -> None:
    async def play(sat: Sat) -> None:
        small = sat.app.view.board.cell
        await sat.pilot.resize_terminal(160, 50)
        await sat.settle()
        assert sat.app.view.board.cell > small
        await sat.pilot.resize_terminal(40, 12)  # which nothing fits into, and nothing falls over
        await sat.settle()
        await sat.pilot.resize_terminal(80, 24)
        await sat.settle()
        assert sat.app.view.board.cell == small
        await sat.click(Square(4, 4))
        assert sat.played()[0] == "E5"

    sit("go:size=9", play)
