"""`tengen compare`: methods side by side on the command line. No logic of its own."""

import json
import os
import shlex
import signal
import time
from pathlib import Path

import click

from tengen.terminal.commands import JSON, FilePath, Whole, refuse


@click.command()
@click.argument("environment", metavar="ENV")
@click.argument("methods", metavar="METHOD...", nargs=-1)
@click.option("--seeds", type=Whole(1, 1000), default=3, show_default=True, help="Runs of each method.")
@click.option("--out", type=FilePath(file_okay=False), help="Folder; what is finished in it is kept.")
@click.option("--steps", type=Whole(1), help="Environment steps of each run; each method's own number if absent.")
@click.option("--target", type=float, help="Tell when each method first reached this return.")
@click.option("--workers", type=Whole(1), help="Runs at once, one thread each.  [default: one for each core]")
@click.option("--ablation", metavar="METHOD", help="Compare this method with its parts switched off: dqn.")
@JSON
def compare(
    environment: str,
    methods: tuple[str, ...],
    seeds: int,
    out: Path | None,
    steps: int | None,
    target: float | None,
    workers: int | None,
    ablation: str | None,
    as_json: bool,
) -> None:
    """Runs methods on one environment with several seeds each, and draws their curves into one picture.

    A METHOD is one of `tengen learn`, with settings if need be (dqn:learning_rate=0.001,replay=false); uct:sims=N or
    random, which play without learning; or alphazero:minutes=M, which trains by self-play. OUT gets compare.png,
    compare.csv, compare.txt and compare.json; docs/compare.md explains them.

    \b
    Example: tengen compare CartPole-v1 reinforce a2c --seeds 5 --target 475
             tengen compare breakout --ablation dqn --out runs/ablation
    """
    from rich.console import Console

    from tengen.baselines.ablation import ablation_of, orders
    from tengen.baselines.compare import compare as run_all
    from tengen.terminal.comparing import comparing_screen, write_comparison

    parts = None
    if ablation is not None:
        if methods:
            raise click.UsageError("name methods, or an ablation, not both")
        parts = ablation_of(ablation)
        methods = tuple(parts.variants)
        steps = steps or parts.steps.get(environment)
    elif not methods:
        raise click.UsageError("name the methods to compare, such as a2c reinforce")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as by Ctrl-C
    name = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in environment)[:40]
    folder = out or Path("runs") / f"compare-{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    try:
        with comparing_screen(Console(stderr=True, highlight=False)) as on_progress:
            found = run_all(
                environment,
                methods,
                folder,
                seeds=seeds,
                steps=steps,
                workers=workers or os.cpu_count() or 1,
                target=target,
                labels=None if parts is None else parts.variants,
                on_progress=on_progress,
            )
    except KeyboardInterrupt:
        refuse(f"interrupted; the same command with --out {shlex.quote(str(folder))} goes on", 130)
    lines = [] if parts is None else orders(parts, found)
    written = write_comparison(found, folder, lines)
    if as_json:
        click.echo(json.dumps(written))
        return
    click.echo((folder / "compare.txt").read_text(), nl=False)
    click.echo(f"picture: {folder / 'compare.png'}, numbers: {folder / 'compare.csv'}")
