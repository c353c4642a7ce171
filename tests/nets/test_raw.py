"""What a network says without a search."""

import numpy as np
import pytest

from tengen.agents.load import load_agent
from tengen.agents.ownership import owned_at_random, ownership
from tengen.agents.search import SearchAgent
from tengen.core.errors import InvalidParameter
from tengen.games.go import Go
from tengen.games.registry import make
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.nets.raw import raw_output
from tests.nets.test_evaluator import trained_a_little


def evaluator_for(game: Go) -> NetworkEvaluator:
    return NetworkEvaluator(trained_a_little(NetConfig.for_game(game, blocks=1, channels=8)), engine="torch-float32")


def a_game(*moves: str) -> tuple[Go, np.void]:
    game = make("go:size=5")
    assert isinstance(game, Go)
    state = game.initial_state()
    for move in moves:
        state = game.apply(state, game.parse_action(state, move))
    return game, state


def test_the_raw_output_is_that_of_the_search_without_a_search() -> None:
    game, state = a_game("C3", "B2", "D2")
    evaluator = evaluator_for(game)
    raw = raw_output(evaluator, game, game.stack([state, game.initial_state()]))
    legal = np.zeros((1, game.num_actions), bool)
    legal[0, game.legal_actions(state)] = True
    _, chances, lead = evaluator.judge(game.observe(state)[None])
    np.testing.assert_allclose(raw.chances[:1], chances, atol=1e-5)
    assert raw.lead is not None
    assert raw.ownership is not None
    np.testing.assert_allclose(raw.lead[:1], lead, atol=1e-3)
    np.testing.assert_allclose(raw.policy.sum(axis=1), 1.0, rtol=1e-5)
    assert not raw.policy[:1][~legal].any()
    assert raw.policy[:1][legal].all()
    assert raw.ownership.shape == (2, 5, 5)
    assert np.abs(raw.ownership).max() <= 1.0
    np.testing.assert_allclose(raw.value, raw.chances[:, 0] - raw.chances[:, 2])


def test_a_position_shown_turned_is_the_turned_position() -> None:
    game, state = a_game("C3", "B2", "D2")
    evaluator = evaluator_for(game)
    for symmetry in range(8):
        points = game.symmetries.points[symmetry]
        board = game.board(state).ravel()[points].reshape(5, 5)
        turned = game.position(board, int(state["turn"]))
        plain = game.position(game.board(state), int(state["turn"]))  # neither knows what was played last
        there = raw_output(evaluator, game, game.stack([turned]))
        here = raw_output(evaluator, game, game.stack([plain]), symmetry=symmetry)
        np.testing.assert_allclose(here.policy[0][game.symmetries.actions[symmetry]], there.policy[0], atol=1e-5)
        assert here.ownership is not None
        assert there.ownership is not None
        np.testing.assert_allclose(here.ownership[0].ravel()[points], there.ownership[0].ravel(), atol=1e-5)


def test_a_symmetry_that_is_none_is_refused() -> None:
    game, state = a_game()
    with pytest.raises(InvalidParameter, match="0 to 7"):
        raw_output(evaluator_for(game), game, game.stack([state]), symmetry=8)


def test_a_game_without_points_has_no_ownership() -> None:
    game = make("tictactoe")
    evaluator = NetworkEvaluator(Network(NetConfig.for_game(game, blocks=1, channels=8)), engine="torch-float32")
    raw = raw_output(evaluator, game, game.stack([game.initial_state()]))  # type: ignore[attr-defined]
    assert raw.lead is None
    assert raw.ownership is None
    assert ownership(load_agent("uct:sims=2", game), game, game.initial_state()) is None


def test_ownership_is_told_for_black_whoever_moves() -> None:
    game, state = a_game("C3", "B2", "D2")
    agent = load_agent("uct:sims=2", game)
    assert isinstance(agent, SearchAgent)
    agent.evaluator = evaluator_for(game)
    raw = agent.raw(state)
    found = ownership(agent, game, state)
    assert raw is not None
    assert raw.ownership is not None
    assert found is not None
    assert int(state["turn"]) == 1
    np.testing.assert_array_equal(found, -raw.ownership[0])


def test_random_games_give_a_board_to_whose_stones_live() -> None:
    game = make("go:size=5")
    assert isinstance(game, Go)
    wall = game.setup(black=[point for point in range(15) if point not in (0, 2, 4)], white=[], to_move=1)
    found = owned_at_random(game, wall)
    assert found[:2].min() > 0.6
    assert found.shape == (5, 5)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, owned_at_random(game, wall))
    over = game.apply(game.apply(wall, game.pass_action), game.pass_action)
    assert owned_at_random(game, over).tolist() == game.final_score(over)[1].tolist()
