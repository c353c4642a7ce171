"""`tengen rate`: the games of anybody's files and match folders."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tengen.arena.match import play_match
from tengen.arena.rate_file import rate_files
from tengen.cli import main
from tengen.core.errors import InvalidParameter, InvalidRecord, UnknownName


def pgn(*games: tuple[str, str, str]) -> str:
    return "\n".join(
        f'[White "{white}"]\n[Black "{black}"]\n[Result "{result}"]\n\n1. e4 {result}\n'
        for white, black, result in games
    )


GAMES = (("Ann", "Bob", "1-0"), ("Bob", "Ann", "1/2-1/2"), ("Ann", "Cid", "1-0"), ("Cid", "Bob", "0-1"))


def test_a_pgn_is_rated_by_its_tags_and_what_tells_nothing_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "games.pgn"
    file.write_text(pgn(*GAMES, ("Ann", "Bob", "*"), ("?", "Bob", "1-0"), ("Ann", "Ann", "1-0")))
    rated = rate_files([file])
    assert rated.players == ["Ann", "Bob", "Cid"]
    assert rated.counts == {"Ann": (2, 1, 0), "Bob": (1, 1, 1), "Cid": (0, 0, 2)}
    assert rated.left_out == 3
    assert rated.ratings.prior
    elos = [player.elo for player in rated.ratings.players]
    assert elos == sorted(elos, reverse=True)


def test_an_sgf_is_rated_by_its_roots(tmp_path: Path) -> None:
    file = tmp_path / "games.sgf"
    file.write_text("(;GM[1]PB[Ann]PW[Bob]RE[B+3.5];B[aa])(;GM[1]PB[Bob]PW[Ann]RE[W+R])(;GM[1]PB[Bob]PW[Ann]RE[Void])")
    rated = rate_files([file])
    assert rated.counts == {"Ann": (2, 0, 0), "Bob": (0, 0, 2)}
    assert rated.left_out == 1


def test_a_match_folder_is_rated_as_the_match_was_and_files_count_together(tmp_path: Path) -> None:
    match = play_match("tictactoe", ["random", "random", "random"], games=6, seed=1, out=tmp_path / "match")
    rated = rate_files([tmp_path / "match"])
    by_name = dict(zip(match.agents, match.ratings().players, strict=True))
    assert rated.ratings.players == [by_name[name] for name in rated.players]
    twice = rate_files([tmp_path / "match", tmp_path / "match" / "games.jsonl"])
    assert sum(twice.counts["random"]) == 2 * match.total("random").games


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    file = tmp_path / "games.pgn"
    file.write_text(pgn(*GAMES * 3))
    shown = CliRunner().invoke(main, ["rate", str(file), "--anchor", "Bob"])
    assert shown.exit_code == 0
    assert "12 games, Elo with 95 % intervals (Bob = 0)" in shown.output
    assert "Moving first is worth" in shown.output
    told = json.loads(CliRunner().invoke(main, ["rate", str(file), "--anchor", "Bob", "--json"]).output)
    assert [agent["agent"] for agent in told["agents"]] == ["Ann", "Bob", "Cid"]
    assert (told["agents"][1]["elo"], told["agents"][0]["wins"]) == (0, 6)
    assert told["los"]["Ann"]["Cid"] == pytest.approx(1 - told["los"]["Cid"]["Ann"], abs=1e-4)
    assert 0 < told["draw_share"]["low"] < told["draw_share"]["value"] < told["draw_share"]["high"] < 1


def test_what_cannot_be_rated_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "games.pgn"
    file.write_text(pgn(*GAMES))
    with pytest.raises(UnknownName, match="did you mean 'Bob'"):
        rate_files([file], anchor="Bobb")
    empty = tmp_path / "empty.pgn"
    empty.write_text("")
    with pytest.raises(InvalidRecord, match="no game of"):
        rate_files([empty])
    (tmp_path / "games.txt").write_text("")
    with pytest.raises(InvalidParameter, match=r"files \.sgf, \.pgn"):
        rate_files([tmp_path / "games.txt"])
    with pytest.raises(InvalidParameter, match="no folder of a match"):
        rate_files([tmp_path])
    broken = tmp_path / "broken.sgf"
    broken.write_text("(;GM[1]PB[Ann")
    with pytest.raises(InvalidRecord, match=r"broken\.sgf"):
        rate_files([broken])
