"""Go in plain Python, slow and simple: boards are tuples, chains are flood-filled, history is a list."""

from collections.abc import Iterator

Board = tuple[str, ...]
"""One symbol a point, row by row from the top left: X black, O white, . empty."""


class SlowGo:
    """A game under any rule set; points are flat, size * size is the pass."""

    def __init__(self, size: int, superko: str, suicide: bool) -> None:
        self.size, self.superko, self.suicide = size, superko, suicide
        self.board: Board = (".",) * (size * size)
        self.to_move = "X"
        self.passes = 0
        self.captures = {"X": 0, "O": 0}
        self.history: list[tuple[Board, str]] = [(self.board, "X")]
        self.moves: list[int] = []

    def neighbours(self, point: int) -> Iterator[int]:
        row, column = divmod(point, self.size)
        for r, c in ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)):
            if 0 <= r < self.size and 0 <= c < self.size:
                yield r * self.size + c

    def region(self, board: Board, point: int) -> tuple[set[int], set[int]]:
        """The connected points of the same symbol, and the points around them."""
        inside, edge, todo = {point}, set(), [point]
        while todo:
            for near in self.neighbours(todo.pop()):
                if board[near] != board[point]:
                    edge.add(near)
                elif near not in inside:
                    inside.add(near)
                    todo.append(near)
        return inside, edge

    def liberties(self, board: Board, point: int) -> int:
        return sum(board[near] == "." for near in self.region(board, point)[1])

    def after(self, point: int, color: str) -> tuple[Board, int, int]:
        """The board after a stone is played, how many hostile stones were taken, and how many own."""
        other = "O" if color == "X" else "X"
        board = list(self.board)
        board[point] = color
        taken: set[int] = set()
        for near in self.neighbours(point):
            if board[near] == other and self.liberties(tuple(board), near) == 0:
                taken |= self.region(tuple(board), near)[0]
        for gone in taken:
            board[gone] = "."
        own: set[int] = set()
        if self.liberties(tuple(board), point) == 0:
            own = self.region(tuple(board), point)[0]
        for gone in own:
            board[gone] = "."
        return tuple(board), len(taken), len(own)

    def is_legal(self, point: int) -> bool:
        if point == self.size**2:
            return True
        if self.board[point] != ".":
            return False
        board, _, own = self.after(point, self.to_move)
        if own and not self.suicide:
            return False
        follower = "O" if self.to_move == "X" else "X"
        if self.superko == "positional":
            return all(board != old for old, _ in self.history)
        if self.superko == "situational":
            return (board, follower) not in self.history
        return len(self.history) < 2 or board != self.history[-2][0]

    def legal(self) -> list[int]:
        return [point for point in range(self.size**2 + 1) if self.is_legal(point)]

    def play(self, point: int) -> None:
        color, follower = self.to_move, "O" if self.to_move == "X" else "X"
        if point == self.size**2:
            self.passes += 1
        else:
            self.passes = 0
            self.board, taken, own = self.after(point, color)
            self.captures[color] += taken
            self.captures[follower] += own
        self.to_move = follower
        self.moves.append(point)
        self.history.append((self.board, follower))

    def emptied_by(self, age: int) -> set[int]:
        """The points that the last move (age 1) or the one before it (age 2) emptied, a suicide's own among them."""
        if age > len(self.moves):
            return set()
        before, after = self.history[-age - 1][0], self.history[-age][0]
        points = {point for point in range(self.size**2) if before[point] != "." and after[point] == "."}
        move = self.moves[-age]
        return points | ({move} if move < self.size**2 and after[move] == "." else set())

    def owners(self) -> list[int]:
        """1 where Black owns the point, -1 where White does, 0 elsewhere."""
        owners = []
        for point, symbol in enumerate(self.board):
            reached = {symbol} if symbol != "." else {self.board[near] for near in self.region(self.board, point)[1]}
            owners.append(1 if reached == {"X"} else -1 if reached == {"O"} else 0)
        return owners
