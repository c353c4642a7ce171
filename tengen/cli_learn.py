"""`tengen learn`: the baselines on the command line. No logic of its own."""

import dataclasses
import json
import secrets
import shlex
import signal
import time
from pathlib import Path

import click

from tengen.terminal.commands import JSON, SEED, FilePath, Positive, Whole, interruptible, program, refuse


@click.command()
@click.argument("method", metavar="METHOD", required=False)
@click.argument("environment", metavar="ENV", required=False)
@click.option("--steps", type=Whole(1), help="Environment steps; the method's own number if absent.")
@click.option("--minutes", type=Positive(), help="Time to train; then the run ends, however many steps it made.")
@click.option("--run", "folder", type=FilePath(), help="Folder of the run; runs/METHOD-ENV-DATE if absent.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting; may be repeated.")
@click.option("--resume", is_flag=True, help="Go on with the run in --run.")
@click.option("--settings", "show", is_flag=True, help="Print all settings as TOML and stop.")
@SEED
@JSON
def learn(
    method: str | None,
    environment: str | None,
    steps: int | None,
    minutes: float | None,
    folder: Path | None,
    overrides: tuple[str, ...],
    resume: bool,
    show: bool,
    seed: int | None,
    as_json: bool,
) -> None:
    """The classic methods for one player, each of which docs/baselines.md explains.

    METHOD is value-iteration, q-learning, dqn, double-dqn, reinforce, a2c or evolution. ENV is a game for one player,
    such as gridworld:robot, breakout, atari:pong or gym:CartPole-v1, or an id of Gymnasium alone.

    \b
    Example: tengen learn value-iteration gridworld:robot,living=-0.04
             tengen learn dqn CartPole-v1 --seed 1 --run runs/pole
             tengen learn --resume --run runs/pole --steps 200000
    """
    if steps is not None:
        overrides = (*overrides, f"steps={steps}")
    if resume:
        if folder is None or method is not None:
            raise click.UsageError("go on with a run by its folder alone: tengen learn --resume --run RUN")
    elif method is None or environment is None:
        raise click.UsageError("name a method and an environment: tengen learn dqn CartPole-v1")
    elif method == "value-iteration":
        if overrides or minutes is not None or folder is not None or show:
            raise click.UsageError("value iteration is exact: it takes no steps, time, run or settings")
        with interruptible():
            _value_iteration(environment, as_json)
        return

    import torch

    from tengen.baselines.run import Run
    from tengen.baselines.settings import to_toml
    from tengen.terminal.learning import learning_screen

    torch.set_num_threads(1)  # the networks are too small to share
    if resume:
        assert folder is not None
        run = Run.again(folder, overrides=overrides, minutes=minutes)
    else:
        assert method is not None
        assert environment is not None
        name = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in environment)[:40]
        folder = folder or Path("runs") / f"{method}-{name}-{time.strftime('%Y%m%d-%H%M%S')}"
        drawn = secrets.randbits(31) if seed is None else seed
        run = Run(method, environment, folder, overrides=overrides, seed=drawn, minutes=minutes)
    if show:
        click.echo(to_toml(run.settings), nl=False)
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it ends as by Ctrl-C
    from rich.console import Console

    title = f"{run.method} on {run.environment}, seed {run.seed}"
    try:
        with learning_screen(title, console=Console(stderr=True, highlight=False)) as screen:
            run.screen = screen
            result = run.go()
    except KeyboardInterrupt:
        refuse(f"interrupted; nothing is lost: {program()} learn --resume --run {shlex.quote(str(folder))}", 130)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(result)))
        return
    _show_table(result.environment, Path(result.policy))
    click.echo(
        f"return {result.mean:.4g} ± {result.deviation:.4g} over {result.episodes} episodes, {result.steps:,} steps"
        f" in {result.seconds:.1f} s ({result.steps_per_s:,.0f} a second)"
    )
    click.echo(f"play it:   {program()} play {result.environment} --agent {result.method}:{shlex.quote(str(folder))}")


def _value_iteration(environment: str, as_json: bool) -> None:
    from tengen.baselines.value_iteration import describe, solve_text

    solution = solve_text(environment)
    if as_json:
        click.echo(json.dumps(describe(solution)))
        return
    table = solution.table()
    if table is not None:
        from rich.console import Console

        from tengen.terminal.learning import draw_room

        Console(highlight=False).print(draw_room(table))
    found = describe(solution)
    click.echo(f"{found['positions']} positions, utility of the start {found['value']:.6f}, {found['sweeps']} sweeps")


def _show_table(environment: str, policy: Path) -> None:
    from rich.console import Console

    from tengen.baselines.q_learning import room_of
    from tengen.terminal.learning import draw_room

    table = room_of(environment, policy)
    if table is not None:
        Console(highlight=False).print(draw_room(table))
