"""Positions put on the board, and read off it."""

import numpy as np

from tengen.core.errors import InvalidPosition
from tengen.core.jit import kernel
from tengen.games.chess.bits import NONE, ONE, bit, flip, lowest, popcount
from tengen.games.chess.board import attackers, board_of, code_at, find_ep_pawns, king_zone, turned
from tengen.games.chess.fen import Diagram, short
from tengen.games.chess.rules import rights_key, settle
from tengen.games.chess.state import BLACK_TO_MOVE, RIGHTS, STATE, ZOBRIST
from tengen.games.kernels import States
from tengen.games.rules import State


@kernel
def finish_position(states: States, ep_square: int) -> int:
    """Completes `states[0]`, whose board, side and rights are given, all else zero.

    Returns how many pieces give check; -1 if both kings are in check.
    """
    state = states[0]
    board = board_of(state)
    occupied = board.leaper | board.diagonal | board.straight
    other = turned(board)
    king = board.own & board.leaper & board.straight
    other_king = other.own & other.leaper & other.straight
    checkers = popcount(attackers(board, king, occupied))
    takeable = attackers(other, other_king, flip(occupied)) != NONE
    if (takeable and checkers > 0) or king_zone(king) & flip(other_king) != NONE:
        return -1
    view = 56 * int(state.side)
    key = NONE if state.side == 0 else BLACK_TO_MOVE
    left = occupied
    while left != NONE:
        square = lowest(left)
        color = state.side if board.own & bit(square) != NONE else 1 - state.side
        key ^= ZOBRIST[color, code_at(board, square), square ^ view]
        left &= left - ONE
    key ^= rights_key(state.castling, view)
    if ep_square != 0:
        state.ep_pawns = find_ep_pawns(board, ep_square)
        if state.ep_pawns != NONE:
            state.ep_square = ep_square
            key ^= ZOBRIST[1, RIGHTS, ep_square ^ view]
    state.key = key
    settle(state)
    return checkers


def set_up(template: State, diagram: Diagram, text: str) -> State:
    """The state of a position; `template` has the parameters. InvalidPosition if both kings are in check."""
    states = np.zeros(1, STATE)
    for name in ("repetition", "fifty", "material", "max_plies", "chess960"):
        states[name] = template[name]
    view = 56 * diagram.side
    words = {"chess_own": 0, "leaper": 0, "diagonal": 0, "straight": 0, "castling": 0}
    for square, (color, code) in diagram.pieces.items():
        bit = 1 << (square ^ view)
        words["chess_own"] |= bit * (color == diagram.side)
        words["leaper"] |= bit * (code & 1)
        words["diagonal"] |= bit * (code >> 1 & 1)
        words["straight"] |= bit * (code >> 2)
    for square in diagram.castling:
        words["castling"] |= 1 << (square ^ view)
    for name, word in words.items():
        states[name] = word
    states["side"] = diagram.side
    states["clock"] = diagram.clock
    states["fullmove"] = diagram.fullmove
    checkers = finish_position(states, 0 if diagram.ep_square is None else diagram.ep_square ^ view)
    if checkers < 0:
        raise InvalidPosition(f"both kings are in check in {short(text)}")
    if checkers > 2:
        raise InvalidPosition(f"{checkers} pieces give check at once in {short(text)}: two at most can")
    return states[0]


def read_off(state: State) -> Diagram:
    """What a state has on its board."""
    view = 56 * int(state["side"])
    own, leaper, diagonal, straight, castling = (
        int(state[name]) for name in ("chess_own", "leaper", "diagonal", "straight", "castling")
    )
    pieces = {}
    for square in range(64):
        place = square ^ view
        code = (leaper >> place & 1) + 2 * (diagonal >> place & 1) + 4 * (straight >> place & 1)
        if code:
            mine = own >> place & 1
            pieces[square] = (int(state["side"]) if mine else 1 - int(state["side"]), code)
    return Diagram(
        pieces=pieces,
        side=int(state["side"]),
        castling=frozenset(square for square in range(64) if castling >> (square ^ view) & 1),
        ep_square=int(state["ep_square"]) ^ view if state["ep_square"] else None,
        clock=int(state["clock"]),
        fullmove=int(state["fullmove"]),
    )
