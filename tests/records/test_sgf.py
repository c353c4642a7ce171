"""Games of Go as SGF, as the standard has them and as they are found in the wild."""

import dataclasses
import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tengen
from tengen.core.errors import InvalidRecord
from tengen.games.go import Go
from tengen.records import GameRecord, export_games, load_sgf, read_sgf, read_shard, write_sgf, write_shard
from tests.oracles import oracle


def one(written: str | bytes, rules: str | None = None) -> GameRecord:
    """The record of the only game in a text."""
    (game,) = read_sgf(written)
    return game.record(rules)


def moves(record: GameRecord) -> str:
    """The moves with their sides: `B:D4 W:pass`."""
    game = tengen.make(record.game)
    state = game.parse_position(record.start) if record.start else game.initial_state()
    played = []
    for action in record.actions.tolist():
        played.append(f"{'BW'[game.player(state)]}:{game.action_to_text(state, action)}")
        state = game.apply(state, action)
    return " ".join(played)


def failure(written: str | bytes, rules: str | None = None) -> str:
    """The line that reading a text and its games gives."""
    with pytest.raises(InvalidRecord) as caught:
        [game.record(rules) for game in read_sgf(written)]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def oracle_games() -> list[dict[str, object]]:
    return [json.loads(line) for line in oracle("go/games.jsonl").read_text().splitlines()]


def test_ninety_real_games_are_read_as_other_programs_read_them() -> None:
    cases = oracle_games()
    for case in cases:
        (found,) = load_sgf(oracle(f"go/{case['file']}"))
        record = found.record()
        game = tengen.make(record.game)
        assert isinstance(game, Go)
        last = record.validate(game)
        wanted = str(case["moves"]).split()
        played = moves(record).split()
        assert played == wanted[: len(played)], case["file"]
        assert set(wanted[len(played) :]) <= {"B:pass", "W:pass"}, case["file"]  # after the end
        assert (found.size, found.komi) == (case["size"], case["komi"])
        assert found.handicap == (case["handicap"] or 0)
        assert found.root.simple_text("RE") == case["result"]
        assert record.result == (1.0 if str(case["result"]).startswith("B") else -1.0)
        board = ["".join(".XO"[stone] for stone in row) for row in game.board(last)]
        assert board == case["final_board"], case["file"]
        assert game.captures(last) == (case["captures_by_black"], case["captures_by_white"])
        assert game.final_score(last)[0] + game.komi == case["area_score_final"]
    assert len(cases) == 90


def test_real_games_survive_the_round_trip() -> None:
    for case in oracle_games()[::3]:
        (found,) = load_sgf(oracle(f"go/{case['file']}"))
        record = found.record()
        again = one(write_sgf(record))
        if record.termination == "illegal move":  # to SGF a forfeit like others
            assert again.termination == "forfeit"
        else:
            assert again == record


@st.composite
def games_of_go(draw: st.DrawFn) -> GameRecord:
    """A random game by the rules, from the usual start or from stones on the board, to the end or to a resignation."""
    game = Go(
        size=5,  # a size is a compilation
        komi=draw(st.integers(-3, 20)) / 2,
        superko=draw(st.sampled_from(["positional", "situational", "simple"])),
        suicide=draw(st.booleans()),
    )
    state, start = game.initial_state(), ""
    if draw(st.booleans()):
        stones = draw(st.dictionaries(st.integers(0, game.size**2 - 1), st.integers(1, 2), max_size=game.size))
        board = np.zeros(game.size**2, np.int8)
        board[list(stones)] = list(stones.values())
        try:
            state = game.position(board.reshape(game.size, game.size), draw(st.integers(0, 1)))
        except ValueError:
            pass  # a stone without liberties
        else:
            start = game.position_to_text(state) if stones or game.player(state) else ""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    actions: list[int] = []
    for _ in range(draw(st.integers(1, 60))):
        actions.append(int(generator.choice(game.legal_actions(state))))
        state = game.apply(state, actions[-1])
        if game.is_over(state):
            break
    resigned = not game.is_over(state)
    return GameRecord(
        game=game.text,
        actions=np.array(actions, np.int32),
        start=start,
        result=draw(st.sampled_from([1.0, -1.0])) if resigned else float(game.returns(state)[0]),
        score=0.0 if resigned else game.final_score(state)[0],
        termination="resignation" if resigned else "two passes",
        players=(draw(names), draw(names)),
        info=draw(st.dictionaries(st.sampled_from(["date", "event", "comment", "remarks"]), names.filter(bool))),
    )


