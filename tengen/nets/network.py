"""The residual tower with its heads: fully convolutional, so that one network plays every board size."""

import copy
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from tengen.nets.config import ATOMS, NetConfig

SCORE_SCALE = 20.0
"""Points for one unit of the score head."""


class NetOutput(NamedTuple):
    """What a network says of B positions, each from the side of its player to move."""

    policy: Tensor
    """[B, A] logits: planes [P, H, W] flattened, then the extra actions."""
    outcome: Tensor
    """[B, 3] logits of win, draw, loss; [B, ATOMS] of returns where the value is scalar."""
    ownership: Tensor | None
    """[B, H, W]: tanh of it is the expected owner of each point, 1 the player to move."""
    score: Tensor | None
    """[B]: final lead in points / SCORE_SCALE, komi counted."""
    reply: Tensor | None = None
    """[B, A] logits of what the opponent plays next."""
    near: Tensor | None = None
    """[B, K]: tanh of it is the value that the search will see at each of K horizons, for the player to move now."""


def pool(features: Tensor) -> Tensor:
    """Mean, mean scaled by board width and maximum over the points: [B, C, H, W] -> [B, 3 C] (KataGo)."""
    height, width = features.shape[2:]
    # of the ways to write a mean and a maximum, the ones with a fast backward pass in channels-last bfloat16
    mean = features.permute(0, 2, 3, 1).flatten(1, 2).mean(dim=1)
    highest = functional.adaptive_max_pool2d(features, 1).flatten(1)
    return torch.cat([mean, mean * width_scale(height, width), highest], dim=1)


def width_scale(height: int, width: int) -> float:
    """(b - 14) / 10 for a board of b x b points, so that a mean can stand for a sum as well (KataGo)."""
    return (float(height * width) ** 0.5 - 14.0) / 10.0


COUNTED = 5
"""What the heads are told of a count."""


def count(ownership: Tensor, komi: Tensor | float) -> Tensor:
    """[B, COUNTED] from ownership's logits [B, H, W] and the points [B] that the player to move is given.

    A lead in points, whether it is beyond a draw, and how it stands to its own doubt: pooled features hold sums of
    many things, and none of them to the point that decides a close game. Owners are learned from owners alone, so no
    gradient flows back.
    """
    owner = torch.tanh(ownership.detach())
    lead = owner.sum(dim=(1, 2)) + komi
    doubt = torch.sqrt(1.0 + (1.0 - owner * owner).sum(dim=(1, 2)))
    told = (lead / SCORE_SCALE, torch.tanh(lead - 1.0), torch.tanh(lead + 1.0), torch.tanh(lead / doubt), doubt / 10.0)
    return torch.stack(told, dim=1)


