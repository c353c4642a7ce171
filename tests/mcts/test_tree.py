"""Trees worked out by hand, and what must hold in every tree."""

import math
from dataclasses import replace

import numpy as np
import pytest
from ladder import Ladder
from numpy.typing import NDArray
from reference import Reference
from test_twin import Oracle

from tengen.games.tictactoe import TicTacToe
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts, Uniform
from tengen.mcts.forest import UNEXPANDED
from tengen.mcts.search import Search, search

GAME = TicTacToe()
LADDER = Ladder()
FLAT_PUCT = SearchConfig(policy="puct", c_init=1.0, c_base=1e9, fpu_reduction=0.0, root_fpu_reduction=0.0)


def test_four_simulations_of_puct_on_the_ladder_are_those_worked_out_by_hand() -> None:
    # Priors 1/2, leaves are worth 0; exploration counts in halves of the span of the values seen. Scores of step 0 and
    # step 1 at the root before each simulation:
    #   1.  0 and 0 (sqrt(0)): step 0, worth 1 + 0/2 = 1. One value is no span: it counts as 1.
    #   2.  1 + 1/4 against the root's mean 1/2 + 1/2: step 0, then its step 0, the end: 0, so 1 + 0/2 = 1 for step 0.
    #   3.  Values from 0 to 1: half is 1/2. 1 + 0.71/2/3 = 1.12 against 2/3 + 0.71/2 = 1.02: step 0; there
    #       0 + 1/8 against 0 + 1/4: its step 1, the end, worth 2: 1 + 2/2 = 2. Now step 0 is known to be worth 2.
    #   4.  Values from 0 to 2: half is 1. 4/3 + 0.87/4 = 1.55 against 4/4 + 0.87 = 1.87: step 1, worth 0 + 0/2 = 0.
    #       With the solver 2 + 0.87/4 = 2.22: step 0 once more.
    found = search(LADDER, LADDER.initial_state(), Uniform(), replace(FLAT_PUCT, solver=False, simulations=4))
    assert found.visits.tolist() == [[3, 1]]
    assert found.q[0].tolist() == pytest.approx([4 / 3, 0.0])
    assert found.value[0] == pytest.approx(4 / 5)
    assert found.policy[0].tolist() == pytest.approx([3 / 4, 1 / 4])
    proved = search(LADDER, LADDER.initial_state(), Uniform(), replace(FLAT_PUCT, simulations=4))
    assert proved.visits.tolist() == [[4, 0]]
    assert proved.q[0].tolist() == [2.0, 0.0]
    assert proved.lower[0].tolist() == [2.0, -math.inf]
    assert proved.upper[0].tolist() == [2.0, math.inf]
    assert proved.value[0] == 2.0


@pytest.mark.parametrize("policy", ["puct", "uct", "gumbel"])
def test_rewards_and_discounts_add_up_to_the_value_of_the_best_path(policy: str) -> None:
    found = search(
        LADDER, LADDER.initial_state(), Uniform(), SearchConfig(policy=policy, simulations=200, c_scale=0.01)
    )
    assert found.action[0] == 1
    assert found.value[0] == 4.0
    assert found.lower[0, 1] == found.upper[0, 1] == 4.0
    assert found.variations[0][0] == 1


