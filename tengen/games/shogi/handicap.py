"""The starting positions of shogi: the even game, and the handicaps, in which White gives pieces and moves first."""

from dataclasses import dataclass

EVEN = "none"
_BLACK = "PPPPPPPPP/1B5R1/LNSGKGSNL"


@dataclass(frozen=True, slots=True)
class Handicap:
    """One starting position."""

    name: str
    """As the parameter `handicap` names it."""
    japanese: str
    """As game records name it."""
    back: str
    """White's first two ranks in SFEN."""

    @property
    def sfen(self) -> str:
        """The position in SFEN."""
        side = "b" if self.name == EVEN else "w"
        return f"{self.back}/ppppppppp/9/9/9/{_BLACK} {side} - 1"


HANDICAPS = {
    handicap.name: handicap
    for handicap in (
        Handicap(EVEN, "平手", "lnsgkgsnl/1r5b1"),
        Handicap("lance", "香落ち", "lnsgkgsn1/1r5b1"),
        Handicap("right-lance", "右香落ち", "1nsgkgsnl/1r5b1"),
        Handicap("bishop", "角落ち", "lnsgkgsnl/1r7"),
        Handicap("rook", "飛車落ち", "lnsgkgsnl/7b1"),
        Handicap("rook-lance", "飛香落ち", "lnsgkgsn1/7b1"),
        Handicap("two", "二枚落ち", "lnsgkgsnl/9"),
        Handicap("three", "三枚落ち", "lnsgkgsn1/9"),
        Handicap("four", "四枚落ち", "1nsgkgsn1/9"),
        Handicap("five", "五枚落ち", "2sgkgsn1/9"),
        Handicap("left-five", "左五枚落ち", "1nsgkgs2/9"),
        Handicap("six", "六枚落ち", "2sgkgs2/9"),
        Handicap("left-seven", "左七枚落ち", "2sgkg3/9"),
        Handicap("right-seven", "右七枚落ち", "3gkgs2/9"),
        Handicap("eight", "八枚落ち", "3gkg3/9"),
        Handicap("ten", "十枚落ち", "4k4/9"),
    )
}
"""By name."""
