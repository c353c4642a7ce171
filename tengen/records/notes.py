"""What is noted of moves, as text and back: comments that people can read and that readers here understand.

    Black +0.5120 (75.6%), 800 visits, depth 12, 1.2 s, 58.8 s left     in SGF, KIF and CSA
    line: C3 G7 D5
    whatever else was said

    +0.93/12 1.2s, n=800, v=+0.5120, pv="e2e4 e7e5" [%eval 0.87] [%clk 0:00:58.8] [%emt 0:00:01.2]      in PGN

The first half of PGN's is what cutechess and fastchess write, from the mover's side; `[%eval]` is what Lichess writes,
of the position after the move, from White's side. Comments of others are taken apart as far as they have these forms.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tengen.core.errors import TengenError
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.protocols.engine_score import centipawns, value_of
from tengen.records.record import GameRecord, MoveNote

_MARK = r"(?:(?P<mark>!!|!\?|\?!|\?\?|!|\?)(?:\s+|$))?"
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_PARTS = (
    r"(?P<side>[A-Z][a-z]{0,15}) (?P<value>[+-][0-9](?:\.[0-9]{1,6})?) \([0-9.]{1,6}%\)",
    r"(?P<visits>[0-9]{1,12}) visits?",
    r"depth (?P<depth>[0-9]{1,6})",
    rf"(?P<seconds>{_NUMBER}) s",
    rf"(?P<left>-?{_NUMBER}) s left",
)
_LINE = re.compile("line: (.*)")

_PGN_HEAD = re.compile(
    r"(?P<score>[+-]?[0-9]{1,4}\.[0-9]{1,3}|[+-]?M[0-9]{1,4})?(?:/(?P<depth>[0-9]{1,4}))?"
    rf"(?:\s*(?P<seconds>{_NUMBER})s(?![A-Za-z0-9]))?"
)
_PGN_FIELD = re.compile(
    r',?\s*(?:n=(?P<n>[0-9]{1,12})|v=(?P<v>[+-][0-9](?:\.[0-9]{1,6})?)|pv="(?P<pv>[^"]*)")(?=[,\s]|$)'
)
_PGN_COMMAND = re.compile(r"\s*\[%(eval|clk|emt)\s+([^\]]{1,40})\]\s*")
_CLOCK = re.compile(rf"(-?)([0-9]{{1,4}}):([0-9]{{1,2}}):({_NUMBER})")
_EVAL = re.compile(r"(#-?[0-9]{1,4}|[+-]?[0-9]{1,4}(?:\.[0-9]{1,3})?)(?:,[0-9]{1,4})?")


def notes_of(record: GameRecord) -> tuple[MoveNote, ...]:
    """A record's notes; where it has none, its values in their place, so that they are written down."""
    if record.notes or not len(record.values):
        return record.notes
    return tuple(MoveNote(value=float(value)) for value in record.values)


def gathered(notes: Iterable[MoveNote]) -> tuple[MoveNote, ...]:
    """The notes of a record that was read: none at all where nothing is noted of any move."""
    found = tuple(notes)
    return found if any(note != MoveNote() for note in found) else ()


def line_text(game: Game, state: State, actions: Sequence[int]) -> str:
    """Actions from a position on, in the game's notation."""
    words = []
    for action in actions:
        words.append(game.action_to_text(state, action))
        state = game.apply(state, action)
    return " ".join(words)


def read_line(game: Game, state: State, words: Iterable[str]) -> tuple[int, ...]:
    """The actions that `words` are from a position on, as far as they are legal moves."""
    actions: list[int] = []
    for word in words:
        try:
            if game.is_over(state):
                break
            action = game.parse_action(state, word)
            state = game.apply(state, action)
        except TengenError:
            break
        actions.append(action)
    return tuple(actions)


def is_aside(note: MoveNote, action: int) -> bool:
    """Whether a note's variation begins with another move than the one that was played."""
    return bool(note.variation) and note.variation[0] != action


# ---- as people read it


def write_note(
    note: MoveNote, side: str, line: str = "", *, mark: bool = False, seconds: bool = True, left: bool = True
) -> str:
    """The comment that says what is noted; `side` is whose move it is, `line` the variation in words.

    What else a format has a place for is left out: the mark, the time, the clock.
    """
    parts = []
    if note.value is not None:
        parts.append(f"{side} {note.value:+.4f} ({50 * (1 + note.value):.1f}%)")
    if note.visits is not None:
        parts.append(f"{note.visits} visit{'' if note.visits == 1 else 's'}")
    if note.depth is not None:
        parts.append(f"depth {note.depth}")
    if seconds and note.seconds is not None:
        parts.append(f"{_decimal(note.seconds)} s")
    if left and note.left is not None:
        parts.append(f"{_decimal(note.left)} s left")
    head = f"{note.mark} {', '.join(parts)}".strip() if mark and note.mark else ", ".join(parts)
    return "\n".join(filter(None, (head, f"line: {line}" if line else "", note.comment.strip())))


def read_note(comment: str) -> tuple[MoveNote, list[str]]:
    """What a comment says: a note without its variation, and the words of that."""
    lines = comment.strip().split("\n")
    told, mark = _told(lines[0])
    if told is not None:
        del lines[0]
    words: list[str] = []
    if lines and (found := _LINE.fullmatch(lines[0].strip())):
        words = found[1].split()
        del lines[0]
    told = told or {}
    value = told.get("value")
    note = MoveNote(
        value=None if value is None else min(max(round(float(value), 4), -1.0), 1.0),
        visits=_whole(told.get("visits")),
        depth=_whole(told.get("depth")),
        seconds=_rounded(told.get("seconds")),
        left=_rounded(told.get("left")),
        mark=mark,
        comment="\n".join(lines).strip(),
    )
    return note, words


