"""What a new run begins with, where that is not chance: the weights of a network that has learned already."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import torch

from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games import registry
from tengen.nets.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from tengen.nets.growth import grow
from tengen.selfplay.learner import net_config
from tengen.selfplay.run import RunFolder
from tengen.selfplay.settings import Settings


@dataclass(frozen=True, slots=True)
class Beginning:
    """A network and what it had behind it."""

    checkpoint: Checkpoint
    before: dict[str, float]

    @classmethod
    def read(cls, path: Path, settings: Settings) -> "Beginning":
        """The network in `path`, grown where the settings ask for more blocks or channels.

        InvalidParameter if they ask for another, InvalidCheckpoint if the file is damaged.
        """
        game = registry.make(settings.game)
        found = load_checkpoint(path, game)
        wanted = net_config(game, settings.network)
        if found.config != wanted:
            torch.manual_seed(int(stream(settings.seed, "growth").integers(2**31)))
            try:
                larger = grow(found.network, wanted)
            except InvalidParameter as error:
                raise InvalidParameter(f"{path} is another network than the settings ask for: {error}") from error
            found = dataclasses.replace(found, network=larger, config=wanted)
        known = {"evaluations": found.card.get("evaluations"), **found.provenance}
        counts = {name: known.get(name) for name in ("minutes", "games", "positions", "evaluations")}
        before = {name: float(count) for name, count in counts.items() if isinstance(count, int | float)}
        return cls(found, before)

    def place(self, run: RunFolder) -> None:
        """Makes it checkpoint 0 of a new run, from whose weights its training goes on."""
        save_checkpoint(run.numbered(0), self.checkpoint.network, self.checkpoint.game_text, self.checkpoint.provenance)
        progress = run.progress()
        progress.before = self.before
        run.save_progress(progress)