names = st.text("ab]\\:(;) é碁", max_size=5).map(str.strip)


@given(record=games_of_go())
def test_every_game_survives_the_round_trip(record: GameRecord) -> None:
    game = tengen.make(record.game)
    if record.termination == "two passes" and record.actions[-1] != game.num_actions - 1:
        return  # ended by the limit of moves
    again = one(write_sgf(record))
    if record.start and again.start != record.start:
        assert again.start.split()[0] == record.start.split()[0]
    assert again == record


def test_handicap_stones_are_the_start_and_white_moves() -> None:
    record = one("(;GM[1]FF[4]SZ[9]KM[0.5]HA[2]AB[gc][cg];W[ee];B[ce])")
    assert record.start == "........./........./......X../........./........./........./..X....../........./......... w"
    assert moves(record) == "W:E5 B:C5"
    assert record.info["handicap"] == "2"


def test_a_handicap_without_stones_is_the_fixed_one() -> None:
    record = one("(;SZ[19]HA[3];W[qq])")
    game = tengen.make(record.game)
    board = game.board(game.parse_position(record.start))
    assert [game.action_to_text(None, int(point)) for point in np.flatnonzero(board)] == ["D16", "Q16", "D4"]
    assert "a fixed handicap of 7 on 8x8 is not accepted: 2 to 4" in failure("(;SZ[8]HA[7];W[aa])")


def test_handicap_stones_written_as_moves_are_stones() -> None:
    record = one("(;SZ[9]HA[2];B[gc];B[cg];W[ee])")
    assert record.start.endswith(" w")
    assert record.start.count("X") == 2
    assert moves(record) == "W:E5"
    assert failure("(;SZ[9]HA[2];B[gc];B[cg];W[cg])").startswith("move 3, White C3: ")


def test_setup_of_several_nodes_and_kinds_is_the_start() -> None:
    record = one("(;SZ[5]AB[aa:cb][ee]PL[W];AW[dd]AE[bb:cc];W[cc];B[db])")
    assert record.start == "XXX../X..../...../...O./....X w"
    assert moves(record) == "W:C3 B:D4"


def test_rectangles_may_be_named_by_any_two_corners() -> None:
    for corners in ("aa:bc", "bc:aa", "ba:ac", "ac:ba"):
        assert one(f"(;SZ[5]AB[{corners}])").start.startswith("XX.../XX.../XX.../")


def test_pl_decides_where_nobody_has_moved() -> None:
    assert one("(;SZ[5]AB[aa]PL[B])").start == "X..../...../...../...../..... b"
    assert one("(;SZ[5]AB[aa]PL[white])").start.endswith(" w")
    assert one("(;SZ[5]AB[aa])").start.endswith(" w")
    assert one("(;SZ[5]AB[aa]AW[cc])").start.endswith(" b")
    assert one("(;SZ[5]AB[aa]PL[W];B[bb])").start.endswith(" b")


def test_stones_set_up_in_mid_game_are_refused_in_a_record_and_kept_in_the_tree() -> None:
    written = "(;SZ[5];B[aa];AW[bb];B[cc])"
    assert failure(written) == "after move 1: AW sets up stones, which a record can only do before move 1"
    (game,) = read_sgf(written)
    assert game.root.main_line()[2].properties == {"AW": ["bb"]}


def test_stones_off_the_board_or_without_liberties_are_refused() -> None:
    assert failure("(;SZ[5]AB[aa][fa])") == "AB[fa] is no point of a 5x5 board: two letters from a to e"
    assert failure("(;SZ[5]AW[tt])") == "AW[tt] is no point of a 5x5 board, but a pass"
    assert failure("(;SZ[5]AE[aa:\x1b])").startswith("AE[?] is no point")
    assert failure("(;SZ[5]AB[aa:ee])").startswith("the stones set up: the stone on A5 has no liberty")


def test_passes_are_empty_or_tt() -> None:
    assert moves(one("(;SZ[19];B[];W[dd];B[tt];W[pp])")) == "B:pass W:D16 B:pass W:Q4"


