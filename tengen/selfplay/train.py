"""A training run on one machine: workers play, this process learns, a clock divides the time."""

import contextlib
import dataclasses
import multiprocessing
import os
import queue
import time
from pathlib import Path
from typing import Protocol

from tengen.agents.load import check_agent
from tengen.arena.openings import draw_openings
from tengen.core.errors import InvalidCheckpoint, InvalidParameter, TengenError
from tengen.games import registry
from tengen.games.game import RecordGame
from tengen.nets.checkpoint import load_checkpoint
from tengen.records.shards import each_shard
from tengen.selfplay import solo
from tengen.selfplay.beginning import Beginning
from tengen.selfplay.boards import playable
from tengen.selfplay.journal import seal_leftovers
from tengen.selfplay.ladder import Score, opponent
from tengen.selfplay.learner import Learner, net_config, set_aside
from tengen.selfplay.metrics import Board, Gauge
from tengen.selfplay.rater import Rating
from tengen.selfplay.rating import ladder_ratings
from tengen.selfplay.run import NETWORK, RunFolder, read_metrics
from tengen.selfplay.schedule import rate_share_at
from tengen.selfplay.settings import Settings, check_ranges, load
from tengen.selfplay.warmup import compile_kernels
from tengen.selfplay.worker import Report, Shared, run_worker

METRICS_SECONDS = 5.0
CATCH_UP_SECONDS = 15.0
PAUSE_ONE_ABOVE = 16
"""Batches of training debt at which one worker waits, so that the learner has a core, ..."""
PAUSE_ALL_ABOVE = 64
"""... at which all of them do, ..."""
RESUME_BELOW = 4
"""... and at which they go on."""

Process = multiprocessing.process.BaseProcess


class Screen(Protocol):
    """Whatever shows a run to a person."""

    def update(self, metrics: dict[str, object]) -> None:
        """New figures."""

    def log(self, line: str) -> None:
        """One line of news."""


class Silent:
    """A screen that shows nothing."""

    def update(self, metrics: dict[str, object]) -> None:
        pass

    def log(self, line: str) -> None:
        pass


def train(
    settings: Settings | str | None,
    folder: str | os.PathLike[str],
    *,
    minutes: float | None = None,
    resume: bool = False,
    start: Path | None = None,
    screen: Screen | None = None,
    command: str = "",
) -> RunFolder:
    """Trains in `folder` until the settings' time is used up; a run that was interrupted goes on with `resume`.

    settings  all of them, or the name of a preset, a game or a TOML file; with `resume` they replace those that the
              run had (a longer time, say), and None keeps them
    minutes   time to train in all, if not as in the settings
    start     a checkpoint whose weights a new run begins with; the settings may ask for more blocks and channels
    command   what was typed, for the run's starts.jsonl

    Other processes play, so a script that calls this needs `if __name__ == "__main__":`.
    """
    run = RunFolder(Path(folder))
    if isinstance(settings, str):
        settings = load(settings)
    if settings is None:
        if not resume:
            raise InvalidParameter("a new run needs settings")
        settings = run.settings()
    if minutes is not None:
        settings = dataclasses.replace(settings, minutes=float(minutes))
    check(settings)
    if resume:
        if start is not None:
            raise InvalidParameter("a run that goes on has weights of its own: only a new one begins with others")
        _check_going_on(run, settings)
    beginning = None if start is None else Beginning.read(start, settings)
    with run.taken():
        if resume:
            run = RunFolder.open(run.path)
            run.set_settings(settings)
        else:
            run = RunFolder.create(run.path, settings, None if beginning is None else beginning.place)
        run.add_start(command)
        training = Training(run, settings, screen or Silent())
        training.restore()
        training.play()
    return run


def check(settings: Settings) -> None:
    """Refuses settings that cannot work before anything is made."""
    check_ranges(settings)
    game = playable(registry.make(settings.game))
    for text in settings.selfplay.variants:
        variant = registry.make(text)
        compiled = isinstance(variant, RecordGame) and isinstance(game, RecordGame)
        if not (compiled and variant.name == game.name and net_config(game, settings.network).fits(variant)):
            raise InvalidParameter(f"selfplay.variants: {text} does not fit a network for {game.text}")
    if game.num_players == 1:
        for text in (*settings.ladder.opponents, *settings.exam.opponents):
            solo.opponent(game, text, batch=1, seed=0)
        return
    assert isinstance(game, RecordGame)
    for text in settings.ladder.opponents:
        opponent(game, text, batch=1, seed=0)
    draw_openings(game, settings.ladder.opening_plies, 1, seed=settings.seed)
    if settings.exam.games:
        draw_openings(game, settings.exam.opening_plies, 1, seed=settings.seed)
        for text in settings.exam.opponents:
            check_agent(text, game)


