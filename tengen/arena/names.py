"""Short names of agents for tables: what tells them apart, without what they have in common."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePath

WIDTH = 24
"""Characters that a name may have in a table."""

LEAST = 12
"""Characters that are left of the program's or network's own name, however much its settings have to tell."""


def short_names(names: Sequence[str], width: int = WIDTH) -> list[str]:
    """A name of at most `width` characters for each agent's text, all different where the texts are.

    Texts that fit stay as they are. Of others what matters is kept: the program or the network, and those of its
    settings that differ from those of the others of the same name.
    """
    split = [_split(name) for name in names]
    alike: dict[str, list[list[str]]] = defaultdict(list)
    for head, words, _ in split:
        alike[head].append(words)
    short = []
    for name, (head, words, mark) in zip(names, split, strict=True):
        if len(name) <= width:
            short.append(name)
            continue
        others = alike[head]
        telling = [word for word in words if len(others) == 1 or any(word not in each for each in others)]
        if len(" ".join([head, *telling])) > width - len(mark):
            alone = [word for word in telling if sum(word in each for each in others) == 1]
            telling = sorted(alone, key=len)[:1] or telling  # one word that no other has says enough
        rest = "".join(f" {word}" for word in telling)
        room = max(width - len(mark) - len(rest), LEAST)
        short.append(_cut(_cut(head, room) + rest, width - len(mark)) + mark)
    seen = Counter(short)
    return [
        f"{_cut(name, width - len(str(place)) - 3)} ({place})" if seen[name] > 1 else name
        for place, name in enumerate(short, 1)
    ]


def _split(name: str) -> tuple[str, list[str], str]:
    """The program or network of a text, its settings, and the mark ` #2` of a text that comes again."""
    mark = re.search(r" #\d+$", name)
    text = name[: mark.start()] if mark else name
    kind, colon, rest = text.partition(":")
    if colon and kind in ("gtp", "uci", "usi"):
        command, *settings = rest.split(",")
        words: list[str] = []
        for piece in command.split()[1:]:
            if words and words[-1].startswith("-") and " " not in words[-1] and not piece.startswith("-"):
                words[-1] += f" {piece}"  # an option and its value
            else:
                words.append(piece)
        program = PurePath(command.split()[0]).name
        if program.startswith("python") and words and not words[0].startswith("-"):
            program = PurePath(words.pop(0)).name  # the script says more than its interpreter
        return program, [word.strip().lstrip("-") for word in words + settings], mark[0] if mark else ""
    head, *settings = text.split(",")
    if "/" in head:
        parts = [part for part in PurePath(head).parts if part != "checkpoints"]
        head = "/".join(parts[-2:]).removesuffix(".safetensors")
    return head, settings, mark[0] if mark else ""


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
