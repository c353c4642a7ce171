"""Searches through an evaluator that remembers: the same trees, by other batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tengen.games import registry
from tengen.games.game import RecordGame
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import RememberingEvaluator
from tengen.mcts.result import SearchResult
from tengen.mcts.search import Search

Array = NDArray[np.float32]


def skewed(observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Priors and values that differ from position to position, and depend on nothing else."""
    flat = observations.reshape(len(observations), -1).astype(np.float64)
    code = (flat @ (7 ** (np.arange(flat.shape[1]) % 11) % 1009)).astype(np.int64)
    logits = (code[:, None] * 31 + np.arange(legal.shape[1]) * 477) % 1013
    return (logits / 500).astype(np.float32), ((code * 17 % 1009) / 1009 - 0.5).astype(np.float32)


class Notebook:
    """Judges as `skewed` does and remembers a share of it, by what the position looks like."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.known: dict[bytes, tuple[Array, float]] = {}
        self.batches: list[int] = []
        self.recalled = 0

    def __call__(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
        raise AssertionError("the search asks what is remembered first")

    def recall(self, observations: Array, asked: NDArray[np.int32], logits: Array, values: Array) -> NDArray[np.bool_]:
        found = np.zeros(len(asked), np.bool_)
        for number, row in enumerate(asked.tolist()):
            known = self.known.get(observations[row].tobytes())
            if known is not None:
                logits[row], values[row] = known
                found[number] = True
        self.recalled += int(found.sum())
        return found

    def judge(
        self, observations: Array, legal: NDArray[np.bool_], asked: NDArray[np.int32], logits: Array, values: Array
    ) -> None:
        self.batches.append(len(asked))
        logits[asked], values[asked] = skewed(observations[asked], legal[asked])
        for row in asked.tolist():
            if values[row] < self.share - 0.5:  # skewed values are even in -0.5 to 0.5
                self.known[observations[row].tobytes()] = logits[row].copy(), float(values[row])


def positions(game: RecordGame, rows: int, seed: int) -> NDArray[np.void]:
    """Some after a few random plies, all of them going on."""
    rng = np.random.default_rng(seed)
    states = []
    while len(states) < rows:
        state = game.initial_state()
        for _ in range(rng.integers(6)):
            state = game.apply(state, int(rng.choice(game.legal_actions(state))))
        if not game.is_over(state):
            states.append(state)
    return game.stack(states)


def same(one: SearchResult, other: SearchResult) -> None:
    for name in ("action", "visits", "policy", "prior", "q", "value", "raw_value"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("policy", ["gumbel", "puct"])
@pytest.mark.parametrize("text", ["tictactoe", "go:size=5"])
def test_what_is_remembered_changes_no_tree(text: str, policy: str) -> None:
    game = registry.make(text)
    assert isinstance(game, RecordGame)
    config = SearchConfig(policy=policy, simulations=20, considered=6, reuse=policy == "puct", dirichlet_alpha=10.0)
    notebook = Notebook(0.5)
    assert isinstance(notebook, RememberingEvaluator)
    plain = Search(game, skewed, config, batch=24, seed=3)
    queued = Search(game, notebook, config, batch=24, seed=3)
    states = positions(game, 24, seed=5)
    for _ in range(2):  # the second from what the first has left
        expected, found = plain.run(states), queued.run(states)
        same(expected, found)
        assert plain.evaluations == queued.evaluations
        assert sum(notebook.batches) + notebook.recalled == queued.evaluations
        plain.advance(expected.action)
        queued.advance(expected.action)
        after = [game.apply(state, int(action)) for state, action in zip(states, expected.action, strict=True)]
        states = game.stack([game.initial_state() if game.is_over(state) else state for state in after])
    assert notebook.recalled > 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=12), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 99))
def test_every_row_gets_its_own_simulations(wanted: list[int], share: float, seed: int) -> None:
    game = registry.make("go:size=5")
    assert isinstance(game, RecordGame)
    config = SearchConfig(policy="gumbel", considered=4, gumbel_scale=1.0)
    states = positions(game, len(wanted), seed)
    simulations = np.array(wanted, np.int32)
    plain = Search(game, skewed, config, batch=12, seed=seed).run(states, simulations=simulations)
    queued = Search(game, Notebook(share), config, batch=12, seed=seed).run(states, simulations=simulations)
    same(plain, queued)
    np.testing.assert_array_equal(queued.visits.sum(axis=1), simulations)


def test_batches_are_alike_where_much_is_remembered() -> None:
    game = registry.make("go:size=7")
    assert isinstance(game, RecordGame)
    notebook = Notebook(0.3)
    search = Search(game, notebook, SearchConfig(policy="gumbel", simulations=24, considered=8), batch=128, seed=1)
    states = positions(game, 128, seed=2)
    search.run(states)
    search.run(states)  # what share is remembered is learned here
    before = len(notebook.batches)
    search.run(states)
    batches = notebook.batches[before:]
    most = max(batches)
    assert most < 128
    assert sum(batch == most for batch in batches) > 0.7 * len(batches)
