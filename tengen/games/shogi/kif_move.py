"""Moves in Japanese, as KIF and KI2 write them: `７六歩(77)`, `２二角成(88)`, `同　歩(87)`, `５五歩打`, `５八金右`.

Squares may have digits of either width or kanji numerals; `同` is the square of the last move. With the square that the
piece leaves in parentheses a text names one move, legal or not. Without it the legal moves decide, with the words of
KI2 about where the piece comes from (右左直, 上行寄引入).
"""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from tengen.core.errors import IllegalMove, InvalidMove
from tengen.games.rules import State
from tengen.games.shogi.moves import Move, read_action, to_action, write_usi
from tengen.games.shogi.pieces import BISHOP, DRAGON, HORSE, NAMES, ROOK
from tengen.games.shogi.rules import DECLARE
from tengen.games.shogi.sfen import short

if TYPE_CHECKING:
    from tengen.games.game import RecordGame

FILE_DIGITS = "１２３４５６７８９"
RANK_DIGITS = "一二三四五六七八九"
SAME = "同"
DECLARATION = "入玉勝ち"
_MARKS = "▲△☗☖▼▽▴▵"
_KINDS = {name: kind for kind, name in enumerate(NAMES) if name} | {
    "王": 8,
    "竜": 15,
    "杏": 10,
    "圭": 11,
    "全": 12,
    "歩兵": 1,
    "香車": 2,
    "桂馬": 3,
    "銀将": 4,
    "金将": 5,
    "角行": 6,
    "飛車": 7,
    "玉将": 8,
    "王将": 8,
    "と金": 9,
    "龍馬": 14,
    "竜馬": 14,
    "龍王": 15,
    "竜王": 15,
}
_LONGEST_FIRST = sorted(_KINDS, key=len, reverse=True)
_PLACES = "右左直"
_WAYS = {"上": 1, "行": 1, "入": 1, "寄": 0, "引": -1}


