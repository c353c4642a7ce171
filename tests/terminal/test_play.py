"""A sitting at the terminal, typed through a pipe."""

import io
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import Console

from tengen.agents.agent import Agent
from tengen.core.errors import EngineError, InvalidParameter
from tengen.games.game import Game, RecordGame
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.terminal.play import PlayScreen, beside
from tengen.terminal.seating import seats


class FirstLegal(Agent):
    """Plays the first legal action; checks that it is told of every move."""

    def __init__(self, game: Game, *, resigns_at: int = 1000) -> None:
        self.game = game
        self.text = "first"
        self.resigns_at = resigns_at
        self.heard: list[int] = []

    def act(self, state: State) -> int:
        return -1 if len(self.heard) >= self.resigns_at else int(self.game.legal_actions(state)[0])

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.heard = []

    def notify(self, state: State, action: int, after: State) -> None:
        assert self.game.is_legal(state, action)
        self.heard.append(action)


class Failing(FirstLegal):
    """An engine that fails when asked for the first so many times."""

    def __init__(self, game: Game, *, failures: int) -> None:
        super().__init__(game)
        self.failures = failures

    def act(self, state: State) -> int:
        self.failures -= 1
        if self.failures >= 0:
            raise EngineError("the engine gave no answer in time")
        return super().act(state)


def sit(text: str, typed: Iterable[str], people: Iterable[int] = (0,), **more: int) -> tuple[PlayScreen, str]:
    """Types lines until they run out; returns the screen and all that it printed."""
    game = make(text)
    assert isinstance(game, RecordGame)
    lines = iter(typed)

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    console = Console(file=io.StringIO(), width=100)
    agent = Failing(game, **more) if "failures" in more else FirstLegal(game, **more)
    screen = PlayScreen(game, agent, people, console=console, ask=ask)
    screen.run()
    assert isinstance(console.file, io.StringIO)
    return screen, console.file.getvalue()


def played(screen: PlayScreen) -> list[str]:
    return [screen.game.action_to_text(turn.before, turn.action) for turn in screen.turns]


def heard(screen: PlayScreen) -> list[int]:
    assert isinstance(screen.agent, FirstLegal)
    return screen.agent.heard


def test_the_person_moves_and_the_agent_answers() -> None:
    screen, seen = sit("tictactoe", ["b2", "c1"])
    assert played(screen) == ["b2", "a3", "c1", "b3"]
    assert "move 4: Second b3" in seen
    assert seen.rstrip().endswith("good bye")


def test_the_agent_begins_when_the_person_is_second() -> None:
    screen, _ = sit("tictactoe", ["b2"], people=[1])
    assert played(screen) == ["a3", "b2", "b3"]


def test_both_seats_may_be_taken_by_persons_or_none() -> None:
    screen, _ = sit("tictactoe", ["a1", "b1"], people=[0, 1])
    assert played(screen) == ["a1", "b1"]
    screen, seen = sit("tictactoe", [], people=[])
    assert screen.is_over()
    assert "First wins" in seen


def test_a_wrong_line_costs_one_line_and_changes_nothing() -> None:
    screen, seen = sit("go:size=5", ["e9", "i3", "castle", "", "C3", "c3"], people=[0, 1])
    assert played(screen) == ["C3"]
    assert "'e9' is no point of a 5x5 board" in seen
    assert "'castle' is no point" in seen
    assert "c3 is not legal: a stone is there" in seen
    boards_drawn = seen.count(" A B C D E") // 2
    assert boards_drawn == 2  # at the start and after the one move


def test_undo_goes_back_to_the_persons_turn_and_tells_the_agent() -> None:
    screen, seen = sit("tictactoe", ["b2", "c1", "undo", "undo", "undo", "a1"])
    assert "no move of yours to take back" in seen
    assert played(screen) == ["a1", "a3"]
    assert heard(screen) == [turn.action for turn in screen.turns]


def test_undo_between_two_persons_takes_one_move_back() -> None:
    screen, _ = sit("tictactoe", ["b2", "c1", "undo"], people=[0, 1])
    assert played(screen) == ["b2"]


def test_go_shows_captures_and_who_is_to_move() -> None:
    _, seen = sit("go:size=5", ["a2", "a1", "b1"], people=[0, 1])
    assert "captured by Black 1, by White 0" in seen
    assert seen.count("White to move") == 2


def test_a_game_of_go_ends_with_its_score() -> None:
    _, seen = sit("go:size=5,komi=0.5", ["c3", "pass", "score", "pass"], people=[0, 1])
    assert "as it stands: Black leads by 24.5" in seen
    assert "Black wins by 24.5" in seen


def test_resigning_ends_the_game_and_can_be_taken_back() -> None:
    screen, seen = sit("tictactoe", ["b2", "resign", "c1", "undo", "c1"])
    assert "Second wins: First resigned" in seen
    assert "the game is over" in seen
    assert played(screen)[:3] == ["b2", "a3", "c1"]


def test_the_agent_may_resign() -> None:
    _, seen = sit("tictactoe", ["b2", "c1"], resigns_at=3)
    assert "First wins: Second resigned" in seen


