"""Stones and chains: putting stones down, joining chains, taking them off. No rule of repetition here."""

from tengen.core.jit import kernel
from tengen.games.go.state import BLACK, EMPTY, ZOBRIST, row_stride
from tengen.games.rules import State


@kernel
def join(state: State, first: int, second: int) -> int:
    """Makes one chain of two; the smaller takes the name of the larger. Returns that name."""
    if first == second:
        return first
    chain, next_stone, stones, liberties = state.chain, state.next_stone, state.stones, state.liberties
    if stones[first] < stones[second]:
        first, second = second, first
    stones[first] += stones[second]
    liberties[first] += liberties[second]
    stone = second
    while True:
        chain[stone] = first
        stone = next_stone[stone]
        if stone == second:
            break
    next_stone[first], next_stone[second] = next_stone[second], next_stone[first]
    return first


@kernel
def put_stone(state: State, point: int, color: int) -> int:
    """Puts a stone on an empty point and joins it to its neighbours; captures nothing. Returns its chain."""
    board, chain, liberties = state.go_board, state.chain, state.liberties
    stride = row_stride(state)
    above, left, right, below = point - stride, point - 1, point + 1, point + stride

    state.hash ^= ZOBRIST[color, point]
    board[point] = color
    count = state.empty_count - 1
    state.empty_count = count
    moved = state.empties[count]
    slot = state.slot[point]
    state.empties[slot] = moved
    state.slot[moved] = slot

    liberties[chain[above]] -= 1
    liberties[chain[left]] -= 1
    liberties[chain[right]] -= 1
    liberties[chain[below]] -= 1
    free = (board[above] == EMPTY) + (board[left] == EMPTY) + (board[right] == EMPTY) + (board[below] == EMPTY)

    chain[point] = point
    state.next_stone[point] = point
    state.stones[point] = 1
    liberties[point] = free
    name = point
    if board[above] == color:
        name = join(state, name, chain[above])
    if board[left] == color:
        name = join(state, name, chain[left])
    if board[right] == color:
        name = join(state, name, chain[right])
    if board[below] == color:
        name = join(state, name, chain[below])
    return name


@kernel
def remove_chain(state: State, start: int, color: int) -> int:
    """Takes the chain of the stone `start` off the board; returns how many stones it had."""
    board, chain, liberties, next_stone = state.go_board, state.chain, state.liberties, state.next_stone
    stride = row_stride(state)
    count = state.empty_count
    before = count
    key = state.hash
    stone = start
    while True:
        board[stone] = EMPTY
        chain[stone] = 0
        liberties[chain[stone - stride]] += 1
        liberties[chain[stone - 1]] += 1
        liberties[chain[stone + 1]] += 1
        liberties[chain[stone + stride]] += 1
        key ^= ZOBRIST[color, stone]
        state.empties[count] = stone
        state.slot[stone] = count
        count += 1
        state.removed_at[color - BLACK, stone] = state.ply
        stone = next_stone[stone]
        if stone == start:
            break
    state.hash = key
    state.empty_count = count
    return count - before


@kernel
def play_stone(state: State, point: int, color: int) -> None:
    """Plays a stone: captures what has lost its last liberty, then the mover's own chain if it has none.

    `state.ply` is already the number of this move. Changes `ko` and `captures` too.
    """
    board, chain, liberties = state.go_board, state.chain, state.liberties
    stride = row_stride(state)
    other = 3 - color
    name = put_stone(state, point, color)
    taken = 0
    last = 0
    for near in (point - stride, point - 1, point + 1, point + stride):
        if board[near] == other and liberties[chain[near]] == 0:
            taken += remove_chain(state, near, other)
            last = near
    state.ko = 0
    if taken:
        state.captures[color - BLACK] += taken
        if taken == 1 and state.stones[name] == 1 and liberties[name] == 1:
            state.ko = last
    elif liberties[name] == 0:
        state.captures[other - BLACK] += remove_chain(state, point, color)
