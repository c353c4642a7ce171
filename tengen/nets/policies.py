"""What a baseline learns and an agent plays: a table or a plain network that chooses greedily; as a file."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.core.errors import InvalidCheckpoint
from tengen.nets.checkpoint import Json, read_tensors, write_tensors
from tengen.nets.plain import PlainNetwork

POLICY = "policy"
"""The kind of file that a policy is saved as."""


class Policy(ABC):
    """Chooses an action for each observation of a batch, the same each time."""

    keyed: bool = False
    """Whether observations are 64-bit keys of situations."""

    @abstractmethod
    def act(self, observations: NDArray[Any]) -> NDArray[Any]:
        """Actions [N]: integers, or float32 [N, D] where they are real numbers."""

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """What its file holds."""

    @abstractmethod
    def description(self) -> dict[str, Json]:
        """What `load_policy` needs beside the tensors; `kind` says which class."""


class NetworkPolicy(Policy):
    """The action of the largest of the network's first `actions` outputs; or, of D real numbers, those clipped.

    scale  mean and inverse deviation [2, n] by which vectors are normalised before the network sees them, if any
    low, high  [D] bounds of real actions, which are the first D outputs
    """

    def __init__(
        self,
        network: PlainNetwork,
        *,
        actions: int | None,
        low: NDArray[np.float32] | None = None,
        high: NDArray[np.float32] | None = None,
        scale: NDArray[np.float32] | None = None,
    ) -> None:
        self.network = network
        self.actions = actions
        self.low, self.high, self.scale = low, high, scale

    def act(self, observations: NDArray[Any]) -> NDArray[Any]:
        if self.scale is not None:
            flat = observations.reshape(len(observations), -1)
            flat = np.clip((flat - self.scale[0]) * self.scale[1], -10.0, 10.0).astype(np.float32)
            observations = flat.reshape(observations.shape)
        with torch.inference_mode():
            outputs = self.network(torch.from_numpy(observations).to(self.network.head.weight.device))
            if self.actions is not None:
                return outputs[:, : self.actions].argmax(1).cpu().numpy()
        assert self.low is not None
        assert self.high is not None
        chosen = outputs[:, : len(self.low)].float().cpu().numpy()
        return np.clip(chosen, self.low, self.high)

    def tensors(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        for name in ("low", "high", "scale"):
            array = getattr(self, name)
            if array is not None:
                found[name] = torch.from_numpy(np.ascontiguousarray(array))
        return found

    def description(self) -> dict[str, Json]:
        return {"kind": "network", "actions": self.actions, "network": self.network.description()}


class TablePolicy(Policy):
    """The action of the largest value in a table by key; in a situation that it does not know, the first."""

    keyed = True

    def __init__(self, keys: NDArray[np.uint64], values: NDArray[np.float64]) -> None:
        """keys [S], in any order; values [S, actions]."""
        order = np.argsort(keys)
        self.keys, self.values = keys[order], values[order]

    def act(self, observations: NDArray[Any]) -> NDArray[Any]:
        if not len(self.keys):
            return np.zeros(len(observations), np.int64)
        places = np.minimum(np.searchsorted(self.keys, observations), len(self.keys) - 1)
        known = self.keys[places] == observations
        return np.where(known, self.values[places].argmax(1), 0)

    def values_of(self, key: int) -> NDArray[np.float64] | None:
        """The values of the actions in the situation of this key; None if it is not in the table."""
        place = int(np.searchsorted(self.keys, np.uint64(key)))
        known = place < len(self.keys) and int(self.keys[place]) == key
        return self.values[place] if known else None

    def tensors(self) -> dict[str, Tensor]:
        return {"keys": torch.from_numpy(self.keys.view(np.int64)), "values": torch.from_numpy(self.values)}

    def description(self) -> dict[str, Json]:
        return {"kind": "table", "actions": self.values.shape[1]}


@dataclass(frozen=True, slots=True)
class SavedPolicy:
    """A policy with what is known of it."""

    policy: Policy
    method: str
    environment: str
    """The text of the environment that it was learned in."""
    provenance: dict[str, Json] = field(default_factory=dict)


def save_policy(
    path: str | Path, policy: Policy, *, method: str, environment: str, provenance: Mapping[str, Json]
) -> None:
    """Writes a policy, whole or not at all."""
    header: dict[str, Json] = {
        "method": method,
        "environment": environment,
        "policy": policy.description(),
        "provenance": dict(provenance),
    }
    write_tensors(path, POLICY, policy.tensors(), json.loads(json.dumps(header)))


def load_policy(path: str | Path) -> SavedPolicy:
    """Reads a policy; InvalidCheckpoint says in one line what is wrong."""
    tensors, header = read_tensors(path, POLICY)
    try:
        described: Any = header["policy"]
        method, environment, provenance = header["method"], header["environment"], header["provenance"]
        if not (isinstance(method, str) and isinstance(environment, str) and isinstance(provenance, dict)):
            raise ValueError("the header has other types")
        if described["kind"] == "table":
            keys = tensors["keys"].numpy().view(np.uint64)
            values = tensors["values"].numpy()
            if (len(keys), described["actions"]) != values.shape:
                raise ValueError("keys and values do not match")
            return SavedPolicy(TablePolicy(keys, values), method, environment, provenance)
        network = PlainNetwork.from_description(described["network"])
        network.load_state_dict({name: tensors[f"network.{name}"] for name in network.state_dict()})
        arrays = {name: tensors[name].numpy() for name in ("low", "high", "scale") if name in tensors}
        made = NetworkPolicy(network.eval(), actions=described["actions"], **arrays)
        return SavedPolicy(made, method, environment, provenance)
    except (KeyError, IndexError, TypeError, RuntimeError, ValueError) as error:
        raise InvalidCheckpoint(f"{path} does not hold a policy of this version of Tengen") from error


def key_of_planes(planes: NDArray[np.float32]) -> int:
    """The 64-bit key by which a table knows an observation [C, H, W] of Gymnasium's."""
    return int.from_bytes(hashlib.blake2b(planes.tobytes(), digest_size=8).digest(), "little")


def tensors_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    """Arrays as tensors; unsigned 64-bit words, which torch knows little of, as signed ones with the same bits."""
    return {
        name: torch.from_numpy(np.ascontiguousarray(array.view(np.int64) if array.dtype == np.uint64 else array))
        for name, array in arrays.items()
    }


def arrays_of(tensors: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    """Tensors as arrays."""
    return {name: tensor.numpy() for name, tensor in tensors.items()}
