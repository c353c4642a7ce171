import json
from collections import Counter
from pathlib import Path

import pytest

import tengen
from tengen.agents.agent import Agent
from tengen.arena.match import play_match
from tengen.arena.openings import draw_openings
from tengen.arena.play import PlayedGame
from tengen.arena.result import MatchResult
from tengen.arena.sprt import Sprt
from tengen.arena.store import MatchFolder, from_json, to_json
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.records import load_sgf


class Scripted(Agent):
    """Plays the first legal action, or fails on its own move number `fails_at`, or resigns."""

    def __init__(self, game: Game, text: str, *, fails_at: int = 99, resigns: bool = False) -> None:
        self.game, self.text, self.fails_at, self.resigns = game, text, fails_at, resigns
        self.moves = 0
        self.heard: list[int] = []

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.moves, self.heard = 0, []

    def act(self, state: State) -> int:
        self.moves += 1
        if self.moves == self.fails_at:
            raise ZeroDivisionError("a bug")
        return -1 if self.resigns else int(self.game.legal_actions(state)[0])

    def notify(self, state: State, action: int, after: State) -> None:
        self.heard.append(action)


TTT = tengen.make("tictactoe")


def test_colours_alternate_and_pairs_share_their_opening() -> None:
    result = play_match(TTT, ["random", "random"], games=6, openings=3, seed=4)
    assert [(game.first, game.opening) for game in result.games] == [
        ("random", 0), ("random #2", 0), ("random", 1), ("random #2", 1), ("random", 2), ("random #2", 2)
    ]  # fmt: skip
    for one, other in zip(result.games[::2], result.games[1::2], strict=True):
        assert one.actions[:3] == other.actions[:3]
        assert one.opening_plies == 3
    assert len({tuple(game.actions[:3]) for game in result.games}) == 3


def test_everybody_meets_everybody_as_often_on_both_sides() -> None:
    result = play_match(TTT, ["random"] * 4, games=4, seed=1)
    meetings = Counter((game.first, game.second) for game in result.games)
    assert len(meetings) == 12
    assert set(meetings.values()) == {2}
    assert [result.total(agent).games for agent in result.agents] == [12] * 4


def test_an_odd_number_of_games_is_played_as_asked() -> None:
    assert len(play_match(TTT, ["random", "random"], games=3, seed=1).games) == 3


def test_the_seed_decides_the_games_whatever_the_number_of_workers() -> None:
    one, same, other = (
        play_match(TTT, ["random", "random"], games=8, openings=1, seed=seed, workers=workers)
        for seed, workers in ((7, 1), (7, 2), (8, 1))
    )
    assert [game.actions for game in one.games] == [game.actions for game in same.games]
    assert [game.actions for game in one.games] != [game.actions for game in other.games]


def test_counts_agree_with_the_rules_of_the_game() -> None:
    result = play_match(TTT, ["random", "random"], games=30, seed=2)
    for game in result.games:
        state = TTT.initial_state()
        for action in game.actions:
            state = TTT.apply(state, action)
        assert TTT.is_over(state)
        assert game.result == TTT.returns(state)[0]
        assert game.termination == "game over"
    first = result.count("random", "random #2")
    assert first.games == 15
    assert first.wins == sum(game.result == 1 for game in result.games[::2])
    total = result.total("random")
    assert (total.wins, total.losses) == (result.total("random #2").losses, result.total("random #2").wins)


def test_openings_are_legal_never_pass_and_leave_the_game_open() -> None:
    go = tengen.make("go:size=3")
    for opening in draw_openings(go, 6, 30, seed=1):
        state = go.initial_state()
        for action in opening:
            assert go.action_to_text(state, action) != "pass"
            state = go.apply(state, action)
        assert not go.is_over(state)


def test_openings_differ_while_they_last_and_more_of_them_begin_alike() -> None:
    few, many = draw_openings(TTT, 1, 5, seed=2), draw_openings(TTT, 1, 50, seed=2)
    assert many[:5] == few
    assert len(set(few)) == 5
    assert len(set(many)) == 9


def test_openings_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="no opening of 9 plies"):
        draw_openings(TTT, 9, 1, seed=1)


def test_given_openings_are_used_in_turn() -> None:
    result = play_match(TTT, ["random", "random"], games=6, openings=[[4], [0, 8]], seed=1)
    assert [game.actions[: game.opening_plies] for game in result.games] == [[4], [4], [0, 8], [0, 8], [4], [4]]


