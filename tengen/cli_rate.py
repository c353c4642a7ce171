"""`tengen rate`: ratings of games that were played anywhere. No logic of its own."""

import json
from pathlib import Path

import click

from tengen.terminal.commands import JSON, FilePath


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FilePath(exists=True))
@click.option("--anchor", metavar="NAME", help="Rate this player at 0; else the mean is 0.")
@JSON
def rate(files: tuple[Path, ...], anchor: str | None, as_json: bool) -> None:
    """Rates the players of games: of a FILE .pgn, .sgf, .csa, .kif, or of a folder that `tengen arena --out` wrote.

    Elo by joint maximum likelihood with 95 % intervals, what the first move is worth, how much is drawn, and LOS: how
    likely each player is stronger than the next.

    \b
    Example: tengen rate games.pgn --anchor stockfish
    """
    from rich.console import Console

    from tengen.arena.rate_file import rate_files, show_rated

    found = rate_files(files, anchor=anchor)
    if as_json:
        click.echo(json.dumps(found.to_json()))
    else:
        show_rated(found, Console(), anchor=anchor)
