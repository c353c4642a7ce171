"""The card of a network that ships: what made it, from what, and how it has played."""

import types
import typing
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from tengen.core.errors import InvalidCheckpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Opponent:
    """A match that the network has played, as the network sees it."""

    game: str
    opponent: str
    """The other agent's text."""
    command: str | None
    """What was typed to play it; None is not known, here and in a card."""
    games: int
    wins: int
    draws: int
    losses: int
    score: float
    """Points per game, a draw being half of one."""
    low: float
    high: float
    """Bounds of its 95 % interval."""
    simulations: int | None
    """Of the network, for each move; None where it had time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What the network, and agents beside it, made of a game for one over the same starts."""

    game: str
    agent: str
    """`zoo:NAME` for the network itself."""
    command: str | None
    games: int
    mean: float
    """Mean return, not discounted."""
    low: float
    high: float
    """Bounds of its 95 % interval."""
    steps: float
    """Mean length of a game."""
    simulations: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that is known of a network in the zoo; None is what is not known."""

    name: str
    game: str
    """The text of the game that it was trained on."""
    command: str | None
    """What was typed to make it, a line for each start."""
    commit: str | None
    """The source that made it."""
    machine: str | None
    """What it ran on, in words."""
    minutes: float | None
    games: int | None
    positions: int | None
    """Positions of self-play."""
    evaluations: int | None
    """Positions that the network judged in self-play."""
    parameters: int
    date: str | None
    """The day on which training ended, such as 2026-11-22, UTC."""
    opponents: tuple[Opponent, ...] = ()
    returns: tuple[Return, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For a checkpoint's header and for programs."""
        found = asdict(self)
        return found | {name: list(found[name]) for name in ("opponents", "returns")}

    @classmethod
    def from_json(cls, where: object, found: object) -> Self:
        """The card that `to_json` wrote; InvalidCheckpoint says what is wrong with that of `where`."""
        lists: dict[str, type[Opponent] | type[Return]] = {"opponents": Opponent, "returns": Return}
        if not isinstance(found, dict) or not all(isinstance(found.get(name), list) for name in lists):
            raise InvalidCheckpoint(f"{where} has a damaged card: an object with opponents and returns is expected")
        parts = {
            name: tuple(_build(where, kind, f"{name}[{place}].", part) for place, part in enumerate(found[name]))
            for name, kind in lists.items()
        }
        card: Self = _build(where, cls, "", found | parts)
        return card


def _build(where: object, kind: type[Any], prefix: str, found: object) -> Any:
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    if not isinstance(found, dict) or set(found) != names:
        odd = sorted(names ^ set(found)) if isinstance(found, dict) else []
        raise InvalidCheckpoint(f"{where} has a damaged card: {prefix}{{…}} lacks or has too much: {', '.join(odd)}")
    for name, value in found.items():
        if not _fits(value, hints[name]):
            raise InvalidCheckpoint(f"{where} has a damaged card: {prefix}{name} is {str(value)[:40]!r}")
    return kind(**found)


def _fits(value: object, hint: Any) -> bool:
    """Whether JSON gave what a field wants; a tuple's parts were built before."""
    if isinstance(hint, types.UnionType):
        return any(_fits(value, part) for part in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return isinstance(value, tuple)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint
