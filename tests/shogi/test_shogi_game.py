"""Shogi as a game: parameters, starts, endings, observation, board, keys, mate in one."""

import unicodedata

import numpy as np
import pytest

import tengen
from tengen.core.errors import InvalidParameter, InvalidPosition, TengenError, UnknownName
from tengen.core.random import kernel_seeds, stream
from tengen.games import kernels
from tengen.games.laws import draw_actions
from tengen.games.rules import OVER, State
from tengen.games.shogi import Shogi
from tengen.games.shogi.handicap import HANDICAPS
from tengen.games.shogi.observation import BOARD_PLANES, OTHER_PLANES, num_planes
from tengen.games.shogi.rules import DECLARE

GAME = Shogi()


def play(game: Shogi, state: State, *moves: str) -> State:
    for move in moves:
        state = game.apply(state, game.parse_action(state, move))
    return state


@pytest.mark.parametrize("name", HANDICAPS)
def test_the_giver_of_a_handicap_is_white_and_moves_first(name: str) -> None:
    game = Shogi(handicap=name)
    state = game.initial_state()
    assert game.player(state) == (0 if name == "none" else 1)
    assert game.position_to_text(state) == HANDICAPS[name].sfen
    missing = {"none": 0, "lance": 1, "bishop": 1, "rook": 1, "two": 2, "four": 4, "six": 6, "eight": 8, "ten": 10}
    if name in missing:
        assert (game.board(state) != 0).sum() == 40 - missing[name]
    assert tengen.make(game.text) == game


def test_the_giver_of_a_handicap_counts_what_he_gave_when_he_declares() -> None:
    # White has ten points in the zone, and as many for the rook and the bishop that he gave.
    board = "9/9/5K3/9/9/9/+p+p1+p1+p1+p1/k1+p1+p1+p2/3+p1+p3"
    assert DECLARE in two_down(board, 7)
    assert DECLARE not in two_down(board, 6)
    even = GAME.parse_position(f"{board} w 7p 1")
    assert DECLARE not in GAME.legal_actions(even)


def two_down(board: str, pawns: int) -> list[int]:
    game = Shogi(handicap="two")
    actions: list[int] = game.legal_actions(game.parse_position(f"{board} w {pawns}p 1")).tolist()
    return actions


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_plies": 0},
        {"max_plies": 4097},
        {"max_plies": "many"},
        {"max_plies": True},
        {"max_plies": "9" * 1_000_000},
        {"history": 0},
        {"history": 9},
        {"declaration": "maybe"},
        {"tsume": 2},
        {"handicap": "queen"},
    ],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises((InvalidParameter, UnknownName)) as raised:
        Shogi(**parameters)
    assert len(str(raised.value)) < 300


def test_a_game_ends_in_a_draw_at_its_move_limit() -> None:
    game = Shogi(max_plies=3)
    state = play(game, game.initial_state(), "7g7f", "3c3d")
    assert not game.is_over(state)
    state = play(game, state, "2g2f")
    assert game.termination(state) == "move limit"
    assert not game.returns(state).any()


def test_mate_at_the_move_limit_is_mate() -> None:
    game = Shogi(max_plies=1)
    state = game.parse_position("4k4/9/4P4/9/9/9/9/9/4K4 b G 1")
    assert game.termination(play(game, state, "G*5b")) == "checkmate"


def test_a_repetition_at_the_move_limit_is_a_repetition() -> None:
    game = Shogi(max_plies=12)
    cycle = ("3i4h", "7a6b", "4h3i", "6b7a")
    state = play(game, game.initial_state(), *cycle, *cycle, *cycle)
    assert game.termination(state) == "repetition"


def test_a_cycle_is_only_counted_with_the_same_hands_and_side() -> None:
    cycle = ("3i4h", "7a6b", "4h3i", "6b7a")
    state = GAME.initial_state()
    for wanted in (1, 2):
        state = play(GAME, state, *cycle)
        assert GAME.repeats(state) == wanted
    assert GAME.repeats(play(GAME, state, "3i4h")) == 2
    assert GAME.repeats(play(GAME, state, "2g2f")) == 0


