"""Networks on disk: one safetensors file whose header says what the network is for and where it comes from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from tengen.core.errors import InvalidCheckpoint, TengenError
from tengen.core.files import write_bytes
from tengen.games.game import Game
from tengen.games.registry import as_seen_by
from tengen.nets.config import NetConfig
from tengen.nets.header import parse_note
from tengen.nets.network import Network

FORMAT_VERSION = 1
NETWORK_PREFIX = "network."

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network with what is known of it."""

    network: Network
    """In evaluation mode, on the CPU."""
    game_text: str
    """The game that it was trained on, such as `go:size=9,komi=7`."""
    config: NetConfig
    provenance: dict[str, Json]
    """Steps, games, positions, minutes, commit, … of the run that made it."""
    extra_tensors: dict[str, Tensor] = field(default_factory=dict)
    card: dict[str, Json] = field(default_factory=dict)
    """What `nets.card.Card` reads, of a network that ships; empty for others."""


def save_checkpoint(
    path: str | Path,
    network: Network,
    game_text: str,
    provenance: Mapping[str, Json],
    extra_tensors: Mapping[str, Tensor] | None = None,
    card: Mapping[str, Json] | None = None,
) -> None:
    """Writes a checkpoint, whole or not at all; an OSError leaves what was there before."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, checkpoint_bytes(network, game_text, provenance, extra_tensors, card))


def checkpoint_bytes(
    network: Network,
    game_text: str,
    provenance: Mapping[str, Json],
    extra_tensors: Mapping[str, Tensor] | None = None,
    card: Mapping[str, Json] | None = None,
    *,
    half: bool = False,
) -> bytes:
    """The content of a checkpoint's file; `half` keeps weights of convolutions and layers as float16."""
    tensors = {NETWORK_PREFIX + name: tensor for name, tensor in network.state_dict().items()}
    if half:
        tensors = {name: tensor.half() if tensor.ndim > 1 else tensor for name, tensor in tensors.items()}
    header: dict[str, Json] = {
        "game": game_text,
        "network": json.loads(network.config.to_json()),
        "provenance": dict(provenance),
    }
    if card:
        header["card"] = dict(card)
    return to_bytes("checkpoint", tensors | dict(extra_tensors or {}), header)


def load_checkpoint(path: str | Path, game: Game | None = None) -> Checkpoint:
    """Reads a checkpoint; InvalidCheckpoint if it is damaged, of another version or cannot play `game`.

    A network knows no board size and no komi: it fits every game of the same name, planes and actions. What it looks
    at is `registry.as_seen_by(game, checkpoint.game_text)`.
    """
    tensors, header = read_tensors(path, "checkpoint")
    try:
        game_text, provenance, card = header["game"], header["provenance"], header.get("card", {})
        config = NetConfig.from_json(json.dumps(header["network"]))
        network = Network(config)
        state = {name: tensors.pop(NETWORK_PREFIX + name) for name in network.state_dict()}
        network.load_state_dict(state)
    except (KeyError, RuntimeError, TengenError) as error:
        raise InvalidCheckpoint(f"{path} does not hold a network of this version of Tengen") from error
    if not isinstance(game_text, str) or not isinstance(provenance, dict):
        raise InvalidCheckpoint(f"{path} is damaged: its header names no game")
    if not isinstance(card, dict):
        raise InvalidCheckpoint(f"{path} is damaged: its card is no object")
    if game is not None:
        _check_game(path, game_text, config, game)
    return Checkpoint(network.eval(), game_text, config, provenance, tensors, card)


def _check_game(path: str | Path, game_text: str, config: NetConfig, game: Game) -> None:
    name = game_text.partition(":")[0]
    if name != game.name:
        raise InvalidCheckpoint(f"{path} plays {name}, not {game.name}")
    if not config.fits(as_seen_by(game, game_text)):
        wanted = NetConfig.for_game(game)
        raise InvalidCheckpoint(
            f"{path} was trained on {game_text} ({_shape(config)}) and cannot play {game.text} ({_shape(wanted)})"
        )


def _shape(config: NetConfig) -> str:
    return f"{config.planes} planes, {config.actions_per_point} actions a point, {config.extra_actions} more"


def write_tensors(path: str | Path, kind: str, tensors: Mapping[str, Tensor], header: Mapping[str, Json]) -> None:
    """Writes named tensors and a JSON header into one safetensors file, with a checksum of both."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, to_bytes(kind, tensors, header))


def to_bytes(kind: str, tensors: Mapping[str, Tensor], header: Mapping[str, Json]) -> bytes:
    """The content of the file that `write_tensors` writes."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    note = {"kind": kind, "version": FORMAT_VERSION, "sha256": checksum(plain, header), "header": dict(header)}
    return tensors_to_bytes(plain, {"tengen": json.dumps(note)})


def read_tensors(path: str | Path, kind: str) -> tuple[dict[str, Tensor], dict[str, Json]]:
    """Reads what `write_tensors` wrote; InvalidCheckpoint says in one line what is wrong."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InvalidCheckpoint(f"there is no file {path}") from error
    except OSError as error:
        raise InvalidCheckpoint(f"{path} cannot be read: {error.strerror}") from error
    note = parse_note(path, data)
    if note.get("kind") != kind:
        raise InvalidCheckpoint(f"{path} is no {kind} of Tengen: its header does not say so")
    if note.get("version") != FORMAT_VERSION:
        raise InvalidCheckpoint(
            f"{path} has format version {note.get('version')}; this Tengen reads version {FORMAT_VERSION}"
        )
    header = note.get("header")
    if not isinstance(header, dict):
        raise InvalidCheckpoint(f"{path} is damaged: its header is no object")
    try:
        tensors = tensors_from_bytes(data)
    except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise InvalidCheckpoint(f"{path} is damaged: {_one_line(error)}") from error
    if checksum(tensors, header) != note.get("sha256"):
        raise InvalidCheckpoint(f"{path} is damaged: its checksum is not that of its content")
    return tensors, header


def checksum(tensors: Mapping[str, Tensor], header: Mapping[str, Json]) -> str:
    """SHA-256 of the header and of the names, types, shapes and bytes of all tensors."""
    digest = hashlib.sha256(json.dumps(dict(header)).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _one_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
