"""Networks on a GPU as CUDA graphs: launching their kernels one by one takes longer than small batches compute.

See pytorch.org/docs, "CUDA semantics", on graphs: a graph reads and writes memory that stays where it is, so inputs are
copied in and outputs out. There is one graph for each shape of batch; shapes are few, see `evaluator.padded`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Pair = tuple[Tensor, Tensor]

WARM_UP = 3
"""Runs before capture, in which libraries choose their kernels and take their workspace."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One graph and the memory that it works on."""

    graph: "torch.cuda.CUDAGraph"
    given: Tensor
    found: Pair


class CudaGraphs:
    """Runs a function of one tensor by graphs that are captured when a shape is first met."""

    def __init__(self, function: Callable[[Tensor], Pair]) -> None:
        self.function = function
        self.captured: dict[torch.Size, Captured] = {}

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Pair:
        """What the function says of `x`, in memory that the next call overwrites."""
        if x.shape not in self.captured:
            self.captured[x.shape] = self._capture(x)
        one = self.captured[x.shape]
        one.given.copy_(x)
        one.graph.replay()
        return one.found

    def _capture(self, x: Tensor) -> Captured:
        given = x.clone(memory_format=torch.preserve_format)
        aside = torch.cuda.Stream(x.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(x.device))
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self.function(given)
        torch.cuda.current_stream(x.device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            found = self.function(given)
        return Captured(graph, given, found)