def test_what_moves_twice_has_the_other_side_pass() -> None:
    assert moves(one("(;SZ[9];B[ee];B[cc];W[gg])")) == "B:E5 W:pass B:C7 W:G3"


def test_passes_after_the_end_are_left_out_but_moves_are_not() -> None:
    assert moves(one("(;SZ[9];B[ee];W[];B[];W[];B[])")) == "B:E5 W:pass B:pass"
    assert failure("(;SZ[9];B[ee];W[];B[];W[cc])") == (
        "move 4, White C7: the game is over after 3 moves, passes counted"
    )


def test_illegal_moves_are_named_by_number_side_and_point() -> None:
    assert failure("(;SZ[9];B[ee];W[ee])").startswith("move 2, White E5: ")
    assert failure("(;SZ[9];B[ee];W[jj])") == "move 2: W[jj] is no point of a 9x9 board: two letters from a to i"
    assert failure("(;SZ[9];B[E5])").startswith("move 1: B[E5] is no point of a 9x9 board")
    assert failure("(;SZ[9];B[aa][bb])") == "move 1: B has 2 values, not one"
    assert failure("(;SZ[5]AB[ba][ab][bc]AW[ca][bb][db][cc];B[cb];W[bb])").startswith("move 2, White B4: ")


def test_rules_of_the_file_or_those_asked_for_decide() -> None:
    suicide = "(;SZ[5]RU[{}]AW[aa]AB[ab][bb][ca];W[ba])"
    assert failure(suicide.format("Chinese")).startswith("move 1, White B5: ")
    assert moves(one(suicide.format("NZ"))) == "W:B5"
    assert moves(one(suicide.format("Chinese"), rules="tromp-taylor")) == "W:B5"
    assert failure(suicide.format("NZ"), rules="simple-ko").startswith("move 1, White B5: ")


@pytest.mark.parametrize(
    ("said", "superko", "suicide"),
    [
        ("Japanese", "simple", False),
        ("japanese", "simple", False),
        ("Chinese", "positional", False),
        ("AGA", "situational", False),
        ("New Zealand", "situational", True),
        ("Tromp/Taylor", "positional", True),
        ("Tromp-Taylor", "positional", True),
        ("", "simple", False),
        ("??", "simple", False),
    ],
)
def test_ru_names_the_rules(said: str, superko: str, suicide: bool) -> None:
    (game,) = read_sgf(f"(;SZ[9]RU[{said}])")
    assert (game.game().rules.superko, game.game().rules.suicide) == (superko, suicide)


@pytest.mark.parametrize(
    ("said", "komi"),
    [
        *[("6.5", 6.5), ("6,5", 6.5), (" 5.50 ", 5.5), ("0", 0), ("", 0), ("-3", -3), ("7.5 points", 7.5)],
        *[("650", 6.5), ("375", 7.5), ("3.75", 7.5), ("0.50", 0.5), (".5", 0.5), ("7.", 7), ("200.5", 200.5)],
    ],
)
def test_komi_as_it_is_found(said: str, komi: float) -> None:
    (game,) = read_sgf(f"(;SZ[9]KM[{said}])")
    assert game.komi == komi
    assert tengen.make(game.record().game).komi == komi


def test_komi_that_is_none_is_refused() -> None:
    assert failure("(;KM[six])") == "KM[six] is no komi: a number such as 6.5"
    assert failure("(;KM[6.3])") == "KM[6.3]: komi is in whole or half points"
    assert "-400 to 400" in failure("(;KM[99999])")


@pytest.mark.parametrize(
    ("said", "result", "score", "termination"),
    [
        ("B+R", 1, 0, "resignation"),
        ("w+resign", -1, 0, "resignation"),
        ("W+3.5", -1, -3.5, "counted by the players"),
        ("B+12,5", 1, 12.5, "counted by the players"),
        ("B+T", 1, 0, "time"),
        ("W+Time", -1, 0, "time"),
        ("B+F", 1, 0, "forfeit"),
        ("W+Illegal", -1, 0, "illegal move"),
        ("B+", 1, 0, "untold"),
        ("0", 0, 0, "counted by the players"),
        ("Draw", 0, 0, "counted by the players"),
        ("Jigo", 0, 0, "counted by the players"),
        ("Void", math.nan, 0, "void"),
        ("?", math.nan, 0, ""),
        ("", math.nan, 0, ""),
        ("Black wins", math.nan, 0, ""),
    ],
)
def test_results_as_they_are_found(said: str, result: float, score: float, termination: str) -> None:
    record = one(f"(;SZ[9]RE[{said}];B[ee])")
    assert record.result == pytest.approx(result, nan_ok=True)
    assert (record.score, record.termination) == (score, termination)
    record.validate()
    again = one(write_sgf(record))
    assert again == (dataclasses.replace(record, termination="forfeit") if "Illegal" in said else record)


