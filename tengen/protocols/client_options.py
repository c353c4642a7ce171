"""The options that a UCI or USI engine declares, and what may be set of them."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tengen.core.errors import InvalidParameter

_PARTS = re.compile(r"\b(name|type|default|min|max|var)\b")


@dataclass(frozen=True, slots=True)
class EngineOption:
    """One declared option."""

    name: str
    kind: str
    """`check`, `spin`, `combo`, `button`, `string` or `filename`."""
    default: str = ""
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()

    def accepted(self) -> str:
        """What may be set, in words."""
        if self.kind == "check":
            return "true or false"
        if self.kind == "spin":
            return f"a whole number from {self.low} to {self.high}"
        if self.kind == "combo":
            return "one of " + ", ".join(self.choices[:20]) + (", …" if len(self.choices) > 20 else "")
        return "nothing: it is a button" if self.kind == "button" else "a text of one line"

    def check(self, value: str) -> str:
        """The value as it is sent; InvalidParameter if it is out of range."""
        said: str | None = value
        if self.kind == "check":
            words = {"true": "true", "on": "true", "yes": "true", "1": "true"}
            words |= {"false": "false", "off": "false", "no": "false", "0": "false"}
            said = words.get(value.lower())
        elif self.kind == "spin":
            number = int(value) if re.fullmatch(r"[+-]?[0-9]{1,12}", value) else None
            low, high = self.low, self.high
            fits = number is not None and (low is None or low <= number) and (high is None or number <= high)
            said = str(number) if fits else None
        elif self.kind == "combo":
            said = {choice.lower(): choice for choice in self.choices}.get(value.lower())
        elif self.kind == "button":
            said = "" if value == "" else None
        elif "\n" in value or "\r" in value:
            said = None
        if said is None:
            raise InvalidParameter(f"{self.name}={value} is wrong for this engine: {self.name} is {self.accepted()}")
        return said


def parse_option(line: str) -> EngineOption | None:
    """The option that a line `option name … type …` declares; None if it is none."""
    words = line.split()
    if len(words) < 3 or words[0] != "option":
        return None
    found: dict[str, str] = {}
    choices: list[str] = []
    pieces = _PARTS.split(" ".join(words[1:]))
    for part, said in zip(pieces[1::2], pieces[2::2], strict=True):
        if part == "var":
            choices.append(said.strip())
        elif part not in found:
            found[part] = said.strip()
        elif "type" not in found:  # such a word within the name
            found["name"] += f" {part} {said.strip()}".rstrip()
    name, kind = found.get("name", ""), found.get("type", "")
    if not name or not kind:
        return None

    def number(part: str) -> int | None:
        said = found.get(part, "")
        return int(said) if re.fullmatch(r"[+-]?[0-9]{1,18}", said) else None

    return EngineOption(name, kind, found.get("default", ""), number("min"), number("max"), tuple(choices))


def check_options(
    command: str, declared: Mapping[str, EngineOption], wanted: Mapping[str, str], managed: Mapping[str, str]
) -> dict[str, str]:
    """What is to be set, by the engine's own names; InvalidParameter says which option is wrong and what is accepted.

    `managed` are options that only Tengen sets, by lower-case names, with the only value that may be asked for.
    An option UCI_Elo brings UCI_LimitStrength with it, without which it says nothing.
    """
    names = {name.lower(): name for name in declared}
    chosen: dict[str, str] = {}
    for name, value in wanted.items():
        own = names.get(name.lower())
        if own is None:
            near = difflib.get_close_matches(name.lower(), names, n=1)
            hint = f"; did you mean {names[near[0]]!r}?" if near else ""
            known = ", ".join(sorted(declared)) or "none"
            raise InvalidParameter(f"the engine {command!r} has no option {name!r}{hint} (its options: {known})")
        said = declared[own].check(value)
        if own.lower() in managed:
            if said.lower() != managed[own.lower()].lower():
                raise InvalidParameter(f"{own} is set by Tengen, to {managed[own.lower()]}: leave it out")
            continue
        chosen[own] = said
    limit = names.get("uci_limitstrength")
    if limit is not None and limit not in chosen and names.get("uci_elo") in chosen:
        chosen[limit] = "true"
    return chosen
