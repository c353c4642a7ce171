"""The lab: variants of a training run with equal evaluations, over several seeds, pitted against each other.

A lab is a folder: `NAME-sSEED/` is a run of `tengen train`, `matches.jsonl` has a line for each match between two
finished networks. What is finished there is kept; what was cut short goes on.
"""

import dataclasses
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tengen.arena.openings import draw_openings
from tengen.arena.rating import Results, rate
from tengen.core.crew import Job, run_jobs
from tengen.core.errors import InvalidParameter
from tengen.core.files import lock
from tengen.games import registry
from tengen.games.game import RecordGame
from tengen.selfplay.gains import Gains, gains
from tengen.selfplay.lab_jobs import MATCHES, Match, play_matches, train_variant
from tengen.selfplay.run import RunFolder, read_metrics
from tengen.selfplay.settings import differences
from tengen.selfplay.train import check
from tengen.selfplay.variants import BASE, Variant

PATIENCE = 6.0
"""How many times the base's minutes a run may take for its evaluations."""

UNLIMITED = 1e6
"""Minutes that a run may take whose evaluations were given."""

NEVER = 1e9
"""Minutes between numbered checkpoints, of which only the last is of use."""

SHORT = 0.98
"""A run that made less than this share of its evaluations is named."""

TELL_SECONDS = 60.0
"""Between two lines about the runs that go on."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a lab does."""

    folder: Path
    variants: list[Variant]
    """The base first."""
    seeds: list[int]
    minutes: float
    """That the base trains with the first seed; what it evaluates meanwhile, all others do."""
    evaluations: int = 0
    """Of each run; 0 is what the base makes in `minutes`."""
    games: int = 200
    """Games of each pair of networks."""
    simulations: int = 64
    """Simulations a move in these games."""
    opening_plies: int = 2
    """Random plies before each pair of games."""
    parallel: int = 1
    """Runs at once, each with one worker then; 1 leaves the number of workers to the settings."""

    @property
    def game(self) -> str:
        return self.variants[0].settings.game


@dataclass(frozen=True, slots=True)
class Trained:
    """One finished run."""

    variant: str
    seed: int
    evaluations: int
    minutes: float
    positions: int
    games: int
    losses: dict[str, float]
    """Means over the last tenth of the run."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a lab found."""

    plan: Plan
    budget: int
    """Evaluations that each run was to make."""
    runs: list[list[Trained]]
    """[V][K]."""
    gains: Gains
    matches: list[dict[str, Any]]
    remarks: list[str]


def run_lab(plan: Plan, say: Say = lambda line: None) -> Findings:
    """Trains and plays what is missing in the plan's folder, and rates all networks.

    say  is told what happens, a line at a time

    Other processes train and play, so a script that calls this needs `if __name__ == "__main__":`.
    """
    _check(plan)
    plan.folder.mkdir(parents=True, exist_ok=True)
    with open(plan.folder / "lab.lock", "ab") as file:
        lock(file, f"another process is comparing in {plan.folder}")
        lab = _Lab(plan, say)
        budget = lab.train()
        lab.play()
    return _gather(plan, budget)


def _check(plan: Plan) -> None:
    """Refuses what cannot work before anything is trained."""
    if len(plan.variants) < 2:
        raise InvalidParameter("name at least one variant to compare with the base")
    game = registry.make(plan.game)
    if game.num_players != 2 or game.has_chance or not isinstance(game, RecordGame):
        raise InvalidParameter(f"variants are pitted against each other: {game.text} is no game for two without chance")
    if "," in str(plan.folder):
        raise InvalidParameter(f"{plan.folder} has a comma, after which an agent's text has its settings")
    draw_openings(game, plan.opening_plies, 1, seed=plan.seeds[0])
    for variant in plan.variants:
        check(_settings(plan, variant, plan.seeds[0], plan.minutes, 0))
        for seed in plan.seeds:
            _check_run(plan, variant, seed)


def _check_run(plan: Plan, variant: Variant, seed: int) -> None:
    """Refuses a run that is there with other settings than it would be given now."""
    folder = run_folder(plan.folder, variant.name, seed)
    if not (folder / "run.toml").exists():
        return
    found = RunFolder(folder).settings()
    first = _is_first(plan, variant, seed)
    evaluations = 0 if first else plan.evaluations or found.evaluations
    wanted = _settings(plan, variant, seed, plan.minutes if first else found.minutes, evaluations)
    wanted = dataclasses.replace(wanted, selfplay=dataclasses.replace(wanted.selfplay, workers=found.selfplay.workers))
    other = differences(found, wanted)
    if other:
        name, value = next(iter(other.items()))
        now = differences(wanted, found)[name]
        raise InvalidParameter(f"{folder} was trained with {name} = {value}, not {now}: name another folder")


