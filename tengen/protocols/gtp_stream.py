"""Analysis while a position is on the board: lz-analyze, kata-analyze and their genmoves.

Lines are said until another line comes in. Sources: KataGo, "GTP Extensions"; Leela Zero, pull request 1388. All is
told from the side of the player to move. What KataGo tells beside (standard deviations, self-play scores, weights)
is left out, as it asks readers to bear.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tengen.protocols.gtp_commands import STREAMED
from tengen.protocols.gtp_line import PLAYERS, Refusal, Request, colour, integer, number

if TYPE_CHECKING:
    from tengen.agents.control import Control
    from tengen.agents.search import SearchAgent
    from tengen.agents.thinking import Thought
    from tengen.protocols.gtp_session import GtpSession
    from tengen.protocols.opinions import Opinion

USUAL_INTERVAL = 100.0
"""Centiseconds between two lines, where nobody says."""

SHOWN_LEADS = 20
"""For so many moves, the best, it is worked out who leads after them."""

POLL = 0.02
"""Seconds after which a finished search looks again for another line."""

SWITCHES = ("ownership", "pvVisits", "rootInfo")
UNTOLD = ("ownershipStdev", "movesOwnership", "movesOwnershipStdev", "pvEdgeVisits")
"""What may be switched on too, and is left out all the same."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an analysis command asks for."""

    player: int
    seconds: float
    """Between two lines."""
    least: int
    most: int | None
    actions: list[int] | None
    """The only first moves to look at."""
    switches: frozenset[str]
    """Those of SWITCHES that are on."""


def register() -> None:
    """Makes the commands known."""
    for style in ("lz", "kata"):
        STREAMED[f"{style}-analyze"] = analyze
        STREAMED[f"{style}-genmove_analyze"] = genmove_analyze


def parse(session: "GtpSession", arguments: list[str]) -> Wanted:
    """Reads `[player] [interval] key value …`; Refusal says what cannot be read."""
    words = list(arguments)
    player = session.to_move()
    if words and words[0].lower() in PLAYERS:
        player = colour(words.pop(0))
    interval = USUAL_INTERVAL
    if words and words[0].replace(".", "", 1).isdigit():
        interval = number(words.pop(0), "interval")
    least, most = 0, None
    allowed: set[int] | None = None
    avoided: set[int] = set()
    switches = set()
    while words:
        key = words.pop(0)
        if key in ("avoid", "allow"):
            if len(words) < 3:
                raise Refusal(f"{key} wants: {key} PLAYER VERTEX,VERTEX,... DEPTH")
            who, vertices, depth = (words.pop(0) for _ in range(3))
            if integer(depth, "depth") < 1:
                raise Refusal("depth is below 1")
            actions = {session.board.action(vertex) for vertex in vertices.split(",") if vertex}
            if colour(who) != player:
                continue  # the first move, which alone can be restricted, is not his
            if key == "avoid":
                avoided |= actions
            else:
                allowed = actions if allowed is None else allowed | actions
            continue
        if not words:
            raise Refusal(f"{key} wants a value")
        value = words.pop(0)
        if key == "interval":
            interval = number(value, "interval")
        elif key == "minmoves":
            least = integer(value, "minmoves")
        elif key == "maxmoves":
            most = integer(value, "maxmoves")
        elif key in SWITCHES or key in UNTOLD:
            if value.lower() not in ("true", "false"):
                raise Refusal(f"{key} is true or false")
            if value.lower() == "true":
                switches.add(key)
        else:
            raise Refusal(f"unknown key {key[:40]}")
    if interval < 0 or least < 0 or (most is not None and most < 0):
        raise Refusal("interval, minmoves and maxmoves are 0 or more")
    restricted = None
    if allowed is not None or avoided:
        board = session.board
        legal = set(board.game.legal_actions(board.with_turn(player)).tolist())
        restricted = sorted((legal if allowed is None else legal & allowed) - avoided)
        if not restricted:
            raise Refusal("no legal move is left to look at")
    return Wanted(player, interval / 100, least, most, restricted, frozenset(switches))


def analyze(session: "GtpSession", request: Request) -> str:
    """Thinks about the position and says so, until another line comes."""
    from tengen.agents.control import Control

    wanted = parse(session, request.arguments)
    agent = session.player.begin(session.board)
    session.say(f"={request.id}\n")
    for _ in watch(session, request, agent, wanted, Control(infinite=True), until_line=True):
        pass
    while not session.waiting(POLL):
        pass
    return "\n"


