"""The folder of a training run: settings, games, checkpoints, metrics, log."""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tengen.core.errors import InvalidParameter
from tengen.core.files import lock, remove_leftovers, write_text
from tengen.selfplay import settings as settings_module
from tengen.selfplay.circumstances import commit, machine
from tengen.selfplay.settings import Settings

NETWORK = "network"
"""The agent that a checkpoint makes, in the metrics of a game of one player."""


@dataclass(slots=True)
class Progress:
    """What a run remembers between two starts, beside its games and weights."""

    elapsed: float = 0.0
    """Seconds of training so far, over all starts."""
    steps: int = 0
    samples: int = 0
    starts: int = 0
    """How often the run was started; names the workers' files."""
    evaluations: int = 0
    checkpoint: int = 0
    """Number of the newest numbered checkpoint."""
    finished: bool = False
    before: dict[str, float] = field(default_factory=dict)
    """Minutes, games, positions and evaluations that the network had behind it when the run began with it; empty where
    it had learned nothing."""


class RunFolder:
    """Paths and small files of one run. Everything is written whole or appended by whole lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.games = path / "games"
        self.checkpoints = path / "checkpoints"
        self.tensorboard = path / "tensorboard"
        self.current = self.checkpoints / "current.safetensors"
        self.training_state = path / "training.safetensors"

    @classmethod
    def create(
        cls, path: Path, settings: Settings, beginning: Callable[["RunFolder"], None] | None = None
    ) -> "RunFolder":
        """Makes a new run, with what `beginning` puts there; InvalidParameter if the folder holds one already.

        Settings are written last: a folder without them is no run, so one that was broken off here is begun again.
        """
        run = cls(path)
        if "," in str(path):
            raise InvalidParameter(
                f"{path} has a comma, after which an agent's text has its settings: take another name"
            )
        if (path / "run.toml").exists():
            raise InvalidParameter(f"{path} holds a run already: continue it with --resume, or name another folder")
        for folder in (run.games, run.checkpoints, run.tensorboard):
            folder.mkdir(parents=True, exist_ok=True)
        if beginning is None and any(run.checkpoints.iterdir()):
            raise InvalidParameter(f"{run.checkpoints} holds files already: name another folder")
        run.save_progress(Progress())
        if beginning is not None:
            beginning(run)
        run.set_settings(settings)
        return run

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """An existing run; InvalidParameter if there is none."""
        run = cls(path)
        run.settings()
        for folder in (run.games, run.checkpoints, run.tensorboard):
            folder.mkdir(exist_ok=True)
            remove_leftovers(folder)
        remove_leftovers(path)
        return run

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Meanwhile no other process trains in this folder; InvalidParameter if one does already."""
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self.path / "run.lock", "ab") as file:
            lock(file, f"another process is training in {self.path}")
            yield

    def settings(self, overrides: tuple[str, ...] = ()) -> Settings:
        """The settings that the run was started with, or those that it last went on with; with overrides."""
        if not (self.path / "run.toml").exists():
            raise InvalidParameter(f"{self.path} is no run: it has no run.toml")
        return settings_module.load(str(self.path / "run.toml"), overrides)

    def set_settings(self, settings: Settings) -> None:
        """Replaces the settings."""
        write_text(self.path / "run.toml", settings_module.to_toml(settings))

    def progress(self) -> Progress:
        """What the run remembers; where the file is missing or damaged, what the others tell.

        No number that is in the name of a file is given again.
        """
        try:
            progress = Progress(**json.loads((self.path / "progress.json").read_text()))
        except (OSError, ValueError, TypeError):
            times = [float(line.get("time_s", 0.0)) for line in read_metrics(self.path / "metrics.jsonl")]
            progress = Progress(elapsed=max(times, default=0.0))
        progress.starts = max([progress.starts, *_numbers(self.games.glob("*-*-*.*"))])
        progress.checkpoint = max([progress.checkpoint, *_numbers(self.checkpoints.glob("[0-9]*.safetensors*"))])
        return progress

    def save_progress(self, progress: Progress) -> None:
        """Replaces what the run remembers."""
        write_text(self.path / "progress.json", json.dumps(asdict(progress)) + "\n")

    def numbered(self, number: int) -> Path:
        """The path of a numbered checkpoint."""
        return self.checkpoints / f"{number:04d}.safetensors"

    def add_metrics(self, metrics: dict[str, object]) -> None:
        """Appends one line to metrics.jsonl."""
        append_line(self.path / "metrics.jsonl", json.dumps(metrics))

    def add_start(self, command: str) -> None:
        """Appends to starts.jsonl what was typed, when, which source it ran and on what machine."""
        line = {"date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "command": command or None}
        append_line(self.path / "starts.jsonl", json.dumps(line | {"commit": commit(), "machine": machine()}))

    def starts(self) -> list[dict[str, Any]]:
        """The lines of starts.jsonl, which runs of earlier versions lack."""
        return read_lines(self.path / "starts.jsonl", "command")

    def log(self, line: str) -> None:
        """Appends one line with the time to log.txt."""
        append_line(self.path / "log.txt", f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics.jsonl; one that a kill cut short is left out."""
    return read_lines(path, "kind")


def read_lines(path: Path, key: str) -> list[dict[str, Any]]:
    """The objects in a file of JSON lines that have the key; one that a kill cut short is left out."""
    lines = []
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and key in line:
            lines.append(line)
    return lines


def _numbers(paths: Iterable[Path]) -> list[int]:
    """The numbers that names of files begin with."""
    found = (re.match("[0-9]+", path.name) for path in paths)
    return [int(match[0]) for match in found if match]


def append_line(path: Path, line: str) -> None:
    """One write call for the whole line, after a line end if a kill cut the last one short."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (("\n" if broken else "") + line + "\n").encode())
    finally:
        os.close(descriptor)
