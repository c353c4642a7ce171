"""Saving and restoring an environment that is written in Python: its attributes and its random numbers."""

import copy
from typing import Any

import numpy as np

ATOMS = (bool, int, float, complex, str, bytes, type(None))
"""Values that cannot change: kept as they are."""

NEVER_COPIED = frozenset(
    {
        "action_space",
        "observation_space",
        "reward_range",
        "reward_space",
        "spec",
        "render_mode",
        "env",
        "_np_random",
        "_cached_spec",
        "_metadata",
        "_action_space",
        "_observation_space",
        "screen",
        "surf",
        "clock",
        "window",
        "window_surface",
        "renderer",
    }
)
"""Attributes that decide nothing in the future, or are kept in another way."""

TABLES = {"gymnasium.envs.toy_text": frozenset({"P", "initial_state_distrib", "desc"})}
"""Attributes of known families of environments that are large and never change."""


class Copier:
    """Copies what the layers of one environment (wrappers, then the environment itself) hold in their attributes."""

    def __init__(self, environment: Any) -> None:
        self.layers = [environment]
        while self.layers[-1] is not environment.unwrapped:
            self.layers.append(self.layers[-1].env)
        self.skipped = [_skipped(type(layer).__module__) for layer in self.layers]
        base = self.layers[-1]
        self._shared = {id(item): item for item in (*self.layers, base.action_space, base.observation_space)}

    def save(self) -> tuple[Any, ...]:
        """A copy of all attributes, layer by layer, and the state of the random numbers."""
        saved = [
            self._copied(layer.__dict__, skipped) for layer, skipped in zip(self.layers, self.skipped, strict=True)
        ]
        return (*saved, self._generator().bit_generator.state)

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Puts the environment back; what was saved stays as it is."""
        for layer, attributes in zip(self.layers, saved[:-1], strict=True):
            layer.__dict__.update(self._copied(attributes, frozenset()))
        self._generator().bit_generator.state = saved[-1]

    def reseed(self, seed: int) -> None:
        """Random numbers from another seed, from here on."""
        generator = self._generator()
        generator.bit_generator.state = type(generator.bit_generator)(seed).state

    def _generator(self) -> np.random.Generator:
        return self.layers[-1].np_random

    def _copied(self, attributes: dict[str, Any], skipped: frozenset[str]) -> dict[str, Any]:
        copied, deep = {}, {}
        for name, value in attributes.items():
            if name in skipped:
                continue
            kind = type(value)
            fixed = kind in ATOMS or isinstance(value, np.generic)
            if fixed or (kind is tuple and all(type(part) in ATOMS for part in value)):
                copied[name] = value
            elif kind is np.ndarray and value.dtype != object:
                copied[name] = value.copy()
            else:
                deep[name] = value
        if deep:  # together, so that what two of them share stays shared
            generator = self._generator()
            copied |= copy.deepcopy(deep, {**self._shared, id(generator): generator})
        return copied


def _skipped(module: str) -> frozenset[str]:
    known = [names for family, names in TABLES.items() if module.startswith(family)]
    return NEVER_COPIED.union(*known)