def genmove_analyze(session: "GtpSession", request: Request) -> str:
    """Plays a move like `genmove`, and says what it thinks on the way."""
    from tengen.agents.control import Control
    from tengen.protocols.gtp_player import RESIGN

    wanted = parse(session, request.arguments)
    began = time.monotonic()
    player, board = wanted.player, session.board
    agent = session.player.begin(board, session.clock.clock(player))
    control = Control(began=began)
    control.limits = agent.usual_limits()
    session.say(f"={request.id}\n")
    *_, last = watch(session, request, agent, wanted, control, until_line=False)
    action = agent.decide(last.result)
    session.clock.spend(player, time.monotonic() - began)
    if action == RESIGN:
        return "play resign\n\n"
    text = board.vertex(action)
    board.play(player, action)
    return f"play {text}\n\n"


def watch(
    session: "GtpSession",
    request: Request,
    agent: "SearchAgent",
    wanted: Wanted,
    control: "Control",
    *,
    until_line: bool,
) -> "Iterator[Thought]":
    """The thoughts of a search, of which the line is said at the intervals asked for and at the end."""
    style = request.command.partition("-")[0]
    told = time.monotonic()
    said = None
    thought = None
    for thought in session.player.think(session.board, wanted.player, control, wanted.actions):
        if time.monotonic() - told >= wanted.seconds:
            said = thought
            session.say(line(session, agent, thought, wanted, style))
            told = time.monotonic()
        yield thought
        if until_line and session.waiting(0.0):
            control.stop()
            if said is not None:
                return
    if thought is not None and said is not thought:
        session.say(line(session, agent, thought, wanted, style))


def line(session: "GtpSession", agent: "SearchAgent", thought: "Thought", wanted: Wanted, style: str) -> str:
    """What is known now, on one line."""
    from tengen.protocols.opinions import lower_bound, opinions, winrate

    board, game = session.board, session.board.game
    state = board.with_turn(wanted.player)
    lines = agent.lines(thought, game.num_actions)
    sign = 1.0 if wanted.player == 0 else -1.0
    leads: dict[int, float] | None = None
    if style == "kata":
        from tengen.agents.ownership import leads as leads_of

        ends = []
        for expected in lines[: min(SHOWN_LEADS, SHOWN_LEADS if wanted.most is None else wanted.most)]:
            end = state
            for action in expected.actions:
                end = game.apply(end, action)
            ends.append(end)
        found = leads_of(agent, game, ends) or []
        leads = {line.actions[0]: sign * lead for line, lead in zip(lines, found, strict=False)}
    told = opinions(lines, thought.result.prior[0], leads=leads, least=wanted.least, most=wanted.most)
    one = lz_info if style == "lz" else kata_info
    parts = [one(board.vertex, opinion, "pvVisits" in wanted.switches) for opinion in told]
    if style == "kata":
        value = float(thought.result.value[0])
        rate, visits = winrate(value), int(thought.result.visits[0].sum())
        lead = leads.get(lines[0].actions[0]) if leads and lines else None
        if "rootInfo" in wanted.switches:
            points = "" if lead is None else f" scoreMean {lead:.6g} scoreLead {lead:.6g}"
            parts.append(
                f"rootInfo visits {visits} utility {value:.6g} winrate {rate:.6g}{points} "
                f"lcb {lower_bound(rate, visits):.6g}"
            )
        if "ownership" in wanted.switches:
            from tengen.agents.ownership import ownership

            owner = ownership(agent, game, state)
            if owner is not None:
                parts.append("ownership " + " ".join(f"{sign * point:.4g}" for point in owner.ravel().tolist()))
    return " ".join(parts) + "\n"


def lz_info(vertex: Callable[[int], str], opinion: "Opinion", with_visits: bool) -> str:
    """One move as Leela Zero writes it: shares of 10 000."""
    pv = " ".join(vertex(action) for action in opinion.pv)
    shares = f" pvVisits {' '.join(map(str, opinion.pv_visits))}" if with_visits else ""
    return (
        f"info move {vertex(opinion.action)} visits {opinion.visits} winrate {round(10000 * opinion.winrate)} "
        f"prior {round(10000 * opinion.prior)} lcb {round(10000 * opinion.lcb)} order {opinion.order} pv {pv}{shares}"
    )


def kata_info(vertex: Callable[[int], str], opinion: "Opinion", with_visits: bool) -> str:
    """One move as KataGo writes it."""
    pv = " ".join(vertex(action) for action in opinion.pv)
    shares = f" pvVisits {' '.join(map(str, opinion.pv_visits))}" if with_visits else ""
    points = "" if opinion.lead is None else f" scoreMean {opinion.lead:.6g} scoreLead {opinion.lead:.6g}"
    return (
        f"info move {vertex(opinion.action)} visits {opinion.visits} utility {opinion.utility:.6g} "
        f"winrate {opinion.winrate:.6g}{points} prior {opinion.prior:.6g} lcb {opinion.lcb:.6g} "
        f"utilityLcb {opinion.utility_lcb:.6g} order {opinion.order} pv {pv}{shares}"
    )
