"""Networks of the baselines: a few layers whose kind follows from what is seen."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from tengen.core.errors import InvalidCheckpoint
from tengen.nets.checkpoint import Json

SCREEN = 84
"""From this height on an observation is a screen."""

BOARD = 8
"""From this height and width on an observation is a board that a convolution looks at."""


class PlainNetwork(nn.Module):
    """Maps observations [B, *observation_shape], float32, or uint8 from 0 to 255, to float32 [B, outputs].

    vectors [n, 1, 1] and small planes  linear layers of `hidden` units
    boards from 8x8 on  a 3x3 convolution of 16 channels, then 128 units (Young and Tian, "MinAtar", 2019)
    screens from 84x84 on  convolutions of 32 8x8/4, 64 4x4/2 and 64 3x3/1, then 512 units (Mnih and others,
        "Human-level control through deep reinforcement learning", 2015)

    `body` gives the last hidden layer [B, features], `head` the outputs; rectified linear units between, or tanh.
    """

    def __init__(
        self,
        observation_shape: tuple[int, ...],
        outputs: int,
        hidden: tuple[int, ...] = (64, 64),
        activation: str = "relu",
    ) -> None:
        super().__init__()
        self.observation_shape = tuple(observation_shape)
        self.outputs = outputs
        self.hidden = tuple(hidden)
        self.activation = activation
        rectify: type[nn.Module] = {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]
        layers: list[nn.Module] = []
        if is_screen(self.observation_shape):
            planes, height, width = self.observation_shape
            for channels, size, stride in ((32, 8, 4), (64, 4, 2), (64, 3, 1)):
                layers += [nn.Conv2d(planes, channels, size, stride), rectify()]
                planes, height, width = channels, (height - size) // stride + 1, (width - size) // stride + 1
            layers += [nn.Flatten(), nn.Linear(planes * height * width, 512), rectify()]
            self.features = 512
        elif is_board(self.observation_shape):
            planes, height, width = self.observation_shape
            layers = [nn.Conv2d(planes, 16, 3), rectify(), nn.Flatten()]
            layers += [nn.Linear(16 * (height - 2) * (width - 2), 128), rectify()]
            self.features = 128
        else:
            layers = [nn.Flatten()]
            self.features = math.prod(self.observation_shape)
            for units in self.hidden:
                layers += [nn.Linear(self.features, units), rectify()]
                self.features = units
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(self.features, outputs)

    def forward(self, observations: Tensor) -> Tensor:
        """Outputs [B, outputs]."""
        return self.head(self.look(observations))

    def look(self, observations: Tensor) -> Tensor:
        """The last hidden layer [B, features]."""
        if observations.dtype == torch.uint8:
            # Stacking screens, the newest dimension last, takes half as long as changing their layout does.
            observations = torch.stack(observations.unbind(1), -1).permute(0, 3, 1, 2)
            observations = observations.to(self.head.weight.dtype).mul_(1.0 / 255.0)
        return self.body(observations)

    def description(self) -> dict[str, Json]:
        """What `from_description` makes an untrained one like it of."""
        return {
            "observation_shape": list(self.observation_shape),
            "outputs": self.outputs,
            "hidden": list(self.hidden),
            "activation": self.activation,
        }

    @classmethod
    def from_description(cls, description: Json) -> "PlainNetwork":
        """An untrained network; InvalidCheckpoint if the description is none."""
        try:
            assert isinstance(description, dict)
            given: Any = description
            shape = tuple(int(size) for size in given["observation_shape"])
            hidden = tuple(int(units) for units in given["hidden"])
            return cls(shape, int(given["outputs"]), hidden, str(given["activation"]))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            raise InvalidCheckpoint("the header describes no network of this version of Tengen") from error


def is_screen(observation_shape: tuple[int, ...]) -> bool:
    """Whether observations are screens, for which the Atari network is."""
    return len(observation_shape) == 3 and min(observation_shape[1:]) >= SCREEN


def is_board(observation_shape: tuple[int, ...]) -> bool:
    """Whether observations are planes large enough for a convolution."""
    return len(observation_shape) == 3 and min(observation_shape[1:]) >= BOARD and not is_screen(observation_shape)
