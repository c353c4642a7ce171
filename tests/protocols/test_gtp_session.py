"""GTP as dialogues: what a controller sends, what comes back."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.agents.agent import Agent, Clock
from tengen.core.errors import EngineError
from tengen.games.game import Game
from tengen.games.go.coords import point_to_vertex
from tengen.games.rules import State
from tengen.protocols.gtp_commands import COMMANDS, STREAMED
from tengen.protocols.gtp_handicap import fixed_points, free_points
from tengen.protocols.gtp_line import Refusal
from tengen.protocols.gtp_server import serve
from tengen.protocols.gtp_session import GtpSession
from tests.oracles import oracle

REQUIRED = "protocol_version name version known_command list_commands quit boardsize clear_board komi play genmove"


class Scripted(Agent):
    """Plays the last legal action but one, or what it was told to; remembers what it heard."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.text = "scripted"
        self.heard: list[str] = []
        self.clocks: list[Clock] = []
        self.next: int | None = None

    def act(self, state: State) -> int:
        return int(self.game.legal_actions(state)[0]) if self.next is None else self.next

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.heard.append("new")

    def notify(self, state: State, action: int, after: State) -> None:
        self.heard.append(f"{'bw'[self.game.player(state)]} {self.game.action_to_text(state, action)}")

    def set_clock(self, clock: Clock) -> None:
        self.clocks.append(clock)


def session(game: str = "go:size=9") -> GtpSession:
    return GtpSession(game, load=Scripted)


def agent(of: GtpSession) -> Scripted:
    found = of.player.prepare(of.board.game)
    assert isinstance(found, Scripted)
    return found


def dialogue(script: str, of: GtpSession | None = None) -> GtpSession:
    """Lines after `>` are sent; each answer must be the lines after `<` up to the next `>`."""
    of = of or session()
    sent, expected = "", ""
    for line in [*script.strip().splitlines(), ">"]:
        mark, _, rest = line.strip().partition(" ")
        if mark == "<":
            expected += rest + "\n"
            continue
        assert mark == ">", line
        if sent:
            assert of.answer(sent) == (expected + "\n" if expected else ""), sent
        sent, expected = rest, ""
    return of


def test_the_protocol_is_two_and_the_name_is_tengen() -> None:
    dialogue("""
        > protocol_version
        < = 2
        > 7 name
        < =7 Tengen
        > known_command genmove
        < = true
        > known_command fly
        < = false
        > fly
        < ? unknown command
        """)


def test_every_required_command_is_there() -> None:
    listed = session().answer("list_commands")[2:].split()
    assert set(REQUIRED.split()) <= set(listed)
    assert listed == sorted([*COMMANDS, *STREAMED])


def test_the_reference_sessions_go_as_they_should() -> None:
    for case in map(json.loads, oracle("protocol/gtp.jsonl").read_text().splitlines()):
        of = session()
        for step in case["steps"]:
            check(of.answer(step["send"]), step)


def check(answer: str, step: dict[str, Any]) -> None:
    """Whether an answer is framed as GTP wants it and says what the step expects."""
    if step["ok"] == "none":
        assert answer == "", step
        return
    number = re.match(r"\d*", step["send"]).group()  # type: ignore[union-attr]
    assert answer.endswith("\n\n"), step
    assert "\n\n" not in answer[:-2], step
    assert answer[1:].startswith(number), step
    if step["ok"] != "any":
        assert answer[0] == step["ok"], (step, answer)
        assert re.search(step["re"], answer[1 + len(number) :].strip()), (step, answer)


def test_lines_without_a_command_get_no_answer() -> None:
    of = session()
    for line in ("", "\n", "   \t ", "# a comment", "\x07\r\n"):
        assert of.answer(line) == ""


def test_a_size_that_cannot_be_played_is_refused_and_the_board_stays() -> None:
    dialogue("""
        > boardsize 5
        < =
        > play b c3
        < =
        > boardsize 99
        < ? unacceptable size
        > boardsize 0
        < ? unacceptable size
        > boardsize five
        < ? boardsize not an integer
        > list_stones b
        < = C3
        """)


def test_an_illegal_move_leaves_the_position_alone() -> None:
    dialogue("""
        > play b c3
        < =
        > play w c3
        < ? illegal move
        > play w i3
        < ? invalid color or coordinate
        > play green a1
        < ? invalid color or coordinate
        > play w
        < ? syntax error: play needs 2 arguments
        > gogui-play_sequence w d4 b e5 w c3
        < ? illegal move
        > list_stones w
        < =
        > list_stones b
        < = C3
        """)


