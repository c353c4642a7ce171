"""A review: losses are measured as they are defined, mistakes are found, and what is known is kept."""

import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import chess.pgn
import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import tengen
from tengen.cli import main
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.games.rules import State
from tengen.records import GameRecord, MoveNote, read_games, write_games
from tengen.review.annotate import annotated
from tengen.review.judge import Review, accuracy, judge
from tengen.review.opinions import Opinion, Reviewer
from tengen.terminal import reviewing
from tengen.terminal.review_graph import draw_review
from tengen.terminal.reviewing import Wanted, review_file, show_review

MATE = "1. e4 e5 2. Qh5 Nc6 3. Bc4 Nf6 4. Qxf7# 1-0\n"


def game_of(text: str, moves: str, *, notes: tuple[MoveNote, ...] = ()) -> GameRecord:
    game = tengen.make(text)
    state = game.initial_state()
    actions = []
    for move in moves.split():
        actions.append(game.parse_action(state, move))
        state = game.apply(state, actions[-1])
    return GameRecord(game=text, actions=np.array(actions, np.int32), result=math.nan, players=("A", "B"), notes=notes)


class Told(Reviewer):
    """Has the opinions that it is given: value and best move of each position, None at the end."""

    def __init__(self, text: str, opinions: Sequence[tuple[float, str, float | None] | None]) -> None:
        self.game = tengen.make(text)  # type: ignore[assignment]
        self.text = "told"
        self._opinions = opinions

    def opinions(self, states: Sequence[State], actions: Sequence[int]) -> Iterator[Opinion | None]:
        for state, told in zip(states, self._opinions, strict=False):
            if told is None:
                yield None
            else:
                value, best, lead = told
                action = self.game.parse_action(state, best)
                yield Opinion(value=value, best=action, line=(action,), visits=10, lead=lead)


def reviewed() -> Review:
    record = game_of("go:size=5", "C3 A1 B2", notes=(MoveNote(left=9.0), MoveNote(comment="hm"), MoveNote()))
    told = [(0.2, "C3", 3.0), (-0.2, "B3", -3.0), (0.6, "C4", 8.5), (-0.4, "A2", -5.0)]
    return judge(record, Told("go:size=5", told))


def test_a_move_loses_what_the_best_one_would_have_kept() -> None:
    best, blunder, mistake = reviewed().moves
    assert (best.loss, best.kind, best.points) == (0.0, "", 0.0)
    assert (blunder.before, blunder.after, blunder.loss, blunder.kind) == (40.0, 20.0, 20.0, "blunder")
    assert (blunder.player, blunder.move, blunder.best, blunder.points) == (1, "A1", "B3", 5.5)
    assert (mistake.loss, mistake.kind, mistake.points, mistake.line) == (10.0, "mistake", 3.5, ["C4"])
    assert reviewed().win_rates() == [60.0, 60.0, 80.0, 70.0]


def test_sides_are_summed_up() -> None:
    black, white = reviewed().sides()
    assert (black.name, black.player, black.moves, white.moves) == ("Black", "A", 2, 1)
    assert black.kinds == {"blunder": 0, "mistake": 1, "inaccuracy": 0}
    assert black.average_loss == 5.0
    assert black.accuracy == pytest.approx((100 + accuracy(10)) / 2, abs=0.01)
    assert accuracy(0) == pytest.approx(100, abs=0.001)
    assert accuracy(100) == 0.0
    assert [round(accuracy(loss)) for loss in (10, 20)] == [64, 40]


def test_only_the_worst_are_listed_where_few_are_asked_for() -> None:
    assert [each.ply for each in reviewed().mistakes(1)] == [2]
    assert [each.ply for each in reviewed().mistakes()] == [2, 3]


def test_the_end_of_the_game_is_what_the_rules_say() -> None:
    record = game_of("go:size=5", "C3 pass pass")
    game = judge(record, Told("go:size=5", [(0.9, "C3", None), (-0.9, "pass", None), (0.9, "pass", None), None]))
    assert [each.after for each in game.moves] == [95.0, 5.0, 100.0]
    assert game.moves[0].points is None


def test_the_annotated_record_keeps_clocks_and_comments() -> None:
    record = annotated(reviewed())
    assert record.info["annotator"] == "told"
    first, second, third = record.notes
    assert (first.left, first.value, first.mark, first.variation) == (9.0, 0.2, "", ())
    assert second.mark == "??"
    assert second.comment == "Blunder: loses 20.0 % of win rate, 5.5 points; better B3. hm"
    assert third.mark == "?"
    assert len(third.variation) == 1


def test_an_interrupted_review_gives_what_is_known() -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    told = [(0.2, "C3", None), (-0.2, "B3", None), (0.6, "C4", None), (-0.4, "A2", None)]
    review = judge(game_of("go:size=5", "C3 A1 B2"), Told("go:size=5", told), on_ply=stop)
    assert (review.finished, len(review.moves)) == (False, 1)
    assert len(annotated(review).notes) == 3


def test_a_search_finds_the_blunder_of_the_shortest_trap(tmp_path: Path) -> None:
    path, out, png = tmp_path / "trap.pgn", tmp_path / "out.pgn", tmp_path / "graph.png"
    path.write_text(MATE)
    wanted = Wanted(out=out, png=png)
    review = review_file(path, "uct:sims=400", seed=3, wanted=wanted, console=Console(file=io.StringIO()))
    blunder = review.moves[5]
    assert (blunder.written, blunder.kind, blunder.after) == ("Nf6", "blunder", 0.0)
    assert blunder.best != "g8f6"
    assert blunder.line[0] == blunder.best_written
    assert (review.moves[6].loss, review.moves[6].before) == (0.0, 100.0)
    assert png.read_bytes().startswith(b"\x89PNG")
    tree = chess.pgn.read_game(io.StringIO(out.read_text()))
    assert tree is not None
    node = list(tree.mainline())[5]
    assert node.nags == {chess.pgn.NAG_BLUNDER}
    assert node.parent.variations[1].san() == blunder.best_written
    assert read_games(out)[0].notes[5].variation == blunder.actions


