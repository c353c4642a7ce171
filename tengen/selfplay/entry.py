"""An entry of the zoo: a run's averaged weights in one small file, with the card that says what made them."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tengen.agents.load import NETWORK_SIMULATIONS
from tengen.agents.zoo import ZOO
from tengen.arena.alone import LoneResult
from tengen.arena.lone import PlayedAlone
from tengen.arena.mean import score_interval
from tengen.arena.play import PlayedGame
from tengen.arena.result import MatchResult
from tengen.arena.store import MatchFolder
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.core.files import write_bytes
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import CHANCE
from tengen.nets.card import Card, Opponent, Return
from tengen.nets.checkpoint import Checkpoint, checkpoint_bytes, load_checkpoint
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.nets.quantisation import agreement
from tengen.selfplay.run import RunFolder

LARGEST = 3_000_000
"""Bytes of a file that may ship."""

POSITIONS = 64
"""Positions of random games on which half precision is compared with the full."""

HALF_DIVERGENCE = 1e-4
HALF_VALUE_ERROR = 1e-3
"""Mean Kullback-Leibler divergence of policies, nats, and difference of values that are the same play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a person knows of a network and its run does not say; None is nothing."""

    command: str | None = None
    commit: str | None = None
    machine: str | None = None
    date: str | None = None


def make_entry(
    name: str,
    source: Path,
    *,
    checkpoint: int | None = None,
    results: Sequence[Path] = (),
    known: Known | None = None,
    out: Path | None = None,
) -> tuple[Path, Card]:
    """Writes the entry and says where; InvalidParameter if it would be larger than LARGEST.

    source      a run, whose newest weights are taken or those of a numbered `checkpoint`; or a checkpoint's file, whose
                card, if it has one, is kept
    results     what `tengen arena --json` printed, or folders of its matches, in which the network played
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise InvalidParameter(f"{name[:40]!r} is no name for the zoo: small letters, digits and '-' are accepted")
    path = _file(source, checkpoint)
    loaded = load_checkpoint(path)
    card = _card_of_run(name, RunFolder(source), path, loaded) if source.is_dir() else _card_of_file(name, path, loaded)
    given = {key: value for key in ("command", "commit", "machine", "date") if (value := getattr(known, key, None))}
    card = replace(card, **given)
    for result in results:
        card = _with_result(card, result, source, path)
    weights = (loaded.network, loaded.game_text, loaded.provenance, loaded.extra_tensors, card.to_json())
    data = checkpoint_bytes(*weights, half=half_is_enough(loaded.network, make(loaded.game_text)))
    if len(data) > LARGEST:
        raise InvalidParameter(f"zoo:{name} would have {len(data)} bytes: {LARGEST} are accepted, take fewer channels")
    target = out or ZOO / f"{name}.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(target, data)
    return target, card


def half_is_enough(network: Network, game: Game) -> bool:
    """Whether the network plays the same with its weights in half precision, on positions of random games."""
    halved = Network(network.config)
    halved.load_state_dict({name: t.half() if t.ndim > 1 else t for name, t in network.state_dict().items()})
    observations = np.stack([game.observe(state) for state in _positions(game)]).astype(np.float32)
    legal = np.ones((len(observations), game.num_actions), np.bool_)
    full, half = (
        NetworkEvaluator(of.eval(), engine="torch-float32", device="cpu")(observations, legal)
        for of in (network, halved)
    )
    span = max(1.0, float(np.abs(full[1]).max()))
    found = agreement((full[0], full[1] / span), (half[0], half[1] / span))
    return found.divergence <= HALF_DIVERGENCE and found.value_error <= HALF_VALUE_ERROR


def _positions(game: Game) -> list[Any]:
    generator = stream(1, "positions of random games")
    found: list[Any] = []
    state = game.initial_state()
    while len(found) < POSITIONS:
        if game.is_over(state):
            state = game.initial_state()
        elif game.player(state) == CHANCE:
            state = game.apply(state, game.sample_outcome(state, generator))
        else:
            found.append(state)
            state = game.apply(state, int(generator.choice(game.legal_actions(state))))
    return found


def _file(source: Path, checkpoint: int | None) -> Path:
    if not source.is_dir():
        if checkpoint is not None:
            raise InvalidParameter(f"{source} is one checkpoint: --checkpoint is for a run")
        return source
    run = RunFolder(source)
    run.settings()  # says it if the folder is no run
    path = run.current if checkpoint is None else run.numbered(checkpoint)
    if not path.exists():
        numbers = sorted(path.stem for path in run.checkpoints.glob("[0-9]*.safetensors"))
        raise InvalidParameter(f"{source} has no checkpoint {path.name} (there are: {', '.join(numbers) or 'none'})")
    return path


def _card_of_run(name: str, run: RunFolder, path: Path, loaded: Checkpoint) -> Card:
    starts = run.starts()
    commands = [line["command"] for line in starts]
    return replace(
        _blank(name, loaded),
        command="\n".join(commands) if commands and all(commands) else None,
        commit=starts[-1].get("commit") if starts else None,
        machine=starts[-1].get("machine") if starts else None,
        date=time.strftime("%Y-%m-%d", time.gmtime(path.stat().st_mtime)),
    )


