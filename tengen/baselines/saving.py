"""What every learner's saved state has in it: environments and random numbers."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines.environments import Environments
from tengen.nets.checkpoint import Json

PREFIX = "environments."


def saved_environments(environments: Environments) -> dict[str, Tensor]:
    """The environments' state as tensors; none where they cannot be saved."""
    return {PREFIX + name: _tensor(array) for name, array in environments.save().items()}


def restore_environments(environments: Environments, tensors: dict[str, Tensor]) -> NDArray[Any] | None:
    """Brings them to what `saved_environments` gave; returns observations, or None where new episodes must begin."""
    saved = {name.removeprefix(PREFIX): tensor.numpy() for name, tensor in tensors.items() if name.startswith(PREFIX)}
    return environments.restore(saved) if saved else None


def generator_notes(generator: np.random.Generator) -> Json:
    """Where a stream of random numbers stands, as JSON."""
    state: Any = generator.bit_generator.state
    return state


def restore_generator(generator: np.random.Generator, notes: Any) -> None:
    """Goes on where `generator_notes` stood."""
    generator.bit_generator.state = notes


def _tensor(array: NDArray[Any]) -> Tensor:
    """An array as a tensor; unsigned words, which torch knows little of, as signed ones."""
    return torch.from_numpy(np.ascontiguousarray(array.view(np.int64) if array.dtype == np.uint64 else array))
