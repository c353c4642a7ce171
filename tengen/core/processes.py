"""Child processes: that they do not outlive their parent, what environment they begin with, what they need not do."""

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Libraries that multiply matrices ask how many threads to use when they load."""


def die_with_parent(grace: float = 0.0) -> None:
    """Ends this process as soon as the one that spawned it has ended, however that was killed.

    With `grace` it is first asked to, by SIGTERM, and has so many seconds to end what it has started itself.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        if grace > 0.0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(grace)
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="die with parent").start()


def spare_what_is_loaded() -> None:
    """Garbage collection passes over all that is in memory by now, until `gc.unfreeze`.

    To look at the objects of the libraries again and again takes more than a hundredth of a playing process's time.
    """
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def environment(settings: dict[str, str]) -> Iterator[None]:
    """Processes that start meanwhile have these environment variables."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
