"""REINFORCE: play whole episodes, then make each action likelier by what followed it; with or without a baseline.

Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992; the
learned baseline as in Sutton and Barto, "Reinforcement Learning", 2018, section 13.4.

Departures from the books: several episodes make one update; the factor gamma^t before the gradient is left out, as is
usual; what an action is multiplied by is divided by its deviation over the update. An episode that was cut off goes on
with the baseline's value of where it was cut off; without a baseline nothing is known of what would have followed, and
the return ends there.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines.actor import Actor, initialise, quick_forward
from tengen.baselines.environments import make_environments
from tengen.baselines.flat import FlatParameters, Optimiser
from tengen.baselines.returns import advantages
from tengen.baselines.run import LONGEST, BaselineSettings, Learner, Progress
from tengen.baselines.saving import generator_notes, restore_generator
from tengen.baselines.settings import setting, with_values
from tengen.core.random import stream
from tengen.nets.checkpoint import Json
from tengen.nets.plain import PlainNetwork
from tengen.nets.policies import NetworkPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinforceSettings(BaselineSettings):
    """Defaults solve CartPole-v1."""

    steps: int = setting(200_000, 1)
    evaluate_every: int = setting(10_000, 1)
    baseline: bool = True
    """Whether returns count by how much they exceed a learned value of the state."""
    episodes: int = setting(16, 1, 100_000)
    """Episodes of one update."""
    environments: int = setting(8, 1, 4096)
    """Copies that step together."""
    discount: float = setting(0.0, 0.0, 1.0)
    """Gamma; 0 takes the environment's own."""
    learning_rate: float = setting(5e-3, 0.0)
    """Of the policy, by Adam."""
    anneal: bool = True
    """Whether the learning rate falls linearly to 0 over `steps`."""
    entropy: float = setting(0.0, 0.0)
    """Weight of the policy's entropy, which keeps it from settling too soon."""
    longest_gradient: float = setting(0.5, 0.0)
    """Euclidean length to which the policy's gradient is shortened if it is longer."""
    baseline_rate: float = setting(5e-3, 0.0)
    """Learning rate of the baseline, by Adam."""
    baseline_updates: int = setting(20, 1, 10_000)
    """Steps down the gradient of the baseline's squared error, over all of the update's episodes."""
    hidden: tuple[int, ...] = setting((64, 64), 1, 65_536)
    """Units of the linear layers that look at vectors."""
    activation: Literal["relu", "tanh"] = "tanh"
    """Between layers."""
    normalise_observations: bool = False
    """Whether vectors are brought to mean 0 and deviation 1 by running moments."""
    clip_rewards: bool = False
    """Whether learning sees only the sign of a reward."""
    log_deviation: float = setting(0.0, -10.0, 2.0)
    """Where the spread of real actions begins: the natural logarithm of its share of half the way between bounds."""


ROOM = {"steps": 100_000, "entropy": 0.1, "baseline_updates": 5, "evaluate_episodes": 200, "keep": "last"}
"""For gridworlds: without entropy the policy settles before it has seen the squares where a slip leads."""