def run_folder(folder: Path, variant: str, seed: int) -> Path:
    """Where the run of a variant with a seed is."""
    return folder / f"{variant}-s{seed}"


def _is_first(plan: Plan, variant: Variant, seed: int) -> bool:
    """Whether a run is that of the base whose time sets the others' evaluations."""
    return not plan.evaluations and variant.name == BASE and seed == plan.seeds[0]


def _settings(plan: Plan, variant: Variant, seed: int, minutes: float, evaluations: int) -> Any:
    """The settings of one run: a budget in place of the preset's, and nothing that is no training."""
    base = variant.settings
    selfplay = dataclasses.replace(base.selfplay, workers=1) if plan.parallel > 1 else base.selfplay
    return dataclasses.replace(
        base,
        seed=seed,
        minutes=float(minutes),
        evaluations=evaluations,
        positions=0,
        selfplay=selfplay,
        training=dataclasses.replace(base.training, checkpoint_minutes=NEVER),
        ladder=dataclasses.replace(base.ladder, games=0),
        exam=dataclasses.replace(base.exam, games=0),
    )


class _Lab:
    """A lab at work: watches its jobs and says what happens."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self.plan = plan
        self.say = say
        self.told = time.monotonic()
        self.begun: dict[str, float] = {}
        self.finished = 0

    def train(self) -> int:
        """Trains what is not trained; returns the evaluations of each run."""
        plan = self.plan
        order = [(variant, seed) for seed in plan.seeds for variant in plan.variants]
        todo = [pair for pair in order if not _finished(plan, *pair)]
        self.finished = len(order) - len(todo)
        if self.finished:
            self.say(f"{self.finished} of {len(order)} runs are finished already")
        budget, first = plan.evaluations, order[0]
        if not budget:
            if first in todo:
                run_jobs([self._job(*first, plan.minutes, 0)], 1, self)
                todo.remove(first)
            budget = _run(plan, *first).progress().evaluations
            if budget == 0:
                raise InvalidParameter(f"the base evaluated nothing in {plan.minutes:g} minutes: give it more")
            self.say(f"each run: {budget} evaluations")
        minutes = UNLIMITED if plan.evaluations else PATIENCE * plan.minutes
        run_jobs([self._job(*pair, minutes, budget) for pair in todo], plan.parallel, self)
        return budget

    def _job(self, variant: Variant, seed: int, minutes: float, evaluations: int) -> Job:
        path = run_folder(self.plan.folder, variant.name, seed)
        settings = _settings(self.plan, variant, seed, minutes, evaluations)
        return Job(path.name, train_variant, (path, settings))

    def play(self) -> None:
        """Plays the matches that were not played."""
        plan = self.plan
        played = {_key(line) for line in _matches(plan)}
        todo = [match for match in pairs(plan) if (match.first, match.second) not in played]
        if not todo:
            return
        at_once = min(plan.parallel if plan.parallel > 1 else os.cpu_count() or 1, len(todo))
        self.told = time.monotonic()
        self.say(f"{len(todo)} matches of {plan.games} games, {plan.simulations} simulations a move")
        shares = [todo[start::at_once] for start in range(at_once)]
        settings = plan.variants[0].settings
        jobs = [
            Job(f"matches {number}", play_matches, (plan.folder, settings, share))
            for number, share in enumerate(shares, 1)
        ]
        run_jobs(jobs, at_once, self)

    def begins(self, job: Job) -> None:
        self.begun[job.name] = time.monotonic()
        if job.work is train_variant:
            again = "goes on" if (self.plan.folder / job.name / "run.toml").exists() else "begins"
            self.say(f"{job.name} {again}")

    def ends(self, job: Job) -> None:
        if job.work is not train_variant:
            return
        self.finished += 1
        runs = len(self.plan.variants) * len(self.plan.seeds)
        progress = RunFolder(self.plan.folder / job.name).progress()
        self.say(
            f"{job.name} is trained, {self.finished} of {runs}: {progress.evaluations} evaluations, "
            f"{progress.steps} steps in {progress.elapsed / 60:.1f} min"
        )

    def waits(self, running: Sequence[Job]) -> None:
        if not running or time.monotonic() - self.told < TELL_SECONDS:
            return
        self.told = time.monotonic()
        if running[0].work is not train_variant:
            self.say(f"{len(_matches(self.plan))} of {len(pairs(self.plan))} matches are played")
            return
        for job in running:
            lines = [row for row in read_metrics(self.plan.folder / job.name / "metrics.jsonl") if "fraction" in row]
            if lines:
                self.say(f"{job.name}: {_progress(lines[-1])}")


def _progress(row: dict[str, Any]) -> str:
    """A line of metrics for a person."""
    parts = [f"{100 * row['fraction']:.0f} %"]
    parts += [f"{row[key]} {key}" for key in ("evaluations", "positions", "games") if key in row]
    parts += [f"{key.removeprefix('loss_')} {row[key]:.3f}" for key in ("loss_policy", "loss_value") if key in row]
    return ", ".join(parts)


def _run(plan: Plan, variant: Variant, seed: int) -> RunFolder:
    return RunFolder(run_folder(plan.folder, variant.name, seed))


def _finished(plan: Plan, variant: Variant, seed: int) -> bool:
    run = _run(plan, variant, seed)
    return (run.path / "run.toml").exists() and run.progress().finished


def pairs(plan: Plan) -> list[Match]:
    """Who plays whom: all variants of a seed each other, and the base of one seed that of the next."""
    names = [[run_folder(plan.folder, variant.name, seed).name for variant in plan.variants] for seed in plan.seeds]
    found = [pair for same in names for pair in combinations(same, 2)]
    found += [(one[0], other[0]) for one, other in pairwise(names)]
    return [Match(*pair, plan.games, plan.simulations, plan.opening_plies) for pair in found]


def _key(line: dict[str, Any]) -> tuple[str, str]:
    return line["first"], line["second"]


def _matches(plan: Plan) -> list[dict[str, Any]]:
    """The lines of matches that belong to the plan, each once."""
    wanted = {(match.first, match.second): match for match in pairs(plan)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in read_metrics(plan.folder / MATCHES):
        match = wanted.get(_key(line))
        if match is not None and all(line[key] == value for key, value in dataclasses.asdict(match).items()):
            found.setdefault(_key(line), line)
    return list(found.values())


def _gather(plan: Plan, budget: int) -> Findings:
    """Rates what was played."""
    runs = [[_trained(plan, variant, seed) for seed in plan.seeds] for variant in plan.variants]
    names = [run_folder(plan.folder, run.variant, run.seed).name for same in runs for run in same]
    results = Results(*np.zeros((3, len(names), len(names))))
    matches = _matches(plan)
    for line in matches:
        pair = names.index(line["first"]), names.index(line["second"])
        results.wins[pair] += line["wins"]
        results.draws[pair] += line["draws"]
        results.losses[pair] += line["losses"]
    ratings = rate(results, first_move=False)  # colours are swapped in each pair of games
    elo = np.array([player.elo for player in ratings.players]).reshape(len(plan.variants), len(plan.seeds))
    found = gains(elo, ratings.covariance)
    remarks = []
    if found.luck is None:
        remarks.append("One seed: the intervals know nothing of luck in training; --seeds 3 would.")
    else:
        remarks.append(
            f"{len(plan.seeds)} seeds: intervals hold luck in training, estimated as {found.luck:.0f} Elo "
            "(one standard deviation)."
        )
    if ratings.prior:
        remarks.append("Somebody won or lost everything: half points were added, and ratings there are rough.")
    for run in (run for same in runs for run in same):
        if run.evaluations < SHORT * budget:
            remarks.append(f"{run.variant}-s{run.seed} ran out of time with {run.evaluations} of {budget} evaluations.")
    return Findings(plan, budget, runs, found, matches, remarks)


def _trained(plan: Plan, variant: Variant, seed: int) -> Trained:
    from tengen.nets.checkpoint import load_checkpoint

    run = _run(plan, variant, seed)
    progress = run.progress()
    made = load_checkpoint(run.current).provenance
    rows = [row for row in read_metrics(run.path / "metrics.jsonl") if row["kind"] == "progress"]
    learned = [row for row in rows if "loss_policy" in row]
    last = [row for row in learned if row["fraction"] >= 0.9] or learned[-1:]
    keys = [key for key in (last[-1] if last else {}) if key.startswith("loss_")]
    losses = {
        key.removeprefix("loss_"): round(float(np.mean([row[key] for row in last if key in row])), 4) for key in keys
    }
    return Trained(
        variant.name,
        seed,
        progress.evaluations,
        round(progress.elapsed / 60, 2),
        int(str(made["positions"])),
        int(str(made["games"])),
        losses,
    )
