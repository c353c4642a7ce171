"""The short texts that name agents, the same in every command: `uct:sims=2000`, `zoo:go9,time=1s`, `gtp:gnugo …`.

A text is read without loading anything, so that a mistake shows before a long job begins.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tengen.agents.zoo import zoo_file
from tengen.core.errors import InvalidParameter, unknown
from tengen.protocols.process import split_command

Value = int | float | bool | str


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000_000:
        raise ValueError("a whole number from 1 to 10000000")
    return int(text)


def _positive(text: str) -> float:
    value = _number(text)
    if not 0.0 < value < 1e6:
        raise ValueError("a number above 0")
    return value


def _not_negative(text: str) -> float:
    value = _number(text)
    if not 0.0 <= value < 1e6:
        raise ValueError("a number, 0 or above")
    return value


def _fraction(text: str) -> float:
    value = _number(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError("a number from 0 to 1")
    return value


def _number(text: str) -> float:
    if not re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", text):
        raise ValueError("a number")
    return float(text)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"([0-9]*\.?[0-9]+)(ms|s|m|)", text)
    if match is None or float(match[1]) == 0.0:
        raise ValueError("a time such as 2s, 0.5s, 500ms or 1m")
    return float(match[1]) * {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}[match[2]]


def _flag(text: str) -> bool:
    words = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise ValueError("on or off")
    return words[text.lower()]


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(" or ".join(words))
        return text

    return read


ENGINES = ("auto", "torch", "torch-float32", "openvino", "openvino-float32", "openvino-int8")
"""How a network is run, as `NetworkEvaluator` names it."""

SEARCH_SETTINGS: dict[str, Callable[[str], Value]] = {
    "sims": _count,
    "time": _seconds,
    "temperature": _not_negative,
    "temperature_plies": _count,
    "solver": _flag,
    "reuse": _flag,
    "resign": _fraction,
    "open": _flag,
}
"""Settings of every agent that searches, with what reads them."""

UCT_SETTINGS = SEARCH_SETTINGS | {"c": _positive, "playouts": _count, "plies": _count, "proof": _not_negative}

NETWORK_SETTINGS = SEARCH_SETTINGS | {
    "policy": _one_of("puct", "gumbel"),
    "considered": _count,
    "c": _positive,
    "lcb": _not_negative,
    "leaves": _count,
    "engine": _one_of(*ENGINES),
}


EXTERNAL_SETTINGS: dict[str, Callable[[str], Value]] = {
    "time": _seconds,
    "nodes": _count,
    "depth": _count,
    "timeout": _seconds,
}
"""Settings of UCI and USI engines that are ours; all others are the engine's options."""


@dataclass(frozen=True, slots=True)
class AgentText:
    """What a text says, checked as far as it goes without loading anything."""

    text: str
    kind: str
    """`random`, `uct`, `human`, `gtp`, `uci`, `usi`, one of `LEARNED`, or `network`."""
    source: str = ""
    """The file of a checkpoint or a policy, or the engine's command line."""
    settings: dict[str, Value] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    """What is to be set of an engine's own options, unchecked: only the engine knows them."""

    def number(self, name: str, usual: float) -> float:
        """A setting that is a number, or what is usual."""
        value = self.settings.get(name, usual)
        assert not isinstance(value, str)
        return float(value)

    def flag(self, name: str) -> bool:
        """A setting that is on unless the text says otherwise."""
        return self.settings.get(name, True) is True


def parse_agent(text: str) -> AgentText:
    """Reads an agent's text; UnknownName or InvalidParameter say in one line what is wrong with it."""
    text = text.strip()
    head, colon, rest = text.partition(":")
    if head == "gtp" and colon:
        return _engine(text, head, rest)
    if head in ("uci", "usi") and colon:
        return _engine_with_options(text, head, rest)
    if head in LEARNED and colon:
        return AgentText(text, head, str(policy_file(rest)))
    if head in PLAIN_KINDS:
        return AgentText(text, head, settings=_settings(text, rest, PLAIN_KINDS[head]))
    if head == "zoo":
        name, _, settings = rest.partition(",")
        return AgentText(text, "network", str(zoo_file(name)), _settings(text, settings, NETWORK_SETTINGS))
    path, _, settings = text.partition(",")
    if not _is_path(path):
        raise unknown("agent", head, KINDS) if head else InvalidParameter(f"{text!r} names no agent")
    return AgentText(text, "network", str(checkpoint_file(path)), _settings(text, settings, NETWORK_SETTINGS))


