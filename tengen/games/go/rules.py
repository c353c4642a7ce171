"""The rules of Go on the record: legality with exact superko, moves, the end, area scoring, keys.

A move can bring an old position back only if a stone of its colour stood on its point before and was taken
off since, or if it is a suicide. So the record keeps when a stone of each colour last left each point; all
other moves need no look at the history, and the rest need only its part before that.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import random_below
from tengen.games.go.board import play_stone
from tengen.games.go.state import (
    BLACK,
    EMPTY,
    ENDED,
    ONE_PASS,
    SIMPLE,
    SITUATIONAL,
    WHITE,
    WHITE_TO_MOVE,
    ZOBRIST,
    row_stride,
    to_action,
    to_point,
)
from tengen.games.rules import (
    OVER,
    State,
    apply,
    final_score,
    implement,
    key,
    legal_actions,
    player,
    random_action,
    result,
)

SCORE_SCALE = 20.0
"""Points at which the part of the reward that counts points has reached tanh(1)."""


@kernel
def has_room(state: State, point: int, color: int) -> bool:
    """Whether a stone on this empty point would have a liberty, after it has captured what it captures."""
    board, chain, liberties = state.go_board, state.chain, state.liberties
    stride = row_stride(state)
    above, left, right, below = point - stride, point - 1, point + 1, point + stride
    board_a, board_b, board_c, board_d = board[above], board[left], board[right], board[below]
    if (board_a == EMPTY) | (board_b == EMPTY) | (board_c == EMPTY) | (board_d == EMPTY):
        return True
    a, b, c, d = chain[above], chain[left], chain[right], chain[below]
    ab, ac, ad, bc, bd, cd = a == b, a == c, a == d, b == c, b == d, c == d
    # A chain is in atari here if all its pairs of stone and empty neighbour are pairs with this point.
    atari_a = liberties[a] == 1 + ab + ac + ad
    atari_b = liberties[b] == 1 + ab + bc + bd
    atari_c = liberties[c] == 1 + ac + bc + cd
    atari_d = liberties[d] == 1 + ad + bd + cd
    # An own chain that is not in atari lends a liberty; a hostile one that is in atari leaves one.
    return (
        ((board_a == color) != atari_a)
        | ((board_b == color) != atari_b)
        | ((board_c == color) != atari_c)
        | ((board_d == color) != atari_d)
    )


@kernel
def chain_hash(state: State, start: int, color: int) -> np.uint64:
    """The hash of the stones of one chain."""
    total = np.uint64(0)
    stone = start
    while True:
        total ^= ZOBRIST[color, stone]
        stone = state.next_stone[stone]
        if stone == start:
            return total


@kernel
def hash_after(state: State, point: int, color: int) -> np.uint64:
    """The hash of the stones after a move, suicide included."""
    board, chain, liberties = state.go_board, state.chain, state.liberties
    stride = row_stride(state)
    nears = (point - stride, point - 1, point + 1, point + stride)
    suicide = not has_room(state, point, color)
    total = state.hash
    if not suicide:
        total ^= ZOBRIST[color, point]
    gone = color if suicide else 3 - color
    for index in range(4):
        near = nears[index]
        if board[near] == gone:
            touching = 0
            first = True
            for other in range(4):
                if chain[nears[other]] == chain[near]:
                    touching += 1
                    first = first and other >= index
            if first and liberties[chain[near]] == touching:
                total ^= chain_hash(state, near, gone)
    return total


@kernel
def superko_key(state: State, stones: np.uint64, to_move: int) -> np.uint64:
    """What `history` holds for a position: the hash of its stones, with the side to move where that counts."""
    if state.superko == SITUATIONAL and to_move == 1:
        return stones ^ ZOBRIST[EMPTY, WHITE_TO_MOVE]
    return stones


@kernel
def repeats(state: State, point: int, color: int, end: int) -> bool:
    """Whether a move makes a position again that stood before ply `end` and may not return."""
    begin = 0
    if state.superko == SIMPLE:
        begin = state.ply - 1
        if begin < 0 or end <= begin:
            return False
        end = begin + 1
    wanted = superko_key(state, hash_after(state, point, color), WHITE - color)
    history = state.history
    hits = 0
    for ply in range(begin, end):  # no early exit: so it is vectorised
        hits += history[ply] == wanted
    return hits > 0


@kernel
def may_play(state: State, point: int, color: int) -> bool:
    """Whether a stone of this colour may be played on this empty point."""
    if not has_room(state, point, color):
        return state.suicide != 0 and not repeats(state, point, color, state.ply + 1)
    removed = state.removed_at[color - BLACK, point]
    return removed == 0 or not repeats(state, point, color, removed)


@implement(legal_actions, "go_board")
def go_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.over:
        return 0
    stride = row_stride(state)
    color = state.turn + BLACK
    # the list of empty points first, then all points without a branch: on a board no processor can guess what is empty
    playable = np.zeros(len(state.go_board), np.uint8)
    for index in range(state.empty_count):
        point = int(state.empties[index])
        playable[point] = may_play(state, point, color)
    count = 0
    action = 0
    for row in range(1, stride):
        for point in range(row * stride + 1, row * stride + stride):
            out[count] = action
            count += playable[point]
            action += 1
    out[count] = action
    return count + 1


@implement(random_action, "go_board")
def go_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    color = state.turn + BLACK
    count = state.empty_count
    while True:
        drawn = random_below(seeds, row, count + 1)
        if drawn == count:
            return (row_stride(state) - 1) ** 2
        point = state.empties[drawn]
        if may_play(state, point, color):
            return to_action(state, point)


@kernel
def area(state: State, ownership: NDArray[np.int8]) -> int:
    """Black's stones and empty regions that touch only Black, less White's; fills `ownership` [size * size]."""
    unknown = 2
    stride = row_stride(state)
    size = stride - 1
    board = state.go_board
    stack = np.empty(size * size, np.int16)
    lead = 0
    for action in range(size * size):
        stone = board[to_point(state, action)]
        owner = unknown if stone == EMPTY else 3 - 2 * stone
        ownership[action] = owner
        if stone != EMPTY:
            lead += owner
    for start in range(size * size):
        if ownership[start] != unknown:
            continue
        # `stack[:filled]` is the region, in the order in which it was found.
        stack[0] = to_point(state, start)
        ownership[start] = 0
        filled = 1
        done = 0
        touches = 0
        while done < filled:
            point = stack[done]
            done += 1
            for near in (point - stride, point - 1, point + 1, point + stride):
                stone = board[near]
                if stone == EMPTY:
                    action = to_action(state, near)
                    if ownership[action] == unknown:
                        ownership[action] = 0
                        stack[filled] = near
                        filled += 1
                elif stone <= WHITE:
                    touches |= stone
        if touches in (BLACK, WHITE):
            owner = 3 - 2 * touches
            lead += owner * filled
            for index in range(filled):
                ownership[to_action(state, stack[index])] = owner
    return lead


@implement(final_score, "go_board")
def go_final_score(state: State, ownership: NDArray[np.int8]) -> float:
    return area(state, ownership) - float(state.komi)


@kernel
def finish(state: State) -> None:
    """Ends the game and scores it as it stands."""
    size = row_stride(state) - 1
    state.over = 1
    state.score = area(state, np.empty(size * size, np.int8)) - state.komi


@implement(apply, "go_board")
def go_apply(state: State, action: int) -> tuple[float, float]:
    size = row_stride(state) - 1
    mover = state.turn
    ply = state.ply + 1
    state.ply = ply
    if action == size * size:
        state.passes += 1
        state.ko = 0
    else:
        state.passes = 0
        play_stone(state, to_point(state, action), mover + BLACK)
    state.last_moves[2] = state.last_moves[1]
    state.last_moves[1] = state.last_moves[0]
    state.last_moves[0] = action
    state.turn = 1 - mover
    state.history[ply] = superko_key(state, state.hash, 1 - mover)
    if state.passes < 2 and ply < state.max_plies:
        return 0.0, -1.0
    finish(state)
    lead = -state.score if mover else state.score
    weight = state.score_utility
    return (1.0 - weight) * np.sign(lead) + weight * math.tanh(lead / SCORE_SCALE), 0.0


@implement(player, "go_board")
def go_player(state: State) -> int:
    return OVER if state.over else state.turn


@implement(result, "go_board")
def go_result(state: State) -> float:
    return np.sign(state.score)


@implement(key, "go_board")
def go_key(state: State) -> np.uint64:
    total = state.hash
    if state.turn == 1:
        total ^= ZOBRIST[EMPTY, WHITE_TO_MOVE]
    if state.passes == 1:
        total ^= ZOBRIST[EMPTY, ONE_PASS]
    if state.over:
        total ^= ZOBRIST[EMPTY, ENDED]
    if state.ko:
        total ^= ZOBRIST[EMPTY, state.ko]
    return total
