"""The search by arrays against the search in plain Python."""

import math
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reference import Node, Reference, halving

from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.games.rules import CHANCE, State
from tengen.mcts.config import SearchConfig
from tengen.mcts.gumbel import HALVING_COLUMNS, WANTED
from tengen.mcts.root import begin_halving, next_wanted
from tengen.mcts.search import search


class Oracle:
    """Logits and values that look random and depend on the observation alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def one(self, observation: NDArray[np.float32], actions: int) -> tuple[NDArray[np.float32], np.float32]:
        generator = np.random.default_rng([self.seed, zlib.crc32(observation.tobytes())])
        logits = generator.normal(size=actions).astype(np.float32)
        return logits, np.float32(generator.uniform(-0.9, 0.9))

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        judged = [self.one(observation, legal.shape[1]) for observation in observations]
        return np.stack([logits for logits, _ in judged]), np.array([value for _, value in judged], np.float32)


def random_position(game: RecordGame, seed: int, plies: int) -> State:
    generator = np.random.default_rng(seed)
    state = game.initial_state()
    if game.name == "chess":
        state = game.parse_position(ENDINGS[seed % len(ENDINGS)])
    for _ in range(plies):
        after = game.apply(state, int(generator.choice(game.legal_actions(state))))
        while game.player(after) == CHANCE:
            after = game.apply(after, game.sample_outcome(after, generator))
        if game.is_over(after):
            break
        state = after
    return state


def compare(game: RecordGame, state: State, config: SearchConfig, seed: int) -> tuple[Node, Reference]:
    oracle = Oracle(seed)

    def judge(state: State) -> tuple[dict[int, float], float]:
        logits, value = oracle.one(game.observe(state), game.num_actions)
        return {int(action): float(logits[action]) for action in game.legal_actions(state)}, float(value)

    twin = Reference(game, judge, config)
    root = twin.run(state, config.simulations)
    found = search(game, state, oracle, config)
    visits = np.zeros(game.num_actions, np.int32)
    q = np.zeros(game.num_actions)
    for action in root.children:
        visits[action] = root.visits[action]
        q[action] = twin.q(root, action)
        low, high = twin.edge_bounds(root, action)
        if twin.solver:
            rounding = 1e-6 if twin.alone else 0.0  # bounds are singles, which hold -1, 0 and 1 but not -0.1
            lowest = low if low > twin.floor or low == high else -math.inf
            highest = high if high < twin.ceiling or low == high else math.inf
            assert found.lower[0, action] == pytest.approx(lowest, rel=rounding, abs=rounding)
            assert found.upper[0, action] == pytest.approx(highest, rel=rounding, abs=rounding)
    np.testing.assert_array_equal(found.visits[0], visits)
    np.testing.assert_allclose(found.q[0], q, atol=1e-5)
    low, high = twin.bounds(root)
    assert found.value[0] == pytest.approx(min(max(root.mean(), low), high), abs=1e-5, rel=1e-6)
    assert found.raw_value[0] == pytest.approx(root.value, abs=1e-6)
    assert found.policy[0].sum() == pytest.approx(1.0, abs=1e-5)
    if config.policy == "gumbel":
        improved = twin.improved(root, without_worse=True)
        expected = [improved.get(action, 0.0) for action in range(game.num_actions)]
        np.testing.assert_allclose(found.policy[0], expected, atol=1e-4)
    return root, twin


GAMES = [
    "tictactoe",
    "go:size=3,komi=0.5",
    "chess:history=1",
    "gridworld:robot",
    "gridworld:S.../.#T./...G,living=-0.1,discount=0.9",
]

ENDINGS = ["8/8/8/8/8/2k5/6q1/K7 w - - 96 90", "7k/8/5K2/6Q1/8/8/8/8 w - - 0 1", "6k1/5ppp/8/8/8/8/q7/K6R w - - 0 1"]
"""Chess begins near its end, where games end by themselves and by moves that the rules know to win."""


@pytest.mark.parametrize("name", GAMES)
@given(
    seed=st.integers(0, 10**6),
    plies=st.integers(0, 8),
    simulations=st.integers(1, 70),
    leaves=st.sampled_from([1, 1, 2, 5]),
    forced=st.sampled_from([0.0, 2.0]),
    fpu=st.sampled_from([0.0, 0.2]),
    solver=st.booleans(),
)
@settings(max_examples=100)
def test_puct_agrees_with_the_reference(
    name: str, seed: int, plies: int, simulations: int, leaves: int, forced: float, fpu: float, solver: bool
) -> None:
    game = make(name)
    assert isinstance(game, RecordGame)
    config = SearchConfig(
        policy="puct",
        simulations=simulations,
        leaves=leaves,
        forced_playouts=forced,
        fpu_reduction=fpu,
        solver=solver,
    )
    compare(game, random_position(game, seed, plies), config, seed)


@pytest.mark.parametrize("name", GAMES)
@given(
    seed=st.integers(0, 10**6),
    plies=st.integers(0, 8),
    simulations=st.integers(1, 120),
    leaves=st.sampled_from([1, 1, 2, 5]),
    c_uct=st.sampled_from([0.3, 1.0]),
    solver=st.booleans(),
)
@settings(max_examples=100)
def test_uct_agrees_with_the_reference(
    name: str, seed: int, plies: int, simulations: int, leaves: int, c_uct: float, solver: bool
) -> None:
    game = make(name)
    assert isinstance(game, RecordGame)
    config = SearchConfig(policy="uct", simulations=simulations, leaves=leaves, c_uct=c_uct, solver=solver)
    compare(game, random_position(game, seed, plies), config, seed)


@pytest.mark.parametrize("name", GAMES)
@given(
    seed=st.integers(0, 10**6),
    plies=st.integers(0, 8),
    simulations=st.integers(1, 70),
    considered=st.sampled_from([1, 2, 4, 5, 16]),
    scale=st.sampled_from([0.1, 1.0]),
    solver=st.booleans(),
)
@settings(max_examples=100)
def test_gumbel_agrees_with_the_reference(
    name: str, seed: int, plies: int, simulations: int, considered: int, scale: float, solver: bool
) -> None:
    game = make(name)
    assert isinstance(game, RecordGame)
    config = SearchConfig(policy="gumbel", simulations=simulations, considered=considered, c_scale=scale, solver=solver)
    compare(game, random_position(game, seed, plies), config, seed)


@given(considered=st.integers(1, 40), simulations=st.integers(1, 400))
def test_sequential_halving_visits_in_the_order_of_the_reference(considered: int, simulations: int) -> None:
    considered = min(considered, simulations)
    columns = np.zeros((1, HALVING_COLUMNS), np.int32)
    begin_halving(columns, 0, considered, simulations)
    sequence = []
    for _ in range(simulations):
        sequence.append(int(columns[0, WANTED]))
        next_wanted(columns, 0)
    assert sequence == halving(considered, simulations)
