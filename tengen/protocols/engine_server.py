"""`tengen uci` and `tengen usi`: a session over standard input and output."""

import io
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from tengen.protocols.engine_line import LONGEST
from tengen.protocols.engine_session import GOODBYE, EngineSession

LAST_WORDS = 120.0
"""Seconds that are waited at the end of input for what was asked before it: rules may still have to load."""


def read_line(stream: BinaryIO) -> str | None:
    """One line without its end, bytes that are not UTF-8 replaced; None at the end of input.

    Of a line that is longer than LONGEST no more is kept than shows that it is.
    """
    data = stream.readline(LONGEST + 2)
    rest = data
    while rest and not rest.endswith(b"\n") and len(rest) > LONGEST:
        rest = stream.readline(LONGEST + 2)
    return data.decode("utf-8", "replace").rstrip("\r\n") if data else None


def standard_output() -> Callable[[str], None]:
    """What says a line on standard output at once, in UTF-8 whatever the system's encoding."""
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")

    def write(line: str) -> None:
        stream.write(line + "\n")
        stream.flush()

    return write


def serve(session: EngineSession, lines: BinaryIO) -> None:
    """Hears line by line until `quit` or the end of input. The agent loads beside, before it is asked for."""
    session.warm_up()
    patience = GOODBYE
    try:
        while not session.closed:
            line = read_line(lines)
            if line is None:
                patience = LAST_WORDS
                break
            session.receive(line)
    except KeyboardInterrupt:
        pass  # a person has had enough
    finally:
        session.close(patience)


def serve_standard_streams(session: EngineSession) -> None:
    """Serves standard input, once its texts are checked; ends the process even where a kernel still runs."""
    session.check()
    serve(session, sys.stdin.buffer)
    if not session.finished:
        sys.stderr.flush()
        os._exit(0)