def test_a_new_game_begins_on_an_empty_board() -> None:
    screen, _ = sit("tictactoe", ["b2", "new", "a1"])
    assert played(screen) == ["a1", "a3"]
    assert len(heard(screen)) == 2


def test_help_names_every_command_and_a_move_of_the_game() -> None:
    for game, words in [
        ("tictactoe", ["save FILE.svg"]),
        ("go:size=5", ["score", "pass", "save FILE.sgf"]),
        ("chess", ["flip", "save FILE.pgn", "Nf3 or g1f3"]),
        ("shogi", ["flip", "save FILE.kif", "7g7f"]),
    ]:
        _, seen = sit(game, ["help"])
        for word in ("undo", "hint", "moves", "resign", "new", "quit", *words):
            assert word in seen
    _, seen = sit("tictactoe", ["help"])
    assert "score" not in seen
    assert re.search(r"written as [abc][123]", seen)


def test_hints_need_an_agent_that_searches() -> None:
    _, seen = sit("tictactoe", ["hint"])
    assert "gives no hints" in seen


def test_quitting_leaves_at_once() -> None:
    _, seen = sit("tictactoe", ["quit", "b2"])
    assert seen.rstrip().endswith("good bye")
    assert "move 1" not in seen


def test_an_interrupt_leaves_politely() -> None:
    game = make("tictactoe")
    assert isinstance(game, RecordGame)

    def interrupt(prompt: str) -> str:
        raise KeyboardInterrupt

    console = Console(file=io.StringIO())
    PlayScreen(game, FirstLegal(game), [0], console=console, ask=interrupt).run()
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().rstrip().endswith("good bye")


def test_a_saved_game_is_read_back_move_by_move(tmp_path: Path) -> None:
    from tengen.records.sgf import load_sgf

    file = tmp_path / "game.sgf"
    screen, seen = sit("go:size=5,komi=0.5", ["c3", "c4", "pass", "d4", "resign", f"save {file}"], people=[0, 1])
    assert f"saved {file}" in seen.replace("\n", "")
    record = load_sgf(file)[0].record()
    assert record.actions.tolist() == [turn.action for turn in screen.turns]
    assert record.result == -1.0
    assert record.termination == "resignation"
    assert record.game == "go:size=5,komi=0.5"


def test_a_game_that_goes_on_can_be_saved_too(tmp_path: Path) -> None:
    file = tmp_path / "half.sgf"
    sit("go:size=5", ["c3", f"save {file}"], people=[0, 1])
    assert ";B[cc]" in file.read_text()


def test_a_picture_of_the_screen_can_be_saved(tmp_path: Path) -> None:
    file = tmp_path / "board.svg"
    sit("tictactoe", ["b2", f"save {file}"])
    assert file.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("game", "line", "message"),
    [
        ("go:size=5", "save", "save needs a file"),
        ("go:size=5", "save /nowhere/at/all/x.sgf", "cannot be written"),
        ("tictactoe", "save x.sgf", "there is no format for them"),
        ("go:size=5", "save x.pgn", ".pgn is not for go, whose files end with .sgf"),
    ],
)
def test_what_cannot_be_saved_is_said_in_a_line(game: str, line: str, message: str) -> None:
    _, seen = sit(game, [line])
    assert message in seen


def test_seats_are_named_by_colour_or_order() -> None:
    game = make("go")
    assert [seats(word, game) for word in ("black", "White", "first", "both", "none")] == [{0}, {1}, {0}, {0, 1}, set()]
    with pytest.raises(InvalidParameter, match="nobody sits at 'red'"):
        seats("red", game)


def test_an_engine_that_fails_costs_the_person_nothing(tmp_path: Path) -> None:
    file = tmp_path / "game.sgf"
    screen, said = sit("go:size=5", ["c3", f"save {file}", "", "b2"], failures=2)
    assert said.count("gave no answer in time") == 2
    assert file.exists()
    assert played(screen)[:3] == ["C3", "A5", "B2"]
    assert isinstance(screen.agent, FirstLegal)
    assert len(screen.agent.heard) == len(screen.turns)


def test_an_engine_that_fails_where_nobody_sits_ends_the_sitting() -> None:
    with pytest.raises(EngineError, match="no answer"):
        sit("tictactoe", [], people=(), failures=1)


def test_an_interrupt_is_heard_while_an_agent_thinks() -> None:
    code = (
        "import os, signal, threading\n"
        "from tengen.terminal.play import beside\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "thinking = threading.Event()\n"
        "def interrupt():\n"
        "    thinking.wait()\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=interrupt, daemon=True).start()\n"
        "try:\n"
        "    beside(lambda: (thinking.set(), threading.Event().wait(60)))\n"
        "except KeyboardInterrupt:\n"
        "    print('heard')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert (done.stdout, done.stderr) == ("heard\n", "")


def test_what_goes_wrong_beside_is_raised_here() -> None:
    with pytest.raises(EngineError, match="gone"):
        beside(lambda: exec("raise EngineError('gone')", {"EngineError": EngineError}))
    assert beside(lambda: 7) == 7
