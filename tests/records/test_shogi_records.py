"""KIF, KI2 and CSA: what others wrote is read as they meant it, what we write is read back, what is wrong is said."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tengen
from oracles import oracle
from tengen.core.errors import InvalidRecord
from tengen.records import (
    GameRecord,
    ShogiGame,
    ShogiNode,
    load_csa,
    load_kif,
    read_csa,
    read_games,
    read_kif,
    write_csa,
    write_games,
    write_kif,
)
from tengen.records.shogi_board import START, ShogiBoard

Read = Callable[[bytes | str], list[ShogiGame]]
FORMATS = [(read_kif, write_kif), (read_csa, write_csa)]
MEGABYTE = 1 << 20


def known() -> list[dict[str, object]]:
    lines = oracle("shogi/records.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def load(file: object) -> ShogiGame:
    path = oracle(f"shogi/{file}")
    return (load_csa if path.suffix == ".csa" else load_kif)(path)[0]


def as_list(root: ShogiNode) -> list[object]:
    found, todo = [], [root]
    while todo:
        node = todo.pop()
        found.append((node.move, node.comment, node.seconds, node.ending, node.ending_seconds, len(node.children)))
        todo += node.children
    return found


def complaint(read: Read, text: bytes | str) -> str:
    """What is said against a text; empty if all its games are good."""
    try:
        for game in read(text):
            game.record()
    except InvalidRecord as error:
        return str(error)
    return ""


def test_53_files_are_read_as_other_programs_read_them() -> None:
    cases = known()
    assert len(cases) == 53
    for case in cases:
        game = load(case["file"])
        if "moves" not in case:
            continue
        forks = sum(len(node.variations()) for node in game.root.main_line())
        assert game.moves == str(case["moves"]).split(), case["file"]
        assert game.start.split()[:3] == str(case["start_sfen"]).split()[:3], case["file"]
        assert forks == case["variations"], case["file"]
        assert (game.ending or None) == case["end_jkf"], case["file"]


def test_the_one_file_that_others_read_differently_has_the_left_silver_taken_off() -> None:
    game = load("records/7mai.ki2u")
    assert (game.moves, game.record().game) == (["7a8b", "7g7f"], "shogi:handicap=left-seven")


def test_every_one_of_them_is_a_lawful_game_and_survives_both_formats() -> None:
    for case in known():
        record = load(case["file"]).record()
        record.validate()
        for read, write in FORMATS:
            assert read(write(record))[0].record() == record, case["file"]


def test_whole_trees_survive_kif() -> None:
    for case in known():
        game = load(case["file"])
        again = read_kif(write_kif(game))[0]
        assert (again.start, again.players) == (game.start, game.players)
        assert again.info == game.info
        if not str(case["file"]).endswith("20200719201040.csa"):  # times of a thousandth second are rounded
            assert as_list(again.root) == as_list(game.root), case["file"]


def test_what_the_rules_say_of_an_ending_goes_before_what_the_record_says() -> None:
    endings = {str(case["file"])[8:]: load(case["file"]).record() for case in known()}
    assert endings["9fu.kif"].termination == "checkmate"
    assert endings["9fu.kif"].game == "shogi:tsume=true"
    assert endings["2005_GPS_K-SHOGI.csa"].termination == "resignation"
    declared = next(record for name, record in endings.items() if name.startswith("dr1test1"))
    assert (declared.termination, declared.result) == ("declaration", 1.0)
    assert endings["illegal_win.csa"].result == 1.0
    assert math.isnan(endings["chudan.kif"].result)
    assert endings["8mai.kif"].game == "shogi:handicap=eight"
    assert endings["8mai.kif"].start == ""


# ---- our own games


def random_record(seed: int, plies: int, handicap: str) -> GameRecord:
    random = np.random.default_rng(seed)
    game = tengen.make("shogi", handicap=handicap)
    state, actions = game.initial_state(), []
    while len(actions) < plies and not game.is_over(state):
        actions.append(int(random.choice(game.legal_actions(state))))
        state = game.apply(state, actions[-1])
    over = game.is_over(state)
    loser_moves = -1.0 if game.player(state) == 0 else 1.0
    resigned = not over and seed % 2 == 0
    return GameRecord(
        game=game.text,
        actions=np.array(actions, np.int32),
        result=float(game.returns(state)[0]) if over else loser_moves if resigned else math.nan,
        termination=game.termination(state) if over else "resignation" if resigned else "",
        players=("uct:sims=10", "竜"),
        info={"event": "試験", "date": "2024/01/02", "comment": "first\n\nthird line"},
    )


@given(st.integers(0, 2**32), st.integers(0, 250), st.sampled_from(["none", "none", "lance", "six", "ten"]))
@settings(max_examples=25)
def test_random_games_are_read_back_as_they_were(seed: int, plies: int, handicap: str) -> None:
    record = random_record(seed, plies, handicap)
    for read, write in FORMATS:
        text = write(record)
        assert read(text)[0].record() == record
        assert read(text.encode())[0].record() == record
        assert read(text.replace("\n", "\r\n").encode("cp932"))[0].record() == record


@given(st.integers(0, 2**32))
@settings(max_examples=10)
def test_positions_in_the_middle_of_a_game_are_starts_too(seed: int) -> None:
    game = tengen.make("shogi")
    before = random_record(seed, 60, "none")
    state = before.validate(game) if before.termination else game.initial_state()
    if game.is_over(state):
        return
    actions = [int(game.legal_actions(state)[seed % len(game.legal_actions(state))])]
    start = ShogiBoard.from_sfen(game.position_to_text(state)).sfen()
    record = GameRecord(game="shogi", actions=np.array(actions, np.int32), result=math.nan, start=start)
    for read, write in FORMATS:
        again = read(write(record))[0].record()
        assert again.actions.tolist() == actions
        assert again.start == ("" if start == START else start)


def test_every_ending_survives() -> None:
    start, one = np.array([], np.int32), random_record(3, 1, "none").actions
    for actions, result, termination in [
        (start, -1.0, "resignation"),
        (one, 1.0, "resignation"),
        (start, -1.0, "time"),
        (start, -1.0, "illegal move"),
        (start, 1.0, "illegal move"),
        (one, -1.0, "illegal move"),
        (start, 0.0, "counted by the players"),
        (start, -1.0, "untold"),
        (start, math.nan, "interrupted"),
        (start, math.nan, ""),
    ]:
        record = GameRecord(game="shogi", actions=actions, result=result, termination=termination)
        for read, write in FORMATS:
            assert read(write(record))[0].record() == record, (write, termination, result)


def test_several_games_stand_in_one_csa_text_and_one_in_a_kif_text() -> None:
    records = [random_record(seed, 20, "none") for seed in range(3)]
    assert [game.record() for game in read_csa(write_csa(records))] == records
    with pytest.raises(InvalidRecord, match="holds one game, not 3"):
        write_kif(records)


def test_values_are_written_as_comments_unless_they_are_not_wanted() -> None:
    plain = random_record(1, 2, "none")
    record = GameRecord(game="shogi", actions=plain.actions, result=math.nan, values=np.array([0.5, -0.25], np.float32))
    for _, write in FORMATS:
        assert "*Black +0.5000 (75.0%)" in write(record)
        assert "value" not in write(record, comments=False)


def test_kif_files_are_shift_jis_where_that_holds_the_text_and_utf_8_where_not(tmp_path: Path) -> None:
    record = random_record(1, 10, "none")
    write_games(tmp_path / "a.kif", [record])
    assert "encoding=Shift_JIS" in (tmp_path / "a.kif").read_bytes().decode("cp932")
    write_games(tmp_path / "a.kifu", [record])
    assert "encoding=UTF-8" in (tmp_path / "a.kifu").read_text(encoding="utf-8")
    odd = GameRecord(game="shogi", actions=record.actions, result=math.nan, players=("Grüße 😀", "b"))
    write_games(tmp_path / "b.kif", [odd])
    assert (tmp_path / "b.kif").read_bytes().startswith(b"\xef\xbb\xbf#KIF version=2.0 encoding=UTF-8")
    write_games(tmp_path / "a.csa", [record, record])
    assert read_games(tmp_path / "a.kif") == read_games(tmp_path / "a.kifu") == [record]
    assert read_games(tmp_path / "b.kif") == [odd]
    assert read_games(tmp_path / "a.csa") == [record, record]


# ---- KI2


def ki2(sfen: str, words: str) -> list[str]:
    """The moves of KI2 words from a position, which is told through KIF's board."""
    head = write_kif(ShogiGame(start=sfen))
    return read_kif(head + words + "\n")[0].moves


