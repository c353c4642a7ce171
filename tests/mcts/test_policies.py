"""Each selection policy improves on its prior; noise, temperature, forced playouts."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from test_twin import Oracle, random_position

from tengen.core.errors import InvalidParameter
from tengen.games.tictactoe import TicTacToe
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts, Uniform
from tengen.mcts.search import Search, search

GAME = TicTacToe()
ROWS = 400


@cache
def worth(text: str) -> float:
    """The exact value of a position for the player to move."""
    state = GAME.parse_position(text)
    if GAME.is_over(state):
        return float(GAME.returns(state)[0]) * (1 if state["ply"] % 2 == 0 else -1)
    return float(worths(text)[GAME.legal_actions(state)].max())


@cache
def worths(text: str) -> NDArray[np.float64]:
    """The exact value of each action [9], 0 where illegal."""
    state = GAME.parse_position(text)
    values = np.zeros(9)
    for action in GAME.legal_actions(state):
        values[action] = -worth(GAME.position_to_text(GAME.apply(state, int(action))))
    return values


class Wise:
    """Logits at random, values exact."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits, values = Oracle(9)(observations, legal)
        for row, planes in enumerate(observations):
            own, other = planes[0].ravel(), planes[1].ravel()
            mine = "XO"[int(own.sum() != other.sum())]
            yours = "XO"[mine == "X"]
            values[row] = worth("".join(mine if a else yours if b else "." for a, b in zip(own, other, strict=True)))
        return logits, values


@pytest.mark.parametrize("solver", [False, True])
@pytest.mark.parametrize(
    ("policy", "simulations"),
    [("gumbel", 2), ("gumbel", 4), ("gumbel", 16), ("puct", 16), ("puct", 64), ("uct", 64)],
)
def test_search_improves_on_its_prior(policy: str, simulations: int, solver: bool) -> None:
    states = GAME.stack([random_position(GAME, seed, seed % 5) for seed in range(ROWS)])
    exact = np.stack([worths(GAME.position_to_text(state)) for state in states])
    config = SearchConfig(policy=policy, simulations=simulations, gumbel_scale=1.0, solver=solver)
    found = Search(GAME, Wise(), config, batch=ROWS, seed=2).run(states)
    before = (found.prior * exact).sum(axis=1)
    by_policy = (found.policy * exact).sum(axis=1)
    by_action = exact[np.arange(ROWS), found.action]
    # The gain must stand out of its standard error, over rows, by far.
    for after in (by_policy, by_action):
        gain = after - before
        assert gain.mean() > 4 * gain.std() / np.sqrt(ROWS)


def test_one_simulation_of_gumbel_samples_the_prior() -> None:
    config = SearchConfig(policy="gumbel", simulations=1, gumbel_scale=1.0)
    rows = 4000
    found = Search(GAME, Oracle(1), config, batch=rows, seed=3).run(GAME.initial_states(rows))
    drawn = np.bincount(found.action, minlength=9) / rows
    np.testing.assert_allclose(drawn, found.prior[0], atol=0.035)  # more than four standard errors


def test_gumbel_without_noise_is_deterministic_and_takes_the_best_of_those_considered() -> None:
    config = SearchConfig(policy="gumbel", simulations=16, considered=4, solver=False)
    first = Search(GAME, Oracle(1), config, seed=1).run(GAME.initial_states(1))
    second = Search(GAME, Oracle(1), config, seed=2).run(GAME.initial_states(1))
    assert first.visits.tolist() == second.visits.tolist()
    assert set(np.flatnonzero(first.visits[0])) == set(np.argsort(-first.prior[0])[:4])
    assert sorted(first.visits[0])[-4:] == [2, 2, 6, 6]


