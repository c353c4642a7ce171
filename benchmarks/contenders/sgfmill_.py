"""sgfmill: a Go board in plain Python, the size of what one writes in an afternoon."""

import random

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("sgfmill",)


def random_games(*, size: int, chunk: int) -> Work:
    """Random games until two passes or 2 * size^2 plies; simple ko, suicide allowed (the board knows no superko)."""
    from sgfmill.boards import Board

    draw = random.Random(1).choice
    points = [(row, column) for row in range(size) for column in range(size)]

    def game() -> int:
        board, ko, passes, ply = Board(size), None, 0, 0
        while passes < 2 and ply < 2 * size * size:
            moves = [point for point in points if board.board[point[0]][point[1]] is None and point != ko]
            move = draw([*moves, None])
            if move is None:
                passes, ko = passes + 1, None
            else:
                passes, ko = 0, board.play(*move, "bw"[ply % 2])
            ply += 1
        return ply

    def work() -> Counts:
        return {"games": chunk, "plies": sum(game() for _ in range(chunk))}

    return work
