"""LightZero (Niu et al. 2023): its compiled trees alone, without any rules of a game.

The package itself wants a long list of pinned libraries; its trees are extension modules that need
none of them, so they are loaded from where `pip install --no-deps lightzero` put them.
"""

import importlib.util
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from pathlib import Path
from typing import Any

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("lightzero",)
TREES = {"muzero": "mz_tree", "gumbel_muzero": "gmz_tree"}


def _tree(name: str) -> Any:
    package = importlib.util.find_spec("lzero")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'lzero'", name="lzero")
    folder = Path(package.submodule_search_locations[0], "mcts", "ctree", f"ctree_{name}")
    paths = [folder / (TREES[name] + suffix) for suffix in EXTENSION_SUFFIXES]
    path = next((str(path) for path in paths if path.exists()), None)
    if path is None:
        raise ModuleNotFoundError(f"no compiled {TREES[name]} for this Python in {folder}", name="lzero")
    loader = ExtensionFileLoader(TREES[name], path)
    spec = importlib.util.spec_from_loader(TREES[name], loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def muzero_tree(*, actions: int, batch: int, simulations: int) -> Work:
    """The PUCT tree in C++, fed with equal logits and value 0."""
    tree = _tree("muzero")
    legal = [list(range(actions)) for _ in range(batch)]
    zeros, logits, players = [0.0] * batch, [[0.0] * actions] * batch, [1] * batch

    def work() -> Counts:
        roots = tree.Roots(batch, legal)
        roots.prepare_no_noise(zeros, logits, players)
        bounds = tree.MinMaxStatsList(batch)
        bounds.set_delta(0.01)
        for simulation in range(simulations):
            results = tree.ResultsWrapper(num=batch)
            *_, to_play = tree.batch_traverse(roots, 19652.0, 1.25, 1.0, bounds, results, list(players))
            tree.batch_backpropagate(simulation + 1, 1.0, zeros, zeros, logits, bounds, results, to_play)
        return {"simulations": batch * simulations}

    return work


def gumbel_tree(*, actions: int, batch: int, simulations: int) -> Work:
    """The Gumbel tree in C++, fed with equal logits and value 0."""
    tree = _tree("gumbel_muzero")
    legal = [list(range(actions)) for _ in range(batch)]
    zeros, logits, players = [0.0] * batch, [[0.0] * actions] * batch, [1] * batch

    def work() -> Counts:
        roots = tree.Roots(batch, legal)
        roots.prepare_no_noise(zeros, zeros, logits, players)
        bounds = tree.MinMaxStatsList(batch)
        bounds.set_delta(0.01)
        for simulation in range(simulations):
            results = tree.ResultsWrapper(num=batch)
            *_, to_play = tree.batch_traverse(roots, simulations, 16, 1.0, results, list(players))
            tree.batch_back_propagate(simulation + 1, 1.0, zeros, zeros, logits, bounds, results, to_play)
        return {"simulations": batch * simulations}

    return work
