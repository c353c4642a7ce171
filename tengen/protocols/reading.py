"""Lines of input that another thread reads."""

import queue
import threading
from typing import TextIO


class Lines:
    """Lines that another thread reads, so that whoever works on one hears when the next is there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._queue: queue.Queue[str] = queue.Queue()
        self._next: str | None = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        line = " "
        while line:
            try:
                line = self._stream.readline()
            except (OSError, ValueError):
                line = ""
            self._queue.put(line)

    def wait(self, seconds: float) -> bool:
        """Waits so long at most; whether a line, or the end of all, is there."""
        if self._next is None:
            try:
                self._next = self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait()
            except queue.Empty:
                return False
        return True

    def take(self) -> str:
        """The next line; empty at the end."""
        line = self._queue.get() if self._next is None else self._next
        self._next = None
        return line
