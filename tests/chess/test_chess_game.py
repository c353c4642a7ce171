"""What chess is beside its moves: parameters, endings, observation, drawing, mates in one."""

import chess as peer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen import make
from tengen.core.errors import InvalidParameter, UnknownName
from tengen.core.random import stream
from tengen.games import kernels
from tengen.games.chess import Chess
from tengen.games.chess.observation import GAME_PLANES, POSITION_PLANES, plane_names
from tengen.games.rules import State


def chess_game(**parameters: object) -> Chess:
    game = make("chess", **parameters)
    assert isinstance(game, Chess)
    return game


GAME = chess_game()
SHUFFLE = ["g1f3", "g8f6", "f3g1", "f6g8"]


def after(game: Chess, moves: list[str], fen: str = "startpos") -> State:
    state = game.parse_position(fen)
    for move in moves:
        state = game.apply(state, game.parse_action(state, move))
    return state


def random_position(seed: int, plies: int, game: Chess = GAME) -> State:
    """A position of a random game, before its end."""
    generator = stream(seed, "chess positions")
    state = game.initial_state()
    for _ in range(plies):
        following = game.apply(state, int(generator.choice(game.legal_actions(state))))
        if game.is_over(following):
            break
        state = following
    return state


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chess960", "maybe"),
        ("material", 2),
        ("repetition", 1),
        ("repetition", 10),
        ("repetition", "often"),
        ("fifty", 76),
        ("fifty", -1),
        ("fifty", 49.5),
        ("history", 0),
        ("history", 9),
        ("max_plies", -1),
        ("max_plies", "x" * 10**6),
        ("fifty", True),
    ],
)
def test_a_wrong_parameter_says_what_is_accepted(name: str, value: object) -> None:
    with pytest.raises(InvalidParameter, match=rf"^{name}=.* is not accepted: ") as caught:
        chess_game(**{name: value})
    assert len(str(caught.value)) < 200


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean 'fifty'"):
        make("chess:fifti=50")


def test_the_longest_game_is_bounded_by_the_rules() -> None:
    assert GAME.max_plies == 127 * 100
    assert chess_game(fifty=75).max_plies == chess_game(fifty=0, repetition=0).max_plies == 127 * 150
    assert chess_game(max_plies=200).max_plies == 200


def test_the_mover_who_mates_is_paid() -> None:
    states = GAME.stack([after(GAME, ["f2f3", "e7e5", "g2g4"])])
    assert kernels.apply_at(states, 0, GAME.parse_action(states[0], "Qh4#")) == (1.0, 0.0)
    assert GAME.returns(states[0]).tolist() == [-1.0, 1.0]
    assert GAME.termination(states[0]) == "checkmate"
    assert GAME.in_check(states[0])


@pytest.mark.parametrize(
    ("parameters", "times", "ending"),
    [
        ({}, 2, "threefold repetition"),
        ({"repetition": 2}, 1, "twofold repetition"),
        ({"repetition": 5}, 4, "fivefold repetition"),
    ],
)
def test_the_agreed_occurrence_draws(parameters: dict[str, object], times: int, ending: str) -> None:
    game = chess_game(**parameters)
    assert game.termination(after(game, SHUFFLE * times)) == ending
    assert game.termination(after(game, (SHUFFLE * times)[:-1])) == ""


def test_without_the_rule_repetition_goes_on_until_fifty_moves() -> None:
    game = chess_game(repetition=0)
    assert game.termination(after(game, SHUFFLE * 25)) == "fifty moves"
    assert game.is_repetition(after(game, SHUFFLE * 24), 25)


def test_repetition_is_seen_however_long_ago_it_was() -> None:
    """A king walks a round of 35 squares twice while the other steps to and fro: after 140 plies all is as before."""
    snake = [8 * rank + file for rank in range(6) for file in (range(1, 6) if rank % 2 == 0 else range(5, 0, -1))]
    path = [peer.square_name(square) for square in (0, *snake, 32, 24, 16, 8)]
    assert len(set(path)) == 35
    game = chess_game(repetition=2, fifty=75, material=False)
    state = game.parse_position("7k/8/8/8/8/8/8/K7 w - - 0 1")
    for number in range(70):
        for move in (path[number % 35] + path[(number + 1) % 35], "g8h8" if number % 2 else "h8g8"):
            assert not game.is_over(state)
            state = game.apply(state, game.parse_action(state, move))
    assert game.termination(state) == "twofold repetition"
    assert game.halfmove_clock(state) == 140


