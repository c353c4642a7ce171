"""OpenSpiel (Lanctot et al. 2019): games in C++, UCT in C++, the same search in Python."""

import random
from typing import Any

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("open_spiel",)
MEMORY_MB = 4000
"""Enough that no tree is cut short."""


def _go(size: int) -> Any:
    import pyspiel

    return pyspiel.load_game(f"go(board_size={size})")


def perft(*, game: str, position: str, depth: int) -> Work:
    """Perft by `child` from Python, the last ply counted in bulk; an empty position is the usual start."""
    import pyspiel

    loaded = pyspiel.load_game(game)
    root = loaded.new_initial_state(position) if position else loaded.new_initial_state()

    def leaves(state: Any, depth: int) -> int:
        if depth == 1:
            return len(state.legal_actions())
        return sum(leaves(state.child(action), depth - 1) for action in state.legal_actions())

    return lambda: {"leaves": leaves(root, depth)}


def random_games_cpp(*, game: str, chunk: int) -> Work:
    """Random games in C++: a search of one simulation that judges the root by `chunk` rollouts.

    `RandomRolloutEvaluator.evaluate` itself is not exposed to Python.
    """
    import pyspiel

    loaded = pyspiel.load_game(game)
    evaluator = pyspiel.RandomRolloutEvaluator(n_rollouts=chunk, seed=1)
    bot = pyspiel.MCTSBot(loaded, evaluator, 1.4, 1, MEMORY_MB, False, 1, False)
    state = loaded.new_initial_state()

    def work() -> Counts:
        bot.mcts_search(state)
        return {"games": chunk}

    return work


def random_games_python(*, game: str, chunk: int) -> Work:
    """Random games with one call from Python for each step."""
    import pyspiel

    loaded = pyspiel.load_game(game)
    draw = random.Random(1).choice

    def work() -> Counts:
        plies = 0
        for _ in range(chunk):
            state = loaded.new_initial_state()
            while not state.is_terminal():
                state.apply_action(draw(state.legal_actions()))
                plies += 1
        return {"games": chunk, "plies": plies}

    return work


def uct_cpp(*, size: int, simulations: int) -> Work:
    """UCT in C++ with one uniformly random game for each leaf."""
    import pyspiel

    game = _go(size)
    evaluator = pyspiel.RandomRolloutEvaluator(n_rollouts=1, seed=1)
    bot = pyspiel.MCTSBot(game, evaluator, 1.4, simulations, MEMORY_MB, False, 1, False)
    state = game.new_initial_state()

    def work() -> Counts:
        bot.mcts_search(state)
        return {"simulations": simulations}

    return work


def free_search_python(*, size: int, simulations: int) -> Work:
    """PUCT in Python over OpenSpiel's Go, all moves alike and every value 0.

    An evaluator written in Python cannot be given to the C++ search.
    """
    import numpy as np
    from open_spiel.python.algorithms import mcts

    class Free(mcts.Evaluator):
        def evaluate(self, state: Any) -> Any:
            return np.zeros(2)

        def prior(self, state: Any) -> list[tuple[int, float]]:
            actions = state.legal_actions()
            return [(action, 1.0 / len(actions)) for action in actions]

    game = _go(size)
    bot = mcts.MCTSBot(
        game,
        1.25,
        simulations,
        Free(),
        solve=False,
        random_state=np.random.RandomState(1),
        child_selection_fn=mcts.SearchNode.puct_value,
    )
    state = game.new_initial_state()

    def work() -> Counts:
        bot.mcts_search(state)
        return {"simulations": simulations}

    return work
