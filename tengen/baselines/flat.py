"""All parameters of some networks as one vector, so that an optimiser takes one step and not one for each layer."""

from collections.abc import Iterable

import torch
from torch import Tensor


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
        self._optimiser: torch.optim.Optimizer
        if kind == "adam":
            self._optimiser = torch.optim.Adam([flat.values], lr=rate, eps=epsilon, fused=True)
        else:
            self._optimiser = torch.optim.RMSprop([flat.values], lr=rate, alpha=0.99, eps=epsilon, foreach=False)

    def step(self, rate: float) -> None:
        """Goes one step down the gradient."""
        self._optimiser.param_groups[0]["lr"] = rate
        self._optimiser.step()

    def save(self, prefix: str) -> dict[str, Tensor]:
        """Parameters and moments, as copies, with names that begin with `prefix`."""
        state = self._optimiser.state[self._flat.values]
        return {f"{prefix}.values": self._flat.values.detach().clone()} | {
            f"{prefix}.{name}": torch.as_tensor(moment).clone() for name, moment in state.items()
        }

    def restore(self, prefix: str, tensors: dict[str, Tensor]) -> None:
        """Takes up what `save` gave."""
        with torch.no_grad():
            self._flat.values.copy_(tensors[f"{prefix}.values"])
        found = {
            name.removeprefix(f"{prefix}."): tensor.clone()
            for name, tensor in tensors.items()
            if name.startswith(f"{prefix}.") and name != f"{prefix}.values"
        }
        if found:
            self._optimiser.state[self._flat.values] = found
