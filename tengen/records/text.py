"""Text of game files: which encoding it is in, its lines, and pieces of it for messages."""

import codecs
import re
from collections.abc import Iterator

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HALF_KATAKANA = re.compile("[\uff61-\uff9f]")


def decode_japanese(data: bytes) -> str:
    """The text of a Japanese file: by its byte order mark, else UTF-8, EUC-JP or Shift-JIS, whichever it fits.

    What a file says of its own encoding is not asked: it is wrong too often. Bytes that fit nowhere become replacement
    characters.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    text = data.decode("cp932", errors="replace")
    if "\ufffd" not in text and not _HALF_KATAKANA.search(text):
        return text
    try:  # EUC-JP read as Shift-JIS is mostly half-width katakana
        other = data.decode("euc_jp")
    except UnicodeDecodeError:
        return text
    return text if _HALF_KATAKANA.search(other) else other


def decode_western(data: bytes) -> str:
    """The text of a Western file: by its byte order mark, else UTF-8, else Latin-1."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def without_surrogates(text: str) -> str:
    """The text with `?` for lone surrogates, which no file can hold, and without a byte order mark."""
    return text.removeprefix("\ufeff").encode(errors="replace").decode()


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers from 1; only the line ends of files count as such."""
    return enumerate(re.split(r"\r\n|\n|\r", text), start=1)


def one_line(text: str) -> str:
    """A text as it may stand in a header: its line breaks made spaces, nothing else changed."""
    return re.sub(r"[\r\n]+", " ", text).strip()


def short(text: str, length: int = 40) -> str:
    """A text for a message: one line, printable, not long."""
    line = " ".join(text[: 4 * length].split())
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line if len(line) <= length and len(text) <= 4 * length else line[: length - 3] + "..."
