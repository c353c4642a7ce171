from dataclasses import replace

import pytest
import torch

from tengen.core.errors import InvalidParameter
from tengen.nets.config import NetConfig
from tengen.nets.growth import grow
from tengen.nets.losses import Targets
from tengen.nets.network import NetOutput, Network, fold
from tengen.nets.training import Trainer

GO = NetConfig(
    planes=17,
    actions_per_point=1,
    extra_actions=1,
    blocks=3,
    channels=8,
    score=True,
    count=True,
    komi_plane=16,
    reply=True,
    horizons=2,
)
ALONE = NetConfig(
    planes=4, actions_per_point=0, extra_actions=5, blocks=1, channels=8, value="scalar", halvings=2, points=9
)


def used(config: NetConfig, side: int) -> tuple[Network, torch.Tensor]:
    """A network whose statistics and biases are not those of a fresh one, and positions."""
    torch.manual_seed(1)
    network = Network(config).train()
    x = torch.rand(16, config.planes, side, side)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        if config.value == "scalar":
            network.returns.copy_(torch.tensor([-1.0, 3.0]))
        network(x)
    return network.eval(), x


@torch.no_grad()
def same(network: Network, other: Network, x: torch.Tensor) -> None:
    for name, one, two in zip(NetOutput._fields, network(x), other(x), strict=True):
        assert (one is None) == (two is None), name
        if one is not None and two is not None:
            torch.testing.assert_close(two, one, rtol=1e-4, atol=1e-4, msg=name)


@pytest.mark.parametrize(("config", "side"), [(GO, 9), (replace(GO, pool_every=0, count=False), 7), (ALONE, 12)])
@pytest.mark.parametrize("more", [{"blocks": 2}, {"channels": 5}, {"blocks": 3, "channels": 72}])
def test_a_grown_network_computes_the_same(config: NetConfig, side: int, more: dict[str, int]) -> None:
    small, x = used(config, side)
    wanted = replace(config, **{name: getattr(config, name) + by for name, by in more.items()})
    large = grow(small, wanted)
    assert large.config == wanted
    same(small, large, x)
    same(small, fold(large), x)
    if config.value == "scalar":
        assert large.returns.tolist() == [-1.0, 3.0]


def test_all_that_is_new_learns() -> None:
    small, x = used(replace(GO, planes=3, komi_plane=2, reply=False, horizons=0), 5)
    large = grow(small, replace(small.config, blocks=4, channels=12))
    before = {name: tensor.clone() for name, tensor in large.named_parameters()}
    targets = Targets(
        policy=torch.rand(16, 26).softmax(dim=1),
        policy_weight=torch.ones(16),
        outcome=torch.eye(3)[torch.arange(16) % 3],
        score=torch.randn(16),
        ownership=torch.randint(-1, 2, (16, 5, 5)).float(),
    )
    trainer = Trainer(large, lr=0.01, matrix_lr=0.05, precision="float32")
    for _ in range(3):
        trainer.step(x, targets)
    for name, tensor in large.named_parameters():
        moved = (tensor - before[name]).abs()
        old = small.state_dict().get(name)
        if old is None:
            assert moved.max() > 0, name
            continue
        assert moved[: len(old)].max() > 0, name
        if len(tensor) > len(old):
            assert moved[len(old) :].max() > 0, name
        if tensor.dim() > 1 and tensor.shape[1] > old.shape[1]:
            assert moved[: len(old), old.shape[1] :].max() > 0, name


@pytest.mark.parametrize(
    ("change", "told"),
    [({"channels": 7}, "channels=8"), ({"blocks": 2}, "blocks=3"), ({"pool_every": 3, "channels": 9}, "pool_every=2")],
)
def test_what_cannot_grow_is_refused(change: dict[str, int], told: str) -> None:
    with pytest.raises(InvalidParameter, match=f"it has {told}: only blocks and channels can grow"):
        grow(Network(GO), replace(GO, **change))
