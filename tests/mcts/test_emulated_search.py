"""The search over games that are played by a simulator."""

from dataclasses import replace

import numpy as np
import pytest
from corridor import Emulated, RecordSimulator, Walk
from numpy.typing import NDArray
from test_chance import room
from test_twin import Oracle

from tengen.agents.load import load_agent
from tengen.games.emulated import EmulatedGame
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.emulated import EmulatedStates
from tengen.mcts.evaluator import Rollouts
from tengen.mcts.search import Search, search

POLICIES = ("puct", "uct", "gumbel")
ROOM = room("S.../.#T./...G,living=-0.1,discount=0.9")


def simulator_of(searcher: Search) -> RecordSimulator:
    assert isinstance(searcher._states, EmulatedStates)
    simulator = searcher._states.simulator
    assert isinstance(simulator, RecordSimulator)
    return simulator


@pytest.mark.parametrize("open_loop", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
def test_an_emulated_game_is_searched_as_its_record_is(policy: str, open_loop: bool) -> None:
    game = Emulated(ROOM)
    config = SearchConfig(policy=policy, simulations=120, gumbel_scale=1.0, open_loop=open_loop)
    record = Search(ROOM, Oracle(3), config, batch=2, seed=1).run(ROOM.initial_states(2))
    emulated = Search(game, Oracle(3), config, batch=2, seed=1).run([game.initial_state(), game.initial_state()])
    for name in ("action", "visits", "policy", "q", "value"):
        np.testing.assert_allclose(getattr(emulated, name), getattr(record, name), atol=1e-6, err_msg=name)


def test_where_nothing_is_left_to_chance_open_loop_finds_what_closed_loop_does() -> None:
    config = SearchConfig(policy="puct", simulations=150, solver=False)
    closed = search(ROOM, ROOM.initial_state(), Oracle(3), config)
    opened = search(ROOM, ROOM.initial_state(), Oracle(3), replace(config, open_loop=True))
    assert opened.visits.tolist() == closed.visits.tolist()
    np.testing.assert_allclose(opened.q, closed.q, atol=1e-6)


def test_a_node_is_saved_once_and_gone_back_to_only_from_elsewhere() -> None:
    game = Emulated(room("S.../..../....,living=-1"))

    def ahead(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.tile(np.float32([-50, 50, -50, -50]), (len(legal), 1)), np.zeros(len(legal), np.float32)

    searcher = Search(game, ahead, SearchConfig(policy="puct", simulations=10, c_init=100.0))
    state = game.initial_state()
    simulator = simulator_of(searcher)
    searcher.run([state])
    assert simulator.steps == 10
    assert simulator.saves == 10
    assert simulator.restores == 1, "each simulation goes on from where the last one ended"
    rollouts = Search(game, Rollouts(2), SearchConfig(policy="uct", simulations=10, rollout_plies=5))
    simulator = simulator_of(rollouts)
    rollouts.run([state])
    assert simulator.steps == 10 + 11 * 2 * 5
    assert simulator.saves == 10
    assert simulator.restores == 11 * 2, "once to each node's parent, and once before the second rollout"
    assert rollouts.seconds_in_snapshots > 0.0


def test_in_open_loop_only_the_root_is_gone_back_to() -> None:
    game = Emulated(ROOM)
    searcher = Search(game, Rollouts(), SearchConfig(policy="uct", simulations=30, rollout_plies=3, open_loop=True))
    simulator = simulator_of(searcher)
    searcher.run([game.initial_state()])
    assert simulator.saves == 0
    assert simulator.restores == 31


def test_rollouts_end_with_the_game() -> None:
    game = Emulated(room("SG../####/####,living=-1,discount=0.5"))
    found = search(game, game.initial_state(), Rollouts(4), SearchConfig(policy="uct", simulations=50))
    assert found.action[0] == 1
    assert found.q[0, 1] == pytest.approx(-1 + 0.5)
    assert found.lower[0, 1] == found.upper[0, 1] == pytest.approx(-1 + 0.5)


@pytest.mark.parametrize("open_loop", [False, True])
def test_the_tree_of_an_emulated_game_is_kept_from_move_to_move(open_loop: bool) -> None:
    game = Emulated(ROOM)
    config = SearchConfig(policy="puct", simulations=60, reuse=True, open_loop=open_loop, solver=False)
    searcher = Search(game, Oracle(5), config, batch=2)
    states = [game.initial_state(), game.initial_state()]
    kept = np.zeros(2, np.int32)
    for _ in range(6):
        found = searcher.run(states)
        assert found.visits.sum(axis=1).tolist() == (kept + 60).tolist()
        states = [game.apply(state, int(action)) for state, action in zip(states, found.action, strict=True)]
        searcher.advance(found.action)
        assert searcher._forest is not None
        kept = searcher._forest.nodes["visits"][:: searcher._forest.nodes_per_tree].copy()
        assert (kept > 0).all()
    fresh = Search(game, Oracle(5), config).run(states[:1])
    searcher.advance(np.array([0, 0], np.int32))
    elsewhere = searcher.run([states[0], states[1]])
    assert elsewhere.visits[0].tolist() == fresh.visits[0].tolist(), "a tree of another position is not kept"


def test_rows_of_an_emulated_game_do_not_influence_each_other() -> None:
    game = Emulated(ROOM)
    state = game.initial_state()
    states = [state, game.apply(state, 0), game.apply(state, 1)]
    for evaluator in (Oracle(2), Rollouts()):
        config = SearchConfig(policy="uct", simulations=40, rollout_plies=10)
        three = Search(game, evaluator, config, batch=3, seed=4).run(states)
        two = Search(game, evaluator, config, batch=5, seed=4).run([states[0], state, states[2]])
        np.testing.assert_array_equal(three.visits[[0, 2]], two.visits[[0, 2]])
        np.testing.assert_array_equal(three.q[[0, 2]], two.q[[0, 2]])


def test_luck_is_averaged_over_and_not_foreseen() -> None:
    game = Walk()
    for seed in range(3):  # a search that restored the luck too would see all of it
        found = search(game, game.start(seed), Rollouts(), SearchConfig(policy="uct", simulations=1500, c_uct=2.0))
        assert found.action[0] == 1
        assert 0.9 < found.q[0, 1] < 1.6, "half a point for each of three steps, less what is tried of the other action"


def test_a_finished_emulated_game_is_left_alone() -> None:
    game = Emulated(room("SG../..../...."))
    state = game.initial_state()
    found = Search(game, Oracle(1), SearchConfig(simulations=20), batch=2).run([game.apply(state, 1), state])
    assert found.action[0] == -1
    assert found.visits[0].sum() == 0


def looks_ahead(game: EmulatedGame, text: str, seed: int) -> float:
    """The return of an agent that plays a game to its end."""
    agent = load_agent(text, game, seed=seed)
    state = game.start(seed)
    agent.new_game(state, seed=seed)
    while not game.is_over(state):
        action = agent.act(state)
        after = game.apply(state, action)
        agent.notify(state, action, after)
        state = after
    return float(game.returns(state)[0])


@pytest.mark.slow
def test_uct_balances_the_pole_without_learning() -> None:
    pytest.importorskip("gymnasium")
    game = make("gym:CartPole-v1")
    assert isinstance(game, EmulatedGame)
    assert [looks_ahead(game, "uct:sims=60", seed) for seed in range(3)] == [500.0, 500.0, 500.0]


def test_uct_keeps_a_pole_up_for_a_while() -> None:
    pytest.importorskip("gymnasium")
    game = make("gym:CartPole-v1,steps=80")
    assert isinstance(game, EmulatedGame)
    assert looks_ahead(game, "uct:sims=40", 0) == 80.0


def test_a_network_is_asked_about_all_roots_at_once() -> None:
    asked = []

    def judge(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        asked.append(len(legal))
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)

    game = Emulated(ROOM)
    states = [game.initial_state()] * 4
    Search(game, judge, SearchConfig(policy="gumbel", simulations=8), batch=4).run(states)
    assert asked == [4] * 9
