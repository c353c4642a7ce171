"""Evolution strategies: disturb the parameters, play, and go where the better ones lay. No gradient, no critic.

Salimans, Ho, Chen, Sidor and Sutskever, "Evolution strategies as a scalable alternative to reinforcement learning",
2017: antithetic disturbances, returns replaced by their ranks, Adam, weight decay.

Departures from the paper: everything in one process, all members at once; a scale of observations in place of virtual
batch normalisation; the return is discounted by the environment's own gamma, as for the other methods. An episode that
was cut off counts as far as it went.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tengen.baselines.actor import Actor
from tengen.baselines.environments import make_environments
from tengen.baselines.flat import FlatParameters, Optimiser
from tengen.baselines.run import LONGEST, BaselineSettings, Learner, Progress
from tengen.baselines.saving import generator_notes, restore_generator
from tengen.baselines.settings import setting, with_values
from tengen.core.random import stream
from tengen.nets.checkpoint import Json
from tengen.nets.plain import PlainNetwork
from tengen.nets.policies import NetworkPolicy

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvolutionSettings(BaselineSettings):
    """Defaults solve CartPole-v1; the paper's stand behind them."""

    steps: int = setting(1_000_000, 1)
    evaluate_every: int = setting(50_000, 1)
    pairs: int = setting(32, 1, 100_000)
    """Disturbances of one update, each of which is added and subtracted. Paper: 720 and more."""
    spread: float = setting(0.1, 1e-6)
    """Sigma, the deviation of a disturbance. Paper: 0.02, with batch normalisation."""
    learning_rate: float = setting(0.03, 0.0)
    """Of Adam. Paper: 0.01."""
    anneal: bool = True
    """Whether the learning rate falls linearly to 0 over `steps`."""
    decay: float = setting(0.005, 0.0)
    """Weight of half the squared length of the parameters. Paper: 0.005."""
    ranks: bool = True
    """Whether returns are replaced by their ranks, as in the paper, else brought to mean 0 and deviation 1. Ranks are
    safe from outliers, but where chance plays they favour what is usually better over what is better on average."""
    discount: float = setting(0.0, 0.0, 1.0)
    """Gamma of the return that is compared; 0 takes the environment's own. Paper: 1."""
    hidden: tuple[int, ...] = setting((32,), 1, 65_536)
    """Units of the linear layers that look at vectors."""
    activation: Literal["relu", "tanh"] = "tanh"
    """Between layers."""
    normalise_observations: bool = False
    """Whether vectors are brought to mean 0 and deviation 1 by running moments, as in the paper on MuJoCo."""


ROOM = {"pairs": 128, "learning_rate": 0.1, "ranks": False, "evaluate_episodes": 200, "keep": "last"}
"""For gridworlds, where a slip may cost more than an episode usually gains."""