def test_one_colour_may_play_again_and_again_and_be_taken_back() -> None:
    of = dialogue("""
        > play b a1
        < =
        > play b pass
        < =
        > play b c3
        < =
        > play w d4
        < =
        > undo
        < =
        > list_stones black
        < = C3 A1
        > list_stones white
        < =
        > undo
        < =
        > undo
        < =
        > undo
        < =
        > undo
        < ? cannot undo
        """)
    assert of.board.is_empty()


def test_play_goes_on_after_two_passes() -> None:
    dialogue("""
        > play b pass
        < =
        > play w pass
        < =
        > play b c3
        < =
        > genmove w
        < = A9
        """)


def test_play_goes_on_beyond_the_longest_game() -> None:
    of = session("go:size=5")
    for turn in range(200):
        assert of.answer(f"play {'bw'[turn % 2]} pass") == "=\n\n"
    assert of.answer("play b a1") == "=\n\n"
    assert of.answer("list_stones b") == "= A1\n\n"


def test_a_ko_may_not_be_taken_back_at_once_but_later() -> None:
    of = session("go:size=5")
    for move in ("b b4", "w c4", "b a3", "w d3", "b b2", "w c2", "b c3", "w b3"):
        assert of.answer(f"play {move}") == "=\n\n"
    assert of.answer("play b c3") == "? illegal move\n\n"
    assert of.answer("play b e5") == "=\n\n"
    assert of.answer("play w e1") == "=\n\n"
    assert of.answer("play b c3") == "=\n\n"


def test_captures_are_counted_whoever_moved_twice() -> None:
    of = session("go:size=5")
    for move in ("w a1", "b a2", "b b1", "w e5", "b e4", "b d5"):
        assert of.answer(f"play {move}") == "=\n\n"
    assert of.board.captures() == (2, 0)
    assert "captured by Black 2, by White 0" in of.answer("showboard")


def test_komi_changes_the_score_and_keeps_the_stones() -> None:
    dialogue("""
        > boardsize 5
        < =
        > komi 0
        < =
        > play b b2
        < =
        > play b b1
        < =
        > final_score
        < = B+25
        > komi 6.5
        < =
        > final_score
        < = B+18.5
        > komi 25
        < =
        > final_score
        < = 0
        > komi nan
        < ? komi not a float
        > komi six
        < ? komi not a float
        > list_stones b
        < = B2 B1
        """)


def test_what_is_left_standing_is_alive_and_encloses_territory() -> None:
    dialogue("""
        > boardsize 5
        < =
        > gogui-play_sequence b a4 b b4 b c4 b d4 b e4 w a1 w c1
        < =
        > final_status_list alive
        < = A4 B4 C4 D4 E4
        < A1
        < C1
        > final_status_list dead
        < =
        > final_status_list seki
        < =
        > final_status_list black_territory
        < = A5 B5 C5 D5 E5
        > final_status_list undead
        < ? invalid status: alive, dead, seki, black_territory or white_territory
        """)


@pytest.mark.parametrize(
    ("size", "count", "vertices"),
    [
        (19, 9, "D4 Q16 D16 Q4 D10 Q10 K4 K16 K10"),
        (19, 7, "D4 Q16 D16 Q4 D10 Q10 K10"),
        (19, 5, "D4 Q16 D16 Q4 K10"),
        (13, 2, "D4 K10"),
        (9, 3, "C3 G7 C7"),
        (8, 4, "C3 F6 C6 F3"),
        (7, 4, "C3 E5 C5 E3"),
    ],
)
def test_fixed_handicaps_stand_on_the_star_points(size: int, count: int, vertices: str) -> None:
    assert sorted(point_to_vertex(point, size) for point in fixed_points(size, count)) == sorted(vertices.split())


@pytest.mark.parametrize(("size", "count"), [(19, 10), (19, 1), (18, 5), (7, 5), (6, 2), (5, 2), (1, 2)])
def test_fixed_handicaps_that_do_not_exist_are_refused(size: int, count: int) -> None:
    with pytest.raises(Refusal, match="invalid number of stones"):
        fixed_points(size, count)


@given(st.integers(2, 19), st.data())
def test_a_free_handicap_has_as_many_points_as_asked_for(size: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(2, size * size - 1))
    points = free_points(size, count)
    assert len(set(points)) == len(points) == count
    assert all(0 <= point < size * size for point in points)


