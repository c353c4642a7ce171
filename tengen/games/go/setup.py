"""Kernels for the borders of the game: positions that no game led to, and the reasons against a move."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.go.board import put_stone
from tengen.games.go.rules import finish, has_room, hash_after, superko_key
from tengen.games.go.state import BLACK, EMPTY, WALL, WHITE, ZOBRIST, clear, row_stride, to_action, to_point
from tengen.games.rules import State

FINE = -1
BAD_KO = -2

OCCUPIED, SUICIDE, OTHER = 0, 1, 2


@kernel
def set_up(
    states: NDArray[State], board: NDArray[np.int8], to_move: int, passes: int, ko_action: int, ended: bool
) -> int:
    """Makes `states[0]` the start of a game from `board` [size * size]; the record's parameters stay.

    `ko_action` is the point where the mover may not take back at once, or negative. Returns the first point
    whose stone has no liberty, BAD_KO or FINE.
    """
    state = states[0]
    clear(state)
    state.turn = to_move
    state.passes = passes
    for action in range(len(board)):
        if board[action] != EMPTY:
            put_stone(state, to_point(state, action), board[action])
    for action in range(len(board)):
        if board[action] != EMPTY and state.liberties[state.chain[to_point(state, action)]] == 0:
            return action
    if passes:
        state.last_moves[0] = len(board)
    if ko_action >= 0 and not remember_ko(state, to_point(state, ko_action)):
        return BAD_KO
    state.history[state.ply] = superko_key(state, state.hash, to_move)
    if ended or passes >= 2:
        finish(state)
    return FINE


@kernel
def remember_ko(state: State, point: int) -> bool:
    """Makes the past that forbids the mover to take back on `point`; false if no last move can have led there."""
    own, other = state.turn + BLACK, WHITE - state.turn
    stride = row_stride(state)
    taker = 0
    if state.go_board[point] != EMPTY:
        return False
    for near in (point - stride, point - 1, point + 1, point + stride):
        if state.go_board[near] != WALL:
            if state.go_board[near] != other:
                return False
            if state.stones[state.chain[near]] == 1 and state.liberties[state.chain[near]] == 1:
                taker = near
    if taker == 0:
        return False
    state.ply = 1
    state.ko = point
    state.removed_at[own - BLACK, point] = 1
    state.last_moves[0] = to_action(state, taker)
    before = state.hash ^ ZOBRIST[own, point] ^ ZOBRIST[other, taker]
    state.history[0] = superko_key(state, before, 1 - state.turn)
    return True


@kernel
def probe(states: NDArray[State], action: int) -> tuple[int, np.uint64]:
    """What could forbid a move, and the superko key of the position that it makes."""
    state = states[0]
    point = to_point(state, action)
    color = state.turn + BLACK
    if state.go_board[point] != EMPTY:
        return OCCUPIED, np.uint64(0)
    made = superko_key(state, hash_after(state, point, color), 1 - state.turn)
    if not has_room(state, point, color) and not state.suicide:
        return SUICIDE, made
    return OTHER, made
