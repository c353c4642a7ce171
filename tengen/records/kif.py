"""KIF and KI2, the formats of Japanese programs: moves with their squares of origin, or as people write them.

    game = read_kif(data)[0]
    game.root            the tree, with variations, comments and times
    game.record()        the main line as a GameRecord

Both are read by the same function; KIF is written. A text holds one game.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tengen.core.errors import InvalidRecord
from tengen.records import kif_notation as notation
from tengen.records.record import GameRecord
from tengen.records.shogi_board import ShogiBoard, Taken, square_name
from tengen.records.shogi_game import HANDICAPS, ShogiGame, ShogiNode, game_of, walk
from tengen.records.text import decode_japanese, numbered_lines, one_line, short, without_surrogates

INFO = {
    "開始日時": "date",
    "終了日時": "end date",
    "棋戦": "event",
    "表題": "name",
    "場所": "place",
    "持ち時間": "time",
    "戦型": "opening",
    "備考": "remarks",
}
"""Headers that a record keeps in its `info`, and under which name; others keep their own."""

_PLAYERS = {"先手": 0, "下手": 0, "後手": 1, "上手": 1}
_HEADER = re.compile(r"([^\s：:|*#+]{1,20})[ 　]*[：:][ 　]*(.*)")
_HAND = re.compile(r"([先下後上])手の持駒")
_TURN = re.compile(r"([先下後上])手番[ 　]*")
_NUMBERED = re.compile(r"[ 　]*([0-9]{1,4})[ 　:.]+(\S.*)")
_MOVE = re.compile(
    rf"[▲△▼▽☗☖]?(?:([１-９1-9][一二三四五六七八九1-9１-９])|同)[ 　]*({notation.PIECE})"
    r"[右左]?[直上行寄引入]?(不成|生|成)?(打)?(?:[(（]([1-9])([1-9])[)）])?"
)
_KI2_MOVE = re.compile(
    rf"[▲△▼▽☗☖][ 　]?(?:([１-９1-9][一二三四五六七八九1-9１-９])|同)[ 　]*({notation.PIECE})"
    r"([右左]?)([直上行寄引入]?)(不成|生|成)?(打)?"
)
_TIME = re.compile(r"[(（][ 　]*(?:([0-9]{1,3}):)?([0-9]{1,6}):([0-9]{1,2}(?:\.[0-9]{1,3})?)[ 　]*[/)）]")
_VARIATION = re.compile(r"[ 　]*変化[ 　]*[：:][ 　]*([0-9]{1,5})手")
_RESULT = re.compile(r"[ 　]*まで、?[ 　]*[0-9]{0,5}手?(.{0,60})")
_SEPARATOR = re.compile(r"手数[-－ー―]")


def read_kif(data: bytes | str) -> list[ShogiGame]:
    """The game of a KIF or KI2 text; InvalidRecord, in one line, says in which line it goes wrong."""
    text = decode_japanese(data) if isinstance(data, bytes) else data
    reader = _Reader()
    for number, line in numbered_lines(without_surrogates(text)):
        try:
            reader.line(line)
        except InvalidRecord as error:
            raise InvalidRecord(f"line {number}: {error}") from None
    if not reader.found:
        raise InvalidRecord("no game in this text: KIF has headers such as 手合割：平手 and moves such as 1 ７六歩(77)")
    reader.begin_moves()
    return [reader.game]


def load_kif(path: str | os.PathLike[str]) -> list[ShogiGame]:
    """The game of a KIF or KI2 file; InvalidRecord names the file, the line and what is wrong."""
    try:
        return read_kif(Path(path).read_bytes())
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


def write_kif(
    records: GameRecord | ShogiGame | Iterable[GameRecord],
    *,
    comments: bool = True,
    variations: bool = False,
    encoding: str = "UTF-8",
) -> str:
    """The KIF text of one record of shogi, or of a whole tree, to be stored in the encoding that its head names.

    Variations of notes that leave the game become the text's own if asked for; else they are in the comments.
    """
    chosen: Sequence[GameRecord | ShogiGame]
    chosen = [records] if isinstance(records, (GameRecord, ShogiGame)) else list(records)
    if len(chosen) != 1:
        raise InvalidRecord(f"a KIF text holds one game, not {len(chosen)}")
    game = chosen[0]
    if not isinstance(game, ShogiGame):
        game = game_of(game, comments=comments, variations=variations)
    return "\n".join([f"#KIF version=2.0 encoding={encoding}", *_write_head(game), *_write_moves(game)]) + "\n"


class _Reader:
    """What has been read of a text, line by line."""

    def __init__(self) -> None:
        self.game = ShogiGame()
        self.found = False
        """Whether anything was there that belongs to a record of shogi."""
        self._players = ["", ""]
        self._drawn: ShogiBoard | None = None
        self._rank = 0
        self._moves = False
        """Whether the first move, or a comment before it, has been read."""
        self._board = ShogiBoard()
        self._line: list[tuple[ShogiNode, Taken]] = []
        """The moves that lead to the position on the board."""
        self._branching = False
        """Whether the next move begins a variation."""

    def line(self, line: str) -> None:
        """Reads one line."""
        if not line.strip(" 　\t\x00\x1a") or line[0] in "#&":
            return
        if line[0] == "*":
            self.found = True
            self._comment(line[1:])
        elif variation := _VARIATION.match(line):
            self._variation(int(variation[1]))
        elif line.startswith("まで") and (result := _RESULT.match(line)):
            self.found = True
            self.begin_moves()
            self._result(result[1].strip(" 　。"))
        elif _SEPARATOR.match(line):
            self.found = True
            self.begin_moves()
        elif _NUMBERED.match(line) and not _HEADER.fullmatch(line):
            self._numbered(line)
        elif line.lstrip(" 　")[0] in "▲△▼▽☗☖":
            self._ki2(line)
        elif not self._moves:
            self._head(line)
        elif not _HEADER.match(line):
            raise InvalidRecord(f"{short(line)!r} is no move")

    # The head

    def _head(self, line: str) -> None:
        bare = line.strip(" 　\t")
        if bare[0] == "|" and bare.count("|") >= 2:
            self._row(bare[1 : bare.index("|", 1)])
        elif turn := _TURN.fullmatch(bare):
            self._drawing().turn = int(turn[1] in "後上")
        elif header := _HEADER.fullmatch(bare):
            self._header(header[1], header[2].strip(" 　\t"))

    def _header(self, name: str, said: str) -> None:
        if name in _PLAYERS:
            self.found = True
            self._players[_PLAYERS[name]] = said
            self.game.players = (self._players[0], self._players[1])
        elif hand := _HAND.fullmatch(name):
            for piece, count in notation.read_hand(said).items():
                self._drawing().hands[int(hand[1] in "後上")][piece] += count
        elif name == "手合割":
            self.found = True
            if said in HANDICAPS:
                self.game.start = HANDICAPS[said]
            elif not said.startswith("その他"):
                raise InvalidRecord(f"{short(said)!r} is no handicap: {', '.join(HANDICAPS)} or その他")
        else:
            self.found = self.found or name in INFO or name in ("作者", "手数", "対局ID")
            self.game.info[INFO.get(name, name)] = said

    def _drawing(self) -> ShogiBoard:
        self.found = True
        if self._drawn is None:
            self._drawn = ShogiBoard()
        return self._drawn

    def _row(self, text: str) -> None:
        if self._rank == 9:
            raise InvalidRecord("the board has more than nine rows")
        self._rank += 1
        notation.read_row(text, self._rank, self._drawing())

    def begin_moves(self) -> None:
        """The head is over: the position at the start is known."""
        if self._moves:
            return
        self._moves = True
        if self._drawn is not None and self._rank:
            if self._rank != 9:
                raise InvalidRecord(f"the board has {self._rank} rows, not nine")
            self.game.start = self._drawn.sfen()
        self._board = ShogiBoard.from_sfen(self.game.start)

    # The moves

    def _node(self) -> ShogiNode:
        return self._line[-1][0] if self._line else self.game.root

    def _comment(self, said: str) -> None:
        node = self._node()
        node.comment = f"{node.comment}\n{said}" if node.comment else said

    def _variation(self, number: int) -> None:
        self.begin_moves()
        if not 1 <= number <= len(self._line) + 1:
            raise InvalidRecord(f"a variation of move {number}, where the line before it has {len(self._line)} moves")
        while len(self._line) >= number:
            self._board.take_back(self._line.pop()[1])
        self._branching = True

    def _numbered(self, line: str) -> None:
        self.found = True
        self.begin_moves()
        found = _NUMBERED.match(line)
        assert found is not None
        said = found[2]
        if move := _MOVE.match(said):
            self._play(self._kif_move(move, said), _seconds(said[move.end() :]))
            return
        word = re.split(r"[ 　(（+]", said, maxsplit=1)[0]
        ending = notation.read_ending(word, self._board.turn)
        if ending is None:
            raise InvalidRecord(f"{short(said)!r} is no move: such as ７六歩(77), 同　歩(23), ５五角打 or 投了")
        self._end(ending, _seconds(said))

    def _kif_move(self, move: re.Match[str], said: str) -> str:
        target, piece = self._target(move[1]), notation.NAMES[move[2]]
        if move[5] is None:
            if "+" in piece or piece == "K" or move[3] or not move[4]:
                raise InvalidRecord(f"{short(said)!r} does not say where the piece comes from, as in ７六歩(77)")
            return f"{piece}*{target}"
        source = square_name((int(move[5]), int(move[6])))
        standing = self._board.squares.get((int(move[5]), int(move[6])), ("", 0))[0]
        promotes = move[3] == "成"
        if standing and standing != piece:
            if piece != "+" + standing or promotes:
                raise InvalidRecord(f"{short(said)!r}, but another piece stands on {source}")
            promotes = True  # the piece is named as what it becomes
        return source + target + "+" * promotes

    def _ki2(self, line: str) -> None:
        self.found = True
        self.begin_moves()
        place = 0
        while rest := line[place:].strip(" 　\t"):
            place = len(line) - len(line[place:].lstrip(" 　\t"))
            move = _KI2_MOVE.match(line, place)
            if move is not None:
                self._play(self._ki2_move(move))
                place = move.end()
                continue
            ending = notation.read_ending(rest.lstrip("▲△▼▽☗☖ 　"), self._board.turn)
            if ending is None:
                raise InvalidRecord(f"{short(rest, 20)!r} is no move: such as ▲７六歩, △同　銀 or ▲５八金右")
            self._end(ending)
            return

    def _ki2_move(self, move: re.Match[str]) -> str:
        target, piece = self._target(move[1]), notation.NAMES[move[2]]
        way = {"行": "上", "入": "上"}.get(move[4], move[4])
        where = int(target[0]), "abcdefghi".index(target[1]) + 1
        try:
            source = None if move[6] else notation.resolve(self._board, where, piece, move[3], way)
        except InvalidRecord as error:
            raise InvalidRecord(f"{short(move[0])}: {error}") from None
        if source is not None:
            return square_name(source) + target + "+" * (move[5] == "成")
        if "+" in piece or piece == "K" or move[5] or not self._board.hands[self._board.turn][piece]:
            raise InvalidRecord(f"{short(move[0])}: no such piece can go there")
        return f"{piece}*{target}"

    def _target(self, where: str | None) -> str:
        """The square that a move names, USI; None is 同, the square of the move before."""
        if where is not None:
            return square_name(notation.read_square(where))
        if not self._line:
            raise InvalidRecord("同 without a move before it")
        return self._line[-1][0].move[2:4]

    def _play(self, move: str, seconds: float | None = None) -> None:
        parent = self._node()
        if parent.ending and not self._branching:
            raise InvalidRecord(f"a move after the end of the game ({parent.ending})")
        node = ShogiNode(move, seconds=seconds)
        try:
            undo = self._board.play(move)
        except InvalidRecord as error:
            raise InvalidRecord(f"move {len(self._line) + 1}: {error}") from None
        self._branching = False
        parent.children.append(node)
        self._line.append((node, undo))

    def _end(self, ending: str, seconds: float | None = None) -> None:
        node = self._node()
        if not node.ending:
            node.ending, node.ending_seconds = ending, seconds

    def _result(self, said: str) -> None:
        """What stands behind `まで123手`: it counts where no move of an ending has told more."""
        to_move = self._board.turn
        winner = re.match(r"で?(?:時間切れにより|反則により)?([先下後上])手の", said)
        ending = next((ENDING for word, ENDING in _IN_RESULTS.items() if word in said), None)
        if ending == "ILLEGAL_ACTION":
            ending = "ILLEGAL_MOVE"
            if winner is not None and (int(winner[1] in "後上") == to_move) == ("勝" in said):
                ending = f"{'-+'[to_move]}ILLEGAL_ACTION"
        elif ending is None and winner is not None and "勝" in said:
            ending = "TORYO" if int(winner[1] in "後上") != to_move else f"{'-+'[to_move]}ILLEGAL_ACTION"
        if ending is not None:
            self._end(ending)


_IN_RESULTS = {
    "反則": "ILLEGAL_ACTION",
    "時間切れ": "TIME_UP",
    "切れ負け": "TIME_UP",
    "入玉": "KACHI",
    "宣言": "KACHI",
    "千日手": "SENNICHITE",
    "持将棋": "JISHOGI",
    "引き分け": "HIKIWAKE",
    "最大手数": "MAX_MOVES",
    "中断": "CHUDAN",
    "封じ手": "CHUDAN",
    "不詰": "FUZUMI",
    "詰": "TSUMI",
}


def _seconds(text: str) -> float | None:
    found = _TIME.search(text)
    return None if found is None else 3600 * int(found[1] or 0) + 60 * int(found[2]) + float(found[3])


# ---- writing


def _write_head(game: ShogiGame) -> list[str]:
    board = ShogiBoard.from_sfen(game.start)
    named = next((name for name, sfen in HANDICAPS.items() if sfen == game.start), None)
    names = ("先手", "後手") if named in (None, "平手") else ("下手", "上手")
    headers = {japanese: game.info[name] for japanese, name in INFO.items() if name in game.info}
    others = {name: said for name, said in game.info.items() if name not in INFO.values()}
    lines = [f"{name}：{one_line(said)}" for name, said in headers.items()]
    lines += [f"{name}：{one_line(said)}" for name, said in others.items() if _HEADER.fullmatch(f"{name}：x")]
    lines += [f"手合割：{named}"] if named is not None else write_board_lines(board, names)
    lines += [f"{name}：{one_line(player)}" for name, player in zip(names, game.players, strict=True)]
    return lines


def write_board_lines(board: ShogiBoard, names: tuple[str, str] = ("先手", "後手")) -> list[str]:
    """A position that has no name, drawn."""
    return ["手合割：その他", *notation.write_board(board, names)]


def _write_moves(game: ShogiGame) -> list[str]:
    lines = ["手数----指手---------消費時間--", *_write_comment(game.root.comment)]
    board = ShogiBoard.from_sfen(game.start)
    line: list[tuple[ShogiNode, Taken]] = []
    spent = [[0.0, 0.0]]
    if game.root.ending:
        lines += _write_ending(game.root, 1, board.turn, game.start, 0.0)
    forks = {id(child) for node in _all(game.root) for child in node.variations()}
    forked = {id(child) for node in _all(game.root) if node.variations() for child in node.children} - forks
    for node, depth in walk(game.root):
        if id(node) in forks:
            lines += ["", f"変化：{depth}手"]
        while len(line) >= depth:
            board.take_back(line.pop()[1])
            spent.pop()
        times = list(spent[-1])
        times[board.turn] += node.seconds or 0.0
        said = notation.write_move(node.move, board, line[-1][0].move if line else "")
        clock = "" if node.seconds is None else _write_time(node.seconds, times[board.turn])
        mark = "+" if id(node) in forked else ""
        lines.append(f"{depth:4d} {_padded(said)}{clock}{mark}".rstrip())
        lines += _write_comment(node.comment)
        line.append((node, board.play(node.move)))
        spent.append(times)
        if node.ending:
            lines += _write_ending(node, depth + 1, board.turn, game.start, times[board.turn])
    return lines


def _all(root: ShogiNode) -> Iterable[ShogiNode]:
    yield root
    for node, _ in walk(root):
        yield node


def _write_ending(node: ShogiNode, number: int, to_move: int, start: str, spent: float) -> list[str]:
    word = notation.OF_ENDING[node.ending]
    seconds = node.ending_seconds
    clock = "" if seconds is None else _write_time(seconds, spent + seconds)
    lines = [f"{number:4d} {_padded(word)}{clock}".rstrip()]
    sides = "先後" if start == HANDICAPS["平手"] or start not in HANDICAPS.values() else "下上"
    mover, other = f"{sides[to_move]}手", f"{sides[1 - to_move]}手"
    result = {
        "TORYO": f"{other}の勝ち",
        "TSUMI": f"{other}の勝ち",
        "FUSEN": f"{other}の勝ち",
        "TIME_UP": f"時間切れにより{other}の勝ち",
        "ILLEGAL_MOVE": f"{mover}の反則負け",
        "+ILLEGAL_ACTION": f"{mover}の反則勝ち",
        "-ILLEGAL_ACTION": f"{mover}の反則勝ち",
        "KACHI": f"{mover}の入玉勝ち",
    }.get(node.ending, word)
    return [*lines, f"まで{number - 1}手で{result}"]


def _write_comment(said: str) -> list[str]:
    return [f"*{line}" for _, line in numbered_lines(said)] if said else []


def _write_time(seconds: float, total: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    whole = round(total)
    return f" ({minutes:2d}:{rest:02d}/{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d})"


def _padded(said: str) -> str:
    """The text, as wide as the widest move."""
    width = sum(1 if letter.isascii() else 2 for letter in said)
    return said + " " * max(0, 12 - width)
