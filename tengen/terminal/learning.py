"""What a person sees of the baselines: a run's progress, a room's utilities and arrows."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tengen.baselines.rooms import RoomTable
from tengen.terminal.training import Row, TrainingScreen, number, rate, short, whole

COLUMNS: dict[str, tuple[Row, ...]] = {
    "done": (("steps", "steps", whole), ("episodes", "episodes", whole), ("steps_per_s", "steps a second", rate)),
    "training": (
        ("return", "return", number),
        ("episode_length", "length", number),
        ("loss", "loss", short),
        ("epsilon", "epsilon", short),
        ("entropy", "entropy", short),
    ),
    "evaluation": (("evaluation", "newest", number), ("best", "best", number)),
}
"""What is shown, by heading: the metric's key, its label, how its value is written."""

PLAIN: tuple[Row, ...] = tuple(row for rows in COLUMNS.values() for row in rows)

ARROWS = {"N": "↑", "E": "→", "S": "↓", "W": "←"}


def learning_screen(title: str, *, console: Console | None = None) -> TrainingScreen:
    """The screen of a baseline's run."""
    return TrainingScreen(title, columns=COLUMNS, plain=PLAIN, console=console)


def draw_room(table: RoomTable) -> Table:
    """Utilities with all best directions under them; walls filled, exits without arrows."""
    drawn = Table(show_header=False, show_lines=True)
    for utilities, policy in zip(table.utilities, table.policy, strict=True):
        drawn.add_row(*(_square(*square) for square in zip(utilities, policy, strict=True)))
    return drawn


def _square(utility: float | None, arrows: list[str] | None) -> Text:
    if utility is None or arrows is None:
        return Text("▒▒▒▒▒▒\n▒▒▒▒▒▒", style="dim")
    shown = "".join(ARROWS[arrow] for arrow in arrows) or "exit"
    return Text.assemble(f"{utility:+.3f}\n", (shown, "bold green" if arrows else "dim"), justify="center")
