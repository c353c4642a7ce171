import dataclasses

import numpy as np
import pytest
import torch

from tengen.core.errors import InvalidParameter
from tengen.games.registry import make
from tengen.nets.config import NetConfig
from tengen.nets.network import Network, count, fold, pool

GO = NetConfig(planes=17, actions_per_point=1, extra_actions=1, score=True, score_utility=0.2)


def seeded(config: NetConfig, seed: int = 1) -> Network:
    torch.manual_seed(seed)
    return Network(config).eval().requires_grad_(False)


def observations(batch: int, size: int = 9, planes: int = 17) -> torch.Tensor:
    return (torch.rand(batch, planes, size, size, generator=torch.Generator().manual_seed(batch)) < 0.3).float()


def with_used_statistics(network: Network) -> Network:
    """The network after its batch normalisation has seen something, as in training."""
    network.train()
    with torch.no_grad():
        for seed in range(3):
            network(observations(32 + seed, planes=network.config.planes))
    return network.eval()


def test_the_shape_follows_the_game() -> None:
    config = NetConfig.for_game(make("tictactoe"), blocks=2, channels=8)
    assert (config.planes, config.actions_per_point, config.extra_actions) == (3, 1, 0)
    assert not config.score
    assert config.fits(make("tictactoe"))


def test_the_shape_survives_json() -> None:
    assert NetConfig.from_json(GO.to_json()) == GO


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"planes": 3}', GO.to_json().replace("17", '"17"')])
def test_what_describes_no_network_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        NetConfig.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"planes": 0},
        {"blocks": -1},
        {"channels": 1.5},
        {"score_utility": 2.0},
        {"count": True, "score": False},
        {"komi_plane": 17},
        {"komi_scale": 0},
    ],
)
def test_impossible_shapes_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidParameter):
        NetConfig(**{"planes": 3, "actions_per_point": 1, "extra_actions": 0, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 3, 5, 9, 13, 19])
def test_one_network_plays_every_board_size(size: int) -> None:
    network = seeded(GO)
    output = network(observations(2, size))
    assert output.policy.shape == (2, size * size + 1)
    assert output.outcome.shape == (2, 3)
    assert output.ownership is not None
    assert output.ownership.shape == (2, size, size)
    assert output.score is not None
    assert output.score.shape == (2,)


@pytest.mark.parametrize(("per_point", "extra"), [(0, 4), (2, 0), (27, 0), (1, 1)])
def test_planes_of_actions_come_first_and_extra_actions_last(per_point: int, extra: int) -> None:
    network = seeded(NetConfig(planes=3, actions_per_point=per_point, extra_actions=extra, blocks=1, channels=8))
    x = observations(2, 4, planes=3)
    policy = network(x).policy
    assert policy.shape == (2, 16 * per_point + extra)
    if per_point:
        assert network.point_out is not None
        with torch.no_grad():
            network.point_out.bias[per_point - 1] += 1.0  # type: ignore[index]
        moved = network(x).policy - policy
        assert torch.allclose(moved[:, 16 * (per_point - 1) : 16 * per_point], torch.ones(2, 16), atol=1e-5)
        assert torch.allclose(moved.sum(), torch.tensor(32.0), atol=1e-3)


def test_a_fresh_network_is_nearly_indifferent() -> None:
    for seed in range(5):
        network = seeded(GO, seed).train()
        output = network(observations(64))
        assert float(output.policy.detach().softmax(dim=1).max()) < 0.03
        assert float(network.value(output).detach().abs().max()) < 0.25


def test_the_value_mixes_winning_and_points() -> None:
    network = seeded(GO)
    output = network(observations(1))._replace(outcome=torch.tensor([[20.0, 0.0, 0.0]]), score=torch.tensor([-50.0]))
    assert float(network.value(output)) == pytest.approx(0.8 - 0.2, abs=1e-5)


