"""Boards of chess and shogi, lists of their moves, and a sitting at either."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from test_play import played, sit

from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records import read_games
from tengen.terminal import boards, figures, moves
from tengen.terminal.play import PlayScreen
from tengen.terminal.seating import seats

CHESS, SHOGI = make("chess"), make("shogi")


def after(game: Game, line: str) -> tuple[State, State, int]:
    """The positions before and after the last move of a line, and that move."""
    state = before = game.initial_state()
    action = -1
    for word in line.split():
        before, action = state, game.parse_action(state, word)
        state = game.apply(state, action)
    return before, state, action


def test_a_chess_board_has_every_piece_in_its_place_from_either_side() -> None:
    state = CHESS.initial_state()
    rows = boards.draw(CHESS, state, colours=False).plain.splitlines()
    assert rows[0] == rows[-1] == "   a  b  c  d  e  f  g  h "
    assert rows[1] == "8  ♜  ♞  ♝  ♛  ♚  ♝  ♞  ♜  8"
    assert rows[7].split() == ["2", *["♙"] * 8, "2"]
    turned = boards.draw(CHESS, state, colours=False, flipped=True).plain.splitlines()
    assert turned[0] == "   h  g  f  e  d  c  b  a "
    assert turned[1] == "1  ♖  ♘  ♗  ♔  ♕  ♗  ♘  ♖  1"


def test_the_last_move_of_chess_is_marked_where_it_began_and_ended() -> None:
    before, state, action = after(CHESS, "e4 e5 Nf3")
    assert figures.squares_of(CHESS, before, action) == [(5, 5), (7, 6)]
    plain = boards.draw(CHESS, state, action, before=before, colours=False).plain.splitlines()
    assert plain[6] == "3  ·  ·  ·  ·  · (♘) ·  ·  3"
    assert plain[8] == "1  ♖  ♘  ♗  ♕  ♔  ♗ (·) ♖  1"
    coloured = boards.draw(CHESS, state, action, before=before)
    assert sum(figures.LAST_LIGHT in str(span.style) for span in coloured.spans) == 1
    assert sum(figures.LAST_DARK in str(span.style) for span in coloured.spans) == 1


def test_the_king_in_check_is_red_and_so_is_a_mated_one() -> None:
    for line, row in (("e4 e5 Bc4 Nc6 Bxf7", 1), ("f3 e5 g4 Qh4", 8)):
        before, state, action = after(CHESS, line)
        text = boards.draw(CHESS, state, action, before=before)
        red = [text.plain[span.start : span.end].strip() for span in text.spans if figures.CHECK in str(span.style)]
        assert red == ["♚"]
        start = next(span.start for span in text.spans if figures.CHECK in str(span.style))
        assert text.plain[:start].count("\n") == row


def test_a_shogi_board_shows_both_hands_and_whose_pieces_are_whose() -> None:
    before, state, action = after(SHOGI, "7g7f 3c3d 8h2b+")
    rows = boards.draw(SHOGI, state, action, before=before, colours=False).plain.splitlines()
    assert rows[0] == "White in hand: nothing"
    assert rows[-1] == "Black in hand: 角"
    assert rows[1].split() == list("９８７６５４３２１")
    assert rows[3] == " ・ v飛  ・  ・  ・  ・  ・  馬* ・  二"
    turned = boards.draw(SHOGI, state, action, before=before, colours=False, flipped=True).plain.splitlines()
    assert turned[0] == "Black in hand: 角"
    assert turned[1].split() == list("１２３４５６７８９")
    assert turned[2].startswith("v香 v桂")
    assert turned[-2].endswith("一")
    styles = {str(span.style) for span in boards.draw(SHOGI, state, action, before=before).spans}
    assert f"bold {figures.PROMOTED[0]} on {figures.LAST_WOOD}" in styles


def test_letters_stand_in_where_a_terminal_has_no_figures() -> None:
    for game in (CHESS, SHOGI):
        before, state, action = after(game, "e4" if game is CHESS else "7g7f")
        assert boards.draw(game, state, action, before=before, colours=False, letters=True).plain.isascii()


@pytest.mark.parametrize("game", [CHESS, SHOGI])
def test_every_legal_move_is_listed_once_under_its_piece(game: Game) -> None:
    state = game.initial_state()
    for step in range(120):
        if game.is_over(state):
            break
        legal = game.legal_actions(state).tolist()
        groups = moves.grouped(game, state)
        listed = []
        for name, texts in groups.items():
            first = name.removeprefix("drop ") if name.startswith("drop ") else ""
            for text in texts:
                *both, move = text.rsplit(" ", 1)
                listed.append(game.parse_action(state, first + move))
                assert not both or game.parse_action(state, both[0]) == listed[-1]
        assert sorted(listed) == legal
        state = game.apply(state, legal[(step * 7) % len(legal)])


def test_moves_are_grouped_as_a_player_thinks_of_them() -> None:
    groups = moves.grouped(CHESS, after(CHESS, "e4 e5 Nf3 Nc6 Bb5 a6")[1])
    assert list(groups) == ["pawn", "knight", "bishop", "rook", "queen", "king"]
    assert "O-O" in groups["king"]
    shogi = moves.grouped(SHOGI, after(SHOGI, "7g7f 3c3d 8h2b+ 3a2b")[1])
    assert "5e" in shogi["drop B*"]
    assert "７五歩(76) 7f7e" in shogi["歩 pawn"]
    assert "7f7e" in moves.grouped(SHOGI, after(SHOGI, "7g7f 3c3d 8h2b+ 3a2b")[1], ascii_only=True)["pawn"]


def test_what_is_worth_knowing_is_said() -> None:
    assert moves.facts(CHESS, after(CHESS, "e4 d5 exd5 c6 Bb5 Nf6 dxc6")[1]) == ["White is ahead by 2 in material"]
    assert "Black is in check" in moves.facts(CHESS, after(CHESS, "e4 d5 Bb5")[1])
    assert "this position was here before" in moves.facts(CHESS, after(CHESS, "Nf3 Nf6 Ng1 Ng8")[1])
    king = "5i5h 5a5b 5h5i 5b5a "
    assert moves.facts(SHOGI, after(SHOGI, king * 2)[1]) == ["this position is here for the third time"]


# ---- sittings


def test_chess_is_typed_in_san_or_uci_and_ends_with_its_reason() -> None:
    screen, seen = sit("chess", ["f3", "e7e5", "g2g4", "Ke2", "Qh4"], people=[0, 1])
    assert played(screen) == ["f2f3", "e7e5", "g2g4", "d8h4"]
    assert "Black wins: checkmate" in seen
    assert "move 4: Black Qh4#" in seen


def test_shogi_is_typed_in_usi_or_kif() -> None:
    screen, seen = sit("shogi", ["７六歩", "3c3d", "２二角成(88)", "同　銀", "同 銀", "B*5e"], people=[0, 1])
    assert played(screen) == ["7g7f", "3c3d", "8h2b+", "3a2b", "B*5e"]
    assert "move 3: Black ２二角成(88)" in seen


def test_a_draw_says_why() -> None:
    _, seen = sit("chess", ["Nf3", "Nf6", "Ng1", "Ng8"] * 2, people=[0, 1])
    assert "drawn: threefold repetition" in seen


def test_moves_are_listed_and_the_board_is_turned_when_asked() -> None:
    _, seen = sit("chess", ["moves", "flip"], people=[0, 1])
    assert "knight" in seen
    assert "Nf3" in seen
    assert "   h  g  f  e" in seen
    _, seen = sit("tictactoe", ["moves", "flip"])
    assert "a1" in seen
    assert "looks the same from both sides" in seen


def test_who_plays_second_sees_the_board_from_there() -> None:
    _, seen = sit("chess", [], people=[1])
    assert "   h  g  f  e  d  c  b  a" in seen
    _, seen = sit("chess", [], people=[0])
    assert "   h  g  f  e  d  c  b  a" not in seen


def test_seats_go_by_the_games_own_names() -> None:
    assert [seats(word, CHESS) for word in ("white", "Black", "first")] == [{0}, {1}, {0}]
    assert [seats(word, SHOGI) for word in ("black", "white", "sente", "gote")] == [{0}, {1}, {0}, {1}]


@pytest.mark.parametrize(
    ("game", "lines", "suffixes"),
    [("chess", ["e4", "e5", "resign"], ["pgn"]), ("shogi", ["7g7f", "3c3d", "resign"], ["kif", "kifu", "csa"])],
)
def test_a_saved_game_is_read_back_move_by_move(
    game: str, lines: list[str], suffixes: list[str], tmp_path: Path
) -> None:
    for suffix in suffixes:
        file = tmp_path / f"game.{suffix}"
        screen, seen = sit(game, [*lines, f"save {file}", f"save {tmp_path}/x.sgf"], people=[0, 1])
        (record,) = read_games(file)
        assert record.actions.tolist() == [turn.action for turn in screen.turns]
        assert (record.result, record.termination) == (-1.0, "resignation")
        assert f".sgf is not for {game}" in seen


def test_a_terminal_without_unicode_is_given_letters() -> None:
    class Narrow(io.StringIO):
        encoding = "ascii"  # type: ignore[assignment]

    for text, line in (("chess", "e4"), ("shogi", "7g7f")):
        game = make(text)
        lines = iter([line, "moves", "help"])

        def ask(prompt: str, lines: object = lines) -> str:
            try:
                return next(lines)  # type: ignore[call-overload, no-any-return]
            except StopIteration:
                raise EOFError from None

        from test_play import FirstLegal

        out = Narrow()
        PlayScreen(game, FirstLegal(game), [0, 1], console=Console(file=out, width=100), ask=ask).run()  # type: ignore[arg-type]
        assert out.getvalue().isascii()
