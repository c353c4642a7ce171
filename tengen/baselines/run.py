"""A baseline's run: its folder, its budget, evaluation, checkpoints, resuming; the same for every method.

A run is a folder:

    learn.toml           method, environment, seed and all settings
    policy.safetensors   the policy that agents load: that which did best in evaluation, unless `keep` says the last
    state.safetensors    all that a resumed run needs, written every `SAVE_SECONDS` and at the end
    metrics.jsonl        a line for each evaluation and, every few seconds, for training
    tensorboard/         the same numbers
    log.txt              what happened, with times
    result.json          the final evaluation

A method is a `Learner`. It is made from an environment's text, its settings and a seed, and trains by slices.
"""

import dataclasses
import json
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tengen.baselines import settings as settings_module
from tengen.baselines.environments import make_environments
from tengen.baselines.settings import setting
from tengen.core.errors import InvalidParameter
from tengen.core.files import lock, remove_leftovers, write_text
from tengen.core.random import stream
from tengen.nets.checkpoint import Json, read_tensors, write_tensors
from tengen.nets.policies import Policy, load_policy, save_policy
from tengen.selfplay.metrics import Board
from tengen.selfplay.run import append_line, read_metrics

STATE = "learning state"
"""The kind of file that a resumed run reads."""

SAVE_SECONDS = 60.0
"""Between two states on disk; longer where writing one takes long."""

NEWS_SECONDS = 2.0
"""Between two lines of training in metrics.jsonl."""

COPIES = 50
"""Environments that are evaluated at once."""

LONGEST = 100_000
"""Actions after which an evaluated episode that has no limit of its own is cut off."""

RECENT = 100
"""Episodes of training over which the return is averaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSettings:
    """What every method has."""

    steps: int = setting(100_000, 1)
    """Environment steps of the whole run, over all copies of the environment; schedules are shares of it."""
    evaluate_every: int = setting(2_500, 1)
    """Environment steps between two evaluations."""
    evaluate_episodes: int = setting(20, 1)
    """Greedy episodes of each."""
    evaluate_random: float = setting(0.0, 0.0, 1.0)
    """Share of random actions in evaluation, without which a game of Atari may stand still. Mnih (2015): 0.05."""
    final_episodes: int = setting(100, 1)
    """Greedy episodes of the final evaluation of the saved policy, by a seed of their own."""
    keep: Literal["best", "last"] = setting("best")
    """Which policy is saved: that which did best in evaluation, the later of equals, or the last one evaluated."""


@dataclass(slots=True)
class Progress:
    """What a slice of training brought."""

    returns: list[float] = field(default_factory=list)
    """Undiscounted sums of rewards of the episodes that ended."""
    lengths: list[int] = field(default_factory=list)
    """Their environment steps."""
    figures: dict[str, float] = field(default_factory=dict)
    """Losses, rates and the like, by name."""


class Learner(ABC):
    """A method at work. `method` names it, `settings_type` is the dataclass of its settings with its defaults."""

    method: ClassVar[str]
    settings_type: ClassVar[type[BaselineSettings]]
    steps: int
    """Environment steps so far."""

    @abstractmethod
    def __init__(self, environment: str, settings: Any, seed: int) -> None:
        """Makes everything and begins the first episodes."""

    @abstractmethod
    def advance(self) -> Progress:
        """Trains for one slice, a rollout or some hundred steps, whatever the time; counts `steps` on."""

    @abstractmethod
    def policy(self) -> Policy:
        """The greedy policy as it is now, a copy that further training leaves alone."""

    @abstractmethod
    def save(self) -> tuple[dict[str, Tensor], dict[str, Json]]:
        """All that `restore` needs to go on: tensors and notes."""

    @abstractmethod
    def restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        """Goes on from what `save` gave. Where an environment cannot be saved, new episodes begin."""

    def close(self) -> None:
        """Frees what it holds."""


class EpisodeCounter:
    """Sums rewards and counts steps of N episodes that run side by side."""

    def __init__(self, count: int) -> None:
        self.totals = np.zeros(count)
        self.lengths = np.zeros(count, np.int64)

    def add(self, rewards: NDArray[np.float32], ended: NDArray[np.bool_], progress: Progress) -> None:
        """Counts one step of each; episodes that ended go to `progress`."""
        self.totals += rewards
        self.lengths += 1
        if ended.any():
            progress.returns += self.totals[ended].tolist()
            progress.lengths += self.lengths[ended].tolist()
            self.totals[ended] = 0.0
            self.lengths[ended] = 0


def evaluate(policy: Policy, environment: str, episodes: int, seed: int, *, random: float = 0.0) -> NDArray[np.float64]:
    """Undiscounted returns [episodes] of as many episodes that `policy` plays in fresh environments.

    random  share of actions that are drawn instead, where they are numbered
    Each copy plays its fixed share of them, so that short episodes do not count more often.
    """
    copies = min(episodes, COPIES)
    environments = make_environments(environment, copies, seed=seed, keyed=policy.keyed)
    try:
        left = np.full(copies, episodes // copies)
        left[: episodes % copies] += 1
        totals, lengths = np.zeros(copies), np.zeros(copies, np.int64)
        found: list[float] = []
        observations = environments.reset(seed)
        generator = stream(seed, "evaluation")
        while len(found) < episodes:
            actions = policy.act(observations)
            if random and environments.actions:
                drawn = generator.integers(environments.actions, size=copies)
                actions = np.where(generator.random(copies) < random, drawn, actions)
            step = environments.step(actions)
            observations = step.observations
            totals += step.rewards
            lengths += 1
            ended = step.ended | (lengths >= LONGEST)
            if ended.any():
                found += totals[ended & (left > 0)].tolist()
                left[ended] -= 1
                totals[ended] = 0.0
                lengths[ended] = 0
        return np.array(found)
    finally:
        environments.close()


class Screen(Protocol):
    """Where a run shows how it goes."""

    def update(self, metrics: dict[str, object]) -> None:
        """New numbers."""

    def log(self, line: str) -> None:
        """A line that stays."""


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run."""

    method: str
    environment: str
    seed: int
    steps: int
    seconds: float
    """Of training, evaluation and saving not counted."""
    steps_per_s: float
    mean: float
    """Of the undiscounted returns of the final episodes of the saved policy."""
    deviation: float
    least: float
    episodes: int
    best_at: int
    """Environment steps after which the saved policy was learned."""
    policy: str
    """Its file."""


