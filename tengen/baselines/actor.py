"""The half of a policy-gradient method that acts: a network, a head, and the scale of what it sees."""

import copy
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tengen.baselines.environments import Environments
from tengen.baselines.heads import Categorical, Gaussian, head_for
from tengen.baselines.moments import Moments
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.nets.half import HalfCopy
from tengen.nets.plain import PlainNetwork
from tengen.nets.policies import NetworkPolicy


class Actor:
    """A stochastic policy that is learned; parameters stay where they are, so that acting sees every update."""

    def __init__(
        self,
        environments: Environments,
        *,
        hidden: tuple[int, ...],
        activation: str,
        log_deviation: float,
        normalise: bool,
        seed: int,
        extra: int = 0,
        half: bool = False,
    ) -> None:
        """`extra` outputs follow the policy's, such as a value; `normalise` keeps a running scale of vectors.

        half  whether a copy of the network in bfloat16 does the work
        """
        self.head = head_for(environments, log_deviation)
        self.network = PlainNetwork(environments.observation_shape, self.head.outputs + extra, hidden, activation)
        initialise(self.network, 0.01, seed)
        self._half = HalfCopy(self.network) if half else None
        self.worker = self.network if self._half is None else self._half.network
        """What looks at observations."""
        self.moments: Moments | None = None
        if normalise:
            if environments.dtype != np.float32:
                raise InvalidParameter("normalise_observations=true is not accepted for screens, which have one scale")
            self.moments = Moments(math.prod(environments.observation_shape))

    @functools.cached_property
    def forward(self) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
        """The network for arrays; made when it is first needed, for by then the parameters lie where they stay."""
        return quick_forward(self.worker)

    def parameters(self) -> list[nn.Parameter]:
        """What learning changes."""
        return [*self.network.parameters(), *self.head.parameters()]

    def take_gradient(self) -> None:
        """Brings the gradient to `parameters`, if a copy of them did the work."""
        if self._half is not None:
            self._half.hand_over()

    def follow(self) -> None:
        """Works with `parameters` as they are now."""
        if self._half is not None:
            self._half.follow()

    def see(self, observations: NDArray[Any], *, new: bool = True) -> NDArray[Any]:
        """Observations as the network sees them; `new` ones count towards the scale."""
        if self.moments is None:
            return observations
        if new:
            self.moments.add(observations.reshape(len(observations), -1))
        return self.moments.normalise(observations)

    def draw(self, seen: NDArray[Any], generator: np.random.Generator) -> NDArray[Any]:
        """An action for each row of what `see` gave."""
        return self.head.sample(self.forward(seen)[:, : self.head.outputs], generator)

    def policy(self) -> NetworkPolicy:
        """The greedy policy as it is now, with the bounds of actions folded into its last layer."""
        network = copy.deepcopy(self.network)
        scale = None if self.moments is None else self.moments.scale
        if isinstance(self.head, Categorical):
            return NetworkPolicy(network, actions=self.head.outputs, scale=scale)
        assert isinstance(self.head, Gaussian)
        reach, middle = torch.from_numpy(self.head.reach), torch.from_numpy(self.head.middle)
        with torch.no_grad():
            rows = slice(0, self.head.outputs)
            network.head.weight[rows] *= reach[:, None]
            network.head.bias[rows] = middle + reach * network.head.bias[rows]
        return NetworkPolicy(network, actions=None, low=self.head.low, high=self.head.high, scale=scale)

    def save(self) -> dict[str, Tensor]:
        """The scale; parameters are the optimiser's to save."""
        return {} if self.moments is None else self.moments.save("moments")

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Goes on from `save`."""
        if self.moments is not None:
            self.moments.restore("moments", tensors)
        self.follow()


def initialise(network: PlainNetwork, gain: float, seed: int) -> None:
    """Orthogonal weights times sqrt(2), in the last layer times `gain`; biases of 0.

    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014. A small last layer makes a policy begin almost uniform.
    """
    generator = torch.Generator().manual_seed(int(stream(seed, "weights").integers(2**31)))
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.orthogonal_(module.weight, gain if module is network.head else math.sqrt(2), generator)
            assert module.bias is not None
            nn.init.zeros_(module.bias)


def quick_forward(network: PlainNetwork) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    """The network as a function of arrays [N, ...]: linear layers in NumPy, a tenth of torch's time for a few rows.

    It looks at the parameters where they lie now; what changes them in place changes it too.
    """
    modules = [module for module in network.body if not isinstance(module, nn.Flatten)]
    if any(isinstance(module, nn.Conv2d) for module in modules):

        def convolve(observations: NDArray[Any]) -> NDArray[np.float32]:
            with torch.inference_mode():
                return network(torch.from_numpy(observations)).float().numpy()

        return convolve
    linear = [module for module in [*modules, network.head] if isinstance(module, nn.Linear)]
    layers = [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in linear]
    tanh = network.activation == "tanh"

    def multiply(observations: NDArray[Any]) -> NDArray[np.float32]:
        values = observations.reshape(len(observations), -1)
        for weight, bias in layers[:-1]:
            values = values @ weight
            values += bias
            if tanh:
                np.tanh(values, out=values)
            else:
                np.maximum(values, 0.0, out=values)
        weight, bias = layers[-1]
        return values @ weight + bias

    return multiply