class ConvNorm(nn.Module):
    """A convolution that keeps the board's size, or halves it with a stride of 2, then batch normalisation."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.norm(self.conv(x))
        return out

    def folded(self) -> nn.Conv2d:
        """One convolution with a bias that does what both do in evaluation."""
        size, stride = self.conv.kernel_size[0], self.conv.stride[0]
        conv = nn.Conv2d(self.conv.in_channels, self.conv.out_channels, size, stride=stride, padding=size // 2)
        assert self.norm.running_var is not None
        assert self.norm.running_mean is not None
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        conv.weight = nn.Parameter(self.conv.weight * scale[:, None, None, None])
        conv.bias = nn.Parameter(self.norm.bias - self.norm.running_mean * scale)
        return conv


class Block(nn.Module):
    """Two convolutions beside a shortcut; a pooling block also adds what the whole board looks like to every point."""

    def __init__(self, channels: int, *, pooled: bool) -> None:
        super().__init__()
        self.first: nn.Module = ConvNorm(channels, channels, 3)
        self.second: nn.Module = ConvNorm(channels, channels, 3)
        self.mix = nn.Linear(3 * channels, channels) if pooled else None
        if self.mix is not None:
            nn.init.normal_(self.mix.weight, std=0.5 * (3 * channels) ** -0.5)
            nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.rest(x, self.first(x).relu_())

    def rest(self, x: Tensor, y: Tensor) -> Tensor:
        """All behind the first convolution: `x` is the block's input, `y` that convolution's output."""
        z = self.second(y)
        if self.mix is not None:
            z += self.mix(pool(y))[:, :, None, None]
        z += x
        return z.relu_()


class Network(nn.Module):
    """Observations [B, planes, H, W] in, NetOutput out. Fresh, it is nearly indifferent among actions and results."""

    returns: Tensor
    """[2], where the value is scalar: the lowest and the highest return that an atom stands for."""

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.stem: nn.Module = ConvNorm(config.planes, channels, 3, stride=2 if config.halvings else 1)
        self.halving = nn.ModuleList(ConvNorm(channels, channels, 3, stride=2) for _ in range(config.halvings - 1))
        self.blocks = nn.ModuleList(
            Block(channels, pooled=config.pool_every > 0 and index % config.pool_every == config.pool_every - 1)
            for index in range(config.blocks)
        )
        self.head: nn.Module = ConvNorm(channels, channels, 1)
        point_planes = config.actions_per_point * (1 + config.reply) + config.score
        self.point_out = nn.Conv2d(channels, point_planes, 1) if point_planes else None
        """Policy planes, then ownership, then the planes of the reply."""
        width = max(2 * channels, 128) if config.points else 2 * channels
        self.hidden = nn.Linear(channels * (config.points or 3) + COUNTED * config.count, width)
        told = config.outcomes + config.extra_actions * (1 + config.reply) + config.score + config.horizons
        self.board_out = nn.Linear(width, told)
        """The outcomes, then the extra actions, then the score; then those of the reply and the near values."""
        if config.value == "scalar":
            self.register_buffer("returns", torch.zeros(2))
        for layer in (self.point_out, self.board_out):
            if layer is not None and layer.bias is not None:
                nn.init.normal_(layer.weight, std=0.1 * layer.weight.shape[1] ** -0.5)
                nn.init.zeros_(layer.bias)

    def forward(self, observations: Tensor) -> NetOutput:
        x = self.stem(observations).relu_()
        for halving in self.halving:
            x = halving(x).relu_()
        for block in self.blocks:
            x = block(x)
        features = self.head(x).relu_()
        points = None if self.point_out is None else self.point_out(features).float()
        gathered = features.flatten(1) if self.config.points else pool(features)
        if self.config.count:
            assert points is not None
            told = count(points[:, self.config.actions_per_point], self.komi(observations))
            gathered = torch.cat([gathered, told.to(gathered.dtype)], dim=1)
        board = self.board_out(functional.relu(self.hidden(gathered))).float()
        return self.split(points, board)

    def komi(self, observations: Tensor) -> Tensor | float:
        """[B]: the points that the player to move is given."""
        plane = self.config.komi_plane
        return 0.0 if plane < 0 else observations[:, plane].float().mean(dim=(1, 2)) * self.config.komi_scale

    def split(self, points: Tensor | None, board: Tensor) -> NetOutput:
        """Names the parts of the two outputs, `point_out` [B, planes, H, W] and `board_out` [B, numbers]."""
        config = self.config
        planes, extra, outcomes = config.actions_per_point, config.extra_actions, config.outcomes
        policy = board[:, outcomes : outcomes + extra]
        told = outcomes + extra
        ownership = score = reply = near = None
        spread = points[:, :planes].flatten(1) if points is not None and planes > 0 else None
        if points is not None and config.score:
            ownership, score = points[:, planes], board[:, told]
            told += 1
        if config.reply:
            reply = board[:, told : told + extra]
            told += extra
            if points is not None and planes > 0:
                reply = torch.cat([points[:, planes + config.score :].flatten(1), reply], dim=1)
        if config.horizons:
            near = board[:, told:]
        if spread is not None:
            policy = torch.cat([spread, policy], dim=1)
        return NetOutput(policy, board[:, :outcomes], ownership, score, reply, near)

    def atoms(self) -> Tensor:
        """[ATOMS]: the returns over which a scalar value is a distribution."""
        low, high = self.returns.tolist()
        return torch.linspace(low, high, ATOMS)

    def value(self, output: NetOutput) -> Tensor:
        """[B] for the player to move: (1 - u) (W - L) + u tanh(score), u the score's utility; or the mean return."""
        chances = output.outcome.softmax(dim=1)
        if self.config.value == "scalar":
            return chances @ self.atoms().to(chances)
        value = chances[:, 0] - chances[:, 2]
        share = self.config.score_utility
        if output.score is None or share == 0.0:
            return value
        return (1.0 - share) * value + share * torch.tanh(output.score)


@torch.no_grad()
def widen(weights: Mapping[str, Tensor], low: float, high: float) -> None:
    """Lets the atoms of a scalar network, given by its named tensors, reach from `low` to `high`, in place.

    The logit of each new atom is what the old ones say at its place, so that values stay near what they were, unless
    the range grows so much that a peak falls between two atoms.
    """
    least, most = weights["returns"].tolist()
    if most > least:
        place = ((torch.linspace(low, high, ATOMS) - least) / (most - least) * (ATOMS - 1)).clamp(0, ATOMS - 1)
        left = place.floor().long().clamp(max=ATOMS - 2)
        for name in ("board_out.weight", "board_out.bias"):
            logits = weights[name][:ATOMS].clone()
            share = (place - left).to(logits).view(-1, *[1] * (logits.dim() - 1))
            weights[name][:ATOMS] = torch.lerp(logits[left], logits[left + 1], share)
    weights["returns"].copy_(torch.tensor([low, high]))


@torch.no_grad()
def fold(network: Network) -> Network:
    """A frozen copy in float32 for evaluation, batch normalisation folded into the convolutions before it."""
    frozen = copy.deepcopy(network).float().eval()
    for module in list(frozen.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, ConvNorm):
                setattr(module, name, child.folded())
    return frozen.requires_grad_(False)
