"""CSA, the format of computer shogi: versions 1 to 3, several games in a text.

    game = read_csa(data)[0]
    game.root            the moves, with comments and times
    game.record()        the moves as a GameRecord

The format: http://www2.computer-shogi.org/protocol/record_v22.html and record_v3.html.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tengen.core.errors import InvalidRecord
from tengen.records.record import GameRecord
from tengen.records.shogi_board import START, ShogiBoard, square, square_name
from tengen.records.shogi_game import ENDINGS, ShogiGame, ShogiNode, game_of
from tengen.records.text import decode_japanese, numbered_lines, one_line, short, without_surrogates

INFO = {
    "EVENT": "event",
    "SITE": "place",
    "START_TIME": "date",
    "END_TIME": "end date",
    "TIME_LIMIT": "time",
    "OPENING": "opening",
    "NOTE": "remarks",
}
"""Headers that a record keeps in its `info`, and under which name; others keep their own."""

PIECES = {
    "FU": "P",
    "KY": "L",
    "KE": "N",
    "GI": "S",
    "KI": "G",
    "KA": "B",
    "HI": "R",
    "OU": "K",
    "TO": "+P",
    "NY": "+L",
    "NK": "+N",
    "NG": "+S",
    "UM": "+B",
    "RY": "+R",
}
OF_PIECE = {letter: name for name, letter in PIECES.items()}
_ALL = {"P": 18, "L": 4, "N": 4, "S": 4, "G": 4, "B": 2, "R": 2}

_MOVE = re.compile(r"([+-])([0-9])([0-9])([1-9])([1-9])([A-Z]{2})")
_TIME = re.compile(r"T([0-9]{1,9}(?:\.[0-9]{0,3})?)")
_HEADER = re.compile(r"\$([^:]{1,30}):(.*)")
_PLACED = re.compile(r"([0-9])([0-9])([A-Z]{2})")


def read_csa(data: bytes | str) -> list[ShogiGame]:
    """All games of a CSA text; InvalidRecord, in one line, says in which line it goes wrong."""
    text = without_surrogates(decode_japanese(data) if isinstance(data, bytes) else data)
    games: list[ShogiGame] = []
    reader = _Reader()
    for number, line in numbered_lines(text):
        try:
            if line.strip() == "/":
                games += reader.finished()
                reader = _Reader()
            else:
                reader.line(line)
        except InvalidRecord as error:
            raise InvalidRecord(f"line {number}: {error}") from None
    games += reader.finished()
    if not games:
        raise InvalidRecord("no game in this text: CSA has a board such as PI, then + or -, and moves such as +7776FU")
    return games


def load_csa(path: str | os.PathLike[str]) -> list[ShogiGame]:
    """All games of a CSA file; InvalidRecord names the file, the line and what is wrong."""
    try:
        return read_csa(Path(path).read_bytes())
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


def write_csa(
    records: GameRecord | ShogiGame | Iterable[GameRecord], *, comments: bool = True, encoding: str = "UTF-8"
) -> str:
    """The CSA text of records of shogi, or of a tree's main line, to be stored in the encoding that its head names."""
    chosen: Sequence[GameRecord | ShogiGame]
    chosen = [records] if isinstance(records, (GameRecord, ShogiGame)) else list(records)
    games = [
        game if isinstance(game, ShogiGame) else game_of(game, comments=comments, decimals=True) for game in chosen
    ]
    return f"'CSA encoding={encoding}\n" + "/\n".join(map(_write, games))