@pytest.mark.parametrize(
    ("sfen", "words", "move"),
    [
        ("4k4/9/9/9/9/9/9/3G1G3/4K4 b - 1", "▲５八金右", "4h5h"),
        ("4k4/9/9/9/9/9/9/3G1G3/4K4 b - 1", "▲５八金左", "6h5h"),
        ("4k4/9/9/9/9/9/9/3GGG3/4K4 b - 1", "▲５七金直", "5h5g"),
        ("4k4/9/9/9/9/9/9/3GGG3/4K4 b - 1", "▲５七金右", "4h5g"),
        ("4k4/9/9/9/9/9/9/3GGG3/4K4 b - 1", "▲５七金左", "6h5g"),
        ("4k4/9/9/9/9/4G4/9/3G5/4K4 b - 1", "▲５七金上", "6h5g"),
        ("4k4/9/9/9/9/4G4/9/3G5/4K4 b - 1", "▲５七金引", "5f5g"),
        ("4k4/9/9/9/9/9/3G5/3G5/4K4 b - 1", "▲５七金寄", "6g5g"),
        ("4k4/9/9/9/9/9/3G5/3G5/4K4 b - 1", "▲５七金上", "6h5g"),
        ("4k4/9/9/9/9/9/2S1S4/9/4K4 b - 1", "▲６八銀左", "7g6h"),
        ("4k4/9/9/9/9/9/2S1S4/9/4K4 b - 1", "▲６八銀右", "5g6h"),
        ("8k/9/9/9/9/9/9/+B1+B6/4K4 b - 1", "▲８七馬左", "9h8g"),
        ("8k/9/9/9/9/9/9/+B+B7/4K4 b - 1", "▲８七馬右", "8h8g"),
        ("4k4/9/9/9/9/9/9/9/4K3R b R 1", "▲１五飛", "1i1e"),
        ("4k4/9/9/9/9/9/9/9/4K3R b R 1", "▲１五飛打", "R*1e"),
        ("4k4/9/9/9/9/9/9/9/4K3R b R 1", "▲２五飛", "R*2e"),
        ("4k4/9/9/4P4/9/9/9/9/4K4 b - 1", "▲５三歩成", "5d5c+"),
        ("4k4/9/9/4P4/9/9/9/9/4K4 b - 1", "▲５三歩不成", "5d5c"),
        ("4k4/9/4+S4/9/9/9/9/9/4K4 b - 1", "▲５二成銀", "5c5b"),
        ("4k4/3g1g3/9/9/9/9/9/9/4K4 w - 1", "△５二金右", "6b5b"),
        ("4k4/3g1g3/9/9/9/9/9/9/4K4 w - 1", "△５二金左", "4b5b"),
        ("4k4/9/9/9/4r4/9/3G5/4G4/4K4 b - 1", "▲５七金", "5h5g"),
        ("4k4/9/9/9/4r4/9/9/3GG4/4K4 b - 1", "▲６七金", "6h6g"),
    ],
)
def test_words_of_ki2_tell_which_piece_moves(sfen: str, words: str, move: str) -> None:
    if words == "▲５七金":  # both golds reach it: the words do not tell
        with pytest.raises(InvalidRecord, match="more than one"):
            ki2(sfen, words)
    else:
        assert ki2(sfen, words) == [move]


