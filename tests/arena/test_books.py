"""Openings from files and from a network's policy."""

import json
from itertools import islice
from pathlib import Path

import pytest

import tengen
from tengen.arena.book import read_book
from tengen.arena.match import play_match
from tengen.arena.openings import Opening
from tengen.arena.policy_openings import PolicyPlies
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.games.game import Game
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network

PGN = """[Event "Open games"]

1. e4 e5 2. Nf3 Nc6 *

[Event "Closed games"]

1. d4 d5 2. c4 *
"""
EPD = """# two positions and one line
r1bqkbnr/pppp1ppp/2n5/4p3/2B1P3/5N2/PPPP1PPP/RNBQK2R b KQkq - hmvc 3; fmvn 3; id "Italian; moves on";
rnbqkbnr/pp1ppppp/8/2p5/4P3/8/PPPP1PPP/RNBQKBNR w KQkq c6 0 2

startpos moves e2e4 e7e5
"""
SFEN = """sfen lnsgkgsnl/1r5b1/ppppppppp/9/9/2P6/PP1PPPPPP/1B5R1/LNSGKGSNL w - 2
position startpos moves 7g7f 3c3d 2g2f
lnsgkgsnl/1r5b1/ppppppppp/9/9/7P1/PPPPPPP1P/1B5R1/LNSGKGSNL w - 2 moves 8c8d
"""