def _check_going_on(run: RunFolder, settings: Settings) -> None:
    """Refuses what would spoil a run, or train for no time at all."""
    before, progress = run.settings(), run.progress()
    if settings.game != before.game:
        raise InvalidParameter("game cannot change while a run goes on: start a new one in another folder")
    if progress.finished and progress.elapsed >= settings.minutes * 60:
        raise InvalidParameter(
            f"{run.path} has used up its {settings.minutes:g} minutes: give it more, such as {settings.minutes * 2:g}"
        )


class Training:
    """One start of a run: until its time is used up, or it is interrupted."""

    def __init__(self, run: RunFolder, settings: Settings, screen: Screen) -> None:
        game = registry.make(settings.game)
        self.run = run
        self.settings = settings
        self.screen = screen
        self.game = game
        self.progress = run.progress()
        self.progress.starts += 1
        self.progress.finished = False
        self.learner = Learner(game, settings, run, self.progress)
        self.budget = settings.minutes * 60
        self.gauge = Gauge(game.num_players)
        self.board = Board(run.tensorboard)
        self.notes: set[str] = set()
        self.rating: Rating | None = None
        self.rated = (0, 0.0, 0, 0)
        self.shown_returns: dict[str, str] = {}
        self.clock = time.monotonic() - self.progress.elapsed

    def log(self, line: str) -> None:
        """Tells the person and the log file."""
        self.run.log(line)
        self.screen.log(line)

    def restore(self) -> None:
        """Takes up games and weights of earlier starts; damaged files are set aside and named."""
        seal_leftovers(self.run.games)
        for line in self.learner.restore():
            self.log(line)
        for shard in each_shard(self.run.games):  # those that have left the window are counted and forgotten
            for line in shard.damaged:
                self.log(line)
            self.learner.add(shard.records)
        # those since the weights were last saved were made too, as their games are there
        counted = (int(line.get("evaluations", 0)) for line in read_metrics(self.run.path / "metrics.jsonl"))
        self.progress.evaluations = max(self.progress.evaluations, *counted, 0)

    def play(self) -> None:
        """Trains until the time is used up."""
        context = multiprocessing.get_context("spawn")
        shared = Shared(
            reports=context.Queue(),
            version=context.Value("i", 1),
            fraction=context.Value("d", self.fraction()),
            paused=context.Value("i", 0),
            evaluations=context.Value("q", self.progress.evaluations),
            stop=context.Event(),
        )
        compile_kernels(self.game, self.settings)
        self.clock = time.monotonic() - self.progress.elapsed
        if self.learner.is_new:
            self._catch_up()
        self.learner.save()
        workers = self.learner.workers
        arguments = (self.progress.starts, str(self.run.path), self.settings, shared)
        processes: list[Process] = [
            context.Process(target=run_worker, args=(index, *arguments), daemon=True) for index in range(workers)
        ]
        for process in processes:
            process.start()
        self.log(
            f"start {self.progress.starts} of {self.game.text}: {workers} workers play "
            f"{self.settings.selfplay.games} games each; {self.learner.replay.total_games} games so far"
        )
        missing = self.settings.training.first_positions - self.learner.replay.total_learned
        if missing > 0:
            self.log(f"the network learns when {missing} more positions have been played")
        if self.progress.starts == 1 and self.progress.steps == 0:
            self._checkpoint(start=True)
        try:
            self._loop(shared, processes)
        finally:
            shared.stop.set()
            self._gather_rest(shared, processes)
            self.learner.save()
            if self.rating is not None and self.fraction() < 1:
                self.rating.stop()
        self._collect_rating(wait=True)
        self._checkpoint()
        self._collect_rating(wait=True)
        self.progress.finished = True
        self.learner.save()
        self.board.close()
        self.log(f"finished: {self.learner.replay.total_games} games, {self.progress.steps} steps")

    def _catch_up(self) -> None:
        """Lets a new network learn from the window before it plays; that takes its share of the time."""
        told = time.monotonic()
        for done in self.learner.catch_up(self.fraction()):
            self.progress.elapsed = time.monotonic() - self.clock
            if time.monotonic() - told > CATCH_UP_SECONDS:
                told = time.monotonic()
                losses = self.learner.mean_losses()
                found = ", ".join(f"{name} {losses[name]:.3f}" for name in ("policy", "value"))
                self.log(f"the new network has learned {done:.0%} of what is there: losses {found}")

    def fraction(self) -> float:
        """How much of the run is done, 0 to 1: of its time, its positions or its evaluations, whichever is most."""
        limits = (
            (self.progress.elapsed, self.budget),
            (self.learner.replay.total_positions, self.settings.positions),
            (self.progress.evaluations, self.settings.evaluations),
        )
        return min(1.0, max(done / limit for done, limit in limits if limit))

    def _seconds_left(self) -> float:
        """To the end of the run, if it goes on as it has gone so far."""
        fraction = self.fraction()
        return self.progress.elapsed * (1.0 - fraction) / fraction if fraction else self.budget

    def _loop(self, shared: Shared, processes: list[Process]) -> None:
        training = self.settings.training
        published = measured = time.monotonic()
        every = training.checkpoint_minutes
        next_checkpoint = (int(self.progress.elapsed / 60 / every) + 1) * every
        trained = 0
        while self.fraction() < 1:
            self.progress.elapsed = time.monotonic() - self.clock
            shared.fraction.value = self.fraction()
            debt = self.learner.debt()
            self._gather(shared, wait=0.0 if debt >= training.batch else 0.2)
            if debt > PAUSE_ALL_ABOVE * training.batch:
                shared.paused.value = len(processes)
            elif debt > PAUSE_ONE_ABOVE * training.batch:
                shared.paused.value = max(shared.paused.value, 1)
            elif debt < RESUME_BELOW * training.batch:
                shared.paused.value = 0
            if debt >= training.batch:
                self.learner.use_cores(waiting=shared.paused.value)
                self.learner.step(self.fraction())
                trained += 1
            now = time.monotonic()
            if trained and now - published > training.publish_seconds:
                self.learner.save()
                with shared.version.get_lock():
                    shared.version.value += 1
                published, trained = now, 0
            if self.progress.elapsed / 60 >= next_checkpoint and self.fraction() < 1:
                next_checkpoint += every
                self._checkpoint()
            self._collect_rating(wait=False)
            if now - measured > METRICS_SECONDS:
                self._measure(now - measured)
                measured = now
            for index, process in enumerate(processes):
                if not process.is_alive():
                    self._gather(shared, wait=1.0)
                    raise TengenError(f"worker {index} ended unasked with status {process.exitcode}")

    def _gather(self, shared: Shared, *, wait: float) -> None:
        """Takes all reports that are there; waits up to `wait` seconds for the first."""
        while True:
            try:
                report = shared.reports.get(timeout=wait) if wait else shared.reports.get_nowait()
            except queue.Empty:
                return
            wait = 0.0
            self._take(report)

    def _gather_rest(self, shared: Shared, processes: list[Process]) -> None:
        """Lets the workers seal their journals and takes their last games."""
        deadline = time.monotonic() + 30
        while any(process.is_alive() for process in processes) and time.monotonic() < deadline:
            try:
                self._take(shared.reports.get(timeout=0.1))
            except queue.Empty:
                continue
            except TengenError:
                break
        for process in processes:
            if process.is_alive():
                process.kill()
            process.join()
        with contextlib.suppress(TengenError):
            self._gather(shared, wait=0.1)  # what they sent last

    def _take(self, report: Report) -> None:
        if report.error:
            raise TengenError(report.error)
        self.learner.add(report.records)
        self.progress.evaluations += report.evaluations
        self.gauge.take(report)
        if report.note and report.note not in self.notes:
            self.notes.add(report.note)
            self.log(report.note)

    def _measure(self, seconds: float) -> None:
        """Writes and shows the figures of the last seconds."""
        gauge, self.gauge = self.gauge, Gauge(self.game.num_players)
        metrics: dict[str, object] = {
            "kind": "progress",
            "time_s": round(self.progress.elapsed, 1),
            "fraction": round(self.fraction(), 4),
            "minutes_left": round(self._seconds_left() / 60, 2),
            "games": self.learner.replay.total_games,
            "positions": self.learner.replay.total_positions,
            "learned_positions": self.learner.replay.total_learned,
            "evaluations": self.progress.evaluations,
            "steps": self.progress.steps,
            "samples": self.progress.samples,
            "window": len(self.learner.replay),
            "lr": self.settings.training.learning_rate
            * rate_share_at(self.settings, self.fraction(), self.progress.steps),
            "debt": self.learner.debt(),
            **gauge.figures(seconds),
            **{f"loss_{key}": round(value, 5) for key, value in self.learner.mean_losses().items()},
        }
        self.run.add_metrics(metrics)
        self.board.add(metrics)
        self.screen.update(metrics)

    def _checkpoint(self, *, start: bool = False) -> None:
        """Writes a numbered checkpoint and has it rated, unless the one before is still playing.

        At the `start` it is the network that has learned nothing yet, by which the others show what they have; the
        first opponent is enough to rate it.
        """
        self.progress.checkpoint += not start
        number = self.progress.checkpoint
        self.learner.publish(self.run.numbered(number))
        self.learner.save()
        if self.settings.ladder.games == 0 or self.rating is not None:
            return
        replay = self.learner.replay
        self.rated = (number, self.progress.elapsed, replay.total_games, replay.total_positions)
        ladder = self.settings.ladder
        if start:
            ladder = dataclasses.replace(ladder, opponents=ladder.opponents[:1])
        self.rating = Rating(
            self.run.numbered(number),
            self._earlier(number - 1),
            dataclasses.replace(self.settings, ladder=ladder),
            seed=self.settings.seed + number,
            link=not start and not self._linked(),
        )

    def _linked(self) -> bool:
        """Whether the fixed opponents have played what they play once in a run."""
        lines = read_metrics(self.run.path / "metrics.jsonl")
        return any(line["kind"] == "link" or line.get("agent", NETWORK) != NETWORK for line in lines)

    def _earlier(self, number: int) -> Path | None:
        """The file of a numbered checkpoint; None, and a damaged one set aside, if it cannot be played against."""
        path = self.run.numbered(number)
        if not path.exists():
            return None
        try:
            load_checkpoint(path, self.game)
        except InvalidCheckpoint as error:
            self.log(f"{error}; set aside")
            set_aside(path)
            return None
        return path

    def _collect_rating(self, *, wait: bool) -> None:
        """Writes and shows the result of a rating that is done."""
        if self.rating is None or not (wait or self.rating.done()):
            return
        rating, self.rating = self.rating, None
        number, elapsed, games, _ = self.rated
        try:
            scores = rating.result()
        except TengenError as error:  # no reason to end the run
            self.log(f"checkpoint {number:04d} is not rated: {error}")
            return
        returns = [score for score in scores if isinstance(score, solo.Return)]
        if returns:
            self._note_returns(returns)
            return
        found = [score for score in scores if isinstance(score, Score)]
        links = [score for score in found if score.player]
        scores = [score for score in found if not score.player]
        for score in links:
            self.run.add_metrics({"kind": "link", **dataclasses.asdict(score)})
        for score in scores:
            line = {"opponent": score.opponent, "wins": score.wins, "draws": score.draws, "losses": score.losses}
            line |= {"kind": "rating", "checkpoint": f"{number:04d}", "time_s": round(elapsed, 1), "games": games}
            self.run.add_metrics({**line, "score": score.share})
        elo = ladder_ratings(read_metrics(self.run.path / "metrics.jsonl"))
        self.run.add_metrics({"kind": "elo", "time_s": round(elapsed, 1), "ratings": elo})
        mine = elo[f"{number:04d}"]
        shown = {score.opponent: f"{score.wins}-{score.draws}-{score.losses}" for score in scores}
        self.log(
            f"checkpoint {number:04d} at {elapsed / 60:.1f} min, {games} games: "
            f"Elo {mine['elo']:.0f} ({mine['low']:.0f} to {mine['high']:.0f}); wins-draws-losses "
            + ", ".join(f"{name} {result}" for name, result in shown.items())
        )
        self.screen.update({"rating": shown | {"Elo": f"{mine['elo']:.0f}"}})

    def _note_returns(self, returns: list[solo.Return]) -> None:
        """Writes and shows what a checkpoint, and agents beside it, made of a game of one player."""
        number, elapsed, games, steps = self.rated
        for found in returns:
            line = {"kind": "return", "checkpoint": f"{number:04d}", "time_s": round(elapsed, 1), "games": games}
            line |= {"steps": steps, "agent": found.agent, "episodes": len(found.returns)}
            self.run.add_metrics({**line, "return": round(found.mean, 6), "error": round(found.error, 6)})
        shown = {found.agent: f"{found.mean:.4g} ± {found.error:.2g}" for found in returns}
        self.log(
            f"checkpoint {number:04d} at {elapsed / 60:.1f} min, {steps} steps: mean return "
            + ", ".join(f"{name} {result}" for name, result in shown.items())
        )
        self.shown_returns |= shown
        self.screen.update({"rating": self.shown_returns})
