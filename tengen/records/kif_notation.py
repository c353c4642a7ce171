"""The words of KIF and KI2: squares, pieces, boards, hands, endings, as Japanese and back."""

import re

from tengen.core.errors import InvalidRecord
from tengen.records.shogi_board import HAND_ORDER, ShogiBoard, Square, square, square_name
from tengen.records.text import short

FILES = "１２３４５６７８９"
RANKS = "一二三四五六七八九"
_DIGITS = {letter: number % 9 + 1 for number, letter in enumerate(FILES + "123456789")}
_RANK_DIGITS = {letter: number % 9 + 1 for number, letter in enumerate(RANKS + "123456789" + FILES)}

PIECES = {
    "歩": "P",
    "香": "L",
    "桂": "N",
    "銀": "S",
    "金": "G",
    "角": "B",
    "飛": "R",
    "玉": "K",
    "と": "+P",
    "成香": "+L",
    "成桂": "+N",
    "成銀": "+S",
    "馬": "+B",
    "龍": "+R",
}
"""How pieces are written."""
OTHER_NAMES = {"王": "K", "竜": "+R", "杏": "+L", "圭": "+N", "全": "+S", "仝": "+S", "個": "+N"}
"""How they are written too; one sign stands for each promoted piece on boards."""
NAMES = PIECES | OTHER_NAMES
OF_PIECE = {letter: name for name, letter in PIECES.items()}
ON_BOARD = OF_PIECE | {"+L": "杏", "+N": "圭", "+S": "全"}

PIECE = "成[香桂銀]|[歩香桂銀金角飛玉王と杏圭全仝個馬龍竜]"
"""The expression for a piece."""

ENDINGS = {
    "投了": "TORYO",
    "中断": "CHUDAN",
    "封じ手": "CHUDAN",
    "千日手": "SENNICHITE",
    "持将棋": "JISHOGI",
    "引き分け": "HIKIWAKE",
    "引分": "HIKIWAKE",
    "最大手数": "MAX_MOVES",
    "詰み": "TSUMI",
    "詰": "TSUMI",
    "不詰": "FUZUMI",
    "切れ負け": "TIME_UP",
    "時間切れ": "TIME_UP",
    "不戦敗": "FUSEN",
    "反則負け": "ILLEGAL_MOVE",
    "反則勝ち": "ILLEGAL_ACTION",
    "反則行為": "ILLEGAL_ACTION",
    "入玉勝ち": "KACHI",
    "入玉": "KACHI",
    "宣言勝ち": "KACHI",
    "勝ち宣言": "KACHI",
    "待った": "MATTA",
    "エラー": "ERROR",
}
"""What ends a line, by CSA's names; a foul by the side that has just moved lacks its sign."""
OF_ENDING = {
    "TORYO": "投了",
    "CHUDAN": "中断",
    "SENNICHITE": "千日手",
    "JISHOGI": "持将棋",
    "HIKIWAKE": "引き分け",
    "MAX_MOVES": "最大手数",
    "TSUMI": "詰み",
    "FUZUMI": "不詰",
    "TIME_UP": "切れ負け",
    "FUSEN": "不戦敗",
    "ILLEGAL_MOVE": "反則負け",
    "+ILLEGAL_ACTION": "反則勝ち",
    "-ILLEGAL_ACTION": "反則勝ち",
    "KACHI": "入玉勝ち",
    "MATTA": "待った",
    "ERROR": "エラー",
}
"""How an ending is written."""

_TENS = {"": 0, "十": 10}
_NUMBER = re.compile(r"([二三四五六七八九]?十)?([一二三四五六七八九]?)$")


def read_square(text: str) -> Square:
    """The square of two signs, such as `７六`."""
    return _DIGITS[text[0]], _RANK_DIGITS[text[1]]


def write_square(place: Square) -> str:
    """The two signs of a square."""
    return FILES[place[0] - 1] + RANKS[place[1] - 1]


def read_ending(word: str, to_move: int) -> str | None:
    """CSA's name of an ending before which `to_move` was to move; None if the word is none."""
    name = ENDINGS.get(word)
    return f"{'-+'[to_move]}ILLEGAL_ACTION" if name == "ILLEGAL_ACTION" else name


def read_number(text: str) -> int | None:
    """A number in kanji or digits, at most 99; None if it is none."""
    if re.fullmatch(r"[0-9０-９]{1,2}", text):
        return int(text)
    found = _NUMBER.match(text)
    if not text or found is None:
        return None
    tens = 0 if not found[1] else 10 * (RANKS.index(found[1][0]) + 1 if len(found[1]) == 2 else 1)
    return tens + (RANKS.index(found[2]) + 1 if found[2] else 0)


