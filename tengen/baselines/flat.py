"""All parameters of some networks as one vector, so that an optimiser takes one step and not one for each layer."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.core.jit import kernel

DECAY = 0.99
"""Of RMSprop's mean of squares."""


class FlatParameters:
    """Parameters that live in one vector from now on: `values` and its gradient [P], of which theirs are views.

    What is loaded into a network afterwards lands in the vector. Gradients are set to 0 by `clear`, never to None,
    which would part them from it.
    """

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        parts = list(parameters)
        self.values = torch.nn.Parameter(torch.cat([part.detach().reshape(-1) for part in parts]))
        self.gradient = torch.zeros_like(self.values)
        self.values.grad = self.gradient
        begin = 0
        for part in parts:
            end = begin + part.numel()
            part.data = self.values.data[begin:end].view_as(part)
            part.grad = self.gradient[begin:end].view_as(part)
            begin = end

    def clear(self) -> None:
        """Sets the gradient to 0."""
        self.gradient.zero_()

    def clip(self, longest: float) -> float:
        """Shortens the gradient to a Euclidean length of `longest` if it is longer; returns how long it was."""
        length = float(self.gradient.norm())
        if length > longest:
            self.gradient.mul_(longest / length)
        return length


class Optimiser:
    """Adam or RMSprop on one vector."""

    def __init__(self, kind: str, flat: FlatParameters, rate: float, *, epsilon: float) -> None:
        """kind is `adam` (Kingma and Ba, 2015) or `rmsprop` with a decay of 0.99, as Mnih and others, 2016, have it."""
        self._flat = flat
        self._epsilon = epsilon
        self._squares = torch.zeros_like(flat.gradient) if kind == "rmsprop" else None
        self._adam = torch.optim.Adam([flat.values], lr=rate, eps=epsilon, fused=True)

    def step(self, rate: float) -> None:
        """Goes one step down the gradient."""
        if self._squares is not None:
            values, gradient = self._flat.values.detach().numpy(), self._flat.gradient.numpy()
            rmsprop(values, gradient, self._squares.numpy(), rate, DECAY, self._epsilon)
            return
        self._adam.param_groups[0]["lr"] = rate
        self._adam.step()

    def save(self, prefix: str) -> dict[str, Tensor]:
        """Parameters and moments, as copies, with names that begin with `prefix`."""
        saved = {f"{prefix}.values": self._flat.values.detach().clone()}
        if self._squares is not None:
            return saved | {f"{prefix}.squares": self._squares.clone()}
        state = self._adam.state[self._flat.values]
        return saved | {f"{prefix}.{name}": torch.as_tensor(moment).clone() for name, moment in state.items()}

    def restore(self, prefix: str, tensors: dict[str, Tensor]) -> None:
        """Takes up what `save` gave."""
        with torch.no_grad():
            self._flat.values.copy_(tensors[f"{prefix}.values"])
        if self._squares is not None:
            self._squares.copy_(tensors[f"{prefix}.squares"])
            return
        found = {
            name.removeprefix(f"{prefix}."): tensor.clone()
            for name, tensor in tensors.items()
            if name.startswith(f"{prefix}.") and name != f"{prefix}.values"
        }
        if found:
            self._adam.state[self._flat.values] = found


@kernel
def rmsprop(
    values: NDArray[np.float32],
    gradient: NDArray[np.float32],
    squares: NDArray[np.float32],
    rate: float,
    decay: float,
    epsilon: float,
) -> None:
    """One step of RMSprop in place, in one pass over all [P]; `squares` is the running mean of squared gradients."""
    share, kept, added, least = np.float32(rate), np.float32(decay), np.float32(1.0 - decay), np.float32(epsilon)
    for place in range(len(values)):
        squares[place] = kept * squares[place] + added * gradient[place] * gradient[place]
        values[place] -= share * gradient[place] / (np.sqrt(squares[place]) + least)
