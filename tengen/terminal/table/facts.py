"""What the panels say of a table, as text."""

from rich.text import Text

from tengen.terminal.solo_view import CHANCES, number
from tengen.terminal.table.painter import shortly
from tengen.terminal.table.panels import FIRST_INK, SECOND_INK, Entry
from tengen.terminal.table.places import Opinion
from tengen.terminal.table.sitting import HUMAN, Turn
from tengen.terminal.table.table import Table

MARKS = {"go": "●○", "chess": "○●", "shogi": "▲△"}
ASCII_MARKS = {"go": "XO", "chess": "WB", "shogi": "BW"}


def title(table: Table) -> str:
    """The game as a person says it."""
    parameters = table.game.parameters
    size, komi = parameters.get("size"), parameters.get("komi")
    words = "Chess960" if parameters.get("chess960") else table.game.name.capitalize()
    handicap = parameters.get("handicap")
    words += f", handicap {handicap}" if isinstance(handicap, str) and handicap != "none" else ""
    words += f" {size}x{size}" if size is not None else ""
    words += f", komi {komi:g}" if isinstance(komi, float) else ""
    if table.sitting.alone:
        words = table.game.text
    ply, plies = table.sitting.ply, len(table.sitting.turns)
    what = "step" if table.sitting.alone else "move"
    return f"{words}   {what} {ply}" + (f" of {plies}" if ply != plies else "")


def clock_text(reading: tuple[float, int] | None) -> str:
    """What a clock shows."""
    if reading is None:
        return ""
    seconds, count = reading
    shown = f"{seconds:.1f}" if seconds < 10 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    if seconds >= 3600:
        shown = f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02d}:{int(seconds) % 60:02d}"
    return shown + (f" ({count})" if count > 1 else "")


def players(table: Table, width: int, *, unicode: bool) -> list[Text]:
    """Who plays, whose turn it is, the clocks, and facts of the position."""
    sitting = table.sitting
    lines = []
    if sitting.alone:
        who = "you walk" if sitting.people else f"{table.agent} walks"
        lines = [Text(f"{sitting.name(0)}: {who}", style="bold"), Text(f"return {number(sitting.total)}")]
        if sitting.last is not None:
            turn = sitting.last
            lines.append(Text(f"{step_text(table, turn)}, reward {number(turn.reward)}"))
        return lines
    mover = table.game.player(sitting.shown) if not (sitting.is_over() and sitting.looking is None) else -1
    marks = (MARKS if unicode else ASCII_MARKS).get(table.game.name, "XO")
    for player, who in enumerate(table.players()):
        pointer = ("▶" if unicode else ">") if player == mover else " "
        who = "you" if who == HUMAN else who
        clock = clock_text(table.clocks.reading(player)) if table.clocks is not None else ""
        left = f"{pointer} {marks[player]} {sitting.name(player)}  {who}"[: width - len(clock) - 1]
        line = Text(left.ljust(width - len(clock)), style="bold" if player == mover else "")
        low = table.clocks is not None and 0 < (table.clocks.reading(player) or (99.0, 0))[0] < 10
        lines.append(line.append(clock, style="bold red" if low else "bold"))
    return lines + [Text(fact[:width]) for fact in table.facts()]


def step_text(table: Table, turn: Turn) -> str:
    """A step in words: the action, and what chance made of it where that is another."""
    words = table.game.action_to_text(turn.before, turn.action)
    for state, outcome in turn.outcomes:
        if outcome != turn.action:
            chance = CHANCES.get(table.game.name, "chance: {}")
            words += ", " + chance.format(table.game.action_to_text(state, outcome))
    return words


def worth(table: Table, opinion: Opinion) -> str:
    """A move's value as a chance to win, or as a return for one player."""
    return f"{opinion.value:+.3f}" if table.sitting.alone else f"{50 + 50 * opinion.value:.1f}%"


