"""A network on a GPU says what it says on the CPU; where there is none, these are skipped."""

import numpy as np
import pytest
import torch

from tengen.games.registry import make
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.selfplay.boards import random_observations

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
GAMES = ["go:size=9,komi=7", "chess:history=1", "shogi:history=1"]


def small(text: str) -> Network:
    torch.manual_seed(1)
    network = Network(NetConfig.for_game(make(text), blocks=3, channels=32))
    with torch.no_grad():
        for layer in (network.point_out, network.board_out):
            if layer is not None:
                layer.weight *= 20.0
    return network.eval()


@pytest.mark.parametrize("text", GAMES)
def test_a_gpu_judges_as_the_cpu_does(text: str) -> None:
    game, network = make(text), small(text)
    seen = np.concatenate([random_observations(game, seed=seed) for seed in range(4)])
    legal = np.ones((len(seen), game.num_actions), np.bool_)
    exact = NetworkEvaluator(network, engine="torch-float32", device="cpu")(seen, legal)
    plain = NetworkEvaluator(network, engine="torch-float32", device="cuda")
    coarse = NetworkEvaluator(network, engine="torch", device="cuda")
    for batch in (len(seen), 1, 7, 64, len(seen)):  # graphs of several shapes, the first of them again
        for evaluator, near in ((plain, 5e-2), (coarse, 2e-1)):
            policy, value = evaluator(seen[:batch], legal[:batch])
            assert np.abs(value - exact[1][:batch]).max() < near
            assert np.abs(policy - exact[0][:batch]).max() < near * max(1.0, float(np.abs(exact[0]).max()))


def test_answers_are_not_overwritten_by_the_next() -> None:
    game, network = make(GAMES[0]), small(GAMES[0])
    seen = random_observations(game, seed=1)
    legal = np.ones((len(seen), game.num_actions), np.bool_)
    evaluator = NetworkEvaluator(network, device="cuda")
    first = evaluator(seen, legal)
    kept = [part.copy() for part in first]
    evaluator(seen[::-1].copy(), legal)
    for part, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(part, copy)
