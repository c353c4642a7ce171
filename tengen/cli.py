"""The command line: click commands that parse, call the package and print. No logic of its own.

Everything heavy is imported inside the commands, so that `tengen --help` answers at once.
"""

import sys

import click

import tengen
from tengen.core.errors import TengenError

SEED = click.option("--seed", type=int, default=None, help="Seed of all random numbers; a new one each time if absent.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


class OneLineErrors(click.Group):
    """Prints what a person got wrong as one line on standard error, with exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TengenError as error:
            click.echo(f"tengen: {error}", err=True)
            sys.exit(2)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            click.echo(f"tengen: {error.strerror or error}{where}", err=True)
            sys.exit(2)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(tengen.__version__, prog_name="tengen")
def main() -> None:
    """A program learns a board game from its rules alone; then play it, pit it, read it."""


if __name__ == "__main__":
    main()
