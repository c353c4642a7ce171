"""Positions as text: what is read, what is written, and what is refused in one line."""

import chess as peer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles import oracle
from tengen import make
from tengen.core.errors import InvalidPosition
from tengen.games.chess import Chess

START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
GAME = make("chess")
GAME960 = make("chess:chess960=true")


def read_again(text: str, game: object = GAME) -> str:
    assert isinstance(game, Chess)
    return game.position_to_text(game.parse_position(text))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("startpos", START),
        ("  startpos ", START),
        (START, START),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq -", START),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w HAha - 0 1", START),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w QKqk - 0 1", START),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR", START.replace("KQkq", "-")),
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 0", START),
        (START.replace("0 1", "7 12"), START.replace("0 1", "7 12")),
        (START.replace(" 0 1", ' bm e4; id "a test"; hmvc 3; fmvn 9;'), START.replace("0 1", "3 9")),
        (START + " ;D1 20 ;D2 400", START),
        ("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", "4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1"),
        ("4k3/8/8/3p4/8/8/8/4K3 w - d6 0 1", "4k3/8/8/3p4/8/8/8/4K3 w - - 0 1"),  # nobody can take
        ("8/8/8/K2pP2r/8/8/8/4k3 w - d6 0 1", "8/8/8/K2pP2r/8/8/8/4k3 w - - 0 1"),  # nobody may take
    ],
)
def test_positions_are_read_and_written(text: str, written: str) -> None:
    assert read_again(text) == written


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        (START, "HAha"),
        ("1rk1r3/8/8/8/8/8/8/1RK1R3 w KQkq - 0 1", "EBeb"),  # X-FEN: the outermost rook
        ("4k3/8/8/8/8/8/8/R1RK1R1R w KQ - 0 1", "HA"),
        ("4k3/8/8/8/8/8/8/R1RK1R1R w FC - 0 1", "FC"),  # the inner ones need their files
        ("4k3/8/8/8/8/8/8/R1RK1R1R w KC - 0 1", "HC"),
        ("r1k1r2q/8/8/8/8/8/8/R1K1R2Q w KQkq - 0 1", "EAea"),
    ],
)
def test_rights_to_castle_are_read_as_x_fen_and_written_as_shredder_fen(text: str, rights: str) -> None:
    assert read_again(text, GAME960).split()[2] == rights
    assert read_again(read_again(text, GAME960), GAME960) == read_again(text, GAME960)


REFUSED = [
    ("", "an empty text"),
    ("nonsense", "8 rows"),
    ("8/8/8/8 w - - 0 1", "8 rows"),
    ("8/8/8/8/8/8/8/8 w - - 0 1", "White has no king"),
    ("8/8/8/8/8/8/8/4K3 w - - 0 1", "Black has no king"),
    ("4k3/8/8/8/8/8/8/4K1K1 w - - 0 1", "White has 2 kings"),
    ("4k3/4R3/8/8/8/8/4r3/4K3 w - - 0 1", "both kings are in check"),
    ("4k3/4r3/8/8/8/8/4R3/4K3 w - - 0 1", None),
    ("4k3/4R3/8/8/7b/8/8/4K3 b - - 0 1", "both kings are in check"),
    ("4k3/8/8/8/8/8/3r4/r3K2R w - - 0 1", None),
    ("8/8/8/8/8/8/8/3kK3 w - - 0 1", "king"),
    ("4k3/8/8/8/7b/2n2n2/8/r3K3 w - - 0 1", "3 pieces give check"),
    ("4k3/pppppppp/p7/8/8/8/PPPPPPPP/4K3 w - - 0 1", "Black has 9 pawns"),
    ("4k3/8/8/8/PP6/8/PPPPPPPP/4K3 w - - 0 1", "White has 10 pawns"),
    ("P3k3/8/8/8/8/8/8/4K3 w - - 0 1", "a pawn stands on a8"),
    ("4k3/8/8/8/8/8/8/p3K3 w - - 0 1", "a pawn stands on a1"),
    ("qqqqqqqq/qqk5/8/8/8/8/8/4K3 b - - 0 1", "Black has 0 pawns and 9 promoted"),
    ("4k3/8/8/8/8/8/PPPPPPPP/QQ2K3 w - - 0 1", "White has 8 pawns and 1 promoted"),
    ("4k3/8/8/8/8/8/8/4K2R w Q - 0 1", "there is no rook for Q"),
    ("4k3/8/8/8/8/8/8/4K3 w K - 0 1", "there is no rook for K"),
    ("4k3/8/8/8/8/8/4K3/7R w K - 0 1", "not on his first rank"),
    ("4k3/8/8/8/8/8/8/5K1R w K - 0 1", "chess960=true"),
    ("4k3/8/8/8/8/8/8/R3K2R w KQxy - 0 1", "is not understood"),
    ("4k3/8/8/8/8/8/8/4K3 w - e3 0 1", "no pawn just passed over e3"),
    ("4k3/8/8/8/8/8/8/4K3 w - e6 0 1", "no pawn just passed over e6"),
    ("4k3/4r3/8/4p3/8/8/8/4K3 w - e6 0 1", "no pawn just passed over e6"),
    ("4k3/8/4n3/4p3/8/8/8/4K3 w - e6 0 1", "no pawn just passed over e6"),
    ("4k3/8/8/8/8/8/8/4K3 w - z9 0 1", "is not understood"),
    ("4k3/8/8/8/8/8/8/4K3 x - - 0 1", "is to move"),
    ("4k3/8/8/8/8/8/8/4K3 w - - x 1", None),
    ("4k3/8/8/8/8/8/8/4K3 w - - -1 1", "half-moves"),
    ("4k3/8/8/8/8/8/8/4K3 w - - 0 -5", "move number"),
    ("4k3/8/8/8/8/8/8/4K3 w - - 100000 1", "half-moves"),
    ("4k3/8/8/8/8/8/8/4K3 w - - 0 99999999999999999999", "move number"),
    ("4k3/8/8/8/8/8/8/4K3 w - - 0 1 moves", "is not understood"),
    ("4k3/8/8/8/8/8/8/4K4 w - - 0 1", "rank 1"),
    ("4k3/8/8/8/8/8/8/4K2 w - - 0 1", "rank 1"),
    ("4k3/8/8/8/8/8/8/4K2x w - - 0 1", "is no piece"),
    ("4k3/9/8/8/8/8/8/4K3 w - - 0 1", "is no piece"),
    ("4k3/8/8/8/8/8/8/4K3 w - - ² 1", None),
    ("\x00\udcff/8", "8 rows"),
]


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_impossible_positions_are_refused_in_one_line(text: str, complaint: str | None) -> None:
    if complaint is None:
        return check_either_way(text)
    with pytest.raises(InvalidPosition, match=complaint) as caught:
        GAME.parse_position(text)
    assert "\n" not in str(caught.value)
    return None


