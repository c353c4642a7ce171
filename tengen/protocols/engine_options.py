"""The options that a UCI or USI engine declares, and the values that a GUI sets."""

import re
from dataclasses import dataclass
from typing import Literal

from tengen.core.errors import InvalidParameter, unknown
from tengen.protocols.engine_line import shorten

Value = bool | int | str

EMPTY = "<empty>"
"""How both protocols write a text without characters."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as it is declared."""

    name: str
    kind: Literal["check", "spin", "string", "button"]
    default: Value = ""
    low: int = 0
    high: int = 0

    def declaration(self) -> str:
        """The line that tells a GUI of it."""
        line = f"option name {self.name} type {self.kind}"
        match self.kind:
            case "check":
                return f"{line} default {'true' if self.default else 'false'}"
            case "spin":
                return f"{line} default {self.default} min {self.low} max {self.high}"
            case "string":
                return f"{line} default {self.default or EMPTY}"
        return line

    def read(self, text: str | None) -> Value:
        """The value that a text stands for; InvalidParameter says what is accepted."""
        if self.kind == "button":
            return True
        if self.kind == "string":
            return "" if text is None or text == EMPTY else text
        if self.kind == "check":
            if text is None or text.lower() not in ("true", "false"):
                raise InvalidParameter(f"option {self.name} is true or false, not {shorten(text)}")
            return text.lower() == "true"
        if text is None or not re.fullmatch(r"[+-]?[0-9]{1,18}", text) or not self.low <= int(text) <= self.high:
            accepted = f"a whole number from {self.low} to {self.high}"
            raise InvalidParameter(f"option {self.name} is {accepted}, not {shorten(text)}")
        return int(text)


class Options:
    """All options of an engine with their values. Names are compared without regard to case and spaces."""

    def __init__(self, options: list[Option]) -> None:
        self.options = {_plain(option.name): option for option in options}
        self.values: dict[str, Value] = {_plain(option.name): option.default for option in options}

    def parse(self, words: list[str]) -> tuple[Option, Value]:
        """What `setoption` is asked for by the `words` after it: `name … value …`."""
        if not words or words[0] != "name" or len(words) == 1 or words[1] == "value":
            raise InvalidParameter("setoption wants: setoption name NAME value VALUE")
        end = words.index("value", 2) if "value" in words[2:] else len(words)
        name = " ".join(words[1:end])
        option = self.options.get(_plain(name))
        if option is None:
            raise unknown("option", shorten(name, quoted=False), [known.name for known in self.options.values()])
        return option, option.read(" ".join(words[end + 1 :]) if end < len(words) else None)

    def set(self, option: Option, value: Value) -> None:
        """Gives an option its value."""
        self.values[_plain(option.name)] = value

    def text(self, name: str) -> str:
        """The value of a string option."""
        return str(self.values[_plain(name)])

    def number(self, name: str) -> int:
        """The value of a spin option."""
        return int(self.values[_plain(name)])

    def flag(self, name: str) -> bool:
        """The value of a check option; false where there is none of that name."""
        return bool(self.values.get(_plain(name), False))


def _plain(name: str) -> str:
    return name.lower().replace(" ", "")
