"""Drawn boards."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tengen.games.registry import make
from tengen.terminal import boards


def test_go_on_wood_has_every_stone_and_coordinate() -> None:
    game = make("go:size=5")
    state = game.parse_position("X..../.O.../..X../...O./....X")
    rows = boards.draw(game, state).plain.splitlines()
    assert rows[0].split() == list("ABCDE")
    assert rows[-1].split() == rows[0].split()
    assert [row.split()[0] for row in rows[1:-1]] == list("54321")
    assert [row.split()[-1] for row in rows[1:-1]] == list("54321")
    assert [row[4::2].find("●") for row in rows[1:-1]] == [0, 1, 2, 3, 4]


def test_letters_stand_over_their_columns() -> None:
    game = make("go:size=5")
    state = game.parse_position("...../...../...../...../...X.")
    rows = boards.draw(game, state).plain.splitlines()
    assert rows[0].index("D") == rows[5].index("●")


def test_stones_have_their_colours_and_the_last_one_its_mark() -> None:
    game = make("go:size=5")
    state = game.parse_position("X..../.O.../...../...../.....")
    text = boards.draw(game, state, 6)
    styles = {str(span.style) for span in text.spans}
    assert f"{boards.STONES[1]} on {boards.WOOD}" in styles
    assert f"{boards.STONES[2]} on {boards.LAST}" in styles
    assert not any(boards.LAST in str(span.style) for span in boards.draw(game, state).spans)


def test_without_colours_go_is_the_plain_diagram() -> None:
    game = make("go:size=5")
    state = game.parse_position("X..../.O.../...../...../.....")
    assert boards.draw(game, state, 6, colours=False).plain == game.draw(state, 6)


def test_tic_tac_toe_gets_its_coordinates() -> None:
    game = make("tictactoe")
    assert boards.draw(game, game.parse_position("X../.O./...")).plain.splitlines() == [
        "3 X . .",
        "2 . O .",
        "1 . . .",
        "  a b c",
    ]


@pytest.mark.parametrize(("size", "count"), [(1, 0), (4, 0), (5, 1), (7, 5), (8, 4), (9, 5), (13, 9), (14, 4), (19, 9)])
def test_star_points_are_as_many_as_on_a_real_board(size: int, count: int) -> None:
    points = boards.star_points(size)
    assert len(points) == count
    assert points == {(size - 1 - row, column) for row, column in points}


def test_every_size_is_drawn_square() -> None:
    for size in (1, 5, 19):
        game = make("go", size=size)
        rows = boards.draw(game, game.initial_state()).plain.splitlines()
        assert len(rows) == size + 2
        assert len({len(row.rstrip()) for row in rows[1:-1]}) <= 2


@pytest.mark.parametrize(
    ("terminal", "environment"), [(False, {}), (True, {"NO_COLOR": "1"}), (True, {"TERM": "dumb"})]
)
def test_wood_is_only_for_terminals_with_colours(terminal: bool, environment: dict[str, str]) -> None:
    def console(is_terminal: bool, variables: dict[str, str]) -> Console:
        file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        return Console(file=file, force_terminal=is_terminal, _environ={"TERM": "xterm-256color", **variables})

    assert boards.has_colours(console(True, {}))
    assert not boards.has_colours(console(terminal, environment))


def test_a_picture_of_the_board_is_written(tmp_path: Path) -> None:
    game = make("go:size=5")
    board = boards.draw(game, game.parse_position("X..../.O.../...../...../....."), 0)
    boards.export_svg(board, tmp_path / "board.svg", title="five by five")
    picture = (tmp_path / "board.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert picture.count("●") == 2
    assert boards.WOOD in picture
