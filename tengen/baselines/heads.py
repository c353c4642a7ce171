"""What a policy's outputs mean: a choice out of so many actions, or a Gaussian about a point between bounds.

Acting is NumPy, for a handful of rows at a time; learning is torch.
"""

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines.environments import Environments
from tengen.core.jit import kernel

Floats = NDArray[np.float32]


class Head(ABC):
    """Turns the outputs of a network [N, outputs] into actions, and says how likely an action was."""

    outputs: int
    """Numbers that the network gives for each observation."""
    width: tuple[int, ...]
    """Shape of one drawn action: () or (D,)."""
    dtype: np.dtype[Any]
    """Of drawn actions."""

    @abstractmethod
    def sample(self, outputs: Floats, generator: np.random.Generator) -> NDArray[Any]:
        """Draws an action for each row."""

    @abstractmethod
    def to_environment(self, actions: NDArray[Any]) -> NDArray[Any]:
        """Drawn actions as the environments take them."""

    @abstractmethod
    def score(self, outputs: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probability (or its density) of the drawn actions and entropy of the policy, each [N]."""

    def parameters(self) -> list[torch.nn.Parameter]:
        """What the head itself learns."""
        return []


class Categorical(Head):
    """One action out of so many; outputs are logits."""

    dtype = np.dtype(np.int64)

    def __init__(self, actions: int) -> None:
        self.outputs = actions
        self.width = ()

    def sample(self, outputs: Floats, generator: np.random.Generator) -> NDArray[Any]:
        chosen = np.empty(len(outputs), np.int64)
        draw_categorical(outputs, generator.random(len(outputs)), chosen)
        return chosen

    def to_environment(self, actions: NDArray[Any]) -> NDArray[Any]:
        return actions

    def score(self, outputs: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        logs = torch.log_softmax(outputs, dim=1)
        return logs.gather(1, actions[:, None])[:, 0], -(logs.exp() * logs).sum(dim=1)


class Gaussian(Head):
    """D numbers, drawn about the mean that the network gives; how widely is learned, but is no function of the state.

    The network's unit is half the way between the bounds, its 0 their middle. What falls outside is put on a bound.
    That happens behind the policy, as part of the environment: probabilities and entropy are the Gaussian's own.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, low: Floats, high: Floats, log_deviation: float = 0.0) -> None:
        """low, high are [D], infinite where there is no bound; log_deviation is where learning starts, in that unit."""
        bounded = np.isfinite(low) & np.isfinite(high)
        with np.errstate(invalid="ignore"):
            self.middle = np.where(bounded, (low + high) / 2, 0.0).astype(np.float32)
            self.reach = np.where(bounded, (high - low) / 2, 1.0).astype(np.float32)
        self.low, self.high = low, high
        self.outputs = len(low)
        self.width = (len(low),)
        self.log_deviation = torch.nn.Parameter(torch.full((len(low),), float(log_deviation)))

    def sample(self, outputs: Floats, generator: np.random.Generator) -> NDArray[Any]:
        deviation = np.exp(self.log_deviation.detach().numpy())
        return outputs + deviation * generator.standard_normal(outputs.shape, np.float32)

    def to_environment(self, actions: NDArray[Any]) -> NDArray[Any]:
        return np.clip(self.middle + self.reach * actions, self.low, self.high)

    def score(self, outputs: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        apart = (actions - outputs) * torch.exp(-self.log_deviation)
        constant = 0.5 * math.log(2 * math.pi)
        logs = -(0.5 * apart.square() + self.log_deviation + constant).sum(dim=1)
        entropy = (self.log_deviation + 0.5 + constant).sum()
        return logs, entropy.expand(len(logs))

    def parameters(self) -> list[torch.nn.Parameter]:
        return [self.log_deviation]


def head_for(environments: Environments, log_deviation: float = 0.0) -> Head:
    """The head for the actions that these environments take."""
    if environments.actions is not None:
        return Categorical(environments.actions)
    assert environments.low is not None
    assert environments.high is not None
    return Gaussian(environments.low, environments.high, log_deviation)


@kernel
def draw_categorical(logits: NDArray[np.float32], uniform: NDArray[np.float64], out: NDArray[np.int64]) -> None:
    """Writes for each row the action at which the cumulated softmax of `logits` [N, A] passes `uniform` [N]."""
    count, actions = logits.shape
    for row in range(count):
        largest = logits[row, 0]
        for action in range(1, actions):
            largest = max(largest, logits[row, action])
        total = 0.0
        for action in range(actions):
            total += np.exp(logits[row, action] - largest)
        left = uniform[row] * total
        chosen = actions - 1
        for action in range(actions):
            left -= np.exp(logits[row, action] - largest)
            if left < 0.0:
                chosen = action
                break
        out[row] = chosen
