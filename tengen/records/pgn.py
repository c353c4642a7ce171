"""Games of chess as PGN: whole trees, and their main lines as game records.

    game = read_pgn(data)[0]
    game.tree            python-chess's tree, with variations, comments and all tags
    game.errors          what could not be read, a line each
    game.record()        the main line as a GameRecord

A record is replayed under rules that its line fits: those of `chess` if they do; else draws that the players would
have had to claim are left out, as FIDE has it; else all draws by rule are.
"""

import io
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tengen.core.errors import IllegalMove, InvalidPosition, InvalidRecord, TengenError
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records.notes import (
    gathered,
    is_aside,
    line_text,
    notes_of,
    read_line,
    read_pgn_note,
    with_values_after,
    write_pgn_note,
)
from tengen.records.pgn_lexer import LexedGame, lex
from tengen.records.record import BY_THE_PLAYERS, DECIDED_BY_THE_RULES, UNTOLD, GameRecord, MoveNote
from tengen.records.text import decode_western, one_line, short, without_surrogates

if TYPE_CHECKING:
    import chess
    import chess.pgn

INFO = {"Event": "event", "Site": "place", "Date": "date", "Round": "round", "Annotator": "annotator"}
"""Tags that a record keeps in its `info`, and under which name; others keep their own."""

RULES = ("", "repetition=5,fifty=75", "repetition=0,fifty=0,material=false")
"""Under which parameters a line is tried, in this order."""

RESULTS = {"1-0": 1.0, "0-1": -1.0, "1/2-1/2": 0.0, "1/2": 0.0, "½-½": 0.0, "0.5-0.5": 0.0}
_NAGS = {1: "!", 2: "?", 3: "!!", 4: "??", 5: "!?", 6: "?!"}
"""Marks by their numbers."""
_WRITTEN = {1.0: "1-0", -1.0: "0-1", 0.0: "1/2-1/2"}

_TERMINATIONS = {
    "time": "time forfeit",
    "illegal move": "rules infraction",
    "interrupted": "unterminated",
    UNTOLD: "normal",
    BY_THE_PLAYERS: "normal",
}
"""What the tag Termination says for ours; others are written as they are, ends by the rules as `normal`."""

_NO_INFO = {"White", "Black", "Result", "SetUp", "FEN", "Variant", "Termination", "PlyCount"}


@dataclass(frozen=True, slots=True)
class PgnGame:
    """One game of a PGN text."""

    tree: "chess.pgn.Game"
    """All of it that could be read."""
    errors: list[str] = field(default_factory=list)
    """What is wrong with the tags or the main line; `record` refuses such a game."""
    asides: list[str] = field(default_factory=list)
    """What is wrong in variations."""

    def record(self, rules: str | None = None) -> GameRecord:
        """The main line as a record; InvalidRecord names the move that is wrong.

        `rules` are parameters of the game to replay under, such as `repetition=5`, in place of those that fit.
        """
        if self.errors:
            raise InvalidRecord(self.errors[0])
        last: InvalidRecord | None = None
        for parameters in RULES if rules is None else (rules,):
            game = self._game(parameters)
            try:
                return self._replay(game)
            except _Over as error:
                last = error
        assert last is not None
        raise last

    def _game(self, parameters: str) -> Game:
        words = ["chess960=true"] if self.tree.board().chess960 else []
        words += [parameters] if parameters else []
        return make("chess" + (":" + ",".join(words) if words else ""))

    def _replay(self, game: Game) -> GameRecord:
        fen = self.tree.headers.get("FEN", "")
        try:
            start = game.parse_position(fen) if fen else game.initial_state()
        except InvalidPosition as error:
            raise InvalidRecord(f"FEN: {error}") from None
        actions: list[int] = []
        notes: list[MoveNote] = []
        after: list[float | None] = []
        state = start
        for node in self.tree.mainline():
            shown = f"move {len(actions) + 1}, {node.move.uci()}"
            if game.is_over(state):
                raise _Over(f"{shown}: the game is over ({game.termination(state)})")
            try:
                action = game.parse_action(state, node.move.uci())
            except TengenError as error:
                raise InvalidRecord(f"{shown}: {error}") from None
            note, value = _read_note(game, state, node)
            notes.append(note)
            after.append(value)
            state = game.apply(state, action)
            actions.append(action)
        result, termination = self._outcome(game, state)
        headers = self.tree.headers
        begins = game.position_to_text(start)
        return GameRecord(
            game=game.text,
            actions=np.array(actions, np.int32),
            result=result,
            start="" if begins == game.position_to_text(game.initial_state()) else begins,
            termination=termination,
            players=(_told(headers.get("White", "")), _told(headers.get("Black", ""))),
            info=self._info(),
            notes=gathered(with_values_after(notes, after, game.player(start))),
        )

    def _outcome(self, game: Game, state: State) -> tuple[float, str]:
        """Result and termination: what is said, and whether the rules say the same of the last position."""
        said = RESULTS.get(self.tree.headers.get("Result", "*").strip(), math.nan)
        tag = self.tree.headers.get("Termination", "").strip().lower()
        if game.is_over(state):
            by_rules = float(game.returns(state)[0])
            if math.isnan(said) or by_rules == said:
                return by_rules, game.termination(state)
        reasons = {written: ours for ours, written in _TERMINATIONS.items() if written != "normal"}
        termination = reasons.get(tag, "" if tag in ("", "normal") else short(tag))
        if math.isnan(said):
            return said, termination
        if termination in DECIDED_BY_THE_RULES:
            termination = BY_THE_PLAYERS if said == 0 else UNTOLD
        return said, termination

    def _info(self) -> dict[str, str]:
        info = {INFO.get(name, name): said for name, said in self.tree.headers.items() if name not in _NO_INFO}
        info["comment"] = self.tree.comment.strip()
        return {name: said for name, said in info.items() if _told(said)}


