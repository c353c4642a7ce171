"""A record is believed once it has been replayed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tengen
from tengen.core.errors import InvalidRecord
from tengen.records import GameRecord


def tictactoe(actions: list[int], **changes: object) -> GameRecord:
    fields: dict[str, object] = {"game": "tictactoe", "actions": np.array(actions, np.int32), "result": 1.0}
    return GameRecord(**(fields | changes))  # type: ignore[arg-type]


@given(seed=st.integers(0, 2**32 - 1))
def test_every_game_played_by_the_rules_is_valid(seed: int) -> None:
    game = tengen.make("tictactoe")
    generator = np.random.default_rng(seed)
    state, actions = game.initial_state(), []
    while not game.is_over(state):
        actions.append(int(generator.choice(game.legal_actions(state))))
        state = game.apply(state, actions[-1])
    record = tictactoe(actions, result=float(game.returns(state)[0]))
    assert game.position_to_text(record.validate()) == game.position_to_text(state)


def test_an_illegal_move_is_named_by_its_number() -> None:
    with pytest.raises(InvalidRecord, match="move 3: a3 is not legal"):
        tictactoe([0, 1, 0]).validate()


def test_a_move_after_the_end_is_named() -> None:
    with pytest.raises(InvalidRecord, match=r"move 6: .*the game is over"):
        tictactoe([0, 3, 1, 4, 2, 5]).validate()


def test_an_action_out_of_range_is_named() -> None:
    for action in (-1, 9):
        with pytest.raises(InvalidRecord, match="move 1: "):
            tictactoe([action]).validate()


def test_a_result_that_is_not_the_rules_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="result -1 for player 0, but by the rules 1"):
        tictactoe([0, 3, 1, 4, 2], result=-1.0).validate()
    tictactoe([0, 3, 1, 4, 2], result=-1.0, termination="time").validate()
    tictactoe([0, 3, 1, 4, 2], result=float("nan")).validate()


def test_a_game_that_stops_early_needs_a_reason() -> None:
    with pytest.raises(InvalidRecord, match="stops after 2 moves, before the game is over"):
        tictactoe([0, 3]).validate()
    tictactoe([0, 3], termination="resignation").validate()


def test_a_start_that_is_no_position_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="start: 'XX' is no position"):
        tictactoe([0], start="XX").validate()
    tictactoe([2], start="XX./OO./...").validate()


def policy(actions: list[int], probabilities: list[float]) -> dict[str, object]:
    return {
        "policy_starts": np.array([0, len(actions), len(actions)]),
        "policy_actions": np.array(actions, np.int32),
        "policy_probabilities": np.array(probabilities, np.float32),
        "termination": "resignation",
    }


def test_a_policy_must_be_a_distribution_over_legal_actions() -> None:
    tictactoe([0, 3], **policy([0, 4], [0.5, 0.5])).validate()
    with pytest.raises(InvalidRecord, match=r"move 1: its policy sums to 0\.9000"):
        tictactoe([0, 3], **policy([0, 4], [0.5, 0.4])).validate()
    with pytest.raises(InvalidRecord, match="move 1: its policy has actions that are not legal"):
        tictactoe([0, 3], **policy([0, 9], [0.5, 0.5])).validate()
    with pytest.raises(InvalidRecord, match="move 1: its policy has actions that are not legal, or one twice"):
        tictactoe([0, 3], **policy([4, 4], [0.5, 0.5])).validate()
    with pytest.raises(InvalidRecord, match="move 1: its policy sums to nan"):
        tictactoe([0, 3], **policy([0, 4], [0.5, float("nan")])).validate()
