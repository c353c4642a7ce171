"""The gridworld: rooms, maps, what chance does, how it ends, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from grid_twin import landings
from hypothesis import given
from hypothesis import strategies as st

import tengen as package
from tengen.cli import main
from tengen.core.errors import IllegalMove, InvalidMove, InvalidParameter, InvalidPosition, TengenError
from tengen.core.random import kernel_seeds
from tengen.games import kernels
from tengen.games.gridworld import Gridworld
from tengen.games.gridworld.rooms import ROOMS
from tengen.games.gridworld.rules import FIRST_EXIT
from tengen.games.laws import draw_actions
from tengen.games.registry import make
from tengen.games.rules import CHANCE, OVER, State

N, E, S, W = range(4)


def at(game: Gridworld, x: int, y: int) -> State:
    return game.parse_position(f"{x},{y}")


def room(text: str, **parameters: object) -> Gridworld:
    game = make(f"gridworld:{text}", **parameters)
    assert isinstance(game, Gridworld)
    return game


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


# Rooms and maps


def test_the_robots_room_is_the_books() -> None:
    game = room("robot")
    assert game.rows == ("...G", ".#.P", "S...")
    assert game.parameters == {"room": "robot", "living": -0.04, "slip": 0.2, "discount": 1.0, "steps": 1000}
    assert game.position_to_text(game.initial_state()) == "1,1 step 0"
    assert (game.pay("G"), game.pay("P"), game.pay(".")) == (1.0, -1.0, 0.0)
    assert game.text == "gridworld:robot"


@pytest.mark.parametrize("name", ROOMS)
def test_every_named_room_can_be_left_by_its_exit(name: str) -> None:
    game = room(name, steps=0)
    assert game.text == f"gridworld:{name},steps=0"
    assert not game.is_over(game.initial_state())


def test_a_map_may_be_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "map.txt", "S.#G\n..TP\n")
    game = room(path, living=-0.1, slip=0.5, discount=0.9, steps=7)
    assert game.rows == ("S.#G", "..TP")
    assert game.parameters["room"] == "S.#G/..TP", "the map itself, so that the text makes the game anywhere"
    assert (game.parameters["living"], game.parameters["slip"], game.parameters["discount"]) == (-0.1, 0.5, 0.9)
    assert make(game.text) == game
    assert (game.pay("G"), game.pay("P"), game.pay("T")) == (1.0, -1.0, -1.0)


@pytest.mark.parametrize("text", ["\n\nS.G\n\n", "S.G", "S.G   \r\n", "\ufeffS.G\n"])
def test_line_ends_and_blank_edges_of_a_file_do_not_matter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.txt"
    path.write_bytes(text.encode())
    assert room(str(path)).rows == ("S.G",)


def test_a_map_of_one_row_is_made_again_by_its_text(tmp_path: Path) -> None:
    game = room(write(tmp_path / "corridor.txt", "S...G"))
    assert make(game.text) == game
    assert room("S...G") == game


def test_digits_are_exits_that_pay_so_much() -> None:
    game = room("S0/79", living=0, discount=0.5)
    above = game.apply(game.initial_state(), S)
    assert float(game.returns(above)[0]) == pytest.approx(0.5 * 7)
    assert game.is_over(above)
    right = game.apply(game.initial_state(), E)
    assert float(game.returns(right)[0]) == 0.0
    assert game.is_over(right)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("..G/...", "has no start"),
        ("S.G/..S", "has 2 starts"),
        ("S.G/..", "is ragged: row 2 has 2 squares, row 1 has 3"),
        ("S.G/...slip", "cannot be read"),
        ("robot,slip=1.1", "slip=1.1 is not accepted: a number from 0 to 1"),
        ("robot,slip=-0.1", "slip=-0.1"),
        ("robot,slip=nan", "slip=nan"),
        ("robot,slip=often", "slip=often"),
        ("robot,discount=0", "discount=0 is not accepted: above 0"),
        ("robot,discount=1.01", "discount=1.01"),
        ("robot,living=cheap", "living=cheap"),
        ("robot,living=inf", "living=inf"),
        ("robot,steps=-1", "steps=-1"),
        ("robot,steps=1.5", "steps=1.5 is not accepted: a whole number"),
        ("robot,deterministic=maybe", "deterministic=maybe is not accepted: true or false"),
        ("robot,deterministic=true,slip=0.1", "contradict"),
        ("robot,walls=3", "unknown parameter of gridworld 'walls'"),
        ("castle", "unknown room 'castle'"),
        ("robots", "did you mean 'robot'"),
        ("no/such/map.txt", "cannot be read: No such file"),
        ("/tmp/", "cannot be read"),
        ("bad\0.txt", "cannot be read"),
        ("S#/#G,steps=0", "no exit can be reached"),
        ("S./..,steps=0", "no exit can be reached"),
        ("S" + "." * 100 + "/" + "." * 101, "too large: up to 100"),
        ("S" + "/." * 100, "too large: up to 100"),
        ("GP0123456789/S...........", "12 kinds of exits: up to 10"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(TengenError, match=reason) as refused:
        room(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("S.X\n", "has 'X' in row 1, column 3; accepted are"),
        ("S G\n", "has ' ' in row 1, column 2"),
        ("S..\n\nG..\n", "row 2 has 0 squares"),
        ("...\n", "has no start"),
    ],
)
def test_a_wrong_map_file_is_named(tmp_path: Path, content: str, reason: str) -> None:
    path = write(tmp_path / "m.txt", content)
    with pytest.raises(InvalidParameter, match=reason):
        room(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.txt"
    path.write_bytes(b"\xff\xfe\x00S")
    with pytest.raises(InvalidParameter, match="cannot be read: it is no text"):
        room(str(path))


# Steps


def test_steps_go_as_meant_or_to_either_side() -> None:
    game = room("robot")
    waiting = game.apply(at(game, 1, 1), N)
    assert game.player(waiting) == CHANCE
    assert [game.action_to_text(waiting, action) for action in game.legal_actions(waiting)] == ["N", "E", "W"]
    actions, probabilities = game.chance_outcomes(waiting)
    assert dict(zip(actions.tolist(), probabilities.tolist(), strict=True)) == pytest.approx({N: 0.8, E: 0.1, W: 0.1})
    places = [game.place(game.apply(waiting, int(action))) for action in actions]
    assert places == [(1, 0), (2, 1), (2, 0)], "to the west is a wall: bumping stays"


def test_without_slipping_chance_never_moves() -> None:
    for game in (room("robot,slip=0"), room("robot", deterministic=True), room("robot,deterministic=true")):
        state = at(game, 1, 1)
        for action in (N, N, E, E, E):
            assert game.player(state) == 0
            state = game.apply(state, action)
        assert game.is_over(state)
        assert float(game.returns(state)[0]) == pytest.approx(1 - 5 * 0.04)
        assert not game.has_chance


def test_walls_and_edges_stop_the_robot_and_cost_a_step() -> None:
    game = room("robot,slip=0")
    for x, y, action in [(1, 1, S), (1, 1, W), (1, 2, E), (2, 1, N), (1, 3, N)]:
        after, reward, discount = game.step(at(game, x, y), action)
        assert game.place(after) == game.place(at(game, x, y))
        assert (reward, discount) == (-0.04, 1.0)


def test_an_exit_pays_as_if_one_lived_on_it_for_a_step() -> None:
    game = room("robot,slip=0,discount=0.9,living=-0.5")
    after, reward, discount = game.step(at(game, 3, 3), E)
    assert reward == pytest.approx(-0.5 + 0.9)
    assert discount == 0.0
    assert game.player(after) == OVER
    after, reward, discount = game.step(at(game, 3, 2), E)
    assert reward == pytest.approx(-0.5 - 0.9)
    assert game.termination(after) == "exit"


def test_waiting_for_chance_costs_nothing() -> None:
    game = room("robot,discount=0.9")
    waiting, reward, discount = game.step(at(game, 1, 1), N)
    assert (reward, discount) == (0.0, 1.0)
    _, reward, discount = game.step(waiting, E)
    assert (reward, discount) == (-0.04, 0.9)


def test_a_trap_costs_and_puts_the_robot_back_at_the_start() -> None:
    game = room("cliff")
    after, reward, discount = game.step(game.initial_state(), E)
    assert game.place(after) == (3, 0)
    assert (reward, discount) == (-100.0, 1.0)
    assert not game.is_over(after)


def test_a_game_is_cut_off_after_its_steps_and_an_exit_in_the_last_one_is_no_cut() -> None:
    game = room("S.G,slip=0,steps=2")
    cut = game.apply(game.apply(game.initial_state(), W), W)
    assert game.is_over(cut)
    assert game.is_truncated(cut)
    assert game.termination(cut) == "step limit"
    home = game.apply(game.apply(game.initial_state(), E), E)
    assert game.is_over(home)
    assert not game.is_truncated(home)
    assert game.termination(home) == "exit"
    with pytest.raises(IllegalMove, match="over"):
        game.apply(home, E)


def test_without_a_limit_a_game_goes_on() -> None:
    game = room("S.G,slip=0,steps=0")
    state = game.initial_state()
    for _ in range(1500):
        state = game.apply(state, W)
    assert not game.is_over(state)
    assert game.position_to_text(state) == "1,1"


def test_random_play_slips_as_often_as_it_should() -> None:
    game = room("robot,slip=0.3")
    waiting = game.apply(at(game, 1, 1), N)
    drawn = np.empty(20_000, np.int32)
    draw_actions(game.stack([waiting]), kernel_seeds(np.random.default_rng(1), 1), drawn, np.empty(4, np.int32))
    shares = np.bincount(drawn, minlength=4) / len(drawn)
    assert shares == pytest.approx([0.7, 0.15, 0.0, 0.15], abs=0.01)


def test_random_games_end_at_exits_or_at_the_limit() -> None:
    game = room("robot,steps=50")
    seeds = kernel_seeds(np.random.default_rng(2), 1)
    plies, total = kernels.random_games(
        game.initial_states(1), game.initial_states(1), 500, seeds, np.empty(4, np.int32)
    )
    assert 500 * 10 < plies <= 500 * 100  # two plies a step: the robot's and chance's
    assert -1.7 < total / 500 < -0.9


# Against a slow twin, and Gymnasium


@st.composite
def maps(draw: st.DrawFn) -> list[str]:
    height, width = draw(st.sampled_from([(1, 6), (3, 4), (4, 4)]))  # every size is compiled anew
    squares = draw(st.lists(st.sampled_from("....##GPT07"), min_size=height * width, max_size=height * width))
    squares[draw(st.integers(0, height * width - 1))] = "S"
    line = "".join(squares)
    return [line[row * width : (row + 1) * width] for row in range(height)]


@given(
    rows=maps(),
    living=st.floats(-2, 2).map(lambda number: round(number, 3)),
    slip=st.sampled_from([0.0, 0.2, 2 / 3, 1.0]),
    discount=st.sampled_from([1.0, 0.9]),
)
def test_every_step_is_that_of_the_slow_twin(rows: list[str], living: float, slip: float, discount: float) -> None:
    game = room("/".join(rows), living=living, slip=slip, discount=discount)
    assert make(game.text) == game
    for row, line in enumerate(rows):
        for column, symbol in enumerate(line):
            if symbol not in ".S":
                continue
            state = at(game, column + 1, len(rows) - row)
            for action in range(4):
                _check_step(game, state, action, rows, (row, column))


def _check_step(game: Gridworld, state: State, action: int, rows: list[str], place: tuple[int, int]) -> None:
    living, slip, discount = (float(str(game.parameters[name])) for name in ("living", "slip", "discount"))
    expected = landings(rows, place, "NESW"[action], living=living, slip=slip, discount=discount)
    if slip == 0:
        outcomes = [(action, 1.0, state)]
    else:
        waiting = game.apply(state, action)
        assert game.player(waiting) == CHANCE
        actions, probabilities = game.chance_outcomes(waiting)
        assert abs(probabilities.sum() - 1) < 1e-12
        outcomes = [(int(a), float(p), waiting) for a, p in zip(actions, probabilities, strict=True)]
    assert len(outcomes) == len(expected)
    for landing in expected:
        outcome, probability, before = next(found for found in outcomes if "NESW"[found[0]] == landing.direction)
        after, reward, factor = game.step(before, outcome)
        assert probability == pytest.approx(landing.probability)
        assert game.place(after) == landing.place
        assert reward == pytest.approx(landing.reward)
        assert factor == (0.0 if landing.exit else discount)
        assert game.is_over(after) == landing.exit
        assert not game.is_truncated(after)


@given(rows=maps(), choices=st.lists(st.integers(0, 3), max_size=40), slip=st.sampled_from([0.0, 0.5]))
def test_a_position_survives_its_text_and_its_planes_show_the_map(
    rows: list[str], choices: list[int], slip: float
) -> None:
    game = room("/".join(rows), slip=slip)
    state = game.initial_state()
    for choice in choices:
        again = game.parse_position(game.position_to_text(state))
        again["total"] = state["total"]
        assert all(again[name].tobytes() == state[name].tobytes() for name in state.dtype.names)
        planes = game.observe(state)
        assert np.argwhere(planes[0]).tolist() == [list(game.place(state))]
        assert planes[1].tolist() == [[square == "#" for square in row] for row in rows]
        legal = game.legal_actions(state)
        if len(legal) == 0:
            break
        state = game.apply(state, int(legal[choice % len(legal)]))


def test_planes_show_what_squares_pay_by_the_largest() -> None:
    game = room("S9/5P", living=0)
    planes = game.observe(game.initial_state())
    assert planes[2].tolist() == pytest.approx(np.array([[0, 1], [5 / 9, 0]]))
    assert planes[3].tolist() == pytest.approx(np.array([[0, 0], [0, 1 / 9]]))


@given(rows=maps())
def test_a_way_out_is_needed_only_where_steps_are_not_limited(rows: list[str]) -> None:
    text = "/".join(rows)
    game = room(text, slip=0)
    places, found = {game.place(game.initial_state())}, False
    waiting = [game.initial_state()]
    while waiting:
        state = waiting.pop()
        for action in range(4):
            after = game.apply(state, action)
            found |= game.is_over(after)
            if not game.is_over(after) and game.place(after) not in places:
                places.add(game.place(after))
                after["steps"] = 0
                waiting.append(after)
    if found:
        room(text, steps=0)
    else:
        with pytest.raises(InvalidParameter, match="no exit can be reached"):
            room(text, steps=0)


THEIR_ACTIONS = {"FrozenLake-v1": [W, S, E, N], "CliffWalking-v1": [N, E, S, W]}
"""Their actions 0 to 3 as ours."""


@pytest.mark.parametrize(("identifier", "name"), [("FrozenLake-v1", "frozen-lake"), ("CliffWalking-v1", "cliff")])
def test_the_transitions_are_those_of_gymnasium(identifier: str, name: str) -> None:
    gymnasium = pytest.importorskip("gymnasium")
    theirs = gymnasium.make(identifier).unwrapped.P
    game = room(name, discount=1)
    height, width = len(game.rows), len(game.rows[0])
    compared = 0
    for row in range(height):
        for column in range(width):
            if game.rows[row][column] not in ".S":
                continue
            state = at(game, column + 1, height - row)
            for number, action in enumerate(THEIR_ACTIONS[identifier]):
                expected: dict[tuple[int, float, bool], float] = {}
                for probability, place, reward, ended in theirs[row * width + column][number]:
                    ending = (int(place), float(reward), bool(ended))
                    expected[ending] = expected.get(ending, 0.0) + probability
                assert _endings(game, state, action) == pytest.approx(expected)
                compared += 1
    assert compared == 4 * sum(row.count(".") + row.count("S") for row in game.rows)


def _endings(game: Gridworld, state: State, action: int) -> dict[tuple[int, float, bool], float]:
    """Probabilities of (place, reward, whether it is an exit) after an action."""
    found: dict[tuple[int, float, bool], float] = {}
    waiting = game.apply(state, action)
    if game.player(waiting) != CHANCE:
        endings = [(action, 1.0, state)]
    else:
        actions, chances = game.chance_outcomes(waiting)
        endings = [(int(outcome), float(chance), waiting) for outcome, chance in zip(actions, chances, strict=True)]
    for outcome, chance, before in endings:
        after, reward, _ = game.step(before, outcome)
        row, column = game.place(after)
        ending = (row * len(game.rows[0]) + column, round(reward, 9), game.is_over(after))
        found[ending] = found.get(ending, 0.0) + chance
    return found


def test_the_slippery_lake_has_no_living_reward_and_the_cliff_no_chance() -> None:
    assert room("frozen-lake").parameters["slip"] == pytest.approx(2 / 3)
    assert room("frozen-lake").parameters["living"] == 0.0
    assert not room("cliff").has_chance
    assert (room("four-rooms").observe(room("four-rooms").initial_state())[1]).sum() == 13 * 13 - 104


# Notation and commands


def test_directions_have_many_names() -> None:
    game = room("robot")
    state = game.initial_state()
    for action, words in enumerate(("N n north UP ^ ↑", "E right >", "S down v", "W left <")):
        assert [game.parse_action(state, word) for word in words.split()] == [action] * len(words.split())
    with pytest.raises(InvalidMove, match="N, E, S or W"):
        game.parse_action(state, "northwest")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "x,y such as 1,1"),
        ("1", "x,y such as 1,1"),
        ("0,1", "a wall or outside"),
        ("5,1", "a wall or outside"),
        ("2,2", "a wall or outside"),
        ("1,1 step 1001", "1000 steps at most"),
        ("4,3>N", "chance does not move there"),
        ("1,1step 3", "x,y such as 1,1"),
    ],
)
def test_a_wrong_position_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InvalidPosition, match=reason):
        room("robot").parse_position(text)


def test_nobody_stays_on_a_trap_nor_waits_for_chance_where_there_is_none() -> None:
    with pytest.raises(InvalidPosition, match="trap"):
        room("cliff").parse_position("2,1")
    with pytest.raises(InvalidPosition, match="chance does not move"):
        room("robot,slip=0").parse_position("1,1>N")


def test_a_drawing_shows_the_robot_on_the_map() -> None:
    game = room("robot")
    assert game.draw(at(game, 3, 2)) == ". . . G\n. # @ P\nS . . ."


def test_the_state_is_read_only_through_the_game() -> None:
    game = room("robot")
    first, second = game.initial_state(), game.initial_state()
    first["place"] = 0
    assert game.place(second) == (2, 0)
    assert (np.unique(second["grid_cells"]) >= FIRST_EXIT).sum() == 2


def tengen(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_the_commands_know_the_games_for_one() -> None:
    listed = {game["name"]: game for game in json.loads(tengen("games", "--json").stdout)}
    assert listed["gridworld"]["players"] == listed["breakout"]["players"] == 1
    assert listed["gridworld"]["actions"] == 4
    assert listed["gridworld"]["observation"] == [4, 3, 4]
    assert listed["breakout"]["observation"] == [4, 10, 10]
    assert "four-rooms" not in tengen("games").stdout
    assert "gridworld" in tengen("games").stdout


def test_perft_counts_what_the_robot_and_chance_can_do() -> None:
    # four directions, three outcomes of each, four directions again: no exit is within two steps of the start
    assert [json.loads(tengen("perft", "gridworld", str(depth), "--json").stdout)["nodes"] for depth in range(4)] == [
        1,
        4,
        12,
        48,
    ]
    found = json.loads(tengen("perft", "gridworld:robot,slip=0", "2", "--position", "3,3", "--divide", "--json").stdout)
    assert found["divide"] == {"N": 4, "E": 0, "S": 4, "W": 4}


def test_the_package_makes_it() -> None:
    game = package.make("gridworld:robot,living=-0.1")
    state = game.apply(game.initial_state(), game.parse_action(game.initial_state(), "N"))
    assert game.player(state) == CHANCE