def test_prefers_a_proven_win_to_the_most_visited_move() -> None:
    def misled(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits = np.zeros(legal.shape, np.float32)
        logits[:, 5] = 5.0  # likes c2
        return logits, np.zeros(len(legal), np.float32)

    state = GAME.parse_position("XX./OO./...")  # c3 wins
    for seed in range(5):
        found = search(GAME, state, misled, SearchConfig(policy="puct", simulations=400, c_init=3.0), seed=seed)
        assert found.visits[0].argmax() == 5
        assert found.action[0] == 2
        assert found.lower[0, 2] == found.upper[0, 2] == 1.0
        assert found.policy[0, 2] == 1.0


@pytest.mark.parametrize("policy", ["puct", "uct", "gumbel"])
def test_a_lost_root_is_marked_lost_after_its_last_child(policy: str) -> None:
    state = GAME.parse_position("X.X/.O./X.O")  # O to move; X threatens b3 and a2
    searcher = Search(GAME, Uniform(), SearchConfig(policy=policy, simulations=500))
    found = searcher.run(GAME.stack([state]))
    legal = GAME.legal_actions(state)
    assert found.value[0] == -1.0
    assert (found.upper[0, legal] == -1.0).all()
    assert found.visits[0, legal].min() >= 1
    assert found.visits[0].sum() < 50, "a solved root is searched no further"
    assert found.action[0] == found.visits[0].argmax()
    assert found.policy[0].sum() == pytest.approx(1.0)


def test_without_the_solver_nothing_is_proven() -> None:
    state = GAME.parse_position("XX./OO./...")
    found = search(GAME, state, Uniform(), SearchConfig(simulations=100, solver=False))
    assert np.isneginf(found.lower).all()
    assert np.isposinf(found.upper).all()
    assert found.visits[0].sum() == 100
    assert found.action[0] == 2


def check_sums(searcher: Search, row: int) -> None:
    """Every edge holds what its child holds, and every node what its edges hold."""
    forest = searcher._forest
    assert forest is not None
    base = row * forest.nodes_per_tree
    for index in range(base, base + forest.node_count[row]):
        node = forest.nodes[index]
        if node["edges"] == UNEXPANDED or node["tried"] == 0:
            assert node["visits"] == 0
            continue
        edges = forest.edges[node["first_edge"] : node["first_edge"] + node["tried"]]
        assert node["visits"] == edges["visits"].sum()
        assert node["value_sum"] == pytest.approx(edges["value_sum"].sum(), abs=1e-9)
        for number, edge in enumerate(edges):
            child = forest.nodes[edge["child"]]
            assert child["parent"] == index
            assert child["edge"] == node["first_edge"] + number
            total = float(child["value"]) + child["value_sum"]
            expected = edge["visits"] * child["reward"] + child["discount"] * total
            assert edge["value_sum"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("leaves", [1, 3, 8])
@pytest.mark.parametrize("policy", ["puct", "uct"])
def test_virtual_loss_leaves_no_residue(policy: str, leaves: int) -> None:
    searcher = Search(
        GAME, Oracle(1), SearchConfig(policy=policy, simulations=150, leaves=leaves, solver=False), batch=2
    )
    found = searcher.run(GAME.initial_states(2))
    assert found.visits.sum(axis=1).tolist() == [150, 150]
    check_sums(searcher, 0)
    check_sums(searcher, 1)


def test_virtual_loss_spreads_the_leaves_of_a_wave() -> None:
    sizes = []

    def count(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        sizes.append(len(legal))
        assert len(np.unique(observations, axis=0)) == len(legal)
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)

    search(GAME, GAME.initial_state(), count, SearchConfig(simulations=8, leaves=4))
    assert sizes == [1, 4, 4]


@pytest.mark.parametrize("evaluator", [Uniform(), Rollouts(2), Oracle(3)], ids=["uniform", "rollouts", "waves"])
@pytest.mark.parametrize("policy", ["puct", "uct", "gumbel"])
def test_sums_agree_over_a_whole_game_with_the_tree_kept(policy: str, evaluator: Rollouts) -> None:
    config = SearchConfig(policy=policy, simulations=60, reuse=True, solver=False, gumbel_scale=1.0)
    searcher = Search(GAME, evaluator, config, batch=3, seed=4)
    states = GAME.initial_states(3)
    kept = np.zeros(3, np.int32)
    while not all(GAME.is_over(state) for state in states):
        found = searcher.run(states)
        for row in range(3):
            check_sums(searcher, row)
            if found.action[row] >= 0:
                assert found.visits[row].sum() == kept[row] + 60
                states[row] = GAME.apply(states[row], int(found.action[row]))
        assert searcher._forest is not None
        searcher.advance(found.action)
        kept = searcher._forest.nodes["visits"][:: searcher._forest.nodes_per_tree].copy()
        assert (kept[found.action >= 0] >= 0).all()


def test_a_kept_tree_goes_on_as_if_its_root_had_always_been_there() -> None:
    oracle = Oracle(11)

    def judge(state: np.void) -> tuple[dict[int, float], float]:
        logits, value = oracle.one(GAME.observe(state), 9)
        return {int(action): float(logits[action]) for action in GAME.legal_actions(state)}, float(value)

    config = SearchConfig(policy="puct", simulations=80, reuse=True)
    twin = Reference(GAME, judge, config)
    searcher = Search(GAME, oracle, config)
    state = GAME.initial_state()
    found = searcher.run(GAME.stack([state]))
    root = twin.run(state, 80)
    for _ in range(3):
        action = int(found.action[0])
        assert found.visits[0].tolist() == [root.visits.get(move, 0) for move in range(9)]
        state = GAME.apply(state, action)
        searcher.advance(found.action)
        evaluated = searcher.evaluations
        found = searcher.run(GAME.stack([state]))
        root = twin.go_on(root.children[action], 80)
        assert searcher.evaluations - evaluated <= 80
    assert found.visits[0].tolist() == [root.visits.get(move, 0) for move in range(9)]


def test_a_tree_of_another_position_is_not_kept() -> None:
    config = SearchConfig(policy="puct", simulations=30, reuse=True)
    searcher = Search(GAME, Oracle(2), config)
    found = searcher.run(GAME.initial_states(1))
    searcher.advance(found.action)
    other = GAME.stack([GAME.parse_position("X../.O./..X")])
    again = searcher.run(other)
    assert again.visits[0].tolist() == Search(GAME, Oracle(2), config).run(other).visits[0].tolist()


def test_a_tree_that_another_evaluator_has_grown_is_not_kept() -> None:
    searcher = Search(GAME, Oracle(2), SearchConfig(policy="puct", simulations=30, reuse=True))
    states = GAME.initial_states(1)
    searcher.run(states)
    searcher.evaluator = Oracle(3)
    expected = search(GAME, states[0], Oracle(3), SearchConfig(simulations=30))
    assert searcher.run(states).visits.tolist() == expected.visits.tolist()
    assert searcher.run(states).visits.sum() == 60


def test_the_noise_of_a_kept_root_is_drawn_anew_from_the_raw_prior() -> None:
    config = SearchConfig(policy="puct", simulations=40, reuse=True, dirichlet_alpha=5.0)
    searcher = Search(GAME, Oracle(5), config)
    found = searcher.run(GAME.initial_states(1))
    state = GAME.stack([GAME.apply(GAME.initial_state(), int(found.action[0]))])
    searcher.advance(found.action)
    priors = []
    for _ in range(2):
        again = searcher.run(state)
        forest = searcher._forest
        assert forest is not None
        root = forest.nodes[0]
        slots = slice(root["first_edge"], root["first_edge"] + root["edges"])
        noisy = np.zeros(9)
        noisy[forest.actions[slots]] = forest.priors[slots]
        priors.append(noisy)
        raw = search(GAME, state[0], Oracle(5), SearchConfig(simulations=1)).prior[0]
        np.testing.assert_allclose(again.prior[0], raw, atol=1e-6)
        assert noisy.sum() == pytest.approx(1.0, abs=1e-5)
        assert np.abs(noisy - 0.75 * raw).min() >= -1e-6
        assert (noisy >= 0.75 * raw - 1e-6).all()
    assert np.abs(priors[0] - priors[1]).max() > 1e-3
