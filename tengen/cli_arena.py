"""`tengen arena`: matches and tournaments on the command line. No logic of its own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tengen.terminal.commands import SEED, Command, FilePath, Positive, Whole, game_argument, made, refuse, typed

if TYPE_CHECKING:
    from tengen.arena.book import Order


def _check_engine(context: click.Context, option: click.Parameter, engine: str | None) -> None:
    """Does that alone, and ends."""
    if engine is None:
        return
    from rich.console import Console

    from tengen.arena.check_engine import check_engine, show_compliance

    found = check_engine(engine)
    if context.params["as_json"]:
        click.echo(json.dumps(found.to_json()))
    else:
        show_compliance(found, Console())
    context.exit(0 if found.passed else 1)


CHECK_ENGINE = click.option(
    "--check-engine",
    metavar="ENGINE",
    expose_value=False,
    callback=_check_engine,
    help="Only ask this engine (gtp:, uci: or usi:) whether it keeps to its protocol; no GAME.",
)


def time_options(command: Command) -> Command:
    """Adds the options for the time, the nodes and the company in which agents think about a move."""
    for add in (
        click.option("--batch", type=Whole(1), help="Games of one network that a worker plays at once.  [default: 32]"),
        click.option("--margin", type=float, metavar="S", help="Seconds that are forgiven.  [default: 0.1]"),
        click.option("--nodes", type=Whole(1), help="Nodes, or simulations, of a move at most."),
        click.option(
            *("--time-of", "times"), nargs=2, multiple=True, metavar="AGENT TEXT", help="Another control for one agent."
        ),
        click.option("--time", metavar="TEXT", help="Time control: move=1, 60, 60+0.6, 40/300, 60+5x10, 60+25/300."),
    ):
        command = add(command)
    return command


@click.command()
@game_argument
@click.argument("agents", metavar="AGENT AGENT...", nargs=-1, required=True)
@click.option(
    "--games",
    "count",
    type=Whole(1),
    help="Games of each pair of agents, or of each alone.  [default: 20; of each meeting with --rounds 2]",
)
@click.option("--gauntlet", type=Whole(1), metavar="N", help="Only the first N agents play, against all the others.")
@click.option("--rounds", type=Whole(1), metavar="N", help="A Swiss tournament: N rounds, like scores meet.")
@click.option("--openings", "book", type=FilePath(), metavar="FILE", help="A book: sgf, pgn, kif, csa, epd, sfen, txt.")
@click.option(
    "--order",
    type=click.Choice(["random", "sequential"]),
    default="random",
    show_default=True,
    help="How the book's openings follow each other.",
)
@click.option(
    "--opening-plies", type=Whole(0), default=0, metavar="K", help="Random plies to begin; the book's first K."
)
@click.option("--opening-policy", metavar="AGENT", help="Draw the opening plies by this network's policy.")
@click.option("--opening-temperature", type=Positive(), default=1.0, show_default=True, help="How freely it draws.")
@click.option("--sprt", metavar="ELO0,ELO1", help="Stop as soon as the test decides; without --games not before.")
@click.option("--anchor", metavar="AGENT", help="Rate this agent at 0; else the mean is 0.")
@click.option("--out", type=FilePath(file_okay=False), help="Keep the games in this folder; go on with it if there.")
@click.option("--png", type=FilePath(), help="Draw the ratings here.  [default: ratings.png in --out]")
@click.option("--workers", type=Whole(1), help="Games at once.  [default: one for each core]")
@CHECK_ENGINE
@time_options
@SEED
@click.option("--json", "as_json", is_flag=True, is_eager=True, help="Print JSON for programs.")
def arena(
    game_text: str,
    size: str | None,
    komi: str | None,
    agents: tuple[str, ...],
    count: int | None,
    gauntlet: int | None,
    rounds: int | None,
    book: Path | None,
    order: "Order",
    opening_plies: int,
    opening_policy: str | None,
    opening_temperature: float,
    sprt: str | None,
    anchor: str | None,
    out: Path | None,
    png: Path | None,
    workers: int | None,
    time: str | None,
    times: tuple[tuple[str, str], ...],
    nodes: int | None,
    margin: float | None,
    batch: int | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Plays agents against each other, colours alternating, and rates them; in games for one each plays alone.

    An AGENT is random, uct:sims=N, zoo:NAME, a run folder, a checkpoint, or an engine: gtp:COMMAND, uci:COMMAND,
    usi:COMMAND.

    \b
    Example: tengen arena tictactoe random uct:sims=200 --games 40
             tengen arena chess uct "uci:stockfish,nodes=50" --openings book.pgn
             tengen arena gridworld:robot random uct:sims=500
    """
    from tengen.arena import command
    from tengen.arena.terms import TimeWishes

    openings = command.OpeningWishes(
        book=book, order=order, plies=opening_plies, policy=opening_policy, temperature=opening_temperature
    )
    try:
        result = command.hold(
            made(game_text, size, komi),
            agents,
            count=count,
            openings=openings,
            gauntlet=gauntlet,
            rounds=rounds,
            sprt=sprt,
            anchor=anchor,
            out=out,
            png=png,
            workers=workers,
            seed=seed,
            time=TimeWishes(time=time, times=times, nodes=nodes, margin=margin, batch=batch),
        )
    except KeyboardInterrupt:
        kept = "" if out is None else f"; the games so far are in {out}, and the same command goes on"
        refuse(f"interrupted{kept}", 130)
    if as_json:
        click.echo(json.dumps(command.as_json(result, anchor) | {"command": typed()}))
    else:
        command.show(result, anchor)
