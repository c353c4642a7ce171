"""Deep Q-learning: a network in place of the table, replay and a target network to keep it stable; and Double DQN.

Mnih and others, "Human-level control through deep reinforcement learning", Nature 518, 2015; van Hasselt, Guez and
Silver, "Deep reinforcement learning with double Q-learning", 2016.

Each `train_every` environment steps, `gradient_steps` batches are drawn from the replay memory and
Q(s, a) is moved towards r + gamma * max Q'(s', .), where Q' is a copy of the network that is renewed every
`target_every` environment steps. Double DQN lets the network itself choose the action that Q' then judges.
What follows an end of the game is worth nothing; what follows a limit on steps is worth what Q' says.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines.environments import make_environments
from tengen.baselines.replay import Replay
from tengen.baselines.run import BaselineSettings, EpisodeCounter, Learner, Progress
from tengen.baselines.settings import setting
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games import registry
from tengen.nets.checkpoint import Json
from tengen.nets.plain import is_board
from tengen.nets.policies import NetworkPolicy, arrays_of, tensors_of
from tengen.nets.values import action_values

SLICE = 250
"""Rounds of environment steps between two returns to whoever watches."""

SAVED_BYTES = 64 * 2**20
"""A larger replay memory is not saved with a run's state; a resumed run fills it again before it learns on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DQNSettings(BaselineSettings):
    """Defaults for vectors, which solve CartPole-v1; `for_boards` and `for_screens` are for the others."""

    steps: int = setting(60_000, 1)
    environments: int = setting(1, 1, 10_000)
    """Copies of the environment that step together; each counts."""
    double: bool = setting(False)
    """Whether the network chooses the action that the target network judges (Double DQN)."""
    replay: bool = setting(True)
    """Whether batches are drawn from the replay memory; else the newest steps are learned from, once."""
    target: bool = setting(True)
    """Whether the target network judges; else the network itself."""
    replay_size: int = setting(100_000, 10)
    """Steps that the replay memory holds. Mnih: 1 000 000."""
    learning_starts: int = setting(1_000, 1)
    """Environment steps before the first batch. Mnih: 50 000."""
    train_every: int = setting(256, 1)
    """Environment steps between two turns of learning. Mnih: 4."""
    gradient_steps: int = setting(128, 1)
    """Batches of each turn; one without a replay memory."""
    batch: int = setting(64, 1, 100_000)
    """Mnih: 32."""
    target_every: int = setting(256, 1)
    """Environment steps between two copies into the target network. Mnih: 40 000 (10 000 batches)."""
    n_step: int = setting(1, 1, 1000)
    """Rewards that a target sums before it asks the target network (Sutton, 1988)."""
    discount: float = setting(0.0, 0.0, 1.0)
    """Gamma; 0 is the environment's own."""
    epsilon_first: float = setting(1.0, 0.0, 1.0)
    """Share of random actions at the start."""
    epsilon_last: float = setting(0.04, 0.0, 1.0)
    """And from `epsilon_steps` on, falling evenly until then. Mnih: 0.1."""
    epsilon_steps: int = setting(8_000, 1)
    """Mnih: 1 000 000."""
    learning_rate: float = setting(2.3e-3, 1e-9, 10.0)
    """Adam's. Mnih: RMSProp, 0.00025."""
    gradient_clip: float = setting(10.0, 0.0)
    """Largest norm of a gradient; 0 for any. Mnih clips each error instead, as the Huber loss here does too."""
    clip_rewards: bool = setting(False)
    """Whether only the sign of a reward is learned from, as Mnih does."""
    hidden: tuple[int, ...] = setting((256, 256), 1, 100_000)
    """Units of the hidden layers of a network for vectors; those for boards and screens are fixed."""
    precision: Literal["auto", "float32", "bfloat16"] = setting("auto")
    """Of the network's products; `auto` is bfloat16 for screens where the machine is faster so."""
    device: Literal["auto", "cpu", "cuda"] = setting("auto")
    """`auto` is the CPU for vectors and boards, a GPU for screens where there is one."""


BOARDS: dict[str, Any] = {
    "steps": 1_000_000,
    "evaluate_every": 25_000,
    "learning_starts": 5_000,
    "train_every": 4,
    "gradient_steps": 1,
    "batch": 32,
    "target_every": 1_000,
    "epsilon_last": 0.1,
    "epsilon_steps": 100_000,
    "learning_rate": 2.5e-4,
}
"""For boards such as Breakout's 10 x 10: after Young and Tian, "MinAtar", 2019, with Adam for RMSProp."""

SCREENS: dict[str, Any] = BOARDS | {
    "steps": 10_000_000,
    "evaluate_every": 250_000,
    "evaluate_episodes": 10,
    "final_episodes": 30,
    "replay_size": 200_000,
    "learning_starts": 50_000,
    "target_every": 10_000,
    "evaluate_random": 0.05,
    "epsilon_last": 0.05,
    "epsilon_steps": 1_000_000,
    "learning_rate": 1e-4,
    "clip_rewards": True,
}
"""For Atari's screens."""


