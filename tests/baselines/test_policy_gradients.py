import numpy as np
import pytest
import torch
from exact import exact_value

from tengen.baselines.a2c import A2C, A2CSettings
from tengen.baselines.evolution import Evolution, EvolutionSettings
from tengen.baselines.reinforce import Reinforce, ReinforceSettings
from tengen.baselines.run import Run, defaults_for
from tengen.baselines.settings import with_overrides
from tengen.core.errors import InvalidParameter

OPTIMUM = 0.705308
"""Of the robot's room from its start."""

LEARNERS = {"a2c": A2C, "reinforce": Reinforce, "evolution": Evolution}
SMALL = {
    "a2c": A2CSettings(hidden=(8,)),
    "reinforce": ReinforceSettings(hidden=(8,), episodes=4, environments=3),
    "evolution": EvolutionSettings(hidden=(8,), pairs=4),
}


def state_of(learner):
    tensors, notes = learner.save()
    return {name: tensor.clone() for name, tensor in tensors.items()}, notes


@pytest.mark.parametrize("method", LEARNERS)
def test_a_learner_that_was_saved_goes_on_as_if_nothing_had_happened(method):
    text, settings = "gridworld:robot,steps=50", SMALL[method]
    whole, first, second = (LEARNERS[method](text, settings, seed) for seed in (1, 1, 2))
    for _ in range(3):
        whole.advance()
        first.advance()
    second.restore(*state_of(first))
    for _ in range(3):
        whole.advance()
        second.advance()
    (wanted, notes), (found, others) = whole.save(), second.save()
    assert notes == others
    assert set(wanted) == set(found)
    for name, tensor in wanted.items():
        if "states" not in name:  # records have bytes between their fields that mean nothing
            torch.testing.assert_close(found[name], tensor, rtol=0, atol=0)


@pytest.mark.parametrize("method", LEARNERS)
def test_a_seed_decides_everything(method):
    text, settings = "gridworld:robot,steps=50", SMALL[method]
    learners = [LEARNERS[method](text, settings, seed) for seed in (5, 5, 6)]
    for learner in learners:
        for _ in range(3):
            learner.advance()
    one, same, other = (learner.policy().tensors()["network.head.weight"] for learner in learners)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("method", LEARNERS)
def test_a_policy_is_a_copy_that_training_leaves_alone(method):
    learner = LEARNERS[method]("gridworld:robot,steps=50", SMALL[method], 0)
    policy = learner.policy()
    before = {name: tensor.clone() for name, tensor in policy.tensors().items()}
    for _ in range(3):
        learner.advance()
    assert all(torch.equal(before[name], tensor) for name, tensor in policy.tensors().items())
    assert not all(torch.equal(before[name], tensor) for name, tensor in learner.policy().tensors().items())


def test_the_greedy_policy_of_a_gaussian_is_its_mean_between_the_bounds():
    settings = A2CSettings(hidden=(8,), environments=4, normalise_observations=True)
    learner = A2C("Pendulum-v1", settings, 0)
    for _ in range(5):
        learner.advance()
    with torch.no_grad():
        learner.flat.values.add_(0.3)
    seen = learner.observations
    means = learner.actor.forward(learner.actor.see(seen, new=False))
    wanted = learner.actor.head.to_environment(means)
    np.testing.assert_allclose(learner.policy().act(seen), wanted, atol=1e-4)
    learner.close()


def test_a_screen_is_not_normalised():
    pytest.importorskip("ale_py")
    with pytest.raises(InvalidParameter, match="normalise_observations"):
        A2C("atari:pong", A2CSettings(normalise_observations=True, environments=1), 0)


def test_one_network_serves_actor_and_critic_where_it_convolves():
    learner = A2C("breakout", A2CSettings(environments=2), 0)
    assert learner.critic is None
    assert learner.actor.network.outputs == learner.environments.actions + 1
    learner.advance()
    assert set(learner.policy().act(learner.observations)) <= set(range(learner.environments.actions))


def test_reinforce_counts_the_steps_of_whole_episodes_only():
    learner = Reinforce("gridworld:robot,steps=30", SMALL["reinforce"], 3)
    progress = learner.advance()
    assert len(progress.returns) == len(progress.lengths) == 4
    assert learner.steps == sum(progress.lengths)


def test_without_a_baseline_none_is_learned():
    settings = with_overrides(SMALL["reinforce"], ["baseline=false"])
    learner = Reinforce("gridworld:robot,steps=30", settings, 3)
    before = learner.baseline_flat.values.detach().clone()
    policy = learner.flat.values.detach().clone()
    learner.advance()
    assert torch.equal(before, learner.baseline_flat.values)
    assert not torch.equal(policy, learner.flat.values)


# ---- what is learned


@pytest.mark.slow
@pytest.mark.parametrize("method", LEARNERS)
def test_cartpole_is_solved(method, tmp_path):
    result = Run(method, "CartPole-v1", tmp_path / "run", seed=1).go()
    assert result.mean >= 475


@pytest.mark.slow
@pytest.mark.parametrize("method", LEARNERS)
def test_the_robot_finds_its_way(method):
    kind = LEARNERS[method]
    learner = kind("gridworld:robot", defaults_for(kind, "gridworld:robot"), 0)
    while learner.steps < learner.settings.steps:
        learner.advance()
    assert exact_value(learner.policy(), "gridworld:robot") >= 0.95 * OPTIMUM


@pytest.mark.slow
def test_the_pendulum_is_swung_up_and_held(tmp_path):
    result = Run("a2c", "Pendulum-v1", tmp_path / "run", seed=1).go()
    assert result.mean >= -300


@pytest.mark.slow
def test_without_a_baseline_cartpole_is_still_learned(tmp_path):
    result = Run("reinforce", "CartPole-v1", tmp_path / "run", seed=1, overrides=["baseline=false"]).go()
    assert result.mean >= 400
