"""cshogi: the rules of shogi in C++ (from Apery), called from Python."""

import random
from typing import Any

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("cshogi",)
PLY_LIMIT = 1000


def perft(*, position: str, depth: int) -> Work:
    """Perft with the recursion in Python and the last ply counted in bulk by the C++ move generator."""
    import cshogi

    board = cshogi.Board(position)

    def leaves(depth: int) -> int:
        if depth == 1:
            return len(board.legal_moves)
        total = 0
        for move in board.legal_moves:
            board.push(move)
            total += leaves(depth - 1)
            board.pop()
        return total

    return lambda: {"leaves": leaves(depth)}


def random_games(*, chunk: int) -> Work:
    """Random games until there is no move, a repetition that draws, or a thousand plies."""
    import cshogi

    draw = random.Random(1).choice

    def game() -> int:
        board: Any = cshogi.Board()
        plies = 0
        while plies < PLY_LIMIT and board.is_draw() != cshogi.REPETITION_DRAW:
            moves = list(board.legal_moves)
            if not moves:
                break
            board.push(draw(moves))
            plies += 1
        return plies

    def work() -> Counts:
        return {"games": chunk, "plies": sum(game() for _ in range(chunk))}

    return work