def test_a_variation_may_go_on_where_the_main_line_ended() -> None:
    game = read_kif(
        KIF_HEAD + "1 ７六歩(77)\n2 投了\n\n変化：2手\n2 ３四歩(33)\n3 ２二角成(88)\n\n変化：3手\n3 ２六歩(27)\n"
    )[0]
    assert (game.moves, game.ending) == (["7g7f"], "TORYO")
    assert [node.move for node in game.root.children[0].children] == ["3c3d"]
    assert as_list(read_kif(write_kif(game))[0].root) == as_list(game.root)


# ---- what is wrong

KIF_HEAD = "手合割：平手\n手数----指手---------消費時間--\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (KIF_HEAD + "1 ７六歩(77)\n2 ５五角(88)\n", "line 4: move 2: no piece of the side to move stands on 8h"),
        (KIF_HEAD + "1 ７六銀(77)\n", "line 3: '７六銀(77)', but another piece stands on 7g"),
        (KIF_HEAD + "1 ７五歩(77)\n", "move 1"),
        (KIF_HEAD + "1 ７六歩\n", "does not say where the piece comes from"),
        (KIF_HEAD + "1 同　歩(77)\n", "同 without a move before it"),
        (KIF_HEAD + "1 ５五歩打\n", "not in hand"),
        (KIF_HEAD + "1 ７七桂(89)\n", "a piece of its own stands on 7g"),
        (KIF_HEAD + "1 foo\n", "'foo' is no move"),
        (KIF_HEAD + "nonsense\n", "'nonsense' is no move"),
        (KIF_HEAD + "1 投了\n2 ７六歩(77)\n", "a move after the end of the game"),
        (KIF_HEAD + "1 ７六歩(77)\n\n変化：9手\n9 ２六歩(27)\n", "a variation of move 9"),
        ("手合割：百枚落ち\n", "'百枚落ち' is no handicap"),
        ("|v玉|一\n", "has not nine squares"),
        ("| ・ ・ ・ ・ ・ ・ ・ ・ 犬|一\n", "is no piece"),
        ("| ・ ・ ・ ・ ・ ・ ・ ・ ・|一\n" * 10, "more than nine rows"),
        ("| ・ ・ ・ ・ ・ ・ ・ ・ ・|一\n", "1 rows, not nine"),
        ("先手の持駒：犬\n", "is no piece in hand"),
        ("先手：a\n▲５五角\n", "no such piece can go there"),
        (write_kif(ShogiGame(start="9/9/9/9/9/9/9/9/9 b - 1")), "the position at the start"),
        (write_kif(ShogiGame(start="4k4/9/9/9/9/9/9/9/4K4 b 19P 1")), "the position at the start"),
    ],
)
def test_what_is_wrong_with_a_kif_text_is_said_in_a_line(text: str, wrong: str) -> None:
    assert wrong in complaint(read_kif, text)
    assert "\n" not in complaint(read_kif, text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("PI\n+\n-3334FU\n", "line 3: move 1: -3334FU is by the wrong side"),
        ("PI\n+\n+7776GI\n", "move 1: +7776GI, but another piece stands on 77"),
        ("PI\n+\n+5554FU\n", "no piece of the side to move stands on 5e"),
        ("PI\n+\n+7775FU\n", "move 1"),
        ("PI\n+\n+0055OU\n", "drops a piece that is never in hand"),
        ("PI\n+\n+0755FU\n", "comes from no square"),
        ("PI\n+\n+7776XX\n", "'XX' is no piece"),
        ("PI\n+\n+\n", "told a second time"),
        ("PI\n+\nfoo\n", "'foo' is no move"),
        ("PI\n+\n%FOO\n", "%FOO is no ending"),
        ("PI\n+\n%TORYO\n+7776FU\n", "a move after the end of the game"),
        ("PI55FU\n+\n", "where none stands"),
        ("P1-KY-KE-GI-KI-OU-KI-GI-KE-KY-KY\n", "more than nine squares"),
        ("P1?KY\n+\n", "is no piece"),
        ("P+99ZZ\n+\n", "'ZZ' is no piece"),
        ("P+0055\n+\n", "places no pieces"),
        ("PX\n+\n", "places no pieces"),
        ("P+00OU\n+\n", "cannot be in hand"),
        ("P+05FU\n+\n", "is no square"),
        ("P-51OU\nP+59OU\nP+00AL\nP+00AL\n+\n+0052FU\n+5251FU\n", "by the wrong side"),
    ],
)
def test_what_is_wrong_with_a_csa_text_is_said_in_a_line(text: str, wrong: str) -> None:
    assert wrong in complaint(read_csa, text)
    assert "\n" not in complaint(read_csa, text)


