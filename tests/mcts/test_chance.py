"""Chance, rewards and discounts in a search for one player."""

from dataclasses import replace

import numpy as np
import pytest
from dice import Dice
from numpy.typing import NDArray
from test_search import Even, skewed

from tengen.core.errors import InvalidPosition
from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts, Uniform
from tengen.mcts.search import Search, search

DICE = Dice()
POLICIES = ("puct", "uct", "gumbel")


def room(text: str) -> RecordGame:
    """A gridworld. All here are 4 by 3, as each size has kernels of its own to compile."""
    game = make(f"gridworld:{text}")
    assert isinstance(game, RecordGame)
    return game


def test_nine_simulations_of_puct_at_the_dice_are_those_worked_out_by_hand() -> None:
    # Priors 1/2, leaves are worth 0, c = 4. The score of an action is Q + 4 * sqrt(N) / 2 / (1 + n) * half, half being
    # half the span of the values seen, 1 before there is one.
    #   1.  Action 0, which pays 1.
    #   2.  1 + 2/2 = 2 against the root's mean 1/2 + 2: action 1; chance: outcome 0 is due, a leaf. Worth 0/2 = 0, so
    #       values span 0 to 1 and half is 1/2.
    #   3. to 8.: 1 + sqrt(N) / N against 0 + sqrt(N) / 2, with one visit of action 1: action 0 while N < 8.
    #   9.  1 + 2.83/8 = 1.35 against 2.83/2 = 1.41: action 1; chance has moved once: 3/4 * 2 - 1 against 1/4 * 2, so
    #       outcome 0 once more; there action 0, which pays 2. Worth 2/2 = 1, the mean of action 1 is 1/2.
    config = SearchConfig(policy="puct", simulations=9, c_init=4.0, c_base=1e9, fpu_reduction=0.0, root_fpu_reduction=0)
    found = search(DICE, DICE.initial_state(), Uniform(), config)
    assert found.visits.tolist() == [[7, 2]]
    assert found.q[0].tolist() == [1.0, 0.5]
    assert found.value[0] == pytest.approx(8 / 10)
    later = search(DICE, DICE.initial_state(), Uniform(), replace(config, simulations=8))
    assert later.visits.tolist() == [[7, 1]]


@pytest.mark.parametrize("evaluator", [Uniform(), Rollouts(), Even()], ids=["uniform", "rollouts", "waves"])
@pytest.mark.parametrize("policy", POLICIES)
def test_outcomes_are_visited_as_often_as_they_are_likely(policy: str, evaluator: Evaluator | Rollouts) -> None:
    game = room("robot")
    searcher = Search(game, evaluator, SearchConfig(policy=policy, simulations=400))
    searcher.run(game.initial_states(1))
    forest = searcher._forest
    assert forest is not None
    chances = 0
    for node in forest.nodes[: forest.node_count[0]]:
        if not node["chance"]:
            continue
        chances += 1
        edges = slice(node["first_edge"], node["first_edge"] + node["edges"])
        tried = np.arange(node["edges"]) < node["tried"]
        visits = np.where(tried, forest.edges["visits"][edges], 0)
        assert visits.sum() == node["visits"]
        assert forest.priors[edges].sum() == pytest.approx(1.0)
        assert np.abs(visits - node["visits"] * forest.priors[edges]).max() <= 1.0
    assert chances > 50


@pytest.mark.parametrize("policy", POLICIES)
def test_a_better_gamble_is_found(policy: str) -> None:
    found = search(DICE, DICE.initial_state(), Uniform(), SearchConfig(policy=policy, simulations=3000))
    assert found.action[0] == 1
    assert found.q[0, 0] == 1.0
    assert found.q[0, 1] == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize("policy", POLICIES)
def test_with_chance_too_one_kernel_and_waves_grow_the_same_tree(policy: str) -> None:
    game = room("robot")
    config = SearchConfig(policy=policy, simulations=300, gumbel_scale=1.0)
    states = game.stack([game.parse_position("1,1"), game.parse_position("3,2")])
    for open_loop in (False, True):
        config = replace(config, open_loop=open_loop)
        whole = Search(game, Uniform(), config, batch=2, seed=3).run(states)
        waves = Search(game, Even(), config, batch=2, seed=3).run(states)
        for name in ("action", "visits", "policy", "q", "value"):
            np.testing.assert_allclose(getattr(whole, name), getattr(waves, name), atol=1e-5, err_msg=name)


