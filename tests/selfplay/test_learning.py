"""What self-play must learn, in the time that the presets promise."""

from pathlib import Path

import numpy as np
import pytest

from tengen.games import kernels, registry
from tengen.games.rules import OVER
from tengen.mcts.config import SearchConfig
from tengen.nets.checkpoint import load_checkpoint
from tengen.nets.evaluator import NetworkEvaluator
from tengen.selfplay import ladder
from tengen.selfplay import settings as settings_module
from tengen.selfplay.train import train


def lost_positions(game, choose, side: int) -> list[str]:
    """Final positions that the player `choose` loses as `side`, over every reply of the other."""
    lost = []
    level = [game.initial_state()]
    while level:
        mine = [state for state in level if game.player(state) == side]
        after = []
        if mine:
            states = game.stack(mine)
            actions = np.concatenate([choose(states[start : start + 64]) for start in range(0, len(states), 64)])
            after += [game.apply(state, int(action)) for state, action in zip(mine, actions, strict=True)]
        for state in level:
            if game.player(state) == 1 - side:
                after += [game.apply(state, int(action)) for action in game.legal_actions(state)]
        level = []
        seen = set()
        for state in after:
            if game.player(state) == OVER:
                if game.returns(state)[side] < 0:
                    lost.append(game.position_to_text(state))
            elif game.key(state) not in seen:
                seen.add(game.key(state))
                level.append(state)
    return lost


def test_the_referee_of_this_file_notices_a_player_who_loses() -> None:
    game = registry.make("tictactoe")
    weak = ladder.random_player(game, seed=1)
    assert lost_positions(game, weak, 0)
    assert lost_positions(game, weak, 1)


@pytest.mark.slow
def test_two_minutes_of_tic_tac_toe_make_an_agent_that_never_loses(tmp_path: Path) -> None:
    game = registry.make("tictactoe")
    run = train(settings_module.load("tictactoe", ("minutes=2",)), tmp_path / "run")
    evaluator = NetworkEvaluator(load_checkpoint(run.current, game).network)
    config = SearchConfig(policy="puct", simulations=50)
    player = ladder.search_player(game, evaluator, config, batch=64, seed=1)
    assert lost_positions(game, player, 0) == []
    assert lost_positions(game, player, 1) == []


@pytest.mark.slow
def test_five_minutes_of_5x5_go_beat_random_play_and_rollouts(tmp_path: Path) -> None:
    run = train(settings_module.load("go5", ("minutes=5",)), tmp_path / "run")
    game = registry.make(run.settings().game)
    evaluator = NetworkEvaluator(load_checkpoint(run.current, game).network)
    player = ladder.search_player(game, evaluator, SearchConfig(policy="puct", simulations=100), batch=20, seed=1)
    for text, least in (("random", 1.0), ("uct:sims=500", 0.75)):
        other = ladder.opponent(game, text, batch=20, seed=2)
        score = ladder.play_lockstep(game, text, player, other, games=20, opening_plies=2, seed=3)
        assert score.share >= least, score


def test_batches_of_positions_are_copied_by_value() -> None:
    game = registry.make("tictactoe")
    states = game.initial_states(2)
    kernels.apply_at(states, 0, 4)
    assert game.player(states[0]) == 1
    assert game.player(states[1]) == 0
