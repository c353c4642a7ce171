"""A game of shogi as its record tells it: headers, start, a tree of moves, an ending. KIF, KI2 and CSA are texts of it.

    game = read_kif(data)[0]
    game.root            the tree, with variations, comments and times
    game.record()        the main line as a GameRecord

Endings go by CSA's names, which are the most exact; KIF's words are translated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from tengen.core.errors import IllegalMove, InvalidPosition, InvalidRecord, TengenError
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.games.shogi.handicap import HANDICAPS as GAME_HANDICAPS
from tengen.games.shogi.state import MAX_PLIES
from tengen.records.notes import gathered, is_aside, line_text, notes_of, read_line, read_note, write_note
from tengen.records.record import BY_THE_PLAYERS, DECIDED_BY_THE_RULES, UNTOLD, GameRecord, MoveNote
from tengen.records.shogi_board import START, ShogiBoard

HANDICAPS = {each.japanese: each.sfen for each in GAME_HANDICAPS.values()}
"""The starts that have a name in KIF, as SFEN."""
_PARAMETERS = {each.sfen: name for name, each in GAME_HANDICAPS.items()}

DRAWS = frozenset({"SENNICHITE", "JISHOGI", "HIKIWAKE", "MAX_MOVES"})
LOST_BY_MOVER = {
    "TORYO": "resignation",
    "TIME_UP": "time",
    "ILLEGAL_MOVE": "illegal move",
    "TSUMI": UNTOLD,
    "FUSEN": "forfeit",
}
"""Endings that the side to move loses, with the termination where the rules do not say as much."""
OPEN = {"": "", "CHUDAN": "interrupted", "MATTA": "interrupted", "FUZUMI": "interrupted", "ERROR": "interrupted"}
"""Endings without a result."""
ENDINGS = frozenset({"KACHI", "+ILLEGAL_ACTION", "-ILLEGAL_ACTION", *DRAWS, *LOST_BY_MOVER, *OPEN} - {""})

DECLARATION = "win"
"""The USI text of a declared win."""


@dataclass(slots=True, eq=False)
class ShogiNode:
    """One move and what is said of it; the root is no move."""

    move: str = ""
    """USI."""
    comment: str = ""
    seconds: float | None = None
    """The time that the move took, where the record tells."""
    ending: str = ""
    """What ended the line after this move, by CSA's name: TORYO, CHUDAN, …"""
    ending_seconds: float | None = None
    children: list["ShogiNode"] = field(default_factory=list)
    """The first goes on with the line, the others are variations; where the line has ended, all are."""

    def next(self) -> "ShogiNode | None":
        """The move that goes on with the line."""
        return self.children[0] if self.children and not self.ending else None

    def variations(self) -> list["ShogiNode"]:
        """The moves that do not."""
        return self.children if self.ending else self.children[1:]

    def main_line(self) -> list["ShogiNode"]:
        """This node, the next, the next of that, and so on to the end."""
        line = [self]
        while (node := line[-1].next()) is not None:
            line.append(node)
        return line


