"""Mean and deviation of numbers that keep coming, to bring observations and rewards to a common scale."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

FARTHEST = 10.0
"""Deviations from the mean at which a normalised number is cut off."""


class Moments:
    """Running mean and variance of vectors of n numbers.

    Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
    """

    def __init__(self, width: int) -> None:
        self.mean = np.zeros(width)
        self.variance = np.ones(width)
        self.count = 1e-4
        """Numbers seen; a little more than none, so that the first of them outweigh the start."""

    def add(self, batch: NDArray[np.generic]) -> None:
        """Counts in the rows of `batch` [N, n]."""
        mean, variance, count = batch.mean(axis=0), batch.var(axis=0), len(batch)
        total = self.count + count
        apart = mean - self.mean
        self.mean = self.mean + apart * (count / total)
        scatter = self.variance * self.count + variance * count + apart**2 * (self.count * count / total)
        self.variance = scatter / total
        self.count = total

    @property
    def scale(self) -> NDArray[np.float32]:
        """Mean and inverse deviation, [2, n]."""
        return np.stack([self.mean, 1.0 / np.sqrt(self.variance + 1e-8)]).astype(np.float32)

    def normalise(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows of `batch` [N, ...] less the mean, in deviations, cut off at `FARTHEST`."""
        mean, inverse = self.scale
        flat = (batch.reshape(len(batch), -1) - mean) * inverse
        return np.clip(flat, -FARTHEST, FARTHEST).astype(np.float32).reshape(batch.shape)

    def save(self, name: str) -> dict[str, Tensor]:
        """What `restore` takes."""
        return {name: torch.from_numpy(np.stack([self.mean, self.variance, np.full_like(self.mean, self.count)]))}

    def restore(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Goes on from `save`."""
        self.mean, self.variance, counts = tensors[name].numpy().copy()
        self.count = float(counts[0])