def test_the_side_that_checks_loses_though_the_other_makes_the_last_move() -> None:
    # The first position comes back by White's moves, before any other does for the fourth time.
    state = GAME.parse_position("R8/8k/9/9/9/9/9/9/4K4 b - 1")
    for _ in range(3):
        assert GAME.termination(state) == ""
        state = play(GAME, state, "9a9b", "1b1a", "9b9a", "1a1b")
    assert GAME.termination(state) == "perpetual check"
    assert GAME.returns(state)[0] == -1


def test_board_and_hands_are_told_in_numbers() -> None:
    state = play(GAME, GAME.initial_state(), "7g7f", "3c3d", "8h2b+")
    board = GAME.board(state)
    assert board.shape == (9, 9)
    assert board.dtype == np.int8
    assert board[0].tolist() == [-2, -3, -4, -5, -8, -5, -4, -3, -2]
    assert board[1].tolist() == [0, -7, 0, 0, 0, 0, 0, 14, 0]
    assert board[8].tolist() == [2, 3, 4, 5, 8, 5, 4, 3, 2]
    assert GAME.hands(state).tolist() == [[0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0]]


def test_the_board_is_drawn_square_with_both_hands_and_the_last_move() -> None:
    state = play(GAME, GAME.initial_state(), "7g7f", "3c3d", "8h2b+")
    for letters in (False, True):
        lines = GAME.draw_board(state, letters=letters).splitlines()
        rows = [line for line in lines if line.startswith("|")]
        assert len(rows) == 9
        assert len({columns(line) for line in rows} - {columns(rows[0])}) == 0
        assert sum(line.count("*") for line in rows) == 1
        assert lines[-1] == f"Black in hand: {'B' if letters else '角'}"
        assert lines[0] == "White in hand: nothing (to move)"
    assert " 馬*" in GAME.draw(state)
    assert " +B*" in GAME.draw_board(state, letters=True)
    action = GAME.parse_action(state, "3a2b")
    assert "v銀*" in GAME.draw(GAME.apply(state, action), action)


