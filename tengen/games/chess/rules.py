"""Chess as scalar kernels on one record: what a move does, and when a game is over."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.games.chess.bits import ALL, NONE, ONE, bit, flip, lowest
from tengen.games.chess.board import Board, board_of, find_ep_pawns, look
from tengen.games.chess.geometry import DARK, RANK_1
from tengen.games.chess.moves import count_moves, draw_move, list_moves
from tengen.games.chess.state import (
    BLACK_TO_MOVE,
    CHECKMATE,
    EMPTY,
    FIFTY,
    KING,
    LIMIT,
    MATERIAL,
    MEMORY,
    ONGOING,
    PAST,
    PAWN,
    REPETITION,
    RIGHTS,
    ROOK,
    STALEMATE,
    ZOBRIST,
)
from tengen.games.chess.steps import after_step, read_step
from tengen.games.rules import (
    OVER,
    State,
    apply,
    count_actions,
    implement,
    key,
    legal_actions,
    player,
    random_action,
    result,
)


@kernel
def lacks_material(board: Board) -> bool:
    """Whether nobody can be mated: bare kings, one knight, or bishops all on squares of one colour."""
    pawns = board.leaper & ~board.diagonal & ~board.straight
    if board.straight & ~board.leaper != NONE or pawns != NONE:
        return False
    knights = board.leaper & board.diagonal
    bishops = board.diagonal & ~board.leaper
    if knights != NONE:
        return bishops == NONE and knights & (knights - ONE) == NONE
    return bishops & DARK == NONE or bishops & ~DARK == NONE


@kernel
def count_occurrences(state: State) -> int:
    """How often the present position has stood since the last capture or pawn move, this time included."""
    found = 1
    index = int(state.slot) - 4
    for _ in range(4, state.known + 1, 2):
        if index < 0:
            index += MEMORY
        if state.keys[index] == state.key:
            found += 1
        index -= 2
    return found


@kernel
def settle(state: State) -> None:
    """Computes what follows from the board and the past: attacks, the number of moves, whether the game is over."""
    board = board_of(state)
    outlook = look(board)
    moves = count_moves(board, outlook, state.castling, state.ep_pawns, state.ep_square)
    state.attacked = outlook.attacked
    state.pinned = outlook.pinned
    state.target = outlook.target
    state.keys[state.slot] = state.key
    state.occurrences = count_occurrences(state) if state.known >= 4 else 1
    if moves == 0:
        state.ending = STALEMATE if outlook.target == ALL else CHECKMATE
    elif state.material and lacks_material(board):
        state.ending = MATERIAL
    elif state.repetition and state.occurrences >= state.repetition:
        state.ending = REPETITION
    elif state.fifty and state.clock >= state.fifty:
        state.ending = FIFTY
    elif state.ply >= state.max_plies:
        state.ending = LIMIT
    else:
        state.ending = ONGOING
    state.moves = moves if state.ending == ONGOING else 0


@kernel
def remember(state: State) -> None:
    """Keeps the position before a move for the observation."""
    row = state.ply % PAST
    state.past[row, 0] = state.chess_own
    state.past[row, 1] = state.leaper
    state.past[row, 2] = state.diagonal
    state.past[row, 3] = state.straight
    state.past_occurrences[row] = state.occurrences
    state.past_count = min(state.past_count + 1, PAST - 1)


@kernel
def rights_key(castling: np.uint64, view: int) -> np.uint64:
    """What rights to castle contribute to the key."""
    found = NONE
    while castling != NONE:
        found ^= ZOBRIST[0, RIGHTS, lowest(castling) ^ view]
        castling &= castling - ONE
    return found


@implement(apply, "chess_own")
def chess_apply(state: State, action: int) -> tuple[float, float]:
    remember(state)
    side = int(state.side)
    view = 56 * side
    board = board_of(state)
    step = read_step(board, state.castling, state.chess960, action)
    changed = state.key ^ BLACK_TO_MOVE
    if state.ep_square != 0:
        changed ^= ZOBRIST[1, RIGHTS, state.ep_square ^ view]
    changed ^= ZOBRIST[side, step.mover, step.origin ^ view] ^ ZOBRIST[side, step.placed, step.goal ^ view]
    changed ^= ZOBRIST[1 - side, step.victim, step.taken ^ view]
    if step.rook_goal >= 0:
        changed ^= ZOBRIST[side, ROOK, step.taken ^ view] ^ ZOBRIST[side, ROOK, step.rook_goal ^ view]
    if state.castling != NONE:
        touched = bit(step.origin) | bit(step.taken) | (RANK_1 if step.mover == KING else NONE)
        lost = state.castling & touched
        changed ^= rights_key(lost, view)
        state.castling = flip(state.castling ^ lost)

    board = after_step(board, step)
    ep_pawns = NONE
    if step.ep_square != 0:
        ep_pawns = find_ep_pawns(board, step.ep_square)
        if ep_pawns != NONE:
            changed ^= ZOBRIST[1, RIGHTS, step.ep_square ^ 56 ^ view]
    state.chess_own = board.own
    state.leaper = board.leaper
    state.diagonal = board.diagonal
    state.straight = board.straight
    state.ep_pawns = ep_pawns
    state.ep_square = step.ep_square if ep_pawns != NONE else 0
    state.key = changed
    state.side = 1 - side
    state.ply += 1
    state.fullmove += side
    state.slot = state.slot + 1 if state.slot + 1 < MEMORY else 0
    if step.mover == PAWN or step.victim != EMPTY:
        state.clock = 0
        state.known = 0
    else:
        state.clock += 1
        state.known = min(state.known + 1, MEMORY - 1)
    if step.victim == KING:  # a position that no game reaches was set up; without a king nothing else can be said of it
        state.ending = CHECKMATE
        state.moves = 0
    else:
        settle(state)
    if state.ending == ONGOING:
        return 0.0, -1.0
    return (1.0 if state.ending == CHECKMATE else 0.0), 0.0


@implement(legal_actions, "chess_own")
def chess_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    return list_moves(state, out) if state.ending == ONGOING else 0


@implement(random_action, "chess_own")
def chess_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    return draw_move(state, seeds, row)


@implement(count_actions, "chess_own")
def chess_count_actions(state: State, scratch: NDArray[np.int32]) -> int:
    return int(state.moves)


@implement(player, "chess_own")
def chess_player(state: State) -> int:
    return OVER if state.ending != ONGOING else int(state.side)


@implement(key, "chess_own")
def chess_key(state: State) -> np.uint64:
    return state.key


@implement(result, "chess_own")
def chess_result(state: State) -> float:
    if state.ending != CHECKMATE:
        return 0.0
    return 1.0 if state.side == 1 else -1.0