def _card_of_file(name: str, path: Path, loaded: Checkpoint) -> Card:
    if loaded.card:
        return replace(Card.from_json(path, loaded.card), name=name)
    return _blank(name, loaded)


def _blank(name: str, loaded: Checkpoint) -> Card:
    minutes, *counts = (_number(loaded.provenance.get(key)) for key in ("minutes", "games", "positions", "evaluations"))
    games, positions, evaluations = (None if count is None else int(count) for count in counts)
    return Card(
        name=name,
        game=loaded.game_text,
        command=None,
        commit=None,
        machine=None,
        minutes=minutes,
        games=games,
        positions=positions,
        evaluations=evaluations,
        parameters=sum(parameter.numel() for parameter in loaded.network.parameters()),
        date=None,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with_result(card: Card, result: Path, source: Path, path: Path) -> Card:
    """The card with one more match; what it said of the same one is replaced."""
    found = _read_result(result)
    try:
        agents = [str(agent["agent"]) for agent in found["agents"]]
        mine = _network(agents, card.name, source, path, result)
        alone = "mean" in found["agents"][0]
        if alone:
            return replace(card, returns=(*_others(card.returns, found["game"]), *_returns(found, mine, card.name)))
        added = [_match(found, mine, other) for other in agents if other != mine]
    except (KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        raise InvalidRecord(f"{result} is no result of `tengen arena --json`") from error
    new = [(match.game, match.opponent, match.simulations, match.command) for match in added]
    kept = [old for old in card.opponents if (old.game, old.opponent, old.simulations, old.command) not in new]
    return replace(card, opponents=(*kept, *(match for match in added if match.games)))


def _others(returns: Sequence[Return], game: str) -> list[Return]:
    return [one for one in returns if one.game != game]


def _read_result(path: Path) -> dict[str, Any]:
    if path.is_dir():
        folder = MatchFolder(path)
        settings = folder.settings()
        if settings is None:
            raise InvalidRecord(f"{path} holds no match")
        text, seed = str(settings["game"]), int(str(settings["seed"]))
        if make(text).num_players == 1:
            lone = folder.games(PlayedAlone)
            return LoneResult(text, list(dict.fromkeys(game.agent for game in lone)), seed, games=lone).to_json()
        games = folder.games(PlayedGame)
        agents = list(dict.fromkeys(agent for game in games for agent in (game.first, game.second)))
        return MatchResult(text, agents, seed, games=games).to_json()
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidRecord(f"{path} is no result of `tengen arena --json`") from error
    if not isinstance(found, dict):
        raise InvalidRecord(f"{path} is no result of `tengen arena --json`")
    return found


def _network(agents: Sequence[str], name: str, source: Path, path: Path, result: Path) -> str:
    """Which agent of a result the network is: named by the zoo, by its run or by its file."""
    wanted = [path.resolve(), source.resolve()]
    heads = [(agent, agent.partition(",")[0]) for agent in agents]
    found = [agent for agent, head in heads if head == f"zoo:{name}" or Path(head).resolve() in wanted]
    if len(found) != 1:
        says = "several times" if found else "nowhere"
        raise InvalidParameter(f"{result}: the network is {says} among {', '.join(agents)}; it is zoo:{name} or {path}")
    return found[0]


def _simulations(agent: str) -> int | None:
    """Simulations a move by an agent's text; None where it has time."""
    settings = dict(pair.partition("=")[::2] for pair in agent.split(",")[1:])
    if "sims" in settings:
        return int(settings["sims"])
    return None if "time" in settings else NETWORK_SIMULATIONS


def _match(found: dict[str, Any], mine: str, other: str) -> Opponent:
    """All games of two agents of a match, as `mine` sees them."""
    wins = draws = losses = 0
    for pair in found["pairs"]:
        if (pair["first"], pair["second"]) == (mine, other):
            wins, draws, losses = wins + pair["wins"], draws + pair["draws"], losses + pair["losses"]
        if (pair["first"], pair["second"]) == (other, mine):
            wins, draws, losses = wins + pair["losses"], draws + pair["draws"], losses + pair["wins"]
    games = wins + draws + losses
    score = (wins + draws / 2) / games if games else 0.5
    low, high = score_interval(score, games)
    return Opponent(
        game=str(found["game"]),
        opponent=other,
        command=found.get("command"),
        games=games,
        wins=wins,
        draws=draws,
        losses=losses,
        score=round(score, 4),
        low=round(low, 4),
        high=round(high, 4),
        simulations=_simulations(mine),
    )


def _returns(found: dict[str, Any], mine: str, name: str) -> list[Return]:
    """What each agent made of the game alone, the network first."""
    agents = sorted(found["agents"], key=lambda agent: agent["agent"] != mine)
    return [
        Return(
            game=str(found["game"]),
            agent=f"zoo:{name}" if agent["agent"] == mine else str(agent["agent"]),
            command=found.get("command"),
            games=int(agent["games"]),
            mean=float(agent["mean"]),
            low=float(agent["low"]),
            high=float(agent["high"]),
            steps=round(sum(agent["steps"]) / len(agent["steps"]), 2),
            simulations=_simulations(mine) if agent["agent"] == mine else None,
        )
        for agent in agents
    ]