class _Reader:
    """What has been read of one game, line by line."""

    def __init__(self) -> None:
        self.game = ShogiGame()
        self._players = ["", ""]
        self._found = False
        self._board: ShogiBoard | None = None
        """The position so far; None while nothing is said of it, which stands for the usual one."""
        self._moves = False
        """Whether the side to move has been told, after which moves follow."""
        self._nodes = [self.game.root]

    def line(self, line: str) -> None:
        """Reads one line, which may hold several statements."""
        if line.startswith("'"):
            self._comment(line)
            return
        line = line.rstrip(" 　\t\x00\x1a")
        if line[:2] in ("N+", "N-"):
            self._found = True
            self._players["+-".index(line[1])] = line[2:].strip()
            self.game.players = (self._players[0], self._players[1])
        elif header := _HEADER.fullmatch(line):
            self._found = True
            self.game.info[INFO.get(header[1], header[1])] = header[2].strip()
        elif line.startswith("P") and not self._moves:
            self._place(line)
        elif line:
            for statement in line.split(","):
                if statement.startswith("'"):
                    self._comment(statement)
                elif statement:
                    self._statement(statement.strip())

    def finished(self) -> list[ShogiGame]:
        """The game, if there was one."""
        if not self._found:
            return []
        self._begin_moves(None)
        return [self.game]

    def _comment(self, line: str) -> None:
        """Keeps what is meant for programs and readers, `'*`; anything else is a remark in the file."""
        node = self._nodes[-1]
        if line.startswith("'*") and (node.comment or line.strip("'* ")):
            node.comment = f"{node.comment}\n{line[2:]}" if node.comment else line[2:]

    def _statement(self, said: str) -> None:
        if re.fullmatch(r"V[0-9]\S{0,10}", said):
            return
        if said in ("+", "-"):
            self._begin_moves("+-".index(said))
        elif move := _MOVE.fullmatch(said):
            self._begin_moves(None)
            self._play(move)
        elif said.startswith("%"):
            self._begin_moves(None)
            self._end(said[1:])
        elif time := _TIME.fullmatch(said):
            node = self._nodes[-1]
            if node.ending:
                node.ending_seconds = float(time[1])
            elif node is not self.game.root:
                node.seconds = float(time[1])
        else:
            raise InvalidRecord(f"{short(said)!r} is no move, such as +7776FU, nor anything else of CSA")

    # The position

    def _place(self, line: str) -> None:
        self._found = True
        if line.startswith("PI"):
            self._board = ShogiBoard.from_sfen(START)
            for file, rank, name in self._placed(line[2:]):
                if self._board.squares.get((file, rank), ("", 0))[0] != self._piece(name):
                    raise InvalidRecord(f"PI takes {name} from {file}{rank}, where none stands")
                del self._board.squares[file, rank]
            return
        if self._board is None:
            self._board = ShogiBoard()
        if line[1:2] in ("+", "-"):
            self._place_pieces(line, "+-".index(line[1]))
        elif line[1:2] in "123456789" and len(line) > 1:
            self._row(int(line[1]), line[2:])
        else:
            raise InvalidRecord(f"{short(line)!r} places no pieces: PI, P1 to P9, P+ or P-")

    def _row(self, rank: int, cells: str) -> None:
        assert self._board is not None
        cells = cells.ljust(27)
        if len(cells) > 27:
            raise InvalidRecord(f"row {rank} of the board has more than nine squares of three signs")
        for column in range(9):
            cell = cells[3 * column : 3 * column + 3]
            if cell.strip() in ("", "*"):
                continue
            if cell[0] not in "+-":
                raise InvalidRecord(f"row {rank} of the board: {cell!r} is no piece, such as +FU")
            self._board.squares[9 - column, rank] = (self._piece(cell[1:]), "+-".index(cell[0]))

    def _place_pieces(self, line: str, player: int) -> None:
        assert self._board is not None
        for file, rank, name in self._placed(line[2:]):
            if name == "AL":
                self._rest(player)
            elif (file, rank) == (0, 0):
                piece = self._piece(name)
                if piece not in _ALL:
                    raise InvalidRecord(f"{name} cannot be in hand")
                self._board.hands[player][piece] += 1
            elif file and rank:
                self._board.squares[file, rank] = (self._piece(name), player)
            else:
                raise InvalidRecord(f"{file}{rank} is no square: 11 to 99, or 00 for a piece in hand")

    def _rest(self, player: int) -> None:
        """All pieces that are nowhere else go into a player's hand."""
        assert self._board is not None
        for piece, count in _ALL.items():
            there = sum(kind.lstrip("+") == piece for kind, _ in self._board.squares.values())
            there += self._board.hands[0][piece] + self._board.hands[1][piece]
            self._board.hands[player][piece] += max(0, count - there)

    def _placed(self, text: str) -> list[tuple[int, int, str]]:
        if re.fullmatch(r"(?:[0-9]{2}[A-Z]{2})*", text) is None:
            raise InvalidRecord(f"{short(text)!r} places no pieces: squares and names such as 55KA")
        return [(int(file), int(rank), name) for file, rank, name in _PLACED.findall(text)]

    def _piece(self, name: str) -> str:
        if name not in PIECES:
            raise InvalidRecord(f"{name!r} is no piece: {' '.join(PIECES)}")
        return PIECES[name]

    def _begin_moves(self, turn: int | None) -> None:
        self._found = True
        if self._moves:
            if turn is not None:
                raise InvalidRecord("the side to move is told a second time")
            return
        self._moves = True
        if self._board is None:
            self._board = ShogiBoard.from_sfen(START)
        self._board.turn = turn or 0
        self.game.start = self._board.sfen()

    # The moves

    def _play(self, move: re.Match[str]) -> None:
        assert self._board is not None
        number = len(self._nodes)
        if self._nodes[-1].ending:
            raise InvalidRecord(f"a move after the end of the game ({self._nodes[-1].ending})")
        if "+-".index(move[1]) != self._board.turn:
            raise InvalidRecord(f"move {number}: {move[0]} is by the wrong side")
        piece = self._piece(move[6])
        target = square_name((int(move[4]), int(move[5])))
        if move[2] == move[3] == "0":
            if piece not in _ALL:
                raise InvalidRecord(f"move {number}: {move[0]} drops a piece that is never in hand")
            text = f"{piece}*{target}"
        elif "0" in (move[2], move[3]):
            raise InvalidRecord(f"move {number}: {move[0]} comes from no square")
        else:
            source = int(move[2]), int(move[3])
            standing = self._board.squares.get(source, ("", 0))[0]
            if standing and piece not in (standing, "+" + standing):
                raise InvalidRecord(f"move {number}: {move[0]}, but another piece stands on {move[2]}{move[3]}")
            text = square_name(source) + target + "+" * (piece != standing)
        try:
            self._board.play(text)
        except InvalidRecord as error:
            raise InvalidRecord(f"move {number}: {error}") from None
        node = ShogiNode(text)
        self._nodes[-1].children.append(node)
        self._nodes.append(node)

    def _end(self, said: str) -> None:
        node = self._nodes[-1]
        if said not in ENDINGS:
            raise InvalidRecord(f"%{short(said)} is no ending: %TORYO, %CHUDAN, %SENNICHITE and so on")
        if not node.ending:
            node.ending = said


