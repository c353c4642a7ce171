"""`tengen train` and `tengen bench`: self-play on the command line. No logic of its own."""

import json
import shlex
import signal
import time
from pathlib import Path

import click

from tengen.terminal.commands import JSON, SEEDS, FilePath, Positive, program, refuse, typed


@click.command()
@click.argument("what", metavar="PRESET|GAME|RUN", required=False)
@click.option("--run", "folder", type=FilePath(), help="Folder of the run; runs/NAME-DATE if absent.")
@click.option("--minutes", type=Positive(), help="Time to train, in all; the preset's if absent.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting; may be repeated.")
@click.option("--resume", is_flag=True, help="Go on with the run in RUN (or --run).")
@click.option("--settings", "show", is_flag=True, help="Print all settings as TOML and stop.")
@click.option("--exam/--no-exam", default=True, help="Play the finished agent against the exam's opponents.")
@click.option("--seed", type=SEEDS, help="Seed of all random numbers; the preset's if absent.")
def train(
    what: str | None,
    folder: Path | None,
    minutes: float | None,
    overrides: tuple[str, ...],
    resume: bool,
    show: bool,
    exam: bool,
    seed: int | None,
) -> None:
    """Learn a game by self-play, from its rules alone.

    \b
    Example: tengen train go5 --minutes 5
             tengen train go9 --run runs/mine --set search.simulations=32
             tengen train --resume runs/mine --minutes 120
    """
    from tengen.selfplay import settings as settings_module
    from tengen.selfplay.run import RunFolder

    if minutes is not None:
        overrides = (*overrides, f"minutes={minutes!r}")
    if seed is not None:
        overrides = (*overrides, f"seed={seed}")
    if resume:
        folder = folder or (Path(what) if what else None)
        if folder is None:
            raise click.UsageError("name the run to go on with: tengen train --resume RUN")
        settings = RunFolder(folder).settings(overrides)
    else:
        if what is None:
            raise click.UsageError("name a preset or a game: " + ", ".join(settings_module.presets()))
        settings = settings_module.load(what, overrides)
        name = Path(what).stem.partition(":")[0]
        folder = folder or Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    if show:
        click.echo(settings_module.to_toml(settings), nl=False)
        return

    from tengen.selfplay.train import train as run_training
    from tengen.terminal.plots import plot_run
    from tengen.terminal.training import TrainingScreen

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as by Ctrl-C
    try:
        with TrainingScreen(str(folder)) as screen:
            run_training(settings, folder, resume=resume, screen=screen, command=typed())
    except KeyboardInterrupt:
        refuse(f"interrupted; nothing is lost: {program()} train --resume {folder}", 130)
    plots = plot_run(folder)
    agent = f"{folder},sims={settings.exam.simulations}"
    if exam and settings.exam.games:
        from tengen.selfplay.exam import hold_exam

        for line in hold_exam(settings, folder, folder / "exam" / time.strftime("%Y%m%d-%H%M%S")):
            click.echo(line)
    click.echo(f"curves:    {', '.join(map(str, plots))}")
    click.echo(f"play it:   {program()} play {settings.game} --agent {shlex.quote(agent)}")
    click.echo(f"train on:  {program()} train --resume {shlex.quote(str(folder))} --minutes {settings.minutes * 2:g}")


@click.command()
@click.argument("topic", type=click.Choice(["selfplay"]), default="selfplay")
@click.option("--preset", default="go9", show_default=True, help="Whose settings are measured.")
@click.option("--seconds", type=Positive(), default=20.0, show_default=True, help="How long to measure.")
@click.option("--checkpoint", type=FilePath(), help="A trained network; a fresh one if absent.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting.")
@click.option("--seed", type=SEEDS, help="Seed of all random numbers; the preset's if absent.")
@JSON
def bench(
    topic: str,
    preset: str,
    seconds: float,
    checkpoint: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Measure Tengen on this machine: where the time of one self-play worker goes.

    `python -m benchmarks` in a source tree measures us beside other programs.

    \b
    Example: tengen bench selfplay --preset go9
    """
    import dataclasses

    from tengen.games import registry
    from tengen.nets.checkpoint import load_checkpoint
    from tengen.selfplay import settings as settings_module
    from tengen.selfplay.bench import measure

    settings = settings_module.load(preset, overrides if seed is None else (*overrides, f"seed={seed}"))
    network = load_checkpoint(checkpoint, registry.make(settings.game)).network if checkpoint else None
    found = measure(settings, seconds=seconds, network=network)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    click.echo(
        f"{settings.game}, {settings.network.blocks} blocks x {settings.network.channels}, one worker, one thread"
    )
    for name, value in (("network", found.network), ("tree and rules", found.tree), ("records", found.rest)):
        click.echo(f"  {name:<16}{value:8.2f} s  {value / found.seconds:6.1%}")
    click.echo(
        f"{found.evaluations / found.seconds:,.0f} evaluations/s, {found.positions / found.seconds:,.1f} positions/s, "
        f"engine {found.engine}{': ' + found.note if found.note else ''}"
    )
