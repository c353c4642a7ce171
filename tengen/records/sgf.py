"""Games of Go as SGF: whole trees, and their main lines as game records.

    game = read_sgf(data)[0]
    game.root            the tree, with variations, comments and whatever else is written there
    game.record()        the main line as a GameRecord

A record says what a program needs to replay the game, so these things are made explicit: stones set up before the
first move are its start; where a side moves twice, the other has passed; passes after the end are left out.
"""

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidParameter, InvalidPosition, InvalidRecord, TengenError
from tengen.games.go import Go
from tengen.games.go.handicap import handicap_points
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records import sgf_values as values
from tengen.records.notes import gathered, is_aside, line_text, notes_of
from tengen.records.record import BY_THE_PLAYERS, GameRecord, MoveNote
from tengen.records.sgf_notes import read_node, write_line, write_node
from tengen.records.sgf_parser import SgfNode, decode, escape, parse, serialize

INFO = {
    "DT": "date",
    "EV": "event",
    "RO": "round",
    "PC": "place",
    "GN": "name",
    "BR": "black rank",
    "WR": "white rank",
    "BT": "black team",
    "WT": "white team",
    "TM": "time",
    "OT": "overtime",
    "ON": "opening",
    "AN": "annotator",
    "CP": "copyright",
    "SO": "source",
    "US": "user",
    "RU": "rules",
}
"""Properties of the root that a record keeps in its `info`, and under which name."""
TEXTS = {"GC": "remarks", "C": "comment"}
"""The same for texts of several lines."""

_COLOR_NAMES = ("Black", "White")
_SETUP = {"AB": 1, "AW": 2, "AE": 0}
"""What each property puts on its points: the numbers of `Go.position`."""


@dataclass(frozen=True, slots=True)
class SgfMove:
    """A move of the main line."""

    player: int
    """0 Black, 1 White."""
    point: int
    """Flat point, size * size for a pass."""
    node: SgfNode
    parent: SgfNode


@dataclass(frozen=True, slots=True)
class SgfGame:
    """One game of an SGF text."""

    root: SgfNode
    size: int
    komi: float
    handicap: int
    """HA, 0 where nothing is said."""
    result: values.SgfResult

    def game(self, rules: str | None = None) -> Go:
        """The game that it was played under: the board's size, the komi, and the rules of RU or those given."""
        if rules is not None:
            return Go(size=self.size, komi=self.komi, rules=rules)
        return values.read_game(self.size, self.komi, self.root.simple_text("RU"))

    def record(self, rules: str | None = None) -> GameRecord:
        """The main line as a record; InvalidRecord names the move that is wrong.

        `rules` is the name of a rule set to replay under in place of that in RU: `simple-ko` forbids the least.
        """
        game = self.game(rules)
        line = _MainLine(self.size)
        line.read(self.root)
        start, moves = self._start(game, line)
        actions, notes, state = _replay(game, start, moves, skipped=len(line.moves) - len(moves))
        result, score, termination = self._outcome(game, state)
        return GameRecord(
            game=game.text,
            actions=np.array(actions, np.int32),
            result=result,
            score=score,
            start=game.position_to_text(start) if start["turn"] or game.board(start).any() else "",
            termination=termination,
            players=(self.root.simple_text("PB"), self.root.simple_text("PW")),
            info=self._info(game),
            notes=gathered(notes),
        )

    def _start(self, game: Go, line: "_MainLine") -> tuple[State, list[SgfMove]]:
        """The position before the first move, and the moves that are no handicap stones."""
        board, moves = line.board, line.moves
        handicap = self.handicap if self.handicap >= 2 and not board.any() else 0
        run = next((place for place, move in enumerate(moves) if move.player == 1), len(moves))
        points = [move.point for move in moves[:run]]
        if handicap and run == handicap and len(set(points)) == run and game.pass_action not in points:
            board[points] = 1  # handicap stones written as moves
            moves = moves[run:]
        elif handicap and run == 0:
            try:
                board[handicap_points(self.size, handicap)] = 1
            except InvalidParameter as error:
                raise InvalidRecord(f"HA[{handicap}] but no stones: {error}") from None
        if moves:
            to_move = moves[0].player
        elif line.to_move is not None:
            to_move = line.to_move
        else:
            to_move = int((board == 1).any() and not (board == 2).any())
        try:
            return game.position(board.reshape(self.size, self.size), to_move), moves
        except InvalidPosition as error:
            raise InvalidRecord(f"the stones set up: {error}") from None

    def _outcome(self, game: Go, state: State) -> tuple[float, float, str]:
        """Result, score and termination: what RE says, and whether the rules say the same of the last position."""
        result, score, termination = self.result.result, self.result.score, self.result.termination
        if math.isnan(result) or termination:
            return result, score, termination
        if game.is_over(state):
            counted = game.final_score(state)[0]
            if counted == score and game.returns(state)[0] == result:
                return result, score, "two passes"
        return result, score, BY_THE_PLAYERS

    def _info(self, game: Go) -> dict[str, str]:
        info = {name: self.root.simple_text(prop) for prop, name in INFO.items()}
        info |= {name: self.root.text(prop).strip() for prop, name in TEXTS.items()}
        if info["rules"] == values.write_rules(game):
            del info["rules"]  # the game's text says as much
        info["handicap"] = str(self.handicap) if self.handicap else ""
        return {name: said for name, said in info.items() if said}


