"""Go as a game: parameters, rewards, positions as text, reasons, keys."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tengen
from tengen.core.errors import IllegalMove, InvalidParameter, InvalidPosition, TengenError, UnknownName
from tengen.games import kernels
from tengen.games.game import Game
from tengen.games.go import Go
from tengen.games.go.observation import KOMI_LIMIT, PLANES
from tengen.games.go.ruleset import PRESETS
from tengen.games.rules import State

KO = ".XO../X.XO./.XO../...../..... w"
"""White may take on B4 and Black may not take back on C4 at once."""


def play(game: Game, state: State, moves: str) -> State:
    for move in moves.split():
        state = game.apply(state, game.parse_action(state, move))
    return state


def go(text: str) -> Go:
    game = tengen.make(text)
    assert isinstance(game, Go)
    return game


# Parameters


@given(
    size=st.integers(1, 19),
    komi=st.integers(-800, 800).map(lambda twice: twice / 2),
    superko=st.sampled_from(["positional", "situational", "simple"]),
    suicide=st.booleans(),
    max_plies=st.integers(0, 64),
    score_utility=st.sampled_from([0.0, 0.125, 0.2, 1.0]),
)
def test_the_text_of_a_game_makes_it_again(**parameters: object) -> None:
    game = Go(**parameters)
    again = tengen.make(game.text)
    assert again == game
    assert again.parameters == game.parameters
    assert pickle.loads(pickle.dumps(game)) == game


def test_parameters_come_as_values_or_as_texts() -> None:
    assert go("go: size=7 , komi=-0.5, suicide=TRUE, superko=simple") == Go(
        size=7, komi=-0.5, suicide=True, superko="simple"
    )
    assert Go(size=9.0, komi="7").text == "go"
    assert Go(size=5, max_plies=64).text == "go:size=5"
    assert go("go:size=5").max_plies == 64
    assert go("go:size=19").max_plies == 722
    assert go("go:max_plies=30").max_plies == 30


@pytest.mark.parametrize("name", PRESETS)
def test_a_rule_set_stands_for_its_parts_and_yields_to_them(name: str) -> None:
    game = go(f"go:rules={name}")
    assert {key: game.parameters[key] for key in ("superko", "suicide")} == PRESETS[name]
    assert go(f"go:rules={name},superko=simple").parameters["superko"] == "simple"
    assert "rules" not in game.text


@pytest.mark.parametrize(
    "text",
    [
        *("size=0", "size=20", "size=99", "size=9.5", "size=nine", "size=", "size=True", "size=1e400"),
        *("komi=seven", "komi=7.25", "komi=nan", "komi=inf", "komi=400.5", "komi=-1000"),
        *("superko=none", "suicide=yes", "suicide=2"),
        *("max_plies=-1", "max_plies=163", "size=5,max_plies=65", "score_utility=1.5", "score_utility=-0.1"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        tengen.make(f"go:{text}")
    assert "\n" not in str(caught.value)
    assert text.split(",")[-1].split("=")[0] in str(caught.value)


def test_unknown_rule_sets_and_parameters_are_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="chinese"):
        tengen.make("go:rules=chinise")
    with pytest.raises(UnknownName, match="komi"):
        tengen.make("go:komy=7")
    with pytest.raises(UnknownName, match="komi"):
        Go(komy=7)


# The end and what it is worth


def test_two_passes_end_the_game_and_whoever_passed_last_gets_the_reward() -> None:
    game = Go(size=3, komi=0.5, score_utility=0.25)
    states = game.stack([play(game, game.initial_state(), "B2 pass")])
    reward, discount = kernels.apply_at(states, 0, game.pass_action)
    assert discount == 0
    assert reward == pytest.approx(0.75 + 0.25 * math.tanh(8.5 / 20))
    assert game.returns(states[0]).tolist() == [1.0, -1.0]

    # White passes last: a stone each, all the rest touches both, and komi decides.
    states = game.stack([play(game, game.initial_state(), "B2 A1 pass")])
    reward, _ = kernels.apply_at(states, 0, game.pass_action)
    assert reward == pytest.approx(0.75 + 0.25 * math.tanh(0.5 / 20))
    assert game.returns(states[0]).tolist() == [-1.0, 1.0]


def test_a_drawn_game_is_worth_nothing_to_either_side() -> None:
    game = Go(size=3, komi=0)
    states = game.stack([play(game, game.initial_state(), "pass")])
    assert kernels.apply_at(states, 0, game.pass_action) == (0.0, 0.0)
    assert game.returns(states[0]).tolist() == [0.0, 0.0]


def test_the_move_limit_ends_the_game_as_it_stands() -> None:
    game = Go(size=5, komi=0, max_plies=3)
    state = play(game, game.initial_state(), "A1 pass B1")
    assert game.is_over(state)
    assert game.returns(state).tolist() == [1.0, -1.0]
    with pytest.raises(IllegalMove, match="over"):
        game.apply(state, 0)


# Reasons


@pytest.mark.parametrize(
    ("position", "moves", "move", "reason"),
    [
        (KO, "", "B5", "a stone is there"),
        (KO, "B4", "C4", "ko: it repeats the position after move 0"),
        (".X.../X..../...../...../..... w", "", "A5", "suicide"),
    ],
)
def test_an_illegal_move_is_refused_with_its_reason(position: str, moves: str, move: str, reason: str) -> None:
    game = Go(size=5)
    state = play(game, game.parse_position(position), moves)
    with pytest.raises(IllegalMove, match=reason):
        game.parse_action(state, move)


def test_superko_names_the_move_whose_position_would_return() -> None:
    game = Go(size=2)
    state = play(game, game.initial_state(), "A2 B2 A1 pass B1 B2")
    assert (game.board(state) == game.board(play(game, game.initial_state(), "pass B2"))).all()
    with pytest.raises(IllegalMove, match="superko: it repeats the position after move 2"):
        game.parse_action(state, "A2")


def test_a_suicide_that_changes_nothing_repeats_the_position() -> None:
    game = Go(size=5, suicide=True)
    state = game.parse_position(".X.../X..../...../...../..... w")
    with pytest.raises(IllegalMove, match="superko: it repeats the position after move 0"):
        game.parse_action(state, "A5")


# Positions


def test_a_position_survives_its_text_with_ko_passes_and_captures() -> None:
    game = Go(size=5)
    state = play(game, game.parse_position(KO), "B4")
    assert game.position_to_text(state) == ".XO../XO.O./.XO../...../..... b ko=C4 captures=0,1"
    again = game.parse_position(game.position_to_text(state))
    assert game.key(again) == game.key(state)
    assert game.legal_actions(again).tolist() == game.legal_actions(state).tolist()
    assert (game.observe(again) == game.observe(state)).all()

    passed = play(game, state, "pass")
    assert game.position_to_text(passed) == ".XO../XO.O./.XO../...../..... w passes=1 captures=0,1"
    assert game.is_over(game.parse_position(game.position_to_text(play(game, passed, "pass"))))


def test_a_drawing_can_be_read_back() -> None:
    game = Go(size=5)
    state = play(game, game.parse_position(KO), "B4 E1 D1")
    drawing = game.draw(state)
    assert drawing.count("(") == 1
    assert "(O)" in drawing.splitlines()[5]
    assert (game.board(game.parse_position(drawing + "\nb")) == game.board(state)).all()


def test_a_diagram_over_several_lines_is_read_with_or_without_spaces() -> None:
    game = Go(size=3)
    state = game.parse_position("""
        O X .
        + . .
        ..X
        w
    """)
    assert game.position_to_text(state) == "OX./.../..X w"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "3 rows of 3"),
        ("OX./...", "3 rows of 3"),
        ("OX./.../..X/...", "3 rows of 3"),
        ("OX./..../..X", "3 rows of 3"),
        ("OX./..?/..X", "'\\?'"),
        ("OX./..x/..X", "'x'"),
        ("OX./X../... b", "A3 has no liberty"),
        ("XXX/XXX/XXX", "no liberty"),
        ("OX./.../..X b passes=3", "passes=3"),
        ("OX./.../..X b ko=A2", "no ko is there"),
        ("OX./.../..X b ko=Z2", "ko=Z2"),
        ("OX./.../..X b ko=pass", "ko=pass"),
        ("OX./.../..X b captures=1", "captures=1"),
        ("OX./.../..X b captures=-1,0", "captures=-1,0"),
        ("OX./.../..X b turns=1", "turns=1"),
    ],
)
def test_a_text_that_is_no_position_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(InvalidPosition, match=complaint) as caught:
        Go(size=3).parse_position(text)
    assert "\n" not in str(caught.value)


@given(text=st.text(alphabet=".XO+/ bw=,()ko123ABpasseuv\n", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    game = Go(size=2)
    try:
        state = game.parse_position(text)
    except TengenError:
        return
    assert game.position_to_text(game.parse_position(game.position_to_text(state))) == game.position_to_text(state)


def test_stones_can_be_set_up_for_a_handicap() -> None:
    game = Go(size=9)
    corners = [game.parse_move(None, vertex) for vertex in ("C3", "G7", "C7")]
    state = game.setup(black=corners, to_move=1)
    assert game.player(state) == 1
    assert np.flatnonzero(game.board(state).ravel() == 1).tolist() == sorted(corners)
    with pytest.raises(InvalidPosition, match="twice"):
        game.setup(black=corners, white=corners[:1])
    with pytest.raises(InvalidPosition, match="off the board"):
        game.setup(white=[81])
    with pytest.raises(InvalidPosition, match="9x9"):
        game.position(np.zeros((5, 5), np.int8))
    with pytest.raises(InvalidPosition, match="to move"):
        game.position(np.zeros((9, 9), np.int8), 2)


def test_a_side_can_move_twice_running_in_a_record() -> None:
    for superko in ("positional", "situational"):
        game = Go(size=3, superko=superko)
        state = game.with_player(play(game, game.initial_state(), "A1"), 0)
        assert game.player(state) == 0
        assert game.position_to_text(play(game, state, "C3")) == "..X/.../X.. w"


# What others read


def test_keys_tell_positions_apart_by_all_that_decides_the_next_moves() -> None:
    game = Go(size=5)
    texts = [
        ".XO../XO.O./.XO../...../..... b ko=C4",
        ".XO../XO.O./.XO../...../..... b",
        ".XO../XO.O./.XO../...../..... w",
        ".XO../XO.O./.XO../...../..... w passes=1",
        ".XO../XO.O./.XO../...../..... w passes=2",
        "...../...../...../...../..... b",
    ]
    assert len({game.key(game.parse_position(text)) for text in texts}) == len(texts)
    one, other = (play(game, game.initial_state(), moves) for moves in ("A1 B2 C3 D4", "C3 D4 A1 B2"))
    assert game.key(one) == game.key(other)


@pytest.mark.parametrize(("komi", "shown"), [(7.5, 0.5), (-3, -0.2), (400, KOMI_LIMIT)])
def test_the_komi_plane_is_what_the_mover_gets(komi: float, shown: float) -> None:
    game = Go(size=3, komi=komi)
    state = game.initial_state()
    plane = PLANES.index("komi")
    assert game.observe(state)[plane] == pytest.approx(np.full((3, 3), -shown))
    assert game.observe(play(game, state, "pass"))[plane] == pytest.approx(np.full((3, 3), shown))


def test_the_last_moves_and_a_pass_are_seen() -> None:
    game = Go(size=3)
    planes = dict(zip(PLANES, game.observe(play(game, game.initial_state(), "A3 B2 C1 pass")), strict=True))
    assert planes["last move was a pass"].all()
    assert not planes["last move"].any()
    assert np.argwhere(planes["the move before it"]).tolist() == [[2, 2]]
    assert np.argwhere(planes["the third last move"]).tolist() == [[1, 1]]


def test_the_owner_of_each_point_is_known_before_the_end() -> None:
    game = Go(size=5, komi=7.5)
    score, owners = game.final_score(game.parse_position(".XO../X.XO./XXO../...../..... w"))
    assert owners.tolist() == [[1, 1, -1, 0, 0], [1, 1, 1, -1, 0], [1, 1, -1, 0, 0], [0] * 5, [0] * 5]
    assert score == 7 - 3 - 7.5
