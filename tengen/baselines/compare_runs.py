"""One run of a comparison, in a process of its own: a method that learns, or an agent that only plays."""

import json
import time
from pathlib import Path

import numpy as np

from tengen.agents.agent import Agent
from tengen.baselines.compare_methods import (
    Contender,
    LearningContender,
    PlayingContender,
    TrainingContender,
    game_of,
)
from tengen.core.errors import InvalidParameter
from tengen.core.files import write_text
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.rules import CHANCE, State
from tengen.selfplay.run import NETWORK, RunFolder, append_line, read_metrics


def run_contender(contender: Contender, folder: Path, seed: int) -> None:
    """Runs what a comparison asks for, in a process of its own, to its `result.json`."""
    if isinstance(contender, LearningContender):
        learn(contender, folder, seed)
    elif isinstance(contender, TrainingContender):
        train_by_selfplay(contender, folder, seed)
    else:
        assert isinstance(contender, PlayingContender)
        play(contender, folder, seed)


def learn(contender: LearningContender, folder: Path, seed: int) -> None:
    """Learns, or goes on where a run that is there was cut short."""
    from tengen.baselines.run import Run

    if (folder / "learn.toml").exists():
        Run.again(folder).go()
    else:
        Run(contender.method, contender.environment, folder, overrides=contender.overrides, seed=seed).go()


def train_by_selfplay(contender: TrainingContender, folder: Path, seed: int) -> None:
    """Trains, or goes on; the result is what the last checkpoint made of the game."""
    from tengen.selfplay.train import train

    started = (folder / "run.toml").exists()
    if not (started and RunFolder(folder).progress().finished):
        train(None if started else contender.settings(seed), folder, resume=started)
    rows = read_metrics(folder / "metrics.jsonl")
    measured = [row for row in rows if row["kind"] == "return" and row["agent"] == NETWORK]
    if not measured:
        raise InvalidParameter("no checkpoint was measured: ladder.games must be above 0")
    last, seconds = measured[-1], RunFolder(folder).progress().elapsed
    result = {
        "method": contender.text,
        "environment": contender.environment,
        "seed": seed,
        "steps": last["steps"],
        "seconds": round(seconds, 3),
        "steps_per_s": round(last["steps"] / max(seconds, 1e-9), 1),
        "mean": last["return"],
        "episodes": last["episodes"],
    }
    write_text(folder / "result.json", json.dumps(result) + "\n")


def play(contender: PlayingContender, folder: Path, seed: int) -> None:
    """Plays the episodes that are missing; each is a line of metrics.jsonl."""
    from tengen.agents.load import load_agent

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "metrics.jsonl"
    rows = read_metrics(path)
    game = game_of(contender.environment)
    agent = load_agent(contender.agent, game, seed=seed)
    try:
        for number in range(len(rows), contender.episodes):
            drawn = int(stream(seed, "episode", number).integers(2**31))
            began = time.perf_counter()
            total, steps = episode(game, agent, drawn)
            rows.append(
                {
                    "kind": "episode",
                    "episodes": number + 1,
                    "steps": steps,
                    "time_s": round(time.perf_counter() - began, 3),
                    "return": total,
                }
            )
            append_line(path, json.dumps(rows[-1]))
    finally:
        agent.close()
    returns = np.array([row["return"] for row in rows])
    steps, seconds = sum(row["steps"] for row in rows), sum(row["time_s"] for row in rows)
    result = {
        "method": contender.text,
        "environment": contender.environment,
        "seed": seed,
        "steps": steps,
        "seconds": round(seconds, 3),
        "steps_per_s": round(steps / max(seconds, 1e-9), 1),
        "mean": float(returns.mean()),
        "deviation": float(returns.std()),
        "least": float(returns.min()),
        "episodes": len(returns),
    }
    write_text(folder / "result.json", json.dumps(result) + "\n")


def episode(game: Game, agent: Agent, seed: int) -> tuple[float, int]:
    """The undiscounted return of one game that the agent plays, and how often it acted."""
    generator = stream(seed, "chance")
    state = _settled(game, game.sample_start(generator), generator)
    agent.new_game(state, seed=seed)
    steps = 0
    while not game.is_over(state):
        action = agent.act(state)
        after = _settled(game, game.apply(state, action), generator)
        agent.notify(state, action, after)
        state = after
        steps += 1
    return float(game.returns(state)[0]), steps


def _settled(game: Game, state: State, generator: np.random.Generator) -> State:
    """The state after chance has moved, if it is chance's turn."""
    while game.player(state) == CHANCE:
        state = game.apply(state, game.sample_outcome(state, generator))
    return state
