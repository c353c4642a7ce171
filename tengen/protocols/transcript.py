"""What was said between Tengen and an engine, of a bounded size whatever the engine does."""

import threading
from collections import deque

TRANSCRIPT_LINES = 2000
"""The last lines of a dialogue that are kept; a line that is repeated counts once."""

SHOWN = 500
"""Characters of a line that are kept."""


class Transcript:
    """The end of a dialogue: `>` to the engine, `<` its answers, `!` its standard error. Safe between threads."""

    def __init__(self) -> None:
        self._lines: deque[tuple[str, int]] = deque(maxlen=TRANSCRIPT_LINES)
        self._lock = threading.Lock()

    def add(self, mark: str, line: str) -> None:
        """One line more; `mark` says whose."""
        text = f"{mark} {line}"
        if len(text) > SHOWN:
            text = f"{text[:SHOWN]}… ({len(line)} characters)"
        with self._lock:
            times = 1
            if self._lines and self._lines[-1][0] == text:
                times += self._lines.pop()[1]
            self._lines.append((text, times))

    def lines(self) -> list[str]:
        """What is kept, oldest first."""
        with self._lock:
            return [text if times == 1 else f"{text} ({times} times)" for text, times in self._lines]