PLAIN_KINDS: dict[str, dict[str, Callable[[str], Value]]] = {"human": {}, "random": {}, "uct": UCT_SETTINGS}
"""Kinds that need no file, with their settings."""

LEARNED = ("a2c", "double-dqn", "dqn", "evolution", "q-learning", "reinforce")
"""Methods of the baselines; `METHOD:FILE` plays what one has learned."""

KINDS = ["human", "random", "uct:sims=N", "zoo:NAME", "RUN_FOLDER", "FILE.safetensors", "gtp:COMMAND"]
KINDS += ["uci:COMMAND", "usi:COMMAND", *(f"{method}:FILE" for method in LEARNED)]
"""The kinds of agents as a message lists them."""


def _is_path(text: str) -> bool:
    return bool(text) and ("/" in text or "\\" in text or text.endswith(".safetensors") or Path(text).exists())


def checkpoint_file(path: str) -> Path:
    """The checkpoint that a file or a run folder stands for: a run's newest."""
    given = Path(path)
    if given.is_dir():
        folder = given / "checkpoints" if (given / "checkpoints").is_dir() else given
        found = sorted(folder.glob("*.safetensors"))
        if not found:
            raise InvalidParameter(f"{path} holds no checkpoint (looked for {folder / '*.safetensors'})")
        return found[-1]
    if not given.is_file():
        raise InvalidParameter(f"no checkpoint or run folder {path}")
    return given


def network_file(text: str) -> Path:
    """The checkpoint that `zoo:NAME`, a run folder or a file stands for, where an agent's settings have no meaning."""
    parsed = parse_agent(text)
    if parsed.kind != "network" or parsed.settings:
        raise InvalidParameter(f"{text!r} is no network: zoo:NAME, a run or a checkpoint is accepted, without settings")
    return Path(parsed.source)


def policy_file(path: str) -> Path:
    """The file of a baseline's policy, given itself or by the folder of its run."""
    given = Path(path)
    found = given / "policy.safetensors" if given.is_dir() else given
    if not path or not found.is_file():
        raise InvalidParameter(f"there is no policy {str(found)[:200]}: a run of `tengen learn` or its file is needed")
    return found


def _engine(text: str, kind: str, rest: str) -> AgentText:
    settings: dict[str, Value] = {}
    match = re.fullmatch(r"(.*?),\s*timeout=([^,\s]*)\s*", rest)
    if match is not None:
        rest = match[1]
        settings = _settings(text, f"timeout={match[2]}", {"timeout": _seconds})
    split_command(rest)
    return AgentText(text, kind, rest.strip(), settings)


def _engine_with_options(text: str, kind: str, rest: str) -> AgentText:
    """Splits at commas outside quotes: a command line, then settings of ours and options of the engine's."""
    command, *pairs = (piece.strip() for piece in re.findall(r"""(?:[^,"']|"[^"]*"|'[^']*'|["'])+""", rest) or [""])
    split_command(command)
    ours: list[str] = []
    options: dict[str, str] = {}
    for pair in filter(None, pairs):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if name in EXTERNAL_SETTINGS:
            ours.append(pair)
        elif not name or len(pair) > 1000 or "\n" in pair or "\r" in pair:
            raise InvalidParameter(f"{pair[:40]!r} in an agent's text is no option: write name=value")
        else:
            options[name] = value if equals else ""
    return AgentText(text, kind, command, _settings(text, ",".join(ours), EXTERNAL_SETTINGS), options)


def _settings(text: str, pairs: str, known: dict[str, Callable[[str], Value]]) -> dict[str, Value]:
    """The settings after the agent's name: `name=value,…`."""
    found: dict[str, Value] = {}
    for pair in filter(None, (part.strip() for part in pairs.split(","))):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not known:
            raise InvalidParameter(f"the agent {text.partition(':')[0]!r} takes no settings, but was given {pair!r}")
        if not equals:
            raise InvalidParameter(f"{pair!r} in {text!r} is no setting: write name=value")
        if name not in known:
            raise unknown(f"setting of {text!r}", name, known)
        try:
            found[name] = known[name](value)
        except ValueError as error:
            raise InvalidParameter(f"{name}={value} in {text!r} is wrong: {name} is {error}") from None
    return found
