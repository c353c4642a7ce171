"""`tengen analyze --queries`: the analysis engine over standard input and output."""

import contextlib
import io
import sys
from typing import TextIO

from tengen.agents.load import load_agent
from tengen.agents.zoo import agent_for
from tengen.games.game import Game
from tengen.protocols.query_engine import BATCH, QueryEngine
from tengen.protocols.reading import Lines


def serve(engine: QueryEngine, lines: TextIO) -> None:
    """Answers until the input has ended and all that was asked is answered."""
    heard = Lines(lines)
    ended = False
    while engine.busy or not ended:
        while not ended and (not engine.busy or heard.wait(0.0)):
            line = heard.take()
            ended = not line
            engine.receive(line)
        if engine.busy:
            engine.step()


def serve_standard_streams(
    game: Game, agent: str | None, *, seed: int | None = None, batch: int | None = None, threads: int = 1
) -> None:
    """Serves standard input and output, in UTF-8 whatever the system's encoding; no agent is the usual one."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")

    def write(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def load(played: Game) -> object:
        return load_agent(agent_for(played, agent), played, seed=seed, threads=threads)

    engine = QueryEngine(game, load, write, batch=BATCH if batch is None else batch)
    print("Tengen: ready for queries", file=sys.stderr, flush=True)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # whoever asked has gone
        serve(engine, sys.stdin)
