"""From an agent's text to the agent."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tengen.agents import external
from tengen.agents.agent import Agent
from tengen.agents.external import EngineAgent, EngineLimits, UciAgent, UsiAgent
from tengen.agents.gtp import GtpAgent, check_game, no_nodes
from tengen.agents.search import PlaySettings, SearchAgent
from tengen.agents.simple import HumanAgent, RandomAgent
from tengen.agents.text import LEARNED, AgentText, parse_agent
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game, RecordGame
from tengen.games.registry import as_seen_by
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts

if TYPE_CHECKING:
    from tengen.nets.evaluator import Engine
    from tengen.nets.network import Network

LCB = 0.6
"""How much doubt counts against a move between two players; what it is worth is measured in docs/runs.md."""
NETWORK_SIMULATIONS = 200
UCT_SIMULATIONS = 1000
"""Simulations a move where a text gives neither their number nor a time."""

ALONE_C = 2.0
"""UCT's constant for one player, beside half the span of the values found."""

ROLLOUT_PLIES = 1000
EMULATED_ROLLOUT_PLIES = 20
"""After so many actions a rollout of a game for one is cut off, unless a text says otherwise."""

ENGINE_TIMEOUT = 60.0
"""Seconds that an engine has for each answer."""


def load_agent(text: str, game: Game, *, seed: int | None = None, threads: int = 1) -> Agent:
    """The agent that `text` names, ready to play `game`; `threads` is for its network."""
    parsed = parse_agent(text)
    match parsed.kind:
        case "random":
            return RandomAgent(game, seed=seed)
        case "human":
            return HumanAgent(game)
        case "gtp":
            return GtpAgent(game, parsed.source, text=parsed.text, timeout=parsed.number("timeout", ENGINE_TIMEOUT))
        case "uci" | "usi":
            return _external(parsed, game)
        case "uct":
            return _uct(parsed, game, seed)
        case kind if kind in LEARNED:
            from tengen.agents.learned import LearnedAgent

            return LearnedAgent(game, kind, parsed.source, text=parsed.text)
        case _:
            return _network(parsed, game, seed, threads)


def check_agent(text: str, game: Game) -> None:
    """Raises what `load_agent` would raise for a wrong text, a missing program or a network of another game.

    Nor can a person sit where nobody asks him for moves. A UCI or USI engine is started, to ask for its options.
    """
    parsed = parse_agent(text)
    if parsed.kind == "network":
        from tengen.nets.checkpoint import load_checkpoint

        load_checkpoint(parsed.source, game)
    if parsed.kind in LEARNED:
        from tengen.agents.learned import LearnedAgent

        LearnedAgent(game, parsed.kind, parsed.source, text=parsed.text)
    if parsed.kind == "gtp":
        check_game(game)
    if parsed.kind in ("uci", "usi"):
        _external(parsed, game).check()
    if parsed.kind == "human":
        raise InvalidParameter("the agent 'human' plays at the terminal only: tengen play")


def check_nodes(text: str, nodes: int) -> None:
    """Raises InvalidParameter where the agent cannot keep a limit of nodes."""
    if parse_agent(text).kind == "gtp":
        raise no_nodes(text, nodes)


def _external(parsed: AgentText, game: Game) -> EngineAgent:
    external.check_game(parsed.kind, game)
    kind = UciAgent if parsed.kind == "uci" else UsiAgent
    limits = EngineLimits(
        seconds=parsed.number("time", 0.0) or None,
        nodes=int(parsed.number("nodes", 0)) or None,
        depth=int(parsed.number("depth", 0)) or None,
    )
    timeout = parsed.number("timeout", ENGINE_TIMEOUT)
    return kind(game, parsed.source, text=parsed.text, options=parsed.options, limits=limits, timeout=timeout)


def _uct(parsed: AgentText, game: Game, seed: int | None) -> Agent:
    config = replace(_search_config(parsed, UCT_SIMULATIONS), policy="uct")
    evaluator = Rollouts(int(parsed.number("playouts", 1)))
    if game.num_players == 1:
        compiled = isinstance(game, RecordGame)
        config = replace(
            config,
            c_uct=parsed.number("c", ALONE_C),
            rollout_plies=int(parsed.number("plies", ROLLOUT_PLIES if compiled else EMULATED_ROLLOUT_PLIES)),
            transpositions=compiled,
        )
    else:
        config = replace(
            config,
            c_uct=parsed.number("c", config.c_uct),
            rollout_plies=int(parsed.number("plies", 0)),
            c_proof=parsed.number("proof", 1.0 if game.decisive else 0.0),
        )
    return SearchAgent(game, evaluator, config, play=_play_settings(parsed), text=parsed.text, seed=seed)


def _network(parsed: AgentText, game: Game, seed: int | None, threads: int) -> Agent:
    from tengen.nets.checkpoint import load_checkpoint
    from tengen.nets.evaluator import NetworkEvaluator

    engine: Engine = parsed.settings.get("engine", "auto")  # type: ignore[assignment]
    checkpoint = load_checkpoint(parsed.source, game)
    seen = as_seen_by(game, checkpoint.game_text)
    evaluator = NetworkEvaluator(
        checkpoint.network,
        engine=engine,
        threads=threads,
        calibration=_calibration(checkpoint.network, seen) if engine == "openvino-int8" else None,
    )
    if evaluator.note:
        print(f"tengen: {parsed.text}: {evaluator.note}", file=sys.stderr, flush=True)
    config = _search_config(parsed, NETWORK_SIMULATIONS)
    config = replace(
        config,
        policy="gumbel" if parsed.settings.get("policy") == "gumbel" else "puct",
        considered=int(parsed.number("considered", config.considered)),
        c_init=parsed.number("c", config.c_init),
        c_lcb=parsed.number("lcb", LCB if game.num_players == 2 else 0.0),
        leaves=int(parsed.number("leaves", config.leaves)),
    )
    return SearchAgent(game, evaluator, config, seen=seen, play=_play_settings(parsed), text=parsed.text, seed=seed)


def _calibration(network: "Network", seen: Game) -> NDArray[np.float32]:
    """Positions from which the network's 8-bit ranges are measured: games that it plays by its own policy."""
    from tengen.nets.calibration import played_positions
    from tengen.nets.evaluator import NetworkEvaluator

    if not isinstance(seen, RecordGame):
        raise InvalidParameter(f"engine=openvino-int8 is for games whose rules are compiled, not for {seen.name}")
    return played_positions(seen, NetworkEvaluator(network, engine="openvino-float32"))


def _search_config(parsed: AgentText, simulations: int) -> SearchConfig:
    return SearchConfig(
        simulations=int(parsed.number("sims", simulations)),
        solver=parsed.flag("solver"),
        reuse=parsed.flag("reuse"),
        open_loop=parsed.settings.get("open") is True,
    )


def _play_settings(parsed: AgentText) -> PlaySettings:
    usual = PlaySettings()
    return PlaySettings(
        seconds=parsed.number("time", 0.0) or None,
        bounded="sims" in parsed.settings,
        temperature=parsed.number("temperature", usual.temperature),
        temperature_plies=int(parsed.number("temperature_plies", usual.temperature_plies)),
        resign=parsed.number("resign", usual.resign),
    )
