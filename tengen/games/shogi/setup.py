"""A record from a board, two hands and a side to move."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.rules import State
from tengen.games.shogi.bits import load, some, store, words
from tengen.games.shogi.movegen import attacked, king_of
from tengen.games.shogi.rules import KIND_SETS, find_checkers, flip, settle
from tengen.games.shogi.state import NONE, PLAYING
from tengen.games.shogi.tables import HAND_WORDS, ZOBRIST


@kernel
def set_up(states: NDArray[State]) -> bool:
    """Works out all of `states[0]` from its board, hands, side to move and parameters.

    Each side has one king. False where the king of the side that is not to move stands in check: no position.
    """
    state = states[0]
    sets = words(state.sets)
    sets[:] = 0
    total = np.uint64(0)
    for square in range(81):
        piece = int(state.shogi_board[square])
        if piece:
            flip(sets, piece >> 4, square)
            flip(sets, KIND_SETS[piece & 15], square)
            total += ZOBRIST[piece * 81 + square]
    for color in range(2):
        for hand in range(7):
            for _ in range(state.hands[color, hand]):
                total += HAND_WORDS[color * 7 + hand]
    state.hash = total
    state.past[:] = NONE
    state.ply = 0
    state.over = PLAYING
    state.outcome = 0
    state.repeats = 0
    state.seen[:] = 0
    state.seen[0, 0] = total
    checkers = find_checkers(state)
    store(words(state.checkers), 0, checkers)
    color = int(np.int64(state.turn))
    state.check_run[:] = 0
    state.check_run[1 - color] = 1 if some(checkers) else 0
    if attacked(sets, king_of(sets, 1 - color), color, load(sets, 0) | load(sets, 1)):
        return False
    settle(state)
    return True