def thoughts(table: Table, width: int, height: int) -> list[Text]:
    """What is thought of the position that is shown, or was thought of the last move."""
    sitting = table.sitting
    opinions, line = table.opinions(), table.variation()
    report = table.thought
    if not opinions:
        note = sitting.last.note if sitting.last is not None else None
        if table.thinking and sitting.looking is None:
            return [Text(f"{table.agent} thinks"[:width], style="dim")]
        if note is None or note.visits is None or note.value is None or sitting.last is None:
            return [Text("F2 a hint, F3 analysis"[:width], style="dim")]
        last = sitting.last
        move = table.written(last.before, last.action)
        said = f"{move}: {50 + 50 * note.value:.0f}% after {shortly(note.visits)} visits"
        expected = table.line(last.before, note.variation)
        return [Text(said[:width], style="dim"), *folded("expected " + " ".join(expected), width, height - 1)]
    assert report is not None
    assert report.result is not None
    visits = int(report.result.visits[0].sum())
    who = table.agent if report.job is not None and report.job.kind == "move" else table.analyst
    head = f"{who}: {shortly(visits)} visits, {report.seconds:.0f} s"
    lines = [Text(head[:width], style="dim")]
    room = max(len(opinion.text) for opinion in opinions)
    lines_of_line = 2 if height >= 8 else 1
    for opinion in opinions[: max(1, height - 1 - lines_of_line)]:
        row = Text(" ")
        row.append(opinion.text.ljust(max(room, 5)), style="bold" if opinion is opinions[0] else "")
        row.append(f" {worth(table, opinion):>6}  {shortly(opinion.visits):>4}")
        row.truncate(width)
        lines.append(row)
    return lines + folded(" ".join(line), width, lines_of_line)


def folded(text: str, width: int, most: int) -> list[Text]:
    """Words on several lines, at most so many."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines = [*lines, line]
    return [Text(line[:width]) for line in lines[: max(0, most)]]


def entries(table: Table) -> list[Entry]:
    """The list of moves, those taken back too."""
    sitting = table.sitting
    first = first_place(table)
    found = []
    everything = [*sitting.turns, *reversed(sitting.undone)]
    for ply, turn in enumerate(everything):
        if sitting.alone:
            found.append(Entry(str(ply + 1), step_text(table, turn), f"{turn.reward:+g}"))
            continue
        number_ = str((ply + first) // 2 + 1) if table.game.name == "chess" else str(ply + 1)
        value = sitting.value(ply + 1) if ply < len(sitting.turns) else None
        shown = "" if value is None else f"{50 + 50 * value:.0f}%"
        found.append(Entry(number_, table.written(turn.before, turn.action), shown))
    return found


def first_place(table: Table) -> int:
    """1 where the second player makes the first move of a game of chess, which leaves a gap."""
    sitting = table.sitting
    return int(table.game.name == "chess" and table.game.player(sitting.start) == 1)


def shares(table: Table) -> list[float | None]:
    """The height of each column of the graph: the chance of player 0, or the return so far of one player."""
    sitting = table.sitting
    if sitting.alone:
        totals = [0.0]
        for turn in sitting.turns:
            totals.append(totals[-1] + turn.reward)
        low, high = min(0.0, *totals), max(0.0, *totals)
        return [(total - low) / (high - low) if high > low else 0.5 for total in totals]
    values = [sitting.value(ply) for ply in range(len(sitting.turns) + 1)]
    return [None if value is None else 0.5 + 0.5 * value for value in values]


def graph_heading(table: Table) -> str:
    """What the graph shows."""
    sitting = table.sitting
    if sitting.alone:
        return f"return {number(sitting.total)}"
    value = sitting.value(sitting.ply)
    name = sitting.name(0)
    return f"{name}'s chances" + ("" if value is None else f" {50 + 50 * value:.0f}%")


def graph_inks(table: Table) -> tuple[str, str]:
    """The colours of player 0 and player 1."""
    return (FIRST_INK, SECOND_INK) if table.game.name == "chess" or table.sitting.alone else (SECOND_INK, FIRST_INK)