@dataclass(slots=True, eq=False)
class ShogiGame:
    """One game of a KIF, KI2 or CSA text."""

    start: str = START
    """SFEN."""
    players: tuple[str, str] = ("", "")
    """Black (sente, or who takes the handicap), then White."""
    info: dict[str, str] = field(default_factory=dict)
    """Headers by the names that a record's `info` has for them; those without one by their own."""
    root: ShogiNode = field(default_factory=ShogiNode)

    @property
    def moves(self) -> list[str]:
        """The main line, USI."""
        return [node.move for node in self.root.main_line()[1:]]

    @property
    def ending(self) -> str:
        """What ended the main line, by CSA's name."""
        return self.root.main_line()[-1].ending

    def record(self) -> GameRecord:
        """The main line as a record; InvalidRecord names the move that is wrong.

        A foul that ended the game and stands in the record as its last move is left out. A start that is a handicap
        of the game's becomes its parameter.
        """
        moves = self.moves
        game, start = self._game(len(moves))
        try:
            first = game.parse_position(start) if start else game.initial_state()
        except InvalidPosition as error:
            raise InvalidRecord(f"the position at the start: {error}") from None
        actions, notes, state = self._replay(game, first)
        if self.ending == "KACHI" and not game.is_over(state):
            try:
                declared = game.parse_action(state, DECLARATION)
            except TengenError:
                pass  # other rules of declaration: the result is the players'
            else:
                actions.append(declared)
                notes.append(MoveNote())
                state = game.apply(state, declared)
        result, termination = self._outcome(game, state, len(moves))
        info = dict(self.info)
        if self.root.comment:
            info["comment"] = self.root.comment
        return GameRecord(
            game=game.text,
            actions=np.array(actions, np.int32),
            result=result,
            start=start,
            termination=termination,
            players=self.players,
            info={name: said for name, said in info.items() if said},
            notes=gathered(notes),
        )

    def _game(self, plies: int) -> tuple[Game, str]:
        """The game, long enough, and its start, empty where that is the game's own."""
        parameters: dict[str, object] = {}
        if plies > int(str(make("shogi").parameters["max_plies"])):
            if plies > MAX_PLIES:
                raise InvalidRecord(f"{plies} moves: a game of shogi has at most {MAX_PLIES} here")
            parameters["max_plies"] = MAX_PLIES
        if self.start in _PARAMETERS:
            return make("shogi", handicap=_PARAMETERS[self.start], **parameters), ""
        if "K" not in self.start.split()[0]:
            parameters["tsume"] = True  # a problem, in which Black needs no king
        return make("shogi", **parameters), self.start

    def _replay(self, game: Game, state: State) -> tuple[list[int], list[MoveNote], State]:
        actions: list[int] = []
        notes: list[MoveNote] = []
        line = self.root.main_line()
        for number, node in enumerate(line[1:], start=1):
            move = node.move
            try:
                action = game.parse_action(state, move)
                before, state = state, game.apply(state, action)
            except IllegalMove as error:
                if number == len(line) - 1 and self.ending.endswith(("ILLEGAL_ACTION", "ILLEGAL_MOVE")):
                    break
                why = game.termination(state) if game.is_over(state) else ""
                raise InvalidRecord(
                    f"move {number}, {move}: the game is over ({why})" if why else f"move {number}: {error}"
                ) from None
            except TengenError as error:
                raise InvalidRecord(f"move {number}: {error}") from None
            actions.append(action)
            notes.append(_read_note(game, before, node, line[number - 1]))
        return actions, notes, state

    def _outcome(self, game: Game, state: State, plies: int) -> tuple[float, str]:
        """Result and termination: what is said, and whether the rules say the same of the last position."""
        said, termination = self._said(plies)
        if game.is_over(state):
            by_rules = float(game.returns(state)[0])
            if by_rules == said or self.ending == "":
                return by_rules, game.termination(state)
        if termination in DECIDED_BY_THE_RULES and not math.isnan(said):
            termination = BY_THE_PLAYERS
        return said, termination

    def _said(self, plies: int) -> tuple[float, str]:
        to_move = (ShogiBoard.from_sfen(self.start).turn + plies) % 2
        lost = 1.0 if to_move else -1.0  # for Black, where the side to move loses
        ending = self.ending
        if ending in DRAWS:
            return 0.0, BY_THE_PLAYERS
        if ending in LOST_BY_MOVER:
            return lost, LOST_BY_MOVER[ending]
        if ending == "KACHI":
            return -lost, BY_THE_PLAYERS
        if ending.endswith("ILLEGAL_ACTION"):
            return (-1.0 if ending[0] == "+" else 1.0), "illegal move"
        return math.nan, OPEN[ending]


def _read_note(game: Game, state: State, node: ShogiNode, parent: ShogiNode) -> MoveNote:
    """What is noted of a move of the main line; `state` is before it."""
    note, words = read_note(node.comment)
    if note.seconds is None:
        note = replace(note, seconds=node.seconds)
    if not words and parent.variations():
        words = [each.move for each in parent.variations()[0].main_line()]
    return replace(note, variation=read_line(game, state, words)) if words else note


