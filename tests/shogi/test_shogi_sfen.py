"""Positions of shogi as text: what is written is read, and what is wrong is refused with one line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import InvalidPosition, TengenError
from tengen.games import kernels
from tengen.games.rules import OVER
from tengen.games.shogi import Shogi

GAME = Shogi()
START = "lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"
BARE = "4k4/9/9/9/9/9/9/9/4K4"


@pytest.mark.parametrize("text", [START, f"sfen {START}", "startpos", START[:-2], f"  {START}\n"])
def test_the_start_is_read_in_all_its_forms(text: str) -> None:
    assert GAME.position_to_text(GAME.parse_position(text)) == START


@pytest.mark.parametrize(
    "text",
    [
        "4k4/9/9/9/9/9/9/9/4K4 w 2P16p 42",
        "l6nl/5+P1gk/2np1S3/p1p4Pp/3P2Sp1/1PPb2P1P/P5GS1/R8/LN4bKL w RGgsn5p 1",
        "R8/2K1S1SSk/4B4/9/9/9/9/9/1L1L1L3 b RBGSNLP3g3n17p 1",
    ],
)
def test_a_position_is_written_as_it_was_read(text: str) -> None:
    assert GAME.position_to_text(GAME.parse_position(text)) == text


def test_hands_may_come_in_any_order_and_are_written_in_the_usual_one() -> None:
    state = GAME.parse_position(f"{BARE} b p3NLbR 7")
    assert GAME.position_to_text(state) == f"{BARE} b R3NLbp 7"
    assert GAME.hands(state).tolist() == [[0, 1, 3, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1, 0]]


WRONG = {
    "": "no SFEN",
    "sfen": "no SFEN",
    "startpos moves 7g7f": "no board",
    BARE: "no SFEN",
    f"{START} moves 7g7f": "no SFEN",
    "4k4/9/9/9/9/9/9/4K4 b - 1": "not 8",
    "4k4/9/9/9/9/9/9/9/9/4K4 b - 1": "not 10",
    "4k5/9/9/9/9/9/9/9/4K4 b - 1": "9 squares",
    "4k3/9/9/9/9/9/9/9/4K4 b - 1": "9 squares",
    "4k4/0/9/9/9/9/9/9/4K4 b - 1": "no piece",
    "4k4/9/9/4x4/9/9/9/9/4K4 b - 1": "no piece",
    "4k4/9/9/4+G4/9/9/9/9/4K4 b - 1": "no piece",
    "4k4/9/9/4+5/9/9/9/9/4K4 b - 1": "no piece",
    "4k4/9/9/8+/9/9/9/9/4K4 b - 1": "9 squares",
    "4k4/9/9/4++P4/9/9/9/9/4K4 b - 1": "no piece",
    "4+k4/9/9/9/9/9/9/9/4K4 b - 1": "no piece",
    f"{BARE} x - 1": "side to move",
    f"{BARE} B - 1": "side to move",
    f"{BARE} b K 1": "no piece that a hand holds",
    f"{BARE} b X 1": "no piece that a hand holds",
    f"{BARE} b +P 1": "no piece that a hand holds",
    f"{BARE} b 11 1": "number",
    f"{BARE} b 100P 1": "number",
    f"{BARE} b 0P 1": "no count",
    f"{BARE} b PP 1": "no count",
    f"{BARE} b - one": "no move number",
    f"{BARE} b - -1": "no move number",
    f"{BARE} b - 99999999999999999999": "no move number",
    f"{BARE} b - ４": "no move number",
    "9/9/9/9/9/9/9/9/9 b - 1": "no king",
    "4k4/9/9/9/9/9/9/9/9 b - 1": "no king",
    "9/9/9/9/9/9/9/9/4K4 b - 1": "no king",
    "4k4/9/9/9/9/9/9/4K4/4K4 b - 1": "2 kings",
    f"{BARE} b 11P8p 1": "19 pawns",
    f"{BARE} b 19P 1": "19 pawns",
    f"{BARE} b 11R 1": "11 rooks",
    f"{BARE} b 3B 1": "3 bishops",
    f"{BARE} b 3G2g 1": "5 golds",
    "4k4/9/9/+L+L+L6/9/9/9/9/4K4 b 2l 1": "5 lances",
    "4k4/9/9/9/4P4/9/4P4/9/4K4 b - 1": "two pawns on file 5",
    "4k4/9/4p4/9/4p4/9/9/9/4K4 b - 1": "two pawns on file 5",
    "P3k4/9/9/9/9/9/9/9/4K4 b - 1": "has no move",
    "4k4/9/9/9/9/9/9/9/p3K4 b - 1": "has no move",
    "L3k4/9/9/9/9/9/9/9/4K4 b - 1": "has no move",
    "4k4/N8/9/9/9/9/9/9/4K4 b - 1": "has no move",
    "4k4/9/9/9/9/9/9/n8/4K4 b - 1": "has no move",
    "4k4/9/9/9/4R4/9/9/9/4K4 b - 1": "White is in check, but Black is to move",
    "4k4/9/9/9/4r4/9/9/9/4K4 w - 1": "Black is in check, but White is to move",
    "9/9/9/9/4k4/4K4/9/9/9 b - 1": "in check",
    "x" * 1_000_000: "no SFEN",
    "/" * 1_000_000 + " b - 1": "no SFEN",
    f"{BARE} b {'P' * 900} 1": "no count",
    "\ud800" * 9: "no SFEN",
    "\x00\x00\x00 b - 1": "not 1",
}


@pytest.mark.parametrize("text", WRONG, ids=[text[:40].encode("ascii", "replace").decode() for text in WRONG])
def test_what_is_wrong_is_named_on_one_short_line(text: str) -> None:
    with pytest.raises(InvalidPosition, match=WRONG[text]) as raised:
        GAME.parse_position(text)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


def test_problems_may_lack_the_king_of_the_side_to_move() -> None:
    game = Shogi(tsume=True)
    text = "3sks3/9/4+P4/6+B2/9/9/9/9/9 b S2rb4gs4n4l17p 1"
    state = game.parse_position(text)
    assert game.position_to_text(state) == text
    for move in ("3d5b", "6a5b", "S*6b"):
        state = game.apply(state, game.parse_action(state, move))
    assert game.termination(state) == "checkmate"
    with pytest.raises(InvalidPosition, match="no king"):
        game.parse_position("9/9/9/9/9/9/9/9/9 b - 1")
    with pytest.raises(InvalidPosition, match="tsume=true"):
        GAME.parse_position(text)


def test_a_position_that_is_mate_is_over_when_it_is_read() -> None:
    state = GAME.parse_position("4k4/4G4/4P4/9/9/9/9/9/4K4 w - 1")
    assert GAME.termination(state) == "checkmate"
    assert GAME.returns(state).tolist() == [1, -1]
    assert GAME.termination(GAME.parse_position("8k/9/7GG/9/9/9/9/9/4K4 b - 1")) == ""
    stuck = GAME.parse_position("8k/5R3/7R1/9/9/9/9/9/4K4 w - 1")
    assert GAME.termination(stuck) == "no legal move"
    assert GAME.returns(stuck).tolist() == [1, -1]


def outcome(text: str) -> str:
    """The position that a text is read as, or the message that says why it is none."""
    try:
        return GAME.position_to_text(GAME.parse_position(text))
    except TengenError as error:
        return str(error)


@given(st.text(max_size=80))
def test_no_text_does_anything_but_raise_or_make_a_position(text: str) -> None:
    assert "\n" not in outcome(text)


SYMBOLS = st.text(alphabet="lnsgkrbpLNSGKRBP+/123456789 bw-", min_size=30, max_size=90)


@given(st.one_of(SYMBOLS, SYMBOLS.map(lambda text: "/".join([text[i * 4 : i * 4 + 4] for i in range(9)]) + " b - 1")))
def test_no_text_of_sfens_symbols_does_anything_but_raise_or_make_a_position(text: str) -> None:
    assert "\n" not in outcome(text)


@given(seed=st.integers(0, 2**32 - 1), plies=st.integers(0, 200))
def test_positions_of_random_games_survive_the_round_trip(seed: int, plies: int) -> None:
    generator = np.random.default_rng(seed)
    states = GAME.initial_states(1)
    legal = np.empty(GAME.num_actions, np.int32)
    for _ in range(plies):
        if kernels.player_at(states, 0) == OVER:
            return
        kernels.apply_at(states, 0, generator.choice(legal[: kernels.legal_actions_at(states, 0, legal)]))
    text = GAME.position_to_text(states[0])
    again = GAME.parse_position(text)
    assert GAME.position_to_text(again) == text
    for name in ("hash", "sets", "checkers", "shogi_board", "hands", "turn"):
        assert np.array_equal(again[name], states[0][name]), f"{name} kept up in {text}"
