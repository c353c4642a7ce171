"""Moves of shogi as text: USI and Japanese."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import IllegalMove, InvalidMove, TengenError
from tengen.games import kernels
from tengen.games.rules import OVER, State
from tengen.games.shogi import Shogi
from tengen.games.shogi.kif_move import read_move, write_move

GAME = Shogi()
START = GAME.initial_state()
TWO_GOLDS = "4k4/9/9/9/9/9/9/3G1G3/4K4 b G 1"


def play(state: State, *moves: str) -> State:
    for move in moves:
        state = GAME.apply(state, GAME.parse_action(state, move))
    return state


def reads_as(state: State, text: str) -> str:
    return GAME.action_to_text(state, GAME.parse_action(state, text))


@pytest.mark.parametrize(
    "text", ["7g7f", " 7g7f ", "７六歩(77)", "７六歩", "７６歩", "76歩", "7六歩", "▲７六歩", "☗７六歩(77)"]
)
def test_a_move_is_read_in_all_its_forms(text: str) -> None:
    assert reads_as(START, text) == "7g7f"


def test_moves_are_written_as_kif_writes_them() -> None:
    state = play(START, "7g7f", "3c3d")
    assert GAME.notate(state, GAME.parse_action(state, "8h2b+")) == "２二角成(88)"
    assert GAME.notate(state, GAME.parse_action(state, "8h2b")) == "２二角(88)"
    state = play(state, "8h2b+")
    assert GAME.notate(state, GAME.parse_action(state, "3a2b")) == "同　銀(31)"
    assert write_move(GAME, state, GAME.parse_action(state, "3a2b"), last_to=0) == "２二銀(31)"
    assert reads_as(state, "同　銀") == reads_as(state, "同銀(31)") == "3a2b"
    state = play(state, "3a2b")
    assert GAME.notate(state, GAME.parse_action(state, "B*5e")) == "５五角打"
    assert reads_as(state, "５五角打") == reads_as(state, "５五角") == "B*5e"


def test_promotion_is_said_and_staying_is_the_rest() -> None:
    state = GAME.parse_position("k8/9/9/4S4/9/9/9/9/4K4 b - 1")
    assert reads_as(state, "５三銀成") == reads_as(state, "５三銀成(54)") == "5d5c+"
    assert reads_as(state, "５三銀不成") == reads_as(state, "５三銀") == reads_as(state, "５三銀生") == "5d5c"
    state = play(state, "5d5c+", "9a9b")
    assert GAME.notate(state, GAME.parse_action(state, "5c5b")) == "５二成銀(53)"
    assert reads_as(state, "５二成銀") == reads_as(state, "５二全") == "5c5b"


def test_words_about_the_origin_choose_between_pieces() -> None:
    state = GAME.parse_position(TWO_GOLDS)
    assert reads_as(state, "５七金右") == "4h5g"
    assert reads_as(state, "５七金左") == "6h5g"
    assert reads_as(state, "５八金右") == "4h5h"
    assert reads_as(state, "５七金打") == "G*5g"
    with pytest.raises(InvalidMove, match=r"6h5g.*4h5g|4h5g.*6h5g"):
        GAME.parse_action(state, "５七金")
    tokins = GAME.parse_position("4k4/9/9/9/9/6+P2/6+P2/5+P3/4K4 b - 1")
    assert reads_as(tokins, "４七と上") == "4h4g"
    assert reads_as(tokins, "４七と寄") == "3g4g"
    assert reads_as(tokins, "４七と直") == "4h4g"
    white = GAME.parse_position("4k4/3g1g3/9/9/9/9/9/9/4K4 w - 1")
    assert reads_as(white, "５三金右") == "6b5c"
    dragons = GAME.parse_position("8k/9/9/9/4+R4/9/4+R4/9/K8 b - 1")
    assert reads_as(dragons, "５六龍引") == reads_as(dragons, "５六竜引") == "5e5f"


def test_a_piece_does_not_move_for_the_one_behind_it() -> None:
    state = GAME.parse_position("k8/9/9/9/9/9/9/4R4/K3R4 b - 1")
    for text in ("5i5g", "5g5f", "1a5b"):
        with pytest.raises(IllegalMove) as raised:
            GAME.parse_action(state, text)
        assert "\n" not in str(raised.value)
    assert reads_as(state, "5h5g") == "5h5g"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7g",
        "7g7",
        "7g7f++",
        "7g7f=",
        "0g7f",
        "7j7f",
        "K*5e",
        "P5e",
        "P*5e+",
        "*5e",
        "resign",
        "WIN",
        "e2e4",
        "７",
        "七",
        "同歩",
        "７六",
        "７六犬",
        "７六歩(7",
        "７六歩(00)",
        "７六歩打成",
        "５五玉打",
        "５五と打",
        "７六歩右左直",
        "投了",
        "７六歩(77)(77)",
        "歩" * 1_000_000,
        "7" * 1_000_000,
        "\ud800",
        "7g7f\n7g7f",
        "²g7f",
    ],
    ids=lambda text: text[:12].encode("ascii", "backslashreplace").decode(),
)
def test_what_is_no_move_is_refused_with_one_short_line(text: str) -> None:
    with pytest.raises((InvalidMove, IllegalMove)) as raised:
        GAME.parse_action(START, text)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


@given(st.text(max_size=12))
def test_no_text_does_anything_but_raise_or_name_a_move(text: str) -> None:
    try:
        told = GAME.action_to_text(START, GAME.parse_move(START, text))
    except TengenError as error:
        told = str(error)
    assert told
    assert "\n" not in told


def test_every_action_has_a_text_and_a_reason_whether_legal_or_not() -> None:
    for text in ("startpos", TWO_GOLDS, "l6nl/5+P1gk/2np1S3/p1p4Pp/3P2Sp1/1PPb2P1P/P5GS1/R8/LN4bKL w RGgsn5p 1"):
        state = GAME.parse_position(text)
        legal = set(GAME.legal_actions(state).tolist())
        for action in range(GAME.num_actions):
            assert "\n" not in GAME.action_to_text(state, action) + GAME.notate(state, action)
            if action not in legal:
                assert GAME.why_illegal(state, action) not in ("", "the rules allow it")


@given(seed=st.integers(0, 2**32 - 1), plies=st.integers(0, 150))
def test_legal_moves_survive_the_round_trip_in_both_notations(seed: int, plies: int) -> None:
    generator = np.random.default_rng(seed)
    states = GAME.initial_states(1)
    legal = np.empty(GAME.num_actions, np.int32)
    for _ in range(plies):
        if kernels.player_at(states, 0) == OVER:
            return
        kernels.apply_at(states, 0, generator.choice(legal[: kernels.legal_actions_at(states, 0, legal)]))
    state = states[0]
    for action in GAME.legal_actions(state).tolist():
        assert GAME.parse_action(state, GAME.action_to_text(state, action)) == action
        assert read_move(GAME, state, GAME.notate(state, action)) == action


def test_a_declaration_has_a_text_in_both_notations() -> None:
    state = GAME.parse_position("1+P+P1+P2+R1/1+P1+P1+P+P2/K1+P1+P4/9/9/9/5k3/9/9 b RB2G3SNL5P2g2n3l4p 1")
    action = GAME.parse_action(state, "win")
    assert GAME.notate(state, action) == "入玉勝ち"
    assert GAME.parse_action(state, "入玉勝ち") == action
    with pytest.raises(IllegalMove, match="declared"):
        GAME.parse_action(START, "win")
