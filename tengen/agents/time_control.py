"""Time controls as short texts: `60+0.6`, `40/300`, `60+5x10`, `60+25/300`, `move=1`, `nodes=800`."""

import math
import re
from dataclasses import dataclass

from tengen.core.errors import InvalidParameter

ACCEPTED = (
    "move=1 (a move), 60 (a game), 60+0.6 (with an increment), 40/300 (40 moves in 300 s, and again), "
    "60+5x10 (then 5 periods of 10 s), 60+25/300 (then 25 moves in 300 s), nodes=800; in seconds, or 5m, 500ms"
)
"""What a text may say, in words."""

LONGEST = 1e6
"""Seconds that a control may name."""

MOST = 10_000_000
"""Nodes, moves or periods that it may name."""

_TIME = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ms|s|m|h|)"
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_FORM = re.compile(
    rf"(?:(?P<moves>[0-9]+)/)?(?P<main>{_TIME})"
    rf"(?:\+(?:(?P<periods>[0-9]+)x(?P<period>{_TIME})|(?P<stones>[0-9]+)/(?P<canadian>{_TIME})|(?P<increment>{_TIME})))?"
)
_OVERTIME_ALONE = re.compile(rf"[0-9]+x{_TIME}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeControl:
    """The time of one player for a game, seconds, or the nodes of each move; what is absent does not limit it."""

    move: float | None = None
    """Seconds for each move; the fields of the main time and of overtime say nothing then."""
    main: float | None = None
    """Seconds for the game, or for `moves` moves."""
    moves: int = 0
    """So many moves get `main` again, unused time being kept; 0 where it is for the whole game."""
    increment: float = 0.0
    """Added after each move."""
    periods: int = 0
    """Byoyomi: how many periods of `period` seconds follow the main time. A move within one leaves it whole."""
    stones: int = 0
    """Canadian overtime: moves to be made in each period of `period` seconds, which follow the main time."""
    period: float = 0.0
    nodes: int | None = None
    """Nodes of a search, or simulations, at most."""

    @property
    def timed(self) -> bool:
        """Whether a clock runs."""
        return self.move is not None or self.main is not None

    def __str__(self) -> str:
        said = []
        if self.move is not None:
            said.append(f"move={_plain(self.move)}")
        elif self.main is not None:
            moves = f"{self.moves}/" if self.moves else ""
            after = f"+{_plain(self.increment)}" if self.increment else ""
            after = f"+{self.periods}x{_plain(self.period)}" if self.periods else after
            after = f"+{self.stones}/{_plain(self.period)}" if self.stones else after
            said.append(f"{moves}{_plain(self.main)}{after}")
        if self.nodes is not None:
            said.append(f"nodes={self.nodes}")
        return ",".join(said)


def parse_time_control(text: str) -> TimeControl:
    """Reads a text such as `60+0.6` or `move=1,nodes=800`; InvalidParameter says what is accepted."""
    fields: dict[str, float | int] = {}
    for part in (part.strip() for part in text.strip().lower().split(",")):
        found = _read(part)
        if found is None or found.keys() & fields.keys() or {"move", "main"} <= (fields.keys() | found.keys()):
            raise InvalidParameter(f"{text[:60]!r} is no time control: {ACCEPTED}")
        fields |= found
    return TimeControl(**fields)  # type: ignore[arg-type]


def _read(part: str) -> dict[str, float | int] | None:
    """The fields that one part of a text names; None where it is wrong."""
    name, equals, value = part.partition("=")
    if equals:
        if name.strip() == "nodes":
            nodes = _count(value.strip())
            return None if nodes is None else {"nodes": nodes}
        seconds = _seconds(value.strip()) if name.strip() == "move" else None
        return None if seconds is None else {"move": seconds}
    if _OVERTIME_ALONE.fullmatch(part):  # byoyomi from the first move on
        part = f"0+{part}"
    match = _FORM.fullmatch(part)
    if match is None:
        return None
    found: dict[str, float | int | None] = {"main": _seconds(match["main"], least=0.0)}
    if match["moves"] is not None:
        found["moves"] = _count(match["moves"])
    if match["periods"] is not None:
        found |= {"periods": _count(match["periods"]), "period": _seconds(match["period"])}
    elif match["stones"] is not None:
        found |= {"stones": _count(match["stones"]), "period": _seconds(match["canadian"])}
    elif match["increment"] is not None:
        found["increment"] = _seconds(match["increment"], least=0.0)
    has_overtime = "period" in found
    if has_overtime and "moves" in found:
        return None
    if found["main"] == 0.0 and not has_overtime and not found.get("increment"):
        return None
    known = {key: value for key, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def _plain(seconds: float) -> str:
    """Seconds to the millisecond, as a text has them."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MOST else None


def _seconds(text: str, *, least: float = 1e-3) -> float | None:
    match = re.fullmatch(r"([0-9.]+)(ms|s|m|h|)", text)
    if match is None or match[1].count(".") > 1 or match[1] == ".":
        return None
    seconds = round(float(match[1]) * _UNITS[match[2]], 3)
    return seconds if least <= seconds <= LONGEST and math.isfinite(seconds) else None
