"""Methods side by side on one environment: every method with every seed, in processes of one thread, resumable.

A comparison is a folder: `METHOD/seed-N/` is a run of `tengen learn`, of `tengen train` or of an agent that only
plays, and `compare.json` says what is compared. What is finished there is kept; what was cut short goes on.
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tengen.baselines.compare_methods import Contender, make_contender
from tengen.baselines.compare_runs import run_contender
from tengen.baselines.curves import Comparison, gather
from tengen.core.crew import Job, run_jobs
from tengen.core.errors import InvalidParameter
from tengen.core.files import lock, write_text
from tengen.selfplay.run import read_metrics

OnProgress = Callable[["Standing"], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a comparison is."""

    runs: int
    finished: int
    fraction: float
    """Of all the work, each run counting alike."""
    seconds_left: float | None
    """None before anything can be told."""
    news: tuple[str, ...]
    """What happened since the last time, in lines."""


def compare(
    environment: str,
    methods: Sequence[str],
    folder: Path,
    *,
    seeds: int = 3,
    steps: int | None = None,
    workers: int = 1,
    target: float | None = None,
    labels: dict[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> Comparison:
    """Runs whatever is missing in `folder`, then gathers curves and final returns of all methods.

    methods  texts such as `a2c`, `dqn:learning_rate=0.001,replay=false`, `uct:sims=200` or `alphazero:minutes=5`
    steps    environment steps of each run of a method that does not say itself
    target   a return of which one wants to know when each method reaches it
    labels   other names for some of the methods

    Other processes learn, so a script that calls this needs `if __name__ == "__main__":`.
    """
    contenders = [make_contender(text, environment, steps=steps, label=(labels or {}).get(text)) for text in methods]
    names = [contender.slug for contender in contenders]
    for name in names:
        if names.count(name) > 1:
            raise InvalidParameter(f"{name} is named twice: each method is compared once")
    for contender in contenders:
        contender.check_environment()
    if "," in str(folder):
        raise InvalidParameter(f"{folder} has a comma, after which an agent's text has its settings")
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "compare.lock", "ab") as file:
        lock(file, f"another process is comparing in {folder}")
        _note(folder, environment)
        jobs = [
            _Job(contender, seed, folder / contender.slug / f"seed-{seed}")
            for seed in range(seeds)
            for contender in contenders
        ]
        for job in jobs:
            job.contender.check(job.folder, job.seed)
        _Crew(jobs, workers, on_progress).work()
        return gather(environment, contenders, folder, seeds=seeds, target=target)


def _note(folder: Path, environment: str) -> None:
    """Writes what is compared; InvalidParameter if the folder has runs on another environment."""
    path = folder / "compare.json"
    if path.exists():
        try:
            before = json.loads(path.read_text())["environment"]
        except (ValueError, KeyError, TypeError):
            raise InvalidParameter(f"{path} is damaged: name another folder") from None
        if before != environment:
            raise InvalidParameter(f"{folder} holds a comparison on {before}, not {environment}: name another folder")
        return
    write_text(path, json.dumps({"environment": environment}) + "\n")


@dataclass(slots=True)
class _Job:
    contender: Contender
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.contender.label}, seed {self.seed}"

    def finished(self) -> bool:
        return (self.folder / "result.json").exists()

    def fraction(self) -> float:
        """How much of it is done, by its newest line of metrics."""
        if self.finished():
            return 1.0
        rows = read_metrics(self.folder / "metrics.jsonl")
        return min(0.999, self.contender.fraction(rows)) if rows else 0.0


class _Crew:
    """So many processes at work on a list of jobs."""

    def __init__(self, jobs: Iterable[_Job], workers: int, on_progress: OnProgress | None) -> None:
        self.jobs = list(jobs)
        self.waiting = [job for job in self.jobs if not job.finished()]
        self.workers = workers
        self.on_progress = on_progress
        self.news: list[str] = []
        kept = len(self.jobs) - len(self.waiting)
        if kept:
            self.news.append(f"{kept} of {len(self.jobs)} runs are finished already")

    def work(self) -> None:
        """Runs all jobs; the first error ends the others, which can be gone on with."""
        self.began, self.first = time.monotonic(), self._done()
        jobs = [Job(job.name, run_contender, (job.contender, job.folder, job.seed)) for job in self.waiting]
        self.folders = {job.name: job.folder for job in self.waiting}
        run_jobs(jobs, self.workers, self)

    def begins(self, job: Job) -> None:
        pass

    def ends(self, job: Job) -> None:
        mean = json.loads((self.folders[job.name] / "result.json").read_text())["mean"]
        self.news.append(f"{job.name}: {mean:.4g}")

    def waits(self, running: Sequence[Job]) -> None:
        self._tell()

    def _done(self) -> float:
        return sum(job.fraction() for job in self.jobs) / max(len(self.jobs), 1)

    def _tell(self) -> None:
        if self.on_progress is None:
            return
        done = self._done()
        spent = time.monotonic() - self.began
        left = spent * (1.0 - done) / (done - self.first) if done > self.first else None
        finished = sum(job.finished() for job in self.jobs)
        self.on_progress(Standing(len(self.jobs), finished, done, left, tuple(self.news)))
        self.news.clear()
