"""Notes on moves: what is written is read back, other programs read it too, and what others wrote is not lost."""

import io
import math
from collections.abc import Callable

import chess.pgn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tengen
from tengen.core.errors import InvalidRecord
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.records import (
    GameRecord,
    MoveNote,
    read_csa,
    read_kif,
    read_pgn,
    read_sgf,
    write_csa,
    write_kif,
    write_pgn,
    write_sgf,
)

FORMATS: dict[str, tuple[str, Callable[..., str], Callable[[str], GameRecord]]] = {
    "sgf": ("go:size=5", write_sgf, lambda text: read_sgf(text)[0].record()),
    "pgn": ("chess", write_pgn, lambda text: read_pgn(text)[0].record()),
    "kif": ("shogi", write_kif, lambda text: read_kif(text)[0].record()),
    "csa": ("shogi", write_csa, lambda text: read_csa(text)[0].record()),
}


def some_line(game: Game, state: State, rng: np.random.Generator, plies: int) -> tuple[int, ...]:
    line: list[int] = []
    while len(line) < plies and not game.is_over(state):
        line.append(int(rng.choice(game.legal_actions(state))))
        state = game.apply(state, line[-1])
    return tuple(line)


def decimals(low: float, high: float, places: int) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda number: round(number, places) + 0.0)


words = st.text(st.characters(categories=["L"], max_codepoint=0x2FF), min_size=1, max_size=8)
note_fields = st.fixed_dictionaries(
    {},
    optional={
        "value": decimals(-1, 1, 4),
        "visits": st.integers(0, 10**9),
        "seconds": decimals(0, 20000, 3),
        "left": decimals(0, 20000, 3),
        "depth": st.integers(0, 200),
        "mark": st.sampled_from(["", "!!", "!", "!?", "?!", "?", "??"]),
        "comment": st.lists(words, max_size=4).map(" ".join),
    },
)


@pytest.mark.parametrize("variations", [False, True])
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25)
@given(drawn=st.lists(st.tuples(note_fields, st.integers(0, 3)), max_size=6), seed=st.integers(0, 1000))
def test_notes_survive_writing_and_reading(
    name: str, variations: bool, drawn: list[tuple[dict[str, object], int]], seed: int
) -> None:
    text, write, read = FORMATS[name]
    game, rng = tengen.make(text), np.random.default_rng(seed)
    state = game.initial_state()
    actions, notes = [], []
    for fields, plies in drawn:
        action = int(rng.choice(game.legal_actions(state)[:-1]))  # in Go that is no pass
        notes.append(MoveNote(**fields, variation=some_line(game, state, rng, plies)))  # type: ignore[arg-type]
        actions.append(action)
        state = game.apply(state, action)
    record = GameRecord(game=text, actions=np.array(actions, np.int32), result=math.nan, notes=tuple(notes))
    options = {"variations": True} if variations and name != "csa" else {}
    found = read(write(record, **options))
    assert found.actions.tolist() == actions
    if not any(note != MoveNote() for note in notes):
        assert found.notes == ()
    else:
        assert list(found.notes) == notes
    assert read(write(record, comments=False)).notes == ()


def opening(name: str, moves: str, notes: tuple[MoveNote, ...]) -> GameRecord:
    game = tengen.make(name)
    state = game.initial_state()
    actions = []
    for move in moves.split():
        actions.append(game.parse_action(state, move))
        state = game.apply(state, actions[-1])
    return GameRecord(game=name, actions=np.array(actions, np.int32), result=math.nan, notes=notes)


def line_of(name: str, moves: str) -> tuple[int, ...]:
    return tuple(opening(name, moves, ()).actions.tolist())


