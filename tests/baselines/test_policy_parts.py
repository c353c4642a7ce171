import math

import numpy as np
import pytest
import torch
from torch.distributions import Categorical as TorchCategorical
from torch.distributions import Normal

from tengen.baselines.actor import initialise, quick_forward
from tengen.baselines.evolution import ascent, centred_ranks, forward_of_each
from tengen.baselines.flat import FlatParameters, Optimiser
from tengen.baselines.heads import Categorical, Gaussian, draw_categorical
from tengen.baselines.moments import Moments
from tengen.baselines.returns import advantages
from tengen.nets.plain import PlainNetwork


def column(*values, dtype=np.float32):
    return np.array(values, dtype)[:, None]


def gained(rewards, values, terminated, truncated, cut_values, *, discount, trace):
    out = np.empty(rewards.shape, np.float32)
    advantages(rewards, values, cut_values, terminated, truncated, discount, trace, out)
    return out


def slow_advantages(rewards, values, terminated, truncated, cut_values, *, discount, trace):
    """The exponentially weighted mean of all n-step advantages, as the paper defines it."""
    steps, count = rewards.shape
    out = np.zeros(rewards.shape)
    for env in range(count):
        for start in range(steps):
            end = start
            while end < steps - 1 and not (terminated[end, env] or truncated[end, env]):
                end += 1
            estimates, total, weight = [], 0.0, 1.0
            for time in range(start, end + 1):
                total += weight * rewards[time, env]
                weight *= discount
                after = values[time + 1, env]
                if terminated[time, env]:
                    after = 0.0
                elif truncated[time, env]:
                    after = cut_values[time, env]
                estimates.append(total + weight * after - values[start, env])
            shares = [(1 - trace) * trace**n for n in range(len(estimates))]
            shares[-1] = trace ** (len(estimates) - 1)  # what is beyond the array goes to the longest
            out[start, env] = np.dot(shares, estimates)
    return out


@pytest.mark.parametrize("trace", [0.0, 0.4, 0.95, 1.0])
def test_advantages_are_the_weighted_mean_of_n_step_advantages(trace):
    generator = np.random.default_rng(3)
    steps, count = 9, 40
    rewards, cut_values = generator.normal(size=(2, steps, count)).astype(np.float32)
    values = generator.normal(size=(steps + 1, count)).astype(np.float32)
    draw = generator.random((steps, count))
    given = (rewards, values, draw < 0.15, draw > 0.85, cut_values)
    wanted = slow_advantages(*given, discount=0.9, trace=trace)
    np.testing.assert_allclose(gained(*given, discount=0.9, trace=trace), wanted, rtol=1e-4, atol=1e-5)


def test_what_terminated_is_worth_nothing_more_and_what_was_cut_off_is():
    no, yes = column(False, False, dtype=bool), column(False, True, dtype=bool)
    rewards, values, cut = column(1, 1), column(0, 0, 100), column(7, 8)
    ended = gained(rewards, values, yes, no, cut, discount=0.5, trace=1.0)
    truncated = gained(rewards, values, no, yes, cut, discount=0.5, trace=1.0)
    going_on = gained(rewards, values, no, no, cut, discount=0.5, trace=1.0)
    assert ended[:, 0].tolist() == [1.5, 1.0]
    assert truncated[:, 0].tolist() == [1 + 0.5 * (1 + 0.5 * 8), 1 + 0.5 * 8]
    assert going_on[:, 0].tolist() == [1 + 0.5 * (1 + 0.5 * 100), 1 + 0.5 * 100]


def test_nothing_of_the_next_episode_leaks_into_the_one_before():
    for name in ("terminated", "truncated"):
        flags = {"terminated": column(True, False, dtype=bool), "truncated": column(True, False, dtype=bool)}
        flags = {key: flag if key == name else np.zeros_like(flag) for key, flag in flags.items()}
        given = (column(1, 1000), column(0, 500, 500), flags["terminated"], flags["truncated"], column(0, 0))
        assert gained(*given, discount=1.0, trace=1.0)[0, 0] == 1.0


def test_an_action_is_drawn_as_often_as_its_probability_says():
    logits = np.array([0.3, -1.0, 2.0, -30.0], np.float32)
    rows = np.repeat(logits[None], 40_000, axis=0)
    drawn = Categorical(4).sample(rows, np.random.default_rng(0))
    wanted = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / len(rows), wanted, atol=0.01)


def test_the_ends_of_the_unit_interval_draw_the_first_and_the_last_action():
    out = np.empty(2, np.int64)
    draw_categorical(np.zeros((2, 3), np.float32), np.array([0.0, np.nextafter(1.0, 0.0)]), out)
    assert out.tolist() == [0, 2]


def test_log_probability_and_entropy_of_choices_are_those_of_torch():
    logits, actions = torch.randn(30, 5), torch.randint(5, (30,))
    logs, entropy = Categorical(5).score(logits, actions)
    torch.testing.assert_close(logs, TorchCategorical(logits=logits).log_prob(actions))
    torch.testing.assert_close(entropy, TorchCategorical(logits=logits).entropy())


