"""What is noted of moves in SGF: the comment, the clocks, the marks of good and bad moves, and better variations."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tengen.core.errors import InvalidRecord
from tengen.games.go import Go
from tengen.games.rules import State
from tengen.records import sgf_values as values
from tengen.records.notes import read_line, read_note, write_note
from tengen.records.record import MoveNote
from tengen.records.sgf_parser import SgfNode, escape

_COLOR_NAMES = ("Black", "White")
MARKS = {"!!": ("TE", "2"), "!": ("TE", "1"), "!?": ("IT", ""), "?!": ("DO", ""), "?": ("BM", "1"), "??": ("BM", "2")}
"""SGF's property for each mark, with its value."""


def write_node(note: MoveNote, player: int, node: SgfNode, line: str = "") -> None:
    """Writes a note into the node of its move; `line` is the variation in words."""
    said = write_note(note, _COLOR_NAMES[player], line, left=False)
    if said:
        node.properties["C"] = [escape(said)]
    if note.left is not None:
        node.properties["BL" if player == 0 else "WL"] = [f"{note.left:.3f}".rstrip("0").rstrip(".")]
    if note.mark in MARKS:
        name, value = MARKS[note.mark]
        node.properties[name] = [value]


def write_line(game: Go, player: int, actions: Sequence[int], parent: SgfNode) -> None:
    """Adds a variation of the position at `parent`, in which `player` moves first."""
    for ply, action in enumerate(actions):
        color = "BW"[(player + ply) % 2]
        parent.children.append(SgfNode({color: [values.write_point(action, game.size)]}))
        parent = parent.children[-1]


def read_node(game: Go, state: State, player: int, node: SgfNode, parent: SgfNode) -> MoveNote:
    """What is noted of a player's move; `state` is before it. The first variation beside it is the note's, if any."""
    note, words = read_note(node.text("C"))
    left = node.simple_text("BL" if player == 0 else "WL")
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", left):
        note = replace(note, left=round(float(left), 3))
    for mark, (name, value) in MARKS.items():
        if name in node.properties and (node.simple_text(name) or "1") == (value or "1"):
            note = replace(note, mark=mark)
    if not words and len(parent.children) > 1 and node is parent.children[0]:
        words = _moves(game, player, parent.children[1])
    return replace(note, variation=read_line(game, state, words)) if words else note


def _moves(game: Go, player: int, node: SgfNode) -> list[str]:
    """The moves of a variation as words, as long as the sides take turns."""
    words: list[str] = []
    for each in node.main_line():
        raw = each.properties.get("BW"[(player + len(words)) % 2])
        if raw is None or len(raw) != 1:
            break
        try:
            words.append(game.action_to_text(None, values.read_point(raw[0], game.size)))
        except InvalidRecord:
            break
    return words