def test_python_chess_reads_values_clocks_marks_and_variations() -> None:
    instead = line_of("chess", "e2e4 g8f6")
    notes = (
        MoveNote(value=0.1, depth=12, visits=800, seconds=1.25, left=3661.5, mark="?!", variation=instead),
        MoveNote(value=0.5, mark="??", comment="the {worst} move"),
        MoveNote(value=-1.0, mark="!"),
    )
    text = write_pgn(opening("chess", "f2f3 g7g5 h2h3", notes), variations=True)
    tree = chess.pgn.read_game(io.StringIO(text))
    assert tree is not None
    assert not tree.errors
    first, second, third = tree.mainline()
    assert "+0.14/12 1.25s, n=800, v=+0.1000" in " ".join(first.comment.split())
    score = first.eval()
    assert score is not None
    assert score.white().score() == -89
    assert (first.clock(), first.emt()) == (3661.5, 1.25)
    assert (first.nags, second.nags, third.nags) == ({6}, {4}, {1})
    assert [node.move.uci() for node in (tree.variations[1], *tree.variations[1].mainline())] == ["e2e4", "g8f6"]
    assert "the {worst) move" in second.comment


def test_what_cutechess_and_lichess_write_is_understood() -> None:
    told = read_pgn(
        "1. e4 { book } e5 { -0.31/12 1.2s } 2. Qh5 { +M3/9 0.5s, almost } Nc6?? { [%eval #1] [%clk 0:01:02] } *"
    )
    book, played, sure, blunder = told[0].record().notes
    assert book == MoveNote(comment="book")
    assert (played.depth, played.seconds) == (12, 1.2)
    assert played.value == pytest.approx(-0.212, abs=1e-3)
    assert sure == MoveNote(value=1.0, depth=9, seconds=0.5, comment="almost")
    assert blunder == MoveNote(left=62.0, mark="??")
    lichess = read_pgn("1. e4 { [%eval 0.9] } e5 { [%eval -0.9] } 2. a3 { [%eval 0.0] } a6 *")[0].record().notes
    assert [note.value for note in lichess] == [None, -0.5023, -0.5023, 0.0]


def test_numbers_in_the_comments_of_people_stay_comments() -> None:
    said = ["1.5 points behind", "0.31", "12s left", "3/4 of the board", "M5", "Black is 800 visits ahead", "1-0!"]
    for comment in said:
        record = read_pgn(f"1. e4 {{ {comment} }} *")[0].record()
        assert record.notes == (MoveNote(comment=comment),), comment
        assert read_sgf(f"(;SZ[5];B[aa]C[{comment}])")[0].record().notes == (MoveNote(comment=comment),)


def test_go_has_clocks_marks_and_variations_in_their_own_properties() -> None:
    better = line_of("go:size=5", "C3 B3")
    note = MoveNote(value=0.25, seconds=2.0, left=58.5, mark="??", variation=better, comment="a] slip")
    text = write_sgf(opening("go:size=5", "A1 C3", (note, MoveNote(left=40.0, mark="!"))), variations=True)
    assert "BL[58.5]" in text
    assert "WL[40]" in text
    assert "BM[2]" in text
    assert "TE[1]" in text
    assert "C[Black +0.2500 (62.5%), 2 s\na\\] slip]" in text
    assert "(;B[cc];W[bc])" in text.replace("\n", "")
    assert "line: C3 B3" in write_sgf(opening("go:size=5", "A1 C3", (note, MoveNote())))


def test_shogi_has_times_where_they_belong_and_the_rest_in_comments() -> None:
    record = opening(
        "shogi", "7g7f 3c3d", (MoveNote(value=0.5, seconds=61.0, left=9.0), MoveNote(seconds=1.25, mark="?"))
    )
    kif, csa = write_kif(record), write_csa(record)
    assert "( 1:01/00:01:01)" in kif
    assert "*Black +0.5000 (75.0%), 9 s left" in kif
    assert "*? 1.25 s" in kif
    assert "T61\n" in csa
    assert "T1.25\n" in csa
    assert "'*?\n" in csa


def test_an_illegal_variation_is_an_error_and_foreign_ones_end_where_they_go_wrong() -> None:
    with pytest.raises(InvalidRecord, match=r"^move 1: "):
        write_pgn(opening("chess", "e2e4", (MoveNote(variation=(0, 0, 0, 0)),)))
    found = read_sgf("(;SZ[5](;B[aa])(;B[bb];W[cc];W[dd]))")[0].record().notes
    assert found == (MoveNote(variation=line_of("go:size=5", "B4 C3")),)


def test_notes_are_one_a_ply() -> None:
    with pytest.raises(InvalidRecord, match="1 notes for 2 plies: one a ply, or none"):
        opening("chess", "e2e4 e7e5", (MoveNote(),)).check_shapes()