def test_agents_hear_every_move_and_a_bug_loses_the_game_and_no_more() -> None:
    sound, broken = Scripted(TTT, "sound"), Scripted(TTT, "broken", fails_at=2)
    result = play_match(TTT, [sound, broken], games=2)
    assert [game.result for game in result.games] == [1, -1]
    assert [game.forfeit for game in result.games] == [1, 0]
    assert all(game.termination == "crash" and "ZeroDivisionError: a bug" in game.fault for game in result.games)
    assert any("a bug" in line for line in result.games[0].transcript)
    assert sound.heard == result.games[1].actions == [0, 1]


def test_who_resigns_loses() -> None:
    result = play_match(TTT, [Scripted(TTT, "proud"), Scripted(TTT, "meek", resigns=True)], games=2)
    assert [game.result for game in result.games] == [1, -1]
    assert [game.termination for game in result.games] == ["resignation"] * 2
    assert not result.forfeits


def test_copies_of_a_game_are_counted() -> None:
    assert play_match(TTT, [Scripted(TTT, "a"), Scripted(TTT, "b")], games=10).repeated == 8


def test_a_match_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole = play_match(TTT, ["random", "random"], games=10, openings=1, seed=3)
    seen: list[PlayedGame] = []

    def stop_after_four(game: PlayedGame, result: MatchResult) -> None:
        seen.append(game)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play_match(TTT, ["random", "random"], games=10, openings=1, seed=3, out=tmp_path, on_game=stop_after_four)
    assert len((tmp_path / "games.jsonl").read_text().splitlines()) == 4
    rest: list[PlayedGame] = []
    resumed = play_match(
        TTT, ["random", "random"], games=10, openings=1, out=tmp_path, on_game=lambda game, _: rest.append(game)
    )
    assert len(rest) == 6
    assert resumed.seed == 3
    assert [game.actions for game in resumed.games] == [game.actions for game in whole.games]
    more = play_match(TTT, ["random", "random", "random"], games=10, openings=1, out=tmp_path)
    assert len(more.games) == 30
    assert len((tmp_path / "games.jsonl").read_text().splitlines()) == 30


def test_a_line_that_was_cut_short_is_played_again(tmp_path: Path) -> None:
    play_match(TTT, ["random", "random"], games=4, seed=3, out=tmp_path)
    lines = tmp_path / "games.jsonl"
    content = lines.read_bytes()
    lines.write_bytes(content[:-10])
    result = play_match(TTT, ["random", "random"], games=4, out=tmp_path)
    assert len(result.games) == 4
    assert len(MatchFolder(tmp_path).games(PlayedGame)) == 4


def test_a_folder_of_another_match_is_refused(tmp_path: Path) -> None:
    play_match(TTT, ["random", "random"], games=2, seed=3, out=tmp_path)
    with pytest.raises(InvalidParameter, match="with seed 3, not 4"):
        play_match(TTT, ["random", "random"], games=2, seed=4, out=tmp_path)
    with pytest.raises(InvalidParameter, match="with openings 0, not 1"):
        play_match(TTT, ["random", "random"], games=2, openings=1, out=tmp_path)
    with pytest.raises(InvalidParameter, match="with game 'tictactoe', not 'go:size=3'"):
        play_match("go:size=3", ["random", "random"], games=2, out=tmp_path)


def test_damage_in_the_middle_of_a_folder_is_named(tmp_path: Path) -> None:
    play_match(TTT, ["random", "random"], games=2, seed=3, out=tmp_path)
    lines = tmp_path / "games.jsonl"
    lines.write_text("nonsense\n" + lines.read_text())
    with pytest.raises(InvalidRecord, match="line 1"):
        play_match(TTT, ["random", "random"], games=2, out=tmp_path)


def test_only_one_match_writes_to_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with MatchFolder(tmp_path).writer(TTT), pytest.raises(InvalidParameter, match="another match is writing"):
        play_match(TTT, ["random", "random"], games=2, seed=3, out=tmp_path)


