"""Small fully connected networks in NumPy, with their own gradient and Adam.

Where a layer has a few hundred units, a framework spends most of a step on its own bookkeeping. It computes the same as
`PlainNetwork` of rectified linear units with PyTorch's autograd and Adam, to rounding.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel

Floats = NDArray[np.float32]

FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants (Kingma and Ba, "Adam", 2015)."""


@kernel
def adam_step(
    weights: Floats, gradient: Floats, first: Floats, second: Floats, scale: float, rate: float, root: float
) -> None:
    """One step of Adam on flat arrays [P], in place.

    scale  multiplies the gradient, as clipping asks
    rate   the learning rate over 1 - 0.9^t
    root   the root of 1 - 0.999^t
    """
    for place in range(len(weights)):
        slope = np.float32(scale) * gradient[place]
        first[place] = np.float32(FIRST_DECAY) * first[place] + np.float32(1.0 - FIRST_DECAY) * slope
        second[place] = np.float32(SECOND_DECAY) * second[place] + np.float32(1.0 - SECOND_DECAY) * slope * slope
        weights[place] -= (
            np.float32(rate) * first[place] / (np.sqrt(second[place]) / np.float32(root) + np.float32(EPSILON))
        )


class DenseNetwork:
    """Layers of rectified linear units and a linear last one; all weights lie in one flat array."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """sizes: inputs, units of each hidden layer, outputs."""
        self.sizes = tuple(sizes)
        pairs = list(itertools.pairwise(sizes))
        self.count = sum(inputs * outputs + outputs for inputs, outputs in pairs)
        self.weights = np.zeros(self.count, np.float32)
        self.layers = self.views(self.weights)

    def views(self, flat: Floats) -> list[tuple[Floats, Floats]]:
        """Weights [inputs, outputs] and biases [outputs] of each layer in a flat array like `weights`."""
        found, place = [], 0
        for inputs, outputs in itertools.pairwise(self.sizes):
            middle, end = place + inputs * outputs, place + inputs * outputs + outputs
            found.append((flat[place:middle].reshape(inputs, outputs), flat[middle:end]))
            place = end
        return found

    def forward(self, inputs: Floats) -> list[Floats]:
        """What each layer gives, the inputs [B, n] first and the outputs last."""
        seen = [inputs]
        for number, (weight, bias) in enumerate(self.layers, 1):
            given = seen[-1] @ weight
            given += bias
            if number < len(self.layers):
                np.maximum(given, 0.0, out=given)
            seen.append(given)
        return seen

    def __call__(self, inputs: Floats) -> Floats:
        """Outputs [B, outputs]."""
        return self.forward(inputs)[-1]


class DenseAdam:
    """Adam on a dense network."""

    def __init__(self, network: DenseNetwork, *, clip: float) -> None:
        """clip: the largest norm of a gradient; 0 for any."""
        self.network, self.clip = network, clip
        self.gradient = np.zeros_like(network.weights)
        self.first, self.second = np.zeros_like(network.weights), np.zeros_like(network.weights)
        self.steps = 0
        self._slopes = network.views(self.gradient)

    def step(self, seen: list[Floats], slope: Floats, learning_rate: float) -> None:
        """Moves the weights against the gradient of a loss.

        seen   of `forward`
        slope  [B, outputs] of the loss by the outputs; overwritten
        """
        for number in range(len(self._slopes) - 1, -1, -1):
            weight, bias = self._slopes[number]
            np.matmul(seen[number].T, slope, out=weight)
            np.sum(slope, 0, out=bias)
            if number:
                slope = slope @ self.network.layers[number][0].T
                slope *= seen[number] > 0.0
        scale = 1.0
        if self.clip:
            norm = math.sqrt(float(np.dot(self.gradient, self.gradient)))
            scale = min(1.0, self.clip / (norm + 1e-6))
        self.steps += 1
        rate = learning_rate / (1.0 - FIRST_DECAY**self.steps)
        root = math.sqrt(1.0 - SECOND_DECAY**self.steps)
        adam_step(self.network.weights, self.gradient, self.first, self.second, scale, rate, root)
