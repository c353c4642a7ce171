"""How every command behaves: its errors, interrupts and closed streams, and the types of its options."""

import math
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import click

from tengen.core.errors import TengenError

if TYPE_CHECKING:
    from tengen.games.game import Game

Command: TypeAlias = Callable[..., None]


class Whole(click.IntRange):
    """A whole number in a range; messages call it an integer."""

    name = "integer"


class Positive(click.ParamType):  # type: ignore[type-arg]
    """A finite number above 0."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not 0.0 < number < math.inf:
            self.fail(f"{value!r} is no number above 0.", param, ctx)
        return number


class FilePath(click.Path):
    """A path, which the empty text is not."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty text names no file.", param, ctx)
        return super().convert(value, param, ctx)


SEEDS = Whole(0, 2**32 - 1)
"""What a seed may be: as large as every generator and engine takes."""


SEED = click.option("--seed", type=SEEDS, help="Seed of all random numbers; a new one each time if absent.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def game_argument(command: Command) -> Command:
    """Adds GAME and the options that stand for its usual parameters; `made` makes the game of them."""
    for add in (
        click.option("--komi", help="Points that White is given, as in GAME's komi=7."),
        click.option("--size", help="Side of the board, as in GAME's size=9."),
        click.argument("game_text", metavar="GAME"),
    ):
        command = add(command)
    return command


def made(game_text: str, size: str | None, komi: str | None) -> "Game":
    """The game that GAME and its options name."""
    from tengen.games.registry import make

    given = {name: value for name, value in (("size", size), ("komi", komi)) if value is not None}
    return make(game_text, **given)


class OneLineErrors(click.Group):
    """Prints what a person got wrong as one line on standard error, with exit status 2."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Runs a command and exits with its status."""
        _open_missing_streams()
        try:
            status = super().main(args, prog_name, **extra | {"standalone_mode": False})
        except click.Abort:
            refuse("interrupted", 130)
        except click.UsageError as error:
            where = " ".join(["tengen", *(error.ctx.command_path.split()[1:] if error.ctx else [])])
            refuse(f"{error.format_message()} (see {where} --help)")
        except (TengenError, click.ClickException) as error:
            refuse(str(error))
        except MemoryError as error:
            refuse(f"not enough memory: {error}")
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            refuse(f"{error.strerror or error}{where}")
        sys.exit(status if isinstance(status, int) else 0)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Nothing typed asks for help."""
        return super().parse_args(ctx, args or ["--help"])


def refuse(message: str, status: int = 2) -> NoReturn:
    """Ends the program with one line on standard error."""
    click.echo(f"tengen: {' '.join(message.split())}", err=True)
    sys.exit(status)


@contextmanager
def interruptible() -> Iterator[None]:
    """A block in which Ctrl-C ends the program at once, as Python cannot do while a kernel runs."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def program() -> str:
    """What to type to call this program again: `tengen`, or its path where the shell would not find it."""
    called = Path(sys.argv[0])
    if shutil.which("tengen") is not None or called.stem != "tengen":
        return "tengen"
    return os.path.relpath(called)


def typed() -> str:
    """This program's command line, as one would type it again."""
    return shlex.join(["tengen", *sys.argv[1:]])


def _open_missing_streams() -> None:
    """A standard stream that was closed before the program began reads as empty and swallows what is written."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (open until the end)