def write_number(number: int) -> str:
    """A number of two pieces or more in kanji; empty for one."""
    if number < 2:
        return ""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else RANKS[tens - 1] + "十") + (RANKS[ones - 1] if ones else "")


def read_hand(text: str) -> dict[str, int]:
    """The pieces of a hand such as `飛二　角　歩十七`; nothing for `なし`."""
    found: dict[str, int] = {}
    for word in re.split(r"[\s　、,]+", text.strip("\x00 　")):
        if word in ("", "なし", "ナシ", "無し"):
            continue
        piece, count = NAMES.get(word[0], ""), 1 if len(word) == 1 else read_number(word[1:])
        if piece not in HAND_ORDER or piece == "" or not count:
            raise InvalidRecord(f"{short(word)!r} is no piece in hand: such as 歩十七")
        found[piece] = found.get(piece, 0) + count
    return found


def write_hand(board: ShogiBoard, player: int) -> str:
    """A hand as KIF has it."""
    words = [
        OF_PIECE[piece] + write_number(board.hands[player][piece]) for piece in HAND_ORDER if board.hands[player][piece]
    ]
    return "　".join(words) + "　" if words else "なし"


def read_row(text: str, rank: int, board: ShogiBoard) -> None:
    """Puts the pieces of a board's row, what stands between its bars, on the board."""
    cells = [text[place : place + 2] for place in range(0, len(text), 2)]
    if len(text) != 18:
        raise InvalidRecord(f"row {rank} of the board has not nine squares of two signs: {short(text)!r}")
    for file, cell in zip(range(9, 0, -1), cells, strict=True):
        sign, name = cell[0], cell[1]
        if name in "・.　 ":
            continue
        if name not in NAMES or sign not in " 　vVｖ^":
            raise InvalidRecord(f"row {rank} of the board: {cell!r} is no piece")
        board.squares[file, rank] = (NAMES[name], int(sign in "vVｖ"))


def write_board(board: ShogiBoard, names: tuple[str, str]) -> list[str]:
    """A position drawn with both hands and whose move it is, as KIF has it; `names` of the sides are 先手, 後手."""
    lines = [f"{names[1]}の持駒：{write_hand(board, 1)}", "  ９ ８ ７ ６ ５ ４ ３ ２ １", "+" + "-" * 27 + "+"]
    for rank in range(1, 10):
        row = ""
        for file in range(9, 0, -1):
            piece = board.squares.get((file, rank))
            row += " ・" if piece is None else " v"[piece[1]] + ON_BOARD[piece[0]]
        lines.append(f"|{row}|{RANKS[rank - 1]}")
    return [*lines, "+" + "-" * 27 + "+", f"{names[0]}の持駒：{write_hand(board, 0)}", f"{names[board.turn]}番"]


def write_move(move: str, board: ShogiBoard, last: str) -> str:
    """A USI move as KIF has it; `last` is the move before, for 同."""
    target = move[2:4]
    where = "同　" if last and target == last[2:4] else write_square(square(target))
    if move[1] == "*":
        return f"{where}{OF_PIECE[move[0]]}打"
    source = square(move[:2])
    piece = OF_PIECE[board.squares[source][0]]
    return f"{where}{piece}{'成' if move.endswith('+') else ''}({source[0]}{source[1]})"


def resolve(board: ShogiBoard, target: Square, piece: str, side: str, way: str) -> Square | None:
    """Which piece a move of KI2 means, told by 右左 (`side`) and 上寄引直 (`way`); None for one in hand.

    Of several that the words leave, those are dropped that may not move because of their king.
    """
    sources = board.reaching(piece, target)
    if not sources:
        return None
    sign = 1 if board.turn == 0 else -1

    def forward(source: Square) -> int:
        return sign * (source[1] - target[1])

    def moves(source: Square) -> bool:
        if way == "直":
            return forward(source) > 0 and source[0] == target[0]
        return (forward(source) > 0) if way == "上" else (forward(source) < 0) if way == "引" else forward(source) == 0

    if way:
        sources = [source for source in sources if moves(source)]
    if side and sources:
        choose = min if (side == "右") == (sign == 1) else max
        edge = choose(source[0] for source in sources)
        sources = [source for source in sources if source[0] == edge]
    if len(sources) > 1:
        sources = [source for source in sources if board.leaves_king_safe(source, target)] or sources
    if len(sources) != 1:
        which = "none of them" if not sources else "more than one piece"
        raise InvalidRecord(f"the move to {square_name(target)} fits {which}")
    return sources[0]
