"""`tengen show`: a position drawn in the terminal, or into a file."""

from pathlib import Path

from rich.console import Console

from tengen.core.errors import InvalidParameter, TengenError
from tengen.core.files import write_text
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.terminal.boards import draw, has_colours, is_unicode
from tengen.terminal.diagrams.position import diagram_of, squares_named, squares_played
from tengen.terminal.figures import Square


def position_after(game: Game, position: str | None, moves: str) -> tuple[State, State | None, int | None]:
    """The position after `moves` from another, the one before the last of them, and that move's action."""
    state = game.initial_state() if position is None else game.parse_position(position)
    before, action = None, None
    for number, word in enumerate(moves.replace(",", " ").split(), start=1):
        try:
            action = game.parse_action(state, word)
            before, state = state, game.apply(state, action)
        except TengenError as error:
            raise type(error)(f"move {number}: {error}") from None
    return state, before, action


def show(
    game: Game,
    console: Console,
    *,
    position: str | None = None,
    moves: str = "",
    last: str | None = None,
    svg: Path | None = None,
    png: Path | None = None,
    size: int = 480,
    flipped: bool = False,
    coordinates: bool = True,
    solved: bool = False,
) -> None:
    """Draws a position into files, or where none is named on the console; `size` is the width in pixels."""
    state, before, action = position_after(game, position, moves)
    marked: list[Square] = []
    if last is not None:
        if action is not None:
            raise InvalidParameter("the last of --moves is marked already: no --last with it")
        marked = squares_named(game, state, last)
    elif before is not None and action is not None:
        marked = squares_played(game, before, action)
    if svg is None and png is None:
        colours = has_colours(console)
        letters = not is_unicode(console)
        console.print(draw(game, state, action, before=before, colours=colours, flipped=flipped, letters=letters))
        return
    diagram = diagram_of(game, state, marked, flipped=flipped, coordinates=coordinates, solved=solved)
    if svg is not None:
        from tengen.terminal.diagrams.svg import svg_text

        write_text(svg, svg_text(diagram, size))
    if png is not None:
        from tengen.terminal.diagrams.png import write_png

        write_png(diagram, png, size)
