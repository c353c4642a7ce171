"""Queries of the analysis engine: from one line of JSON to positions that are to be searched.

For Go in the shape of KataGo's analysis engine (KataGo, "Parallel Analysis Engine"); for other games in ours, which
differs in how positions and moves are written. See docs/analysis.md.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from tengen.core.errors import TengenError
from tengen.games.game import RecordGame
from tengen.games.go import Go
from tengen.games.rules import CHANCE, State
from tengen.mcts.config import SearchConfig
from tengen.protocols.gtp_board import GtpBoard
from tengen.protocols.gtp_line import PLAYERS
from tengen.protocols.kata_rules import Json, parse_rules

Fields: TypeAlias = dict[str, Json]
Kind = TypeVar("Kind")

MAX_VISITS = 1_000_000

SETTINGS = {
    "cpuctExploration": "c_init",
    "fpuReductionMax": "fpu_reduction",
    "rootFpuReductionMax": "root_fpu_reduction",
}
"""KataGo's names in overrideSettings, and ours."""

SIDES = {"BLACK": 0, "WHITE": 1, "FIRST": 0, "SECOND": 1, "SIDETOMOVE": None}

COMMON = [
    "id",
    "moves",
    "analyzeTurns",
    "maxVisits",
    "priority",
    "priorities",
    "includePolicy",
    "includeOwnership",
    "includeMovesOwnership",
    "includePVVisits",
    "avoidMoves",
    "allowMoves",
    "reportDuringSearchEvery",
    "overrideSettings",
]
GO_ONLY = [
    "initialStones",
    "initialPlayer",
    "rules",
    "komi",
    "whiteHandicapBonus",
    "boardXSize",
    "boardYSize",
    "rootPolicyTemperature",
    "rootFpuReductionMax",
    "includeOwnershipStdev",
    "includeMovesOwnershipStdev",
    "includeNoResultValue",
]
OTHERS_ONLY = ["position"]
IGNORED = {"rootPolicyTemperature", "includeOwnershipStdev", "includeMovesOwnershipStdev", "includeNoResultValue"}


