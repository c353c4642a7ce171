"""Variants of a training run: settings that differ from a base, from a TOML file or from text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tengen.core.errors import InvalidParameter, TengenError
from tengen.selfplay import settings as settings_module
from tengen.selfplay.settings import Settings

BASE = "base"
"""The variant that changes nothing."""

NAME = re.compile(r"[\w.+=-]{1,80}", re.ASCII)
"""What a variant may be called: its runs are folders."""

FIXED = ("game", "seed", "minutes", "positions", "evaluations")
"""Settings that all variants share: what is played, and how long they train."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to train."""

    name: str
    settings: Settings
    changes: dict[str, str]
    """Settings that are not the base's, as TOML values."""


def read_variants(base: Settings, texts: Sequence[str]) -> list[Variant]:
    """The base and the variants that the texts name; InvalidParameter or UnknownName says which is wrong, and why.

    texts  TOML files with the settings that differ, named by the file's stem; or `key=value`, several joined by `;`,
           with `name:` in front or named by what they say
    """
    variants = [Variant(BASE, base, {})]
    for text in texts:
        variant = _read(base, text)
        if variant.name in (known.name for known in variants):
            raise InvalidParameter(f"two variants are called {variant.name}: write another name, as in name:key=value")
        variants.append(variant)
    return variants


def _read(base: Settings, text: str) -> Variant:
    table: dict[str, Any] = {}
    if text.endswith(".toml") and "=" not in text:
        name = Path(text).stem
        table = settings_module.read_toml(Path(text))
    else:
        name, colon, rest = text.partition(":")
        if not colon or "=" in name:
            name, rest = "", text
        parts = [part.strip() for part in rest.split(";") if part.strip()]
        if not parts or not all("=" in part for part in parts):
            raise InvalidParameter(
                f"{text!r} is no variant: name a TOML file, or write key=value;key=value, with name: in front or not"
            )
        settings_module.parse_overrides(parts, table)
        name = name or "+".join(re.sub(r"[^\w.=-]", "", re.sub(r"^.*\.(?=\w+\s*=)", "", part)) for part in parts)[:80]
    if not NAME.fullmatch(name):
        raise InvalidParameter(f"{name!r} is no name for a variant: letters, digits and . + = - _, up to 80 of them")
    try:
        settings = settings_module.overlay(base, table)
    except TengenError as error:
        raise type(error)(f"variant {name}: {error}") from None
    for key in FIXED:
        if getattr(settings, key) != getattr(base, key):
            raise InvalidParameter(f"variant {name}: {key} is the same for all, {getattr(base, key)!r}")
    return Variant(name, settings, settings_module.differences(settings, base))
