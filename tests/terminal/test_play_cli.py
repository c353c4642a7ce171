"""`tengen play` and `tengen gtp` as commands, with their input from a pipe."""

import re

import pytest
from click.testing import CliRunner, Result

from tengen.cli import main


def tengen(*words: str, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(main, words, input=typed)


def test_tic_tac_toe_is_played_through_a_pipe() -> None:
    result = tengen("play", "tictactoe", "--agent", "random", "--seed", "3", typed="b2\nb2\nquit\n")
    assert result.exit_code == 0
    assert "First> b2" in result.stdout
    assert "b2 is not legal" in result.stdout
    assert result.stdout.endswith("good bye\n")


def test_the_end_of_input_leaves_politely() -> None:
    result = tengen("play", "go:size=5", "--agent", "random", typed="c3\n")
    assert result.exit_code == 0
    assert result.stdout.endswith("good bye\n")


def test_two_sides_of_one_agent_play_to_the_end() -> None:
    result = tengen("play", "tictactoe", "--as", "none", "--agent", "random", "--seed", "1")
    assert result.exit_code == 0
    assert re.search(r"(First wins|Second wins|drawn)\n$", result.stdout)


def test_a_handicap_and_a_position_are_where_the_game_begins() -> None:
    result = tengen("play", "go:size=9", "--agent", "random", "--as", "both", "--handicap", "2")
    assert result.stdout.count(" X ") == 2
    assert "White to move" in result.stdout
    result = tengen("play", "tictactoe", "--agent", "random", "--as", "both", "--position", "XO./.../...")
    assert "3 X O ." in result.stdout


def test_a_searching_agent_says_what_it_thought_and_gives_hints() -> None:
    result = tengen("play", "go:size=5", "--agent", "uct:sims=50", "--seed", "2", typed="c3\nhint\nquit\n")
    assert re.search(
        r"White \(uct:sims=50\): value [+-]\d\.\d\d after \d+ simulations\nexpects [A-E][1-5]", result.stdout
    )
    assert len(re.findall(r"value [+-]\d\.\d\d  visits \d+", result.stdout)) == 3
    assert re.search(r"line   [A-E][1-5] ", result.stdout)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("play", "checkers"), "unknown game 'checkers'"),
        (("play", "go:size=99"), "size=99"),
        (("play", "go:komi=seven"), "komi=seven"),
        (("play", "tictactoe", "--agent", "nobody"), "unknown agent 'nobody'"),
        (("play", "tictactoe", "--as", "red"), "nobody sits at 'red'"),
        (("play", "tictactoe", "--handicap", "2"), "a handicap is for go"),
        (("play", "go:size=5", "--handicap", "2"), "handicap"),
        (("play", "tictactoe", "--position", "XX./.../..."), "is no position"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words: tuple[str, ...], message: str) -> None:
    result = tengen(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_the_engine_plays_over_standard_input() -> None:
    result = tengen("gtp", "--agent", "random", "--game", "go:size=5", typed="1 genmove b\n2 showboard\n3 quit\n")
    assert result.exit_code == 0
    assert re.match(r"=1 ([A-E][1-5]|pass)\n\n=2 go:size=5", result.stdout)
    assert result.stdout.endswith("=3\n\n")


def test_bytes_that_are_no_text_do_not_end_the_engine() -> None:
    result = tengen("gtp", "--agent", "random", typed=b"\xff\xfe\x00name\nname\nquit\n")
    assert result.exit_code == 0
    assert result.stdout == "? unknown command\n\n= Tengen\n\n=\n\n"
