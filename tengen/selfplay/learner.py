"""The learner: gathers finished games, trains the network on them, publishes it."""

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tengen.core.errors import InvalidCheckpoint
from tengen.core.random import stream
from tengen.games import registry
from tengen.games.game import Game
from tengen.nets.checkpoint import Json, load_checkpoint, save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.losses import LossWeights, Targets, two_hot
from tengen.nets.network import Network
from tengen.nets.precision import best_device
from tengen.nets.training import Trainer
from tengen.records.record import GameRecord
from tengen.selfplay.mixed import make_window
from tengen.selfplay.rebuild import Batch
from tengen.selfplay.replay import Lesson
from tengen.selfplay.run import Progress, RunFolder
from tengen.selfplay.schedule import rate_share_at, samples_due, window_size
from tengen.selfplay.settings import NetworkSettings, Settings, TrainingSettings


def targets(batch: Batch, network: Network, training: TrainingSettings) -> Targets:
    """A rebuilt batch as tensors, for what `network` tells."""
    height, width = batch.observations.shape[2:]
    config = network.config
    if config.value == "scalar":
        outcome = two_hot(torch.from_numpy(batch.value), network.atoms())
    else:
        outcome = torch.from_numpy(mixed_outcome(batch, training.value_share))
    return Targets(
        policy=torch.from_numpy(batch.policy),
        policy_weight=torch.ones(len(batch.policy)),
        outcome=outcome,
        legal=torch.from_numpy(batch.legal),
        score=torch.from_numpy(batch.score) if config.score else None,
        ownership=torch.from_numpy(batch.ownership).view(-1, height, width) if config.score else None,
        score_weight=torch.from_numpy(batch.score_weight) if config.score else None,
        reply=torch.from_numpy(batch.reply) if config.reply else None,
        reply_weight=torch.from_numpy(batch.reply_weight) if config.reply else None,
        near=torch.from_numpy(batch.near[:, : config.horizons]) if config.horizons else None,
    )


def mixed_outcome(batch: Batch, share: float) -> NDArray[np.float32]:
    """[N, 3]: the result, and for a `share` of it the last horizon's value v as a chance (1 + v) / 2 to win."""
    if share == 0.0:
        return batch.wdl
    won = 0.5 + 0.5 * batch.near[:, -1:]
    mixed: NDArray[np.float32] = (1.0 - share) * batch.wdl
    mixed += share * np.concatenate([won, np.zeros_like(won), 1.0 - won], axis=1)
    return mixed


def lesson(game: Game, settings: Settings) -> Lesson:
    """What batches are to hold for these settings."""
    training, shape = settings.training, settings.network
    of_value = (training.value_horizon,) if training.value_share > 0.0 else ()
    return Lesson(
        td_steps=training.td_steps,
        horizons=(*map(float, shape.horizons), *of_value) if game.num_players == 2 else (),
        reply=shape.reply and game.num_players == 2,
        symmetries=training.symmetries,
    )


def net_config(game: Game, shape: NetworkSettings) -> NetConfig:
    """The network that the settings ask for."""
    return NetConfig.for_game(
        game,
        blocks=shape.blocks,
        channels=shape.channels,
        pool_every=shape.pool_every,
        score=shape.score,
        count=shape.count,
        reply=shape.reply,
        horizons=len(shape.horizons),
    )


def make_trainer(game: Game, settings: Settings) -> Trainer:
    """A fresh network in training, on the GPU if there is one, else on one thread."""
    training = settings.training
    return Trainer(
        Network(net_config(game, settings.network)),
        lr=training.learning_rate,
        matrix_lr=training.matrix_rate,
        weight_decay=training.weight_decay,
        grad_clip=training.gradient_clip,
        ema_decay=training.ema,
        threads=1,
        device=best_device(),
        weights=LossWeights(
            ownership=training.ownership_weight,
            score=training.score_weight,
            reply=training.reply_weight,
            near=training.horizon_weight,
        ),
    )


def set_aside(path: Path) -> None:
    """Renames a damaged file so that nothing takes it up again and a person can look at it."""
    path.rename(path.with_name(path.name + ".damaged"))