def test_illegal_moves_and_moves_after_the_end_are_named_when_the_record_is_asked_for() -> None:
    nifu = (
        KIF_HEAD + "1 ７六歩(77)\n2 ３四歩(33)\n3 ２二角成(88)\n4 同　銀(31)\n5 ５五角打\n6 ３三角打\n7 ９一角成(55)\n"
    )
    with pytest.raises(InvalidRecord, match="move 7"):
        read_kif(nifu)[0].record()
    mate = "PI\n+\n+7776FU\n-3334FU\n+8822UM\n-3122GI\n+0042KA\n-0099KA\n"
    with pytest.raises(InvalidRecord, match="move 6"):
        read_csa(mate)[0].record()


def test_a_foul_that_ended_the_game_is_left_out_of_its_record() -> None:
    record = read_csa("PI\n+\n+7776FU\n-3334FU\n+8855KA\n-9394FU\n+5533UM\n%-ILLEGAL_ACTION\n")[0].record()
    assert len(record.actions) == 5
    record = read_csa("PI\n+\n+7776FU\n-3334FU\n+5958OU\n-2266KA\n+8877KA\n-6657UM\n+7733UM\n%+ILLEGAL_ACTION\n")[0]
    foul = record.record()
    assert (len(foul.actions), foul.result, foul.termination) == (6, -1.0, "illegal move")