def write_move(game: "RecordGame", state: State, action: int, last_to: int | None = None) -> str:
    """An action as KIF writes it; `last_to` is the square of the last move, for which `同` stands.

    Without `last_to` the state's own last move counts; -1 names the square in any case.
    """
    if action == DECLARE:
        return DECLARATION
    board, turn = state["shogi_board"], int(state["turn"])
    move = read_action(board, turn, action)
    target = last_square(state) if last_to is None else last_to
    end = SAME + "　" if move.end == target else FILE_DIGITS[move.end // 9] + RANK_DIGITS[move.end % 9]
    if move.dropped:
        return f"{end}{NAMES[move.dropped]}打"
    if move.start is None:
        return write_usi(board, turn, action)
    kind = int(board[move.start]) & 15
    return f"{end}{NAMES[kind]}{'成' * move.promoted}({move.start // 9 + 1}{move.start % 9 + 1})"


def last_square(state: State) -> int | None:
    """The square of the last move, or None where the position does not know of one."""
    packed = int(state["past"][0])
    return packed >> 7 & 127 if packed >= 0 else None


def looks_japanese(text: str) -> bool:
    """Whether a text is to be read here rather than as USI: it has a sign that is not ASCII."""
    return not text.isascii()


def read_move(game: "RecordGame", state: State, text: str) -> int:
    """The action that a text means; InvalidMove if it is no move, IllegalMove where no legal move fits it."""
    if len(text) > 100:
        _refuse(text)
    body = unicodedata.normalize("NFKC", text).strip().lstrip(_MARKS).strip()
    if body == DECLARATION:
        return DECLARE
    board, turn = state["shogi_board"], int(state["turn"])
    end, body = _read_square(state, text, body)
    name = next((name for name in _LONGEST_FIRST if body.startswith(name)), None)
    if name is None:
        _refuse(text)
    kind, body = _KINDS[name], body[len(name) :].strip()
    start, body = _read_start(text, body)
    words = body
    promoted = words.endswith("成") and not words.endswith("不成")
    for ending in ("不成", "生", "成", "打"):
        if words.endswith(ending):
            words = words[: -len(ending)].strip()
            break
    dropped = body.endswith("打")
    if any(word not in _PLACES and word not in _WAYS for word in words) or len(words) > 2:
        _refuse(text)
    if dropped and (kind > ROOK or start is not None or words):
        _refuse(text)
    if dropped:
        return to_action(board, turn, Move(start=None, end=end, dropped=kind))
    if start is not None:
        piece = int(board[start])
        if piece & 15 != kind or piece >> 4 != turn:
            raise IllegalMove(f"{short(text)} is not legal: that piece is not there")
        return to_action(board, turn, Move(start=start, end=end, promoted=promoted))
    return _find(game, state, text, end=end, kind=kind, promoted=promoted, words=words)


def _read_square(state: State, text: str, body: str) -> tuple[int, str]:
    """The square that a move goes to, and what follows it."""
    if body.startswith(SAME):
        square = last_square(state)
        if square is None:
            raise InvalidMove(f"{short(text)} is no move here: {SAME} needs a move before it")
        return square, body[1:].strip()
    if len(body) < 2:
        _refuse(text)
    file = "123456789".find(body[0])
    rank = max("123456789".find(body[1]), RANK_DIGITS.find(body[1]))
    if file < 0 or rank < 0:
        _refuse(text)
    return 9 * file + rank, body[2:].strip()


def _read_start(text: str, body: str) -> tuple[int | None, str]:
    """The square in parentheses behind a move, and what stands before it."""
    if not body.endswith(")"):
        return None, body
    inside = body[-4:]
    if len(inside) != 4 or inside[0] != "(" or any(digit not in "123456789" for digit in inside[1:3]):
        _refuse(text)
    return 9 * (int(inside[1]) - 1) + int(inside[2]) - 1, body[:-4].strip()


def _find(game: "RecordGame", state: State, text: str, *, end: int, kind: int, promoted: bool, words: str) -> int:
    """The one legal move that a text without its start means."""
    board, turn = state["shogi_board"], int(state["turn"])
    moving: dict[int, int] = {}
    drop = None
    for action in game.legal_actions(state).tolist():
        if action == DECLARE:
            continue
        move = read_action(board, turn, action)
        if move.end != end:
            continue
        if move.dropped == kind:
            drop = action
        elif move.start is not None and int(board[move.start]) & 15 == kind and move.promoted == promoted:
            moving[move.start] = action
    starts = list(moving)
    for word in words:
        starts = _keep(word, starts, end=end, kind=kind, turn=turn)
    if len(starts) == 1:
        return moving[starts[0]]
    if len(starts) > 1:
        usual = ", ".join(write_usi(board, turn, moving[start]) for start in starts)
        raise InvalidMove(f"{short(text)} could be any of {usual}: add the square it leaves, such as (77)")
    if drop is not None and not promoted and not words and not moving:
        return drop
    raise IllegalMove(f"{short(text)} is not legal: no such piece may go there")


def _keep(word: str, starts: list[int], *, end: int, kind: int, turn: int) -> list[int]:
    """Those of the squares from which a piece comes as a word of KI2 says."""
    sign = 1 if turn == 0 else -1

    def aside(start: int) -> int:
        """How far to the left the piece stands, for whoever moves."""
        return sign * (start // 9 - end // 9)

    def ahead(start: int) -> int:
        """How many ranks it goes forward."""
        return sign * (start % 9 - end % 9)

    if word in _WAYS:
        way = _WAYS[word]
        return [start for start in starts if (ahead(start) > 0) - (ahead(start) < 0) == way]
    if word == "直":
        return [start for start in starts if ahead(start) == 1 and aside(start) == 0]
    if kind in (BISHOP, ROOK, HORSE, DRAGON) and len(starts) == 2:
        # Of two big pieces the word names the one further to that side, on whichever side of the square it stands.
        chosen = max(starts, key=aside) if word == "左" else min(starts, key=aside)
        return [chosen] if aside(starts[0]) != aside(starts[1]) else starts
    side: Callable[[int], bool] = (lambda start: aside(start) > 0) if word == "左" else (lambda start: aside(start) < 0)
    return [start for start in starts if side(start)]


def _refuse(text: str) -> NoReturn:
    raise InvalidMove(f"{short(text)} is no move: such as ７六歩(77), 同　歩(87), ５五歩打; or 7g7f")
