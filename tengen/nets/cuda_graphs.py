"""Networks on a GPU as CUDA graphs: launching their kernels one by one takes longer than small batches compute.

See pytorch.org/docs, "CUDA semantics", on graphs: a graph reads and writes memory that stays where it is. So there is
one graph for each shape of batch, with memory of its own on both sides, and the copies to and fro are part of it; there
are few shapes, see `evaluator.few_sizes`.
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
    """One graph and the memory, on the CPU's side and page-locked, that it reads and writes."""

    graph: "torch.cuda.CUDAGraph"
    given: Tensor
    found: Pair


class CudaGraphs:
    """Runs a function of one tensor on a GPU by graphs that are captured when a shape is first met."""

    def __init__(self, function: Callable[[Tensor], Pair], device: torch.device, dtype: torch.dtype) -> None:
        """`function` takes what is called, as `dtype` and channels last on `device`."""
        self.function = function
        self.device = device
        self.dtype = dtype
        self.captured: dict[torch.Size, Captured] = {}
        # whoever waits for the GPU leaves his core to others
        self.done = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Pair:
        """What the function says of `x` [B, C, H, W] on the CPU, in memory there that the next call overwrites."""
        if x.shape not in self.captured:
            self.captured[x.shape] = self._capture(x)
        one = self.captured[x.shape]
        one.given.copy_(x)
        one.graph.replay()
        self.done.record()
        self.done.synchronize()
        return one.found

    def _capture(self, x: Tensor) -> Captured:
        given = x.to(self.dtype).contiguous().pin_memory()
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                outputs = self._on_gpu(given)
            found = tuple(torch.empty_like(output, device="cpu", pin_memory=True) for output in outputs)
        torch.cuda.current_stream(self.device).wait_stream(aside)
        torch.cuda.synchronize(self.device)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for place, output in zip(found, self._on_gpu(given), strict=True):
                place.copy_(output, non_blocking=True)
        return Captured(graph, given, (found[0], found[1]))

    def _on_gpu(self, given: Tensor) -> Pair:
        there = given.to(self.device, non_blocking=True)
        return self.function(there.contiguous(memory_format=torch.channels_last))
