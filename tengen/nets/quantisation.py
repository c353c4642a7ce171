"""8-bit inference: measured ranges of activations, and the check that what they give is still the same network."""

from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tengen.nets.network import Block, Network

Array = NDArray[np.float32]

Ranges: TypeAlias = dict[str, tuple[float, float]]
"""Lowest and highest activation by place: `input`, `stem`, `halving.0`, `blocks.0.first`, `blocks.0`, …"""

POSITIONS = 256
"""Positions that ranges are measured on, and again as many, others, for the check."""

MAX_DIVERGENCE = 0.02
"""Largest accepted mean Kullback-Leibler divergence of an 8-bit policy from the float32 policy, nats."""

MAX_VALUE_ERROR = 0.03
"""Largest accepted mean difference of values."""


class Agreement(NamedTuple):
    """How far one engine's answers are from another's, means over positions."""

    divergence: float
    """Kullback-Leibler divergence of the policies, nats."""
    value_error: float
    """Absolute difference of the values in [-1, 1], or of returns in halves of their range."""

    @property
    def good(self) -> bool:
        """Whether the difference is small enough to search and learn with. False for nan."""
        return self.divergence <= MAX_DIVERGENCE and self.value_error <= MAX_VALUE_ERROR


@torch.no_grad()
def activation_ranges(network: Network, observations: Tensor) -> Ranges:
    """Measures a folded network's activations on `observations` [N, C, H, W]."""
    ranges: Ranges = {}

    def noted(name: str, x: Tensor) -> Tensor:
        ranges[name] = (float(x.min()), max(float(x.max()), 1e-3))
        return x

    x = noted("input", observations.contiguous(memory_format=torch.channels_last))
    x = noted("stem", functional.relu(network.stem(x)))
    for index, halving in enumerate(network.halving):
        x = noted(f"halving.{index}", functional.relu(halving(x)))
    for index, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        y = noted(f"blocks.{index}.first", functional.relu(block.first(x)))
        x = noted(f"blocks.{index}", block.rest(x, y))
    return ranges


def agreement(reference: tuple[Array, Array], found: tuple[Array, Array]) -> Agreement:
    """Compares two evaluations, each policy logits [B, A] and values [B]."""
    expected = torch.from_numpy(reference[0]).log_softmax(dim=1)
    given = torch.from_numpy(found[0]).log_softmax(dim=1)
    divergence = (expected.exp() * (expected - given)).sum(dim=1).mean()
    return Agreement(float(divergence), float(np.abs(reference[1] - found[1]).mean()))


def split(calibration: Array) -> tuple[Array, Array]:
    """Two disjoint samples of at most POSITIONS each, spread evenly: to measure on, and to check with."""
    count = min(len(calibration) // 2, POSITIONS)
    chosen = np.linspace(0, len(calibration) - 1, 2 * count).astype(np.int64)
    return calibration[chosen[::2]], calibration[chosen[1::2]]
