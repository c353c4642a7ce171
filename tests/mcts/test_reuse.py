"""A tree that follows a game in which other moves than the searched ones are played."""

import numpy as np
import pytest

from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts
from tengen.mcts.search import Search


@pytest.mark.parametrize("name", ["go:size=5", "chess:max_plies=60"])
def test_two_moves_without_a_search_between_them_keep_the_tree_or_drop_it(name: str) -> None:
    game = make(name)
    assert isinstance(game, RecordGame)
    random = np.random.default_rng(1)
    for number in range(6):
        search = Search(game, Rollouts(), SearchConfig(policy="uct", simulations=60, reuse=True), seed=number)
        state = game.initial_state()
        while not game.is_over(state):
            search.run(game.stack([state]))
            for _ in range(2):
                if game.is_over(state):
                    break
                action = int(random.choice(game.legal_actions(state)))
                forest = search._forest
                assert forest is not None
                root = forest.nodes[0]
                first, tried, count = int(root["first_edge"]), int(root["tried"]), int(root["edges"])
                followed = search.nodes > 0 and not forest.root_ready[0]
                if followed:  # what lies at edges that were never tried is whatever memory held before
                    forest.edges["child"][first + tried : first + count] = 1
                known = action in forest.actions[first : first + tried]
                search.advance(np.array([action], np.int32))
                assert search.nodes == 0 or not followed or known
                state = game.apply(state, action)
