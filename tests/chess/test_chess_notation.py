"""Moves as people and programs type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen import make
from tengen.core.errors import IllegalMove, InvalidMove, TengenError
from tengen.games.chess import Chess

GAME = make("chess")
GAME960 = make("chess:chess960=true")
CASTLES = "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1"
PROMOTES = "3n4/2P4k/8/8/8/8/8/K7 w - - 0 1"


def meant(fen: str, text: str, game: object = GAME) -> str:
    """The UCI move that a text stands for."""
    assert isinstance(game, Chess)
    state = game.parse_position(fen)
    return game.action_to_text(state, game.parse_action(state, text))


@pytest.mark.parametrize("text", ["Nf3", "nf3", "g1f3", "G1F3", "Ng1f3", "Ng1-f3", "N1f3", " Nf3! ", "Nf3!?", "Ngf3"])
def test_a_knight_moves_however_it_is_written(text: str) -> None:
    assert meant("startpos", text) == "g1f3"


@pytest.mark.parametrize("text", ["e4", "e2e4", "e2-e4", "e4+", "e4?!"])
def test_a_pawn_moves_however_it_is_written(text: str) -> None:
    assert meant("startpos", text) == "e2e4"


@pytest.mark.parametrize("text", ["O-O", "0-0", "o-o", "OO", "O-O+", "e1g1", "e1h1", "0-0#"])
def test_castling_is_read_in_all_its_forms(text: str) -> None:
    assert meant(CASTLES, text) == "e1g1"
    assert meant(CASTLES, text, GAME960) == "e1h1"


@pytest.mark.parametrize("text", ["O-O-O", "0-0-0", "OOO", "e1c1", "e1a1"])
def test_long_castling_is_read_in_all_its_forms(text: str) -> None:
    assert meant(CASTLES, text) == "e1c1"
    assert meant(CASTLES, text, GAME960) == "e1a1"


@pytest.mark.parametrize("text", ["c8=Q", "c8Q", "c8=q", "c7c8q", "c7c8Q", "c8(Q)", "c8/Q", "c7-c8=Q"])
def test_a_promotion_is_read_in_all_its_forms(text: str) -> None:
    assert meant(PROMOTES, text) == "c7c8q"


def test_captures_and_en_passant_are_read() -> None:
    assert meant("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", "exd6 e.p.") == "e5d6"
    assert meant("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", "exd6") == "e5d6"
    assert meant(PROMOTES, "cxd8=N") == "c7d8n"
    assert meant("4k3/8/8/3p4/4P3/8/8/4K3 w - - 0 1", "ed5") == "e4d5"
    assert meant("4k3/p7/8/8/8/8/8/2B1K3 w - - 0 1", "bd2") == "c1d2"  # a bishop without the shift key


def test_a_capture_by_the_pawn_on_b_is_no_bishop() -> None:
    assert meant("4k3/8/8/8/2p5/1P6/8/4KB2 w - - 0 1", "bxc4") == "b3c4"
    assert meant("4k3/8/8/8/2p5/1P6/8/4KB2 w - - 0 1", "Bxc4") == "f1c4"


def test_an_ambiguous_move_is_told_with_its_choices() -> None:
    state = GAME.parse_position("4k3/8/8/1N6/8/8/3K4/1N6 w - - 0 1")
    with pytest.raises(InvalidMove, match=r"^Nc3 is ambiguous: one of N1c3, N5c3$"):
        GAME.parse_action(state, "Nc3")


@pytest.mark.parametrize(
    ("fen", "move", "san"),
    [
        ("4k3/8/8/8/8/2N5/8/2N1K3 w - - 0 1", "c3e2", "N3e2"),
        ("4k3/8/8/8/2N5/8/2N1N3/4K3 w - - 0 1", "c4e3", "N4e3"),
        ("4k3/8/8/8/8/N1N5/8/N1K5 w - - 0 1", "a3c2", "N3c2"),
        ("6k1/8/8/8/4Q2Q/8/8/K6Q w - - 0 1", "h4e1", "Qh4e1"),
        ("4k3/8/8/8/1b6/2N5/8/4K1N1 w - - 0 1", "g1e2", "Ne2"),  # the other knight is pinned
        ("6k1/8/8/8/8/8/8/R3K2R w KQ - 0 1", "e1c1", "O-O-O"),
        ("7k/5Q2/6K1/8/8/8/8/8 w - - 0 1", "f7g7", "Qg7#"),
        ("5k2/8/8/8/8/8/8/4K2R w K - 0 1", "e1g1", "O-O+"),
    ],
)
def test_san_names_no_more_than_it_must(fen: str, move: str, san: str) -> None:
    state = GAME.parse_position(fen)
    action = GAME.parse_action(state, move)
    assert GAME.notate(state, action) == san
    assert GAME.parse_action(state, san) == action


@pytest.mark.parametrize(
    ("fen", "move", "reason"),
    [
        ("startpos", "e2e5", "the pawn cannot move so"),
        ("startpos", "e4e5", "White has no piece on e4"),
        ("startpos", "e7e5", "White has no piece on e7"),
        ("startpos", " e2e5\n", "^e2e5 is not legal: the pawn cannot move so$"),
        ("startpos", "a1a9", None),
        ("startpos", "a1b4", "no piece moves from a1 to b4"),
        ("startpos", "Nf6", "no knight can go to f6"),
        ("startpos", "Rad1", "no rook on a can go to d1"),
        ("startpos", "O-O", "a piece is in the way"),
        ("startpos", "e1g1", "a piece is in the way"),
        ("startpos", "e2e4q", "no pawn promotes so"),
        ("4k3/8/8/8/8/8/8/R3K2R w Q - 0 1", "O-O", "the right to castle on that side is gone"),
        ("4k3/8/8/8/8/8/4r3/R3K2R w KQ - 0 1", "e1g1", "the king is in check"),
        ("4k3/8/8/8/8/5r2/8/R3K2R w KQ - 0 1", "O-O", "would pass an attacked square"),
        ("4k3/4r3/8/8/8/4N3/8/4K3 w - - 0 1", "e3c4", "it exposes the king to check"),
        ("4k3/4r3/8/8/8/8/3N4/4K3 w - - 0 1", "d2b3", "it leaves the king in check"),
        ("4k3/8/8/8/8/8/r7/4K3 w - - 0 1", "e1e2", "it exposes the king to check"),
        (PROMOTES, "c7c8", "becomes one of q, r, b, n"),
        (PROMOTES, "c8", "the pawn promotes, such as c8=Q"),
        ("7k/5Q2/6K1/8/8/8/8/8 b - - 0 1", "Kg8", "the game is over"),
        ("7k/5Q2/6K1/8/8/8/8/8 b - - 0 1", "h8g8", "the game is over by stalemate"),
    ],
)
def test_an_illegal_move_says_why(fen: str, move: str, reason: str | None) -> None:
    state = GAME.parse_position(fen)
    with pytest.raises(InvalidMove if reason is None else IllegalMove, match=reason) as caught:
        GAME.parse_action(state, move)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", " ", "e9", "castle", "Kxx", "e2e4e5", "0000", "resign", "Zf3", "e7e8k", "N" * 10**6, "\x00", "é4"]
)
def test_what_is_no_move_is_told_in_one_short_line(text: str) -> None:
    with pytest.raises(InvalidMove) as caught:
        GAME.parse_action(GAME.initial_state(), text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.text(max_size=12) | st.text(alphabet="abcdefgh12345678NBRQKOo0-x=+#", max_size=8))
def test_no_text_breaks_the_reader_of_moves(text: str) -> None:
    state = GAME.parse_position("r3k2r/pPp2ppp/8/3pP3/8/8/P4PPP/R3K2R w KQkq d6 0 1")
    try:
        action = GAME.parse_action(state, text)
    except TengenError as error:
        line = str(error)
        assert line
        assert "\n" not in line
    else:
        assert action in GAME.legal_actions(state)


def test_chess960_tells_a_king_step_from_castling() -> None:
    state = GAME960.parse_position("4k3/8/8/8/8/8/8/5KR1 w G - 0 1")  # castling leads the king from f1 to g1
    assert GAME960.action_to_text(state, GAME960.parse_action(state, "O-O")) == "f1g1"
    free = GAME960.parse_position("4k3/8/8/8/8/8/8/5K1R w H - 0 1")
    castled = GAME960.apply(free, GAME960.parse_action(free, "f1h1"))
    stepped = GAME960.apply(free, GAME960.parse_action(free, "f1g1"))
    assert GAME960.position_to_text(castled) == "4k3/8/8/8/8/8/8/5RK1 b - - 1 1"
    assert GAME960.position_to_text(stepped) == "4k3/8/8/8/8/8/8/6KR b - - 1 1"


def test_chess960_castling_is_not_legal_when_the_rook_screened_the_king() -> None:
    state = GAME960.parse_position("4k3/8/8/8/8/8/8/rRK5 w B - 0 1")
    with pytest.raises(IllegalMove):
        GAME960.parse_action(state, "O-O-O")