def columns(line: str) -> int:
    """How wide a line is on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def test_equal_positions_have_equal_keys_and_others_do_not() -> None:
    one = play(GAME, GAME.initial_state(), "7g7f", "3c3d", "2g2f")
    other = play(GAME, GAME.initial_state(), "2g2f", "3c3d", "7g7f")
    assert GAME.key(one) == GAME.key(other)
    board = "4k4/9/9/9/9/9/9/9/4K4"
    texts = [f"{board} b - 1", f"{board} w - 1", f"{board} b P 1", f"{board} b p 1", f"{board} b 2P 1"]
    assert len({GAME.key(GAME.parse_position(text)) for text in texts}) == len(texts)


def test_a_state_of_another_game_is_refused() -> None:
    with pytest.raises(InvalidPosition):
        Shogi(max_plies=1000).legal_actions(GAME.initial_state())


def test_the_observation_is_seen_from_the_side_to_move() -> None:
    game = Shogi(history=1)
    black = game.observe(game.parse_position("4k4/9/9/9/9/9/P8/9/4K4 b R 1"))
    white = game.observe(game.parse_position("4k4/9/8p/9/9/9/9/9/4K4 w r 1"))
    colour = num_planes(1) - 3
    assert "White" in OTHER_PLANES[-3]
    black[colour], white[colour] = 0, 0
    assert np.array_equal(black, white)
    pawn = black[BOARD_PLANES.index("own 歩")]
    assert np.argwhere(pawn).tolist() == [[8, 6]]  # file 9, rank g


def test_the_observation_shows_earlier_positions_hands_checks_and_repetitions() -> None:
    game = Shogi(history=8)
    states = [game.initial_state()]
    for move in ("7g7f", "3c3d", "8h2b+", "3a2b", "B*5e", "5a6b", "5e2b+", "8b7b", "2b3c"):
        states.append(play(game, states[-1], move))
    pieces = len(BOARD_PLANES)
    now = game.observe(states[-1])
    for age in range(0, 8, 2):  # the same side to move, so the board is seen the same way
        before = game.observe(states[-1 - age])
        assert np.array_equal(now[age * pieces : (age + 1) * pieces], before[:pieces]), f"{age} plies before"
    other = game.observe(states[-2])
    turned = other[:pieces].reshape(2, 14, 81)[::-1, :, ::-1].reshape(pieces, 9, 9)
    assert np.array_equal(now[pieces : 2 * pieces], turned)
    assert not game.observe(states[0])[pieces : 8 * pieces].any()
    rest = dict(zip(OTHER_PLANES, now[8 * pieces :, 0, 0], strict=True))
    assert rest["own 角 in hand"] == 1
    assert rest["own 角 in hand, part of all in the set"] == 0.5
    assert rest["opponent's 銀 in hand"] == 1
    assert rest["opponent's 銀 in hand, part of all in the set"] == 0.25
    assert rest["the side to move is in check"] == game.in_check(states[-1])
    cycle = ("3i4h", "7a6b", "4h3i", "6b7a")
    for count in (0, 1, 2):
        state = play(game, game.initial_state(), *(cycle * count))
        rest = dict(zip(OTHER_PLANES, game.observe(state)[8 * pieces :, 4, 4], strict=True))
        stood = [rest[name] for name in OTHER_PLANES if "stood" in name]
        assert stood == [float(count >= 1), float(count >= 2)]


def test_mate_in_one_is_found_where_there_is_one() -> None:
    scratch = np.empty(GAME.num_actions, np.int32)
    for text, mates in {
        "4k4/9/4P4/9/9/9/9/9/4K4 b G 1": {"G*5b"},
        "7nk/9/7G1/9/9/9/9/9/4K4 b P 1": set(),  # the pawn may not mate
        "7nk/9/7GP/9/9/9/9/9/4K4 b - 1": {"1c1b", "1c1b+"},
        "4k4/9/9/9/9/9/4p4/9/4K4 w g 1": {"G*5h"},
        "8k/9/8P/9/8L/9/9/9/4K4 b - 1": {"1c1b+"},
        "8k/9/9/9/9/9/9/9/R3K4 b - 1": set(),
    }.items():
        state = GAME.parse_position(text)
        found = kernels.winning_action_at(GAME.stack([state]), 0, scratch)
        if mates:
            assert GAME.action_to_text(state, found) in mates, text
        else:
            assert found == -1, text


def test_mate_in_one_is_found_exactly_where_trying_every_move_finds_one() -> None:
    generator = np.random.default_rng(11)
    scratch = np.empty(GAME.num_actions, np.int32)
    mates = 0
    for _ in range(8):
        states = GAME.initial_states(1)
        while kernels.player_at(states, 0) != OVER:
            legal = scratch[: kernels.legal_actions_at(states, 0, scratch)].copy()
            winning = []
            for action in legal.tolist():
                after = states.copy()
                kernels.apply_at(after, 0, action)
                if kernels.player_at(after, 0) == OVER and kernels.result_at(after, 0) != 0:
                    assert GAME.termination(after[0]) in (
                        "checkmate",
                        "no legal move",
                        "declaration",
                        "perpetual check",
                    )
                    if GAME.termination(after[0]) in ("checkmate", "declaration"):
                        winning.append(action)
            found = kernels.winning_action_at(states, 0, scratch)
            assert found in winning if winning else found == -1, GAME.position_to_text(states[0])
            mates += bool(winning)
            kernels.apply_at(states, 0, generator.choice(legal))
    assert mates > 20


def test_random_actions_are_uniform() -> None:
    state = GAME.initial_state()
    drawn = np.empty(30_000, np.int32)
    draw_actions(
        GAME.stack([state]), kernel_seeds(stream(5, "uniform"), 1), drawn, np.empty(GAME.num_actions, np.int32)
    )
    actions, counts = np.unique(drawn, return_counts=True)
    assert actions.tolist() == GAME.legal_actions(state).tolist()
    expected = len(drawn) / len(actions)
    assert ((counts - expected) ** 2 / expected).sum() < 65  # chi-squared with 29 degrees: p below 1e-4


def test_a_game_is_made_without_compiling() -> None:
    assert "_start" not in vars(tengen.make("shogi:handicap=rook"))


def test_every_error_is_of_tengen() -> None:
    for text in ("shogi:handicap=", "shogi:max_plies=-1", "shogi:pieces=3", "shogi:history"):
        with pytest.raises(TengenError):
            tengen.make(text)
