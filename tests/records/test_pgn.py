"""PGN: what others wrote is read as they meant it, what we write is read back as it was, what is wrong is said."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tengen
from oracles import oracle
from tengen.core.errors import InvalidRecord
from tengen.records import GameRecord, load_pgn, pgn_lexer, read_pgn, write_pgn
from tengen.records.pgn import PgnGame


def complaint(text: str | bytes) -> str:
    """What is said against a text; empty if all its games are good."""
    try:
        for game in read_pgn(text):
            game.record()
    except InvalidRecord as error:
        return str(error)
    return ""


def one(text: str | bytes) -> PgnGame:
    games = read_pgn(text)
    assert len(games) == 1
    return games[0]


def moves(record: GameRecord) -> list[str]:
    game = tengen.make(record.game)
    state = game.parse_position(record.start) if record.start else game.initial_state()
    words = []
    for action in record.actions.tolist():
        words.append(game.action_to_text(state, action))
        state = game.apply(state, action)
    return words


@pytest.mark.parametrize("name", ["chess960", "dortmund", "world_matches"])
def test_real_games_are_read_as_other_programs_read_them(name: str) -> None:
    lines = oracle(f"chess/games_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    known = [json.loads(line) for line in lines]
    games = load_pgn(oracle(f"chess/games_{name}.pgn"))
    assert len(games) == len(known)
    results = {"1-0": 1.0, "0-1": -1.0, "1/2-1/2": 0.0}
    for game, expected in zip(games, known, strict=True):
        record = game.record()
        assert (game.errors, game.asides) == ([], [])
        assert moves(record) == expected["moves"].split(), expected["id"]
        assert record.result == results[expected["result"]]
        assert record.players == (expected["white"], expected["black"])
        assert record.game.startswith("chess:chess960=true") == expected.get("chess960", False)
        last = record.validate()
        assert tengen.make(record.game).position_to_text(last).split()[0] == expected["final_fen"].split()[0]
        assert one(write_pgn(record)).record() == record


def test_small_files_with_everything_in_them_are_read() -> None:
    found = {}
    for path in sorted(oracle("chess").glob("pgn_*.pgn")):
        if path.name != "pgn_badpgn.pgn":
            for number, game in enumerate(load_pgn(path)):
                record = game.record()
                record.validate()
                found[path.stem[4:] + str(number)] = (len(record.actions), record.result, record.termination)
    assert found["3fold0"] == (8, 0.0, "threefold repetition")
    assert found["mate0"] == (4, -1.0, "checkmate")
    assert found["material0"] == (68, 0.0, "insufficient material")
    assert found["bilbao0"] == (348, 0.0, "fifty moves")
    assert found["fenSetup0"][0] == 4
    assert found["annotated0"][0] == 5
    assert math.isnan(found["promotion0"][1])


def test_variations_comments_and_annotations_stay_in_the_tree() -> None:
    game = load_pgn(oracle("chess/pgn_annotated.pgn"))[0]
    assert game.tree.comment == "Initial main line comment"
    first = game.tree.next()
    assert first is not None
    assert first.comment == "some comment on e4"
    assert first.nags == {1, 24}
    answer = first.next()
    assert answer is not None
    assert [node.san() for node in answer.variations] == ["Nf3", "f4"]
    assert answer.variations[1].starting_comment.startswith("Initial variation comment")
    assert game.record().info["comment"] == "Initial main line comment"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1. e4 e5 2. Ke3 *", "move 3, 2. Ke3, is not legal"),
        ("1. e4 e5 2. Nz3 Nc6 *", "line 1: 'Nz3' is no move"),
        ("1. Nf3 Nf6 2. Na3 d5 3. Nd4 h6 4. Nb5 *", "move 7, 4. Nb5, is ambiguous"),
        ("1. e4 e5 2. Nf3 Nc6 3. -- *", "0000"),
        ('[FEN "8/8/8/8 w - - 0 1"]\n\n1. e4 *', "FEN"),
        ('[FEN "8/8/8/8/8/8/8/8 w - - 0 1"]\n\n*', "FEN"),
        ('[Variant "Crazyhouse"]\n\n1. e4 *', "Variant 'Crazyhouse' is not chess"),
        ("1. e4 e5 {no end", "a comment has no '}'"),
        ("1. e4 (1. d4 e5 2. c4", "1 variation has no ')'"),
        ("1. e4 ) e5 *", "')' without '('"),
        ('[White "A" x]\n\n1. e4 *', "is no tag"),
        ("1. f3 e5 2. g4 Qh4# 3. a3 *", "move 5, 3. a3, is not legal"),
    ],
)
def test_what_is_wrong_with_a_game_is_said_in_a_line_when_its_record_is_asked_for(text: str, wrong: str) -> None:
    with pytest.raises(InvalidRecord) as error:
        one(text).record()
    assert wrong in str(error.value)
    assert "\n" not in str(error.value)


def test_one_broken_game_does_not_hide_the_others() -> None:
    first, second, third = read_pgn("1. e4 *\n\n1. e5 *\n\n1. d4 d5 1/2-1/2\n")
    assert moves(first.record()) == ["e2e4"]
    assert second.errors == ["move 1, 1. e5, is not legal"]
    assert moves(third.record()) == ["d2d4", "d7d5"]


def test_a_mistake_in_a_variation_leaves_the_main_line_good() -> None:
    game = one("1. e4 (1. e5 d5) e5 *")
    assert game.asides == ["move 1, 1. e5, is not legal"]
    assert moves(game.record()) == ["e2e4", "e7e5"]
    game = one("1. e4 (1. e5 d5 (1... c5 2. Nf3)) (1. d4) e5 (1... e6 2. Ke4 {x}) 2. Nf3 *")
    assert game.asides == ["move 1, 1. e5, is not legal", "move 3, 2. Ke4, is not legal"]
    assert moves(game.record()) == ["e2e4", "e7e5", "g1f3"]
    first = game.tree.variations[0]
    assert [node.san() for node in game.tree.variations] == ["e4", "d4"]
    assert [node.san() for node in first.variations] == ["e5", "e6"]


def test_variations_before_the_first_move_are_left_out() -> None:
    game = one("(d7 {a}) !! 1. e4 ((1. d4) 1. c4) e5 (*")
    assert [node.san() for node in game.tree.mainline()] == ["e4", "e5"]
    assert game.asides == ["line 1: a variation before the first move"] * 2
    assert game.errors == ["1 variation has no ')'"]


def test_empty_lines_within_a_game_do_not_end_it() -> None:
    assert moves(one('[White "A"]\n\n1. e4\n\ne5\n\n2. Nf3 *').record()) == ["e2e4", "e7e5", "g1f3"]


def test_tags_without_a_result_before_them_begin_a_new_game() -> None:
    games = read_pgn('[White "A"]\n1. e4\n[White "B"]\n1. d4\n')
    assert [game.record().players[0] for game in games] == ["A", "B"]


def test_uci_moves_and_sloppy_sans_are_read_too() -> None:
    assert moves(one("1.e2e4 d7-d5 2.exd5 e.p. Nf6 3 Bb5+ c6 4 dc6 0-1").record())[-1] == "d5c6"


def test_a_game_that_goes_on_after_a_draw_that_nobody_claimed_is_read_under_rules_that_let_it() -> None:
    there_and_back = "Nf3 Nf6 Ng1 Ng8 " * 2
    assert one(there_and_back + "*").record().termination == "threefold repetition"
    assert one(there_and_back + "e4 *").record().game == "chess:repetition=5,fifty=75"
    assert one(there_and_back * 3 + "e4 *").record().game.startswith("chess:repetition=0,fifty=0")
    with pytest.raises(InvalidRecord, match="the game is over"):
        one(there_and_back + "e4 *").record("repetition=3")


def test_results_and_reasons_survive() -> None:
    for result, termination in [
        (1.0, "resignation"),
        (-1.0, "time"),
        (-1.0, "illegal move"),
        (1.0, "crash"),
        (0.0, "counted by the players"),
        (math.nan, "interrupted"),
        (math.nan, ""),
    ]:
        record = GameRecord(game="chess", actions=np.array([], np.int32), result=result, termination=termination)
        assert one(write_pgn(record)).record() == record


def test_quotes_line_ends_and_braces_in_texts_do_no_harm() -> None:
    record = GameRecord(
        game="chess",
        actions=np.array([], np.int32),
        result=math.nan,
        players=('A "quoted" \\ name', "B\nC"),
        info={"comment": "with } and { in it", "odd key!": "x", "Opening": "Ruy"},
    )
    again = one(write_pgn(record)).record()
    assert again.players == ('A "quoted" \\ name', "B C")
    assert again.info["comment"].startswith("with ) and")
    assert again.info["Opening"] == "Ruy"


def random_record(seed: int, plies: int, *, chess960: bool) -> GameRecord:
    random = np.random.default_rng(seed)
    game = tengen.make("chess:chess960=true" if chess960 else "chess")
    state, actions = game.initial_state(), []
    while len(actions) < plies and not game.is_over(state):
        actions.append(int(random.choice(game.legal_actions(state))))
        state = game.apply(state, actions[-1])
    over = game.is_over(state)
    return GameRecord(
        game=game.text,
        actions=np.array(actions, np.int32),
        result=float(game.returns(state)[0]) if over else math.nan,
        termination=game.termination(state),
        players=("uct:sims=10", "Müller"),
        info={"event": "random", "date": "2024.01.02"},
    )


@given(st.integers(0, 2**32), st.integers(0, 200), st.booleans())
@settings(max_examples=20)
def test_random_games_are_read_back_as_they_were(seed: int, plies: int, chess960: bool) -> None:
    record = random_record(seed, plies, chess960=chess960)
    assert one(write_pgn(record)).record() == record
    assert one(write_pgn(record).encode()).record() == record


def test_values_are_written_as_comments_unless_they_are_not_wanted() -> None:
    record = random_record(1, 4, chess960=False)
    valued = GameRecord(
        game=record.game, actions=record.actions, result=math.nan, values=np.array([0.5, -0.25, 0, 0], np.float32)
    )
    assert "{ +0.89, v=+0.5000 [%eval 0.37] }" in write_pgn(valued)
    assert "value" not in write_pgn(valued, comments=False)


def test_files_in_latin_1_and_with_a_byte_order_mark_are_read() -> None:
    text = '[White "Jörg"]\n\n1. e4 *\n'
    for encoding in ("latin-1", "utf-8", "utf-8-sig", "utf-16"):
        assert one(text.encode(encoding)).record().players[0] == "Jörg"


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"\x00\xff\xfe\x80" * 50, b"(;GM[1]SZ[9];B[aa])", b"not a game"])
def test_what_is_no_pgn_is_one_line(data: bytes) -> None:
    assert complaint(data)
    assert "\n" not in complaint(data)


def test_more_variations_than_can_be_copied_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgn_lexer, "MAX_WORK", 20)
    game = one("1. e4 e5 2. Nf3 " + "(2. Nc3 Nf6 {a}) " * 20 + "2... Nc6 (2... d6 (2... Nf6)) 3. Bb5 *")
    assert moves(game.record()) == ["e2e4", "e7e5", "g1f3", "b8c6", "f1b5"]
    assert game.asides[0] == "line 1: more variations than are followed"
    assert sum(len(node.variations) - 1 for node in game.tree.mainline() if node.variations) <= 10


MEGABYTE = 1 << 20
QUARTER = MEGABYTE // 4


@pytest.mark.parametrize(
    "text",
    [
        "x" * MEGABYTE,
        "{}" * (QUARTER // 2),
        "{a}" * (QUARTER // 3) + " e4",
        "1. e4 " + "{b} " * (QUARTER // 4),
        "(" * QUARTER,
        "1. e4 e5 " + "(" * QUARTER,
        "Nf3 Nf6 Ng1 Ng8 " * 200 + "(" * QUARTER,
        '[White "' + "A" * MEGABYTE + '"]\n\n1. e4 *',
        '[White "' + "\\" * MEGABYTE,
        "[" * MEGABYTE,
        "1. e4 " + "$" * MEGABYTE,
        "1" * MEGABYTE,
        "a8" + " " * MEGABYTE + "=Q",
        "Nf3 Nf6 Ng1 Ng8 " * 6_000,
    ],
    ids=range(14),
)
def test_a_megabyte_of_anything_is_read_or_refused_in_one_line(text: str) -> None:
    said = complaint(text)
    assert len(said) < 400
    assert "\n" not in said


@given(st.text(alphabet='e4d5Nf3()[]{}$!?.*"\\ \n;%12-0/O+#=QRx', max_size=80) | st.binary(max_size=80))
@settings(max_examples=200)
def test_no_text_raises_anything_but_one_line(text: str | bytes) -> None:
    assert "\n" not in complaint(text)


TOKENS = [
    "e4",
    "d7",
    "Nf3",
    "e5",
    "(",
    ")",
    "{a}",
    "!!",
    "$5",
    "*",
    "1-0",
    "\n",
    '[White "A"]\n',
    "1.",
    "O-O",
    "--",
    ";x",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=25))
@settings(max_examples=200)
def test_no_order_of_tokens_raises_anything_but_one_line(tokens: list[str]) -> None:
    assert "\n" not in complaint(" ".join(tokens))


def test_a_file_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecord, match=r"nothing\.pgn: cannot be read"):
        load_pgn(tmp_path / "nothing.pgn")
