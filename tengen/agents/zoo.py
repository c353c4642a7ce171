"""The networks that ship with Tengen, and which of them plays a game where nobody was named."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tengen.core.errors import UnknownName, unknown
from tengen.nets.header import read_header

if TYPE_CHECKING:
    from tengen.games.game import Game
    from tengen.nets.card import Card

ZOO = Path(__file__).resolve().parent.parent / "zoo"
"""Their folder: NAME.safetensors."""

ROLLOUTS = "uct:sims=1000"
EMULATED_ROLLOUTS = "uct:sims=100"
"""Who plays where no network fits: fewer rollouts where an emulator makes them slow."""


def zoo_names() -> list[str]:
    """The networks that ship with Tengen."""
    return sorted(path.stem for path in ZOO.glob("*.safetensors"))


def zoo_file(name: str) -> Path:
    """The file of a network that ships with Tengen."""
    if name not in zoo_names():
        if not zoo_names():
            raise UnknownName(f"unknown network 'zoo:{name}': no networks are installed in {ZOO}")
        raise unknown("network of the zoo", name, zoo_names())
    return ZOO / f"{name}.safetensors"


def zoo_card(name: str) -> "Card":
    """The card of a network that ships; InvalidCheckpoint if it has none or a damaged one."""
    from tengen.nets.card import Card

    path = zoo_file(name)
    return Card.from_json(path, read_header(path).get("card"))


@dataclass(frozen=True, slots=True)
class Usual:
    """Who plays a game where nobody was named."""

    text: str
    note: str = ""
    """What one should know of the choice, in one line; mostly nothing."""


def usual_agent(game: "Game") -> Usual:
    """The network that ships for a game, else rollouts.

    A network of Go plays every size: the one of the nearest is taken, of two the larger. Who learned a game for one
    knows that one alone.
    """
    from tengen.games.emulated import EmulatedGame

    name, trained_on = _network_for(game)
    if not name:
        return Usual(EMULATED_ROLLOUTS if isinstance(game, EmulatedGame) else ROLLOUTS)
    size, own = game.parameters.get("size"), trained_on.parameters.get("size")
    if size == own:
        return Usual(f"zoo:{name}")
    return Usual(f"zoo:{name}", f"zoo:{name} was trained on {own}x{own}: the nearest to {size}x{size} that ships")


def agent_for(game: "Game", agent: str | None, rollouts: str | None = None) -> str:
    """The agent that was named, else the usual one, whose note goes to the standard error stream.

    rollouts  who plays instead of `uct` of the usual effort where no network fits
    """
    if agent is not None:
        return agent
    usual = usual_agent(game)
    if usual.note:
        print(f"tengen: {usual.note}", file=sys.stderr, flush=True)
    return rollouts if rollouts is not None and usual.text == ROLLOUTS else usual.text


def _network_for(game: "Game") -> "tuple[str, Game]":
    """The name of the network and the game that it was trained on; no name where none fits."""
    from tengen.games.registry import as_seen_by, make
    from tengen.nets.config import NetConfig

    fitting = []
    for name in zoo_names():
        header = read_header(ZOO / f"{name}.safetensors")
        text = str(header["game"])
        if text.partition(":")[0] != game.name:
            continue
        trained_on = make(text)
        if game.num_players == 1 and trained_on != game:
            continue
        if NetConfig.from_json(json.dumps(header.get("network"))).fits(as_seen_by(game, text)):
            fitting.append((_distance(game, trained_on), name, trained_on))
    if not fitting:
        return "", game
    _, name, trained_on = min(fitting, key=lambda found: found[0])
    return name, trained_on


def _distance(game: "Game", trained_on: "Game") -> tuple[int, int]:
    """How far a network's board is from a game's, and what decides between two equally far."""
    size, own = game.parameters.get("size"), trained_on.parameters.get("size")
    if not isinstance(size, int) or not isinstance(own, int):
        return 0, 0
    return abs(size - own), -own
