"""Any position as a diagram: which game draws it, and what is marked."""

import re
from collections.abc import Collection

from tengen.core.errors import InvalidMove, InvalidParameter
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.terminal.diagrams import boards, grids
from tengen.terminal.diagrams.shapes import Diagram
from tengen.terminal.figures import Square, squares_of

DRAWN = ("breakout", "chess", "go", "gridworld", "shogi", "tictactoe")
"""Games that have diagrams."""


def diagram_of(
    game: Game,
    state: State,
    marked: Collection[Square] = (),
    *,
    flipped: bool = False,
    coordinates: bool = True,
    solved: bool = False,
) -> Diagram:
    """The position, the `marked` squares shown as those of the last move; `flipped` from player 1's side.

    `solved` puts the exact utilities and the best steps into a gridworld. InvalidParameter where the game is not
    drawn, or not so.
    """
    if solved and game.name != "gridworld":
        raise InvalidParameter(f"utilities are drawn for the gridworld, not for {game.name}")
    if flipped and game.num_players == 1:
        raise InvalidParameter(f"{game.name} is a game for one: its board has one side only")
    match game.name:
        case "go":
            return boards.draw_go(game, state, marked, flipped=flipped, coordinates=coordinates)  # type: ignore[arg-type]
        case "chess":
            return boards.draw_chess(game, state, marked, flipped=flipped, coordinates=coordinates)  # type: ignore[arg-type]
        case "shogi":
            return boards.draw_shogi(game, state, marked, flipped=flipped, coordinates=coordinates)  # type: ignore[arg-type]
        case "tictactoe":
            rows = game.position_to_text(state).split("/")
            return boards.draw_tictactoe(game.text, rows, marked, flipped=flipped, coordinates=coordinates)
        case "gridworld":
            utilities, ways = _solution(game) if solved else (None, None)
            return grids.draw_gridworld(game, state, utilities=utilities, ways=ways, coordinates=coordinates)  # type: ignore[arg-type]
        case "breakout":
            return grids.draw_breakout(game, state)  # type: ignore[arg-type]
    raise InvalidParameter(f"there are no diagrams of {game.name}, but of {', '.join(DRAWN)}")


def squares_named(game: Game, state: State, text: str) -> list[Square]:
    """The squares of a move that has been played already, by its text; InvalidMove where it is none."""
    word = text.strip()
    if game.name == "chess":
        if re.fullmatch(r"[a-h][1-8][a-h][1-8][qrbn]?", word) is None:
            raise InvalidMove(f"{text[:20]!r} is no move with its squares, such as e2e4")
        return [(8 - int(word[at + 1]), ord(word[at]) - ord("a")) for at in (2, 0)]
    if game.name == "shogi":
        if re.fullmatch(r"(?:[1-9][a-i]|[PLNSGBR]\*)[1-9][a-i]\+?", word) is None:
            raise InvalidMove(f"{text[:20]!r} is no move with its squares, such as 7g7f or P*5e")
        names = [word[2:4]] if word[1] == "*" else [word[2:4], word[:2]]
        return [(ord(name[1]) - ord("a"), 9 - int(name[0])) for name in names]
    return squares_played(game, state, game.parse_move(state, word))


def squares_played(game: Game, before: State, action: int) -> list[Square]:
    """The squares of a move; none of a pass and in games whose actions are no points."""
    if game.name in ("chess", "shogi"):
        return squares_of(game, before, action)
    if game.name not in ("go", "tictactoe"):
        return []
    _, height, width = game.observation_shape
    return [divmod(action, width)] if action < height * width else []


def _solution(game: Game) -> tuple[dict[Square, float], dict[Square, list[int]]]:
    """The utilities of a gridworld's squares and their best steps, by value iteration."""
    from tengen.baselines.value_iteration import solve

    solution = solve(game)  # type: ignore[arg-type]
    utilities: dict[Square, float] = {}
    ways: dict[Square, list[int]] = {}
    rows = game.rows  # type: ignore[attr-defined]
    for row, line in enumerate(rows):
        for column, symbol in enumerate(line):
            if symbol not in ".S":
                continue
            state = game.parse_position(f"{column + 1},{len(rows) - row}")
            value = solution.value(state)
            if value is not None:
                utilities[row, column] = value
                ways[row, column] = solution.optimal_actions(state)
    return utilities, ways
