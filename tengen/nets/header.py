"""The JSON in front of Tengen's safetensors files: read without torch and without the tensors."""

import json
from pathlib import Path
from typing import Any

from tengen.core.errors import InvalidCheckpoint

LONGEST = 1 << 24
"""Bytes of a header; a file that says more is none of ours."""


def read_header(path: str | Path) -> dict[str, Any]:
    """What a checkpoint says of itself: `game`, `network`, `provenance`, perhaps `card`; its checksum is not checked.

    InvalidCheckpoint if there is no such file or it is none.
    """
    try:
        with open(path, "rb") as file:
            length = file.read(8)
            data = length + file.read(min(int.from_bytes(length, "little"), LONGEST))
    except FileNotFoundError as error:
        raise InvalidCheckpoint(f"there is no file {path}") from error
    except OSError as error:
        raise InvalidCheckpoint(f"{path} cannot be read: {error.strerror}") from error
    header = parse_note(path, data).get("header")
    if not isinstance(header, dict) or not isinstance(header.get("game"), str):
        raise InvalidCheckpoint(f"{path} is no checkpoint of Tengen: its header does not say so")
    return header


def parse_note(path: str | Path, data: bytes) -> dict[str, Any]:
    """Tengen's entry in a safetensors file, whose first 8 bytes are the length of the JSON that follows."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8 or data[8:9] != b"{":
        raise InvalidCheckpoint(f"{path} is cut short or no safetensors file")
    try:
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__")
        note = json.loads(metadata["tengen"]) if isinstance(metadata, dict) and "tengen" in metadata else {}
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidCheckpoint(f"{path} is damaged: its header is no JSON") from error
    return note if isinstance(note, dict) else {}
