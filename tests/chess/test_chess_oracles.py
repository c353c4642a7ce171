"""Rulings and whole recorded games that other programs agree on."""

import json
from typing import Any

import pytest

from oracles import oracle
from tengen import make
from tengen.core.errors import IllegalMove, InvalidMove
from tengen.games.chess import Chess

OPEN = {"repetition": 0, "fifty": 0, "material": False}


def chess_game(**parameters: object) -> Chess:
    game = make("chess", **parameters)
    assert isinstance(game, Chess)
    return game


def cases(name: str) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in oracle(f"chess/{name}").read_text().splitlines())
    return list(lines)


def test_a_king_that_was_left_in_check_can_be_taken_which_ends_the_game() -> None:
    game = chess_game()
    state = game.parse_position("8/8/4k3/8/8/BB2K3/8/8 w - - 0 1")
    after = game.apply(state, game.parse_action(state, "b3e6"))
    assert game.is_over(after)
    assert game.termination(after) == "king taken"
    assert game.returns(after).tolist() == [1.0, -1.0]
    assert game.notate(state, game.parse_action(state, "b3e6")) == "Bxe6#"


def test_moves_are_legal_or_not_as_others_say() -> None:
    game = chess_game(**OPEN)
    for case in cases("legality.jsonl"):
        state = game.parse_position(case["fen"])
        if case["legal"]:
            action = game.parse_action(state, case["move"])
            assert game.action_to_text(state, action) == case["move"]
        else:
            with pytest.raises((IllegalMove, InvalidMove)) as caught:
                game.parse_action(state, case["move"])
            assert "\n" not in str(caught.value)


def test_check_ends_and_draws_are_as_others_say() -> None:
    game = chess_game(**OPEN)
    for case in cases("rules.jsonl"):
        expected = case["expect"]
        state = game.parse_position(case["fen"])
        for move in case["moves"]:
            state = game.apply(state, game.parse_action(state, move))
        status = game.termination(state) or "ongoing"
        found = {
            "in_check": game.in_check(state),
            "legal_moves": len(game.legal_actions(state)),
            "status": status,
            "halfmove_clock": game.halfmove_clock(state),
            "threefold": game.is_repetition(state),
            "fivefold": game.is_repetition(state, 5),
            "final_fen": game.position_to_text(state),
        }
        assert found == {name: expected[name] for name in found}, case["id"]


RULINGS = [
    ("insufficient_material", {**OPEN, "material": True}, "insufficient material"),
    ("fifty_moves", {**OPEN, "fifty": 50}, "fifty moves"),
    ("seventyfive_moves", {**OPEN, "fifty": 75}, "seventy-five moves"),
    ("threefold", {**OPEN, "repetition": 3}, "threefold repetition"),
    ("fivefold", {**OPEN, "repetition": 5}, "fivefold repetition"),
]


@pytest.mark.parametrize(("name", "parameters", "ending"), RULINGS)
def test_each_rule_draws_where_others_see_it(name: str, parameters: dict[str, object], ending: str) -> None:
    game = chess_game(**parameters)
    for case in cases("rules.jsonl"):
        state = game.parse_position(case["fen"])
        for move in case["moves"]:
            if game.is_over(state):
                break
            state = game.apply(state, game.parse_action(state, move))
        if case["expect"]["status"] != "ongoing":
            assert game.termination(state) == case["expect"]["status"], case["id"]
        else:
            assert game.termination(state) == (ending if case["expect"][name] else ""), case["id"]


@pytest.mark.parametrize("name", ["games_world_matches", "games_dortmund", "games_chess960"])
def test_recorded_games_are_replayed_move_by_move(name: str) -> None:
    for case in cases(f"{name}.jsonl"):
        game = chess_game(chess960=case.get("chess960", False), **OPEN)
        state = game.parse_position(case.get("start_fen", "startpos"))
        for move, san in zip(case["moves"].split(), case["san"].split(), strict=True):
            action = game.parse_action(state, move)
            assert game.notate(state, action) == san, (case["id"], move)
            assert game.parse_action(state, san) == action
            state = game.apply(state, action)
        expected = game.parse_position(case["final_fen"])
        assert game.position_to_text(state) == game.position_to_text(expected), case["id"]
        assert game.key(state) == game.key(expected)
        assert game.is_over(state) == bool(case.get("over_on_board")), case["id"]
