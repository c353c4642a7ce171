"""GTP 2 as text: what a line asks, how an answer is framed, and the simple entities of the protocol.

Source: G. Farnebäck, "Specification of the Go Text Protocol, version 2, draft 2", sections 2 and 3.
"""

import re
from dataclasses import dataclass

from tengen.core.errors import TengenError

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ID = re.compile(r"\d+(?=\s|$)")
PLAYERS = {"b": 0, "black": 0, "w": 1, "white": 1}
"""Colours in lower case, as player numbers."""


class Refusal(TengenError):
    """Why a command fails; the text after the question mark."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command."""

    id: str
    """The number before the command as it was sent, or empty."""
    command: str
    arguments: list[str]


def parse_request(line: str) -> Request | None:
    """What a line asks for; None for an empty line or a comment, which get no answer."""
    text = _CONTROL.sub("", line.partition("#")[0].replace("\t", " ")).strip()
    number = _ID.match(text)
    identity = number.group() if number else ""
    words = text[len(identity) :].split()
    if not words:
        return Request(identity, "", []) if identity else None
    return Request(identity, words[0], words[1:])


def answer(request: Request, body: str) -> str:
    """A success, with the one blank line that ends it."""
    return _framed("=", request, body)


def refusal(request: Request, message: str) -> str:
    """A failure, with the one blank line that ends it."""
    return _framed("?", request, message)


def _framed(status: str, request: Request, body: str) -> str:
    lines = [_CONTROL.sub("", line).rstrip() for line in body.expandtabs().splitlines()]
    # An empty line would end the answer early; the others drop out, since no answer of ours needs them.
    body = "\n".join(line for line in lines if line)
    return f"{status}{request.id}{' ' + body if body else ''}\n\n"


def integer(word: str, what: str) -> int:
    """An argument that must be an integer."""
    try:
        return int(word)
    except ValueError:
        raise Refusal(f"{what} not an integer") from None


def number(word: str, what: str) -> float:
    """An argument that must be a finite float."""
    try:
        value = float(word)
    except ValueError:
        raise Refusal(f"{what} not a float") from None
    if value - value != 0:
        raise Refusal(f"{what} not a float")
    return value


def colour(word: str) -> int:
    """An argument that must be a colour: 0 for Black, 1 for White."""
    if word.lower() not in PLAYERS:
        raise Refusal("invalid color")
    return PLAYERS[word.lower()]
