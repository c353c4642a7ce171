"""What the values of SGF properties mean for Go: sizes, komi, rules, results, points."""

import math
import re
from dataclasses import dataclass

from tengen.core.errors import InvalidRecord, TengenError
from tengen.games.go import Go
from tengen.records.record import BY_THE_PLAYERS, UNTOLD

MAX_SIZE = 19

RULE_SETS = {
    "aga": "aga",
    "bga": "aga",
    "french": "aga",
    "chinese": "chinese",
    "cn": "chinese",
    "newzealand": "new-zealand",
    "nz": "new-zealand",
    "tromptaylor": "tromp-taylor",
    "tt": "tromp-taylor",
    "japanese": "simple-ko",
    "jp": "simple-ko",
    "korean": "simple-ko",
    "kr": "simple-ko",
}
"""Which rule set of the game stands for what RU says, its letters alone.

Under any other name simple ko is played, as under Japanese rules: it forbids the least. Positions are counted by area
whatever RU says; what the players counted is in RE.
"""

OF_RULE_SET = {"aga": "AGA", "chinese": "Chinese", "new-zealand": "NZ", "simple-ko": "simple-ko", "tromp-taylor": "TT"}
"""How a rule set is named in RU."""

_OTHER_GAMES = {2: "Othello", 3: "chess", 4: "Gomoku", 5: "Nine Men's Morris", 6: "backgammon", 7: "Chinese chess"}
_OTHER_GAMES |= {8: "shogi", 9: "Lines of Action", 10: "Ataxx", 11: "Hex"}

_REASONS = {
    "": UNTOLD,
    "r": "resignation",
    "resign": "resignation",
    "resigns": "resignation",
    "resignation": "resignation",
    "t": "time",
    "time": "time",
    "timeout": "time",
    "f": "forfeit",
    "forfeit": "forfeit",
    "illegal": "illegal move",
}
_CODES = {UNTOLD: "", "resignation": "R", "time": "T"}
"""What stands behind `B+` when no points do; any other reason is a forfeit to SGF."""


@dataclass(frozen=True, slots=True)
class SgfResult:
    """What RE says."""

    result: float
    """For Black: 1 won, 0 drawn, -1 lost, nan unknown or void."""
    score: float = 0.0
    """Points by which Black leads, 0 where RE does not tell."""
    termination: str = ""
    """`resignation`, `time`, `forfeit`, `illegal move`, `untold`, `void`; empty where points were counted."""


def read_size(value: str) -> int:
    """The side of the board; an empty text stands for 19."""
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?::\s*(\d{1,4})\s*)?", value or "19", re.ASCII)
    if found is None:
        raise InvalidRecord(f"SZ[{_short(value)}] is no size of a board: a whole number from 1 to {MAX_SIZE}")
    width, height = int(found[1]), int(found[2] or found[1])
    if width != height:
        raise InvalidRecord(f"SZ[{_short(value)}]: the board is not square")
    if not 1 <= width <= MAX_SIZE:
        raise InvalidRecord(f"SZ[{_short(value)}]: a board has from 1 to {MAX_SIZE} points a side")
    return width


def check_is_go(value: str) -> None:
    """Raises InvalidRecord where GM names another game; an absent one means Go."""
    if re.fullmatch(r"0*1?", value, re.ASCII):
        return
    kind = _OTHER_GAMES.get(int(value)) if re.fullmatch(r"\d{1,4}", value, re.ASCII) else None
    raise InvalidRecord(f"GM[{_short(value)}] is not Go (GM[1])" + (f" but {kind}" if kind else ""))


def read_komi(value: str) -> float:
    """White's points, 0 where nothing is said; what follows the number is ignored, a comma is a point.

    Some servers write hundredths (650), and some of China's stones, a stone for two points (3.75 or 375 for 7.5).
    """
    if not value:
        return 0.0
    found = re.match(r"\s*([+-]?(?:\d{1,6}(?:[.,]\d{0,6})?|[.,]\d{1,6}))", value, re.ASCII)
    if found is None:
        raise InvalidRecord(f"KM[{_short(value)}] is no komi: a number such as 6.5")
    komi = float(found[1].replace(",", "."))
    if abs(komi) >= 100 and "." not in found[1] and "," not in found[1] and komi % 25 == 0:
        komi /= 100
    if not (2 * komi).is_integer() and abs(komi) < 5:
        komi *= 2
    if not (2 * komi).is_integer():
        raise InvalidRecord(f"KM[{_short(value)}]: komi is in whole or half points")
    return komi


