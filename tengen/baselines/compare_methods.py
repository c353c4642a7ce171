"""What can be compared, by its text: a baseline with settings, an agent that only plays, training by self-play."""

import re
import tomllib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tengen.baselines import settings as settings_module
from tengen.baselines.environments import make_environments
from tengen.baselines.methods import METHODS, learner_class
from tengen.baselines.run import BaselineSettings, defaults_for
from tengen.core.errors import InvalidParameter, unknown
from tengen.games import registry
from tengen.games.game import Game

SHORT = {"lr": "learning_rate"}
"""Other names of settings."""

AGENTS = ("uct", "random")
"""Agents that play without having learned anything."""

POINTS = 20
"""Evaluations of a run that is too short for its method's usual number, so that there is a curve."""

EPISODES = 10
"""Episodes that such an agent plays for each seed."""


@dataclass(frozen=True, slots=True)
class Contender(ABC):
    """One method of a comparison. Small enough to be sent to another process."""

    text: str
    environment: str
    label: str
    """What a person reads."""
    slug: str
    """Its folder."""

    @abstractmethod
    def check_environment(self) -> None:
        """An error of one line if the method cannot take part on this environment."""

    @abstractmethod
    def check(self, folder: Path, seed: int) -> None:
        """InvalidParameter if `folder` holds a run that this one would not go on with."""

    @abstractmethod
    def fraction(self, row: dict[str, Any]) -> float:
        """How much of a run is done by a line of its metrics."""


@dataclass(frozen=True, slots=True)
class LearningContender(Contender):
    """A baseline."""

    method: str
    settings: BaselineSettings
    overrides: tuple[str, ...]

    def check_environment(self) -> None:
        make_environments(self.environment, 1).close()

    def check(self, folder: Path, seed: int) -> None:
        path = folder / "learn.toml"
        if not path.exists():
            return
        found = settings_module.read_toml(path)
        text = settings_module.to_toml(self.settings, method=self.method, environment=self.environment, seed=seed)
        for key, value in tomllib.loads(text).items():
            if found.get(key) != value:
                raise InvalidParameter(
                    f"{folder} holds a run with {key}={found.get(key)}, not {value}: name another folder for this one"
                )

    def fraction(self, row: dict[str, Any]) -> float:
        return float(row.get("steps", 0)) / self.settings.steps


@dataclass(frozen=True, slots=True)
class PlayingContender(Contender):
    """An agent that plays some episodes and learns nothing."""

    agent: str
    episodes: int

    def check_environment(self) -> None:
        from tengen.agents.load import check_agent

        game = game_of(self.environment)
        if game.num_players != 1:
            raise InvalidParameter(f"{game.text} is a game for two: methods are compared on games for one player")
        check_agent(self.agent, game)

    def check(self, folder: Path, seed: int) -> None:
        pass

    def fraction(self, row: dict[str, Any]) -> float:
        return float(row.get("episodes", 0)) / self.episodes


def make_contender(text: str, environment: str, *, steps: int | None = None, label: str | None = None) -> Contender:
    """The contender that `text` names; an error of one line says what is wrong with it."""
    name, _, rest = text.partition(":")
    pairs = split_pairs(rest)
    shown = label or text
    slug = re.sub(r"[^A-Za-z0-9.=_+-]+", "-", shown).strip("-")[:100]
    if name in METHODS:
        overrides = tuple(_long(pair) for pair in pairs)
        if steps is not None and not any(pair.startswith("steps=") for pair in overrides):
            overrides = (f"steps={steps}", *overrides)
        kind = learner_class(name)
        settings = settings_module.with_overrides(defaults_for(kind, environment), overrides)
        if not any(pair.startswith("evaluate_every=") for pair in overrides):
            overrides = (*overrides, f"evaluate_every={min(settings.evaluate_every, max(1, settings.steps // POINTS))}")
            settings = settings_module.with_overrides(settings, overrides)
        return LearningContender(text, environment, shown, slug, name, settings, overrides)
    if name in AGENTS:
        episodes, kept = EPISODES, []
        for pair in pairs:
            key, _, value = pair.partition("=")
            if key != "episodes":
                kept.append(pair)
            elif not value.isdigit() or not int(value):
                raise InvalidParameter(f"{pair!r} in {text} is not accepted: a number of episodes, such as episodes=10")
            else:
                episodes = int(value)
        agent = ":".join([name, *([",".join(kept)] if kept else [])])
        return PlayingContender(text, environment, shown, slug, agent, episodes)
    raise unknown("method", name, [*METHODS, *AGENTS])


def split_pairs(text: str) -> list[str]:
    """The parts of `key=value,key=[1,2]` between commas that are in no brackets."""
    parts, depth, part = [], 0, ""
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [part.strip() for part in [*parts, part] if part.strip()]


def _long(pair: str) -> str:
    key, equals, value = pair.partition("=")
    return SHORT.get(key, key) + equals + value


def game_of(environment: str) -> Game:
    """The game that a baseline's environment is, where it is named by an id of Gymnasium alone too."""
    name = environment.partition(":")[0].partition(",")[0]
    return registry.make(environment if name in registry.names() else f"gym:{environment}")
