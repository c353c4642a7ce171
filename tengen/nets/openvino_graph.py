"""A folded network as an OpenVINO graph, built op by op: converting through a trace takes seconds, this does not."""

import functools
import importlib.util
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from tengen.core.errors import MissingExtra
from tengen.nets.network import SCORE_SCALE, Block, Network, width_scale
from tengen.nets.quantisation import Ranges

if TYPE_CHECKING:
    from openvino import Model, Node


def available() -> bool:
    """Whether OpenVINO is installed."""
    return importlib.util.find_spec("openvino") is not None


def require() -> None:
    """MissingExtra unless OpenVINO is installed."""
    if not available():
        raise MissingExtra("the OpenVINO engine is not installed: pip install 'tengen[openvino]'")


LOADING = threading.Lock()


def load() -> ModuleType:
    """Imports OpenVINO without its telemetry, which would report the import over the network."""
    with LOADING:  # two threads may need it first: one that plays, one that is asked for a hint
        return _load()


@functools.cache
def _load() -> ModuleType:
    require()
    known = sys.modules.get("openvino_telemetry")
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # so that importing it fails, and a stub serves
    try:
        openvino = importlib.import_module("openvino")
        importlib.import_module("openvino.opset13")
    finally:
        del sys.modules["openvino_telemetry"]
        if known is not None:
            sys.modules["openvino_telemetry"] = known
    return openvino


