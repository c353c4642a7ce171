"""`tengen review`: a game out of a file, the progress of its analysis, what was found as a table."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from tengen.agents.zoo import agent_for
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.core.files import write_bytes
from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.records.formats import FORMATS, format_of
from tengen.records.record import GameRecord
from tengen.review.annotate import annotated
from tengen.review.judge import OnPly, Review, ReviewedMove, judge
from tengen.review.opinions import reviewer
from tengen.terminal.review_graph import draw_review
from tengen.terminal.training import PLAIN_SECONDS, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be written beside the table."""

    out: Path | None = None
    """The annotated record."""
    png: Path | None = None
    """The graph of win rates."""


def review_file(
    path: Path,
    agent: str | None = None,
    *,
    game_text: str | None = None,
    number: int | None = None,
    seed: int | None = None,
    wanted: Wanted | None = None,
    console: Console,
) -> Review:
    """Reviews one game of a file, and writes what is wanted; Ctrl-C gives what is known by then."""
    wanted = wanted or Wanted()
    record = game_of_file(path, number)
    game = make(record.game if game_text is None else game_text)
    if not isinstance(game, RecordGame) or game.num_players != 2:
        raise InvalidParameter(f"{game.name} is no game for two with compiled rules: there is nothing to review")
    if wanted.out is not None:
        format_of(wanted.out, game.name)  # a wrong name shows before the long work
    if not len(record.actions):
        raise InvalidRecord(f"{path}: the game has no moves")
    with reviewer(game, agent_for(game, agent), seed=seed) as asked, progress(console) as on_ply:
        try:
            review = judge(record, asked, on_ply=on_ply)
        except InvalidRecord as error:
            raise InvalidRecord(f"{path}: {error}") from None
    if wanted.out is not None and review.moves:
        form = format_of(wanted.out, game.name)
        write_bytes(wanted.out, form.write([annotated(review)], variations=True))
    if wanted.png is not None and review.moves:
        draw_review(review, wanted.png)
    return review


def game_of_file(path: Path, number: int | None = None) -> GameRecord:
    """One game of a file, by its number from 1; where there are several, one must be named."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise InvalidParameter(f"{path}: files of games end with {', '.join(f'.{name}' for name in FORMATS)}")
    try:
        games = FORMATS[suffix].read(path.read_bytes())
        if number is None and len(games) > 1:
            raise InvalidParameter(f"{path} holds {len(games)} games: name one by --number 1 to {len(games)}")
        if number is not None and number > len(games):
            raise InvalidParameter(f"{path} holds {len(games)} game{'s' * (len(games) > 1)}: there is no {number}")
        return games[(number or 1) - 1].record()
    except OSError as error:
        raise InvalidRecord(f"{path}: cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


@contextmanager
def progress(console: Console) -> Iterator[OnPly]:
    """A bar with the rate and the time left; where there is no terminal, a line every few seconds."""
    began = time.monotonic()

    def said(done: int, total: int) -> str:
        spent = time.monotonic() - began
        rate = done / spent if spent > 0 else 0.0
        left = f", {duration((total - done) / rate)} left" if rate > 0 and done < total else ""
        return f"{rate:.1f} positions/s{left}"

    if console.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[said]}"),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("loading", total=None, said="")

            def show(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total, description=f"{done} of {total}", said=said(done, total))

            yield show
        return
    last = began

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_SECONDS:
            last = time.monotonic()
            console.print(f"{done} of {total} positions, {said(done, total)}", highlight=False, soft_wrap=True)

    yield tell


def output_console() -> Console:
    """Standard output; a table in a pipe or a file is not cut at 80 columns."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def show_review(review: Review, console: Console, most: int | None = None) -> None:
    """Prints how each side played, and the mistakes with what was better."""
    for side in review.sides():
        who = f"{side.name}, {side.player}" if side.player else side.name
        if side.accuracy is None:
            console.print(Text(f"{who}: no move was judged"), soft_wrap=True)
            continue
        kinds = ", ".join(_count(number, kind) for kind, number in reversed(side.kinds.items()))
        points = "" if side.points is None else f", {side.points:.1f} points a move"
        line = f"{who}: accuracy {side.accuracy:.1f} %, {kinds}; lost {side.average_loss:.1f} % a move{points}"
        console.print(Text(line), soft_wrap=True)
    found = review.mistakes(most)
    if not found:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    with_points = any(each.points is not None for each in found)
    for name in ("move", "played", "", "better"):
        table.add_column(name, no_wrap=True)
    for name in ("win rate", "lost", *(["points"] if with_points else [])):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("expected", no_wrap=True, overflow="ellipsis")
    names = make(review.game).player_names
    for each in found:
        table.add_row(*(Text(cell) for cell in _row(each, names[each.player], with_points=with_points)))
    console.print(table)
    total = len(review.mistakes())
    if total > len(found):
        console.print(Text(f"the worst {len(found)} of {total}"), soft_wrap=True)


def _row(each: ReviewedMove, side: str, *, with_points: bool) -> list[str]:
    cells = [f"{each.ply} {side}", each.written, each.kind, each.best_written]
    cells += [f"{each.before:.1f} → {each.after:.1f} %", f"{each.loss:.1f} %"]
    if with_points:
        cells.append("" if each.points is None else f"{each.points:.1f}")
    return [*cells, " ".join(each.line[:8])]


def _count(number: int, kind: str) -> str:
    plural = {"inaccuracy": "inaccuracies"}.get(kind, f"{kind}s")
    return f"{number} {kind if number == 1 else plural}"
