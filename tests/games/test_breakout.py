"""Breakout moves as MinAtar's does, step for step, and reads back what it writes."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import IllegalMove, InvalidMove, InvalidParameter, InvalidPosition
from tengen.games.breakout import BALL, BRICK, LEFT, PADDLE, RIGHT, STAY, TRAIL, Breakout
from tengen.games.registry import make
from tengen.games.rules import CHANCE, OVER, State

GAMES = json.loads((Path(__file__).parent / "data" / "minatar_breakout.json").read_text())
LETTERS = "slr"


def served(game: Breakout, side: int = LEFT) -> State:
    return game.apply(game.initial_state(), side)


def digits(game: Breakout, state: State) -> str:
    bits = np.packbits(game.observe(state).transpose(1, 2, 0).astype(bool))
    return f"{zlib.crc32(bits.tobytes()) & 0xFFFF:04x}"


@pytest.mark.parametrize("number", range(len(GAMES)))
def test_every_step_is_that_of_minatar(number: int) -> None:
    played = GAMES[number]
    game = Breakout(steps=0)
    state = served(game, LEFT if played["side"] == "left" else RIGHT)
    seen, rewarded = digits(game, state), []
    for step, (chosen, done) in enumerate(zip(played["chosen"], played["done"], strict=True), 1):
        assert game.player(state) == 0
        state, reward, _ = game.step(state, LETTERS.index(chosen))
        if game.player(state) == CHANCE:
            state, reward, _ = game.step(state, LETTERS.index(done))
        else:
            assert chosen == done
        if reward:
            assert reward == 1.0
            rewarded.append(step)
        seen += digits(game, state)
    assert rewarded == played["rewarded"]
    assert seen == played["seen"]
    assert game.is_over(state) == played["lost"]
    assert not game.is_truncated(state)
    assert game.returns(state).tolist() == [len(rewarded)]


def test_the_recorded_games_clear_the_wall_and_begin_another() -> None:
    assert max(len(played["rewarded"]) for played in GAMES) > 30
    assert {played["side"] for played in GAMES} == {"left", "right"}
    assert any(played["chosen"] != played["done"] for played in GAMES)


def test_chance_serves_the_ball_from_either_side() -> None:
    game = Breakout()
    start = game.initial_state()
    assert game.player(start) == CHANCE
    actions, probabilities = game.chance_outcomes(start)
    assert actions.tolist() == [LEFT, RIGHT]
    assert probabilities.tolist() == [0.5, 0.5]
    assert not game.observe(start)[[BALL, TRAIL]].any()
    left, right = game.apply(start, LEFT), game.apply(start, RIGHT)
    assert np.argwhere(game.observe(left)[BALL]).tolist() == [[3, 0]]
    assert np.argwhere(game.observe(right)[BALL]).tolist() == [[3, 9]]


def test_the_last_action_sticks_with_its_probability() -> None:
    game = Breakout(sticky=0.25)
    state = served(game)
    assert game.player(game.apply(state, STAY)) == 0, "where the last action is chosen again nothing is left to chance"
    waiting = game.apply(state, RIGHT)
    actions, probabilities = game.chance_outcomes(waiting)
    assert dict(zip(actions.tolist(), probabilities.tolist(), strict=True)) == {STAY: 0.25, RIGHT: 0.75}
    moved = game.apply(waiting, RIGHT)
    assert np.argwhere(game.observe(moved)[PADDLE]).tolist() == [[9, 5]]
    assert dict(zip(*(part.tolist() for part in game.chance_outcomes(game.apply(moved, LEFT))), strict=True)) == {
        LEFT: 0.75,
        RIGHT: 0.25,
    }


def test_nothing_sticks_without_sticky_actions() -> None:
    game = Breakout(sticky=0)
    state = served(game)
    for action in (RIGHT, LEFT, STAY, RIGHT):
        state = game.apply(state, action)
        assert game.player(state) == 0


def test_waiting_for_chance_costs_no_discount() -> None:
    game = Breakout(discount=0.9)
    start = game.step(game.initial_state(), LEFT)
    assert (start.reward, start.discount) == (0.0, 1.0)
    waiting = game.step(start.state, RIGHT)
    assert (waiting.reward, waiting.discount) == (0.0, 1.0)
    moved = game.step(waiting.state, RIGHT)
    assert (moved.reward, moved.discount) == (0.0, 0.9)


def test_a_game_that_is_cut_off_is_truncated_and_a_lost_ball_is_not() -> None:
    cut = served(Breakout(steps=2, sticky=0))
    for _ in range(2):
        cut = Breakout(steps=2, sticky=0).apply(cut, STAY)
    game = Breakout(steps=2, sticky=0)
    assert game.player(cut) == OVER
    assert game.is_truncated(cut)
    assert game.termination(cut) == "step limit"
    lost = served(Breakout(steps=6, sticky=0))
    for _ in range(6):
        lost = Breakout(steps=6, sticky=0).apply(lost, LEFT)
    game = Breakout(steps=6, sticky=0)
    assert game.is_over(lost)
    assert not game.is_truncated(lost), "the ball was lost in the very step that was the last"
    assert game.termination(lost) == "the ball is lost"
    with pytest.raises(IllegalMove, match="over"):
        game.apply(lost, LEFT)


def test_the_last_brick_brings_a_new_wall_when_the_ball_comes_down() -> None:
    game = Breakout(sticky=0)
    state = game.parse_position("#........./........../.......... paddle 7 ball 1,2 nw trail 2,3 step 10")
    state, reward, _ = game.step(state, STAY)
    assert reward == 1.0
    assert not game.observe(state)[BRICK].any()
    steps = 0
    while not game.observe(state)[BRICK].any():
        state = game.apply(state, STAY)
        steps += 1
    assert game.observe(state)[BRICK].sum() == 30
    assert steps == 7


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(1, 2), st.sampled_from([0.0, 0.1]))
def test_a_position_survives_its_text(actions: list[int], side: int, sticky: float) -> None:
    game = Breakout(sticky=sticky)
    state = served(game, side)
    for action in actions:
        again = game.parse_position(game.position_to_text(state))
        again["score"] = state["score"]
        assert all(again[name] == state[name] for name in state.dtype.names), game.position_to_text(state)
        if game.is_over(state):
            break
        legal = game.legal_actions(state)
        state = game.apply(state, int(legal[action % len(legal)]))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "one is"),
        ("##########/##########/######### paddle 4", "one is"),
        ("##########/##########/########## paddle 4 step 1001", "1000 steps at most"),
        ("##########/##########/########## paddle 4 last left", "nothing happens"),
        ("##########/##########/########## paddle 4 then left", "nothing happens"),
        ("##########/##########/########## paddle 4 ball 0,3 se trail 0,3 last left then left", "chance does not move"),
        ("##########/##########/########## paddle 4 ball 0,9 se trail 0,8 then left", "chance does not move"),
    ],
)
def test_a_wrong_position_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InvalidPosition, match=reason) as refused:
        Breakout().parse_position(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("sticky=1", "sticky=1 is not accepted"),
        ("sticky=-0.1", "sticky"),
        ("sticky=often", "sticky=often"),
        ("steps=-1", "steps"),
        ("steps=2.5", "whole number"),
        ("discount=0", "above 0"),
        ("discount=1.5", "discount"),
    ],
)
def test_a_wrong_parameter_is_refused_in_one_line(parameters: str, reason: str) -> None:
    with pytest.raises(InvalidParameter, match=reason) as refused:
        make(f"breakout:{parameters}")
    assert "\n" not in str(refused.value)


def test_actions_have_names_and_short_forms() -> None:
    game = Breakout()
    state = served(game)
    for action, words in enumerate((("stay", "s", "."), ("left", "L", "<"), ("right", "r", ">"))):
        assert [game.parse_action(state, word) for word in words] == [action] * 3
    with pytest.raises(InvalidMove, match="stay, left or right"):
        game.parse_action(state, "up")


def test_a_drawing_shows_everything() -> None:
    game = Breakout()
    state = game.parse_position("#########./##########/########## paddle 4 ball 3,5 ne trail 2,6 step 8")
    assert game.draw(state).splitlines() == [
        ". . . . . . . . . .",
        "# # # # # # # # # .",
        "# # # # # # # # # #",
        "# # # # # # # # # #",
        ". . . . . . . . . .",
        ". . . o . . . . . .",
        ". . ' . . . . . . .",
        ". . . . . . . . . .",
        ". . . . . . . . . .",
        ". . . . = . . . . .",
    ]
