"""Go against reference cases from other programs."""

import json
from typing import Any

import numpy as np
import pytest

from tengen.games.game import perft
from tengen.games.go import Go
from tengen.games.rules import State
from tests.oracles import oracle

RULE_SETS: dict[str, dict[str, object]] = {
    "tt": {"rules": "tromp-taylor"},
    "psk": {"superko": "positional", "suicide": False},
    "ssk": {"superko": "situational", "suicide": False},
    "simple": {"superko": "simple", "suicide": False},
}


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in oracle(f"go/{name}.jsonl").read_text().splitlines()]


def as_board(rows: list[str]) -> np.ndarray:
    return np.array([[".XO".index(cell) for cell in row] for row in rows], np.int8)


def play(game: Go, state: State, moves: list[str]) -> State:
    for move in moves:
        state = game.apply(state, game.parse_action(state, move))
    return state


def legal_texts(game: Go, state: State) -> set[str]:
    return {game.action_to_text(state, action) for action in game.legal_actions(state)}


@pytest.mark.parametrize("rules", RULE_SETS)
def test_counts_of_move_sequences_are_those_of_other_programs(rules: str) -> None:
    for case in cases("perft"):
        if case["rules"] == rules and case["size"] in (2, 3, 4, 5, 9):
            game = Go(size=case["size"], **RULE_SETS[rules])
            depths = [depth for depth, leaves in enumerate(case["leaves"], 1) if leaves <= 800_000]
            found = [perft(game, game.initial_state(), depth) for depth in depths]
            assert found == case["leaves"][: len(depths)], f"size {case['size']}"


@pytest.mark.slow
@pytest.mark.parametrize("rules", RULE_SETS)
def test_counts_of_move_sequences_agree_at_the_deepest(rules: str) -> None:
    for case in cases("perft"):
        if case["rules"] == rules:
            leaves = case["leaves"] + case.get("one_program_only", {}).get("leaves", [])
            game = Go(size=case["size"], **RULE_SETS[rules])
            found = [perft(game, game.initial_state(), depth) for depth in range(1, len(leaves) + 1)]
            assert found == leaves, f"size {case['size']}"


def test_known_cases_of_ko_and_suicide_are_judged_alike() -> None:
    for case in cases("rules"):
        for rules, legal in case["legal"].items():
            game = Go(size=case["size"], **RULE_SETS[rules])
            moves = [*case["moves"], case["move"]]
            state = game.position(as_board(case["setup"]), to_move="bw".index(moves[0][0]))
            for move in case["moves"]:
                state = game.with_player(state, "bw".index(move[0]))
                state = play(game, state, [move[2:]])
            state = game.with_player(state, "bw".index(case["move"][0]))
            action = game.parse_move(state, case["move"][2:])
            assert game.is_legal(state, action) is legal, f"{case['id']} under {rules}: {case['why']}"


def test_lists_of_legal_moves_late_in_games_with_many_repetitions_are_complete() -> None:
    for case in cases("superko_random"):
        for rules, legal in case["legal"].items():
            game = Go(size=case["size"], **RULE_SETS[rules])
            moves = case["moves"].split()
            if len(moves) < game.max_plies:
                state = play(game, game.initial_state(), moves)
                assert (game.board(state) == as_board(case["board"])).all(), case["id"]
                assert legal_texts(game, state) - {"pass"} == set(legal.split()), f"{case['id']} under {rules}"


def test_final_boards_are_scored_alike() -> None:
    for case in cases("scores"):
        game = Go(size=case["size"], komi=0)
        score, ownership = game.final_score(game.position(as_board(case["board"])))
        assert score == case["score"]
        assert (ownership == 1).sum() == case["black"]
        assert (ownership == -1).sum() == case["white"]
        assert (ownership == 0).sum() == case["neutral"]


def test_recorded_games_end_in_the_same_position() -> None:
    for case in cases("games"):
        game = Go(size=case["size"], komi=0, superko="simple", suicide=True)
        empty = game.initial_state()
        black, white = (
            [game.parse_move(empty, vertex) for vertex in case["setup"].get(color, "").split()] for color in "bw"
        )
        state = game.setup(black=black, white=white)
        for move in case["moves"].split():
            side, _, vertex = move.partition(":")
            if vertex == "pass":
                continue  # records go on after two passes
            state = game.with_player(state, "BW".index(side))
            state = play(game, state, [vertex])
        assert (game.board(state) == as_board(case["final_board"])).all(), case["file"]
        assert game.captures(state) == (case["captures_by_black"], case["captures_by_white"]), case["file"]
        assert game.final_score(state)[0] == case["area_score_final"], case["file"]