def test_a_count_that_the_rules_give_too_is_the_rules() -> None:
    assert one("(;SZ[5]KM[1]RE[B+24];B[bb];W[];B[])").termination == "two passes"
    assert one("(;SZ[5]KM[1]RE[B+23];B[bb];W[];B[])").termination == "counted by the players"


def test_the_root_says_who_played_and_where() -> None:
    record = one("(;SZ[9]PB[Honinbo\nShusaku]PW[Gennan [8d\\]]DT[1846-09-11]EV[Ear]BR[4d]C[first\nline])")
    assert record.players == ("Honinbo Shusaku", "Gennan [8d]")
    assert record.info == {"date": "1846-09-11", "event": "Ear", "black rank": "4d", "comment": "first\nline"}


def test_comments_tell_the_value_of_each_position() -> None:
    record = GameRecord(
        game="go:size=5",
        actions=np.array([12, 25, 25], np.int32),
        result=1.0,
        score=18.0,
        values=np.array([0.5, -0.75, 1], np.float32),
    )
    (game,) = read_sgf(write_sgf(record))
    assert [node.text("C") for node in game.root.main_line()[1:]] == [
        "Black +0.5000 (75.0%)",
        "White -0.7500 (12.5%)",
        "Black +1.0000 (100.0%)",
    ]
    assert "value" not in write_sgf(record, comments=False)


def test_what_sgf_has_no_place_for_is_a_comment() -> None:
    record = GameRecord(
        game="go:size=5", actions=np.zeros(0, np.int32), result=1.0, termination="time", info={"network": "step-100"}
    )
    assert read_sgf(write_sgf(record))[0].root.text("C") == "network: step-100"


def test_boards_that_are_not_ours_get_one_line() -> None:
    assert failure("(;GM[1]SZ[13:9])") == "SZ[13:9]: the board is not square"
    assert failure("(;SZ[37])") == "SZ[37]: a board has from 1 to 19 points a side"
    assert failure("(;SZ[0])") == "SZ[0]: a board has from 1 to 19 points a side"
    assert failure("(;SZ[big])") == "SZ[big] is no size of a board: a whole number from 1 to 19"
    assert failure("(;GM[3]SZ[8])") == "GM[3] is not Go (GM[1]) but chess"
    assert failure("(;GM[x])") == "GM[x] is not Go (GM[1])"
    assert failure("(;SZ[9])(;GM[2])") == "game 2: GM[2] is not Go (GM[1]) but Othello"
    assert read_sgf("(;SZ[9:9])")[0].size == 9
    assert read_sgf("(;)")[0].size == 19


def test_a_file_is_named_in_its_errors(tmp_path: Path) -> None:
    path = tmp_path / "game.sgf"
    path.write_bytes(b"(;SZ[9];B[ee]\n;W[cc")
    with pytest.raises(InvalidRecord) as caught:
        load_sgf(path)
    assert str(caught.value) == f"{path}: line 2, column 3: cut short: the value of W has no ']'"
    with pytest.raises(InvalidRecord, match="cannot be read: No such file"):
        load_sgf(tmp_path / "none.sgf")


WILD = (
    "(;GM[1]FF[3]CA[UTF-8]SZ[9]KM[6.5]HA[2]RU[AGA]RE[W+3.5]AB[cc:dd][gg]PL[W]PB[a\\]b]"
    ";W[ee]C[x];B[tt](;W[ab];B[])(;W[]))"
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(WILD) - 1), st.sampled_from([*"()[];:\\BWaz09.+ \n\x00", "", "é", "AB[", "SZ["]))
    )
)
def test_no_change_of_a_text_raises_anything_but_one_line(edits: list[tuple[int, str]]) -> None:
    letters = list(WILD)
    for place, letter in edits:
        letters[place] = letter
    check_total("".join(letters))
    check_total("".join(letters).encode("utf-8"))
    check_total("".join(letters).encode("latin-1"))


