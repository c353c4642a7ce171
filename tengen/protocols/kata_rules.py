"""KataGo's names for the rules of Go, and which of them are ours.

Source: KataGo, "GTP Extensions", kata-get-rules and kata-set-rules. Scoring here is by area alone: what belongs to
territory scoring, taxes and buttons is named as refused, so that whoever asked can be told.
"""

import json
from dataclasses import dataclass
from typing import TypeAlias

from tengen.core.errors import InvalidParameter, unknown
from tengen.games.go import Go

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

SHORTHAND: dict[str, tuple[str, str, bool, str]] = {
    "tromp-taylor": ("POSITIONAL", "AREA", True, "0"),
    "chinese": ("SIMPLE", "AREA", False, "N"),
    "chinese-ogs": ("POSITIONAL", "AREA", False, "N"),
    "chinese-kgs": ("POSITIONAL", "AREA", False, "N"),
    "japanese": ("SIMPLE", "TERRITORY", False, "0"),
    "korean": ("SIMPLE", "TERRITORY", False, "0"),
    "stone-scoring": ("SIMPLE", "AREA", False, "0"),
    "aga": ("SITUATIONAL", "AREA", False, "N-1"),
    "bga": ("SITUATIONAL", "AREA", False, "N-1"),
    "aga-button": ("SITUATIONAL", "AREA", False, "N-1"),
    "new-zealand": ("SITUATIONAL", "AREA", True, "0"),
}
"""Ko, scoring, suicide and White's bonus in handicap games."""

TAXED = {"japanese": "SEKI", "korean": "SEKI", "stone-scoring": "ALL"}

SUPERKO = {"SIMPLE": "simple", "POSITIONAL": "positional", "SITUATIONAL": "situational"}

BONUSES = ("0", "N-1", "N")


@dataclass(frozen=True, slots=True)
class KataRules:
    """Rules as KataGo describes them, as near as ours come."""

    superko: str
    suicide: bool
    bonus: str
    """Points for White in a handicap game of N stones: `0`, `N-1` or `N`."""
    refused: str = ""
    """What was asked for and is not there, in a few words; empty if all is."""

    def parameters(self) -> dict[str, object]:
        """As parameters of our game."""
        return {"superko": self.superko, "suicide": self.suicide}

    def points(self, stones: int) -> int:
        """White's bonus against a handicap of `stones`."""
        if stones < 2:
            return 0
        return {"0": 0, "N-1": stones - 1, "N": stones}[self.bonus]


def parse_rules(given: Json) -> KataRules:
    """Rules from a short name, or an object of KataGo's fields, or the text of one."""
    if isinstance(given, str) and given.strip().startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise InvalidParameter("these rules are neither a known name nor JSON") from None
    if isinstance(given, str):
        name = given.strip().lower().replace("_", "-").replace(" ", "-")
        if name not in SHORTHAND:
            raise unknown("rule set", given[:40], SHORTHAND)
        ko, scoring, suicide, bonus = SHORTHAND[name]
        return _rules(ko, scoring, suicide, bonus, TAXED.get(name, "NONE"), button=name == "aga-button")
    if not isinstance(given, dict):
        raise InvalidParameter("rules are a name such as tromp-taylor, or an object of KataGo's fields")
    fields: dict[str, Json] = {
        "ko": "POSITIONAL",
        "scoring": "AREA",
        "suicide": False,
        "whiteHandicapBonus": "0",
        "tax": "NONE",
    }
    fields |= {"hasButton": False, "friendlyPassOk": False}
    for name, value in given.items():
        if name not in fields:
            raise unknown("rule", name[:40], fields)
        fields[name] = value
    if type(fields["suicide"]) is not bool:
        raise InvalidParameter("suicide is true or false")
    return _rules(
        str(fields["ko"]).upper(),
        str(fields["scoring"]).upper(),
        bool(fields["suicide"]),
        str(fields["whiteHandicapBonus"]),
        str(fields["tax"]).upper(),
        button=bool(fields["hasButton"]),
    )


def _rules(ko: str, scoring: str, suicide: bool, bonus: str, tax: str, *, button: bool) -> KataRules:
    if ko not in SUPERKO:
        raise unknown("ko rule", ko[:40], SUPERKO)
    if scoring not in ("AREA", "TERRITORY"):
        raise unknown("scoring", scoring[:40], ("AREA", "TERRITORY"))
    if bonus not in BONUSES:
        raise unknown("whiteHandicapBonus", bonus[:40], BONUSES)
    refused = []
    if scoring != "AREA":
        refused.append("territory scoring")
    if tax != "NONE":
        refused.append("group tax")
    if button:
        refused.append("the button")
    return KataRules(SUPERKO[ko], suicide, bonus, " and ".join(refused))


def describe(game: Go) -> dict[str, Json]:
    """A game's rules in KataGo's fields."""
    return {
        "friendlyPassOk": False,
        "hasButton": False,
        "ko": game.rules.superko.upper(),
        "scoring": "AREA",
        "suicide": game.rules.suicide,
        "tax": "NONE",
        "whiteHandicapBonus": "0",
    }
