"""python-chess: the rules of chess in Python."""

import random

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("chess",)


def perft(*, position: str, depth: int) -> Work:
    """Perft with the last ply counted in bulk."""
    import chess

    board = chess.Board(position)

    def leaves(depth: int) -> int:
        if depth == 1:
            return board.legal_moves.count()
        total = 0
        for move in board.legal_moves:
            board.push(move)
            total += leaves(depth - 1)
            board.pop()
        return total

    return lambda: {"leaves": leaves(depth)}


def random_games(*, chunk: int) -> Work:
    """Random games until there is no move, too little material, or a hundred plies without a capture or pawn move."""
    import chess

    draw = random.Random(1).choice

    def work() -> Counts:
        plies = 0
        for _ in range(chunk):
            board = chess.Board()
            while board.halfmove_clock < 100 and not board.is_insufficient_material():
                moves = list(board.legal_moves)
                if not moves:
                    break
                board.push(draw(moves))
                plies += 1
        return {"games": chunk, "plies": plies}

    return work
