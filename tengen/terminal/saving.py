"""A game played at the terminal, written to a file."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tengen.core.files import write_bytes
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.records.formats import format_of
from tengen.records.record import GameRecord


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """What happened at the table."""

    game: RecordGame
    start: State
    actions: list[int]
    end: State
    resigned: int | None
    players: tuple[str, str]


def save(path: Path, played: Played) -> None:
    """Writes the game in the format that the file's name asks for: `.sgf`, `.pgn`, `.kif`, `.csa`."""
    form = format_of(path, played.game.name)
    write_bytes(path, form.write([record_of(played)]))


def record_of(played: Played) -> GameRecord:
    """The game as a record; an unfinished one has no result."""
    game = played.game
    result, score, termination = math.nan, 0.0, ""
    if played.resigned is not None:
        result, termination = 2.0 * played.resigned - 1.0, "resignation"
    elif game.is_over(played.end):
        result, termination = float(game.returns(played.end)[0]), game.termination(played.end)
        score = game.final_score(played.end)[0] if game.has_score else 0.0
    initial = game.position_to_text(game.initial_state())
    start = game.position_to_text(played.start)
    return GameRecord(
        game=game.text,
        actions=np.array(played.actions, np.int32),
        result=result,
        score=score,
        start="" if start == initial else start,
        termination=termination,
        players=played.players,
    )
