"""Values of actions from a network that learns, and from its judge, a copy of some time ago: all that DQN asks of it.

Two engines do the same: NumPy for small fully connected networks on the CPU, PyTorch for all else.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tengen.nets.dense import DenseAdam, DenseNetwork
from tengen.nets.half import HalfCopy
from tengen.nets.memory import keep_freed_memory
from tengen.nets.plain import PlainNetwork, is_board, is_screen
from tengen.nets.precision import best_device, learns_faster_in_bf16

Floats = NDArray[np.float32]


class ActionValues(ABC):
    """A network, its judge and Adam. Observations are as they are stored: [B, *observation_shape], float32 or uint8."""

    @abstractmethod
    def values(self, observations: NDArray[Any], *, judge: bool = False) -> Floats:
        """float32 [B, actions] of the network, or of its judge."""

    @abstractmethod
    def move(self, observations: NDArray[Any], actions: NDArray[np.int64], targets: Floats) -> float:
        """Moves the values of `actions` [B] towards `targets` [B] by one step of Adam; returns the mean Huber loss."""

    @abstractmethod
    def renew(self) -> None:
        """Makes the judge equal to the network."""

    @abstractmethod
    def network(self) -> PlainNetwork:
        """A float32 copy of the network on the CPU."""

    @abstractmethod
    def save(self) -> dict[str, Tensor]:
        """All that `restore` needs."""

    @abstractmethod
    def restore(self, saved: dict[str, Tensor]) -> None:
        """Goes on from `save` of the same kind of engine."""


def action_values(
    observation_shape: tuple[int, ...],
    actions: int,
    hidden: tuple[int, ...],
    *,
    learning_rate: float,
    clip: float,
    seed: int,
    device: str = "auto",
    precision: str = "auto",
) -> ActionValues:
    """The faster engine for these shapes, its weights drawn by `seed`, which says `auto` or what it shall use."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = PlainNetwork(observation_shape, actions, hidden)
    screens = is_screen(observation_shape)
    chosen = (best_device() if screens else "cpu") if device == "auto" else device
    if not screens and not is_board(observation_shape) and chosen == "cpu" and precision != "bfloat16":
        return DenseValues(network, learning_rate, clip)
    bf16 = learns_faster_in_bf16(chosen) and screens if precision == "auto" else precision == "bfloat16"
    return TorchValues(network, learning_rate, clip, chosen, torch.bfloat16 if bf16 else torch.float32)


class DenseValues(ActionValues):
    """The engine in NumPy."""

    def __init__(self, network: PlainNetwork, learning_rate: float, clip: float) -> None:
        self._like = network
        self._rate = learning_rate
        sizes = (int(np.prod(network.observation_shape)), *network.hidden, network.outputs)
        self._network, self._judge = DenseNetwork(sizes), DenseNetwork(sizes)
        self._adam = DenseAdam(self._network, clip=clip)
        layers = [layer for layer in [*network.body, network.head] if isinstance(layer, nn.Linear)]
        for (weight, bias), layer in zip(self._network.layers, layers, strict=True):
            weight[...] = layer.weight.detach().numpy().T
            bias[...] = layer.bias.detach().numpy()
        self.renew()

    def values(self, observations: NDArray[Any], *, judge: bool = False) -> Floats:
        network = self._judge if judge else self._network
        return network(observations.reshape(len(observations), -1))

    def move(self, observations: NDArray[Any], actions: NDArray[np.int64], targets: Floats) -> float:
        seen = self._network.forward(observations.reshape(len(observations), -1))
        rows = np.arange(len(actions))
        errors = seen[-1][rows, actions] - targets
        bounded = np.clip(errors, -1.0, 1.0)
        slope = np.zeros_like(seen[-1])
        slope[rows, actions] = bounded / len(actions)
        self._adam.step(seen, slope, self._rate)
        return float(np.mean(bounded * (errors - 0.5 * bounded)))

    def renew(self) -> None:
        self._judge.weights[:] = self._network.weights

    def network(self) -> PlainNetwork:
        copy = PlainNetwork.from_description(self._like.description())
        layers = [layer for layer in [*copy.body, copy.head] if isinstance(layer, nn.Linear)]
        with torch.no_grad():
            for (weight, bias), layer in zip(self._network.layers, layers, strict=True):
                layer.weight.copy_(torch.from_numpy(weight.T))
                layer.bias.copy_(torch.from_numpy(bias))
        return copy.eval()

    def save(self) -> dict[str, Tensor]:
        adam = self._adam
        arrays = {"weights": self._network.weights, "judge": self._judge.weights}
        arrays |= {"first": adam.first, "second": adam.second, "steps": np.array([adam.steps])}
        return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}

    def restore(self, saved: dict[str, Tensor]) -> None:
        self._network.weights[:] = saved["weights"].numpy()
        self._judge.weights[:] = saved["judge"].numpy()
        self._adam.first[:], self._adam.second[:] = saved["first"].numpy(), saved["second"].numpy()
        self._adam.steps = int(saved["steps"][0])


