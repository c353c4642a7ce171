"""DQN: its targets by hand, its two engines against each other, resuming, and what it learns."""

import numpy as np
import pytest
import torch
from exact import exact_value

from tengen.baselines.dqn import DQN, DoubleDQN, DQNSettings, q_targets
from tengen.baselines.run import evaluate
from tengen.core.errors import InvalidParameter
from tengen.nets.plain import PlainNetwork
from tengen.nets.values import DenseValues, TorchValues, action_values

OPTIMUM = 0.7053082
"""Of the robot's room."""


def test_targets_are_what_the_papers_say() -> None:
    judged = np.array([[1.0, 3.0], [5.0, 2.0], [7.0, 4.0]], np.float32)
    online = np.array([[9.0, 0.0], [1.0, 0.0], [0.0, 1.0]], np.float32)
    rewards = np.array([1.0, 10.0, 0.5], np.float32)
    discounts = np.array([0.5, 0.0, 0.9], np.float32)  # the second step terminated
    assert q_targets(rewards, discounts, judged, judged).tolist() == pytest.approx([2.5, 10.0, 6.8])
    assert q_targets(rewards, discounts, judged, online).tolist() == pytest.approx([1.5, 10.0, 4.1])


def engines(shape: tuple[int, ...], actions: int) -> tuple[DenseValues, TorchValues]:
    dense = action_values(shape, actions, (32, 16), learning_rate=1e-2, clip=0.5, seed=3)
    assert isinstance(dense, DenseValues)
    return dense, TorchValues(dense.network(), 1e-2, 0.5, "cpu", torch.float32)


def test_both_engines_learn_the_same() -> None:
    rng = np.random.default_rng(1)
    dense, slow = engines((3, 1, 2), 4)
    for step in range(30):
        observations = rng.normal(size=(8, 3, 1, 2)).astype(np.float32)
        actions, targets = rng.integers(4, size=8), rng.normal(size=8).astype(np.float32) * 3
        assert dense.move(observations, actions, targets) == pytest.approx(
            slow.move(observations, actions, targets), rel=1e-4
        )
        if step == 20:
            dense.renew()
            slow.renew()
    for judge in (False, True):
        assert dense.values(observations, judge=judge) == pytest.approx(
            slow.values(observations, judge=judge), abs=1e-4
        )
    assert np.abs(dense.values(observations) - dense.values(observations, judge=True)).max() > 1e-3
    with torch.no_grad():
        assert dense.network()(torch.from_numpy(observations)).numpy() == pytest.approx(
            dense.values(observations), abs=1e-5
        )


@pytest.mark.parametrize("shape", [(4, 84, 84), (4, 10, 10)])
def test_convolutions_move_towards_their_targets(shape: tuple[int, ...]) -> None:
    values = action_values(shape, 3, (), learning_rate=1e-3, clip=10.0, seed=1)
    rng = np.random.default_rng(1)
    observations = rng.integers(0, 256, (4, *shape)).astype(np.uint8)
    if shape[1] == 10:
        observations = (observations / 255.0).astype(np.float32)
    actions, targets = np.array([0, 1, 2, 0]), np.array([1.0, -1.0, 0.5, 2.0], np.float32)
    for _ in range(60):
        values.move(observations, actions, targets)
    assert values.values(observations)[np.arange(4), actions] == pytest.approx(targets, abs=0.3)


def test_the_atari_network_is_the_papers() -> None:
    network = PlainNetwork((4, 84, 84), 4)
    shapes = [tuple(weight.shape) for weight in network.parameters() if weight.dim() > 1]
    assert shapes == [(32, 4, 8, 8), (64, 32, 4, 4), (64, 64, 3, 3), (512, 3136), (4, 512)]


SMALL = {
    "learning_starts": 100,
    "train_every": 8,
    "gradient_steps": 2,
    "batch": 16,
    "hidden": (16,),
    "replay_size": 900,
}


@pytest.mark.parametrize(("kind", "double"), [(DQN, False), (DoubleDQN, True)])
def test_a_learner_that_was_saved_goes_on_as_if_nothing_had_happened(kind: type[DQN], double: bool) -> None:
    settings = DQNSettings(**SMALL, double=double, target_every=40)
    one, other = (kind("gridworld:robot", settings, seed) for seed in (1, 2))
    one.advance()
    other.restore(*one.save())
    for learner in (one, other):
        learner.advance()
        learner.advance()
    wanted, found = one.save()[0], other.save()[0]
    assert wanted.keys() == found.keys()
    for name, tensor in wanted.items():
        assert tensor.numpy().tobytes() == found[name].numpy().tobytes(), name


@pytest.mark.parametrize(("switch", "differs"), [("double", True), ("target", False), ("replay", False)])
def test_every_switch_makes_a_difference(switch: str, differs: bool) -> None:
    usual = DQNSettings(**SMALL, target_every=100)
    changed = DQNSettings(**SMALL, target_every=100, **{switch: differs})
    one, other = (DQN("gridworld:robot", settings, 1) for settings in (usual, changed))
    for learner in (one, other):
        learner.advance()
    observation = one.environments.reset(1)
    assert np.abs(one.network.values(observation) - other.network.values(observation)).max() > 1e-6


def test_settings_follow_what_is_seen() -> None:
    assert DQN.settings_for("CartPole-v1").train_every == 256
    assert DQN.settings_for("breakout").train_every == 4
    assert DQN.settings_for("atari:pong").clip_rewards
    assert DoubleDQN.settings_for("gridworld:robot").double


def test_real_numbers_are_no_actions_of_dqn() -> None:
    pytest.importorskip("gymnasium")
    with pytest.raises(InvalidParameter, match="takes real numbers as actions"):
        DQN("Pendulum-v1", DQNSettings(), 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [DQN, DoubleDQN])
def test_cartpole_is_solved(kind: type[DQN]) -> None:
    pytest.importorskip("gymnasium")
    settings = kind.settings_for("CartPole-v1")
    learner, best = kind("CartPole-v1", settings, 1), None
    for number in range(settings.steps // settings.evaluate_every):
        while learner.steps < (number + 1) * settings.evaluate_every:
            learner.advance()
        policy = learner.policy()
        if evaluate(policy, "CartPole-v1", 20, number).mean() >= 495:
            best = policy
    assert best is not None
    assert evaluate(best, "CartPole-v1", 100, 10**6).mean() >= 475


@pytest.mark.slow
@pytest.mark.parametrize("kind", [DQN, DoubleDQN])
def test_the_robot_comes_within_a_twentieth_of_the_best(kind: type[DQN]) -> None:
    learner = kind("gridworld:robot", kind.settings_for("gridworld:robot"), 1)
    while learner.steps < learner.settings.steps:
        learner.advance()
    assert exact_value(learner.policy(), "gridworld:robot") >= 0.95 * OPTIMUM
