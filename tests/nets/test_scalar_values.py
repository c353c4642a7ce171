"""Values of one player: a distribution over returns of any scale, on boards of any shape."""

import importlib.util

import numpy as np
import pytest
import torch

from tengen.games import registry
from tengen.nets.config import ATOMS, NetConfig
from tengen.nets.evaluator import Engine, NetworkEvaluator
from tengen.nets.losses import Targets, two_hot
from tengen.nets.network import Network, widen
from tengen.nets.training import Trainer

SHAPES = {
    "a room": (4, 13, 13),
    "a vector": (6, 1, 1),
    "a screen": (4, 84, 84),
    "a wide room": (4, 5, 40),
}


def config(shape: tuple[int, int, int]) -> NetConfig:
    class Robot(type(registry.make("gridworld:robot"))):  # type: ignore[misc]
        pass

    game = Robot()
    game.observation_shape = shape
    game.num_actions = 5
    return NetConfig.for_game(game, blocks=1, channels=8)


def network(shape: tuple[int, int, int], low: float = -3.0, high: float = 7.0) -> Network:
    torch.manual_seed(1)
    made = Network(config(shape))
    widen(made.state_dict(), low, high)
    with torch.no_grad():
        made.board_out.weight *= 20
        for _ in range(3):
            made(torch.rand(16, *shape))
    return made.eval().requires_grad_(False)


def test_a_return_lies_on_its_two_nearest_atoms() -> None:
    atoms = torch.linspace(-1, 1, 5)
    found = two_hot(torch.tensor([-1.0, 0.125, 1.0, 9.0, -9.0]), atoms)
    assert found.tolist() == [
        [1, 0, 0, 0, 0],
        [0, 0, 0.75, 0.25, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1],
        [1, 0, 0, 0, 0],
    ]
    inside = torch.linspace(-1, 1, 21)
    assert torch.allclose(two_hot(inside, atoms) @ atoms, inside, atol=1e-6)


def test_a_game_without_any_reward_yet_has_one_return() -> None:
    assert torch.isfinite(two_hot(torch.zeros(3), torch.zeros(ATOMS))).all()


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("engine", ["torch-float32", "openvino-float32", "openvino-int8"])
def test_every_engine_gives_values_in_rewards(name: str, engine: Engine) -> None:
    if engine.startswith("openvino") and importlib.util.find_spec("openvino") is None:
        pytest.skip("openvino is not installed")
    shape = SHAPES[name]
    made = network(shape)
    x = np.random.default_rng(1).random((64, *shape), np.float32)
    evaluator = NetworkEvaluator(made, engine=engine, calibration=x)
    policy, values = evaluator(x[:9], np.ones((9, 5), np.bool_))
    output = made(torch.from_numpy(x[:9]))
    expected = made.value(output).numpy()
    assert policy.shape == (9, 5)
    near = 1e-4 if evaluator.engine.endswith("float32") else 0.5
    np.testing.assert_allclose(policy, output.policy.numpy(), atol=near)
    np.testing.assert_allclose(values, expected, atol=near)


def test_a_wider_range_leaves_values_about_where_they_were() -> None:
    made = network((4, 5, 5), 0.0, 1.0)
    x = torch.rand(8, 4, 5, 5)
    made.board_out.bias[:ATOMS] -= 200 * (made.atoms() - 0.6) ** 2  # a value that is sure of itself to a twentieth
    before = made.value(made(x))
    widen(made.state_dict(), -0.5, 1.5)
    assert made.atoms()[0] == -0.5
    assert torch.allclose(made.value(made(x)), before, atol=0.02)


@pytest.mark.parametrize("scale", [0.01, 500.0])
def test_returns_of_any_scale_are_learned(scale: float) -> None:
    torch.manual_seed(2)
    trainer = Trainer(Network(config((6, 1, 1))), lr=5e-3, precision="float32", ema_decay=0.5)
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.standard_normal((256, 6, 1, 1)).astype(np.float32))
    returns = scale * torch.tanh(x[:, 0, 0, 0] + x[:, 1, 0, 0])
    trainer.widen(float(returns.min()), float(returns.max()))
    for _ in range(300):
        outcome = two_hot(returns, trainer.network.atoms())
        trainer.step(x, Targets(torch.full((256, 5), 0.2), torch.ones(256), outcome))
    found = trainer.average()
    with torch.no_grad():
        missed = (found.value(found(x)) - returns).abs().mean()
    assert float(missed) < 0.05 * scale


def test_the_range_grows_with_room_to_spare_and_never_shrinks() -> None:
    trainer = Trainer(Network(config((6, 1, 1))))
    trainer.widen(0.0, 8.0)
    assert trainer.network.returns.tolist() == [0, 10]
    trainer.widen(1.0, 9.0)
    assert trainer.network.returns.tolist() == [0, 10]
    trainer.widen(-2.0, 9.0)
    assert trainer.network.returns.tolist() == [-5, 10]
    assert trainer.average().returns.tolist() == [-5, 10]


def test_the_first_networks_still_say_what_they_are() -> None:
    old = '{"planes": 3, "actions_per_point": 1, "extra_actions": 0, "blocks": 1, "channels": 8, "pool_every": 0,'
    old += ' "score": false, "score_utility": 0.0}'
    assert NetConfig.from_json(old).value == "wdl"


def test_a_network_of_another_room_size_does_not_fit() -> None:
    assert not NetConfig.for_game(registry.make("gridworld:robot")).fits(registry.make("gridworld:four-rooms"))