class DQN(Learner):
    """Deep Q-learning at work."""

    method = "dqn"
    settings_type = DQNSettings
    double = False

    @classmethod
    def settings_for(cls, environment: str) -> DQNSettings:
        """The usual settings where `environment` is learned."""
        if environment.startswith("atari:"):
            return DQNSettings(**SCREENS, double=cls.double)
        name = environment.partition(":")[0]
        if name in registry.GAMES and name != "gym" and is_board(registry.make(environment).observation_shape):
            return DQNSettings(**BOARDS, double=cls.double)
        return DQNSettings(double=cls.double)

    def __init__(self, environment: str, settings: DQNSettings, seed: int) -> None:
        self.settings = settings
        count = settings.environments
        self.environments = make_environments(environment, count, seed=seed)
        if self.environments.actions is None:
            raise InvalidParameter(f"{environment} takes real numbers as actions, dqn numbered ones: a2c learns it")
        self.actions = self.environments.actions
        shape = self.environments.observation_shape
        self.discount = settings.discount or self.environments.discount
        self.network = action_values(
            shape,
            self.actions,
            settings.hidden,
            learning_rate=settings.learning_rate,
            clip=settings.gradient_clip,
            seed=seed,
            device=settings.device,
            precision=settings.precision,
        )
        self.replay = Replay(
            count,
            settings.replay_size,
            shape,
            self.environments.dtype,
            stacked=self.environments.dtype == np.uint8,
            seed=seed + 1,
        )
        self.batch = self.replay.batch(settings.batch if settings.replay else max(1, settings.train_every))
        self.generator = stream(seed, "dqn")
        self.steps = 0
        self._episodes = EpisodeCounter(count)
        self._observations = self.environments.reset(seed)
        self.replay.begin(self._observations)

    # ---- acting

    def epsilon(self) -> float:
        """The share of random actions now."""
        settings = self.settings
        done = min(1.0, self.steps / settings.epsilon_steps)
        return settings.epsilon_first + done * (settings.epsilon_last - settings.epsilon_first)

    def choose(self) -> NDArray[np.int64]:
        """An action for each copy: random with a chance of epsilon, else the network's best."""
        explores = self.generator.random(len(self._observations)) < self.epsilon()
        if explores.all():
            return self.generator.integers(self.actions, size=len(explores))
        best = self.network.values(self._observations).argmax(1)
        if explores.any():
            best[explores] = self.generator.integers(self.actions, size=int(explores.sum()))
        return best

    # ---- learning

    def advance(self) -> Progress:
        settings, progress = self.settings, Progress()
        losses: list[float] = []
        for _ in range(SLICE):
            actions = self.choose()
            step = self.environments.step(actions)
            rewards = np.sign(step.rewards) if settings.clip_rewards else step.rewards
            self.replay.add(actions, rewards, step.terminated, step.last)
            self._observations = step.observations
            self._episodes.add(step.rewards, step.ended, progress)
            if progress.returns and step.ended.any():
                self.replay.begin(step.observations, step.ended)
            before, self.steps = self.steps, self.steps + len(actions)
            if settings.target and before // settings.target_every < self.steps // settings.target_every:
                self.network.renew()
            if (
                self.replay.steps >= settings.learning_starts
                and before // settings.train_every < self.steps // settings.train_every
            ):
                losses += [self.learn() for _ in range(settings.gradient_steps if settings.replay else 1)]
        progress.figures["epsilon"] = self.epsilon()
        if losses:
            progress.figures["loss"] = float(np.mean(losses))
        return progress

    def learn(self) -> float:
        """One batch; returns its loss."""
        settings, batch = self.settings, self.batch
        if settings.replay:
            self.replay.draw(batch, steps=settings.n_step, gamma=self.discount)
        else:
            batch = self.replay.newest(batch, steps=settings.n_step, gamma=self.discount)
        judged = self.network.values(batch.after, judge=settings.target)
        choosing = self.network.values(batch.after) if settings.double else judged
        targets = q_targets(batch.rewards, batch.discounts, judged, choosing)
        return self.network.move(batch.observations, batch.actions, targets)

    # ---- what a run needs

    def policy(self) -> NetworkPolicy:
        return NetworkPolicy(self.network.network(), actions=self.actions)

    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        tensors = {f"values.{name}": tensor for name, tensor in self.network.save().items()}
        environments = self.environments.save()
        tensors |= tensors_of({f"environments.{name}": array for name, array in environments.items()})
        tensors |= tensors_of({"totals": self._episodes.totals, "counted": self._episodes.lengths})
        if self.replay.bytes <= SAVED_BYTES:
            tensors |= tensors_of({f"replay.{name}": array for name, array in self.replay.save().items()})
        notes: dict[str, Any] = {
            "steps": self.steps,
            "replay_steps": self.replay.steps,
            "generator": self.generator.bit_generator.state,
        }
        return tensors, notes

    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        self.network.restore(_part(tensors, "values"))
        self.steps = int(notes["steps"])
        self.generator.bit_generator.state = notes["generator"]
        saved, replay = arrays_of(_part(tensors, "environments")), arrays_of(_part(tensors, "replay"))
        if replay and replay["frames"].shape == self.replay.ring.frames.shape:
            self.replay.restore(replay, int(notes["replay_steps"]))
        if saved:
            self._observations = self.environments.restore(saved)
            self._episodes.totals[:] = tensors["totals"].numpy()
            self._episodes.lengths[:] = tensors["counted"].numpy()
            if replay:
                return  # its newest frames are these observations'
        else:
            self._observations = self.environments.reset(self.steps % 2**31)
        self.replay.begin(self._observations)

    def close(self) -> None:
        self.environments.close()


class DoubleDQN(DQN):
    """DQN whose network chooses the action that the target network judges."""

    method = "double-dqn"
    double = True


def q_targets(
    rewards: NDArray[np.float32],
    discounts: NDArray[np.float32],
    judged: NDArray[np.float32],
    choosing: NDArray[np.float32],
) -> NDArray[np.float32]:
    """What Q should be [B]: rewards + discounts * the judged value of the action that is best by `choosing`.

    rewards, discounts  [B]  a discount of 0 where the episode terminated; not where a limit cut it off
    judged, choosing    [B, actions]  the same array in DQN; in Double DQN the judge's values and the network's
    """
    best = choosing.argmax(1)
    return rewards + discounts * judged[np.arange(len(best)), best]


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix.`, without it."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(prefix + ".")}
