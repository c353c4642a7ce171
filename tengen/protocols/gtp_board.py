"""The board of a GTP session: stones of either colour in any order, taken back one by one.

The rules of Go know whose turn it is, GTP does not: a controller may play one colour twice, and may go on
after two passes. So each step first gives the turn to whoever plays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidMove, TengenError
from tengen.games.go import Go
from tengen.games.rules import State
from tengen.protocols.gtp_line import Refusal
from tengen.records.sgf import load_sgf


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One stone or pass."""

    player: int
    action: int
    before: State
    """The position with `player` to move."""
    after: State


class GtpBoard:
    """A game in progress: its steps, and the position after them."""

    def __init__(self, game: Go, start: State | None = None) -> None:
        self.game = game
        self.start = game.initial_state() if start is None else start
        self.steps: list[Step] = []
        self.setup = 0
        """How many of the first steps are handicap or set-up stones, which `undo` leaves alone."""

    @property
    def state(self) -> State:
        """The position now, with the turn that the rules give."""
        return self.steps[-1].after if self.steps else self.start

    def is_empty(self) -> bool:
        """Whether no stone is on the board."""
        return not self.game.board(self.state).any()

    def with_turn(self, player: int) -> State:
        """The position now with `player` to move, also where the rules see the game as ended."""
        game, state = self.game, self.state
        if state["over"] and state["ply"] >= game.max_plies:
            return game.position(game.board(state), player)  # there is no room to remember more positions
        if state["over"]:
            state = state.copy()
            state["over"] = state["passes"] = 0
        return game.with_player(state, player)

    def vertices(self, points: NDArray[np.bool_]) -> list[str]:
        """The vertices of the marked points [size, size]."""
        return [self.vertex(int(point)) for point in np.flatnonzero(points)]

    def vertex(self, action: int) -> str:
        """An action as a GTP vertex, `pass` included."""
        return self.game.action_to_text(self.state, action)

    def action(self, text: str) -> int:
        """The action that a vertex names."""
        try:
            return self.game.parse_move(self.state, text)
        except InvalidMove:
            raise Refusal("invalid color or coordinate") from None

    def play(self, player: int, action: int) -> None:
        """Plays for either colour; refuses what the rules forbid."""
        before = self.with_turn(player)
        try:
            after = self.game.apply(before, action)
        except IllegalMove:
            raise Refusal("illegal move") from None
        self.steps.append(Step(player, action, before, after))

    def set_up(self, player: int, points: list[int]) -> None:
        """Puts handicap or set-up stones down; `undo` does not take them back."""
        for point in points:
            self.play(player, point)
        self.setup = len(self.steps)

    def undo(self) -> None:
        """Takes the last step back."""
        if len(self.steps) <= self.setup:
            raise Refusal("cannot undo")
        self.steps.pop()

    def under(self, game: Go) -> "GtpBoard":
        """The same steps under other rules or another komi."""
        board = GtpBoard(game, game.position(self.game.board(self.start), int(self.start["turn"])))
        for step in self.steps:
            board.play(step.player, step.action)
        board.setup = self.setup
        return board

    def captures(self) -> tuple[int, int]:
        """Stones that Black and White have taken."""
        taken = [0, 0]
        for step in self.steps:
            theirs = 2 - step.player
            lost = (self.game.board(step.before) == theirs).sum() - (self.game.board(step.after) == theirs).sum()
            taken[step.player] += int(lost)
        return taken[0], taken[1]

    def chains(self) -> list[list[str]]:
        """All chains on the board, each as its vertices."""
        board = self.game.board(self.state).ravel()
        size = self.game.size
        seen: set[int] = set()
        found = []
        for start in map(int, np.flatnonzero(board)):
            if start in seen:
                continue
            chain = [start]
            seen.add(start)
            for point in chain:
                for near in neighbours(point, size):
                    if near not in seen and board[near] == board[start]:
                        seen.add(near)
                        chain.append(near)
            found.append([self.vertex(point) for point in sorted(chain)])
        return found


def load_sgf_board(path: str, make: Callable[[int, float], Go], before_move: int | None = None) -> GtpBoard:
    """The main line of a file's first game, up to the move of a number; `make` gives the game for a size and komi."""
    try:
        found = load_sgf(path)[0]
        record = found.record("simple-ko")
        game = make(found.size, found.komi)
        start = game.parse_position(record.start) if record.start else game.initial_state()
    except (TengenError, IndexError) as error:
        raise Refusal(f"cannot load file: {error}") from None
    board = GtpBoard(game, start)
    player = int(start["turn"])
    for action in record.actions[: None if before_move is None else max(0, before_move - 1)].tolist():
        board.play(player, action)
        player = 1 - player
    return board


def neighbours(point: int, size: int) -> list[int]:
    """The flat points beside a flat point."""
    row, column = divmod(point, size)
    around = ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column))
    return [y * size + x for y, x in around if 0 <= y < size and 0 <= x < size]
