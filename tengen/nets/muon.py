"""Muon: momentum whose every matrix is made orthogonal before it is taken as a step (Jordan et al. 2024).

A gradient's few large singular directions would else be all that a step moves; here all of them move alike. What small
networks like ours gain by it is measured in docs/learning.md.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic iteration that brings all singular values near 1; Jordan's."""
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Steps for weights of two dimensions and more; a convolution counts as a matrix [outputs, inputs * kernel].

    The step is the learning rate times an orthogonal matrix, times sqrt(rows / columns) where it is tall.
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 0.02, *, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update; matrices of one shape are worked on together."""
        for group in self.param_groups:
            together: dict[tuple[int, int], list[tuple[nn.Parameter, Tensor]]] = {}
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                mean: Tensor = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                ahead = parameter.grad.lerp(mean, group["momentum"]).flatten(1)  # Nesterov's look ahead
                together.setdefault((ahead.shape[0], ahead.shape[1]), []).append((parameter, ahead))
            for (rows, columns), found in together.items():
                steps = orthogonal(torch.stack([matrix for _, matrix in found]))
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                for (parameter, _), matrix in zip(found, steps, strict=True):
                    parameter.mul_(1.0 - group["lr"] * group["weight_decay"])
                    parameter.sub_(matrix.view(parameter.shape), alpha=rate)


def orthogonal(matrices: Tensor) -> Tensor:
    """[N, R, C]: each matrix with its singular values brought to about 1, between 0.7 and 1.2."""
    a, b, c = NEWTON_SCHULZ
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x
