"""A network as the search's evaluator: device, precision, engine and batch sizes are its business alone."""

import math
from typing import Literal, Protocol, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from tengen.core.errors import unknown
from tengen.core.jit import kernel
from tengen.nets import openvino_graph
from tengen.nets.cuda_graphs import CudaGraphs
from tengen.nets.network import SCORE_SCALE, NetOutput, Network, fold
from tengen.nets.precision import best_device, infers_faster_in_bf16
from tengen.nets.quantisation import Agreement, activation_ranges, agreement, split

Engine = Literal["auto", "torch", "torch-float32", "openvino", "openvino-float32", "openvino-int8"]
"""How a network is run; `torch` and `openvino` compute in bf16 where that is faster."""

Array = NDArray[np.float32]


class Runner(Protocol):
    """Runs a batch: (policy logits [B, A], judgement [B, outcomes + score])."""

    network: Network
    """The folded network."""

    def size(self, batch: int) -> int:
        """The batch size, no smaller, that so many positions are to be run at, so that few shapes are prepared."""

    def __call__(self, observations: Array) -> tuple[Array, Array]: ...


def few_sizes(batch: int) -> int:
    """The batch size that `batch` positions are run at where each size is dear to prepare, as a CUDA graph is."""
    if batch <= 32:
        return 1 << (batch - 1).bit_length()
    step = 16 if batch <= 256 else 64 if batch <= 512 else 256
    return -(-batch // step) * step


def near_size(batch: int) -> int:
    """The same where a size takes some milliseconds to prepare, once: from 48 on at most a 16th is wasted."""
    bits = (batch - 1).bit_length()
    step = 1 << min(bits, max(2, bits - 5))
    return -(-batch // step) * step


class TorchRunner:
    """The network in torch, batch normalisation folded, channels last; on a GPU as CUDA graphs."""

    def __init__(self, network: Network, *, device: str, bf16: bool, threads: int) -> None:
        self.device = torch.device(device)
        self.dtype = torch.bfloat16 if bf16 else torch.float32
        self.threads = threads
        folded = fold(network).to(self.device, self.dtype)
        self.network = folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.graphs = CudaGraphs(self._judge, self.device, self.dtype) if self.device.type == "cuda" else None

    def size(self, batch: int) -> int:
        return near_size(batch) if self.graphs is None else few_sizes(batch)

    @torch.inference_mode()
    def __call__(self, observations: Array) -> tuple[Array, Array]:
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        x = torch.from_numpy(observations)
        if self.graphs is not None:
            policy, judged = self.graphs(x)
            return policy.numpy().copy(), judged.numpy().copy()
        policy, judged = self._judge(x.to(self.dtype, memory_format=torch.channels_last))
        return policy.numpy(), judged.numpy()

    def _judge(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        output = self.network(x)
        judged = output.outcome
        if output.score is not None:
            judged = torch.cat([judged, output.score[:, None]], dim=1)
        return output.policy, judged


class OpenVinoRunner:
    """The network in OpenVINO on the CPU; a graph for each size of board, made when it is first met."""

    def __init__(self, network: Network, *, bf16: bool, threads: int, calibration: Array | None = None) -> None:
        """With `calibration` [N, C, H, W] it computes in int8, activations scaled to what they are on these."""
        openvino_graph.require()
        self.network = fold(network).cpu()
        self.ranges = None if calibration is None else activation_ranges(self.network, torch.from_numpy(calibration))
        self.bf16 = bf16
        self.threads = threads
        self.compiled: dict[tuple[int, int], openvino_graph.Compiled] = {}
        self.correction: Array | None = None
        """Added to what is judged: the mean of what 8 bits take from it, where that was measured."""

    def size(self, batch: int) -> int:
        return near_size(batch)

    def __call__(self, observations: Array) -> tuple[Array, Array]:
        policy, judged = self._run(observations)
        if self.correction is not None:
            judged += self.correction
        return policy, judged

    def correct(self, observations: Array, judged: Array) -> None:
        """Takes away the mean difference from `judged` [N, outcomes and score], which is right for `observations`."""
        self.correction = (judged - self._run(observations)[1]).mean(axis=0, dtype=np.float32)

    def _run(self, observations: Array) -> tuple[Array, Array]:
        size = (observations.shape[2], observations.shape[3])
        if size not in self.compiled:
            model = openvino_graph.Graph(self.network, *size, self.ranges).model()
            self.compiled[size] = openvino_graph.Compiled(model, threads=self.threads, bf16=self.bf16)
        return self.compiled[size](observations)


class NetworkEvaluator:
    """Judges batches of positions by a frozen copy of a network; implements `tengen.mcts.evaluator.Evaluator`."""

    def __init__(
        self,
        network: Network,
        *,
        engine: Engine = "auto",
        threads: int = 1,
        device: str = "auto",
        calibration: Array | None = None,
    ) -> None:
        """Copies `network` as it is now; later training does not change the evaluator.

        engine       `auto` takes the fastest of what is installed without quantising
        device       `auto`, `cpu`, `cuda`, `cuda:1`; for torch only
        calibration  float32 [N, C, H, W]: observations from which int8 ranges are measured, and checked
        """
        if engine not in get_args(Engine):
            raise unknown("engine", engine, get_args(Engine))
        self.note = ""
        """Why something else than the wanted engine runs, or empty."""
        device = best_device() if device == "auto" else device
        if engine == "auto":
            engine = "openvino" if device == "cpu" and openvino_graph.available() else "torch"
        self.engine: Engine = engine
        """What runs."""
        self.config = network.config
        self.atoms = network.atoms().numpy() if network.config.value == "scalar" else None
        """Returns that a scalar value is a distribution over."""
        self.agreement: Agreement | None = None
        """How near int8 is to float32, if it was tried."""
        self.runner = self._runner(network, device, threads, calibration)

    def _runner(self, network: Network, device: str, threads: int, calibration: Array | None) -> Runner:
        bf16 = infers_faster_in_bf16(device) and not self.engine.endswith("float32")
        if self.engine.startswith("torch"):
            return TorchRunner(network, device=device, bf16=bf16, threads=threads)
        if self.engine == "openvino-int8":
            int8 = self._int8(network, bf16, threads, calibration)
            if int8 is not None:
                return int8
            self.engine = "openvino"
        return OpenVinoRunner(network, bf16=bf16, threads=threads)

    def _int8(self, network: Network, bf16: bool, threads: int, calibration: Array | None) -> Runner | None:
        """The quantised network if it agrees with the float32 one on positions that it was not measured on."""
        if calibration is None or len(calibration) < 2:
            self.note = "int8 needs positions to be calibrated on: the openvino engine runs instead"
            return None
        measured, held_out = split(calibration)
        runner = OpenVinoRunner(network, bf16=bf16, threads=threads, calibration=measured)
        exact = OpenVinoRunner(network, bf16=False, threads=threads)
        runner.correct(measured, exact(measured)[1])
        span = 1.0 if self.atoms is None else max(float(self.atoms[-1] - self.atoms[0]) / 2, 1e-12)
        both = [(policy, self._values(judged) / span) for policy, judged in (exact(held_out), runner(held_out))]
        self.agreement = agreement(*both)
        if self.agreement.good:
            return runner
        self.note = (
            f"int8 differs too much from float32 (policies by {self.agreement.divergence:.4f} nats, "
            f"values by {self.agreement.value_error:.4f}): the openvino engine runs instead"
        )
        return None

    def _values(self, judged: Array) -> Array:
        if self.atoms is not None:
            return (softmax(judged) @ self.atoms).astype(np.float32, copy=False)
        return values(judged, self.config.score_utility)

    def __call__(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Policy logits [B, A] and values [B] in [-1, 1], or in the game's rewards for one player.

        Illegal actions get whatever the network says.
        """
        policy, judged = self._run(observations)
        return policy, self._values(judged)

    def size(self, batch: int) -> int:
        """The size of the batch, no smaller, that so many positions are judged in: more of them would cost nothing."""
        return self.runner.size(batch)

    def with_lead(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array, Array | None]:
        """As when called, and the expected lead in points [B] of the player to move; None without points."""
        policy, judged = self._run(observations)
        lead = judged[:, self.config.outcomes] * SCORE_SCALE if self.config.score else None
        return policy, self._values(judged), lead

    def judge(self, observations: Array) -> tuple[Array, Array, Array]:
        """Policy logits [B, A], chances of win, draw, loss [B, 3], expected lead in points [B] (0 without points).

        Where the value is scalar, chances of the returns `atoms`.
        """
        policy, judged = self._run(observations)
        outcomes = self.config.outcomes
        lead = judged[:, outcomes] * SCORE_SCALE if self.config.score else np.zeros(len(policy), np.float32)
        return policy, softmax(judged[:, :outcomes]), lead

    @torch.inference_mode()
    def output(self, observations: Array) -> NetOutput:
        """All that the network says [B, C, H, W], ownership too, in float32 on the CPU; by torch whatever the engine.

        For a person's eyes, not for a search: openvino and int8 engines leave ownership out.
        """
        network = self.runner.network
        like = next(network.parameters())
        found = network(torch.from_numpy(np.ascontiguousarray(observations, np.float32)).to(like.device, like.dtype))
        owner, score = (None if part is None else part.float().cpu() for part in (found.ownership, found.score))
        return NetOutput(found.policy.float().cpu(), found.outcome.float().cpu(), owner, score)

    def _run(self, observations: Array) -> tuple[Array, Array]:
        batch = len(observations)
        if batch == 0:
            actions = self.config.num_actions(*observations.shape[2:])
            return np.zeros((0, actions), np.float32), np.zeros(
                (0, self.config.outcomes + self.config.score), np.float32
            )
        size = self.size(batch)
        if size == batch:
            return self.runner(np.ascontiguousarray(observations, np.float32))
        whole = np.zeros((size, *observations.shape[1:]), np.float32)
        whole[:batch] = observations
        policy, judged = self.runner(whole)
        return policy[:batch], judged[:batch]


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def values(judged: Array, utility: float) -> Array:
    """[B] from win, draw, loss logits and score [B, 3 + score]: see `Network.value`."""
    found = np.empty(len(judged), np.float32)
    fill_values(judged, utility, found)
    return found


@kernel
def fill_values(judged: Array, utility: float, found: Array) -> None:
    """`values` written to `found` [B]."""
    score = judged.shape[1] > 3 and utility > 0.0
    for row in range(len(judged)):
        win, draw, loss = judged[row, 0], judged[row, 1], judged[row, 2]
        highest = max(win, draw, loss)
        win, draw, loss = math.exp(win - highest), math.exp(draw - highest), math.exp(loss - highest)
        value = (win - loss) / (win + draw + loss)
        if score:
            value = (1.0 - utility) * value + utility * math.tanh(judged[row, 3])
        found[row] = value
