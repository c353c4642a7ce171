"""Boards as a person sees them: in colour where the terminal has colours, plain text everywhere."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from tengen.core.files import write_text
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.terminal import figures

if TYPE_CHECKING:
    from tengen.games.go import Go

WOOD = "#dcb35c"
LINE = "#8a6a2f"
STONES = {1: "#111111", 2: "#fafafa"}
LAST = "#d9622b"
"""Behind the last stone."""

LETTERS = "ABCDEFGHJKLMNOPQRST"


def has_colours(console: Console) -> bool:
    """Whether the console can show stones by colour alone: a real terminal, in UTF-8, that may use colours."""
    return (
        console.is_terminal
        and not console.is_dumb_terminal
        and not console.no_color
        and console.color_system is not None
        and is_unicode(console)
    )


def is_unicode(console: Console) -> bool:
    """Whether the console can show figures and kanji."""
    return console.encoding.lower().startswith("utf")


def can_turn(game: Game) -> bool:
    """Whether the game's board can be seen from the other side."""
    return game.name in ("chess", "shogi")


def draw(
    game: Game,
    state: State,
    last_action: int | None = None,
    *,
    before: State | None = None,
    colours: bool = True,
    flipped: bool = False,
    letters: bool = False,
) -> Text:
    """The position, the last move marked, if need be from the side of player 1, or in `letters`.

    `before` is the position in which the last move was played; without it boards of chess and shogi have no mark.
    """
    if can_turn(game):
        marked = [] if before is None or last_action is None else figures.squares_of(game, before, last_action)
        if game.name == "chess":
            return figures.draw_chess(game, state, marked, flipped=flipped, colours=colours, letters=letters)  # type: ignore[arg-type]
        return figures.draw_shogi(game, state, marked, flipped=flipped, colours=colours, letters=letters)  # type: ignore[arg-type]
    if colours and game.name == "go":
        return _draw_go(game, state, last_action)  # type: ignore[arg-type]
    text = Text("\n".join(_with_coordinates(game, state, game.draw(state, last_action))), no_wrap=True)
    if colours:
        text.highlight_regex(r"(?<![A-Za-z])X(?![A-Za-z])", "bold cyan")
        text.highlight_regex(r"(?<![A-Za-z])O(?![A-Za-z])", "bold yellow")
    return text


def star_points(size: int) -> set[tuple[int, int]]:
    """The marked points of a board as (row, column): corners, sides and centre as far as there is room."""
    if size < 5:
        return set()
    if size == 5:
        return {(2, 2)}
    low = 2 if size < 13 else 3
    marks = [low, size - 1 - low]
    points = {(row, column) for row in marks for column in marks}
    if size % 2:
        middle = size // 2
        points.add((middle, middle))
        if size >= 13:
            points |= {(middle, mark) for mark in marks} | {(mark, middle) for mark in marks}
    return points


def _draw_go(game: "Go", state: State, last_action: int | None) -> Text:
    size = game.size
    board = game.board(state)
    stars = star_points(size)
    header = " ".join(LETTERS[:size])
    text = Text("    ", no_wrap=True)
    text.append(header, style="dim")
    for row in range(size):
        text.append(f"\n{size - row:2d} ", style="dim")
        text.append(" ", style=f"on {WOOD}")
        for column in range(size):
            stone = int(board[row, column])
            joint = "─" if column + 1 < size else " "
            ground = LAST if last_action == row * size + column else WOOD
            if stone:
                text.append("●", style=f"{STONES[stone]} on {ground}")
            else:
                mark = "•" if (row, column) in stars else _crossing(row, column, size)
                text.append(mark, style=f"{LINE} on {WOOD}")
            text.append(joint, style=f"{LINE} on {WOOD}")
        text.append(f" {size - row}", style="dim")
    text.append("\n    ").append(header, style="dim")
    return text


def _crossing(row: int, column: int, size: int) -> str:
    """The box-drawing sign for a point: corner, edge or cross."""
    if size == 1:
        return "·"
    vertical = 0 if row == 0 else 2 if row == size - 1 else 1
    horizontal = 0 if column == 0 else 2 if column == size - 1 else 1
    return ("┌┬┐", "├┼┤", "└┴┘")[vertical][horizontal]


def _with_coordinates(game: Game, state: State, drawn: str) -> list[str]:
    """Adds letters and numbers to a bare grid whose actions are its points, named `a1` from the bottom left."""
    rows = drawn.splitlines()
    _, height, width = game.observation_shape
    if len(rows) != height or any(len(row) != width for row in rows) or game.num_actions != height * width:
        return rows
    if game.action_to_text(state, 0) != f"a{height}" or game.action_to_text(state, width) != f"a{height - 1}":
        return rows
    letters = "  " + " ".join("abcdefghijklmnopqrstuvwxyz"[:width])
    return [*(f"{height - row} {' '.join(cells)}" for row, cells in enumerate(rows)), letters]


def export_svg(shown: RenderableType, path: Path, *, title: str = "tengen") -> None:
    """Writes what a terminal would show, such as a drawn board, as an SVG picture."""
    nowhere = io.StringIO()
    console = Console(
        record=True, width=200, file=nowhere, force_terminal=True, color_system="truecolor", legacy_windows=False
    )
    console.width = max(len(title) + 12, 1 + console.measure(shown).maximum)
    console.print(shown)
    write_text(path, console.export_svg(title=title))
