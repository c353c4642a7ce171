"""`tengen review`: a whole game analysed on the command line. No logic of its own."""

import json
from pathlib import Path

import click

from tengen.terminal.commands import JSON, SEED, FilePath, Whole, refuse


@click.command()
@click.argument("path", metavar="FILE", type=FilePath(exists=True))
@click.option("--agent", metavar="AGENT", help="Who judges.  [default: the game's network, else rollouts]")
@click.option("--game", "game_text", metavar="GAME", help="Rules to judge by.  [default: as the file says]")
@click.option("--number", type=Whole(1), help="Which game, in a file of several.")
@click.option("--top", type=Whole(1), metavar="N", help="List the N worst mistakes only.")
@click.option("--out", type=FilePath(), help="Write the annotated game: .sgf, .pgn, .kif, .csa.")
@click.option("--png", type=FilePath(), help="Draw the win rate over the game.")
@SEED
@JSON
def review(
    path: Path,
    agent: str | None,
    game_text: str | None,
    number: int | None,
    top: int | None,
    out: Path | None,
    png: Path | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Analyses a whole game, FILE.sgf, .pgn, .kif or .csa: lists the mistakes, what was better and by how much.

    A loss of 5 percentage points of win rate is an inaccuracy, of 10 a mistake, of 20 a blunder.

    \b
    Example: tengen review game.sgf --out annotated.sgf --png graph.png
             tengen review games.pgn --number 3 --agent zoo:chess,sims=800
             tengen review game.kif --agent "usi:fairy-stockfish,time=1s"
    """
    from rich.console import Console

    from tengen.terminal.reviewing import Wanted, output_console, review_file, show_review

    found = review_file(
        path,
        agent,
        game_text=game_text,
        number=number,
        seed=seed,
        wanted=Wanted(out=out, png=png),
        console=Console(stderr=True, highlight=False),
    )
    if as_json:
        click.echo(json.dumps(found.to_json(top)))
    else:
        show_review(found, output_console(), top)
    if not found.finished:
        refuse(f"interrupted after {len(found.moves)} of {len(found.record.actions)} moves", 130)