def book(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def moves(game: Game, opening: Opening) -> list[str]:
    state = game.parse_position(opening.start) if opening.start else game.initial_state()
    said = []
    for action in opening.actions:
        said.append(game.action_to_text(state, action))
        state = game.apply(state, action)
    assert not game.is_over(state)
    return said


def test_games_of_pgn_begin_games_of_chess(tmp_path: Path) -> None:
    chess = tengen.make("chess")
    found = read_book(book(tmp_path / "b.pgn", PGN), chess)
    assert [moves(chess, each) for each in found.openings] == [
        ["e2e4", "e7e5", "g1f3", "b8c6"],
        ["d2d4", "d7d5", "c2c4"],
    ]
    assert [each.start for each in found.openings] == ["", ""]
    short = read_book(tmp_path / "b.pgn", chess, plies=1)
    assert [moves(chess, each) for each in short.openings] == [["e2e4"], ["d2d4"]]


def test_lines_of_epd_are_positions_in_which_games_begin(tmp_path: Path) -> None:
    chess = tengen.make("chess")
    found = read_book(book(tmp_path / "b.epd", EPD), chess).openings
    assert found[0].start == "r1bqkbnr/pppp1ppp/2n5/4p3/2B1P3/5N2/PPPP1PPP/RNBQK2R b KQkq - 3 3"
    assert [len(each.actions) for each in found] == [0, 0, 2]
    assert found[2].start == ""
    assert moves(chess, found[2]) == ["e2e4", "e7e5"]


def test_lines_of_sfen_may_go_on_with_moves(tmp_path: Path) -> None:
    shogi = tengen.make("shogi")
    found = read_book(book(tmp_path / "b.sfen", SFEN), shogi).openings
    assert [moves(shogi, each) for each in found] == [[], ["7g7f", "3c3d", "2g2f"], ["8c8d"]]
    assert [bool(each.start) for each in found] == [True, False, True]


def test_games_of_sgf_begin_games_of_go_on_the_same_board(tmp_path: Path) -> None:
    path = book(
        tmp_path / "b.sgf", "(;SZ[9]KM[7];B[ee];W[cc])\n(;SZ[9];B[dd](;W[ff])(;W[fd]))\n(;SZ[9]AB[gc][cg];W[ee])"
    )
    go = tengen.make("go:size=9,komi=5.5")
    found = read_book(path, go).openings
    assert [moves(go, each) for each in found] == [["E5", "C7"], ["D6", "F4"], ["E5"]]
    assert go.board(go.parse_position(found[2].start)).sum() == 2
    with pytest.raises(InvalidRecord, match=r"b\.sgf, line 1 \(game 1\): its board is 9x9, not 13x13"):
        read_book(path, tengen.make("go:size=13"))


def test_lines_that_come_again_count_once(tmp_path: Path) -> None:
    found = read_book(book(tmp_path / "b.txt", "startpos moves b2 a1\nstartpos moves b2 a3\n"), TTT, plies=1)
    assert len(found.openings) == 1


TTT = tengen.make("tictactoe")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("b.epd", "startpos\n8/8/8/8/8/8/8/8 w - -\n", r"b\.epd, line 2: "),
        ("b.epd", "startpos moves e2e4 e2e4\n", r"b\.epd, line 1: move 2: e2e4 is not legal"),
        ("b.epd", "# a mate\n\nstartpos moves f2f3 e7e5 g2g4 d8h4", r"b\.epd, line 3: the game is over .*checkmate"),
        ("b.epd", "7k/6Q1/6K1/8/8/8/8/8 b - - 0 1", r"b\.epd, line 1: the game is over"),
        ("b.epd", "# nothing\n", "no opening in this file"),
        ("b.pgn", PGN.replace("2. c4", "2. c5"), r"b\.pgn, line 5 \(game 2\): .*c5"),
        ("b.pgn", PGN + '\n[Event "x"]\n\n1. f3 e5 2. g4 Qh4# 0-1\n', r"b\.pgn, line 9 \(game 3\): the game is over"),
        ("b.pgn", "", "no game in this text"),
        ("b.sgf", "(;SZ[9])", r"books of chess end with \.pgn, \.epd"),
        ("none.epd", None, "none.epd: cannot be read"),
    ],
)
def test_what_is_wrong_in_a_book_is_one_line_with_its_place(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        book(tmp_path / name, text)
    with pytest.raises((InvalidRecord, InvalidParameter), match=said) as caught:
        read_book(tmp_path / name, tengen.make("chess"))
    assert "\n" not in str(caught.value)


def test_the_line_of_a_bad_game_of_go_is_found_behind_brackets_in_comments(tmp_path: Path) -> None:
    text = "(;SZ[9]C[(;\\] (]\n;B[ee])\n\n(;SZ[9]\n;B[ee];W[ee])"
    with pytest.raises(InvalidRecord, match=r"b\.sgf, line 4 \(game 2\): move 2"):
        read_book(book(tmp_path / "b.sgf", text), tengen.make("go:size=9"))


def test_a_book_is_drawn_in_its_order_or_each_once_before_any_comes_again(tmp_path: Path) -> None:
    path = book(tmp_path / "b.txt", "\n".join(f"startpos moves {move}" for move in ("a1", "b1", "c1", "a2", "b2")))
    plain, drawn = read_book(path, TTT, order="sequential"), read_book(path, TTT)
    assert list(islice(plain.draw(TTT, 1), 7)) == [*plain.openings, *plain.openings[:2]]
    two_turns = list(islice(drawn.draw(TTT, 1), 10))
    assert set(two_turns[:5]) == set(two_turns[5:]) == set(plain.openings)
    assert list(islice(drawn.draw(TTT, 1), 10)) == two_turns
    assert list(islice(drawn.draw(TTT, 2), 10)) != two_turns


def test_a_match_from_a_book_goes_on_with_the_same_book_alone(tmp_path: Path) -> None:
    path = book(tmp_path / "b.txt", "X.O/.../...\nstartpos moves b2\n.../.X./..O\n")
    first = play_match(TTT, ["random"] * 2, games=4, openings=read_book(path, TTT), seed=2, out=tmp_path / "m")
    for game in first.games:
        record = game.record("tictactoe")
        record.validate()
        assert record.start == game.start
    more = play_match(TTT, ["random"] * 2, games=6, openings=read_book(path, TTT), out=tmp_path / "m")
    assert more.games[:4] == first.games
    assert {game.start for game in more.games} == {"", *(each.start for each in read_book(path, TTT).openings)}
    path.write_text("startpos moves b2\n")
    with pytest.raises(InvalidParameter, match="holds a match with openings"):
        play_match(TTT, ["random"] * 2, games=6, openings=read_book(path, TTT), out=tmp_path / "m")


def test_a_policy_draws_openings_that_its_network_would_play(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    network = Network(NetConfig.for_game(TTT, blocks=1, channels=4))
    save_checkpoint(path, network, "tictactoe", {})
    source = PolicyPlies(TTT, str(path), 2, temperature=0.05)
    drawn = list(islice(source.draw(TTT, 3), 30))
    assert list(islice(source.draw(TTT, 3), 30)) == drawn
    assert {len(each.actions) for each in drawn} == {2}
    free = list(islice(PolicyPlies(TTT, str(path), 1, temperature=1e4).draw(TTT, 3), 9))
    assert len(set(free)) == 9
    with pytest.raises(InvalidParameter, match="policy of a network"):
        PolicyPlies(TTT, "random", 2)
    with pytest.raises(InvalidParameter, match="number of plies"):
        PolicyPlies(TTT, str(path), 0)


def test_the_pair_of_a_kept_game_has_its_opening_whatever_became_of_the_network(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"

    def source(seed: int) -> PolicyPlies:
        import torch

        torch.manual_seed(seed)
        save_checkpoint(path, Network(NetConfig.for_game(TTT, blocks=1, channels=4)), "tictactoe", {})
        return PolicyPlies(TTT, str(path), 3)

    play_match(TTT, ["random"] * 2, games=6, openings=source(1), seed=2, out=tmp_path / "m")
    lines = (tmp_path / "m" / "games.jsonl").read_text().splitlines(keepends=True)
    kept = [json.loads(line) for line in lines]
    (tmp_path / "m" / "games.jsonl").write_text("".join(lines[::2]))
    again = play_match(TTT, ["random"] * 2, games=6, openings=source(2), out=tmp_path / "m")
    assert [game.actions[:3] for game in again.games] == [game["actions"][:3] for game in kept]