def test_moves_without_progress_draw_at_the_agreed_number() -> None:
    game = chess_game(fifty=10, repetition=0)
    assert game.termination(after(game, SHUFFLE * 5)) == "10 moves without progress"
    assert game.termination(after(game, [*(SHUFFLE * 4), "g1f3", "e7e6", "f3g1", "e6e5", *SHUFFLE])) == ""


def test_a_game_ends_at_its_move_limit_but_a_mate_on_it_wins() -> None:
    game = chess_game(max_plies=4)
    assert game.termination(after(game, ["e2e4", "e7e5", "g1f3", "g8f6"])) == "move limit"
    assert game.termination(after(game, ["f2f3", "e7e5", "g2g4", "d8h4"])) == "checkmate"


def test_one_record_serves_all_parameters() -> None:
    assert chess_game(chess960=True, fifty=75, history=1).dtype == GAME.dtype


def test_starts_of_chess960_are_numbered_after_scharnagl() -> None:
    game = chess_game(chess960=True)
    assert game.position_to_text(game.chess960_start(518)) == game.position_to_text(game.initial_state())
    for number in (0, 1, 77, 400, 959):
        board = peer.Board.from_chess960_pos(number)
        assert game.position_to_text(game.chess960_start(number)) == board.shredder_fen()
    with pytest.raises(InvalidParameter, match="0 to 959"):
        game.chess960_start(960)


def test_the_board_is_read_off_from_the_eighth_rank() -> None:
    board = GAME.board(after(GAME, ["e2e4"]))
    assert board[0].tolist() == [-4, -2, -3, -5, -6, -3, -2, -4]
    assert board[7].tolist() == [4, 2, 3, 5, 6, 3, 2, 4]
    assert board[4, 4] == 1
    assert board.dtype == np.int8


def test_the_board_is_drawn_with_the_last_move_in_brackets() -> None:
    state = after(GAME, ["e2e4"])
    rows = GAME.draw(state).splitlines()
    assert rows[0].split() == list("abcdefgh")
    assert rows[1].split() == ["8", *"♜♞♝♛♚♝♞♜", "8"]
    assert rows[7].count("(") == rows[5].count("(") == 1
    assert "(♙)" in rows[5]
    assert "(·)" in rows[7]
    start = GAME.initial_state()
    assert GAME.draw(state, GAME.parse_action(start, "e2e4")) == GAME.draw(state)
    again = GAME.parse_position(GAME.position_to_text(state))
    assert GAME.draw(again, GAME.parse_action(start, "e2e4")) == GAME.draw(state)
    assert "(" not in GAME.draw(again) + GAME.draw(start)


def plane(state: State, name: str, game: Chess = GAME) -> np.ndarray:
    return game.observe(state)[plane_names(game.rules.history).index(name)]


def test_planes_are_named_and_as_many_as_alphazero_had() -> None:
    assert GAME.observation_shape == (119, 8, 8)
    assert len(plane_names(8)) == 119
    assert chess_game(history=1).observation_shape == (21, 8, 8)


@given(st.integers(0, 10**6), st.integers(0, 200))
def test_planes_show_the_pieces_from_the_side_to_move(seed: int, plies: int) -> None:
    state = random_position(seed, plies)
    board = GAME.board(state)[::-1]  # rank 1 first
    if GAME.player(state) == 1:
        board = -board[::-1]
    planes = GAME.observe(state)
    for piece in range(6):
        assert (planes[piece] == (board == piece + 1)).all()
        assert (planes[6 + piece] == (board == -piece - 1)).all()


def test_the_past_is_seen_with_the_eyes_of_the_present() -> None:
    game = chess_game()
    state = after(game, ["e2e4", "c7c5", "g1f3"])  # Black is to move
    assert plane(state, "opponent's pawns")[4, 4] == 1  # e4 is on Black's fifth rank
    assert plane(state, "opponent's knights, 1 plies ago")[7, 6] == 1
    assert plane(state, "own pawns, 2 plies ago")[1, 2] == 1
    assert plane(state, "opponent's pawns, 3 plies ago")[6, 4] == 1
    assert not plane(state, "own king, 4 plies ago").any()
    short = chess_game(history=2)
    assert (short.observe(after(short, ["e2e4", "c7c5", "g1f3"]))[:28] == game.observe(state)[:28]).all()


