"""What GoGui can show of an agent's thinking, as commands of a session.

Source: the GoGui manual, "Analyze commands": types `string`, `gfx` and the lines that `gfx` draws.
"""

from typing import TYPE_CHECKING

import numpy as np

from tengen.protocols.gtp_line import Refusal

if TYPE_CHECKING:
    from tengen.mcts.result import SearchResult
    from tengen.protocols.gtp_board import GtpBoard

ANALYZE_COMMANDS = """\
string/Value/tengen-value
gfx/Search Policy/tengen-policy
gfx/Principal Variation/tengen-variation
plist/Black Territory/final_status_list black_territory
plist/White Territory/final_status_list white_territory
string/Final Score/final_score
string/Show Board/showboard
"""
SHOWN = 0.02
"""Shares of the visits below this are not drawn."""


def value(result: "SearchResult", player: int) -> str:
    """The value for the player to move and how many simulations it rests on."""
    return f"{'BW'[player]} {float(result.value[0]):+.3f} after {int(result.visits[0].sum())} simulations"


def policy(board: "GtpBoard", result: "SearchResult") -> str:
    """Each considered point with its share of the simulations."""
    shares = result.visits[0] / max(1, int(result.visits[0].sum()))
    points = [int(point) for point in np.flatnonzero(shares >= SHOWN) if point != board.game.pass_action]
    if not points:
        return "TEXT pass"
    influence = " ".join(f"{board.vertex(point)} {shares[point]:.2f}" for point in points)
    return f"INFLUENCE {influence}\nTEXT shares of the simulations"


def variation(board: "GtpBoard", result: "SearchResult", player: int) -> str:
    """The principal variation as numbered stones."""
    colours = ("bw" if player == 0 else "wb") * len(result.variations[0])
    moves = [f"{who} {board.vertex(action)}" for who, action in zip(colours, result.variations[0], strict=False)]
    return f"VAR {' '.join(moves)}"


def required(result: "SearchResult | None") -> "SearchResult":
    """A result, or why there is none."""
    if result is None:
        raise Refusal("the agent does not search")
    return result
