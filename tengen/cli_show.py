"""`tengen show`: a position as a picture on the command line. No logic of its own."""

from pathlib import Path

import click

from tengen.terminal.commands import FilePath, Whole


@click.command()
@click.argument("game_text", metavar="GAME")
@click.option("--position", metavar="TEXT", help="The position, in the game's own notation.  [default: the start]")
@click.option("--moves", default="", metavar="TEXT", help="Moves from there on; the last one is marked.")
@click.option("--last", metavar="MOVE", help="Mark this move, which led to the position.")
@click.option("--svg", type=FilePath(), help="Write an SVG picture.")
@click.option("--png", type=FilePath(), help="Write a PNG picture.")
@click.option("--size", type=Whole(16, 8192), default=480, show_default=True, help="Its width in pixels.")
@click.option("--flip", is_flag=True, help="As the second player sees it.")
@click.option("--coordinates/--no-coordinates", default=True, help="Letters and numbers at the edges.")
@click.option("--solve", is_flag=True, help="Gridworld: the exact utilities and the best steps.")
def show(
    game_text: str,
    position: str | None,
    moves: str,
    last: str | None,
    svg: Path | None,
    png: Path | None,
    size: int,
    flip: bool,
    coordinates: bool,
    solve: bool,
) -> None:
    """A picture of a position, for documents; with neither --svg nor --png it is drawn in the terminal.

    \b
    Example: tengen show chess --moves "e4 e5 Nf3" --svg opening.svg
             tengen show go:size=9 --moves "D4 F6 F4" --png board.png --size 600
    """
    from rich.console import Console

    from tengen.games.registry import make
    from tengen.terminal import showing

    showing.show(
        make(game_text),
        Console(highlight=False),
        position=position,
        moves=moves,
        last=last,
        svg=svg,
        png=png,
        size=size,
        flipped=flip,
        coordinates=coordinates,
        solved=solve,
    )
