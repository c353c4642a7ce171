"""Exact solutions of record games: the lecture's rooms, games explored, and utilities without bound."""

import json
import re
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import tengen
from oracles import oracle
from tengen.baselines.model import explore
from tengen.baselines.value_iteration import settle, solve
from tengen.cli import main
from tengen.core.errors import InvalidParameter
from tengen.games.rules import CHANCE, OVER

ROOMS = ("deterministic-r-0.04-g1", "stochastic-r-2.0-g1", "stochastic-r-0.1-g1", "stochastic-r-0.04-g1")
PATIENT = ("stochastic-r0.01-g0.99", "stochastic-r0.01-g0.999", "stochastic-r0.01-g0.9")


def room(name: str) -> dict[str, Any]:
    lines = map(json.loads, oracle("gridworld/robot_room.jsonl").read_text().splitlines())
    return next(line for line in lines if line["id"] == f"rn-{name}")


def text_of(found: dict[str, Any]) -> str:
    return f"gridworld:robot,living={found['living_reward']},slip={found['noise']},discount={found['gamma']}"


def learn(*words: str) -> Any:
    return CliRunner().invoke(main, ["learn", *words])


@pytest.mark.parametrize("name", ROOMS + PATIENT)
def test_the_lectures_rooms_have_their_utilities_and_all_their_arrows(name: str) -> None:
    wanted = room(name)
    result = learn("value-iteration", text_of(wanted), "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    for column, row, utility in wanted["utilities"]:
        assert found["utilities"][3 - row][column - 1] == pytest.approx(utility, abs=1e-6)
    for column, row, arrows in wanted["optimal_actions"]:
        assert sorted(found["policy"][3 - row][column - 1]) == sorted(arrows)
    assert found["utilities"][1][1] is None
    assert found["policy"][1][1] is None
    assert found["policy"][0][3] == found["policy"][1][3] == []


def test_utilities_that_grow_without_end_are_one_line() -> None:
    assert room("stochastic-r0.01-g1")["diverges"]
    result = learn("value-iteration", "gridworld:robot,living=0.01,discount=1")
    assert result.exit_code == 2
    assert re.fullmatch(r"tengen: the utilities of gridworld:robot,living=0.01 .* discount below 1\n", result.stderr)


def test_a_room_that_nobody_would_leave_has_no_utilities() -> None:
    with pytest.raises(InvalidParameter, match="have no bound: with discount=1 they grow"):
        solve(tengen.make("gridworld:robot,living=0.000001"))


def test_a_room_that_nobody_can_leave_has_none_either() -> None:
    model = explore(tengen.make("gridworld:SG/..,living=-2,slip=0"))
    inside = model.players[model.after] != OVER
    for edge in np.flatnonzero(~inside):  # its door is walled up
        model.after[edge] = np.searchsorted(model.first, edge, side="right") - 1
        model.discounts[edge] = 1.0
    with pytest.raises(InvalidParameter, match="have no bound: with discount=1 they fall"):
        settle(model)


def test_a_long_way_to_the_only_end_is_worth_what_it_costs() -> None:
    corridor = "S" + "." * 98 + "G"
    assert solve(tengen.make(f"gridworld:{corridor}/{'#' * 100},living=-1")).values[0] == pytest.approx(-98)


def test_a_cheap_life_falls_for_long_before_a_dear_exit_pays() -> None:
    solution = solve(tengen.make("gridworld:SP/##,living=-0.0001,slip=0"))
    assert solution.values[0] == pytest.approx(-1.0001)


def test_other_rooms_have_the_values_of_their_books() -> None:
    assert solve(tengen.make("gridworld:cliff")).values[0] == -13.0
    frozen = solve(tengen.make("gridworld:frozen-lake"))
    assert frozen.values[0] == pytest.approx(0.5420 * 0.99, abs=1e-4)  # an exit pays a step later than there


@pytest.mark.parametrize("text", ["gridworld:robot", "gridworld:four-rooms,slip=0.1"])
def test_every_position_is_found_once_with_all_that_can_follow(text: str) -> None:
    game = tengen.make(text, steps=0)
    model = explore(game)
    known, waiting = {game.key(game.initial_state())}, [game.initial_state()]
    while waiting:
        state = waiting.pop()
        place = model.place_of(state)
        edges = slice(model.first[place], model.first[place + 1])
        assert model.actions[edges].tolist() == game.legal_actions(state).tolist()
        assert model.players[place] == game.player(state)
        if game.player(state) == CHANCE:
            assert model.probabilities[edges].tolist() == game.chance_outcomes(state)[1].tolist()
        for edge in range(edges.start, edges.stop):
            after, reward, discount = game.step(state, int(model.actions[edge]))
            assert model.after[edge] == model.place_of(after)
            assert (model.rewards[edge], model.discounts[edge]) == (reward, discount)
            if game.key(after) not in known:
                known.add(game.key(after))
                waiting.append(after)
    assert len(model.keys) == len(known) == len(np.unique(model.keys))
    assert (model.players == OVER).any()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["value-iteration", "tictactoe"], "tictactoe is a game for two"),
        (["value-iteration", "gridworld:robot", "--steps", "5"], "value iteration is exact"),
        (["value-iteration", "gridworld:nowhere"], "unknown room 'nowhere'"),
        (["value-iterations", "gridworld:robot"], "unknown method 'value-iterations'; did you mean 'value-iteration'"),
        (["value-iteration"], "name a method and an environment"),
    ],
)
def test_what_cannot_be_solved_is_said_in_one_line(words: list[str], said: str) -> None:
    result = learn(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
