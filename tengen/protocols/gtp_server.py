"""`tengen gtp`: a GTP session over standard input and output."""

import io
import sys
import threading
from typing import TextIO

from tengen.protocols.gtp_session import GtpSession
from tengen.protocols.reading import Lines


def serve(session: GtpSession, lines: TextIO, answers: TextIO) -> None:
    """Answers line by line until `quit` or the end of input. The agent loads beside, before it is asked for."""
    threading.Thread(target=session.warm_up, daemon=True).start()
    heard = Lines(lines)

    def say(text: str) -> None:
        answers.write(text)
        answers.flush()

    session.say, session.waiting = say, heard.wait
    try:
        while not session.closed:
            line = heard.take()
            if not line:
                break
            say(session.answer(line))
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the controller has gone, or a person has had enough
    finally:
        session.close()


def serve_standard_streams(session: GtpSession) -> None:
    """Serves standard input and output, in UTF-8 whatever the system's encoding; bytes that are none do no harm."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    serve(session, sys.stdin, sys.stdout)