def test_pooling_takes_mean_scaled_mean_and_maximum() -> None:
    pooled = pool(torch.arange(16.0).reshape(1, 1, 4, 4))
    assert pooled.tolist() == [[7.5, -7.5, 15.0]]


def test_a_count_is_of_points_with_komi_and_their_doubt() -> None:
    """Three points are the mover's for sure, one is the opponent's and the other five are anybody's."""
    logits = torch.tensor([9.0, 9.0, 9.0, -9.0, 0.0, 0.0, 0.0, 0.0, 0.0]).view(1, 3, 3)
    doubt = 6.0**0.5
    expected = [0.5 / 20, np.tanh(-0.5), np.tanh(1.5), np.tanh(0.5 / doubt), doubt / 10]
    assert count(logits, torch.tensor([-1.5]))[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_the_komi_that_is_counted_is_the_one_that_is_played() -> None:
    for text, komi in (("go:size=5,komi=7", 7.0), ("go:size=9,komi=0.5", 0.5)):
        game = make(text)
        network = seeded(NetConfig.for_game(game, blocks=1, channels=8))
        black = game.initial_state()
        white = game.apply(black, 3)
        for state, given in ((black, -komi), (white, komi)):
            assert torch.as_tensor(network.komi(torch.from_numpy(game.observe(state))[None])).tolist() == [
                pytest.approx(given, abs=1e-5)
            ]


def test_what_owners_are_told_reaches_the_value_and_learns_nothing_from_it() -> None:
    network = seeded(NetConfig.for_game(make("go:size=5"), blocks=1, channels=8)).requires_grad_(True)
    assert network.point_out is not None
    network(observations(4, 5)).outcome.square().sum().backward()
    assert network.stem.conv.weight.grad is not None  # type: ignore[union-attr]
    assert network.point_out.weight.grad is None
    x = observations(4, 5)
    before = network(x).outcome.detach()
    with torch.no_grad():
        network.point_out.bias[1] += 1.0  # type: ignore[index]
    assert not torch.allclose(network(x).outcome, before, atol=1e-4)


def test_rows_of_a_batch_do_not_influence_each_other() -> None:
    network = with_used_statistics(seeded(GO))
    x = observations(6)
    changed = x.clone()
    changed[3] = 1 - changed[3]
    before, after = network(x), network(changed)
    others = [0, 1, 2, 4, 5]
    assert torch.allclose(before.policy[others], after.policy[others], atol=1e-6)
    assert not torch.allclose(before.policy[3], after.policy[3], atol=1e-6)


def test_the_whole_board_is_seen_through_pooling() -> None:
    """A stone in one corner reaches the other within a single pooling block, not within a plain one."""
    for pool_every, reaches in ((1, True), (0, False)):
        config = NetConfig(planes=2, actions_per_point=1, extra_actions=0, blocks=1, pool_every=pool_every)
        network = seeded(config)
        x = observations(1, 19, planes=2)
        changed = x.clone()
        changed[0, :, 0, 0] += 1.0
        moved = (network(x).policy - network(changed).policy).detach().abs()[0, -1]
        assert (float(moved) > 0) is reaches


def test_folding_batch_normalisation_changes_nothing() -> None:
    network = with_used_statistics(seeded(dataclasses.replace(GO, reply=True, horizons=2)))
    x = observations(8)
    plain, folded = network(x), fold(network)(x)
    assert plain.reply is not None
    assert plain.reply.shape == plain.policy.shape
    assert plain.near is not None
    assert plain.near.shape == (8, 2)
    for expected, found in zip(plain, folded, strict=True):
        assert expected is not None
        assert torch.allclose(expected, found, atol=1e-5)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in fold(network).modules())


def test_folding_leaves_the_network_as_it_was() -> None:
    network = seeded(GO)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    fold(network)
    after = network.state_dict()
    assert list(before) == list(after)
    assert all(np.array_equal(before[name], after[name]) for name in before)
