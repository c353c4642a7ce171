"""Shogi against reference cases from other programs."""

import json
import re
import unicodedata
from typing import Any

import pytest

from tengen.core.errors import IllegalMove, InvalidMove
from tengen.games.game import divide, perft
from tengen.games.rules import State
from tengen.games.shogi import Shogi
from tengen.games.shogi.rules import DECLARE
from tests.oracles import oracle

GAME = Shogi()
PROBLEMS = Shogi(tsume=True)
FAST_LEAVES = 6_000_000


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in oracle(f"shogi/{name}.jsonl").read_text().splitlines()]


def play(game: Shogi, state: State, moves: list[str]) -> State:
    for move in moves:
        state = game.apply(state, game.parse_action(state, move))
    return state


def game_of(sfen: str) -> Shogi:
    """The game in which a record was played: problems lack the attacker's king."""
    return GAME if "K" in sfen.split()[0] and "k" in sfen.split()[0] else PROBLEMS


def test_counts_of_move_sequences_are_those_of_other_programs() -> None:
    for case in cases("perft"):
        state = GAME.parse_position(case["sfen"])
        wanted = {int(depth): leaves for depth, leaves in case["perft"].items() if leaves <= FAST_LEAVES}
        assert {depth: perft(GAME, state, depth) for depth in wanted} == wanted, case["id"]


@pytest.mark.slow
def test_counts_of_move_sequences_agree_at_the_deepest() -> None:
    for case in cases("perft"):
        state = GAME.parse_position(case["sfen"])
        for depth, leaves in case["perft"].items():
            assert perft(GAME, state, int(depth)) == leaves, f"{case['id']} at depth {depth}"


def test_the_split_of_a_count_sums_to_it() -> None:
    state = GAME.initial_state()
    split = divide(GAME, state, 3)
    assert len(split) == 30
    assert sum(split.values()) == 25470


def test_each_move_is_as_legal_as_other_programs_say() -> None:
    for case in cases("legality"):
        state = GAME.parse_position(case["sfen"])
        if case["legal"]:
            GAME.apply(state, GAME.parse_action(state, case["move"]))
        else:
            with pytest.raises((IllegalMove, InvalidMove)) as raised:
                GAME.parse_action(state, case["move"])
            assert "\n" not in str(raised.value), case["id"]


def test_the_fourth_occurrence_ends_the_game_and_perpetual_check_loses() -> None:
    endings = {
        "draw": ("repetition", 0),
        "black_loses_perpetual_check": ("perpetual check", -1),
        "white_loses_perpetual_check": ("perpetual check", 1),
        "none": ("", 0),
    }
    for case in cases("repetition"):
        state = play(GAME, GAME.parse_position(case["sfen"]), case["moves"])
        found = (GAME.termination(state), GAME.returns(state)[0])
        assert found == endings[case["result"]], case["id"]
        assert state["ply"] == case["at_ply"]


def test_a_win_is_declared_where_the_27_point_rule_allows_it() -> None:
    without = Shogi(declaration=False)
    for case in cases("entering_king"):
        state = GAME.parse_position(case["sfen"])
        assert (DECLARE in GAME.legal_actions(state)) == case["declare_wins"], case["id"]
        assert GAME.in_check(state) == case["in_check"]
        assert DECLARE not in without.legal_actions(without.parse_position(case["sfen"]))
        if case["declare_wins"]:
            over = GAME.apply(state, GAME.parse_action(state, "win"))
            assert GAME.termination(over) == "declaration"
            assert GAME.returns(over)[GAME.player(state)] == 1


def test_recorded_games_are_legal_throughout() -> None:
    played = 0
    for case in cases("records"):
        if case.get("moves"):
            game = game_of(case["start_sfen"])
            state = play(game, game.parse_position(case["start_sfen"]), case["moves"].split())
            if case["end"] == "mate":
                assert game.termination(state) == "checkmate", case["file"]
            played += len(case["moves"].split())
    assert played > 2500


def test_moves_of_kif_and_ki2_files_are_read_and_written_as_there() -> None:
    compared = 0
    for case in cases("records"):
        path = case["file"]
        if not case.get("moves") or not re.search(r"\.(kifu?|ki2u?)$", path):
            continue
        text = oracle(f"shogi/{path}").read_bytes().decode(case["encoding"], "replace")
        kif = ".kif" in path
        written = kif_moves(text) if kif else ki2_moves(text)
        game = game_of(case["start_sfen"])
        state = game.parse_position(case["start_sfen"])
        for usi, move in zip(case["moves"].split(), written, strict=False):
            action = game.parse_action(state, usi)
            assert game.parse_action(state, move) == action, f"{path}: {move} is {usi}"
            if kif:
                ours, theirs = plain(game.notate(state, action)), plain(move)
                if ours[0] == "同" != theirs[0]:  # some files name the square again
                    ours, theirs = ours[1:], theirs[2:]
                assert ours == theirs, path
            state = game.apply(state, action)
            compared += 1
    assert compared > 1300


def kif_moves(text: str) -> list[str]:
    """The moves of a KIF file's main line."""
    found = []
    for line in text.splitlines():
        if line.startswith("変化"):
            break
        match = re.match(r"\s*(\d+)\s+((?:[１-９][一二三四五六七八九]|同)[\s　]*[^\s(]+(?:\(\d\d\))?)", line)
        if match and int(match.group(1)) == len(found) + 1:
            found.append(match.group(2))
    return found


def ki2_moves(text: str) -> list[str]:
    """The moves of a KI2 file's main line."""
    lines = [line for line in text.split("変化：")[0].splitlines() if not line.startswith(("*", "#"))]
    return re.findall(r"[▲△▽▼](?:[１-９][一二三四五六七八九]|同)[^▲△▽▼\n]+", "\n".join(lines))


def plain(move: str) -> str:
    """A move without what writers do differently: blanks, widths, the second forms of two pieces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", move)).replace("竜", "龍").replace("王", "玉")