class _Over(InvalidRecord):
    """A move after the end of the game: other rules may let it go on."""


def read_pgn(data: bytes | str) -> list[PgnGame]:
    """All games of a PGN text, trees and all; InvalidRecord where there is none.

    What is wrong in one game is in its `errors`; the others are read all the same.
    """
    text = without_surrogates(decode_western(data) if isinstance(data, bytes) else data)
    games = lex(text)
    if not any(game.tags or len(game.tokens) > 1 for game in games):
        where = f" ({games[0].errors[0]})" if games and games[0].errors else ""
        raise InvalidRecord(
            f'no game in this text: PGN has tags such as [White "Name"] and moves such as 1. e4 e5{where}'
        )
    return [_read(game) for game in games]


def load_pgn(path: str | os.PathLike[str]) -> list[PgnGame]:
    """All games of a PGN file, UTF-8 or Latin-1; InvalidRecord names the file and what is wrong."""
    try:
        return read_pgn(Path(path).read_bytes())
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


def write_pgn(records: GameRecord | Iterable[GameRecord], *, comments: bool = True, variations: bool = False) -> str:
    """The PGN text of records of chess, with what is noted of moves as comments or without.

    Variations of notes that leave the game become PGN's own if asked for; else they are in the comments.
    """
    chosen: Sequence[GameRecord] = [records] if isinstance(records, GameRecord) else list(records)
    return "\n".join(_write(record, comments=comments, variations=variations) for record in chosen)


def _read(lexed: LexedGame) -> PgnGame:
    import chess.pgn

    errors, asides = list(lexed.errors), list(lexed.asides)

    class Builder(chess.pgn.GameBuilder[chess.pgn.Game]):
        """Collects errors by where they are; what follows one in its variation is passed over."""

        broken = 0
        """How deep the variation is that has an error; 0 for none."""

        def begin_headers(self) -> chess.pgn.Headers:
            headers = super().begin_headers()
            headers.update(lexed.tags)
            return headers

        def parse_san(self, board: chess.Board, san: str) -> chess.Move:
            if self.broken:
                return chess.Move.null()
            try:
                return board.parse_san(san)
            except ValueError as error:
                kind = "ambiguous" if isinstance(error, chess.AmbiguousMoveError) else "not legal"
                number = f"{board.fullmove_number}.{'' if board.turn else '..'}"
                said = f"move {len(board.move_stack) + 1}, {number} {short(san)}, is {kind}"
            if len(self.variation_stack) == 1:
                raise ValueError(said)
            asides.append(said)
            self.broken = len(self.variation_stack)
            return chess.Move.null()

        def visit_move(self, board: chess.Board, move: chess.Move) -> None:
            if not self.broken:
                super().visit_move(board, move)

        def visit_nag(self, nag: int) -> None:
            if not self.broken:
                super().visit_nag(nag)

        def visit_comment(self, comment: str) -> None:
            if not self.broken:
                super().visit_comment(comment)

        def begin_variation(self) -> chess.pgn.SkipType | None:  # type: ignore[override]
            if not self.broken:
                return super().begin_variation()
            self.variation_stack.append(self.variation_stack[-1])
            return chess.pgn.SKIP

        def end_variation(self) -> None:
            super().end_variation()
            if len(self.variation_stack) < self.broken:
                self.broken = 0

        def handle_error(self, error: Exception) -> None:
            errors.append(_of_python_chess(error))

    variant = lexed.tags.get("Variant", "")
    if variant.lower() in ("standard", "chess", "normal", "from position"):
        del lexed.tags["Variant"]
    elif variant and not chess.pgn.Headers({"Variant": variant}).is_chess960():
        errors.insert(0, f"Variant {short(variant)!r} is not chess")
        lexed.tags.pop("FEN", None)
        return PgnGame(chess.pgn.Game({**lexed.tags}), errors, asides)
    tree = chess.pgn.read_game(io.StringIO("\n\n" + "\n".join(lexed.tokens or ["*"]) + "\n"), Visitor=Builder)
    assert isinstance(tree, chess.pgn.Game)
    return PgnGame(tree, errors, asides)


