"""Jobs in processes of one thread each, so many at once; what is asked to end saves its state first."""

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from tengen.core.errors import TengenError
from tengen.core.processes import ONE_THREAD, die_with_parent, environment

LOOK_SECONDS = 1.0
"""Between two looks at the jobs."""

END_SECONDS = 60.0
"""That a job has to end when it is asked to."""

Process = multiprocessing.process.BaseProcess


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does: a function of a module, called with arguments that can be sent."""

    name: str
    work: Callable[..., None]
    arguments: tuple[object, ...]


class Watcher(Protocol):
    """Whoever follows the jobs."""

    def begins(self, job: Job) -> None:
        """A job's process is there."""

    def ends(self, job: Job) -> None:
        """A job has done its work."""

    def waits(self, running: Sequence[Job]) -> None:
        """Nothing new for a second."""


def run_jobs(jobs: Sequence[Job], at_once: int, watcher: Watcher) -> None:
    """Runs all jobs in their order; the first that fails ends the others, and TengenError says why."""
    context = _context(sorted({job.work.__module__ for job in jobs}))
    waiting = list(jobs)
    running: dict[Connection, tuple[Job, Process]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process: Process = context.Process(  # type: ignore[attr-defined]
                    target=_do, args=(theirs, job.work, job.arguments)
                )
                with environment(ONE_THREAD):
                    process.start()
                theirs.close()
                running[ours] = job, process
                watcher.begins(job)
            for answer in wait(list(running), timeout=LOOK_SECONDS):
                assert isinstance(answer, Connection)
                job, ended = running.pop(answer)
                _hear(job, ended, answer)
                watcher.ends(job)
            watcher.waits([job for job, _ in running.values()])
    finally:
        for _, left in running.values():
            left.terminate()
        for answer, (_, left) in running.items():
            left.join(timeout=END_SECONDS)
            left.kill()
            answer.close()


def _hear(job: Job, process: Process, answer: Connection) -> None:
    try:
        message = str(answer.recv())
    except EOFError:
        process.join()
        message = f"its process ended with status {process.exitcode}"
    answer.close()
    process.join()
    if message:
        raise TengenError(f"{job.name}: {message}")


def _do(answer: Connection, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Works in a process: sends an empty text at the end, else one line about what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody: the parent asks by the other signal, once
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    die_with_parent(grace=10.0)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # those of numba begin when a kernel first asks for them
    message = ""
    try:
        work(*arguments)
    except KeyboardInterrupt:
        message = "interrupted"
    except (OSError, ValueError, MemoryError) as error:
        message = " ".join(str(error).split()) or type(error).__name__
    with contextlib.suppress(BrokenPipeError):  # who would hear it may have been killed
        answer.send(message)


def _context(modules: list[str]) -> multiprocessing.context.BaseContext:
    """Fresh processes, which import these modules once for all of them where the system can fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(modules)
    return context