class Evolution(Learner):
    """One update of the parameters from one episode of each member of a population."""

    method: ClassVar[str] = "evolution"
    settings_type = EvolutionSettings

    @staticmethod
    def settings_for(environment: str) -> EvolutionSettings:
        """The settings for an environment unless one says otherwise."""
        return with_values(EvolutionSettings(), ROOM if environment.startswith("gridworld") else {})

    def __init__(self, environment: str, settings: EvolutionSettings, seed: int) -> None:
        self.settings = settings
        self.steps = 0
        self.members = 2 * settings.pairs
        self.environments = make_environments(environment, self.members, seed=seed, limit=LONGEST)
        self.actor = Actor(
            self.environments,
            hidden=settings.hidden,
            activation=settings.activation,
            log_deviation=0.0,
            normalise=settings.normalise_observations,
            seed=seed,
        )
        self.flat = FlatParameters(self.actor.network.parameters())
        self.optimiser = Optimiser("adam", self.flat, settings.learning_rate, epsilon=1e-8)
        self.discount = settings.discount or self.environments.discount
        self.generator = stream(seed, "evolution")

    def advance(self) -> Progress:
        progress = Progress()
        centre = self.flat.values.detach().numpy()
        noise = self.generator.standard_normal((self.settings.pairs, len(centre)), np.float32)
        members = np.concatenate([centre + self.settings.spread * noise, centre - self.settings.spread * noise])
        found = self._play(forward_of_each(self.actor.network, members), progress)
        worth = centred_ranks(found) if self.settings.ranks else (found - found.mean()) / (found.std() + 1e-8)
        climb = ascent(noise, worth, self.settings.spread)
        self.flat.gradient.copy_(torch.from_numpy(self.settings.decay * centre - climb))
        left = max(0.0, 1.0 - self.steps / self.settings.steps) if self.settings.anneal else 1.0
        self.optimiser.step(self.settings.learning_rate * left)
        progress.figures = {
            "spread_of_returns": float(np.std(found)),
            "gradient": float(np.linalg.norm(climb)),
            "length_of_parameters": float(np.linalg.norm(centre)),
        }
        return progress

    def _play(self, forward: Callable[[NDArray[Any]], Floats], progress: Progress) -> NDArray[np.float64]:
        """Discounted returns [members] of one greedy episode each; steps after a member's end are not counted."""
        actor, head = self.actor, self.actor.head
        observations = self.environments.reset(int(self.generator.integers(2**31)))
        active = np.ones(self.members, np.bool_)
        found, totals, lengths = np.zeros(self.members), np.zeros(self.members), np.zeros(self.members, np.int64)
        weight = 1.0
        while active.any():
            outputs = forward(actor.see(observations))
            actions = head.to_environment(outputs if head.width else outputs.argmax(axis=1))
            step = self.environments.step(actions)
            found += weight * step.rewards * active
            totals += step.rewards * active
            lengths += active
            weight *= self.discount
            active &= ~step.ended
            observations = step.observations
        self.steps += int(lengths.sum())
        progress.returns, progress.lengths = totals.tolist(), lengths.tolist()
        return found

    def policy(self) -> NetworkPolicy:
        return self.actor.policy()

    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        tensors = self.optimiser.save("learned") | self.actor.save()
        return tensors, {"steps": self.steps, "generator": generator_notes(self.generator)}

    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        self.steps = int(notes["steps"])
        self.optimiser.restore("learned", tensors)
        self.actor.restore(tensors)
        restore_generator(self.generator, notes["generator"])

    def close(self) -> None:
        self.environments.close()


def centred_ranks(returns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from -0.5, the worst, to 0.5, the best; equal returns share the mean of their ranks."""
    _, place, count = np.unique(returns, return_inverse=True, return_counts=True)
    last = np.cumsum(count) - 1
    middle = last - (count - 1) / 2
    ranks: NDArray[np.float64] = middle[place] / max(len(returns) - 1, 1) - 0.5
    return ranks


def ascent(noise: Floats, worth: NDArray[np.float64], spread: float) -> Floats:
    """The direction [P] in which `worth` grows, estimated from disturbances [n, P] that were added, then subtracted.

    worth  [2n], that of the added ones first
    """
    pairs = len(noise)
    weights = (worth[:pairs] - worth[pairs:]).astype(np.float32)
    climb: Floats = weights @ noise / np.float32(2 * pairs * spread)
    return climb


def forward_of_each(network: PlainNetwork, members: Floats) -> Callable[[NDArray[Any]], Floats]:
    """A function of observations [M, ...] that gives each row to a network of its own, whose parameters are the row of
    `members` [M, P]; outputs [M, outputs].
    """
    if any(isinstance(module, nn.Conv2d) for module in network.body):
        return _convolutions_of_each(network, torch.from_numpy(members))
    layers, begin = [], 0
    for layer in (module for module in [*network.body, network.head] if isinstance(module, nn.Linear)):
        units, width = layer.weight.shape
        weights = members[:, begin : begin + units * width].reshape(-1, units, width)
        begin += units * width
        layers.append((weights, members[:, begin : begin + units]))
        begin += units
    tanh = network.activation == "tanh"

    def multiply(observations: NDArray[Any]) -> Floats:
        values = observations.reshape(len(observations), -1)
        for place, (weights, bias) in enumerate(layers):
            values = np.matmul(weights, values[:, :, None])[:, :, 0] + bias
            if place < len(layers) - 1:
                values = np.tanh(values) if tanh else np.maximum(values, 0.0)
        return values

    return multiply


def _convolutions_of_each(network: PlainNetwork, members: Tensor) -> Callable[[NDArray[Any]], Floats]:
    named, begin = {}, 0
    for name, parameter in network.named_parameters():
        end = begin + math.prod(parameter.shape)
        named[name] = members[:, begin:end].reshape(-1, *parameter.shape)
        begin = end

    def one(parameters: dict[str, Tensor], observation: Tensor) -> Tensor:
        found: Tensor = torch.func.functional_call(network, parameters, (observation[None],))[0]
        return found

    each = torch.func.vmap(one)

    def convolve(observations: NDArray[Any]) -> Floats:
        with torch.inference_mode():
            return each(named, torch.from_numpy(observations)).numpy()

    return convolve
