"""The errors that a user can cause. Each is a ValueError whose message is one line."""

import difflib
from collections.abc import Iterable


class TengenError(ValueError):
    """Something that a person or another program got wrong; the message says what, where and what is accepted."""


class UnknownName(TengenError):
    """A game, agent, preset, rule set or setting that does not exist."""


class InvalidParameter(TengenError):
    """A parameter that is not of the right type or out of its range."""


class InvalidMove(TengenError):
    """A text that is no move in the game's notation."""


class IllegalMove(TengenError):
    """A well-formed move that the rules forbid here."""


class InvalidPosition(TengenError):
    """A text that does not describe a position of the game."""


class InvalidRecord(TengenError):
    """A game record, SGF text or replay shard that is damaged or cannot be replayed."""


class InvalidCheckpoint(TengenError):
    """A checkpoint that is damaged, of another game or of another format version."""


class EngineError(TengenError):
    """An external engine that hung, crashed or broke its protocol."""


class MissingExtra(TengenError):
    """An optional library is absent; the message names the `pip install` that brings it."""


def unknown(kind: str, word: str, known: Iterable[str]) -> UnknownName:
    """The error for a `word` that names no `kind`: with the nearest right one and all that are known."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return UnknownName(f"unknown {kind} {word!r}{hint} (known: {', '.join(names) or 'none'})")