class Reinforce(Learner):
    """Plays `episodes` episodes, learns from them once, and forgets them."""

    method: ClassVar[str] = "reinforce"
    settings_type = ReinforceSettings

    @staticmethod
    def settings_for(environment: str) -> ReinforceSettings:
        """The settings for an environment unless one says otherwise."""
        return with_values(ReinforceSettings(), ROOM if environment.startswith("gridworld") else {})

    def __init__(self, environment: str, settings: ReinforceSettings, seed: int) -> None:
        self.settings = settings
        self.steps = 0
        self.copies = min(settings.environments, settings.episodes)
        self.environments = make_environments(environment, self.copies, seed=seed, limit=LONGEST)
        self.actor = Actor(
            self.environments,
            hidden=settings.hidden,
            activation=settings.activation,
            log_deviation=settings.log_deviation,
            normalise=settings.normalise_observations,
            seed=seed,
        )
        self.flat = FlatParameters(self.actor.parameters())
        self.optimiser = Optimiser("adam", self.flat, settings.learning_rate, epsilon=1e-8)
        self.baseline = PlainNetwork(self.environments.observation_shape, 1, settings.hidden, settings.activation)
        initialise(self.baseline, 1.0, seed + 1)
        self.baseline_flat = FlatParameters(self.baseline.parameters())
        self.baseline_optimiser = Optimiser("adam", self.baseline_flat, settings.baseline_rate, epsilon=1e-8)
        self._value = quick_forward(self.baseline)
        self.discount = settings.discount or self.environments.discount
        self.generator = stream(seed, "reinforce")

    def advance(self) -> Progress:
        progress = Progress()
        seen, actions, returns = self._play(progress)
        observations, targets = torch.from_numpy(seen), torch.from_numpy(returns)
        gained = targets
        if self.settings.baseline:
            gained = targets - torch.from_numpy(self._value(seen)[:, 0])
            progress.figures["loss_value"] = self._fit_baseline(observations, targets)
        self._learn(observations, torch.from_numpy(actions), gained, progress)
        return progress

    def _play(self, progress: Progress) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]:
        """Observations, actions and discounted returns of all steps of this update's episodes, in rows.

        A copy that is done with an episode begins the next that is left; so which episodes count is settled when they
        begin, and short ones are not favoured. Copies for which none is left idle until the others are done: their
        steps are not counted.
        """
        settings, actor, head = self.settings, self.actor, self.actor.head
        observations = self.environments.reset(int(self.generator.integers(2**31)))
        active = np.ones(self.copies, np.bool_)
        begun = self.copies
        totals, lengths = np.zeros(self.copies), np.zeros(self.copies, np.int64)
        seen, actions, rewards, ends, cuts, cut_values, taken = [], [], [], [], [], [], []
        while active.any():
            look = actor.see(observations).copy()
            drawn = actor.draw(look, self.generator)
            step = self.environments.step(head.to_environment(drawn))
            seen.append(look)
            actions.append(drawn)
            rewards.append(np.sign(step.rewards) if settings.clip_rewards else step.rewards.copy())
            ends.append(step.terminated.copy())
            cuts.append(step.truncated.copy())
            taken.append(active.copy())
            after = np.zeros(self.copies, np.float32)
            if settings.baseline and step.truncated.any():
                after = self._value(actor.see(step.last, new=False))[:, 0]
            cut_values.append(after)
            totals += step.rewards
            lengths += active
            for row in np.flatnonzero(step.ended & active):
                progress.returns.append(float(totals[row]))
                progress.lengths.append(int(lengths[row]))
                active[row] = begun < settings.episodes
                begun += active[row]
            totals[step.ended] = 0.0
            lengths[step.ended] = 0
            observations = step.observations
        mask = np.array(taken)
        self.steps += int(mask.sum())
        returns = np.empty(mask.shape, np.float32)
        advantages(
            np.array(rewards),
            np.zeros((len(mask) + 1, self.copies), np.float32),
            np.array(cut_values),
            np.array(ends),
            np.array(cuts),
            self.discount,
            1.0,
            returns,
        )
        return np.array(seen)[mask], np.array(actions)[mask], returns[mask]

    def _learn(self, observations: Tensor, actions: Tensor, gained: Tensor, progress: Progress) -> None:
        """One step up the gradient of what the policy is expected to gain."""
        settings = self.settings
        outputs = self.actor.network(observations)
        logs, entropies = self.actor.head.score(outputs, actions)
        entropy = entropies.mean()
        loss = -(gained / (gained.std() + 1e-8) * logs).mean()
        if settings.entropy:
            loss = loss - settings.entropy * entropy
        self.flat.clear()
        loss.backward()  # type: ignore[no-untyped-call]
        gradient = self.flat.clip(settings.longest_gradient)
        left = max(0.0, 1.0 - self.steps / settings.steps) if settings.anneal else 1.0
        self.optimiser.step(settings.learning_rate * left)
        progress.figures |= {"loss_policy": loss.item(), "entropy": entropy.item(), "gradient": gradient}

    def _fit_baseline(self, observations: Tensor, targets: Tensor) -> float:
        """Brings the baseline nearer to the returns; its mean squared error before."""
        first = 0.0
        for update in range(self.settings.baseline_updates):
            error = (self.baseline(observations)[:, 0] - targets).square().mean()
            self.baseline_flat.clear()
            error.backward()
            self.baseline_optimiser.step(self.settings.baseline_rate)
            if update == 0:
                first = error.item()
        return first

    def policy(self) -> NetworkPolicy:
        return self.actor.policy()

    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        tensors = self.optimiser.save("policy") | self.baseline_optimiser.save("baseline") | self.actor.save()
        return tensors, {"steps": self.steps, "generator": generator_notes(self.generator)}

    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        self.steps = int(notes["steps"])
        self.optimiser.restore("policy", tensors)
        self.baseline_optimiser.restore("baseline", tensors)
        self.actor.restore(tensors)
        restore_generator(self.generator, notes["generator"])

    def close(self) -> None:
        self.environments.close()
