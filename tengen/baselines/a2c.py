"""A2C: an actor and a critic, several environments at once, one update for every few steps of each.

Mnih and others, "Asynchronous methods for deep reinforcement learning", 2016, in the form without asynchrony. With
`trace` below 1 the n-step returns become generalised advantages (Schulman and others, 2016).

Departures from the paper: all environments wait for one update; the linear networks of actor and critic are apart,
as those of convolutions are not; an episode that was cut off goes on in the target with the critic's value of where it
was cut off; `learning_rate` may be kept.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from tengen.baselines.actor import Actor, initialise, quick_forward
from tengen.baselines.environments import make_environments
from tengen.baselines.flat import FlatParameters, Optimiser
from tengen.baselines.moments import FARTHEST, Moments
from tengen.baselines.returns import advantages
from tengen.baselines.run import BaselineSettings, EpisodeCounter, Learner, Progress
from tengen.baselines.saving import generator_notes, restore_environments, restore_generator, saved_environments
from tengen.baselines.settings import setting, with_values
from tengen.core.random import stream
from tengen.nets.checkpoint import Json
from tengen.nets.memory import keep_freed_memory
from tengen.nets.plain import PlainNetwork, is_board, is_screen
from tengen.nets.policies import NetworkPolicy
from tengen.nets.precision import learns_faster_in_bf16


@dataclass(frozen=True, slots=True, kw_only=True)
class A2CSettings(BaselineSettings):
    """Defaults solve CartPole-v1; what the paper has for Atari stands behind them."""

    steps: int = setting(200_000, 1)
    evaluate_every: int = setting(10_000, 1)
    environments: int = setting(8, 1, 4096)
    """Copies that step together. Paper: 16."""
    rollout: int = setting(5, 1, 100_000)
    """Steps of each between two updates. Paper: 5."""
    discount: float = setting(0.0, 0.0, 1.0)
    """Gamma; 0 takes the environment's own. Paper: 0.99."""
    trace: float = setting(1.0, 0.0, 1.0)
    """Lambda of generalised advantages; 1 is the n-step return, as in the paper."""
    optimiser: Literal["rmsprop", "adam"] = "rmsprop"
    """Paper: RMSprop with a decay of 0.99."""
    learning_rate: float = setting(7e-4, 0.0)
    """Paper: drawn between 1e-4 and 1e-2; 7e-4 is what implementations have settled on."""
    anneal: bool = False
    """Whether the learning rate falls linearly to 0 over `steps`, as in the paper. On CartPole a policy falls now and
    then on its way; a constant rate lets it rise again."""
    epsilon: float = setting(1e-5, 0.0)
    """Added to the root of the optimiser's second moment."""
    entropy: float = setting(0.0, 0.0)
    """Weight of the policy's entropy. Paper: 0.01."""
    value_weight: float = setting(0.5, 0.0)
    """Weight of the critic's squared error."""
    longest_gradient: float = setting(0.5, 0.0)
    """Euclidean length to which a longer gradient is shortened."""
    hidden: tuple[int, ...] = setting((64, 64), 1, 65_536)
    """Units of the linear layers that look at vectors."""
    activation: Literal["relu", "tanh"] = "tanh"
    """Between layers; tanh where observations are vectors learns CartPole in half the steps of rectified units."""
    normalise_observations: bool = False
    """Whether vectors are brought to mean 0 and deviation 1 by running moments."""
    normalise_rewards: bool = False
    """Whether rewards are divided by the running deviation of the discounted return."""
    normalise_advantages: bool = False
    """Whether the advantages of one update are brought to mean 0 and deviation 1."""
    clip_rewards: bool = False
    """Whether learning sees only the sign of a reward, as in the paper on Atari."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of the products of convolutions; `auto` is bfloat16 for screens where the machine is faster so."""
    log_deviation: float = setting(0.0, -10.0, 2.0)
    """Where the spread of real actions begins: the natural logarithm of its share of half the way between bounds."""


ROOM: dict[str, Any] = {"steps": 100_000, "anneal": True, "entropy": 0.05, "evaluate_episodes": 200, "keep": "last"}
"""For gridworlds: without entropy the policy settles before it has seen the squares where a slip leads."""

