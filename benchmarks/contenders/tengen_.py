"""Tengen itself. Its Go forbids suicide here, as OpenSpiel and Pgx do; Tromp-Taylor games are a tenth longer."""

from typing import Literal, cast

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("tengen", "numba", "numpy")


def perft(*, game: str, position: str, depth: int) -> Work:
    """Perft through the generic kernel; the last ply is counted in bulk."""
    import tengen
    from tengen.games.game import RecordGame

    rules = cast(RecordGame, tengen.make(game))
    state = rules.parse_position(position)

    def work() -> Counts:
        return {"leaves": tengen.perft(rules, state, depth)}

    return work


def random_games(*, game: str, chunk: int) -> Work:
    """Uniformly random games to the end, in one compiled loop."""
    import numpy as np

    import tengen
    from tengen.core.random import kernel_seeds, stream
    from tengen.games import kernels
    from tengen.games.game import RecordGame

    rules = cast(RecordGame, tengen.make(game))
    start, scratch_state = rules.initial_states(1), rules.initial_states(1)
    seeds = kernel_seeds(stream(1, "benchmark"), 1)
    scratch = np.empty(rules.num_actions, np.int32)

    def work() -> Counts:
        plies, _ = kernels.random_games(start, scratch_state, chunk, seeds, scratch)
        return {"games": chunk, "plies": plies}

    return work


def uct(*, size: int, simulations: int) -> Work:
    """UCT from the empty board of Go, each leaf judged by one uniformly random game to the end."""
    import tengen
    from tengen.games.game import RecordGame
    from tengen.mcts.config import SearchConfig
    from tengen.mcts.evaluator import Rollouts
    from tengen.mcts.search import Search

    game = cast(RecordGame, tengen.make("go", size=size, superko="positional", suicide=False))
    config = SearchConfig(policy="uct", simulations=simulations, c_uct=1.4, solver=False)
    search = Search(game, Rollouts(1), config, batch=1, seed=1)
    states = game.initial_states(1)

    def work() -> Counts:
        search.run(states)
        return {"simulations": simulations}

    return work


def free_search(*, size: int, batch: int, simulations: int, policy: Literal["gumbel", "puct"]) -> Work:
    """Search from the empty board of Go with the evaluator that costs nothing, the rules in the loop."""
    import tengen
    from tengen.games.game import RecordGame
    from tengen.mcts.config import SearchConfig
    from tengen.mcts.evaluator import Uniform
    from tengen.mcts.search import Search

    game = cast(RecordGame, tengen.make("go", size=size, superko="positional", suicide=False))
    config = SearchConfig(policy=policy, simulations=simulations, considered=16, gumbel_scale=1.0)
    search = Search(game, Uniform(), config, batch=batch, seed=1)
    states = game.initial_states(batch)

    def work() -> Counts:
        search.run(states)
        return {"simulations": batch * simulations}

    return work