def read_handicap(value: str) -> int:
    """The number of handicap stones, 0 where nothing is said or nothing sensible."""
    found = re.match(r"\s*(\d{1,3})\b", value, re.ASCII)
    return int(found[1]) if found else 0


def read_result(value: str) -> SgfResult:
    """What RE says, in the forms of the standard and those in use; what cannot be understood is unknown."""
    said = value.strip().lower()
    if said in ("0", "draw", "jigo", "d", "tie"):
        return SgfResult(0.0)
    if said in ("void", "no result"):
        return SgfResult(math.nan, termination="void")
    found = re.match(r"(b|w|black|white)\s*\+\s*(.*)$", said, re.DOTALL)
    if found is None:
        return SgfResult(math.nan)
    sign = 1.0 if found[1].startswith("b") else -1.0
    if points := re.match(r"(\d{1,3}(?:[.,]\d{0,4})?)", found[2], re.ASCII):
        return SgfResult(sign, sign * float(points[1].replace(",", ".")))
    return SgfResult(sign, termination=_REASONS.get(found[2].strip(" ."), found[2].strip(" .")[:40]))


def write_result(result: SgfResult) -> str:
    """The value of RE."""
    if math.isnan(result.result):
        return "Void" if result.termination == "void" else "?"
    if result.result == 0:
        return "0"
    side = "B+" if result.result > 0 else "W+"
    if result.termination in ("", "two passes", BY_THE_PLAYERS):
        points = result.score * result.result
        return side + (f"{points:.10g}" if points > 0 else "")
    return side + _CODES.get(result.termination, "F")


def read_game(size: int, komi: float, rules: str) -> Go:
    """The game that RU describes."""
    said = "".join(letter for letter in rules.lower() if letter.isalpha())
    parameters: dict[str, object] = {"size": size, "komi": komi}
    if own := re.fullmatch(r"superko=(\w{1,20}),suicide=(\w{1,5})", rules, re.ASCII):
        parameters |= {"superko": own[1], "suicide": own[2]}
    else:
        parameters["rules"] = RULE_SETS.get(said, "simple-ko")
    try:
        return Go(**parameters)
    except TengenError as error:
        raise InvalidRecord(str(error)) from None


def write_rules(game: Go) -> str:
    """The value of RU, from which `read_game` makes the game again."""
    for name, said in OF_RULE_SET.items():
        if read_game(game.size, game.komi, name).rules == game.rules:
            return said
    return f"superko={game.rules.superko},suicide={str(game.rules.suicide).lower()}"


def read_point(value: str, size: int) -> int:
    """The flat point of a move, row by row from the top left; size * size for a pass, an empty value or `tt`."""
    letters = "".join(value.split())
    if letters in ("", "tt"):
        return size * size
    column, row = (ord(letter) - ord("a") for letter in letters) if len(letters) == 2 else (-1, -1)
    if not (0 <= column < size and 0 <= row < size):
        last = chr(ord("a") + size - 1)
        raise InvalidRecord(f"[{_short(value)}] is no point of a {size}x{size} board: two letters from a to {last}")
    return row * size + column


def read_points(values: list[str], size: int) -> list[int]:
    """The flat points of a list, rectangles such as `aa:cc` drawn out."""
    points: list[int] = []
    for value in values:
        first, colon, second = value.partition(":")
        if not value.strip():
            continue  # an empty list, as AB[] is written by some
        corners = [read_point(corner, size) for corner in ((first, second) if colon else (first,))]
        if size * size in corners:
            raise InvalidRecord(f"[{_short(value)}] is no point of a {size}x{size} board, but a pass")
        rows, columns = zip(*(divmod(corner, size) for corner in corners), strict=True)
        for row in range(min(rows), max(rows) + 1):
            points += [row * size + column for column in range(min(columns), max(columns) + 1)]
    return points


def write_point(point: int, size: int) -> str:
    """The value for a flat point; empty for a pass."""
    if point == size * size:
        return ""
    row, column = divmod(point, size)
    return chr(ord("a") + column) + chr(ord("a") + row)


def _short(value: str) -> str:
    """A value for a message: one line, printable, not long."""
    line = "".join(letter if letter.isprintable() else "?" for letter in " ".join(value.split()))
    return line if len(line) <= 20 else line[:17] + "..."
