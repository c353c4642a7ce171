"""`tengen train` and `tengen bench`: self-play on the command line. No logic of its own."""

import json
import shlex
import signal
import time
from pathlib import Path

import click

from tengen.terminal.commands import JSON, SEEDS, FilePath, Positive, Whole, program, refuse, typed


@click.command()
@click.argument("words", metavar="PRESET|GAME|RUN [VARIANT]...", nargs=-1)
@click.option("--run", "folder", type=FilePath(), help="Folder of the run; runs/NAME-DATE if absent.")
@click.option("--minutes", type=Positive(), help="Time to train, in all; the preset's if absent.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting; may be repeated.")
@click.option("--resume", is_flag=True, help="Go on with the run in RUN (or --run).")
@click.option("--from", "start", metavar="NETWORK", help="Begin with the weights of zoo:NAME, a run or a checkpoint.")
@click.option("--settings", "show", is_flag=True, help="Print all settings as TOML and stop.")
@click.option("--exam/--no-exam", default=True, help="Play the finished agent against the exam's opponents.")
@click.option("--seed", type=SEEDS, help="Seed of all random numbers; the preset's if absent.")
@click.option("--compare", is_flag=True, help="Train variants with equal evaluations and pit them: docs/lab.md.")
@click.option("--evaluations", type=Whole(1), help="With --compare: of each run, in place of --minutes.")
@click.option("--seeds", type=Whole(1, 100), help="With --compare: runs of each variant.  [default: 1]")
@click.option("--games", type=Whole(2, 100_000), help="With --compare: games a pair.  [default: 200]")
@click.option("--simulations", type=Whole(2, 100_000), help="With --compare: a move in these games.  [default: 64]")
@click.option("--parallel", type=Whole(1, 1000), help="With --compare: runs at once, of one worker each.")
@click.option("--json", "as_json", is_flag=True, help="With --compare: print JSON for programs.")
def train(
    words: tuple[str, ...],
    folder: Path | None,
    minutes: float | None,
    overrides: tuple[str, ...],
    resume: bool,
    start: str | None,
    show: bool,
    exam: bool,
    seed: int | None,
    compare: bool,
    **lab: int | None,
) -> None:
    """Learn a game by self-play, from its rules alone.

    With --compare a VARIANT is a TOML file with the settings that differ, or
    KEY=VALUE;KEY=VALUE with NAME: in front.

    \b
    Example: tengen train go5 --minutes 5
             tengen train go9 --run runs/mine --set search.simulations=32
             tengen train --resume runs/mine --minutes 120
             tengen train go9 --from zoo:go9 --minutes 120
             tengen train go5 --compare "deep:network.blocks=8" --minutes 5
    """
    from tengen.selfplay import settings as settings_module
    from tengen.selfplay.run import RunFolder

    what = words[0] if words else None
    given = [f"--{name.removeprefix('as_')}" for name, value in lab.items() if value]
    if not compare and (given or len(words) > 1):
        raise click.UsageError(f"{given[0] if given else repr(words[1])} is for --compare")
    if compare and (resume or show):
        raise click.UsageError("--compare goes on by the same command with the same --run, and shows no settings")
    if compare and minutes and lab["evaluations"]:
        raise click.UsageError("give --minutes or --evaluations, not both")
    if start and (resume or compare):
        raise click.UsageError("--from is for a new run: one that goes on has weights of its own")
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
        if compare:
            from tengen.cli_lab import compare_variants

            compare_variants(settings, name, words[1:], folder, **lab)
            return
        folder = folder or Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    if show:
        click.echo(settings_module.to_toml(settings), nl=False)
        return

    from tengen.agents.text import network_file
    from tengen.selfplay.train import train as run_training
    from tengen.terminal.plots import plot_run
    from tengen.terminal.training import TrainingScreen

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as by Ctrl-C
    try:
        with TrainingScreen(str(folder)) as screen:
            begin = network_file(start) if start else None
            run_training(settings, folder, resume=resume, start=begin, screen=screen, command=typed())
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
@click.option("--seconds", type=Positive(), default=20.0, show_default=True, help="Of self-play; the network as long.")
@click.option("--workers", type=Whole(1, 1000), default=1, show_default=True, help="Processes at once, summed.")
@click.option("--checkpoint", type=FilePath(), help="A trained network; a fresh one if absent.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting.")
@click.option("--seed", type=SEEDS, help="Seed of all random numbers; the preset's if absent.")
@JSON
def bench(
    topic: str,
    preset: str,
    seconds: float,
    workers: int,
    checkpoint: Path | None,
    overrides: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Measure Tengen on this machine: how fast self-play is, and where its time goes.

    The bare network is the same evaluator called in a loop on one full batch; the
    two take turns of a second.

    `python -m benchmarks` in a source tree measures us beside other programs.

    \b
    Example: tengen bench selfplay --preset go9
             tengen bench selfplay --preset go9 --workers 2 --seconds 60
    """
    from tengen.selfplay import settings as settings_module
    from tengen.selfplay.bench import measure_workers
    from tengen.terminal.speed import speed_json, speed_lines

    settings = settings_module.load(preset, overrides if seed is None else (*overrides, f"seed={seed}"))
    found = measure_workers(settings, workers, seconds=seconds, checkpoint=checkpoint)
    if as_json:
        click.echo(json.dumps(speed_json(found)))
        return
    for line in speed_lines(settings, found):
        click.echo(line)