PENDULUM: dict[str, Any] = {
    "anneal": True,
    "steps": 800_000,
    "evaluate_every": 40_000,
    "evaluate_episodes": 50,
    "environments": 16,
    "rollout": 8,
    "discount": 0.9,
    "trace": 0.9,
    "learning_rate": 1e-3,
    "activation": "relu",
    "normalise_observations": True,
    "normalise_rewards": True,
    "normalise_advantages": True,
}
"""For Pendulum-v1, whose rewards run from 0 to -16 and whose swing takes a second or two."""

BOARD: dict[str, Any] = {
    "steps": 2_000_000,
    "evaluate_every": 100_000,
    "anneal": True,
    "environments": 16,
    "entropy": 0.01,
    "activation": "relu",
}
"""For boards such as Breakout's 10 x 10."""

SCREEN: dict[str, Any] = BOARD | {
    "steps": 10_000_000,
    "evaluate_every": 500_000,
    "evaluate_episodes": 10,
    "final_episodes": 30,
    "discount": 0.99,
    "clip_rewards": True,
}
"""For Atari, as in the paper."""


class A2C(Learner):
    """Acts for `rollout` steps in every environment, then learns from them once, and forgets them."""

    method: ClassVar[str] = "a2c"
    settings_type = A2CSettings

    @staticmethod
    def settings_for(environment: str) -> A2CSettings:
        """The settings for an environment unless one says otherwise."""
        name = environment.removeprefix("gym:").partition(",")[0].partition(":")[0]
        known = {"gridworld": ROOM, "breakout": BOARD, "atari": SCREEN, "Pendulum-v1": PENDULUM}
        return with_values(A2CSettings(), known.get(name, {}))

    def __init__(self, environment: str, settings: A2CSettings, seed: int) -> None:
        keep_freed_memory()
        self.settings = settings
        self.steps = 0
        self.environments = make_environments(environment, settings.environments, seed=seed)
        shape = self.environments.observation_shape
        self.shared = is_screen(shape) or is_board(shape)
        """Whether one network has the critic's value as its last output."""
        chosen = learns_faster_in_bf16("cpu") if settings.precision == "auto" else settings.precision == "bfloat16"
        self.actor = Actor(
            self.environments,
            hidden=settings.hidden,
            activation=settings.activation,
            log_deviation=settings.log_deviation,
            normalise=settings.normalise_observations,
            seed=seed,
            extra=1 if self.shared else 0,
            half=chosen and is_screen(shape),
        )
        self.critic: PlainNetwork | None = None
        learned = self.actor.parameters()
        if not self.shared:
            self.critic = PlainNetwork(shape, 1, settings.hidden, settings.activation)
            initialise(self.critic, 1.0, seed + 1)
            learned += list(self.critic.parameters())
        self.flat = FlatParameters(learned)
        self.optimiser = Optimiser(settings.optimiser, self.flat, settings.learning_rate, epsilon=settings.epsilon)
        self._value = self.actor.forward if self.critic is None else quick_forward(self.critic)
        self.discount = settings.discount or self.environments.discount
        self.generator = stream(seed, "a2c")
        self.counter = EpisodeCounter(settings.environments)
        self.reward_moments = Moments(1)
        self.running_return = np.zeros(settings.environments)

        length, count = settings.rollout, settings.environments
        self.seen = np.zeros((length + 1, count, *shape), self.environments.dtype)
        self.actions = np.zeros((length, count, *self.actor.head.width), self.actor.head.dtype)
        self.rewards = np.zeros((length, count), np.float32)
        self.terminated = np.zeros((length, count), np.bool_)
        self.truncated = np.zeros((length, count), np.bool_)
        self.cut_values = np.zeros((length, count), np.float32)
        self.advantages = np.zeros((length, count), np.float32)
        self.observations = self.environments.reset(seed)

    def advance(self) -> Progress:
        progress = Progress()
        self._act(progress)
        self._learn(progress)
        return progress

    def _act(self, progress: Progress) -> None:
        """Fills the rollout's arrays."""
        actor, head = self.actor, self.actor.head
        for time in range(self.settings.rollout):
            self.seen[time] = actor.see(self.observations)
            drawn = actor.draw(self.seen[time], self.generator)
            step = self.environments.step(head.to_environment(drawn))
            self.actions[time] = drawn
            self.rewards[time] = self._reward(step.rewards, step.terminated | step.truncated)
            self.terminated[time] = step.terminated
            self.truncated[time] = step.truncated
            if step.truncated.any():
                self.cut_values[time] = self._value(actor.see(step.last, new=False))[:, -1]
            self.counter.add(step.rewards, step.ended, progress)
            self.observations = step.observations
        self.seen[-1] = actor.see(self.observations, new=False)
        self.steps += self.settings.rollout * self.settings.environments

    def _reward(self, rewards: "np.ndarray[Any, Any]", ended: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        """What learning sees of the rewards [N] of one step."""
        if self.settings.clip_rewards:
            return np.sign(rewards)
        if not self.settings.normalise_rewards:
            return rewards
        self.running_return = self.running_return * self.discount + rewards
        self.reward_moments.add(self.running_return[:, None])
        self.running_return[ended] = 0.0
        return np.clip(rewards / math.sqrt(self.reward_moments.variance[0] + 1e-8), -FARTHEST, FARTHEST)

    def _learn(self, progress: Progress) -> None:
        """One step down the gradient of the policy's, the critic's and the entropy's losses together."""
        settings, length, count = self.settings, self.settings.rollout, self.settings.environments
        seen = torch.from_numpy(self.seen[:-1].reshape(length * count, *self.seen.shape[2:]))
        outputs, values = self._evaluate(seen)
        estimates = np.empty((length + 1, count), np.float32)
        estimates[:-1] = values.detach().numpy().reshape(length, count)
        estimates[-1] = self._value(self.seen[-1])[:, -1]
        advantages(
            self.rewards,
            estimates,
            self.cut_values,
            self.terminated,
            self.truncated,
            self.discount,
            settings.trace,
            self.advantages,
        )
        gained = torch.from_numpy(self.advantages.reshape(-1))
        targets = gained + values.detach()
        if settings.normalise_advantages:
            gained = (gained - gained.mean()) / (gained.std() + 1e-8)
        actions = torch.from_numpy(self.actions.reshape(length * count, *self.actor.head.width))
        logs, entropies = self.actor.head.score(outputs, actions)
        policy_loss = -(gained * logs).mean()
        value_loss = (values - targets).square().mean()
        entropy = entropies.mean()
        loss = policy_loss + settings.value_weight * value_loss
        if settings.entropy:
            loss = loss - settings.entropy * entropy
        self.flat.clear()
        loss.backward()  # type: ignore[no-untyped-call]
        self.actor.take_gradient()
        length_of_gradient = self.flat.clip(settings.longest_gradient)
        left = max(0.0, 1.0 - self.steps / settings.steps) if settings.anneal else 1.0
        self.optimiser.step(settings.learning_rate * left)
        self.actor.follow()
        progress.figures = {
            "loss_policy": policy_loss.item(),
            "loss_value": value_loss.item(),
            "entropy": entropy.item(),
            "gradient": length_of_gradient,
        }

    def _evaluate(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The policy's outputs for some observations, and their values."""
        if self.critic is None:
            both = self.actor.worker(seen).float()
            return both[:, :-1], both[:, -1]
        return self.actor.network(seen), self.critic(seen)[:, 0]

    def policy(self) -> NetworkPolicy:
        return self.actor.policy()

    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        tensors = self.optimiser.save("learned") | self.actor.save() | self.reward_moments.save("rewards")
        tensors |= saved_environments(self.environments)
        tensors["running_return"] = torch.from_numpy(self.running_return.copy())
        tensors["totals"] = torch.from_numpy(self.counter.totals.copy())
        tensors["lengths"] = torch.from_numpy(self.counter.lengths.copy())
        return tensors, {"steps": self.steps, "generator": generator_notes(self.generator)}

    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        self.steps = int(notes["steps"])
        self.optimiser.restore("learned", tensors)
        self.actor.restore(tensors)
        self.reward_moments.restore("rewards", tensors)
        restore_generator(self.generator, notes["generator"])
        found = restore_environments(self.environments, tensors)
        if found is None:
            self.observations = self.environments.reset(int(self.generator.integers(2**31)))
            return
        self.observations = found
        self.running_return = tensors["running_return"].numpy().copy()
        self.counter.totals = tensors["totals"].numpy().copy()
        self.counter.lengths = tensors["lengths"].numpy().copy()

    def close(self) -> None:
        self.environments.close()
