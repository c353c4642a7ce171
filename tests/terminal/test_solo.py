"""Games for one at the terminal: typed by a person, or an agent watched."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from rich.console import Console

from tengen.agents.agent import Agent
from tengen.agents.load import load_agent
from tengen.cli import main
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.terminal.keys import terminal_keys
from tengen.terminal.seating import seats
from tengen.terminal.solo import SoloScreen
from tengen.terminal.watch import Watch


class Always(Agent):
    def __init__(self, game: Game, action: int, *, interrupted_at: int = 10_000) -> None:
        self.game = game
        self.text = "always"
        self.action = action
        self.asked = 0
        self.interrupted_at = interrupted_at

    def act(self, state: State) -> int:
        self.asked += 1
        if self.asked >= self.interrupted_at:
            raise KeyboardInterrupt
        return self.action


def plain() -> Console:
    return Console(file=io.StringIO(), width=100)


def in_colour() -> Console:
    return Console(
        file=io.StringIO(), width=120, height=40, force_terminal=True, color_system="truecolor", legacy_windows=False
    )


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def sit(
    text: str, typed: Iterable[str], *, console: Console | None = None, agent: str = "random"
) -> tuple[SoloScreen, str]:
    """Types lines until they run out; returns the screen and all that it printed."""
    game, lines, console = make(text), iter(typed), console or plain()

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    screen = SoloScreen(game, lambda: load_agent(agent, game, seed=1), console=console, ask=ask, seed=1)
    screen.run()
    screen.close()
    return screen, written(console)


def done(screen: SoloScreen) -> list[str]:
    return [screen.game.action_to_text(step.before, step.action) for step in screen.steps]


ROOM = "gridworld:robot,slip=0"


def test_a_person_walks_through_the_room() -> None:
    screen, seen = sit(ROOM, ["N", "up", "east", "E", "E", "quit"])
    assert done(screen) == ["N", "N", "E", "E", "E"]
    assert "step 4: E\nreward -0.04\nreturn -0.16" in seen
    assert "return 0.8 after 5 steps: exit" in seen
    assert seen.rstrip().endswith("good bye")


def test_an_action_can_be_repeated_and_stops_with_the_game() -> None:
    screen, _ = sit(ROOM, ["N 2", "e", "", "", "quit"])
    assert done(screen) == ["N", "N", "E", "E", "E"]
    screen, _ = sit("breakout:sticky=0", ["left 500"])
    assert screen.episode.over
    assert len(screen.steps) < 500


def test_what_chance_made_of_a_step_is_said() -> None:
    _, seen = sit("gridworld:robot,slip=1", ["N", "quit"])
    assert re.search(r"step 1: N, slipped to [EW]", seen)
    screen, seen = sit("breakout:sticky=0.99", ["left", "quit"])
    assert "step 1: left, stuck to stay" in seen
    assert screen.episode.total == 0


def test_undo_and_new_go_back() -> None:
    screen, seen = sit(ROOM, ["undo", "N", "N", "undo", "E", "new", "W"])
    assert "there is no step to take back" in seen
    assert done(screen) == ["W"]
    assert screen.episode.length == 1


def test_a_finished_game_can_be_taken_back() -> None:
    screen, seen = sit(ROOM, ["N 2", "E 3", "N", "undo", "S"])
    assert "the game is over; 'N' is none of" in seen
    assert done(screen) == ["N", "N", "E", "E", "S"]


def test_the_agent_gives_hints_and_takes_over() -> None:
    screen, seen = sit(ROOM, ["hint", "agent", "agent 3", "quit"])
    assert re.search(r"random would choose [NESW]\n", seen)
    assert len(screen.steps) == 4
    _, seen = sit(ROOM, ["N 2", "E 2", "hint", "quit"], agent="uct:sims=60")
    assert re.search(r"E  value [+-]\d\.\d+  visits \d+", seen)
    assert "line  E" in seen


def test_a_wrong_line_costs_one_line() -> None:
    screen, seen = sit(ROOM, ["", "fly", "N 0", "N 20000", "agent many", "save", "save x.sgf", "save /no/where.gif"])
    assert screen.steps == []
    for said in (
        "'fly' is no direction: N, E, S or W",
        "'0' is no number of steps: 1 to 10000",
        "'20000' is no number of steps",
        "'many' is no number of steps",
        "save needs a file",
        "x.sgf is not accepted: a game for one is saved as .gif, .mp4 or .svg",
        "/no/where.gif cannot be written",
    ):
        assert said in seen


def test_help_and_moves_list_what_there_is() -> None:
    _, seen = sit("breakout", ["help", "moves"])
    assert "do it: stay, left, right" in seen
    assert "stay  left  right" in seen
    for word in ("undo", "hint", "agent N", "save FILE.gif", "new", "quit"):
        assert word in seen


def test_a_game_is_saved_as_a_film_and_a_picture(tmp_path: Path) -> None:
    film, picture = tmp_path / "game.gif", tmp_path / "board.svg"
    screen, seen = sit(ROOM, ["N 2", "E 3", f"save {film}", f"save {picture}"])
    assert f"saved {film}" in seen.replace("\n", "")
    with Image.open(film) as saved:
        assert saved.n_frames == len(screen.steps) + 1
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_colours_show_the_room_the_robot_and_what_squares_pay() -> None:
    _, seen = sit("gridworld:robot", [], console=in_colour())
    for said in ("▐██▌", "+1", "-1", "48;2;74;160;94", "48;2;196;66;58", "48;2;72;74;82"):
        assert said in seen


def test_a_screen_that_is_too_small_has_small_squares() -> None:
    console = in_colour()
    console.width = 50
    _, seen = sit("gridworld:four-rooms", [], console=console)
    assert "██" in seen
    assert "▐██▌" not in seen


# Keys


def press(text: str, keys: list[str | None], typed: list[str]) -> tuple[SoloScreen, str]:
    """Plays by keys, a key for each look, until they run out."""
    game, lines, console, waiting = make(text), iter(typed), in_colour(), iter(keys)

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    screen = SoloScreen(
        game,
        lambda: load_agent("random", game),
        console=console,
        ask=ask,
        keys=lambda: nullcontext(lambda seconds: next(waiting, "quit")),
    )
    screen.run()
    return screen, written(console)


def test_arrow_keys_steer_the_robot_and_no_key_does_nothing() -> None:
    screen, seen = press(ROOM, ["up", "x", None, "up", "right"], ["keys", "E"])
    assert done(screen) == ["N", "N", "E", "E"]
    assert "keys: up, right, down, left; q ends" in seen


def test_time_passes_without_keys_where_the_game_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tengen.terminal.solo.time.sleep", slept.append)
    screen, _ = press("breakout:sticky=0", ["left", None, "right"], ["keys"])
    assert done(screen) == ["left", "stay", "right"]
    assert all(0 <= seconds <= 0.1 for seconds in slept)


def test_keys_end_with_the_game_and_need_a_terminal() -> None:
    screen, seen = press(ROOM, ["up", "up", "right", "right", "right", "left"], ["keys", "keys"])
    assert len(screen.steps) == 5
    assert "the game is over" in seen
    _, seen = sit(ROOM, ["keys"])
    assert "keys are read at a terminal only" in seen


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (b"\x1b[A", "up"),
        (b"\x1bOB", "down"),
        (b"\x1b[C\x1b[D", "left"),
        (b" ", "space"),
        (b"q", "quit"),
        (b"\x1b", "quit"),
        (b"W", "w"),
        (b"\x1b[5~", ""),
    ],
)
def test_a_terminal_sends_keys_as_sequences(typed: bytes, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as keyboard:
        monkeypatch.setattr("sys.stdin", keyboard)
        with terminal_keys() as read:
            assert read(0.0) is None
            os.write(ours, typed)
            assert read(5.0) == key
    os.close(ours)


# Watching


def watch(text: str, action: int, *, console: Console | None = None, **options: object) -> tuple[Watch, str]:
    game, console = make(text), console or plain()
    interrupted = int(str(options.pop("interrupted_at", 10_000)))
    watched = Watch(game, Always(game, action, interrupted_at=interrupted), console=console, **options)  # type: ignore[arg-type]
    watched.run()
    return watched, written(console)


def test_an_agent_is_watched_in_lines_where_there_is_no_terminal() -> None:
    watched, seen = watch(ROOM, 1, limit=3)
    assert seen.count("step ") == 3
    assert "step 2: E; reward -0.04, return -0.08" in seen
    assert "episode 1: return -0.12 after 3 steps, stopped" in seen
    assert watched.outcomes[0].steps == 3


def test_episodes_end_with_a_table_of_returns() -> None:
    watched, seen = watch("breakout", 0, episodes=4, fast=True, seed=2)
    assert "step " not in seen
    assert seen.count("the ball is lost;") == 4
    returns = [outcome.total for outcome in watched.outcomes]
    assert f"{np.mean(returns):.4g}" in seen.split("mean")[1]
    assert "always in breakout" in seen


def test_the_same_seed_shows_the_same_episodes() -> None:
    assert watch("breakout", 1, episodes=2, seed=4)[0].outcomes != []
    games = [[outcome.total for outcome in watch("gridworld", 1, episodes=5, seed=4)[0].outcomes] for _ in range(2)]
    assert games[0] == games[1]


def test_a_terminal_shows_each_position_in_place() -> None:
    _, seen = watch(ROOM, 0, console=in_colour(), limit=2, rate=1000.0)
    assert "step 2: N" in seen
    assert "▐██▌" in seen
    assert "\x1b[1A" in seen or "\x1b[2K" in seen  # drawn over the last one


def test_the_rate_bounds_how_fast_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tengen.terminal.watch.time.sleep", slept.append)
    watch(ROOM, 0, console=in_colour(), limit=5, rate=2.0)
    assert len(slept) == 5
    assert all(0.3 < seconds <= 0.5 for seconds in slept)
    slept.clear()
    watch(ROOM, 0, console=in_colour(), limit=5, rate=2.0, fast=True)
    assert slept == []


def test_an_interrupt_ends_with_what_was_finished(tmp_path: Path) -> None:
    film = tmp_path / "half.gif"
    watched, seen = watch(ROOM, 1, interrupted_at=7, limit=3, episodes=5, save=film)
    assert len(watched.outcomes) == 1
    assert "interrupted" in seen
    assert film.exists()


def test_the_film_is_of_the_best_episode(tmp_path: Path) -> None:
    film = tmp_path / "best.gif"
    watched, seen = watch("breakout", 0, episodes=6, fast=True, seed=2, save=film)
    best = max(watched.outcomes, key=lambda outcome: outcome.total)
    assert f"{best.steps + 1} pictures" in seen
    assert best.total > min(outcome.total for outcome in watched.outcomes)


def test_an_emulated_game_is_shown_as_its_picture() -> None:
    pytest.importorskip("gymnasium")
    pytest.importorskip("pygame")
    _, seen = watch("gym:CartPole-v1", 1, console=in_colour(), rate=1000.0)
    assert "▀" in seen
    _, seen = watch("gym:CartPole-v1", 1)
    assert "step 1: right; reward 1" in seen
    assert "step 2" not in seen, "the same reward again has no line of its own"


def test_atari_is_shown_in_colour_or_shades_and_filmed(tmp_path: Path) -> None:
    pytest.importorskip("ale_py")
    film = tmp_path / "game.gif"
    _, seen = watch("atari:breakout", 1, console=in_colour(), limit=6, rate=1000.0, save=film)
    assert "step 6: FIRE" in seen
    assert "▀" in seen
    assert "48;2;200;72;72m" in seen, "the red row of bricks"
    with Image.open(film) as saved:
        assert saved.size == (160, 210)
        assert len(saved.convert("RGB").getcolors() or []) > 5
    screen, seen = sit("atari:breakout", ["fire", "right 3", "", "2", "moves"])
    assert done(screen) == ["FIRE", "RIGHT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"]
    assert "NOOP  FIRE  RIGHT  LEFT" in seen
    assert "++" in seen


def test_seats_of_a_game_for_one() -> None:
    assert [seats(word, make("gridworld")) for word in ("robot", "First", "none")] == [{0}, {0}, set()]
    with pytest.raises(InvalidParameter, match="nobody sits at 'white': robot, first, none"):
        seats("white", make("gridworld"))


# The command


def tengen(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, words, input=typed)


def test_without_an_agent_the_person_plays_and_with_one_watches(tmp_path: Path) -> None:
    result = tengen("play", ROOM, typed="N 2\nE 3\nquit\n")
    assert result.exit_code == 0
    assert "return 0.8 after 5 steps: exit" in result.stdout
    result = tengen("play", ROOM, "--agent", "random", "--seed", "1", "--limit", "4")
    assert result.exit_code == 0
    assert "episode 1: return -0.16 after 4 steps, stopped" in result.stdout
    result = tengen("play", ROOM, "--agent", "random", "--as", "robot", typed="agent\n")
    assert "robot> agent" in result.stdout
    film = tmp_path / "game.gif"
    result = tengen("play", "breakout", "--as", "none", "--agent", "random", "--save", str(film), "--fast")
    assert result.exit_code == 0
    assert film.exists()


def test_a_position_is_where_a_game_for_one_begins() -> None:
    result = tengen("play", ROOM, "--position", "3,3", typed="E\nquit\n")
    assert "return 0.96 after 1 steps: exit" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("play", "gridworld:castle"), "unknown room 'castle'"),
        (("play", ROOM, "--as", "white"), "nobody sits at 'white'"),
        (("play", ROOM, "--agent", "gtp:gnugo"), "a gtp engine plays go"),
        (("play", ROOM, "--handicap", "2"), "is a game for one: no --handicap"),
        (("play", ROOM, "--episodes", "2"), "are for watching an agent"),
        (("play", ROOM, "--agent", "random", "--save", "x.avi"), "must end with .gif or .mp4"),
        (("play", ROOM, "--agent", "random", "--save", "/no/where/x.gif"), "there is no folder /no/where"),
        (("play", ROOM, "--agent", "random", "--position", "4,3"), "the game is over in this position"),
        (("play", "tictactoe", "--agent", "random", "--episodes", "2"), "is a game for two"),
        (("play", "tictactoe", "--agent", "random", "--save", "x.gif"), "is a game for two"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words: tuple[str, ...], message: str) -> None:
    result = tengen(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_an_agent_that_still_thinks_does_not_hold_up_the_end() -> None:
    code = (
        "import threading, time\n"
        "from tengen.terminal.play import beside, end_thoughts\n"
        "end_thoughts()\n"
        "threading.Thread(target=beside, args=(lambda: time.sleep(60),), daemon=True).start()\n"
        "time.sleep(0.5)\nprint('said', end='')\nend_thoughts()\nprint('more')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "said", "")
