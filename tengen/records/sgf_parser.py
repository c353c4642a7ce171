"""SGF text to a tree of nodes and back, for any game: FF[4], and FF[3] as it is found in the wild.

Values are kept as they are written, escapes and all, since only who knows a property's type can tell what is an
escape; `text` and `simple_text` read them. Nothing here recurses: files nest as deep as they like.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tengen.core.errors import InvalidRecord


@dataclass(slots=True, eq=False, repr=False)
class SgfNode:
    """One node: its properties, and its children, of which the first goes on with the main line."""

    properties: dict[str, list[str]] = field(default_factory=dict)
    """Values by identifier, as written between the brackets; lower-case letters of identifiers are left out."""
    children: list["SgfNode"] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The first value of a property as free text, its escapes and line breaks resolved; empty if absent."""
        return text(self.properties[name][0]) if name in self.properties else ""

    def simple_text(self, name: str) -> str:
        """The first value of a property as one line, spaces around it left out; empty if absent."""
        return simple_text(self.properties[name][0]) if name in self.properties else ""

    def main_line(self) -> list["SgfNode"]:
        """This node, its first child, the first child of that, and so on to the end."""
        line = [self]
        while line[-1].children:
            line.append(line[-1].children[0])
        return line


_GAME = re.compile(r"\(\s*;")
_SPACE = re.compile(r"[\s\x00]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_VALUE = re.compile(r"\s*\[([^\]\\]*+(?:\\.[^\]\\]*+)*+)\]", re.DOTALL)
_OPEN_VALUE = re.compile(r"\s*\[")
_BREAK = re.compile(r"\r\n|\n\r|\r|\n")
_ESCAPE = re.compile(r"\\(\r\n|\n\r|.)", re.DOTALL)
_CHARSET = re.compile(rb"(?<![A-Za-z])CA\s*\[\s*([^\]\s]{1,40})\s*\]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950"}
"""Encodings that hold all of another: what a file that names the smaller one is likely to be written in."""
_NOT_FOR_FILES = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}


def decode(data: bytes, encoding: str | None = None) -> str:
    """The text of a file: by its byte order mark, else as its CA property says, else UTF-8, else Latin-1.

    `encoding`, where given, goes before all but the mark. Bytes that fit nowhere become replacement characters.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    said = encoding
    if said is None:
        found = _CHARSET.search(data, 0, 1 << 16)
        said = found[1].decode("ascii", errors="replace") if found else ""
    declared = _codec(said)
    if encoding is not None and declared is None:
        raise InvalidRecord(f"{encoding!r} is no encoding of text, such as utf-8, shift_jis or gb18030")
    for strict in filter(None, (declared, "utf-8")):
        try:
            return data.decode(strict)
        except UnicodeError:
            continue
    return data.decode("latin-1" if declared in (None, "ascii", "utf-8") else declared, errors="replace")


def parse(text: str) -> list[SgfNode]:
    """The root of each game in a text; InvalidRecord says in which line and column it goes wrong.

    Whatever stands before, between and after the games is skipped.
    """
    games = []
    start = _GAME.search(text)
    if start is None:
        raise InvalidRecord("no game in this text: an SGF game begins with '(;'")
    while start is not None:
        root, end = _parse_game(text, start.start())
        games.append(root)
        start = _GAME.search(text, end)
    return games


def serialize(games: Iterable[SgfNode]) -> str:
    """The text of whole trees, variations too; `parse` reads it. Ten moves a line."""
    parts: list[str] = []
    for root in games:
        todo: list[SgfNode | str] = [")\n", root, "("]
        width = 0
        while todo:
            item = todo.pop()
            if isinstance(item, str):
                parts.append(item)
                continue
            if width == 10:
                parts.append("\n")
                width = 0
            width += 1
            parts.append(";")
            for name, values in item.properties.items():
                if values:
                    parts += [name, *(f"[{value}]" for value in values)]
            if len(item.children) == 1:
                todo.append(item.children[0])
            else:
                width = 0
                for child in reversed(item.children):
                    todo += [")", child, "\n("]
    return "".join(parts)


def text(value: str) -> str:
    """A value as free text: soft line breaks joined, escapes resolved, other white space made spaces."""
    pieces = []
    place = 0
    for escape in _ESCAPE.finditer(value):
        pieces.append(_spaces(value[place : escape.start()]))
        pieces.append("" if escape[1] in ("\n", "\r", "\r\n", "\n\r") else _spaces(escape[1]))
        place = escape.end()
    pieces.append(_spaces(value[place:]))
    return "".join(pieces)


def simple_text(value: str) -> str:
    """A value as one line of text, without spaces around it."""
    return text(value).replace("\n", " ").strip()


def escape(value: str) -> str:
    """Text as it may stand between brackets."""
    return value.replace("\\", "\\\\").replace("]", "\\]")


def _codec(name: str) -> str | None:
    """Python's name of a text encoding, or of a wider one; None if it is none."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name.replace("_", "-") in _NOT_FOR_FILES or not info._is_text_encoding:
        return None
    return _WIDER.get(info.name, info.name)


def _spaces(piece: str) -> str:
    return re.sub(r"[^\S\n]", " ", _BREAK.sub("\n", piece))


def _parse_game(text: str, place: int) -> tuple[SgfNode, int]:
    """Reads the game that begins at `place`; returns its root and where it ends."""
    top = SgfNode()
    parent = top
    opened: list[tuple[SgfNode, int]] = []
    closed = False  # a variation has just ended, so that only another or the end may follow
    while True:
        place = _SPACE.match(text, place).end()  # type: ignore[union-attr]
        if place == len(text):
            begun = opened[-1][1]
            raise InvalidRecord(
                f"{_where(text, place)}: cut short: the text ends, but the '(' of {_where(text, begun)} is open"
            )
        sign = text[place]
        if sign == "(":
            opened.append((parent, place))
            closed = False
        elif sign == ")":
            parent, _ = opened.pop()
            closed = True
            if not opened:
                return top.children[0], place + 1
        elif closed:
            raise InvalidRecord(f"{_where(text, place)}: {sign!r} after a variation, where only '(' or ')' may follow")
        elif sign == ";":
            parent.children.append(SgfNode())
            parent = parent.children[-1]
        else:
            if parent is opened[-1][0]:  # a variation without its ';'
                parent.children.append(SgfNode())
                parent = parent.children[-1]
            place = _parse_property(text, place, parent)
            continue
        place += 1


def _parse_property(text: str, place: int, node: SgfNode) -> int:
    """Reads one property with all its values into `node`; returns where it ends."""
    found = _NAME.match(text, place)
    if found is None:
        raise InvalidRecord(f"{_where(text, place)}: unexpected {text[place]!r} where a property such as B[dd] may be")
    written = found[0]
    name = "".join(letter for letter in written if not letter.islower()) or written.upper()
    end = found.end()
    values = node.properties.setdefault(name, [])
    while value := _VALUE.match(text, end):
        values.append(value[1])
        end = value.end()
    if begun := _OPEN_VALUE.match(text, end):
        raise InvalidRecord(f"{_where(text, begun.end() - 1)}: cut short: the value of {written[:20]} has no ']'")
    if end == found.end():
        if not text[end:].strip():
            raise InvalidRecord(f"{_where(text, end)}: cut short after {written[:20]}")
        raise InvalidRecord(f"{_where(text, place)}: property {written[:20]} has no value")
    return end


def _where(text: str, place: int) -> str:
    """Line and column, from 1, of a place in the text."""
    lines = _BREAK.split(text[:place])
    return f"line {len(lines)}, column {len(lines[-1]) + 1}"
