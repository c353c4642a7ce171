"""A larger network that computes what a smaller one does, to learn on from there (Chen, Goodfellow and Shlens 2016).

What the smaller network has keeps its weights and sees nothing of what is new; what is new begins by chance and sees
everything. The last layer of a new block adds nothing until it has learned to.
"""

from dataclasses import asdict

import torch
from torch import Tensor, nn

from tengen.core.errors import InvalidParameter
from tengen.nets.config import NetConfig
from tengen.nets.network import COUNTED, Block, ConvNorm, Network

GROWING = ("blocks", "channels")
"""What may be larger in the new network; all else is the same."""


@torch.no_grad()
def grow(small: Network, config: NetConfig) -> Network:
    """A network of shape `config` whose outputs are those of `small`, up to rounding; in evaluation mode.

    InvalidParameter if `config` differs in something else than more blocks or channels.
    """
    has, asked = asdict(small.config), asdict(config)
    wrong = [name for name in has if (asked[name] < has[name] if name in GROWING else asked[name] != has[name])]
    if wrong:
        told = ", ".join(f"{name}={has[name]}" for name in wrong)
        raise InvalidParameter(f"it has {told}: only blocks and channels can grow")
    large = Network(config)
    old, new = small.config.channels, config.channels
    trunk = torch.arange(old)
    pooled = torch.cat([trunk + part * new for part in range(3)])
    points = config.points
    read = torch.arange(old * points) if points else pooled  # channel by channel, so that new ones come behind
    counted = torch.arange(COUNTED * config.count) + new * (points or 3)
    planes = torch.arange(config.planes)
    _conv_norm(small.stem, large.stem, planes)
    for before, after in zip(small.halving, large.halving, strict=True):
        _conv_norm(before, after, trunk)
    for before, after in zip(small.blocks, large.blocks, strict=False):
        _block(before, after, trunk, pooled)
    for block in list(large.blocks)[len(small.blocks) :]:
        _silence(block)
    _conv_norm(small.head, large.head, trunk)
    if small.point_out is not None:
        _layer(small.point_out, large.point_out, trunk)
    _layer(small.hidden, large.hidden, torch.cat([read, counted]))
    _layer(small.board_out, large.board_out, torch.arange(small.hidden.out_features))
    if config.value == "scalar":
        large.returns.copy_(small.returns)
    return large.eval()


def _layer(small: nn.Module | None, large: nn.Module | None, columns: Tensor) -> None:
    """Copies a layer into the first outputs of a larger one, which read of its inputs those in `columns` alone."""
    assert isinstance(small, nn.Linear | nn.Conv2d)
    assert isinstance(large, nn.Linear | nn.Conv2d)
    rows = small.weight.shape[0]
    large.weight[:rows] = 0.0
    large.weight[:rows, columns] = small.weight
    if small.bias is not None and large.bias is not None:
        large.bias[:rows] = small.bias


def _conv_norm(small: nn.Module, large: nn.Module, columns: Tensor) -> None:
    assert isinstance(small, ConvNorm)
    assert isinstance(large, ConvNorm)
    _layer(small.conv, large.conv, columns)
    rows = small.norm.num_features
    for name, tensor in small.norm.state_dict().items():
        target = large.norm.state_dict()[name]
        if tensor.dim():
            target[:rows] = tensor
        else:
            target.copy_(tensor)


def _block(small: nn.Module, large: nn.Module, trunk: Tensor, pooled: Tensor) -> None:
    assert isinstance(small, Block)
    assert isinstance(large, Block)
    _conv_norm(small.first, large.first, trunk)
    _conv_norm(small.second, large.second, trunk)
    if small.mix is not None:
        _layer(small.mix, large.mix, pooled)


def _silence(block: nn.Module) -> None:
    """Lets a block pass on what it is given, which is nowhere negative."""
    assert isinstance(block, Block)
    assert isinstance(block.second, ConvNorm)
    nn.init.zeros_(block.second.norm.weight)
    if block.mix is not None:
        nn.init.zeros_(block.mix.weight)
