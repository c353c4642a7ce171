"""Training for a game of one player as a method among others: train, then read its curve against steps and time.

    points = train_alone(settings_for("gridworld:robot", seed=1, positions=50_000), folder)
    [(point.steps, point.seconds, point.mean) for point in points]
    examine(folder, episodes=100, seed=7).mean

The folder is a run of `tengen train`. While it goes on its metrics.jsonl gets a line for each checkpoint,
`{"kind": "return", "agent": "network", "checkpoint": "0003", "steps": …, "time_s": …, "return": mean, "error": its
standard error, "episodes": …, "games": …}`, and `progress` lines every few seconds, whose `fraction` tells how much of
the run is done. Steps are actions of the player's in self-play; those of the search, on copies, are `evaluations`.
"""

from dataclasses import dataclass
from pathlib import Path

from tengen.core.errors import InvalidParameter
from tengen.games import registry
from tengen.selfplay import settings as settings_module
from tengen.selfplay import solo
from tengen.selfplay.run import NETWORK, RunFolder, read_metrics
from tengen.selfplay.settings import Settings
from tengen.selfplay.train import Screen, train


@dataclass(frozen=True, slots=True)
class Point:
    """What a checkpoint made of the game."""

    steps: int
    """Actions in self-play before it."""
    seconds: float
    """Wall time of training before it."""
    mean: float
    """Mean return."""
    error: float
    """Standard error of the mean."""
    episodes: int


def settings_for(
    game: str, *, seed: int, minutes: float | None = None, positions: int | None = None, overrides: tuple[str, ...] = ()
) -> Settings:
    """Settings of a run: those of the game, with a budget of time and, if given, of steps; InvalidParameter for two."""
    if registry.make(game).num_players != 1:
        raise InvalidParameter(f"{game} is a game for two: methods are compared on games for one player")
    budget = [f"seed={seed}"]
    budget += [f"minutes={float(minutes)!r}"] if minutes is not None else []
    budget += [f"positions={positions}"] if positions is not None else []
    return settings_module.load(game, (*budget, *overrides))


def train_alone(settings: Settings, folder: Path, *, screen: Screen | None = None) -> list[Point]:
    """Trains in `folder`, or goes on where a run there was cut short, and returns the curve.

    It starts processes, so whoever calls it may be no daemon, and a script needs `if __name__ == "__main__":`.
    """
    begun = (folder / "run.toml").exists()
    if not (begun and RunFolder(folder).progress().finished):
        train(settings, folder, resume=begun, screen=screen)
    return curve(folder)


def curve(folder: Path) -> list[Point]:
    """The returns of a run's checkpoints so far, the untrained network's first."""
    return [
        Point(line["steps"], line["time_s"], line["return"], line["error"], line["episodes"])
        for line in read_metrics(folder / "metrics.jsonl")
        if line["kind"] == "return" and line["agent"] == NETWORK
    ]


def examine(folder: Path, *, episodes: int, seed: int) -> solo.Return:
    """What the newest network of a run makes of so many episodes, with the exam's simulations."""
    run = RunFolder(folder)
    settings = run.settings()
    batch = min(episodes, 100)
    choose = solo.network_chooser(run.current, settings, settings.exam.simulations, batch=batch, seed=seed)
    returns: list[float] = []
    game = registry.make(settings.game)
    while len(returns) < episodes:
        count = min(batch, episodes - len(returns))
        found = solo.play_alone(game, choose, episodes=count, seed=seed + len(returns), plies=settings.ladder.plies)
        returns += found.tolist()
    return solo.Return(NETWORK, tuple(returns))