def test_a_network_judges_positions_of_go_in_batches_and_tells_points(tmp_path: Path) -> None:
    path = tmp_path / "a.sgf"
    write_games(path, [game_of("go:size=5,komi=0", "C3 A1 D2 C2")])
    review = review_file(path, "zoo:go5,sims=16", seed=1, console=Console(file=io.StringIO()))
    corner = review.moves[1]
    assert [each.ply for each in review.moves] == [1, 2, 3, 4]
    assert all(each.points is not None and each.visits == 16 for each in review.moves)
    assert corner.best != "A1"


def test_the_table_tells_sides_and_mistakes() -> None:
    said = io.StringIO()
    show_review(reviewed(), Console(file=said, width=110), most=1)
    lines = said.getvalue().splitlines()
    assert (
        lines[0]
        == "Black, A: accuracy 81.8 %, 0 inaccuracies, 1 mistake, 0 blunders; lost 5.0 % a move, 1.8 points a move"
    )
    assert lines[3].split() == ["2", "White", "A1", "blunder", "B3", "40.0", "→", "20.0", "%", "20.0", "%", "5.5", "B3"]
    assert lines[-1] == "the worst 1 of 2"


def test_a_game_without_mistakes_has_a_graph_too(tmp_path: Path) -> None:
    game = judge(game_of("go:size=5", "C3"), Told("go:size=5", [(0.1, "C3", None), (-0.1, "C2", None)]))
    draw_review(game, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("name", "text", "options", "complaint"),
    [
        ("a.pgn", MATE + "\n" + MATE, [], "holds 2 games: name one by --number 1 to 2"),
        ("a.pgn", MATE, ["--number", "2"], "holds 1 game: there is no 2"),
        ("a.pgn", "1. e4 e5 2. Ke3 *", [], "move 3, 2. Ke3, is not legal"),
        ("a.pgn", "", [], "no game in this text"),
        ("a.pgn", '[White "A"]\n\n*', [], "the game has no moves"),
        ("a.txt", MATE, [], "files of games end with .sgf, .pgn"),
        ("a.pgn", MATE, ["--game", "draughts"], "unknown game 'draughts'"),
        ("a.pgn", MATE, ["--game", "go"], "a game of chess, not of go"),
        ("a.pgn", MATE, ["--out", "b.sgf"], ".sgf is not for chess"),
        ("a.sgf", "(;SZ[5];B[aa];W[bb])", ["--game", "go:size=3"], "move 1 under the rules of go:size=3"),
        ("a.pgn", MATE, ["--agent", "random"], "the agent 'random' tells no values"),
        ("a.pgn", MATE, ["--agent", "human"], "a person cannot review a game here"),
    ],
)
def test_what_cannot_be_reviewed_is_said_in_one_line(
    name: str, text: str, options: list[str], complaint: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    agent = [] if "--agent" in options else ["--agent", "uct:sims=10"]
    found = CliRunner().invoke(main, ["review", str(tmp_path / name), *agent, *options])
    assert found.exit_code == 2
    assert complaint in found.output
    assert found.output.count("\n") == 1


def test_the_command_prints_json(tmp_path: Path) -> None:
    (tmp_path / "a.sgf").write_text("(;SZ[5]KM[0];B[cc];W[aa])")
    found = CliRunner().invoke(
        main, ["review", str(tmp_path / "a.sgf"), "--agent", "uct:sims=50", "--seed", "1", "--json"]
    )
    assert found.exit_code == 0
    told = json.loads(found.stdout)
    assert (told["game"], told["finished"], len(told["win_rates"])) == (
        "go:size=5,komi=0,rules=simple-ko",
        True,
        3,
    ) or told
    assert [each["move"] for each in told["moves"]] == ["C3", "A5"]


def test_a_record_of_another_game_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="a game of go, not of chess"):
        judge(game_of("go:size=5", "C3"), Told("chess", []))
    with pytest.raises(InvalidParameter, match="tells no values"):
        list(Reviewer(tengen.make("go:size=5"), "random").opinions([tengen.make("go:size=5").initial_state()], []))  # type: ignore[arg-type]


def test_without_a_terminal_progress_is_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "PLAIN_SECONDS", 0.0)
    said = io.StringIO()
    with reviewing.progress(Console(file=said)) as on_ply:
        on_ply(1, 4)
        on_ply(4, 4)
    first, last = said.getvalue().splitlines()
    assert first.startswith("1 of 4 positions, ")
    assert first.endswith(" left")
    assert last.endswith("positions/s")


def test_an_interrupted_command_prints_what_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(record: GameRecord, asked: Reviewer, *, on_ply: object) -> Review:
        return replace(reviewed(), finished=False)

    monkeypatch.setattr(reviewing, "judge", stopped)
    (tmp_path / "a.sgf").write_text("(;SZ[5];B[cc];W[aa];B[bb])")
    found = CliRunner().invoke(main, ["review", str(tmp_path / "a.sgf"), "--agent", "uct:sims=10"])
    assert found.exit_code == 130
    assert "1 blunder" in found.stdout
    assert found.stderr == "tengen: interrupted after 3 of 3 moves\n"