@pytest.mark.parametrize("open_loop", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
def test_rows_with_chance_do_not_influence_each_other(policy: str, open_loop: bool) -> None:
    game = room("robot")
    states = game.stack([game.parse_position(text) for text in ("1,1", "3,2", "2,3")])
    config = SearchConfig(policy=policy, simulations=60, gumbel_scale=1.0, open_loop=open_loop)

    def looks(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        flat = np.zeros((len(observations), 27), np.float32)
        flat[:, :24] = observations.reshape(len(observations), -1)[:, :24]
        return skewed(flat, legal)

    for evaluator in (looks, Rollouts()):
        together = Search(game, evaluator, config, batch=3, seed=5).run(states)
        others = Search(game, evaluator, config, batch=5, seed=5).run(states[[0, 2, 2, 1, 0]])
        for name in ("action", "visits", "policy", "q", "value"):
            np.testing.assert_array_equal(getattr(together, name)[[0, 2]], getattr(others, name)[[0, 2]], err_msg=name)


@pytest.mark.parametrize("transpositions", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
def test_rewards_in_another_unit_change_no_choice(policy: str, transpositions: bool) -> None:
    config = SearchConfig(policy=policy, simulations=200, transpositions=transpositions)
    small = search(DICE, DICE.initial_state(), Rollouts(), config, seed=2)
    for unit in (1024.0, 1 / 1024):
        game = Dice(unit)
        large = search(game, game.initial_state(), Rollouts(), config, seed=2)
        assert large.visits.tolist() == small.visits.tolist()
        np.testing.assert_allclose(large.policy, small.policy, atol=1e-6)
        np.testing.assert_allclose(large.q, small.q * unit, rtol=1e-5)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_shift_of_all_values_changes_no_choice(policy: str) -> None:
    """In a game that always lasts as long, so that each end is shifted by the same."""

    def shifted(amount: float) -> Evaluator:
        def judge(
            observations: NDArray[np.float32], legal: NDArray[np.bool_]
        ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            places = observations[:, 0].reshape(len(observations), -1).argmax(axis=1)
            values = (places % 4) / 4 + amount
            return np.zeros(legal.shape, np.float32), values.astype(np.float32)

        return judge

    game = room("S.../..../....,living=0,slip=0.5,discount=1")
    config = SearchConfig(policy=policy, simulations=150)
    plain = search(game, game.initial_state(), shifted(0.0), config)
    for amount in (64.0, -1024.0):
        moved = search(game, game.initial_state(), shifted(amount), config)
        assert moved.visits.tolist() == plain.visits.tolist()
        np.testing.assert_allclose(moved.q, plain.q + amount, rtol=1e-5)


def test_discounted_rewards_add_up_to_the_utility_of_a_corridor() -> None:
    # -1 for each of three steps and 1 for the exit, each counting half of the one before it
    game = room("S..G/####/####,living=-1,discount=0.5")
    exact = -1 - 0.5 - 0.25 + 0.125
    for transpositions in (False, True):
        config = SearchConfig(policy="uct", simulations=500, c_uct=2.0, transpositions=transpositions)
        found = search(game, game.initial_state(), Rollouts(), config)
        assert found.action[0] == 1
        if transpositions:
            assert found.value[0] == pytest.approx(exact, abs=1e-6)
        else:
            assert found.q[0, 1] == pytest.approx(exact, abs=0.3)


def test_a_rollout_is_cut_off_after_so_many_actions() -> None:
    for slip in (0, 0.5):
        game = room(f"S.../..../....,living=-1,discount=0.5,slip={slip}")
        for plies, expected in ((1, -1.0), (2, -1.5), (3, -1.75)):
            config = SearchConfig(policy="uct", simulations=1, rollout_plies=plies)
            assert search(game, game.initial_state(), Rollouts(3), config).raw_value[0] == expected


def test_in_open_loop_chance_is_averaged_over() -> None:
    config = SearchConfig(policy="uct", simulations=4000, open_loop=True)
    found = search(DICE, DICE.initial_state(), Rollouts(), config, seed=1)
    assert found.action[0] == 1
    assert found.q[0, 0] == 1.0
    assert found.q[0, 1] == pytest.approx(2.5, abs=0.1)


def test_equal_positions_share_what_is_found_of_them() -> None:
    config = SearchConfig(policy="uct", simulations=60, transpositions=True)
    searcher = Search(DICE, Rollouts(), config)
    found = searcher.run(DICE.initial_states(1))
    assert found.action[0] == 1
    assert found.q[0].tolist() == [1.0, 2.5]
    assert found.value[0] == 2.5
    game = room("robot,steps=0")
    searcher = Search(game, Rollouts(), replace(config, simulations=5000))
    searcher.run(game.initial_states(1))
    assert searcher.nodes <= 1 + 11 + 9 * 4, "a root, eleven squares, and what chance makes of four steps from nine"


def test_a_position_in_which_chance_moves_is_refused() -> None:
    game = room("robot")
    with pytest.raises(InvalidPosition, match="chance moves in position 2"):
        Search(game, Uniform(), SearchConfig(), batch=2).run(
            game.stack([game.initial_state(), game.parse_position("1,1>N")])
        )


def test_a_tree_is_kept_through_an_action_and_what_chance_makes_of_it() -> None:
    game = room("robot")
    searcher = Search(game, skewed_room, SearchConfig(policy="puct", simulations=200, reuse=True))
    state = game.initial_state()
    found = searcher.run(game.stack([state]))
    for _ in range(5):
        action = int(found.action[0])
        state = game.apply(state, action)
        outcome = int(game.legal_actions(state)[1])
        searcher.advance(np.array([action], np.int32))
        searcher.advance(np.array([outcome], np.int32))
        state = game.apply(state, outcome)
        kept = searcher.visits
        found = searcher.run(game.stack([state]))
        assert found.visits.sum() == kept + 200
        assert kept > 0


def skewed_room(
    observations: NDArray[np.float32], legal: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Likes to go east, and squares further to the east."""
    logits = np.zeros(legal.shape, np.float32)
    logits[:, 1] = 0.5
    return logits, observations[:, 0].argmax(axis=2).max(axis=1).astype(np.float32)
