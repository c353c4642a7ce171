"""`tengen train --compare`: variants of a training run, on the command line. No logic of its own."""

import json
import shlex
import signal
import time
from pathlib import Path

import click

from tengen.selfplay.settings import Settings
from tengen.terminal.commands import refuse


def compare_variants(
    base: Settings,
    name: str,
    texts: tuple[str, ...],
    folder: Path | None,
    *,
    evaluations: int | None,
    seeds: int | None,
    games: int | None,
    simulations: int | None,
    parallel: int | None,
    as_json: int | None,
) -> None:
    """Trains the base and its variants, pits them and prints what each gained."""
    from rich.console import Console

    from tengen.selfplay.lab import Plan, run_lab
    from tengen.selfplay.variants import read_variants
    from tengen.terminal.lab_table import changes, lab_table, to_json, write_findings

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as by Ctrl-C
    folder = folder or Path("runs") / f"lab-{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    plan = Plan(
        folder=folder,
        variants=read_variants(base, texts),
        seeds=list(range(base.seed, base.seed + (seeds or 1))),
        minutes=base.minutes,
        evaluations=evaluations or 0,
        games=games or 200,
        simulations=simulations or 64,
        parallel=parallel or 1,
    )
    try:
        findings = run_lab(plan, lambda line: click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True))
    except KeyboardInterrupt:
        refuse(f"interrupted; the same command with --run {shlex.quote(str(folder))} goes on", 130)
    written = write_findings(findings)
    if as_json:
        click.echo(json.dumps(to_json(findings)))
        return
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 160
    console.print(lab_table(findings))
    for line in (*changes(findings), *findings.remarks):
        console.print(line, markup=False, soft_wrap=True)
    click.echo(f"written:   {', '.join(map(str, written))}")