@pytest.mark.parametrize("read", [read_kif, read_csa])
@pytest.mark.parametrize(
    "data", [b"", b"   \n\n", b"\x00\xff\xfe\x80" * 50, b"(;GM[1]SZ[9];B[aa])", b"not a game", bytes(range(256))]
)
def test_what_is_no_record_is_one_line(read: Read, data: bytes) -> None:
    assert complaint(read, data)
    assert "\n" not in complaint(read, data)


@pytest.mark.parametrize("read", [read_kif, read_csa])
@pytest.mark.parametrize(
    "text",
    [
        "x" * MEGABYTE,
        "1" * MEGABYTE,
        " " * MEGABYTE + "x",
        "*" * MEGABYTE,
        "*\n" * (MEGABYTE // 2),
        "1 " * (MEGABYTE // 2),
        "先手：" + "あ" * (MEGABYTE // 3),
        "先手の持駒：" + "歩" * (MEGABYTE // 3),
        "：" * (MEGABYTE // 3),
        "▲７六歩 " + "△３四歩 " * (MEGABYTE // 15),
        "1 ７六歩(77)\n変化：1手\n" * (MEGABYTE // 40),
        "PI\n+\n" + "+7776FU," * (MEGABYTE // 8),
        "P+" + "00FU" * (MEGABYTE // 4) + "\n+\n",
        "PI\n+\n+2726FU\n-8384FU\n" + "+2827HI\n-8283HI\n+2728HI\n-8382HI\n" * (MEGABYTE // 128),
        "1 " + "(" * MEGABYTE,
        "まで" + "1" * MEGABYTE,
    ],
    ids=range(16),
)
def test_a_megabyte_of_anything_is_read_or_refused_in_one_line(read: Read, text: str) -> None:
    said = complaint(read, text)
    assert len(said) < 400
    assert "\n" not in said


KIF_LETTERS = "１７六歩(7)銀同　成打▲△変化：12手先後の持駒+|v・一\n \t*#&まで勝投了手合割平番玉九"
CSA_LETTERS = "PI+-N$%'V2.,T/\n 01257369FUKYKEGIOUALTORYO*"


@given(st.text(alphabet=KIF_LETTERS, max_size=80) | st.binary(max_size=60))
@settings(max_examples=200)
def test_no_kif_text_raises_anything_but_one_line(text: str | bytes) -> None:
    assert "\n" not in complaint(read_kif, text)
    if isinstance(text, str):
        assert "\n" not in complaint(read_kif, KIF_HEAD + "1 ７六歩(77)\n" + text)


@given(st.text(alphabet=CSA_LETTERS, max_size=80) | st.binary(max_size=60))
@settings(max_examples=200)
def test_no_csa_text_raises_anything_but_one_line(text: str | bytes) -> None:
    assert "\n" not in complaint(read_csa, text)
    if isinstance(text, str):
        assert "\n" not in complaint(read_csa, "PI\n+\n+7776FU\n" + text)


def test_files_that_are_absent_are_named(tmp_path: Path) -> None:
    for load_file, name in ((load_kif, "nothing.kif"), (load_csa, "nothing.csa")):
        with pytest.raises(InvalidRecord, match=f"{name}: cannot be read"):
            load_file(tmp_path / name)
