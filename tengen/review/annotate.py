"""A reviewed game as a record: values, marks of mistakes, and what would have been better."""

from dataclasses import replace

import numpy as np

from tengen.records.record import GameRecord, MoveNote
from tengen.review.judge import MARKS, Review, ReviewedMove


def annotated(review: Review) -> GameRecord:
    """The game's record with a note on every move that was judged; times and comments that it had are kept."""
    record = review.record
    own = record.notes or tuple(MoveNote() for _ in record.actions)
    notes = list(own)
    for each in review.moves:
        notes[each.ply - 1] = _note(each, own[each.ply - 1])
    info = record.info | {"annotator": review.agent}
    return replace(record, notes=tuple(notes), values=np.zeros(0, np.float32), info=info)


def _note(move: ReviewedMove, own: MoveNote) -> MoveNote:
    said = own.comment
    if move.kind:
        points = "" if move.points is None else f", {move.points:.1f} points"
        said = f"{move.kind.capitalize()}: loses {move.loss:.1f} % of win rate{points}; better {move.best_written}"
        said += f". {own.comment}" if own.comment else ""
    return MoveNote(
        value=round(move.before / 50 - 1, 4),
        visits=move.visits,
        depth=move.depth,
        seconds=own.seconds,
        left=own.left,
        variation=move.actions,
        mark=MARKS.get(move.kind, own.mark),
        comment=said,
    )
