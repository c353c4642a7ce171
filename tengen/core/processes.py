"""Child processes that do not outlive their parent."""

import multiprocessing
import os
import threading


def die_with_parent() -> None:
    """Ends this process as soon as the one that spawned it has ended, however that was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="die with parent").start()
