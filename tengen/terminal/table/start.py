"""From the command line to the full screen, and whether there is one."""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence

import numpy as np
from rich.console import Console

from tengen.agents.load import check_agent, load_agent
from tengen.agents.text import parse_agent
from tengen.agents.time_control import TimeControl
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE, State
from tengen.terminal import boards
from tengen.terminal.table.opinions import searches
from tengen.terminal.table.sitting import Sitting

SMALLEST = (80, 24)
"""Columns and lines that the full screen needs."""


def has_full_screen() -> bool:
    """Whether this is a terminal that programs can draw on, with room enough; Textual draws over standard error."""
    if not all(each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)):
        return False
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        return False
    columns, lines = shutil.get_terminal_size()
    return columns >= SMALLEST[0] and lines >= SMALLEST[1]


def sit_at_table(
    game: RecordGame,
    agent: str,
    people: Iterable[int],
    *,
    analyst: str,
    start: State | None = None,
    line: Sequence[int] = (),
    seed: int | None = None,
    time_control: TimeControl | None = None,
) -> None:
    """Plays on the full screen until the person leaves; `analyst` gives hints where the agent does not search."""
    check_agent(agent, game)
    parse_agent(analyst)
    drawn = np.random.SeedSequence(seed).generate_state(1)[0]
    sitting = Sitting(game, people, start=start, line=line, seed=int(drawn))
    _warm(game, sitting.state)

    from tengen.terminal.table.app import TableApp
    from tengen.terminal.table.canvas import Look
    from tengen.terminal.table.table import Table

    console = Console()
    look = Look(colours=boards.has_colours(console), unicode=boards.is_unicode(console))
    app = TableApp(
        lambda tell: Table(
            sitting,
            agent,
            tell=tell,
            analyst=agent if searches(agent) else analyst,
            load=lambda text, game: load_agent(text, game, seed=seed),
            time_control=time_control,
            ascii_only=not look.unicode,
        ),
        look,
    )
    try:
        app.run()
    finally:
        app.table.close()


def _warm(game: RecordGame, state: State) -> None:
    """Compiles what the screen asks of a game, while a line can still say so."""
    if game.is_over(state) or game.player(state) == CHANCE:
        return
    action = int(game.legal_actions(state)[0])
    game.returns(game.apply(state, action))
    game.notate(state, action)
    if game.has_score:
        game.final_score(state)
