"""A copy of a network in bfloat16 that does its work where the machine multiplies faster so."""

import copy

import torch
from torch import Tensor

from tengen.nets.plain import PlainNetwork


class HalfCopy:
    """`network` is the copy; what is learned stays in float32, where small steps are not lost."""

    def __init__(self, learned: PlainNetwork) -> None:
        self.network: PlainNetwork = copy.deepcopy(learned).to(  # type: ignore[call-overload]
            dtype=torch.bfloat16, memory_format=torch.channels_last
        )
        self._learned: list[Tensor] = list(learned.parameters())
        self._working: list[Tensor] = list(self.network.parameters())

    def hand_over(self) -> None:
        """Moves the copy's gradients to what is learned, into the memory of gradients that are there already."""
        for learned, working in zip(self._learned, self._working, strict=True):
            assert working.grad is not None
            if learned.grad is None:
                learned.grad = working.grad.float()
            else:
                learned.grad.copy_(working.grad)
            working.grad = None

    def follow(self) -> None:
        """Makes the copy equal to what is learned, to rounding."""
        with torch.no_grad():
            torch._foreach_copy_(self._working, self._learned)
