"""Answers of the analysis engine: from what a search found to one line of JSON."""

import functools
import math
from collections.abc import Mapping

from tengen.agents.ownership import ownership
from tengen.agents.search import SearchAgent
from tengen.games.game import RecordGame
from tengen.games.go import Go
from tengen.games.go.coords import point_to_vertex
from tengen.games.rules import State
from tengen.mcts.slots import Finding
from tengen.protocols.kata_rules import Json
from tengen.protocols.opinions import Opinion, lower_bound, opinions, winrate
from tengen.protocols.queries import Asked

DIGITS = 6
"""Digits of a number behind its point."""


def no_results(asked: Asked) -> dict[str, Json]:
    """The answer about a position that was given up before anything was known of it."""
    return {"id": asked.id, "isDuringSearch": False, "noResults": True, "turnNumber": asked.turn}


def answer(asked: Asked, found: Finding, agent: SearchAgent, *, during: bool) -> dict[str, Json]:
    """What a search has found about a position, from the side that the query wants."""
    game, state = asked.game, asked.state
    flipped = asked.side is not None and asked.side != asked.player
    two = game.num_players == 2
    told = opinions(found.lines, found.prior, leads=found.leads)
    moves: list[Json] = [_move(asked, opinion, agent, flipped=flipped) for opinion in told]
    value = -found.value if flipped else found.value
    about: dict[str, Json] = {"visits": found.visits, "currentPlayer": _player(game, asked.player)}
    about["thisHash"] = f"{game.key(state):016X}"
    if two:
        rate = winrate(found.value)
        about |= _rates(rate, lower_bound(rate, found.visits), flipped=flipped)
        about["rawWinrate"] = short(winrate(-found.raw_value if flipped else found.raw_value))
    else:
        about["value"] = short(value)
    if math.isfinite(found.lead):
        about["scoreLead"] = about["scoreMean"] = short(-found.lead if flipped else found.lead)
    said: dict[str, Json] = {
        "id": asked.id,
        "isDuringSearch": during,
        "turnNumber": asked.turn,
        "moveInfos": moves,
        "rootInfo": about,
    }
    if asked.policy:
        said["policy"] = _policy(asked, found, agent)
    if asked.ownership:
        said["ownership"] = _owners(asked, state, agent)
    return said


def _move(asked: Asked, opinion: Opinion, agent: SearchAgent, *, flipped: bool) -> dict[str, Json]:
    game, state = asked.game, asked.state
    texts = _texts(asked, opinion.pv[: asked.pv_length])
    said: dict[str, Json] = {"move": texts[0], "visits": opinion.visits, "order": opinion.order}
    said |= {"prior": short(opinion.prior), "pv": texts}
    if game.num_players == 2:
        said |= _rates(opinion.winrate, opinion.lcb, flipped=flipped)
    else:
        said["value"] = short(opinion.utility)
    if opinion.lead is not None:
        said["scoreLead"] = said["scoreMean"] = short(-opinion.lead if flipped else opinion.lead)
    if asked.pv_visits:
        said["pvVisits"] = list(opinion.pv_visits[: asked.pv_length])
    if asked.moves_ownership:
        said["ownership"] = _owners(asked, game.apply(state, opinion.action), agent)
    return said


def _texts(asked: Asked, actions: list[int]) -> list[Json]:
    """A line in the game's notation."""
    game, at = asked.game, asked.state
    if isinstance(game, Go):  # whose vertices need no position
        names = vertices(game.size)
        return [names[action] for action in actions]
    texts: list[Json] = []
    for place, action in enumerate(actions):
        texts.append(game.action_to_text(at, action))
        if place + 1 < len(actions):
            at = game.apply(at, action)
    return texts


@functools.cache
def vertices(size: int) -> list[str]:
    """The names of all points of a board, row by row from the top, then the pass."""
    return [point_to_vertex(action, size) for action in range(size * size + 1)]


def _rates(rate: float, bound: float, *, flipped: bool) -> dict[str, Json]:
    """Win rate, value and their bounds; the bound is the worst for the player to move, whoever is told."""
    if flipped:
        rate, bound = 1.0 - rate, 1.0 - bound
    return {
        "winrate": short(rate),
        "utility": short(2.0 * rate - 1.0),
        "lcb": short(bound),
        "utilityLcb": short(2.0 * bound - 1.0),
    }


def _policy(asked: Asked, found: Finding, agent: SearchAgent) -> Json:
    """In Go KataGo's list, a point each and the pass, -1 where illegal; else an object by move."""
    game, state = asked.game, asked.state
    shares = found.prior
    if asked.allowed is not None:
        raw = agent.raw(state)
        shares = shares if raw is None else raw.policy[0]
    legal = game.legal_actions(state).tolist()
    if not isinstance(game, Go):
        return {game.action_to_text(state, action): short(float(shares[action])) for action in legal}
    listed: list[Json] = [-1] * game.num_actions
    for action in legal:
        listed[action] = short(float(shares[action]))
    return listed


def _owners(asked: Asked, state: State, agent: SearchAgent) -> Json:
    """The owner of each point, row by row from the top; null in games without points."""
    owner = ownership(agent, asked.game, state)
    if owner is None:
        return None
    side = asked.player if asked.side is None else asked.side
    sign = 1.0 if side == 0 else -1.0
    return [short(sign * point) for point in owner.ravel().tolist()]


def _player(game: RecordGame, player: int) -> str:
    return "BW"[player] if isinstance(game, Go) else game.player_names[player]


def short(number: float) -> float:
    """A number with few digits."""
    return round(number, DIGITS)


def echo(fields: Mapping[str, Json], **more: Json) -> dict[str, Json]:
    """An action's answer: what was said, and what is told beside."""
    return {**fields, **more}