def read_sgf(data: bytes | str, *, encoding: str | None = None) -> list[SgfGame]:
    """All games of an SGF text, trees and all; InvalidRecord, in one line, says where it goes wrong."""
    text = decode(data, encoding) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    text = text.encode(errors="replace").decode()  # no lone surrogates, which no file can hold
    roots = parse(text)
    games = []
    for number, root in enumerate(roots, start=1):
        try:
            games.append(_game(root))
        except InvalidRecord as error:
            raise InvalidRecord(f"game {number}: {error}" if len(roots) > 1 else str(error)) from None
    return games


def load_sgf(path: str | os.PathLike[str], *, encoding: str | None = None) -> list[SgfGame]:
    """All games of an SGF file; InvalidRecord names the file, the place in it and what is wrong."""
    try:
        return read_sgf(Path(path).read_bytes(), encoding=encoding)
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


def write_sgf(records: GameRecord | Iterable[GameRecord], *, comments: bool = True, variations: bool = False) -> str:
    """The SGF text of records of Go, to be stored as UTF-8, with what is noted of moves or without.

    Variations of notes that leave the game become SGF's own if asked for; else they are in the comments.
    """
    chosen: Sequence[GameRecord] = [records] if isinstance(records, GameRecord) else list(records)
    return serialize(_tree(record, comments=comments, variations=variations) for record in chosen)


def _game(root: SgfNode) -> SgfGame:
    values.check_is_go(root.simple_text("GM"))
    return SgfGame(
        root=root,
        size=values.read_size(root.simple_text("SZ")),
        komi=values.read_komi(root.simple_text("KM")),
        handicap=values.read_handicap(root.simple_text("HA")),
        result=values.read_result(root.simple_text("RE")),
    )


@dataclass(slots=True)
class _MainLine:
    """What the main line says, before anything is replayed."""

    size: int
    board: NDArray[np.int8] = field(init=False)
    """[size * size] int8: the stones set up before the first move."""
    to_move: int | None = None
    """PL before the first move."""
    moves: list[SgfMove] = field(default_factory=list)

    def read(self, root: SgfNode) -> None:
        self.board = np.zeros(self.size * self.size, np.int8)
        parent = root
        for node in root.main_line():
            self._set_up(node)
            for name, raw in node.properties.items():
                if name in ("B", "W"):
                    self._move(name, raw, node, parent)
            parent = node

    def _set_up(self, node: SgfNode) -> None:
        for name, stone in _SETUP.items():
            try:
                points = values.read_points(node.properties.get(name, []), self.size)
            except InvalidRecord as error:
                raise InvalidRecord(f"{name}{error}") from None
            if points and self.moves:
                raise InvalidRecord(
                    f"after move {len(self.moves)}: {name} sets up stones, which a record can only do before move 1"
                )
            self.board[points] = stone
        side = node.simple_text("PL").lower()[:1]
        if side in ("b", "w") and not self.moves:
            self.to_move = "bw".index(side)

    def _move(self, name: str, raw: list[str], node: SgfNode, parent: SgfNode) -> None:
        number = len(self.moves) + 1
        if len(raw) > 1:
            raise InvalidRecord(f"move {number}: {name} has {len(raw)} values, not one")
        try:
            self.moves.append(SgfMove("BW".index(name), values.read_point(raw[0], self.size), node, parent))
        except InvalidRecord as error:
            raise InvalidRecord(f"move {number}: {name}{error}") from None