def check_either_way(text: str) -> None:
    try:
        assert read_again(read_again(text)) == read_again(text)
    except InvalidPosition as error:
        line = str(error)
        assert "\n" not in line
        assert len(line) < 400


@pytest.mark.parametrize(
    "piece", ["8/" * 500_000, "K" * 1_000_000, "w " * 500_000, START + " x" * 500_000, "\n" * 10**6]
)
def test_a_megabyte_is_refused_in_a_short_line(piece: str) -> None:
    with pytest.raises(InvalidPosition) as caught:
        GAME.parse_position(piece)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_an_epd_is_written_and_read() -> None:
    assert isinstance(GAME, Chess)
    state = GAME.apply(GAME.initial_state(), GAME.parse_action(GAME.initial_state(), "e4"))
    assert GAME.epd(state) == "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq -"
    assert GAME.key(GAME.parse_position(GAME.epd(state))) == GAME.key(state)


def test_numbers_stay_readable_however_long_a_game_goes_on() -> None:
    state = GAME.parse_position(START.replace("0 1", "0 99999"))
    for move in ("Nf3", "Nf6", "Ng1"):
        state = GAME.apply(state, GAME.parse_action(state, move))
    assert read_again(GAME.position_to_text(state)).endswith(" 3 99999")


def test_chess960_refuses_two_rooks_on_one_side() -> None:
    with pytest.raises(InvalidPosition, match="two rooks on one side"):
        GAME960.parse_position("4k3/8/8/8/8/8/8/3KRR2 w EF - 0 1")


@given(st.text(max_size=60) | st.text(alphabet="pnbrqkPNBRQK12345678/ wb-KQkq", max_size=90))
def test_no_text_breaks_the_reader_of_positions(text: str) -> None:
    check_either_way(text)


@given(st.data())
def test_what_is_read_is_possible_for_python_chess_too(data: st.DataObject) -> None:
    """Reference positions with a few symbols changed: those that are read are sound, and those refused mostly not."""
    lines = oracle("chess/perftsuite.epd").read_text().splitlines()
    text = list(data.draw(st.sampled_from(lines)).split(";")[0].strip())
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place] = data.draw(st.sampled_from("pnbrqkPNBRQK1234567/ wb-"))
    fen = "".join(text)
    try:
        state = GAME.parse_position(fen)
    except InvalidPosition:
        return
    board = peer.Board(GAME.position_to_text(state))
    accepted = peer.STATUS_IMPOSSIBLE_CHECK | peer.STATUS_OPPOSITE_CHECK  # no game comes there, but some play on
    assert board.status() & ~accepted == peer.STATUS_VALID
    pure = make("chess:repetition=0,fifty=0,material=false")
    moves = [pure.action_to_text(state, action) for action in pure.legal_actions(pure.parse_position(fen)).tolist()]
    assert sorted(moves) == sorted(move.uci() for move in board.legal_moves)
