"""`tengen play` at a pseudo-terminal: when it takes the whole screen, and that it gives it back."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

FULL, BACK = b"\x1b[?1049h", b"\x1b[?1049l"
"""What a program sends to take the whole screen, and to give it back."""


@contextmanager
def terminal(*words: str, columns: int = 80, lines: int = 24) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program at a terminal of this size, and our end of it."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (lines, columns))
    sizes = {"COLUMNS", "LINES"}  # which would overrule the size of the terminal itself
    environment = {name: value for name, value in os.environ.items() if name not in sizes} | {"TERM": "xterm-256color"}
    command = [sys.executable, "-m", "tengen.cli", "play", *words]
    program = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield program, ours
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGKILL)
        program.wait()
        os.close(ours)


def read_until(end: int, wanted: bytes, seconds: float = 60.0) -> bytes:
    """What comes until the wanted text, or until the other end is closed."""
    seen, until = b"", time.monotonic() + seconds
    while wanted not in seen and time.monotonic() < until:
        if select.select([end], [], [], 0.5)[0]:
            try:
                seen += os.read(end, 65536)
            except OSError:
                break
    return seen


def test_the_full_screen_is_taken_and_given_back() -> None:
    with terminal("tictactoe", "--agent", "random") as (program, end):
        seen = read_until(end, b"arrow keys and Enter")
        assert FULL in seen
        os.write(end, b"b2\r")
        assert b"b2" in read_until(end, b"b2")
        os.write(end, b"\x11")  # Ctrl-Q
        assert BACK in read_until(end, BACK)
        assert program.wait(60) == 0


@pytest.mark.parametrize(("words", "columns", "lines"), [((), 79, 24), ((), 80, 23), (("--plain",), 100, 40)])
def test_a_small_terminal_and_the_option_get_lines(words: tuple[str, ...], columns: int, lines: int) -> None:
    with terminal("tictactoe", "--agent", "random", *words, columns=columns, lines=lines) as (program, end):
        seen = read_until(end, b"First> ")
        assert b"First> " in seen
        assert FULL not in seen
        os.write(end, b"quit\n")
        assert program.wait(60) == 0


def test_clocks_are_for_the_full_screen() -> None:
    with terminal("tictactoe", "--agent", "random", "--time", "60", "--plain") as (program, end):
        assert b"--time needs the full screen" in read_until(end, b"--plain")
        assert program.wait(60) == 2