class Run:
    """One run in its folder. `Run(...).go()` trains; `resume=True` goes on with what the folder holds."""

    def __init__(
        self,
        method: str,
        environment: str,
        folder: Path,
        *,
        overrides: Iterable[str] = (),
        seed: int = 0,
        minutes: float | None = None,
        resume: bool = False,
        screen: Screen | None = None,
    ) -> None:
        """Reads settings; InvalidParameter or UnknownName if something is wrong, before anything is written."""
        from tengen.baselines.methods import learner_class

        self.kind = learner_class(method)
        self.method, self.environment, self.seed = method, environment, seed
        self.folder = folder
        self.minutes = minutes
        self.screen = screen
        self.settings = settings_module.with_overrides(defaults_for(self.kind, environment), overrides)
        self.resume = resume
        if not resume and (folder / "learn.toml").exists():
            raise InvalidParameter(f"{folder} holds a run already: go on with --resume, or name another folder")
        if "," in str(folder):
            raise InvalidParameter(f"{folder} has a comma, after which an agent's text has its settings")
        self._returns: deque[float] = deque(maxlen=RECENT)
        self._episodes = 0
        self._seconds = 0.0
        self._best, self._best_at = -np.inf, 0
        self._evaluated_at = -1

    @classmethod
    def again(
        cls,
        folder: Path,
        *,
        overrides: Iterable[str] = (),
        minutes: float | None = None,
        screen: Screen | None = None,
    ) -> "Run":
        """The run in a folder, to go on with; InvalidParameter if there is none."""
        if not (folder / "learn.toml").exists():
            raise InvalidParameter(f"{folder} is no run of `tengen learn`: it has no learn.toml")
        table = settings_module.read_toml(folder / "learn.toml")
        try:
            method, environment, seed = str(table.pop("method")), str(table.pop("environment")), int(table.pop("seed"))
        except (KeyError, ValueError, TypeError):
            raise InvalidParameter(f"{folder / 'learn.toml'} names no method, environment and seed") from None
        run = cls(method, environment, folder, seed=seed, minutes=minutes, resume=True, screen=screen)
        stored = settings_module.with_values(run.settings, table)
        run.settings = settings_module.with_overrides(stored, overrides)
        return run

    def go(self) -> Result:
        """Trains until the steps are made or the minutes over, then evaluates the saved policy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "learn.lock", "ab") as file:
            lock(file, f"another process is learning in {self.folder}")
            remove_leftovers(self.folder)
            learner = self.kind(self.environment, self.settings, self.seed)
            try:
                if self.resume:
                    self._restore(learner)
                toml = settings_module.to_toml(
                    self.settings, method=self.method, environment=self.environment, seed=self.seed
                )
                write_text(self.folder / "learn.toml", toml)
                self._board = Board(self.folder / "tensorboard")
                try:
                    self._train(learner)
                finally:
                    self._board.close()
            finally:
                learner.close()
            return self._finish(learner.steps)

    # ---- training

    def _train(self, learner: Learner) -> None:
        self._log(f"{self.method} on {self.environment}, from step {learner.steps}")
        deadline = None if self.minutes is None else self._seconds + 60.0 * self.minutes
        gathered = Progress()
        last_news, news_steps = self._seconds, learner.steps
        saved_at, save_every = time.monotonic(), SAVE_SECONDS
        if self._evaluated_at < 0:
            self._evaluate(learner)
        try:
            while learner.steps < self.settings.steps and (deadline is None or self._seconds < deadline):
                began = time.perf_counter()
                progress = learner.advance()
                self._seconds += time.perf_counter() - began
                gathered.figures.update(progress.figures)
                gathered.lengths += progress.lengths
                self._returns.extend(progress.returns)
                self._episodes += len(progress.returns)
                spent = self._seconds - last_news
                if spent >= NEWS_SECONDS:
                    self._news(learner, gathered, (learner.steps - news_steps) / spent, deadline)
                    gathered, last_news, news_steps = Progress(), self._seconds, learner.steps
                every = self.settings.evaluate_every
                if learner.steps // every > self._evaluated_at // every:
                    self._evaluate(learner)
                if time.monotonic() - saved_at >= save_every:
                    began = time.monotonic()
                    self._save(learner)
                    saved_at = time.monotonic()
                    save_every = max(SAVE_SECONDS, 20.0 * (saved_at - began))
        except KeyboardInterrupt:
            self._save(learner)
            self._log(f"interrupted at step {learner.steps}")
            raise
        if self._evaluated_at < learner.steps:
            self._evaluate(learner)
        if gathered.figures or gathered.lengths:
            spent = max(self._seconds - last_news, 1e-9)
            self._news(learner, gathered, (learner.steps - news_steps) / spent, deadline)
        self._save(learner)

    def _news(self, learner: Learner, gathered: Progress, rate: float, deadline: float | None) -> None:
        metrics: dict[str, object] = {
            "kind": "train",
            "steps": learner.steps,
            "time_s": round(self._seconds, 3),
            "steps_per_s": round(rate, 1),
            "episodes": self._episodes,
        }
        if self._returns:
            metrics["return"] = round(float(np.mean(self._returns)), 4)
        if gathered.lengths:
            metrics["episode_length"] = round(float(np.mean(gathered.lengths)), 2)
        metrics |= {name: float(f"{value:.6g}") for name, value in gathered.figures.items()}
        self._add(metrics)
        if self.screen is not None:
            left = (self.settings.steps - learner.steps) / max(rate, 1e-9)
            done = learner.steps / self.settings.steps
            if deadline is not None:
                left = min(left, max(0.0, deadline - self._seconds))
                done = max(done, 1.0 - left / max(deadline, 1e-9)) if left < deadline else done
            self.screen.update(metrics | {"fraction": done, "minutes_left": left / 60.0})

    def _evaluate(self, learner: Learner) -> None:
        policy = learner.policy()
        drawn = int(stream(self.seed, "evaluation", learner.steps).integers(2**30))
        returns = evaluate(
            policy, self.environment, self.settings.evaluate_episodes, drawn, random=self.settings.evaluate_random
        )
        mean = float(returns.mean())
        self._evaluated_at = learner.steps
        if self.settings.keep == "last" or mean >= self._best:
            self._best, self._best_at = max(mean, self._best), learner.steps
            save_policy(
                self.folder / "policy.safetensors",
                policy,
                method=self.method,
                environment=self.environment,
                provenance={"seed": self.seed, "steps": learner.steps, "mean": mean, "episodes": len(returns)},
            )
        metrics: dict[str, object] = {
            "kind": "evaluation",
            "steps": learner.steps,
            "time_s": round(self._seconds, 3),
            "mean": mean,
            "deviation": float(returns.std()),
            "least": float(returns.min()),
            "best": self._best,
        }
        self._add(metrics)
        if self.screen is not None:
            shown: dict[str, object] = {"evaluation": mean, "best": self._best}
            self.screen.update({"steps": learner.steps, "time_s": self._seconds} | shown)

    def _finish(self, steps: int) -> Result:
        path = self.folder / "policy.safetensors"
        drawn = int(stream(self.seed, "final evaluation").integers(2**30)) + 2**30  # none of the evaluations'
        policy = load_policy(path).policy
        settings = self.settings
        returns = evaluate(policy, self.environment, settings.final_episodes, drawn, random=settings.evaluate_random)
        result = Result(
            method=self.method,
            environment=self.environment,
            seed=self.seed,
            steps=steps,
            seconds=round(self._seconds, 3),
            steps_per_s=round(steps / max(self._seconds, 1e-9), 1),
            mean=float(returns.mean()),
            deviation=float(returns.std()),
            least=float(returns.min()),
            episodes=len(returns),
            best_at=self._best_at,
            policy=str(path),
        )
        write_text(self.folder / "result.json", json.dumps(dataclasses.asdict(result)) + "\n")
        self._log(f"{result.mean:.4g} ± {result.deviation:.4g} over {result.episodes} episodes after {steps} steps")
        return result

    # ---- the folder

    def _save(self, learner: Learner) -> None:
        tensors, notes = learner.save()
        header: dict[str, Json] = {
            "method": self.method,
            "environment": self.environment,
            "steps": learner.steps,
            "seconds": self._seconds,
            "episodes": self._episodes,
            "returns": list(self._returns),
            "best": self._best,
            "best_at": self._best_at,
            "evaluated_at": self._evaluated_at,
            "notes": notes,
        }
        write_tensors(self.folder / "state.safetensors", STATE, tensors, json.loads(json.dumps(header)))

    def _restore(self, learner: Learner) -> None:
        path = self.folder / "state.safetensors"
        if not path.exists():  # killed before the first state was written
            write_text(self.folder / "metrics.jsonl", "")
            return
        tensors, header = read_tensors(path, STATE)
        given: Any = header
        if given.get("method") != self.method or given.get("environment") != self.environment:
            raise InvalidParameter(f"{path} is of another run: {given.get('method')} on {given.get('environment')}")
        learner.restore(tensors, given["notes"])
        self._seconds, self._episodes = float(given["seconds"]), int(given["episodes"])
        self._returns.extend(given["returns"])
        self._best, self._best_at = float(given["best"]), int(given["best_at"])
        self._evaluated_at = int(given["evaluated_at"])
        kept = [line for line in read_metrics(self.folder / "metrics.jsonl") if line.get("steps", 0) <= learner.steps]
        write_text(self.folder / "metrics.jsonl", "".join(json.dumps(line) + "\n" for line in kept))

    def _add(self, metrics: dict[str, object]) -> None:
        append_line(self.folder / "metrics.jsonl", json.dumps(metrics))
        self._board.add(
            {name: value for name, value in metrics.items() if name != "steps"}, at=int(str(metrics["steps"]))
        )

    def _log(self, line: str) -> None:
        append_line(self.folder / "log.txt", f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}")
        if self.screen is not None:
            self.screen.log(line)


def defaults_for(kind: type[Learner], environment: str) -> BaselineSettings:
    """A method's usual settings where it learns `environment`: those for screens differ from those for vectors."""
    choose: Callable[[str], BaselineSettings] | None = getattr(kind, "settings_for", None)
    return kind.settings_type() if choose is None else choose(environment)