def test_games_of_go_are_kept_as_sgf_too(tmp_path: Path) -> None:
    played = play_match("go:size=5,komi=0.5", ["random", "random"], games=2, openings=2, seed=3, out=tmp_path).games
    paths = sorted((tmp_path / "sgf").iterdir())
    assert [path.name for path in paths] == ["game-000001.sgf", "game-000002.sgf"]
    for path, game in zip(paths, played, strict=True):
        record = load_sgf(path)[0].record()
        assert record.actions.tolist() == game.actions
        assert (record.game, record.result, record.players) == (
            "go:size=5,komi=0.5",
            game.result,
            (game.first, game.second),
        )
    paths[1].unlink()
    cut_off = tmp_path / "sgf" / ".game-000003.sgf.77-abc.part"
    cut_off.write_text("(;")
    play_match("go:size=5,komi=0.5", ["random", "random"], games=2, openings=2, out=tmp_path)
    assert paths[1].exists()
    assert not cut_off.exists()


def test_a_full_disk_loses_no_game_that_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play_match(TTT, ["random", "random"], games=2, seed=3, out=tmp_path)
    before = (tmp_path / "games.jsonl").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        play_match(TTT, ["random", "random"], games=4, out=tmp_path)
    monkeypatch.undo()
    assert (tmp_path / "games.jsonl").read_bytes() == before
    assert len(play_match(TTT, ["random", "random"], games=4, out=tmp_path).games) == 4


def test_a_game_survives_its_line_of_json() -> None:
    game = play_match(TTT, [Scripted(TTT, "a"), Scripted(TTT, "b", fails_at=2)], games=1).games[0]
    assert from_json(to_json(game), PlayedGame) == game
    assert "\n" not in to_json(game)


def test_a_test_stops_the_match() -> None:
    result = play_match(
        TTT, [Scripted(TTT, "proud"), Scripted(TTT, "meek", resigns=True)], games=1000, sprt=Sprt(0, 50)
    )
    assert result.verdict == "H1"
    assert len(result.games) < 100
    pairs = result.pair_scores()
    assert pairs.tolist() == [0, 0, 0, 0, len(result.games) // 2]


def test_pair_scores_are_the_first_agent_s_points_in_both_games() -> None:
    def game(first: str, second: str, opening: int, result: float) -> PlayedGame:
        return PlayedGame(
            first=first,
            second=second,
            opening=opening,
            opening_plies=0,
            actions=[],
            moves=[],
            result=result,
            termination="",
        )

    games = [
        game("a", "b", 0, 1), game("b", "a", 0, -1),   # 1
        game("a", "b", 1, 0), game("b", "a", 1, -1),   # 3/4
        game("a", "b", 2, 1), game("b", "a", 2, 1),    # 1/2
        game("a", "b", 3, -1), game("b", "a", 3, 0),   # 1/4
        game("a", "b", 4, 1),                          # not yet a pair
    ]  # fmt: skip
    result = MatchResult("tictactoe", ["a", "b"], 1, Sprt(0, 10), games)
    assert result.pair_scores().tolist() == [0, 1, 1, 1, 1]


def test_the_json_has_the_shape_that_programs_rely_on() -> None:
    result = play_match(TTT, ["random", "random"], games=4, seed=1)
    found = json.loads(json.dumps(result.to_json()))
    assert found["game"] == "tictactoe"
    for row in found["agents"]:
        assert {"agent", "elo", "low", "high", "games", "wins", "draws", "losses"} <= set(row)
        assert row["low"] <= row["elo"] <= row["high"]
        assert row["games"] == row["wins"] + row["draws"] + row["losses"] == 4
    assert [(row["first"], row["second"]) for row in found["pairs"]] == [
        ("random", "random #2"),
        ("random #2", "random"),
    ]
    assert all(set(row) == {"first", "second", "wins", "draws", "losses"} for row in found["pairs"])
    assert sum(row["wins"] + row["draws"] + row["losses"] for row in found["pairs"]) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agents": ["random"]}, "at least two agents"),
        ({"games": 0}, "at least 1"),
        ({"agents": ["random"] * 3, "sprt": Sprt(0, 5)}, "compares two agents"),
        ({"agents": ["random", "gtp:sh"]}, "plays go"),
        ({"agents": ["random", "randm"]}, "did you mean"),
        ({"agents": ["random", Scripted(TTT, "x")], "workers": 2}, "workers=1"),
    ],
)
def test_a_match_that_cannot_be_played_is_refused(change: dict, said: str) -> None:
    given = {"agents": ["random", "random"], "games": 2} | change
    with pytest.raises(ValueError, match=said):
        play_match(TTT, given.pop("agents"), **given)