def game_of(
    record: GameRecord, *, comments: bool = True, variations: bool = False, decimals: bool = False
) -> ShogiGame:
    """The tree of a record: its main line with what is noted of moves, or without.

    Variations of notes that leave the game become the tree's own if asked for; else they are in the comments. With
    `decimals` the text has room for parts of a second.
    """
    game = make(record.game)
    if game.name != "shogi":
        raise InvalidRecord(f"KIF and CSA are written for shogi, not for {record.game}")
    notes = notes_of(record) if comments else ()
    try:
        state = game.parse_position(record.start) if record.start else game.initial_state()
        start = ShogiBoard.from_sfen(game.position_to_text(state)).sfen()
        root = ShogiNode(comment=record.info.get("comment", ""))
        node = root
        for ply, action in enumerate(record.actions.tolist()):
            move = game.action_to_text(state, action)
            before, state = state, game.apply(state, action)
            if move == DECLARATION:
                break
            node.children.append(ShogiNode(move))
            parent, node = node, node.children[0]
            if notes:
                aside = variations and is_aside(notes[ply], action)
                _write_note(notes[ply], game, before, node, decimals=decimals, line=not aside)
                if aside:
                    _add_line(parent, line_text(game, before, notes[ply].variation).split())
    except IllegalMove as error:
        raise InvalidRecord(f"move {ply + 1}: {error}") from None
    except TengenError as error:
        raise InvalidRecord(str(error)) from None
    black_to_move = (ShogiBoard.from_sfen(start).turn + len(root.main_line()) - 1) % 2 == 0
    node.ending = _ending(record, game.termination(state), black_to_move)
    info = {name: said for name, said in record.info.items() if name != "comment"}
    players = (*record.players, "", "")
    return ShogiGame(start=start, players=(players[0], players[1]), info=info, root=root)


def _write_note(note: MoveNote, game: Game, state: State, node: ShogiNode, *, decimals: bool, line: bool) -> None:
    """Notes a move; `state` is before it. Times that the format has no room for are in the comment."""
    side = game.player_names[game.player(state)]
    said = line_text(game, state, note.variation) if line else ""
    exact = note.seconds is None or note.seconds == (round(note.seconds, 3) if decimals else int(note.seconds))
    node.seconds = note.seconds
    node.comment = write_note(note, side, said, mark=True, seconds=not exact)


def _add_line(node: ShogiNode, moves: list[str]) -> None:
    for move in moves:
        if move == DECLARATION:
            break
        node.children.append(ShogiNode(move))
        node = node.children[-1]


_BY_RULES = {
    "checkmate": "TSUMI",
    "no legal move": "TSUMI",
    "repetition": "SENNICHITE",
    "declaration": "KACHI",
    "move limit": "MAX_MOVES",
}
_BY_FAULT = {"resignation": "TORYO", "time": "TIME_UP", UNTOLD: "TSUMI", "forfeit": "FUSEN"}


def _ending(record: GameRecord, by_rules: str, black_to_move: bool) -> str:
    """CSA's name of a record's ending."""
    if math.isnan(record.result):
        return "CHUDAN" if record.termination == "interrupted" else ""
    if record.termination in DECIDED_BY_THE_RULES and by_rules in _BY_RULES:
        return _BY_RULES[by_rules]
    if record.result == 0:
        return "HIKIWAKE"
    mover_lost = (record.result < 0) == black_to_move
    if mover_lost:
        return _BY_FAULT.get(record.termination, "ILLEGAL_MOVE")
    if record.termination == BY_THE_PLAYERS:
        return "KACHI"
    return "-ILLEGAL_ACTION" if record.result > 0 else "+ILLEGAL_ACTION"


def walk(root: ShogiNode) -> Iterator[tuple[ShogiNode, int]]:
    """Every node but the root with its number of moves, lines in the order in which KIF has them.

    First the main line to its end; then, from its end backwards, each variation with the variations of its own. A
    variation's first node follows at once upon the end of the line before it.
    """
    pending = [(child, 1) for child in reversed(root.children)]
    while pending:
        node, depth = pending.pop()
        yield node, depth
        pending += [(child, depth + 1) for child in reversed(node.variations())]
        following = node.next()
        if following is not None:
            pending.append((following, depth + 1))
