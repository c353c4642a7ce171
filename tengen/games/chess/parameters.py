"""The parameters of chess as data, from values or from texts."""

import math
from dataclasses import dataclass, fields

from tengen.core.errors import InvalidParameter, unknown

LONGEST = 127 * 150
"""Plies of the longest game under the 75-move rule, and the move limit where no rule sets another.

At most 96 pawn moves and 30 captures set the clock back; between them, and after the last, fewer than 150 plies pass.
"""

_CHOICES = {
    "repetition": "0 for never, or 2 to 9 occurrences",
    "fifty": "0 for never, or 1 to 75 moves",
    "max_plies": f"0 for no limit, or 1 to {LONGEST} plies",
    "history": "1 to 8 positions",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChessRules:
    """All that a game of chess depends on. Mate and stalemate always end it."""

    chess960: bool = False
    """Whether castling follows Chess960, for kings and rooks that start elsewhere; moves then say king takes rook."""
    repetition: int = 3
    """The occurrence of a position that draws: 3, 5 as FIDE's arbiter, 2 to 9; 0 for never."""
    fifty: int = 50
    """Moves of both sides without capture or pawn move that draw: 50, 75 as FIDE's arbiter, 1 to 75; 0 for never."""
    material: bool = True
    """Whether insufficient material draws: bare kings, one knight, or bishops all on one colour."""
    max_plies: int = 0
    """The ply that ends a game in a draw; 0 for no limit."""
    history: int = 8
    """Positions in the observation, 1 to 8."""

    @property
    def ply_limit(self) -> int:
        """No game is longer."""
        longest = 127 * 2 * self.fifty if self.fifty else LONGEST
        return min(self.max_plies or longest, longest)


def read_rules(parameters: dict[str, object]) -> ChessRules:
    """The rules that parameters describe; InvalidParameter says what is accepted where one is wrong."""
    known = [field.name for field in fields(ChessRules)]
    for name in parameters:
        if name not in known:
            raise unknown("parameter of chess", name, known)
    usual = ChessRules()
    given = {name: getattr(usual, name) for name in known} | parameters
    return ChessRules(
        chess960=_truth("chess960", given["chess960"]),
        repetition=_whole("repetition", given["repetition"]),
        fifty=_whole("fifty", given["fifty"]),
        material=_truth("material", given["material"]),
        max_plies=_whole("max_plies", given["max_plies"]),
        history=_whole("history", given["history"]),
    )


def _whole(name: str, value: object) -> int:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    accepted = {
        "repetition": number == 0 or 2 <= number <= 9,
        "fifty": 0 <= number <= 75,
        "max_plies": 0 <= number <= LONGEST,
        "history": 1 <= number <= 8,
    }
    if not number.is_integer() or not accepted[name]:
        raise InvalidParameter(f"{name}={_short(value)} is not accepted: {_CHOICES[name]}")
    return int(number)


def _truth(name: str, value: object) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise InvalidParameter(f"{name}={_short(value)} is not accepted: true or false")
    return text == "true"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:37] + "..."
