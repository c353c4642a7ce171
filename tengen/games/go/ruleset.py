"""The parameters of Go as data, from values or from texts, and the rule sets that have names."""

import math
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from tengen.core.errors import InvalidParameter, unknown
from tengen.games.go.state import MAX_SIZE, capacity

Superko = Literal["positional", "situational", "simple"]

MAX_KOMI = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class GoRules:
    """All that a game of Go depends on. Area scoring; two passes in a row or the last ply end the game."""

    size: int = 9
    """Points on a side, 1 to 19."""
    komi: float = 7.0
    """Points that White gets, whole or half, -400 to 400."""
    superko: Superko = "positional"
    """What may not return: any earlier position; one with the same side to move; the one before the last move."""
    suicide: bool = False
    """Whether a chain may take its own last liberty."""
    max_plies: int = 0
    """No game is longer, 1 to max(2 * size * size, 64); 0 stands for the most."""
    score_utility: float = 0.2
    """The weight of tanh(points / 20) in the reward beside that of winning, 0 to 1 (KataGo's score utility)."""

    @property
    def ply_limit(self) -> int:
        """No game is longer."""
        return self.max_plies or capacity(self.size)


PRESETS: dict[str, dict[str, object]] = {
    "aga": {"superko": "situational", "suicide": False},
    "chinese": {"superko": "positional", "suicide": False},
    "new-zealand": {"superko": "situational", "suicide": True},
    "simple-ko": {"superko": "simple", "suicide": False},
    "tromp-taylor": {"superko": "positional", "suicide": True},
}
"""What `rules=` stands for. Scoring is by area and komi stays as given in all of them."""


def read_rules(parameters: dict[str, object]) -> GoRules:
    """The rules that parameters describe; InvalidParameter says what is accepted where one is wrong."""
    given = dict(parameters)
    preset = given.pop("rules", None)
    if preset is not None:
        name = str(preset).strip().lower().replace("_", "-")
        if name not in PRESETS:
            raise unknown("rule set", str(preset), PRESETS)
        given = PRESETS[name] | given
    known = [field.name for field in fields(GoRules)]
    for name in given:
        if name not in known:
            raise unknown("parameter of go", name, [*known, "rules"])
    rules = GoRules()
    if "size" in given:
        rules = replace(rules, size=_whole("size", given["size"], low=1, high=MAX_SIZE))
    if "komi" in given:
        rules = replace(rules, komi=_komi(given["komi"]))
    if "superko" in given:
        rules = replace(rules, superko=_superko(given["superko"]))
    if "suicide" in given:
        rules = replace(rules, suicide=_truth("suicide", given["suicide"]))
    if "max_plies" in given:
        most = capacity(rules.size)
        plies = _whole("max_plies", given["max_plies"], low=0, high=most)
        rules = replace(rules, max_plies=0 if plies == most else plies)
    if "score_utility" in given:
        weight = _number("score_utility", given["score_utility"])
        if not 0.0 <= weight <= 1.0:
            raise InvalidParameter(f"score_utility={weight:g} is out of range: a number from 0 to 1")
        rules = replace(rules, score_utility=weight)
    return rules


def _number(name: str, value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidParameter(f"{name}={value} is no number")
    return number


def _whole(name: str, value: object, *, low: int, high: int) -> int:
    number = _number(name, value)
    if not number.is_integer() or not low <= number <= high:
        raise InvalidParameter(f"{name}={value} is not accepted: a whole number from {low} to {high}")
    return int(number)


def _komi(value: object) -> float:
    komi = _number("komi", value)
    if abs(komi) > MAX_KOMI or not (2 * komi).is_integer():
        raise InvalidParameter(f"komi={value} is not accepted: whole or half points from -{MAX_KOMI} to {MAX_KOMI}")
    return komi + 0.0  # no negative zero


def _superko(value: object) -> Superko:
    text = str(value).strip().lower()
    for known in get_args(Superko):
        if text == known:
            return known
    raise InvalidParameter(f"superko={value} is not accepted: one of {', '.join(get_args(Superko))}")


def _truth(name: str, value: object) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise InvalidParameter(f"{name}={value} is not accepted: true or false")
    return text == "true"
