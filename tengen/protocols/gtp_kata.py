"""KataGo's other GTP commands: rules, parameters, the network's raw output.

Source: KataGo, "GTP Extensions".
"""

import json
from typing import TYPE_CHECKING

from tengen.protocols.gtp_commands import command
from tengen.protocols.gtp_line import Refusal, integer, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tengen.nets.raw import Raw
    from tengen.protocols.gtp_session import GtpSession

PARAMETERS = {
    "maxVisits": ("config", "simulations", 1),
    "maxPlayouts": ("config", "simulations", 1),
    "maxTime": ("play", "seconds", 0),
    "cpuctExploration": ("config", "c_init", 0),
    "fpuReductionMax": ("config", "fpu_reduction", 0),
    "rootFpuReductionMax": ("config", "root_fpu_reduction", 0),
    "chosenMoveTemperature": ("play", "temperature", 0),
}
"""KataGo's names: in which of a search agent's records ours is, its name there, and 1 for whole numbers."""

NO_LIMIT = 1e20
"""What KataGo writes for a time that is not limited."""


def register() -> None:
    """Makes the commands known."""
    command("kata-get-rules")(_get_rules)
    command("kata-set-rules", 1)(_set_rules)
    command("kata-set-rule", 2)(_set_rule)
    command("kata-list-params")(_list_params)
    command("kata-get-param", 1)(_get_param)
    command("kata-set-param", 2)(_set_param)
    command("kata-raw-nn", 1)(_raw_nn)
    command("clear_cache")(_clear_cache)
    command("stop")(_stop)


def _get_rules(session: "GtpSession", arguments: list[str]) -> str:
    from tengen.protocols.kata_rules import describe

    return json.dumps(describe(session.board.game), separators=(",", ":"))


def _set_rules(session: "GtpSession", arguments: list[str]) -> str:
    from tengen.protocols.kata_rules import parse_rules

    rules = parse_rules(" ".join(arguments))
    if rules.refused:
        raise Refusal(f"not known here: {rules.refused}; games are scored by area")
    session.put_under(**rules.parameters())
    return ""


def _set_rule(session: "GtpSession", arguments: list[str]) -> str:
    from tengen.protocols.kata_rules import describe

    name, value = arguments[0], arguments[1]
    rules = describe(session.board.game)
    if name not in rules:
        raise Refusal(f"unknown rule {name[:40]}; known: {', '.join(rules)}")
    rules[name] = {"true": True, "false": False}.get(value.lower(), value)
    return _set_rules(session, [json.dumps(rules)])


def _list_params(session: "GtpSession", arguments: list[str]) -> str:
    return " ".join(PARAMETERS)


def _parameter(name: str) -> tuple[str, str, int]:
    if name not in PARAMETERS:
        raise Refusal(f"unknown parameter {name[:40]}; known: {', '.join(PARAMETERS)}")
    return PARAMETERS[name]


def _get_param(session: "GtpSession", arguments: list[str]) -> str:
    record, field, _ = _parameter(arguments[0])
    found = getattr(getattr(session.player.settings(session.board.game), record), field)
    return f"{NO_LIMIT if found is None else found:g}" if not isinstance(found, int) else str(found)


def _set_param(session: "GtpSession", arguments: list[str]) -> str:
    name, text = arguments[0], arguments[1]
    record, field, whole = _parameter(name)
    value = integer(text, name) if whole else number(text, name)
    if value < whole or (name == "maxTime" and value <= 0):
        raise Refusal(f"{name} is {'at least 1' if whole else 'not negative' if name != 'maxTime' else 'above 0'}")
    session.player.change(session.board.game, record, field, value)
    return ""


def _clear_cache(session: "GtpSession", arguments: list[str]) -> str:
    session.player.forget()
    return ""


def _stop(session: "GtpSession", arguments: list[str]) -> str:
    return ""  # nothing goes on between two commands


def _raw_nn(session: "GtpSession", arguments: list[str]) -> str:
    agent, board = session.player.settings(session.board.game), session.board
    symmetries = range(8) if arguments[0].lower() == "all" else [integer(arguments[0], "symmetry")]
    player = session.to_move()
    parts = []
    for symmetry in symmetries:
        raw = agent.raw(board.with_turn(player), symmetry=symmetry)
        if raw is None:
            raise Refusal("the agent has no network")
        parts.append(raw_text(raw, symmetry, player))
    return "\n".join(parts)


def raw_text(raw: "Raw", symmetry: int, player: int) -> str:
    """A network's output as KataGo writes it: from White's side, illegal moves as NAN, a draw half a win."""
    sign = 1.0 if player == 1 else -1.0
    won, drawn, lost = (float(chance) for chance in raw.chances[0])
    mine, theirs = won + drawn / 2, lost + drawn / 2
    white, black = (mine, theirs) if player == 1 else (theirs, mine)
    lines = [f"symmetry {symmetry}", f"whiteWin {white:.6f}", f"whiteLoss {black:.6f}", "noResult 0.000000"]
    if raw.lead is not None:
        lines.append(f"whiteLead {sign * float(raw.lead[0]):.3f}")
    side = round((raw.policy.shape[1] - 1) ** 0.5)
    lines += ["policy", *_rows(raw.policy[0, :-1].reshape(side, side), 1.0, hidden=True)]
    lines.append(f"policyPass {_or_nan(float(raw.policy[0, -1]))}")
    if raw.ownership is not None:
        lines += ["whiteOwnership", *_rows(raw.ownership[0], sign, hidden=False)]
    return "\n".join(lines)


def _or_nan(share: float) -> str:
    return f"{share:.6f}" if share > 0.0 else "NAN"


def _rows(plane: "NDArray[np.float32]", sign: float, *, hidden: bool) -> list[str]:
    """A board of numbers, a row a line; zeros as NAN where they are `hidden`."""
    return [" ".join(_or_nan(point) if hidden else f"{sign * point:.6f}" for point in row) for row in plane.tolist()]