@given(
    st.dictionaries(
        st.sampled_from(["GM", "SZ", "KM", "HA", "RU", "RE", "PL", "AB", "AW", "AE", "B", "W", "CA", "DT"]),
        st.text("0123456789.,+-:abtBWR []\\٣²∞e", max_size=6) | st.text(max_size=6),
        max_size=5,
    )
)
def test_no_value_of_a_property_raises_anything_but_one_line(properties: dict[str, str]) -> None:
    root = "".join(f"{name}[{value}]" for name, value in properties.items() if name not in "BW")
    moved = "".join(f";{name}[{value}]" for name, value in properties.items() if name in "BW")
    check_total(f"(;{root}{moved})")


def check_total(written: str | bytes) -> None:
    """Reading either works, and then the record can be written and read, or fails in one line."""
    try:
        records = [game.record() for game in read_sgf(written)]
    except InvalidRecord:
        failure(written)
    else:
        assert len(read_sgf(write_sgf(records))) == len(records)


def test_shards_are_exported_as_one_file_or_many(tmp_path: Path) -> None:
    records = [
        GameRecord(game="go:size=5", actions=np.array([point], np.int32), result=1.0, termination="resignation")
        for point in range(5)
    ]
    (tmp_path / "run" / "games").mkdir(parents=True)
    write_shard(tmp_path / "run" / "games" / "a.parquet", records[:3])
    write_shard(tmp_path / "run" / "games" / "b.parquet", records[3:])
    (tmp_path / "run" / "games" / "c.parquet").write_bytes(b"PAR1")
    report = export_games(tmp_path / "run", tmp_path / "all.sgf")
    assert (report.games, len(report.damaged)) == (5, 1)
    assert [moves(game.record()) for game in load_sgf(tmp_path / "all.sgf")] == [
        "B:A5", "B:B5", "B:C5", "B:D5", "B:E5",
    ]  # fmt: skip
    assert export_games(tmp_path / "run" / "games", tmp_path / "out", last=2).games == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["game-000004.sgf", "game-000005.sgf"]
    assert export_games(tmp_path / "run" / "games" / "a.parquet", tmp_path / "some.sgf").games == 3
    with pytest.raises(InvalidRecord, match="no games there"):
        export_games(tmp_path, tmp_path / "none.sgf")
    assert not (tmp_path / "none.sgf").exists()


def test_only_go_is_written_as_sgf() -> None:
    with pytest.raises(InvalidRecord, match="SGF is written for go, not for tictactoe"):
        write_sgf(GameRecord(game="tictactoe", actions=np.zeros(0, np.int32), result=0.0))


def test_gnu_go_reads_what_is_written(tmp_path: Path) -> None:
    gnugo = shutil.which("gnugo", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/games")
    if gnugo is None:
        pytest.skip("gnugo is not installed")
    start = one("(;SZ[9]KM[6.5]RU[Chinese]AB[cc][gg]AW[gc];W[ee];B[eg];W[];B[ef];W[df];B[de])")
    (tmp_path / "game.sgf").write_text(write_sgf(start))
    commands = f"loadsgf {tmp_path / 'game.sgf'}\nlist_stones black\nlist_stones white\nget_komi\nquit\n"
    done = subprocess.run(
        [gnugo, "--mode", "gtp"], input=commands, capture_output=True, text=True, timeout=60, check=True
    )
    answers = [answer.strip("= \n") for answer in done.stdout.split("\n\n")]
    game = tengen.make(start.game)
    assert isinstance(game, Go)
    board = game.board(start.validate(game)).ravel()
    for stone, answer in ((1, answers[1]), (2, answers[2])):
        assert set(answer.split()) == {
            game.action_to_text(None, int(point)) for point in np.flatnonzero(board == stone)
        }
    assert float(answers[3]) == 6.5


def test_the_example_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "records.md").read_text()
    code = page.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    Path("game.sgf").write_text("(;SZ[5]RE[B+R];B[cc];W[bb])")
    exec(code, {})
    assert len(read_shard("games.parquet")) == 1