class WrongField(TengenError):
    """What is wrong with one field of a query."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One position that a query asks about."""

    id: str
    turn: int
    game: RecordGame
    state: State
    player: int
    allowed: list[int] | None
    visits: int
    priority: int
    config: SearchConfig
    seconds: float | None
    """The most that a search may take once it has begun."""
    every: float | None
    """Seconds between two reports while it is searched."""
    side: int | None
    """From whose side values are told; None is that of the player to move."""
    pv_length: int
    policy: bool
    ownership: bool
    moves_ownership: bool
    pv_visits: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a line asks for, and what of it is not there."""

    asked: list[Asked]
    warnings: list[tuple[str, str]]
    """Fields, and what was said about them."""


def parse_query(fields: Fields, game: RecordGame, config: SearchConfig) -> Parsed:
    """Reads a query about `game`, which for Go is only its usual rules; WrongField says what is wrong.

    `config` is the search of whoever answers.
    """
    name = fields.get("id")
    if not isinstance(name, str):
        raise WrongField("id", "id must be a string")
    known = [*COMMON, *(GO_ONLY if isinstance(game, Go) else OTHERS_ONLY)]
    warnings = [(field, f"{field[:60]} is not a known field") for field in fields if field not in known]
    warnings += [(field, f"{field} is not known here and changes nothing") for field in fields if field in IGNORED]
    moves = fields.get("moves", None if isinstance(game, Go) else [])
    if not isinstance(moves, list):
        of = 'pairs such as ["B","Q16"]' if isinstance(game, Go) else "moves in the game's notation"
        raise WrongField("moves", f"moves must be a list of {of}")
    turns = _whole_list(fields, "analyzeTurns", [len(moves)])
    for turn in turns:
        if not 0 <= turn <= len(moves):
            raise WrongField("analyzeTurns", f"turn {turn} is not one of 0 to {len(moves)}")
    played: RecordGame
    if isinstance(game, Go):
        played, states = _go_states(fields, game, set(turns), warnings)
    else:
        played, states = game, _states(fields, game, moves)
    priorities = _whole_list(fields, "priorities", [_whole(fields, "priority", 0)] * len(turns))
    if len(priorities) != len(turns):
        raise WrongField("priorities", "priorities must be as many as analyzeTurns")
    visits = _whole(fields, "maxVisits", config.simulations)
    if not 1 <= visits <= MAX_VISITS:
        raise WrongField("maxVisits", f"maxVisits must be 1 to {MAX_VISITS}")
    config, seconds, side, pv_length = _settings(fields, played, config, warnings)
    every = _number(fields, "reportDuringSearchEvery")
    found = []
    for turn, priority in zip(turns, priorities, strict=True):
        state = states[turn]
        if played.is_over(state):
            raise WrongField("analyzeTurns", f"the game is over at turn {turn}")
        player = played.player(state)
        if player == CHANCE:
            raise WrongField("analyzeTurns", f"chance moves at turn {turn}")
        found.append(
            Asked(
                id=name,
                turn=turn,
                game=played,
                state=state,
                player=player,
                allowed=_allowed(fields, played, state, player, warnings),
                visits=visits,
                priority=priority,
                config=config,
                seconds=seconds,
                every=every,
                side=side,
                pv_length=pv_length,
                policy=_truth(fields, "includePolicy"),
                ownership=_truth(fields, "includeOwnership"),
                moves_ownership=_truth(fields, "includeMovesOwnership"),
                pv_visits=_truth(fields, "includePVVisits"),
            )
        )
    return Parsed(found, list(dict.fromkeys(warnings)))


# ---- positions


def _go_states(
    fields: Fields, usual: Go, turns: set[int], warnings: list[tuple[str, str]]
) -> tuple[Go, dict[int, State]]:
    """The game that a query of Go is about, and its positions at `turns` with whoever is to move in them."""
    width = _whole(fields, "boardXSize", usual.size)
    if _whole(fields, "boardYSize", width) != width:
        raise WrongField("boardYSize", "only square boards are known: boardXSize and boardYSize must be equal")
    parameters: dict[str, object] = {"size": width}
    stones = _pairs(fields, "initialStones", [])
    moves = _pairs(fields, "moves", None)
    bonus = 0
    if "rules" in fields:
        rules = _tried("rules", lambda: parse_rules(fields["rules"]))
        if "whiteHandicapBonus" in fields:
            if fields["whiteHandicapBonus"] not in ("0", "N", "N-1", 0):
                raise WrongField("whiteHandicapBonus", "whiteHandicapBonus must be 0, N or N-1")
            rules = replace(rules, bonus=str(fields["whiteHandicapBonus"]))
        if rules.refused:
            warnings.append(("rules", f"not known here: {rules.refused}; the game is scored by area"))
        parameters |= rules.parameters()
        black = sum(who == 0 for who, _ in stones)
        bonus = rules.points(black) if black == len(stones) else 0
    komi = _number(fields, "komi")
    base = usual.komi if komi is None else komi
    changed = {**usual.parameters, "max_plies": 0, **parameters, "komi": base + bonus}
    game = _tried("komi" if komi is not None else "boardXSize", lambda: game_of(tuple(changed.items())))
    points: tuple[list[int], list[int]] = ([], [])
    for who, text in stones:
        point = _tried("initialStones", lambda text=text: game.parse_move(None, text))  # type: ignore[misc]
        if point == game.pass_action:
            raise WrongField("initialStones", "a pass is no stone")
        points[who].append(point)
    first = moves[0][0] if moves else 0
    if "initialPlayer" in fields:
        first = _player("initialPlayer", fields["initialPlayer"])
    start = _tried("initialStones", lambda: game.setup(black=points[0], white=points[1], to_move=first))
    board = GtpBoard(game, start)
    found = {0: board.with_turn(first)} if 0 in turns else {}
    for number, (who, text) in enumerate(moves):
        try:
            board.play(who, board.action(text))
        except TengenError as error:
            raise WrongField("moves", f"move {number}, {text[:20]}: {error}") from None
        if number + 1 in turns:
            after = 1 - who if number + 1 == len(moves) else moves[number + 1][0]
            found[number + 1] = board.with_turn(after)
    return game, found


@functools.lru_cache(64)
def game_of(parameters: tuple[tuple[str, object], ...]) -> Go:
    """A game of Go, made once."""
    return Go(**dict(parameters))


def _states(fields: Fields, game: RecordGame, moves: list[Json]) -> dict[int, State]:
    """The positions of a query in another game, by turn."""
    text = fields.get("position", "")
    if not isinstance(text, str):
        raise WrongField("position", "position must be a string")
    state = _tried("position", lambda: game.parse_position(text)) if text else game.initial_state()
    found = {0: state}
    for number, move in enumerate(moves):
        try:
            state = game.apply(state, game.parse_action(state, str(move)[:64]))
        except TengenError as error:
            raise WrongField("moves", f"move {number}: {error}") from None
        found[number + 1] = state
    return found


# ---- what is searched


def _settings(
    fields: Fields, game: RecordGame, config: SearchConfig, warnings: list[tuple[str, str]]
) -> tuple[SearchConfig, float | None, int | None, int]:
    given = fields.get("overrideSettings", {})
    if not isinstance(given, dict):
        raise WrongField("overrideSettings", "overrideSettings must be an object")
    changes = {}
    if "rootFpuReductionMax" in fields:
        given = {"rootFpuReductionMax": fields["rootFpuReductionMax"], **given}
    side = 0 if isinstance(game, Go) else None
    pv_length = game.max_plies
    seconds = None
    for name, value in given.items():
        if name == "reportAnalysisWinratesAs":
            if str(value) not in SIDES:
                raise WrongField("overrideSettings", f"{name} must be one of {', '.join(SIDES)}")
            side = SIDES[str(value)]
        elif name == "analysisPVLen":
            pv_length = 1 + max(0, int(_amount("overrideSettings", name, value)))
        elif name == "maxTime":
            seconds = _amount("overrideSettings", name, value)
        elif name in SETTINGS:
            changes[SETTINGS[name]] = _amount("overrideSettings", name, value)
        else:
            warnings.append(("overrideSettings", f"{name[:60]} is not known here and changes nothing"))
    policy = "uct" if config.policy == "uct" else "puct"
    config = replace(config, policy=policy, **changes)  # type: ignore[arg-type]
    return config, seconds, side, pv_length


def _allowed(
    fields: Fields, game: RecordGame, state: State, player: int, warnings: list[tuple[str, str]]
) -> list[int] | None:
    """The first actions that a query leaves; None is all."""
    if not fields.get("allowMoves") and not fields.get("avoidMoves"):
        return None
    legal = set(game.legal_actions(state).tolist())
    left = set(legal)
    for field in ("allowMoves", "avoidMoves"):
        entries = fields.get(field, [])
        if not isinstance(entries, list):
            raise WrongField(field, f"{field} must be a list")
        for entry in entries:
            if not isinstance(entry, dict) or not isinstance(entry.get("moves"), list):
                raise WrongField(field, f"{field} must be a list of objects with moves, player and untilDepth")
            if entry.get("untilDepth", 1) != 1:
                warnings.append((field, "only the first move can be restricted: untilDepth is taken as 1"))
            if isinstance(game, Go) and _player(field, entry.get("player")) != player:
                continue
            moves = entry["moves"]
            assert isinstance(moves, list)
            actions = {_tried(field, lambda m=move: game.parse_move(state, str(m)[:64])) for move in moves}  # type: ignore[misc]
            left = left & actions if field == "allowMoves" else left - actions
    if not left:
        raise WrongField("avoidMoves" if "avoidMoves" in fields else "allowMoves", "no legal move is left to look at")
    return None if left == legal else sorted(left)


# ---- fields


def _tried(field: str, read: Callable[[], Kind]) -> Kind:
    try:
        return read()
    except TengenError as error:
        raise WrongField(field, str(error)) from None


def _player(field: str, value: Json) -> int:
    player = PLAYERS.get(str(value).lower())
    if player is None:
        raise WrongField(field, f"a player is B or W, not {str(value)[:20]}")
    return player


def _pairs(fields: Fields, field: str, usual: list[tuple[int, str]] | None) -> list[tuple[int, str]]:
    value = fields.get(field)
    if value is None and usual is not None:
        return usual
    if not isinstance(value, list):
        raise WrongField(field, f'{field} must be a list of pairs such as ["B","Q16"]')
    found = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
            raise WrongField(field, f'{field} must be a list of pairs such as ["B","Q16"]')
        found.append((_player(field, pair[0]), pair[1]))
    return found


def _whole(fields: Fields, field: str, usual: int) -> int:
    value = fields.get(field, usual)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise WrongField(field, f"{field} must be a whole number")
    return value


def _whole_list(fields: Fields, field: str, usual: list[int]) -> list[int]:
    value = fields.get(field, usual)
    if not isinstance(value, list) or any(type(item) is not int for item in value):
        raise WrongField(field, f"{field} must be a list of whole numbers")
    return [int(item) for item in value if isinstance(item, int)]


def _number(fields: Fields, field: str) -> float | None:
    return _amount(field, field, fields[field]) if field in fields else None


def _amount(field: str, name: str, value: Json) -> float:
    negative = name in ("komi",)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e9:
        raise WrongField(field, f"{name} must be a number")
    if value < 0 and not negative:
        raise WrongField(field, f"{name} must not be negative")
    return float(value)


def _truth(fields: Fields, field: str) -> bool:
    value = fields.get(field, False)
    if type(value) is not bool:
        raise WrongField(field, f"{field} must be true or false")
    return value
