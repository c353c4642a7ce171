"""Places on a board, and which moves they stand for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tengen.games.game import Game
from tengen.games.rules import State

if TYPE_CHECKING:
    from tengen.games.gridworld import Gridworld


@dataclass(frozen=True, slots=True)
class Square:
    """A square or point, from the top left as player 0 sees the board."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Hand:
    """The pieces of one kind that a player of shogi holds."""

    player: int
    kind: int


Place = Square | Hand


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a search thinks of one move."""

    action: int
    text: str
    visits: int
    value: float
    """For the player to move, in [-1, 1]; for one player the return from here."""
    source: Place | None
    target: Square | None


_STEPS = ((-1, 0), (0, 1), (1, 0), (0, -1))
"""Rows and columns of the gridworld's directions: north, east, south, west."""


def has_pieces(game: Game) -> bool:
    """Whether a move takes a piece from one place to another; else it is a place alone."""
    return game.name in ("chess", "shogi")


def has_points(game: Game) -> bool:
    """Whether actions are the points of the board, row by row, and perhaps a pass."""
    _, height, width = game.observation_shape
    return game.board_actions and not has_pieces(game) and game.num_actions in (height * width, height * width + 1)


def places_of(game: Game, state: State, action: int) -> tuple[Place | None, Square | None]:
    """Where a move comes from, if anywhere, and where it goes; no place for a pass or a declaration."""
    if has_pieces(game):
        text = game.action_to_text(state, action)
        if text == "win":
            return None, None
        if game.name == "chess":
            return _chess_square(text[:2]), _chess_square(text[2:4])
        if text[1] == "*":
            return Hand(game.player(state), "PLNSGBR".index(text[0]) + 1), _shogi_square(text[2:4])
        return _shogi_square(text[:2]), _shogi_square(text[2:4])
    if game.name == "gridworld":
        row, column = ahead(game, state, action)  # type: ignore[arg-type]
        return None, Square(row, column)
    _, height, width = game.observation_shape
    if has_points(game) and action < height * width:
        return None, Square(*divmod(action, width))
    return None, None


def ahead(game: "Gridworld", state: State, direction: int) -> tuple[int, int]:
    """(row, column) of the square beside the robot in a direction; its own where a wall is in the way."""
    row, column = game.place(state)
    rows = game.rows
    down, right = row + _STEPS[direction][0], column + _STEPS[direction][1]
    if not (0 <= down < len(rows) and 0 <= right < len(rows[0])) or rows[down][right] == "#":
        return row, column
    return down, right


def _chess_square(text: str) -> Square:
    return Square(8 - int(text[1]), ord(text[0]) - ord("a"))


def _shogi_square(text: str) -> Square:
    return Square(ord(text[1]) - ord("a"), 9 - int(text[0]))


class Moves:
    """The legal moves of a position by the places that are pointed at."""

    def __init__(self, game: Game, state: State) -> None:
        self._by_places: dict[tuple[Place | None, Square], list[int]] = {}
        for action in game.legal_actions(state).tolist():
            source, target = places_of(game, state, action)
            if target is not None:
                self._by_places.setdefault((source, target), []).append(action)

    def sources(self) -> set[Place]:
        """Where a piece can be taken up."""
        return {source for source, _ in self._by_places if source is not None}

    def targets(self, source: Place | None) -> frozenset[Square]:
        """Where a move from there may go."""
        return frozenset(target for known, target in self._by_places if known == source)

    def between(self, source: Place | None, target: Square) -> list[int]:
        """The moves between two places: none, one, or several such as promotions."""
        return self._by_places.get((source, target), [])