def test_free_handicaps_are_placed_or_taken_as_given() -> None:
    dialogue("""
        > boardsize 9
        < =
        > set_free_handicap c3 c3
        < ? bad vertex list
        > set_free_handicap c3 pass
        < ? bad vertex list
        > set_free_handicap c3 g7 e5
        < =
        > list_stones b
        < = G7 E5 C3
        > place_free_handicap 3
        < ? board not empty
        > clear_board
        < =
        > place_free_handicap 81
        < ? invalid number of stones
        > place_free_handicap 2
        < = C3 G7
        > undo
        < ? cannot undo
        """)


def test_the_agent_hears_every_move_in_order() -> None:
    of = session()
    for line in ("play b e5", "genmove w", "play b c3"):
        of.answer(line)
    of.answer("genmove w")
    assert agent(of).heard[-3:] == ["b E5", "w A9", "b C3"]


def test_the_agent_starts_afresh_when_a_move_is_taken_back() -> None:
    of = session()
    for line in ("play b e5", "genmove w", "undo", "play w d4", "genmove b"):
        of.answer(line)
    heard = agent(of).heard
    last = len(heard) - heard[::-1].index("new")
    assert heard[last:] == ["b E5", "w D4"]


def test_a_move_asked_for_again_is_not_played_by_reg_genmove() -> None:
    dialogue("""
        > reg_genmove b
        < = A9
        > reg_genmove b
        < = A9
        > list_stones b
        < =
        """)


def test_an_agent_may_resign() -> None:
    of = session()
    agent(of).next = -1
    assert of.answer("genmove b") == "= resign\n\n"
    assert of.board.is_empty()


def test_an_agent_that_fails_costs_an_answer_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    of = session()
    of.answer("play b e5")
    agent(of).next = "nonsense"  # type: ignore[assignment]
    answer = of.answer("9 genmove w")
    assert answer.startswith("?9 internal error: ")
    assert answer.count("\n") == 2
    agent(of).next = None
    assert of.answer("list_stones b") == "= E5\n\n"
    assert of.answer("genmove w") == "= A9\n\n"
    capsys.readouterr()


def test_an_engine_that_crashed_is_started_again() -> None:
    class Crashing(Scripted):
        def act(self, state: State) -> int:
            if len(started) == 1:
                raise EngineError("the engine ended with status 7")
            return super().act(state)

    started: list[Scripted] = []

    def load(game: Game) -> Agent:
        started.append(Crashing(game))
        return started[-1]

    of = GtpSession("go:size=9", load=load)
    of.answer("play b e5")
    assert of.answer("1 genmove w") == "?1 the engine ended with status 7\n\n"
    assert of.answer("2 genmove w") == "=2 A9\n\n"
    assert started[1].heard == ["new", "b E5"]


def test_time_reaches_the_agent() -> None:
    of = session()
    for line in ("time_settings 300 0 0", "time_left b 120 0", "genmove b"):
        assert of.answer(line)[0] == "="
    assert agent(of).clocks[-1] == Clock(main=120.0)
    for line in ("time_settings 300 30 5", "time_left w 20 3", "genmove w"):
        assert of.answer(line)[0] == "="
    assert agent(of).clocks[-1] == Clock(main=20.0, stones=3)
    for line in ("kgs-time_settings byoyomi 600 30 5", "time_left b 25 2", "genmove b"):
        assert of.answer(line)[0] == "="
    assert agent(of).clocks[-1] == Clock(main=0.0, byoyomi=25.0, periods=2)


def test_without_a_limit_no_clock_is_set() -> None:
    of = session()
    for line in ("time_settings 0 1 0", "genmove b", "kgs-time_settings none", "genmove w"):
        assert of.answer(line)[0] == "="
    assert agent(of).clocks == []


def test_main_time_runs_down_when_the_controller_does_not_say() -> None:
    of = session()
    for line in ("time_settings 300 0 0", "genmove b", "genmove b"):
        of.answer(line)
    first, second = agent(of).clocks
    assert first.main == 300.0
    assert 0.0 < second.main < 300.0


def test_wrong_time_is_refused() -> None:
    of = session()
    for line in ("time_settings 300", "time_settings -1 0 0", "kgs-time_settings sand 3", "time_left b x 0"):
        assert of.answer(line)[0] == "?"


SGF = "(;GM[1]FF[4]SZ[5]KM[3.5]AB[cc];W[bb];B[dd];B[ee];W[tt])"


