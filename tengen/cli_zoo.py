"""`tengen zoo`: the networks that ship, on the command line. No logic of its own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tengen.terminal.commands import JSON, FilePath, Whole

if TYPE_CHECKING:
    from datetime import datetime


@click.group(invoke_without_command=True)
@click.pass_context
def zoo(context: click.Context) -> None:
    """The networks that ship: lists them, shows their cards, makes new ones.

    \b
    Example: tengen zoo
             tengen zoo show go9
    """
    if context.invoked_subcommand is None:
        from rich.console import Console

        from tengen.terminal.zoo import zoo_table

        Console().print(zoo_table())


@zoo.command()
@click.argument("name")
@JSON
def show(name: str, as_json: bool) -> None:
    """The card of a network: what made it, and how it has played.

    \b
    Example: tengen zoo show go9 --json
    """
    from tengen.agents.zoo import zoo_card
    from tengen.terminal.zoo import card_json, card_lines

    if as_json:
        click.echo(json.dumps(card_json(name)))
    else:
        click.echo("\n".join(card_lines(zoo_card(name))))


@zoo.command()
def table() -> None:
    """The page docs/zoo.md, in Markdown.

    \b
    Example: tengen zoo table > docs/zoo.md
    """
    from tengen.terminal.zoo import page

    click.echo(page(), nl=False)


@zoo.command()
@click.argument("name")
@click.argument("source", metavar="RUN_OR_CHECKPOINT", type=FilePath(exists=True))
@click.option("--checkpoint", type=Whole(0), metavar="N", help="A numbered checkpoint.  [default: the newest]")
@click.option("--result", "results", multiple=True, type=FilePath(exists=True), help="A match that it has played.")
@click.option("--out", type=FilePath(), help="The file to write.  [default: in the package]")
@click.option("--command", help="What made it, where the run does not know.")
@click.option("--commit", help="The source that made it, likewise.")
@click.option("--machine", help="What it ran on, likewise.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="When it was made, likewise.")
def add(
    name: str,
    source: Path,
    checkpoint: int | None,
    results: tuple[Path, ...],
    out: Path | None,
    command: str | None,
    commit: str | None,
    machine: str | None,
    date: "datetime | None",
) -> None:
    """Makes zoo:NAME of a run: its averaged weights in one file of at most 3 MB, with a card.

    A --result is what `tengen arena --json` printed, or the folder of a match; it may be given again. A checkpoint that
    has a card already keeps it, with what is given added.

    \b
    Example: tengen zoo add go9 runs/go9 --result match.json
             tengen zoo add go9 tengen/zoo/go9.safetensors --result another.json
    """
    from tengen.selfplay.entry import Known, make_entry

    day = None if date is None else f"{date:%Y-%m-%d}"
    known = Known(command=command, commit=commit, machine=machine, date=day)
    path, card = make_entry(name, source, checkpoint=checkpoint, results=results, known=known, out=out)
    click.echo(f"{path}: {path.stat().st_size} bytes, {card.parameters} parameters, {len(card.opponents)} opponents")