def _told(line: str) -> tuple[dict[str, str] | None, str]:
    """The fields of a comment's first line and its mark; None if it is no such line."""
    found = re.match(_MARK, line.strip())
    assert found is not None
    mark, rest = found["mark"] or "", line.strip()[found.end() :]
    fields: dict[str, str] = {}
    for part in rest.split(", ") if rest else []:
        match = next(filter(None, (re.fullmatch(form, part) for form in _PARTS)), None)
        if match is None or any(name in fields for name in match.groupdict()):
            return None, ""
        fields |= match.groupdict()
    return (fields, mark) if fields or mark else (None, "")


# ---- as chess programs read it


def write_pgn_note(note: MoveNote, line: str = "", *, after: float | None = None) -> str:
    """The comment in PGN; `line` is the variation in UCI, `after` the value after the move for White."""
    words = []
    if note.value is not None:
        score = f"{centipawns(note.value) / 100:+.2f}"
        words.append(score if note.depth is None else f"{score}/{note.depth}")
    elif note.depth is not None:
        words.append(f"/{note.depth}")
    if words and note.seconds is not None:
        words.append(f"{_decimal(note.seconds)}s")
    fields = [" ".join(words)] if words else []
    fields += [] if note.visits is None else [f"n={note.visits}"]
    fields += [] if note.value is None else [f"v={note.value:+.4f}"]
    fields += [f'pv="{line}"'] if line else []
    said = [", ".join(fields)]
    said += [] if after is None else [f"[%eval {centipawns(after) / 100:.2f}]"]
    said += [] if note.left is None else [f"[%clk {_clock(note.left)}]"]
    said += [] if note.seconds is None else [f"[%emt {_clock(note.seconds)}]"]
    said.append(" ".join(note.comment.replace("}", ")").split()))
    return " ".join(filter(None, said))


def read_pgn_note(comment: str, mark: str = "") -> tuple[MoveNote, list[str], float | None]:
    """What a PGN comment says: a note without its variation, the words of that, and the value after it for White."""
    commands: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        commands.setdefault(found[1], found[2].strip())
        return " "

    rest = _PGN_COMMAND.sub(take, comment).strip()
    head = _PGN_HEAD.match(rest)
    assert head is not None
    fields: dict[str, str] = {name: said for name, said in head.groupdict().items() if said is not None}
    place = head.end()
    while field := _PGN_FIELD.match(rest, place):
        fields |= {name: said for name, said in field.groupdict().items() if said is not None}
        place = field.end()
    known = (
        not fields.keys() <= {"score"} and fields.keys() != {"seconds"} and (place == len(rest) or rest[place] in ", ")
    )
    if not known:  # no more than a number, or a word that begins like one
        fields, place = {}, 0
    value = None
    if "v" in fields:
        value = float(fields["v"])
    elif "score" in fields:
        value = _value(fields["score"])
    emt, clk = _seconds(commands.get("emt", "")), _seconds(commands.get("clk", ""))
    note = MoveNote(
        value=None if value is None else min(max(round(value, 4), -1.0), 1.0),
        visits=_whole(fields.get("n")),
        depth=_whole(fields.get("depth")),
        seconds=_rounded(fields["seconds"]) if "seconds" in fields else emt,
        left=clk,
        mark=mark,
        comment=" ".join((rest[place:].lstrip(", ") if known else rest).split()),
    )
    after = _EVAL.fullmatch(commands.get("eval", ""))
    return note, fields.get("pv", "").split(), None if after is None else round(_value(after[1]), 4)


def with_values_after(notes: Sequence[MoveNote], after: Sequence[float | None], first: int) -> tuple[MoveNote, ...]:
    """Notes without a value get it from what was said of the move before: White's, whose player is `first` at ply 0.

    after  [T]  the value after each ply for player 0
    """
    found = list(notes)
    for ply in range(1, len(found)):
        value = after[ply - 1]
        if found[ply].value is None and value is not None:
            player = (first + ply) % 2
            found[ply] = replace(found[ply], value=-value if player else value)
    return tuple(found)


def _value(score: str) -> float:
    """The value that a score in pawns stands for, or a mate: `#-3`, `-M3`."""
    if score.startswith("#") or "M" in score:
        return -1.0 if "-" in score else 1.0
    return value_of(100 * float(score))


def _clock(seconds: float) -> str:
    whole = int(abs(seconds))
    rest = _decimal(abs(seconds) - 60 * (whole // 60))
    sign = "-" if seconds < 0 else ""
    if float(rest) >= 60:  # rounded up
        return _clock(math.copysign(float(whole + 1), seconds))
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02d}:{'0' if float(rest) < 10 else ''}{rest}"


def _seconds(clock: str) -> float | None:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        return None
    total = 3600 * int(found[2]) + 60 * int(found[3]) + float(found[4])
    return round(-total if found[1] else total, 3)


def _decimal(number: float) -> str:
    """A number with up to three decimals."""
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _rounded(said: str | None) -> float | None:
    return None if said is None else round(float(said), 3)


def _whole(said: str | None) -> int | None:
    return None if said is None else int(said)