def _of_python_chess(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said if said.startswith("move ") else f"FEN or Variant: {short(said, 100)}"


def _read_note(game: Game, state: State, node: "chess.pgn.ChildNode") -> tuple[MoveNote, float | None]:
    """What is noted of a move of the main line, and the value after it for White; `state` is before it."""
    note, words, value = read_pgn_note(node.comment, next((_NAGS[nag] for nag in node.nags if nag in _NAGS), ""))
    aside = next((other for other in node.parent.variations if other is not node), None)
    if not words and aside is not None:
        words = [aside.move.uci(), *(later.move.uci() for later in aside.mainline())]
    return (replace(note, variation=read_line(game, state, words)) if words else note), value


def _told(said: str) -> str:
    """A tag's value, empty where it stands for nothing."""
    said = said.strip()
    return "" if re.fullmatch(r"[?.\-]*", said) else said


# ---- writing


def _write(record: GameRecord, *, comments: bool, variations: bool) -> str:
    import chess
    import chess.pgn

    game = make(record.game)
    if game.name != "chess":
        raise InvalidRecord(f"PGN is written for chess, not for {record.game}")
    chess960 = bool(game.parameters["chess960"])
    notes = notes_of(record) if comments else ()
    tree = chess.pgn.Game()
    try:
        state = game.parse_position(record.start) if record.start else game.initial_state()
        board = chess.Board(game.position_to_text(state), chess960=chess960)
        node: chess.pgn.GameNode = tree
        tree.setup(board)
        for ply, action in enumerate(record.actions.tolist()):
            move = chess.Move.from_uci(game.action_to_text(state, action))
            before, state = state, game.apply(state, action)
            node = node.add_variation(move)
            if notes:
                after = _for_white(notes[ply + 1].value, game, state) if ply + 1 < len(notes) else None
                _write_note(
                    notes[ply], game, before, node, after, variations=variations and is_aside(notes[ply], action)
                )
    except IllegalMove as error:
        raise InvalidRecord(f"move {ply + 1}: {error}") from None
    except TengenError as error:
        raise InvalidRecord(str(error)) from None
    tags = _tags(record, chess960=chess960, fen=tree.headers.get("FEN", ""))
    tree.comment = one_line(record.info.get("comment", "")).replace("}", ")")
    exporter = chess.pgn.StringExporter(headers=False, columns=80)
    tree.headers["Result"] = tags["Result"]
    heads = "".join(f'[{name} "{_escaped(said)}"]\n' for name, said in tags.items())
    return f"{heads}\n{tree.accept(exporter)}\n"


def _write_note(
    note: MoveNote, game: Game, state: State, node: "chess.pgn.ChildNode", after: float | None, *, variations: bool
) -> None:
    """Notes a move of the main line; `state` is before it, `after` the value after it for White."""
    import chess

    line = line_text(game, state, note.variation)
    node.comment = write_pgn_note(note, "" if variations else line, after=after)
    node.nags |= {number for number, mark in _NAGS.items() if mark == note.mark}
    branch: chess.pgn.GameNode = node.parent
    for word in line.split() if variations else ():
        branch = branch.add_variation(chess.Move.from_uci(word))


def _for_white(value: float | None, game: Game, state: State) -> float | None:
    """A value for the player to move as White sees it."""
    return -value if value is not None and game.player(state) == 1 else value


def _tags(record: GameRecord, *, chess960: bool, fen: str) -> dict[str, str]:
    info = {name: said for name, said in record.info.items() if name != "comment"}
    white, black = (*record.players, "", "")[:2]
    tags = {
        "Event": info.pop("event", "?"),
        "Site": info.pop("place", "?"),
        "Date": info.pop("date", "????.??.??"),
        "Round": info.pop("round", "?"),
        "White": white or "?",
        "Black": black or "?",
        "Result": _WRITTEN.get(record.result, "*"),
    }
    if chess960:
        tags["Variant"] = "Chess960"
    if fen:
        tags |= {"SetUp": "1", "FEN": fen}
    usual = "normal" if record.termination in DECIDED_BY_THE_RULES else record.termination
    if record.termination or not math.isnan(record.result):
        tags["Termination"] = _TERMINATIONS.get(record.termination, usual)
    names = {ours: tag for tag, ours in INFO.items()}
    for name, said in info.items():
        tag = names.get(name, name)
        if re.fullmatch(r"[A-Za-z0-9][\w+#=:-]*", tag, re.ASCII) and tag not in tags:
            tags[tag] = said
    return tags


def _escaped(said: str) -> str:
    return one_line(said).replace("\\", "\\\\").replace('"', '\\"')