def _replay(game: Go, start: State, moves: list[SgfMove], *, skipped: int) -> tuple[list[int], list[MoveNote], State]:
    """The actions that the moves are, what is noted of them, and the last position.

    `skipped` moves have been counted before.
    """
    state = start
    actions: list[int] = []
    notes: list[MoveNote] = []
    for place, move in enumerate(moves):
        number = skipped + place + 1
        shown = f"move {number}, {_COLOR_NAMES[move.player]} {game.action_to_text(state, move.point)}"
        steps = [move.point]
        if game.player(state) == 1 - move.player:
            steps.insert(0, game.pass_action)
        for action in steps:
            if game.is_over(state):
                if all(later.point == game.pass_action for later in moves[place:]):
                    return actions, notes, state
                raise InvalidRecord(f"{shown}: the game is over after {len(actions)} moves, passes counted")
            try:
                before, state = state, game.apply(state, action)
            except IllegalMove as error:
                raise InvalidRecord(f"{shown}: {str(error).partition(': ')[2] or error}") from None
            actions.append(action)
            notes.append(MoveNote())
        notes[-1] = read_node(game, before, move.player, move.node, move.parent)
    return actions, notes, state


def _tree(record: GameRecord, *, comments: bool, variations: bool) -> SgfNode:
    """The tree of a record: its root and one node a move."""
    go = make(record.game)
    if not isinstance(go, Go):
        raise InvalidRecord(f"SGF is written for go, not for {record.game}")
    root = _root(record, go)
    notes = notes_of(record) if comments else ()
    try:
        state = go.parse_position(record.start) if record.start else go.initial_state()
        if record.start:
            _write_setup(root, go, state)
        node = root
        for ply, action in enumerate(record.actions.tolist()):
            player = go.player(state)
            if player not in (0, 1):
                raise InvalidRecord(f"move {ply + 1}: the game is over")
            before, state = state, go.apply(state, action)
            node.children.append(SgfNode({"BW"[player]: [values.write_point(action, go.size)]}))
            parent, node = node, node.children[0]
            if notes:
                aside = variations and is_aside(notes[ply], action)
                said = line_text(go, before, notes[ply].variation)
                write_node(notes[ply], player, node, "" if aside else said)
                if aside:
                    write_line(go, player, notes[ply].variation, parent)
    except IllegalMove as error:
        raise InvalidRecord(f"move {ply + 1}: {error}") from None
    except TengenError as error:
        raise InvalidRecord(str(error)) from None
    return root


def _root(record: GameRecord, game: Go) -> SgfNode:
    info = dict(record.info)
    properties = {
        "GM": "1",
        "FF": "4",
        "CA": "UTF-8",
        "AP": "Tengen",
        "SZ": str(game.size),
        "KM": f"{game.komi:g}",
        "RU": values.write_rules(game),
        "RE": values.write_result(values.SgfResult(record.result, record.score, record.termination)),
    }
    said = info.pop("rules", "")
    if said and values.read_game(game.size, game.komi, said).rules == game.rules:
        properties["RU"] = said
    for name, player in zip(("PB", "PW"), record.players, strict=False):
        properties[name] = player
    handicap = info.pop("handicap", "")
    if values.read_handicap(handicap):
        properties["HA"] = handicap
    for name, key in (INFO | TEXTS).items():
        if name != "RU" and key in info:
            properties[name] = info.pop(key)
    rest = "\n".join(f"{key}: {text}" for key, text in info.items())
    properties["C"] = "\n\n".join(filter(None, (properties.get("C", ""), rest)))
    return SgfNode({name: [escape(text)] for name, text in properties.items() if text})


def _write_setup(root: SgfNode, game: Go, state: State) -> None:
    """Puts the stones of the start, and whose move it is, into the root."""
    board = game.board(state).ravel()
    for name, stone in (("AB", 1), ("AW", 2)):
        points = np.flatnonzero(board == stone)
        if len(points):
            root.properties[name] = [values.write_point(int(point), game.size) for point in points]
    root.properties["PL"] = ["BW"[max(0, game.player(state))]]