def test_dirichlet_noise_has_the_mean_and_spread_of_its_concentration() -> None:
    rows = 3000
    fraction, total = 1.0, 6.0
    config = SearchConfig(simulations=1, dirichlet_alpha=total, dirichlet_fraction=fraction)
    searcher = Search(GAME, Oracle(1), config, batch=rows, seed=3)
    searcher.run(GAME.initial_states(rows))
    forest = searcher._forest
    assert forest is not None
    noise = np.zeros((rows, 9))
    for row in range(rows):
        first = forest.nodes[row * forest.nodes_per_tree]["first_edge"]
        noise[row, forest.actions[first : first + 9]] = forest.priors[first : first + 9]
    np.testing.assert_allclose(noise.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(noise.mean(axis=0), 1 / 9, atol=0.01)
    variance = (1 / 9) * (8 / 9) / (total + 1)
    np.testing.assert_allclose(noise.var(axis=0), variance, rtol=0.2)


def test_temperature_draws_by_visits_and_zero_takes_the_most_visited() -> None:
    rows = 4000
    states = GAME.initial_states(rows)
    config = SearchConfig(simulations=40, temperature=1.0, solver=False)
    found = Search(GAME, Oracle(4), config, batch=rows, seed=1).run(states)
    drawn = np.bincount(found.action, minlength=9) / rows
    np.testing.assert_allclose(drawn, found.visits[0] / 40, atol=0.035)
    cold = SearchConfig(simulations=40, temperature=0.5, solver=False)
    sharper = np.bincount(Search(GAME, Oracle(4), cold, batch=rows, seed=1).run(states).action, minlength=9) / rows
    squares = found.visits[0].astype(float) ** 2
    np.testing.assert_allclose(sharper, squares / squares.sum(), atol=0.035)
    best = search(GAME, GAME.initial_state(), Oracle(4), SearchConfig(simulations=40, solver=False))
    assert best.action[0] == best.visits[0].argmax()


def test_with_a_lower_bound_the_action_is_the_best_by_value_less_doubt_of_those_visited_enough() -> None:
    state = GAME.initial_state()
    unlike = 0
    for seed in range(40):
        found = search(GAME, state, Oracle(seed), SearchConfig(simulations=60, solver=False, c_lcb=0.6))
        visits, q = found.visits[0].astype(float), found.q[0]
        bound = np.where(visits >= 0.1 * visits.max(), q - 0.6 / np.sqrt(np.maximum(visits, 1.0)), -np.inf)
        assert found.action[0] == bound.argmax()
        plain = search(GAME, state, Oracle(seed), SearchConfig(simulations=60, solver=False))
        assert plain.action[0] == visits.argmax()
        np.testing.assert_array_equal(plain.visits, found.visits)
        unlike += int(found.action[0] != plain.action[0])
    assert unlike > 0


def test_forced_playouts_visit_more_actions_and_are_pruned_from_the_policy() -> None:
    state = GAME.initial_state()
    plain = search(GAME, state, Oracle(6), SearchConfig(simulations=200, solver=False))
    forced = search(GAME, state, Oracle(6), SearchConfig(simulations=200, solver=False, forced_playouts=8.0))
    tried = np.flatnonzero(forced.visits[0])
    best = forced.visits[0].argmax()
    others = tried[tried != best]
    assert (forced.visits[0, others] >= np.floor(np.sqrt(8.0 * forced.prior[0, others] * 190)) - 1).all()
    assert forced.visits[0].max() < plain.visits[0].max()
    weights = forced.policy[0] * forced.visits[0].max() / forced.policy[0].max()
    assert weights[best] == pytest.approx(forced.visits[0, best])
    assert (weights <= forced.visits[0] + 1e-3).all()
    assert weights.sum() < 190
    scale = (1.25 + np.log((200 + 19652 + 1) / 19652)) * np.sqrt(200)
    top = forced.q[0, best] + scale * forced.prior[0, best] / (1 + forced.visits[0, best])
    for action in others:
        enough = np.ceil(scale * forced.prior[0, action] / (top - forced.q[0, action]) - 1)
        expected = min(forced.visits[0, action], max(0, enough))
        assert weights[action] == pytest.approx(expected if expected > 1 else 0, abs=1e-3)


@pytest.mark.parametrize("policy", ["puct", "uct", "gumbel"])
@pytest.mark.parametrize("evaluator", [Uniform(), Rollouts(), Oracle(1)], ids=["uniform", "rollouts", "waves"])
@pytest.mark.parametrize("simulations", [1, 2, 3])
def test_few_simulations_are_enough_for_an_answer(policy: str, evaluator: Evaluator, simulations: int) -> None:
    found = search(GAME, GAME.initial_state(), evaluator, SearchConfig(policy=policy), seed=1)
    assert 0 <= found.action[0] < 9
    few = Search(GAME, evaluator, SearchConfig(policy=policy, solver=False)).run(
        GAME.initial_states(1), simulations=simulations
    )
    assert few.visits[0].sum() == simulations
    assert few.visits[0, few.action[0]] >= 1
    assert few.policy[0].sum() == pytest.approx(1.0, abs=1e-5)


def test_a_budget_below_one_and_too_many_positions_are_refused() -> None:
    searcher = Search(GAME, Uniform(), SearchConfig(), batch=1)
    with pytest.raises(InvalidParameter, match="simulations=0"):
        searcher.run(GAME.initial_states(1), simulations=0)
    with pytest.raises(InvalidParameter, match="2 positions"):
        searcher.run(GAME.initial_states(2))
    with pytest.raises(InvalidParameter, match="batch=0"):
        Search(GAME, Uniform(), SearchConfig(), batch=0)


def test_an_evaluator_that_gives_no_numbers_is_noticed() -> None:
    def broken(
        observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.full(legal.shape, np.nan, np.float32), np.zeros(len(legal), np.float32)

    with pytest.raises(FloatingPointError, match="finite"):
        search(GAME, GAME.initial_state(), broken, SearchConfig(simulations=4))
