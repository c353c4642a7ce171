"""A process that rates one checkpoint while the run goes on."""

import multiprocessing
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from tengen.core.errors import TengenError
from tengen.core.processes import die_with_parent
from tengen.games import registry
from tengen.selfplay.ladder import Score, rate_checkpoint
from tengen.selfplay.settings import Settings
from tengen.selfplay.solo import Return, measure_checkpoint


def _rate(
    answer: Connection, checkpoint: Path, earlier: Path | None, settings: Settings, seed: int, link: bool
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the learner decides
    die_with_parent()
    try:
        if registry.make(settings.game).num_players == 1:
            answer.send(measure_checkpoint(checkpoint, settings, seed=seed, beside=link))
        else:
            answer.send(rate_checkpoint(checkpoint, earlier, settings, seed=seed, link=link))
    except (OSError, ValueError) as error:
        answer.send(TengenError(str(error)))


class Rating:
    """The rating of one checkpoint, in a process of its own."""

    def __init__(
        self, checkpoint: Path, earlier: Path | None, settings: Settings, *, seed: int, link: bool = False
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._answer, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_rate, args=(theirs, checkpoint, earlier, settings, seed, link), daemon=True
        )
        self._process.start()
        theirs.close()

    def done(self) -> bool:
        """Whether `result` need not wait."""
        return self._answer.poll() or not self._process.is_alive()

    def result(self) -> list[Score] | list[Return]:
        """Waits for the scores, or for one player the returns; TengenError says why there are none."""
        try:
            found = self._answer.recv()
        except EOFError:
            self._process.join()
            raise TengenError(f"the process that rates ended with status {self._process.exitcode}") from None
        finally:
            self._answer.close()
        self._process.join()
        if isinstance(found, TengenError):
            raise found
        scores: list[Score] | list[Return] = found
        return scores

    def stop(self) -> None:
        """Ends the rating at once; it has no result."""
        self._process.kill()
        self._process.join()
        self._answer.close()