class TorchValues(ActionValues):
    """The engine in PyTorch, on a GPU too. In bfloat16 a copy of the network does the work; Adam keeps float32."""

    def __init__(
        self, network: PlainNetwork, learning_rate: float, clip: float, device: str, dtype: torch.dtype
    ) -> None:
        keep_freed_memory()
        planes = len(network.observation_shape) == 3 and network.observation_shape[1] > 1
        self._layout = torch.channels_last if planes else torch.contiguous_format
        self._device, self._dtype, self._clip = device, dtype, clip
        self._rate = learning_rate
        self._network = self._placed(network, torch.float32)
        self._half = HalfCopy(self._network) if dtype == torch.bfloat16 else None
        self._worker = self._network if self._half is None else self._half.network
        self._judge = self._placed(self.network(), dtype).requires_grad_(False)
        self._weights: list[Tensor] = list(self._network.parameters())
        self._adam = torch.optim.Adam(self._weights, lr=learning_rate, fused=True)

    def _placed(self, network: PlainNetwork, dtype: torch.dtype) -> PlainNetwork:
        return network.to(device=self._device, dtype=dtype, memory_format=self._layout)  # type: ignore[call-overload]

    def values(self, observations: NDArray[Any], *, judge: bool = False) -> Floats:
        with torch.inference_mode():
            return self._look(self._judge if judge else self._worker, observations).cpu().numpy()

    def _look(self, network: PlainNetwork, observations: NDArray[Any]) -> Tensor:
        seen = torch.from_numpy(observations).to(self._device)
        if seen.dtype != torch.uint8:
            seen = seen.to(self._dtype).contiguous(memory_format=self._layout)
        return network(seen).float()

    def move(self, observations: NDArray[Any], actions: NDArray[np.int64], targets: Floats) -> float:
        chosen = torch.from_numpy(actions).to(self._device)[:, None]
        found = self._look(self._worker, observations).gather(1, chosen).squeeze(1)
        loss = nn.functional.smooth_l1_loss(found, torch.from_numpy(targets).to(self._device))
        for weights in self._weights:
            weights.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        if self._half is not None:
            self._half.hand_over()
        if self._clip:
            gradients = [weights.grad for weights in self._weights if weights.grad is not None]
            length = float(nn.utils.get_total_norm(gradients))
            if length > self._clip:  # not often, so one pass over them is saved
                torch._foreach_mul_(gradients, self._clip / length)
        self._adam.step()
        self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        if self._half is not None:
            self._half.follow()

    def renew(self) -> None:
        self._judge.load_state_dict(self._network.state_dict())

    def network(self) -> PlainNetwork:
        copy = PlainNetwork.from_description(self._network.description())
        copy.load_state_dict(self._network.state_dict())
        return copy.eval()

    def save(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self._network.state_dict().items()}
        found |= {f"judge.{name}": tensor for name, tensor in self._judge.state_dict().items()}
        for number, state in self._adam.state_dict()["state"].items():
            found |= {f"adam.{number}.{name}": tensor for name, tensor in state.items()}
        return found

    def restore(self, saved: dict[str, Tensor]) -> None:
        self._network.load_state_dict({name: saved[f"network.{name}"] for name in self._network.state_dict()})
        self._judge.load_state_dict({name: saved[f"judge.{name}"] for name in self._judge.state_dict()})
        self._follow()
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in saved.items():
            if name.startswith("adam."):
                _, number, key = name.split(".")
                state.setdefault(int(number), {})[key] = tensor
        self._adam.load_state_dict(self._adam.state_dict() | {"state": state})
        for group in self._adam.param_groups:
            group["lr"] = self._rate
