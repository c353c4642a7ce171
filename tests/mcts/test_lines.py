"""Lines of several root actions, distances to proven ends, and roots with fewer actions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.games.rules import State
from tengen.games.tictactoe import TicTacToe
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts, Uniform
from tengen.mcts.search import Search, nodes_within

GAME = TicTacToe()


def searcher(policy: str = "uct", evaluator: Evaluator | Rollouts | None = None, seed: int = 0) -> Search:
    config = SearchConfig(simulations=2000, policy=policy, reuse=True)  # type: ignore[arg-type]
    return Search(GAME, evaluator or Uniform(), config, seed=seed)


def random_position(plies: int, seed: int) -> State:
    random = np.random.default_rng(seed)
    state = GAME.initial_state()
    for _ in range(plies):
        if not GAME.is_over(state):
            state = GAME.apply(state, int(random.choice(GAME.legal_actions(state))))
    return state


def exact(state: State) -> tuple[float, int]:
    """The value for the player to move and the plies to the end, the winner in a hurry, the loser not."""
    if GAME.is_over(state):
        return -abs(float(GAME.returns(state)[0])), 0
    below = [exact(GAME.apply(state, int(action))) for action in GAME.legal_actions(state)]
    best = min(value for value, _ in below)
    plies = [plies for value, plies in below if value == best]
    return -best, 1 + (min(plies) if best < 0 else max(plies))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**20), st.sampled_from(["uct", "puct"]), st.booleans())
def test_a_proven_line_is_played_out_in_as_many_plies_as_it_says(
    plies: int, seed: int, policy: str, rolled: bool
) -> None:
    state = random_position(plies, seed)
    if GAME.is_over(state):
        return
    search = searcher(policy, Rollouts() if rolled else Uniform(), seed)
    lines = search.lines(search.run(GAME.stack([state])), 9)
    value, _ = exact(state)
    assert not value or lines[0].plies is not None
    if lines[0].plies is not None:
        alike = [line.plies for line in lines if line.plies is not None and line.lower == lines[0].lower]
        assert lines[0].plies == (min(alike) if lines[0].lower >= 1.0 else max(alike))
    for line in lines:
        after = GAME.apply(state, line.actions[0])
        reply, distance = exact(after)
        assert line.lower <= -reply <= line.upper
        if line.plies is None:
            continue
        assert line.lower == line.upper == -reply
        # all that the loser can do is in a proof, but not all that the winner can: no proof is quicker than best play
        assert line.plies >= distance + 1
        assert len(line.actions) == line.plies
        for action in line.actions:
            assert not GAME.is_over(state)
            state, before = GAME.apply(state, action), state
        assert GAME.is_over(state)
        state = random_position(plies, seed)
        assert before is not None


def test_lines_begin_with_the_choice_and_go_on_by_visits() -> None:
    search = searcher(evaluator=Rollouts())
    result = search.run(GAME.stack([GAME.initial_state()]), simulations=500)
    lines = search.lines(result, 4)
    assert lines[0].actions[0] == result.action[0]
    assert lines[0].actions == result.variations[0]
    visits = [line.visits for line in lines]
    assert visits == sorted(visits, reverse=True)
    assert visits == [result.visits[0, line.actions[0]] for line in lines]
    assert [line.value for line in lines] == pytest.approx([result.q[0, line.actions[0]] for line in lines])
    assert len(search.lines(result, 100)) == 9


class Even:
    """Says what Uniform says, but is not recognised: the search goes by waves."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)


@pytest.mark.parametrize("evaluator", [Uniform(), Rollouts(), Even()], ids=["uniform", "rollouts", "waves"])
@pytest.mark.parametrize("policy", ["uct", "puct", "gumbel"])
def test_a_restricted_root_tries_nothing_else(policy: str, evaluator: Evaluator | Rollouts) -> None:
    search = searcher(policy, evaluator)
    state = GAME.initial_state()
    for allowed in ([3], [1, 8], [0, 4, 5]):
        search.restrict(state, allowed)
        result = search.run(GAME.stack([state]), simulations=60)
        result = search.run(GAME.stack([state]), simulations=60)
        assert np.flatnonzero(result.visits[0]).tolist() == allowed
        assert result.visits[0].sum() == 120
        assert result.prior[0].sum() == pytest.approx(1.0)


def test_a_win_at_once_that_is_not_allowed_is_not_played() -> None:
    state = GAME.parse_position("XX./OO./...")
    search = searcher()
    search.restrict(state, [5, 6])
    assert search.run(GAME.stack([state]), simulations=300).action[0] == 5


def test_after_a_restricted_search_the_subtree_is_whole() -> None:
    search = searcher()
    search.restrict(GAME.initial_state(), [4])
    search.run(GAME.stack([GAME.initial_state()]), simulations=300)
    search.advance(np.array([4], np.int32))
    after = GAME.apply(GAME.initial_state(), 4)
    assert search.visits > 100
    assert np.count_nonzero(search.run(GAME.stack([after]), simulations=50).visits[0]) == 8


def test_what_is_not_legal_cannot_be_allowed() -> None:
    with pytest.raises(InvalidParameter):
        searcher().restrict(GAME.parse_position("XO./.../..."), [0, 4])


def test_the_depth_is_that_of_the_deepest_node() -> None:
    search = searcher()
    assert (search.depth(), search.nodes, search.visits) == (0, 0, 0)
    search.run(GAME.stack([GAME.initial_state()]), simulations=9)
    assert search.depth() == 1
    search.run(GAME.stack([GAME.initial_state()]), simulations=9)
    assert (search.depth(), search.nodes, search.visits) == (2, 19, 18)


def test_more_memory_is_more_nodes_until_they_cannot_be_numbered() -> None:
    counts = [nodes_within(1 << bits, GAME) for bits in (10, 24, 28, 50)]
    assert counts == sorted(counts)
    assert counts[2] > 10 * counts[1]
    assert counts[3] * GAME.num_actions < 2**31
