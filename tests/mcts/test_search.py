"""The search as its callers see it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tengen.games.tictactoe import TicTacToe
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts, Uniform
from tengen.mcts.search import Search

GAME = TicTacToe()
POLICIES = ("puct", "uct", "gumbel")


class Even:
    """Says what Uniform says, but is not recognised: the search goes by waves."""

    def __call__(
        self, observations: NDArray[np.float32], legal: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.zeros(legal.shape, np.float32), np.zeros(len(legal), np.float32)


def skewed(
    observations: NDArray[np.float32], legal: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Priors and values that differ from position to position, and depend on nothing else."""
    code = (observations.reshape(len(observations), -1) @ (7 ** np.arange(27) % 1009)).astype(np.int64)
    logits = (code[:, None] * 31 + np.arange(legal.shape[1]) * 477) % 1013
    return (logits / 500).astype(np.float32), ((code * 17 % 1009) / 1009 - 0.5).astype(np.float32)


def never_loses(evaluator: Evaluator | Rollouts, config: SearchConfig, player: int) -> None:
    searcher = Search(GAME, evaluator, config, seed=1)
    seen: set[str] = set()
    open_states = [GAME.initial_state()]
    while open_states:
        state = open_states.pop()
        if GAME.is_over(state):
            assert GAME.returns(state)[player] >= 0, GAME.position_to_text(state)
            continue
        if GAME.position_to_text(state) in seen:
            continue
        seen.add(GAME.position_to_text(state))
        replies = GAME.legal_actions(state)
        if GAME.player(state) == player:
            replies = searcher.run(GAME.stack([state])).action
        open_states.extend(GAME.apply(state, int(action)) for action in replies)


@pytest.mark.parametrize("player", [0, 1])
@pytest.mark.parametrize("evaluator", [Uniform(), Rollouts(), Even()], ids=["uniform", "rollouts", "waves"])
@pytest.mark.parametrize("policy", POLICIES)
def test_tic_tac_toe_is_never_lost_over_every_reply(policy: str, evaluator: Evaluator | Rollouts, player: int) -> None:
    never_loses(evaluator, SearchConfig(policy=policy, simulations=6000), player)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_search_in_one_kernel_and_the_search_by_waves_grow_the_same_tree(policy: str) -> None:
    states = GAME.stack([GAME.initial_state(), GAME.parse_position("X../.O./..X")])
    config = SearchConfig(policy=policy, simulations=300, gumbel_scale=1.0)
    whole = Search(GAME, Uniform(), config, batch=2, seed=3).run(states)
    waves = Search(GAME, Even(), config, batch=2, seed=3).run(states)
    for name in ("action", "visits", "policy", "q", "value", "lower", "upper"):
        np.testing.assert_allclose(getattr(whole, name), getattr(waves, name), atol=1e-6, err_msg=name)


@pytest.mark.parametrize("policy", POLICIES)
def test_rows_of_a_batch_do_not_influence_each_other(policy: str) -> None:
    texts = [".../.../...", "X../.O./..X", "XXO/OOX/XOX", "XX./OO./..."]
    states = GAME.stack([GAME.parse_position(text) for text in texts])
    config = SearchConfig(policy=policy, simulations=60, gumbel_scale=1.0, dirichlet_alpha=10.0, temperature=1.0)
    together = Search(GAME, skewed, config, batch=4, seed=5).run(states)
    others = Search(GAME, skewed, config, batch=9, seed=5).run(states[[0, 1, 2, 3, 0, 1, 0]])
    swapped = Search(GAME, skewed, config, batch=4, seed=5).run(states[[0, 3, 2, 1]])
    for name in ("action", "visits", "policy", "q", "value"):
        np.testing.assert_array_equal(getattr(together, name), getattr(others, name)[:4], err_msg=name)
        np.testing.assert_array_equal(getattr(together, name)[[0, 2]], getattr(swapped, name)[[0, 2]], err_msg=name)


def test_a_finished_game_is_left_alone() -> None:
    states = GAME.stack([GAME.parse_position("XXX/OO./..."), GAME.initial_state()])
    for evaluator in (Uniform(), skewed):
        result = Search(GAME, evaluator, SearchConfig(simulations=20), batch=2).run(states)
        assert result.action[0] == -1
        assert result.visits[0].sum() == 0
        assert result.visits[1].sum() == 20


def test_a_search_policy_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ValueError, match="unknown search policy 'pukt'; did you mean 'puct'"):
        Search(GAME, Uniform(), SearchConfig(policy="pukt"))  # type: ignore[arg-type]