def test_log_density_and_entropy_of_points_are_those_of_torch():
    head = Gaussian(np.array([-1, -4], np.float32), np.array([1, 2], np.float32), log_deviation=-0.7)
    means, points = torch.randn(2, 30, 2)
    logs, entropy = head.score(means, points)
    normal = Normal(means, math.exp(-0.7))
    torch.testing.assert_close(logs, normal.log_prob(points).sum(1))
    torch.testing.assert_close(entropy, normal.entropy().sum(1))


def test_points_are_brought_between_the_bounds_and_unbounded_ones_left_alone():
    low, high = np.array([-4, -np.inf], np.float32), np.array([2, np.inf], np.float32)
    given = np.array([[0, 0], [1, 50], [-1, -50], [7, 1]], np.float32)
    found = Gaussian(low, high).to_environment(given)
    assert found.tolist() == [[-1, 0], [2, 50], [-4, -50], [2, 1]]


def test_points_are_drawn_with_the_learned_deviation():
    head = Gaussian(np.array([-2], np.float32), np.array([2], np.float32), log_deviation=math.log(0.3))
    drawn = head.sample(np.full((20_000, 1), 0.5, np.float32), np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(0.5, abs=0.01)
    assert drawn.std() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("kind", ["adam", "rmsprop"])
def test_one_vector_learns_as_the_parameters_apart_do(kind):
    torch.manual_seed(2)
    inputs = torch.randn(32, 3)
    apart, together = PlainNetwork((3, 1, 1), 2), PlainNetwork((3, 1, 1), 2)
    together.load_state_dict(apart.state_dict())
    optimiser = (
        torch.optim.Adam(apart.parameters(), lr=1e-2, eps=1e-5)
        if kind == "adam"
        else torch.optim.RMSprop(apart.parameters(), lr=1e-2, alpha=0.99, eps=1e-5)
    )
    flat = FlatParameters(together.parameters())
    ours = Optimiser(kind, flat, 1e-2, epsilon=1e-5)
    for _ in range(5):
        optimiser.zero_grad()
        apart(inputs[:, :, None, None]).square().mean().backward()
        wanted = float(torch.nn.utils.clip_grad_norm_(apart.parameters(), 0.05))
        optimiser.step()
        flat.clear()
        together(inputs[:, :, None, None]).square().mean().backward()
        assert flat.clip(0.05) == pytest.approx(wanted, rel=1e-4)
        ours.step(1e-2)
    for one, other in zip(apart.parameters(), together.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("shape", [(5, 1, 1), (4, 3, 4), (4, 10, 10)])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_quick_way_through_a_network_is_the_network(shape, activation):
    network = PlainNetwork(shape, 3, (16, 8), activation)
    initialise(network, 1.0, seed=5)
    flat = FlatParameters(network.parameters())
    forward = quick_forward(network)
    with torch.no_grad():
        flat.values.add_(0.1)  # what an optimiser does is seen at once
    seen = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    wanted = network(torch.from_numpy(seen)).detach().numpy()
    np.testing.assert_allclose(forward(seen), wanted, rtol=1e-4, atol=1e-5)


def test_moments_are_those_of_all_rows_seen():
    rows = np.random.default_rng(4).normal(3.0, 5.0, size=(1000, 2))
    moments = Moments(2)
    for part in np.split(rows, [1, 10, 500]):
        moments.add(part)
    np.testing.assert_allclose(moments.mean, rows.mean(0), rtol=1e-3)
    np.testing.assert_allclose(moments.variance, rows.var(0), rtol=1e-3)
    normal = moments.normalise(rows.astype(np.float32))
    np.testing.assert_allclose([normal.mean(), normal.std()], [0, 1], atol=1e-2)
    assert np.abs(moments.normalise(np.full((1, 2), 1e9, np.float32))).max() == 10.0


def test_equal_returns_share_a_rank():
    assert centred_ranks(np.array([3.0, -1.0, 7.0])).tolist() == [0.0, -0.5, 0.5]
    assert centred_ranks(np.array([5.0, 5.0, 9.0, 1.0, 9.0])).tolist() == [-0.125, -0.125, 0.375, -0.5, 0.375]
    assert centred_ranks(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]


def test_the_population_climbs_towards_its_better_half():
    noise = np.array([[1, 0], [0, 1]], np.float32)
    returns = np.array([4.0, 1.0, 2.0, 3.0])  # + first, + second, - first, - second
    # ranks 0.5, -0.5, -1/6, 1/6: the first disturbance helped, the second hurt
    climb = ascent(noise, centred_ranks(returns), 0.5)
    np.testing.assert_allclose(climb, [(0.5 + 1 / 6) / 2, -(0.5 + 1 / 6) / 2], rtol=1e-6)
    assert ascent(noise, np.zeros(4), 0.5).tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(5, 1, 1), (4, 10, 10)])
def test_each_member_sees_its_row_through_its_own_parameters(shape):
    network = PlainNetwork(shape, 2, (6,), "tanh")
    flat = FlatParameters(network.parameters())
    generator = np.random.default_rng(6)
    members = generator.normal(size=(3, len(flat.values))).astype(np.float32) * 0.1
    seen = generator.normal(size=(3, *shape)).astype(np.float32)
    found = forward_of_each(network, members)(seen)
    for row, member in enumerate(members):
        with torch.no_grad():
            flat.values.copy_(torch.from_numpy(member))
            np.testing.assert_allclose(found[row], network(torch.from_numpy(seen[row : row + 1]))[0], atol=1e-5)