def test_planes_show_repetition_rights_and_clocks() -> None:
    game = chess_game(repetition=0)
    state = after(game, SHUFFLE * 2)
    assert plane(state, "stood before", game).all()
    assert plane(state, "stood twice before", game).all()
    assert plane(state, "stood before, 4 plies ago", game).all()
    assert not plane(state, "stood twice before, 4 plies ago", game).any()
    assert np.allclose(plane(state, "half-moves without progress", game), 0.08)
    assert np.allclose(plane(state, "move number", game), 0.05)
    state = after(game, ["a2a3"], "r3k3/8/8/8/8/8/P7/R3K2R w KQq - 0 1")
    found = [bool(plane(state, name, game).all()) for name in GAME_PLANES[:1] + GAME_PLANES[2:6]]
    assert found == [True, False, True, True, True]
    assert len(POSITION_PLANES) == 14


def mates_in_one(state: State) -> set[str]:
    board = peer.Board(GAME.position_to_text(state))
    found = set()
    for move in board.legal_moves:
        board.push(move)
        if board.is_checkmate():
            found.add(move.uci())
        board.pop()
    return found


def winning(game: Chess, state: State) -> str:
    action = kernels.winning_action_at(game.stack([state]), 0, np.empty(game.num_actions, np.int32))
    return game.action_to_text(state, action) if action >= 0 else ""


@pytest.mark.parametrize(
    ("fen", "mate"),
    [
        ("6k1/5ppp/8/8/8/8/8/K3R3 w - - 0 1", "e1e8"),
        ("6rk/6pp/8/6N1/8/8/8/K7 w - - 0 1", "g5f7"),
        ("1R6/4kPR1/8/4P1R1/2r5/8/8/4KB2 w - - 0 1", "f7f8n"),
        ("8/8/8/R3Q3/8/1N1p1k1P/8/4K2R w K - 0 1", "e1g1"),
        ("Q7/5r2/8/8/8/3k4/2R2B2/R3K3 w Q - 0 1", "e1c1"),
        ("8/1k1B1B2/4N3/1Pp5/8/1R6/R4P2/4K3 w - c6 0 1", "b5c6"),
        ("rnbqkbnr/pppp1ppp/8/4p3/6P1/5P2/PPPPP2P/RNBQKBNR b KQkq - 0 2", "d8h4"),
    ],
)
def test_the_only_mate_in_one_is_found(fen: str, mate: str) -> None:
    state = GAME.parse_position(fen)
    assert mates_in_one(state) == {mate}
    assert winning(GAME, state) == mate


@given(st.integers(0, 10**6), st.integers(0, 300))
def test_mate_in_one_is_found_exactly_when_there_is_one(seed: int, plies: int) -> None:
    state = random_position(seed, plies)
    mates = mates_in_one(state)
    assert winning(GAME, state) in (mates or {""})


@given(st.integers(0, 10**6), st.integers(0, 200))
def test_the_key_depends_on_the_position_alone(seed: int, plies: int) -> None:
    state = random_position(seed, plies)
    if not GAME.is_over(state):
        assert GAME.key(GAME.parse_position(GAME.position_to_text(state))) == GAME.key(state)


def test_keys_tell_rights_sides_and_en_passant_apart() -> None:
    fens = [
        "r3k2r/8/8/3pP3/8/8/8/R3K2R w KQkq d6 0 1",
        "r3k2r/8/8/3pP3/8/8/8/R3K2R w KQkq - 0 1",
        "r3k2r/8/8/3pP3/8/8/8/R3K2R w KQk - 0 1",
        "r3k2r/8/8/3pP3/8/8/8/R3K2R w Qk - 0 1",
        "r3k2r/8/8/3pP3/8/8/8/R3K2R b Qk - 0 1",
    ]
    assert len({GAME.key(GAME.parse_position(fen)) for fen in fens}) == len(fens)
