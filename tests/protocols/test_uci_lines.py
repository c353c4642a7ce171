"""The words of UCI and USI: options, `go`, `position`, scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import TengenError
from tengen.protocols.engine_line import Go, PositionText, parse_go, parse_position
from tengen.protocols.engine_options import Option, Options
from tengen.protocols.engine_score import centipawns, chances

OPTIONS = [
    Option("Agent", "string", "uct:sims=10"),
    Option("Clear Hash", "button"),
    Option("MultiPV", "spin", 1, 1, 500),
    Option("Ponder", "check", False),
]


STRANGE = ["wtime", "nodes", "mate", "searchmoves", "infinite", "ponder", "5", "-1", "e2e4"]


def go_of(words: str) -> Go:
    return parse_go(words.split())


def position_of(words: str) -> PositionText | None:
    return parse_position(words.split(), "fen")


def test_go_reads_its_words_in_any_order() -> None:
    go = go_of("movestogo 5 wtime 300 infinite btime 200 nodes 7 ponder searchmoves e2e4 d2d4 depth 3")
    assert go.numbers == {"movestogo": 5, "wtime": 300, "btime": 200, "nodes": 7, "depth": 3}
    assert (go.infinite, go.ponder, go.searchmoves, go.complaints) == (True, True, ["e2e4", "d2d4"], [])


def test_a_clock_that_has_run_out_is_at_nothing() -> None:
    assert parse_go(["wtime", "-20", "btime", "+5"]).numbers == {"wtime": 0, "btime": 5}


@pytest.mark.parametrize(
    "words", ["movetime", "movetime soon", "movetime nodes 5", "movetime 1e3", "movetime " + "9" * 99]
)
def test_a_number_that_is_none_is_complained_of_and_left_out(words: str) -> None:
    go = parse_go(words.split())
    assert len(go.complaints) == 1
    assert go.complaints[0].startswith("go movetime wants a whole number")
    assert "movetime" not in go.numbers
    assert go.numbers.get("nodes") == (5 if "nodes" in words else None)


@pytest.mark.parametrize(("words", "mate"), [("mate 3", 3), ("mate infinite", 0), ("mate", 0), ("nodes 1", None)])
def test_a_mate_is_asked_for_with_or_without_a_limit(words: str, mate: int | None) -> None:
    assert parse_go(words.split()).mate == mate
    assert not parse_go(words.split()).infinite


@given(st.lists(st.one_of(st.sampled_from(STRANGE), st.text())))
def test_no_words_after_go_are_too_strange(words: list[str]) -> None:
    assert all("\n" not in complaint for complaint in parse_go(words).complaints)


def test_a_position_is_a_start_and_moves() -> None:
    text = position_of("startpos moves e2e4 e7e5")
    assert text is not None
    assert (text.start, text.moves) == ("startpos", ("e2e4", "e7e5"))
    text = position_of("joho fen 8/8/8/8/8/8/8/K1k5 w - - 0 1 moves")
    assert text is not None
    assert (text.start, text.moves) == ("8/8/8/8/8/8/8/K1k5 w - - 0 1", ())
    assert position_of("moves e2e4") is None
    assert parse_position([], "sfen") is None


def test_options_are_declared_with_their_ranges() -> None:
    assert [option.declaration() for option in OPTIONS] == [
        "option name Agent type string default uct:sims=10",
        "option name Clear Hash type button",
        "option name MultiPV type spin default 1 min 1 max 500",
        "option name Ponder type check default false",
    ]
    assert Option("Agent", "string").declaration().endswith("default <empty>")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("name MultiPV value 3", 3),
        ("name multipv value 500", 500),
        ("name Ponder value TRUE", True),
        ("name Agent value gtp:gnugo --mode gtp", "gtp:gnugo --mode gtp"),
        ("name Agent value <empty>", ""),
        ("name Agent value", ""),
        ("name clear hash", True),
        ("name ClearHash value", True),
    ],
)
def test_an_option_takes_what_is_in_its_range(words: str, value: object) -> None:
    assert Options(OPTIONS).parse(words.split())[1] == value


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("name MultiPV value 0", "option MultiPV is a whole number from 1 to 500, not '0'"),
        ("name MultiPV value many", "from 1 to 500, not 'many'"),
        ("name MultiPV", "from 1 to 500, not nothing"),
        ("name Ponder value perhaps", "option Ponder is true or false, not 'perhaps'"),
        ("name NoSuch value 1", "unknown option 'NoSuch'"),
        ("name Multi_PV value 1", "did you mean 'MultiPV'"),
        ("name " + "x" * 5000, "xxx…'"),
        ("name", "setoption wants"),
        ("name value 3", "setoption wants"),
        ("", "setoption wants"),
    ],
)
def test_a_wrong_option_is_refused_in_one_short_line(words: str, said: str) -> None:
    with pytest.raises(TengenError) as caught:
        Options(OPTIONS).parse(words.split())
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_better_values_are_not_fewer_centipawns(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert centipawns(low) <= centipawns(high)
    assert centipawns(-a) == -centipawns(a)


def test_centipawns_are_those_of_lc0() -> None:
    assert [centipawns(value) for value in (0.0, 0.5358778, 1.0)] == [0, 100, 12780]


@given(st.floats(-1, 1))
def test_chances_sum_up_and_expect_the_value(value: float) -> None:
    won, drawn, lost = chances(value)
    assert won + drawn + lost == 1000
    assert min(won, drawn, lost) >= 0
    assert abs((won - lost) / 1000 - value) <= 0.0015


def test_proven_values_leave_no_chances() -> None:
    assert [chances(value, exact=True) for value in (1.0, 0.0, -1.0)] == [(1000, 0, 0), (0, 1000, 0), (0, 0, 1000)]
