"""The commands games, perft, analyze and arena, as a person or a program meets them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import tengen as package
from tengen.cli import main
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network
from tengen.records import GameRecord, load_sgf, write_shard


def tengen(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def in_one_line(result: Result, said: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    assert said in result.stderr, result.stderr
    assert result.stdout == ""


def test_help_loads_neither_numba_nor_torch() -> None:
    code = (
        "import sys\nfrom tengen.cli import main\n"
        "try:\n    main(['arena', '--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numba', 'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_games_lists_what_there_is() -> None:
    listed = {game["name"]: game for game in json.loads(tengen("games", "--json").stdout)}
    assert listed["tictactoe"] == {
        "name": "tictactoe",
        "parameters": {},
        "players": 2,
        "actions": 9,
        "observation": [3, 3, 3],
    }
    assert listed["go"]["parameters"]["size"] == 9
    assert "tictactoe" in tengen("games").stdout


def test_perft_counts_the_games_of_tic_tac_toe() -> None:
    found = json.loads(tengen("perft", "tictactoe", "9", "--json").stdout)
    assert {key: found[key] for key in ("game", "depth", "nodes")} == {"game": "tictactoe", "depth": 9, "nodes": 127872}
    assert found["seconds"] >= 0


def test_perft_divides_by_first_move() -> None:
    found = json.loads(tengen("perft", "tictactoe", "3", "--divide", "--position", "X../.../...", "--json").stdout)
    assert found["nodes"] == 8 * 7 * 6 == sum(found["divide"].values())
    assert set(found["divide"]) == {"b3", "c3", "a2", "b2", "c2", "a1", "b1", "c1"}
    assert "a2: 42" in tengen("perft", "tictactoe", "3", "--divide", "--position", "X../.../...").stdout


def test_perft_reads_the_size_in_either_form() -> None:
    counts = [
        json.loads(tengen("perft", *words, "2", "--json").stdout)["nodes"]
        for words in (("go:size=3",), ("go", "--size", "3"), ("go:size=9", "--size", "3"))
    ]
    assert counts == [9 * 9 + 10] * 3


def test_arena_prints_the_fixed_shape() -> None:
    found = json.loads(tengen("arena", "tictactoe", "random", "random", "--games", "4", "--seed", "1", "--json").stdout)
    assert found["game"] == "tictactoe"
    assert [set(row) for row in found["agents"]] == [
        {"agent", "elo", "low", "high", "games", "wins", "draws", "losses"}
    ] * 2
    assert [(row["first"], row["second"]) for row in found["pairs"]] == [
        ("random", "random #2"),
        ("random #2", "random"),
    ]


def test_arena_prints_a_table_and_keeps_its_games(tmp_path: Path) -> None:
    words = ("arena", "tictactoe", "random", "random", "--games", "2", "--workers", "1", "--out", str(tmp_path))
    result = tengen(*words, "--anchor", "random")
    assert result.exit_code == 0, result.output
    assert "Elo" in result.stdout
    assert len((tmp_path / "games.jsonl").read_text().splitlines()) == 2
    assert tengen(*words).exit_code == 0
    assert len((tmp_path / "games.jsonl").read_text().splitlines()) == 2


def test_a_test_is_printed_with_its_bounds() -> None:
    result = tengen("arena", "tictactoe", "random", "random", "--games", "4", "--workers", "1", "--sprt", "0,10")
    assert "SPRT 0,10: LLR" in result.stdout
    assert "(-2.94, 2.94) after 2 pairs: open" in result.stdout


def test_a_tournament_from_a_book_is_kept_with_a_picture(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("startpos moves b2\nX../.O./...\n")
    words = ["arena", "tictactoe", "random", "random", "uct:sims=20", "--workers", "1", "--rounds", "2", "--seed", "4"]
    result = tengen(*words, "--openings", str(book), "--out", str(tmp_path / "cup"))
    assert result.exit_code == 0, result.output
    assert "crosstable" in result.stdout
    games = [json.loads(line) for line in (tmp_path / "cup" / "games.jsonl").read_text().splitlines()]
    assert len(games) == 4
    assert {game.get("start", "") for game in games} == {"", "X../.O./..."}
    assert (tmp_path / "cup" / "ratings.png").read_bytes().startswith(b"\x89PNG")
    book.write_text("startpos moves b2 b2\n")
    in_one_line(tengen(*words, "--openings", str(book)), f"{book}, line 1: move 2")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_tournament_killed_twice_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    words = [
        "arena",
        "tictactoe",
        "random",
        "random",
        "random",
        "--games",
        "100",
        "--seed",
        "5",
        "--opening-plies",
        "1",
    ]
    whole = package.play_match("tictactoe", ["random"] * 3, games=100, openings=1, seed=5)
    lines = tmp_path / "games.jsonl"
    run = [sys.executable, "-m", "tengen.cli", *words, "--workers", "2", "--out", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for stop, least in ((signal.SIGKILL, 1), (signal.SIGINT, 50)):
        process = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        while process.poll() is None and (not lines.exists() or lines.read_bytes().count(b"\n") < least):
            time.sleep(0.01)
        process.send_signal(stop)
        _, said = process.communicate(timeout=60)
        assert process.returncode != 0, "it was to be stopped before its end"
    assert b"interrupted; the games so far are in" in said
    assert lines.read_bytes().count(b"\n") < 300
    lines.write_bytes(lines.read_bytes()[:-5])  # as if the last line had been cut off
    assert tengen(*words, "--workers", "1", "--out", str(tmp_path)).exit_code == 0
    games = [json.loads(line) for line in lines.read_text().splitlines()]
    key = lambda game: (game["first"], game["second"], game["opening"], game["actions"])  # noqa: E731
    assert sorted(map(key, games)) == sorted(
        (game.first, game.second, game.opening, game.actions) for game in whole.games
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["perft", "gow", "2"], "unknown game 'gow'; did you mean 'go'"),
        (["perft", "go:size=0", "2"], "size"),
        (["perft", "go:size=99", "2"], "size"),
        (["arena", "go:size=99", "random", "random"], "size"),
        (["arena", "go", "--size", "nine", "random", "random"], "size"),
        (["arena", "go:komi=abc", "random", "random"], "komi"),
        (["arena", "go", "--komi", "abc", "random", "random"], "komi"),
        (["arena", "tictactoe", "--komi", "7", "random", "random"], "komi"),
        (["arena", "go:colour=red", "random", "random"], "colour"),
        (["arena", "tictactoe", "random", "randm"], "unknown agent 'randm'; did you mean 'random'"),
        (["arena", "tictactoe", "random"], "at least two agents"),
        (["arena", "tictactoe", "random", "gtp:gnugo-of-nowhere"], "no program"),
        (["arena", "tictactoe", "random", "random", "--games", "0"], "--games"),
        (["arena", "tictactoe", "random", "random", "--sprt", "10,0"], "ELO0 < ELO1"),
        (["arena", "tictactoe", "random", "random", "--anchor", "uct"], "unknown agent of this match"),
        (["arena", "tictactoe", "random", "random", "--opening-plies", "9"], "no opening of 9 plies"),
        (["arena", "tictactoe"], "AGENT"),
        (["arena", "tictactoe", "random", "random", "random", "--rounds", "2", "--gauntlet", "1"], "not both"),
        (["arena", "tictactoe", "random", "random", "--rounds", "2"], "at least three agents"),
        (["arena", "tictactoe", "random", "random", "--gauntlet", "2"], "first 1 to 1 of 2 agents"),
        (["arena", "tictactoe", "random", "random", "--openings", "nothing.txt"], "nothing.txt: cannot be read"),
        (["arena", "tictactoe", "random", "random", "--openings", "a.txt", "--opening-policy", "b"], "not from both"),
        (["arena", "tictactoe", "random", "random", "--opening-policy", "random"], "policy of a network"),
        (["arena", "gridworld:robot", "random", "--rounds", "2"], "no --rounds"),
        (["analyze", "tictactoe", "--position", "XXX/XXX/XXX"], "no position"),
        (["analyze", "tictactoe", "--position", "XXX/OO./..."], "the game is over"),
        (["analyze", "tictactoe", "--agent", "random"], "does not search"),
        (["analyze", "tictactoe", "--agent", "uct:sims=x"], "sims"),
        (["perft", "tictactoe", "-1"], "(see tengen perft --help)"),
        (["perft", "tictactoe", "two"], "DEPTH"),
        (["perft", "tictactoe", "101"], "DEPTH"),
        (["perft", "tictactoe", "2", "--position", "X"], "no position"),
        (["nonsense"], "nonsense"),
    ],
)
def test_bad_input_gets_one_line(words: list[str], said: str) -> None:
    in_one_line(tengen(*words), said)


def test_a_checkpoint_of_another_game_gets_one_line(tmp_path: Path) -> None:
    path = tmp_path / "ttt.safetensors"
    config = NetConfig.for_game(package.make("tictactoe"), blocks=1, channels=4)
    save_checkpoint(path, Network(config), "tictactoe", {})
    in_one_line(tengen("arena", "go:size=5", "random", str(path)), "plays tictactoe, not go")
    path.write_bytes(path.read_bytes()[:-7])
    in_one_line(tengen("arena", "tictactoe", "random", str(path)), "ttt.safetensors")


def test_a_shard_is_exported_as_sgf(tmp_path: Path) -> None:
    actions = np.array([12, 6, 25, 25], np.int32)
    record = GameRecord(game="go:size=5", actions=actions, result=1.0, score=16.0, termination="two passes")
    write_shard(tmp_path / "0001.parquet", [record, record])
    result = tengen("export", str(tmp_path / "0001.parquet"), str(tmp_path / "all.sgf"))
    assert result.exit_code == 0, result.output
    assert [game.record().actions.tolist() for game in load_sgf(tmp_path / "all.sgf")] == [actions.tolist()] * 2
    assert "1 games" in tengen("export", str(tmp_path), str(tmp_path / "folder"), "--last", "1").stdout
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["game-000002.sgf"]


def test_what_cannot_be_exported_gets_one_line(tmp_path: Path) -> None:
    in_one_line(tengen("export", str(tmp_path / "nothing"), "x.sgf"), "nothing")
    in_one_line(tengen("export", str(tmp_path), str(tmp_path / "x.sgf")), "no games there")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    in_one_line(tengen("export", str(tmp_path / "bad.parquet"), str(tmp_path / "x.sgf")), "bad.parquet")


def test_a_folder_that_cannot_be_written_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    in_one_line(
        tengen("arena", "tictactoe", "random", "random", "--out", str(tmp_path / "file" / "below")), "Not a directory"
    )
