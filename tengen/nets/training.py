"""One step of gradient descent at a time, under bfloat16 autocast, and an average of the weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.core.errors import InvalidCheckpoint
from tengen.nets.checkpoint import Json, read_tensors, write_tensors
from tengen.nets.losses import LossWeights, Targets, losses
from tengen.nets.memory import keep_freed_memory
from tengen.nets.muon import Muon
from tengen.nets.network import Network, widen
from tengen.nets.precision import learns_faster_in_bf16

OUTPUTS = ("point_out", "board_out")
"""Last layers, which learn by AdamW in any case, as Muon's authors advise."""


MATRIX_DECAY = 0.01
"""Muon's weight decay: as its steps never shrink, this alone keeps a matrix from outgrowing them."""

PREFIXES = ("optimizer", "muon")
"""What the names of their states begin with."""


class Trainer:
    """Trains a network in place and keeps an exponential moving average of it, the one to publish."""

    def __init__(
        self,
        network: Network,
        *,
        lr: float = 2e-3,
        matrix_lr: float = 0.0,
        weight_decay: float = 1e-4,
        grad_clip: float = 5.0,
        ema_decay: float = 0.999,
        precision: Literal["auto", "float32", "bf16"] = "auto",
        threads: int = 1,
        device: str = "cpu",
        weights: LossWeights | None = None,
    ) -> None:
        """Takes `network` over: it is moved to `device` and laid out channels last.

        lr         AdamW's learning rate
        matrix_lr  Muon's, see nets/muon.py, for the weights of all layers but the last; with 0 these too learn by AdamW
        ema_decay  share of the average kept at each step, after a warm-up in which it is (1 + t) / (10 + t)
        precision  of convolutions and products; weights, normalisation and losses stay in float32
        """
        keep_freed_memory()
        self.device = torch.device(device)
        self.network = network.to(self.device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self.grad_clip = grad_clip
        self.ema_decay = ema_decay
        self.bf16 = learns_faster_in_bf16(device) if precision == "auto" else precision == "bf16"
        self.threads = threads
        self.weights = weights or LossWeights()
        self.steps = 0
        named = list(network.named_parameters())
        decayed = [p for _, p in named if p.dim() > 1]
        inner = [p for name, p in named if p.dim() > 1 and not name.startswith(OUTPUTS)] if matrix_lr else []
        outer = [p for p in decayed if not any(p is other for other in inner)]
        others = [p for _, p in named if p.dim() <= 1]
        groups = [{"params": outer, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=lr, fused=True)]
        if inner:
            self.optimizers.append(Muon(inner, lr=matrix_lr, weight_decay=MATRIX_DECAY))
        self.rates = (lr, matrix_lr)
        self.parameters = [*decayed, *others]
        self.current = {name: tensor.detach() for name, tensor in network.state_dict().items()}
        self.averaged = {name: tensor.clone() for name, tensor in self.current.items()}

    def step(
        self, observations: Tensor | NDArray[np.float32], targets: Targets, share: float | None = None
    ) -> dict[str, float]:
        """One update on a batch [B, C, H, W]; returns the losses by name.

        share  of the learning rates, which holds from here on
        """
        if self.device.type == "cpu" and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        if share is not None:
            for optimizer, rate in zip(self.optimizers, self.rates, strict=False):
                for group in optimizer.param_groups:
                    group["lr"] = share * rate
        x = torch.as_tensor(observations).to(self.device, torch.float32, memory_format=torch.channels_last)
        wanted = targets.to(self.device)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            output = self.network(x)
        found = losses(output, wanted, self.weights)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        found.total.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.grad_clip, foreach=True)
        for optimizer in self.optimizers:
            optimizer.step()
        self.steps += 1
        self._average()
        names = (*found._fields, "gradient")
        return dict(zip(names, torch.stack([*found, norm]).detach().tolist(), strict=True))

    @torch.no_grad()
    def _average(self) -> None:
        """Moves the average towards the weights, batch normalisation's statistics included."""
        decay = min(self.ema_decay, (1 + self.steps) / (10 + self.steps))
        pairs = [(self.averaged[name], current) for name, current in self.current.items()]
        averaged = [mean for mean, current in pairs if current.is_floating_point()]
        torch._foreach_lerp_(averaged, [current for _, current in pairs if current.is_floating_point()], 1 - decay)
        for mean, current in pairs:
            if not current.is_floating_point():
                mean.copy_(current)

    def average(self) -> Network:
        """A copy of the network with the averaged weights, in evaluation mode on the CPU: the one to publish."""
        network = Network(self.network.config)
        network.load_state_dict(self.averaged)
        return network.eval()

    def widen(self, low: float, high: float) -> None:
        """Makes sure that a scalar value reaches from `low` to `high`, with room to spare on a side that grows."""
        least, most = self.current["returns"].tolist()
        if least <= low and high <= most:
            return
        room = 0.25 * (max(high, most) - min(low, least))
        low, high = (low - room if low < least else least), (high + room if high > most else most)
        for weights in (self.current, self.averaged):
            widen(weights, low, high)

    def start_from(self, network: Network) -> None:
        """Takes over another network's weights, for the average too; the optimizer keeps what it has."""
        try:
            self.network.load_state_dict(network.state_dict())
        except RuntimeError as error:
            raise InvalidCheckpoint("these weights are of a network of another shape") from error
        self.averaged = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}

    def save(self, path: str | Path, extra: Mapping[str, Json] | None = None) -> None:
        """Writes all that a resumed training needs: weights, average, optimizer; `extra` comes back from `load`."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"average.{name}": tensor for name, tensor in self.averaged.items()}
        for prefix, optimizer in zip(PREFIXES, self.optimizers, strict=False):
            tensors |= optimizer_tensors(optimizer, prefix)
        header: dict[str, Json] = {"steps": self.steps, "extra": dict(extra or {})}
        write_tensors(path, "training state", tensors, header)

    def load(self, path: str | Path) -> dict[str, Json]:
        """Goes on where `save` stopped; returns its `extra`. InvalidCheckpoint if the file is of another network."""
        tensors, header = read_tensors(path, "training state")
        steps, extra = header.get("steps"), header.get("extra")
        if not isinstance(steps, int) or not isinstance(extra, dict):
            raise InvalidCheckpoint(f"{path} is damaged: its header lacks steps")
        for name, tensor in self.averaged.items():
            for part in (tensors.get(f"network.{name}"), tensors.get(f"average.{name}")):
                if part is None or part.shape != tensor.shape:
                    raise InvalidCheckpoint(f"{path} is the training state of another network")
        try:
            for prefix, optimizer in zip(PREFIXES, self.optimizers, strict=False):
                restore_optimizer(optimizer, tensors, prefix)
        except KeyError as error:
            raise InvalidCheckpoint(f"{path} is the training state of another network or optimizer") from error
        for name in self.averaged:
            self.current[name].copy_(tensors[f"network.{name}"])
            self.averaged[name].copy_(tensors[f"average.{name}"])
        self.steps = steps
        return extra


def optimizer_tensors(optimizer: torch.optim.Optimizer, prefix: str) -> dict[str, Tensor]:
    """An optimizer's state as named tensors: `PREFIX.INDEX.NAME`."""
    return {
        f"{prefix}.{index}.{name}": torch.as_tensor(value)
        for index, state in optimizer.state_dict()["state"].items()
        for name, value in state.items()
    }


@torch.no_grad()
def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor], prefix: str) -> None:
    """Puts back what `optimizer_tensors` took out; hyperparameters stay those of `optimizer`."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        if key.startswith(f"{prefix}."):
            _, index, name = key.split(".", 2)
            state.setdefault(int(index), {})[name] = tensor
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for place, values in state.items():
        for name, value in values.items():
            if place >= len(parameters) or (value.dim() > 0 and value.shape != parameters[place].shape):
                raise KeyError("another network's optimizer")
            if value.dim() > 0:  # in the parameter's own memory layout, which the fused update relies on
                values[name] = torch.empty_like(parameters[place]).copy_(value)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