# ---- writing


def _write(game: ShogiGame) -> str:
    board = ShogiBoard.from_sfen(game.start)
    lines = ["V2.2"]
    lines += [f"N{sign}{one_line(name)}" for sign, name in zip("+-", game.players, strict=True) if name]
    names = {name: header for header, name in INFO.items()}
    for name, said in game.info.items():
        header = names.get(name, name)
        if _HEADER.fullmatch(f"${header}:"):
            lines.append(f"${header}:{one_line(said)}")
    lines += _write_position(game.start, board)
    lines += _write_comment(game.root.comment)
    for node in game.root.main_line():
        if node.move:
            lines.append(_write_move(node.move, board))
            board.play(node.move)
            lines += _write_time(node.seconds)
            lines += _write_comment(node.comment)
        if node.ending:
            lines += [f"%{'TORYO' if node.ending == 'FUSEN' else node.ending}", *_write_time(node.ending_seconds)]
    return "\n".join(lines) + "\n"


def _write_position(start: str, board: ShogiBoard) -> list[str]:
    if start == START:
        return ["PI", "+"]
    lines = []
    for rank in range(1, 10):
        row = ""
        for file in range(9, 0, -1):
            piece = board.squares.get((file, rank))
            row += " * " if piece is None else "+-"[piece[1]] + OF_PIECE[piece[0]]
        lines.append(f"P{rank}{row}")
    for player, sign in enumerate("+-"):
        held = "".join(f"00{OF_PIECE[piece]}" * board.hands[player][piece] for piece in _ALL)
        lines += [f"P{sign}{held}"] if held else []
    return [*lines, "+-"[board.turn]]


def _write_move(move: str, board: ShogiBoard) -> str:
    target = square(move[2:4])
    sign, where = "+-"[board.turn], f"{target[0]}{target[1]}"
    if move[1] == "*":
        return f"{sign}00{where}{OF_PIECE[move[0]]}"
    source = square(move[:2])
    piece = board.squares[source][0]
    piece = "+" + piece if move.endswith("+") else piece
    return f"{sign}{source[0]}{source[1]}{where}{OF_PIECE[piece]}"


def _write_time(seconds: float | None) -> list[str]:
    return [] if seconds is None else [f"T{seconds:.3f}".rstrip("0").rstrip(".")]


def _write_comment(said: str) -> list[str]:
    return [f"'*{line}" for _, line in numbered_lines(said)] if said else []