class Graph:
    """Builds the graph of one folded network for boards of one size, any batch."""

    def __init__(self, network: Network, height: int, width: int, ranges: Ranges | None = None) -> None:
        """`ranges` of the activations make it an int8 graph: convolutions of the tower read 8 bits, accumulate 32."""
        self.openvino = load()
        self.ops = self.openvino.opset13
        self.network = network
        self.height, self.width = height, width
        self.ranges = ranges

    def constant(self, values: Tensor) -> "Node":
        return self.ops.constant(values.detach().cpu().numpy().astype(np.float32))

    def number(self, value: float) -> "Node":
        return self.ops.constant(np.float32(value))

    def quantised(self, x: "Node", name: str) -> "Node":
        """Activations rounded to 8 bits within the range measured under `name`; zero stays zero."""
        if self.ranges is None:
            return x
        low, high = self.ranges[name]
        levels = 256
        if low < 0:
            levels, high = 255, max(high, -low)
            low = -high
        bounds = [self.ops.constant(np.full((1, 1, 1, 1), bound, np.float32)) for bound in (low, high)]
        return self.ops.fake_quantize(x, *bounds, *bounds, levels)

    def convolution(self, x: "Node", layer: nn.Module, outputs: int | None = None, *, int8: bool = True) -> "Node":
        """The convolution, of its first `outputs` channels only if given; weights in 8 bits in an int8 graph."""
        assert isinstance(layer, nn.Conv2d)
        assert layer.bias is not None
        pad = [size // 2 for size in layer.kernel_size]
        weights = self.constant(layer.weight[:outputs])
        if int8 and self.ranges is not None:
            high = self.constant(layer.weight[:outputs].abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6))
            low = self.constant(-layer.weight[:outputs].abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6))
            weights = self.ops.fake_quantize(weights, low, high, low, high, 255)
        y = self.ops.convolution(x, weights, list(layer.stride), pad, pad, [1, 1])
        return self.ops.add(y, self.constant(layer.bias[None, :outputs, None, None]))

    def linear(self, x: "Node", layer: nn.Linear, rows: list[int] | None = None) -> "Node":
        """The linear layer, of the given outputs only if any are given."""
        chosen = slice(None) if rows is None else rows
        y = self.ops.matmul(x, self.constant(layer.weight[chosen]), False, True)
        return self.ops.add(y, self.constant(layer.bias[None, chosen]))

    def pool(self, x: "Node") -> "Node":
        axes = self.ops.constant(np.array([2, 3], np.int64))
        mean = self.ops.reduce_mean(x, axes, False)
        scaled = self.ops.multiply(mean, self.number(width_scale(self.height, self.width)))
        return self.ops.concat([mean, scaled, self.ops.reduce_max(x, axes, False)], 1)

    def planes(self, x: "Node", first: int, end: int) -> "Node":
        """The planes from `first` to before `end`."""
        bounds = [self.ops.constant(np.array([number], np.int64)) for number in (first, end, 1, 1)]
        return self.ops.slice(x, *bounds)

    def count(self, ownership: "Node", observations: "Node") -> "Node":
        """As `network.count`, of ownership's logits [B, 1, H, W]."""
        ops, number = self.ops, self.number
        axes = ops.constant(np.array([2, 3], np.int64))
        owner = ops.tanh(ownership)
        lead = ops.reduce_sum(owner, axes, False)
        plane = self.network.config.komi_plane
        if plane >= 0:
            given = ops.reduce_mean(self.planes(observations, plane, plane + 1), axes, False)
            lead = ops.add(lead, ops.multiply(given, number(self.network.config.komi_scale)))
        unsure = ops.reduce_sum(ops.subtract(number(1.0), ops.multiply(owner, owner)), axes, False)
        doubt = ops.sqrt(ops.add(number(1.0), unsure))
        told = [
            ops.divide(lead, number(SCORE_SCALE)),
            ops.tanh(ops.subtract(lead, number(1.0))),
            ops.tanh(ops.add(lead, number(1.0))),
            ops.tanh(ops.divide(lead, doubt)),
            ops.divide(doubt, number(10.0)),
        ]
        return ops.concat(told, 1)

    def block(self, x: "Node", block: Block, name: str) -> "Node":
        y = self.quantised(self.ops.relu(self.convolution(x, block.first)), f"{name}.first")
        z = self.convolution(y, block.second)
        if block.mix is not None:
            shape = self.ops.constant(np.array([0, 0, 1, 1], np.int64))
            z = self.ops.add(z, self.ops.reshape(self.linear(self.pool(y), block.mix), shape, True))
        return self.ops.relu(self.ops.add(x, z))

    def model(self) -> "Model":
        """Input float32 [B, planes, H, W]; outputs policy [B, A] and judgement [B, outcomes + score]."""
        network, config = self.network, self.network.config
        start = self.ops.parameter([-1, config.planes, self.height, self.width], np.float32)
        x = self.ops.relu(self.convolution(self.quantised(start, "input"), network.stem))
        x = self.quantised(x, "stem")
        for index, halving in enumerate(network.halving):
            x = self.quantised(self.ops.relu(self.convolution(x, halving)), f"halving.{index}")
        for index, block in enumerate(network.blocks):
            assert isinstance(block, Block)
            x = self.quantised(self.block(x, block, f"blocks.{index}"), f"blocks.{index}")
        features = self.ops.relu(self.convolution(x, network.head))
        flat = self.ops.constant(np.array([0, -1], np.int64))
        gathered = self.ops.reshape(features, flat, True) if config.points else self.pool(features)
        planes, extra, outcomes = config.actions_per_point, config.extra_actions, config.outcomes
        points: Node | None = None
        if network.point_out is not None and planes + config.count > 0:
            points = self.convolution(features, network.point_out, planes + config.count, int8=False)
        if config.count:
            assert points is not None
            gathered = self.ops.concat([gathered, self.count(self.planes(points, planes, planes + 1), start)], 1)
        hidden = self.ops.relu(self.linear(gathered, network.hidden))
        told = [*range(outcomes), *([outcomes + extra] if config.score else [])]
        judged = self.linear(hidden, network.board_out, told)
        logits = [self.linear(hidden, network.board_out, list(range(outcomes, outcomes + extra)))] if extra else []
        if planes > 0:
            assert points is not None
            spread = self.planes(points, 0, planes) if config.count else points
            logits.insert(0, self.ops.reshape(spread, flat, True))
        policy = self.ops.concat(logits, 1) if len(logits) > 1 else logits[0]
        return self.openvino.Model([policy, judged], [start], "tengen")


class Compiled:
    """A graph made ready for this machine's CPU."""

    def __init__(self, model: "Model", *, threads: int, bf16: bool) -> None:
        compiled = (
            load()
            .Core()
            .compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": threads,
                    "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
                    "PERFORMANCE_HINT": "LATENCY",
                    "NUM_STREAMS": 1,
                    "ENABLE_CPU_PINNING": False,
                },
            )
        )
        self.request = compiled.create_infer_request()

    def __call__(self, observations: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Runs a batch; the answers are the caller's own arrays."""
        found = self.request.infer([observations], share_inputs=True, share_outputs=False)
        return found[0], found[1]
