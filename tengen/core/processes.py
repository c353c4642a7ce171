"""Child processes that do not outlive their parent."""

import multiprocessing
import os
import signal
import threading
import time


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
