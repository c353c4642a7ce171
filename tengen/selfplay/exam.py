"""The match at the end of a run: the new agent against opponents of known strength, from random openings."""

import os
from collections.abc import Iterator
from pathlib import Path

from tengen.arena.match import OnGame, play_match
from tengen.arena.result import Count
from tengen.selfplay.settings import Settings


def hold_exam(
    settings: Settings, agent: str, folder: Path, on_game: OnGame | None = None
) -> Iterator[tuple[str, Count]]:
    """Plays the exam with the agent of that text: each opponent, and the games against it as the agent sees them.

    The games are kept in `folder`.
    """
    exam = settings.exam
    for opponent in exam.opponents:
        result = play_match(
            settings.game,
            [agent, opponent],
            games=exam.games,
            openings=exam.opening_plies,
            seed=settings.seed,
            workers=min(os.cpu_count() or 1, exam.games),
            out=folder / opponent.replace(":", "-").replace("=", "-").replace("/", "-"),
            on_game=on_game,
        )
        yield opponent, result.between(*result.agents)