class Learner:
    """The network in training and the window it learns from."""

    def __init__(self, game: Game, settings: Settings, run: RunFolder, progress: Progress) -> None:
        self.game = game
        self.settings = settings
        self.run = run
        self.progress = progress
        variants = [registry.make(text) for text in settings.selfplay.variants]
        self.replay = make_window(game, variants, lesson(game, settings))
        self.rng = stream(settings.seed, "learner", progress.starts)
        torch.manual_seed(int(stream(settings.seed, "network").integers(2**31)))
        self.trainer = make_trainer(game, settings)
        self.workers = settings.selfplay.workers or os.cpu_count() or 1
        """Processes that play."""
        self.use_cores(waiting=0)
        self.losses: list[dict[str, float]] = []
        self.is_new = False
        """Whether the network is not the one that the run had before, and has still to learn what that one knew."""

    def restore(self) -> list[str]:
        """Takes up weights and optimiser where they were last saved; returns a line for each file set aside."""
        lines = []
        if self._has_another_network():
            self.is_new = True
            return ["the network is another than before: it learns first from the games that are there"]
        if self.run.training_state.exists():
            try:
                counters = self.trainer.load(self.run.training_state)
                self.progress.steps = int(str(counters["steps"]))
                self.progress.samples = int(str(counters["samples"]))
                return []
            except InvalidCheckpoint as error:
                lines.append(f"{error}; set aside")
                set_aside(self.run.training_state)
        for path in sorted(self.run.checkpoints.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)[::-1]:
            try:
                self.trainer.start_from(load_checkpoint(path, self.game).network)
                lines.append(f"training goes on from the weights of {path.name}")
                break
            except InvalidCheckpoint as error:
                lines.append(f"{error}; set aside")
                set_aside(path)
        return lines

    def _has_another_network(self) -> bool:
        """Whether the run's last network has another shape than the settings ask for now."""
        if not self.run.current.exists():
            return False
        try:
            return load_checkpoint(self.run.current).config != self.trainer.network.config
        except InvalidCheckpoint:
            return False  # is set aside where it is missed

    def catch_up(self, fraction: float) -> Iterator[float]:
        """Teaches a network that is new to a run what its window holds; yields the share that is done after each step.

        Takes `training.catch_up` samples of each position, by all cores: nobody plays meanwhile.
        """
        training = self.settings.training
        steps = int(training.catch_up * len(self.replay) / training.batch)
        counted = self.progress.samples
        self.use_cores(waiting=self.workers)
        for step in range(steps):
            self.step(fraction)
            yield (step + 1) / steps
        self.use_cores(waiting=0)
        self.progress.samples = counted  # these were not owed
        self.is_new = False

    def add(self, records: Sequence[GameRecord]) -> None:
        """Takes finished games into the window."""
        self.replay.add(records)
        self.replay.trim(window_size(self.settings, self.replay.total_learned))

    def debt(self) -> int:
        """Samples that should have been trained on by now and were not."""
        return samples_due(self.settings, self.replay.total_learned) - self.progress.samples

    def use_cores(self, *, waiting: int) -> None:
        """Tells how many workers wait: if all do, it trains and rebuilds batches by their cores.

        Beside a GPU, where threads only rebuild, also by cores that never had a worker. On a CPU those may be others':
        a lab's runs, side by side.
        """
        free = waiting if waiting == self.workers else 0
        if self.trainer.device.type == "cuda":
            free = (os.cpu_count() or 1) - self.workers + waiting
        self.trainer.threads = max(1, free)

    def step(self, fraction: float) -> None:
        """Trains on one batch."""
        count = self.settings.training.batch
        batch = self.replay.sample(count, self.rng, threads=self.trainer.threads)
        share = rate_share_at(self.settings, fraction, self.trainer.steps)
        if self.game.num_players == 1:
            self.trainer.widen(self.replay.lowest, self.replay.highest)
        wanted = targets(batch, self.trainer.network, self.settings.training)
        found = self.trainer.step(torch.from_numpy(batch.observations), wanted, share=share)
        self.losses.append(found)
        self.progress.steps += 1
        self.progress.samples += count

    def mean_losses(self) -> dict[str, float]:
        """Losses since the last call, averaged."""
        found, self.losses = self.losses, []
        return {key: float(np.mean([losses[key] for losses in found])) for key in (found[0] if found else {})}

    def provenance(self) -> dict[str, Json]:
        """Where the weights come from, for the checkpoint's header: sums over this run and what it began with."""
        counts = {
            "games": self.replay.total_games,
            "positions": self.replay.total_positions,
            "evaluations": self.progress.evaluations,
        }
        before = self.progress.before
        known = {
            name: count + int(before.get(name, 0)) for name, count in counts.items() if name in before or not before
        }
        return {
            **known,
            "steps": self.progress.steps,
            "minutes": round(self.progress.elapsed / 60 + before.get("minutes", 0.0), 2),
            "search": dataclasses.asdict(self.settings.search),
            "seed": self.settings.seed,
        }

    def publish(self, path: Path) -> None:
        """Writes the averaged weights as a checkpoint."""
        save_checkpoint(path, self.trainer.average(), self.game.text, self.provenance())

    def save(self) -> None:
        """Writes what a resumed run needs: published weights, optimiser, counters."""
        self.publish(self.run.current)
        counters = {"steps": self.progress.steps, "samples": self.progress.samples}
        self.trainer.save(self.run.training_state, counters)
        self.run.save_progress(self.progress)
