"""What the processes of a lab do: train one variant, play some matches."""

import dataclasses
import functools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tengen.core.random import stream
from tengen.games import registry
from tengen.games.game import RecordGame
from tengen.nets.evaluator import NetworkEvaluator
from tengen.selfplay.ladder import frozen_network, network_player, play_lockstep
from tengen.selfplay.run import RunFolder, append_line
from tengen.selfplay.settings import Settings
from tengen.selfplay.train import train

MATCHES = "matches.jsonl"
"""A line for each match that has ended."""

KEPT = 16
"""Networks that a process keeps ready."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two runs whose final networks play."""

    first: str
    second: str
    games: int
    simulations: int
    opening_plies: int


def train_variant(folder: Path, settings: Settings) -> None:
    """Trains in a folder, or goes on where a run there was cut short."""
    import torch

    torch.set_num_threads(1)
    train(settings, folder, resume=(folder / "run.toml").exists())


def play_matches(folder: Path, settings: Settings, matches: Sequence[Match]) -> None:
    """Plays each match in lockstep and appends its line to the lab's matches as it ends."""
    import torch

    torch.set_num_threads(1)
    game = registry.make(settings.game)
    assert isinstance(game, RecordGame)

    @functools.lru_cache(KEPT)
    def network(name: str) -> NetworkEvaluator:
        return frozen_network(RunFolder(folder / name).current, game, settings)

    for match in matches:
        began = time.monotonic()
        drawn = int(stream(settings.seed, "lab", match.first, match.second).integers(2**31))
        one, other = (
            network_player(game, network(name), match.simulations, batch=match.games, seed=drawn)
            for name in (match.first, match.second)
        )
        score = play_lockstep(
            game, match.second, one, other, games=match.games, opening_plies=match.opening_plies, seed=drawn
        )
        line = {"kind": "match", **dataclasses.asdict(match)}
        line |= {"wins": score.wins, "draws": score.draws, "losses": score.losses}
        append_line(folder / MATCHES, json.dumps(line | {"seconds": round(time.monotonic() - began, 2)}))
