"""Engines that misbehave lose that game, and the tournament goes on."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tengen.arena.match import play_match

FAKE = f"gtp:{sys.executable} {Path(__file__).parent / 'fake_gtp.py'}"
GNUGO = "gtp:gnugo --mode gtp --level 1 --chinese-rules --capture-all-dead"
needs_gnugo = pytest.mark.skipif(
    shutil.which("gnugo", path=os.environ.get("PATH", "") + ":/usr/games") is None, reason="GNU Go is not installed"
)


@pytest.mark.parametrize(
    ("mode", "termination"),
    [
        ("hang", "time"),
        ("crash", "crash"),
        ("die", "crash"),
        ("illegal", "illegal move"),
        ("nonsense", "illegal move"),
        ("garbage", "protocol error"),
        ("refuse", "protocol error"),
    ],
)
def test_a_bad_engine_loses_every_game_and_each_is_kept(mode: str, termination: str, tmp_path: Path) -> None:
    bad = f"{FAKE} {mode},timeout=0.4"
    # a stone lies on A1 already, where the illegal engine plays
    result = play_match("go:size=2", [bad, "random"], games=4, seed=1, openings=[[2]], out=tmp_path)
    assert len(result.games) == 4
    total = result.total(bad)
    assert (total.wins, total.losses) == (0, 4)
    for game in result.games:
        assert game.termination == termination
        assert (game.first, game.second)[game.forfeit or 0] == bad
        assert game.fault
        assert any(line.startswith("> ") for line in game.transcript)
    kept = [json.loads(line) for line in (tmp_path / "games.jsonl").read_text().splitlines()]
    assert [game["termination"] for game in kept] == [termination] * 4
    assert len(result.to_json()["forfeits"]) == 4
    assert result.failing == [bad]


def test_the_tournament_goes_on_around_a_bad_engine() -> None:
    bad = f"{FAKE} crash,timeout=5"
    result = play_match("go:size=3", ["random", bad, "random"], games=4, seed=1, workers=2)
    assert len(result.games) == 12
    assert result.total(bad).losses == 8
    assert {(game.first, game.second)[game.forfeit or 0] for game in result.forfeits} == {bad}
    assert result.between("random", "random #2").games == 4


def test_an_engine_that_resigns_loses_without_a_fault() -> None:
    result = play_match("go:size=5", [f"{FAKE} resign", "random"], games=2, seed=1)
    assert {game.termination for game in result.games} == {"resignation"}
    assert result.total("random").wins == 2
    assert not result.forfeits


def test_two_passes_end_the_game_and_it_is_scored_as_it_stands() -> None:
    result = play_match("go:size=5,komi=7", [f"{FAKE} pass", f"{FAKE} pass"], games=2, seed=1)
    for game in result.games:
        assert game.termination == "two passes"
        assert (game.result, game.score) == (-1.0, -7.0)


@needs_gnugo
def test_whole_games_with_gnugo_end_by_the_rules_and_it_beats_random_play() -> None:
    result = play_match("go:size=5,komi=7", [GNUGO, "random"], games=4, openings=2, seed=3)
    assert not result.forfeits
    assert {game.termination for game in result.games} <= {"two passes", "resignation", "move limit"}
    assert result.total(GNUGO).wins == 4


@needs_gnugo
def test_gnugo_plays_itself_on_nine() -> None:
    result = play_match("go:size=9,komi=7", [GNUGO, GNUGO], games=2, openings=2, seed=3)
    assert not result.forfeits
    assert [game.termination for game in result.games] == ["two passes"] * 2
    assert all(len(game.actions) > 20 for game in result.games)