def test_an_sgf_file_is_loaded_whole_or_up_to_a_move(tmp_path: Path) -> None:
    file = tmp_path / "game.sgf"
    file.write_text(SGF)
    of = session()
    of.answer("play b e5")
    assert of.answer(f"loadsgf {file}") == "=\n\n"
    assert of.answer("list_stones b") == "= C3 D2 E1\n\n"
    assert of.answer("list_stones w") == "= B4\n\n"
    assert of.board.game.komi == 3.5
    assert of.answer("play w a1") == "=\n\n"
    assert of.answer(f"loadsgf {file} 2") == "=\n\n"
    assert of.answer("list_stones b") == "= C3\n\n"
    assert of.answer("list_stones w") == "= B4\n\n"


@pytest.mark.parametrize("text", ["(;GM[1]SZ[5];B[cc", "(;GM[1]SZ[5];B[cc];W[cc])", "(;GM[2])", "no sgf", "(;SZ[40])"])
def test_a_file_that_cannot_be_loaded_leaves_the_board(tmp_path: Path, text: str) -> None:
    file = tmp_path / "game.sgf"
    file.write_text(text)
    of = session()
    of.answer("play b e5")
    answer = of.answer(f"loadsgf {file}")
    assert answer.startswith("? cannot load file")
    assert answer.count("\n") == 2
    assert of.answer("list_stones b") == "= E5\n\n"
    assert of.answer("loadsgf /nowhere/at/all.sgf").startswith("? cannot load file")


def test_gogui_is_told_what_it_can_show() -> None:
    of = session()
    for line in of.answer("gogui-analyze_commands")[2:].split("\n")[:-2]:
        kind, label, command = line.split("/")
        assert kind in ("string", "gfx", "plist")
        assert label
        assert command.split()[0] in COMMANDS
    assert of.answer("tengen-policy") == "? the agent does not search\n\n"


def test_a_served_session_answers_until_it_is_told_to_quit() -> None:
    answers = io.StringIO()
    serve(session(), io.StringIO("1 name\n\n# nothing\n2 genmove b\n3 quit\n4 name\n"), answers)
    assert answers.getvalue() == "=1 Tengen\n\n=2 A9\n\n=3\n\n"


def test_a_served_session_ends_with_its_input() -> None:
    answers, of = io.StringIO(), session()
    serve(of, io.StringIO("name"), answers)
    assert answers.getvalue() == "= Tengen\n\n"
    assert of.closed


def test_a_game_that_is_not_go_is_refused() -> None:
    assert session("tictactoe").answer("play b a1") == "? GTP is for Go, not for tictactoe\n\n"


def test_an_unknown_agent_is_refused_when_it_is_asked_for() -> None:
    answer = GtpSession("go:size=5", "nobody").answer("genmove b")
    assert answer.startswith("? unknown agent 'nobody'")


def test_the_first_answers_need_neither_numba_nor_torch() -> None:
    script = (
        "import sys; from tengen.protocols.gtp_session import GtpSession; s = GtpSession();"
        "[s.answer(line) for line in ('name', 'version', 'protocol_version', 'list_commands', 'known_command play')];"
        "print(sorted({'numba', 'torch', 'numpy'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_a_board_is_there_at_once_though_the_agent_still_loads() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-m", "tengen.cli", "gtp", "--agent", "random"],
            input="boardsize 5\nplay b c3\nlist_stones b\nquit\n",
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "TENGEN_QUIET": "1"},
        )
        assert done.stdout == "=\n\n=\n\n= C3\n\n=\n\n"
        assert done.stderr == ""


VERTEX = st.sampled_from([f"{letter}{row}" for letter in "ABCDE" for row in range(1, 6)] + ["pass"])
LINES = st.one_of(
    st.builds("play {} {}".format, st.sampled_from("bw"), VERTEX),
    st.sampled_from(["undo", "genmove b", "genmove w", "final_score", "clear_board", "komi 3", "showboard"]),
    st.text(max_size=20).map(lambda text: text.replace("\n", " ")),
)


@given(st.lists(LINES, max_size=30))
def test_whatever_is_sent_is_answered_and_refusals_change_nothing(lines: list[str]) -> None:
    of = session("go:size=5")
    for line in lines:
        before = (of.board.game.board(of.board.state).tolist(), len(of.board.steps))
        answer = of.answer(line)
        assert answer == "" or (answer[0] in "=?" and answer.endswith("\n\n") and "\n\n" not in answer[:-1])
        if answer.startswith("?"):
            assert (of.board.game.board(of.board.state).tolist(), len(of.board.steps)) == before
        if of.closed:
            break
