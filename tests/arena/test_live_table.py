"""What is shown of a match while it runs, and at its end."""

import io
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

import tengen
from tengen.arena.live import TOLD, MatchScreen
from tengen.arena.match import names_of, play_match
from tengen.arena.names import WIDTH, short_names
from tengen.arena.picture import draw_ratings
from tengen.arena.play import PlayedGame
from tengen.arena.report import show_match
from tengen.arena.result import MatchResult
from tengen.arena.sprt import Sprt

TTT = tengen.make("tictactoe")
LEVELS = [f"gtp:gnugo --mode gtp --level {level} --chinese-rules --capture-all-dead" for level in (10, 1)]


def played(first: str, second: str, opening: int, result: float, actions: list[int]) -> PlayedGame:
    return PlayedGame(
        first=first,
        second=second,
        opening=opening,
        opening_plies=0,
        actions=actions,
        moves=[],
        result=result,
        termination="",
    )


def shown(result: MatchResult, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    show_match(result, console)
    return console.file.getvalue()


class Hours:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_names_in_tables_are_short_and_keep_what_tells_them_apart() -> None:
    texts = [
        *LEVELS,
        "uct:sims=500",
        "uci:/usr/games/stockfish,UCI_Elo=1350",
        "runs/go9-now/checkpoints/0004.safetensors",
    ]
    assert short_names(texts) == [
        "gnugo level 10",
        "gnugo level 1",
        "uct:sims=500",
        "stockfish UCI_Elo=1350",
        "go9-now/0004",
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ["gtp:" + "x" * 60, "gtp:" + "x" * 61],
        names_of(LEVELS * 2),
        [
            "uci:stockfish,Skill Level=0,Hash=16,nodes=50,a=" + "b" * 40,
            "uci:stockfish,Skill Level=0,Hash=16,nodes=50,a=c",
        ],
        ["runs/a,sims=1", "runs/b,sims=1", "/very/long/path/to/runs/a/checkpoints/0001.safetensors,sims=1,leaves=16"],
    ],
)
def test_short_names_fit_and_differ(texts: list[str]) -> None:
    short = short_names(texts)
    assert len(set(short)) == len(texts)
    assert max(map(len, short)) <= WIDTH


def test_an_engine_in_python_is_named_by_its_script() -> None:
    texts = [f"uci:/usr/bin/python3 tests/fake.py uci {way},timeout=2" for way in ("hang", "crash")]
    assert short_names(texts) == ["fake.py hang", "fake.py crash"]


def test_one_setting_is_shown_where_several_have_no_room() -> None:
    texts = [f"usi:fairy-stockfish,Skill Level={skill},nodes={nodes}" for skill, nodes in ((-20, 20), (0, 200))]
    assert short_names(texts) == ["fairy-stockfish nodes=20", "fairy-stockfi… nodes=200"]


def test_the_report_has_a_crosstable_and_says_what_short_names_stand_for() -> None:
    agents = [LEVELS[0], LEVELS[1], "uct:sims=500"]
    games = [
        played(agents[0], agents[1], 0, 1, [1]),
        played(agents[1], agents[0], 0, 0, [2]),
        played(agents[0], agents[2], 0, -1, [3]),
    ]
    said = shown(MatchResult("go:size=9", agents, 1, None, games))
    assert all(len(line) <= 80 for line in said[: said.index("1 is gtp:")].splitlines())
    assert "crosstable: won-drawn-lost" in said
    row = next(line.split() for line in said[said.index("crosstable") :].splitlines() if "gnugo level 10" in line)
    assert sorted(row[4:]) == sorted(["·", "1-1-0", "0-1"])
    assert f"1 is {LEVELS[0]}" in said


def test_groups_without_a_game_between_them_are_named_and_so_are_copies() -> None:
    games = [played("a", "b", 0, 1, [4]), played("c", "d", 0, 1, [4]), played("c", "d", 1, 1, [4])]
    said = shown(MatchResult("tictactoe", list("abcd"), 1, None, games))
    assert "No games link these groups, their ratings cannot be compared: a + b; c + d" in said
    assert "1 of 3 games are copies" in said


def test_a_terminal_sees_ratings_rate_time_left_and_the_games_in_play() -> None:
    clock = Hours()
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    screen = MatchScreen(console, ["a", "b", "c"], total=6, clock=clock)
    result = MatchResult("tictactoe", ["a", "b", "c"], 1)
    screen.on_start("a", "b", 0)
    screen.on_start("b", "a", 0)
    clock.now = 30.0
    result.games.append(played("a", "b", 0, 1, [4]))
    screen.on_game(result.games[0], result)
    with console.capture() as capture:
        console.print(screen.render())
    said = capture.get()
    assert "1 of 6 games, 2.0 a minute, 0:30 played, 2:30 left" in said
    assert "Elo with 95 % intervals" in said
    assert "crosstable" in said
    assert [line.split()[:5] for line in said.splitlines() if "opening 0" in line] == [
        ["b", "against", "a", "opening", "0"]
    ]


def test_the_screen_follows_the_match() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with MatchScreen(console, names_of(["random", "random"]), total=4) as screen:
        result = play_match(
            TTT, ["random", "random"], games=4, seed=1, on_game=screen.on_game, on_start=screen.on_start
        )
    with console.capture() as capture:
        console.print(screen.render())
    assert "4 of 4 games" in capture.get()
    assert "against" not in capture.get()
    assert len(result.games) == 4


def test_elsewhere_a_line_comes_now_and_then() -> None:
    clock = Hours()
    console = Console(file=io.StringIO(), width=100)
    result = MatchResult("tictactoe", ["a", "b"], 1, Sprt(0, 10))
    with MatchScreen(console, ["a", "b"], total=None, clock=clock) as screen:
        for number in range(8):
            clock.now += TOLD / 2 + 1
            result.games.append(played("a", "b", number, 1, [number]))
            screen.on_game(result.games[-1], result)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("2 games, 3.8 a minute, 0:32 played, LLR ")
    assert "left" not in lines[0]


def test_ratings_are_drawn_as_a_picture(tmp_path: Path) -> None:
    games = [played("a$b$", "b", 0, 1, [1]), played("b", "a$b$", 0, 1, [2])]
    result = MatchResult("tictactoe", ["a$b$", "b"], 1, None, games)
    draw_ratings(result, tmp_path / "ratings.png", anchor="b")
    with Image.open(tmp_path / "ratings.png") as picture:
        assert picture.size[0] > 600
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 5
    assert [path.name for path in tmp_path.iterdir()] == ["ratings.png"]
