"""What a person sees of a lab: a table, the same as Markdown, a picture, JSON."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from tengen.core.files import atomic_write, write_text
from tengen.selfplay.gains import Gain
from tengen.selfplay.lab import Findings, Trained
from tengen.selfplay.variants import BASE
from tengen.terminal.plots import STYLE
from tengen.terminal.training import MISSING, whole

HEADINGS = ("Elo gained", "95 %", "each seed", "evaluations", "minutes", "positions", "games", "policy", "value")
"""Columns after the variant's name; evaluations to value are means over the seeds."""


def _order(findings: Findings) -> list[int]:
    """The variants' places, the most gained first."""
    return sorted(range(len(findings.runs)), key=lambda place: -findings.gains.variants[place].elo)


def _row(findings: Findings, place: int) -> list[str]:
    gain, runs = findings.gains.variants[place], findings.runs[place]
    base = findings.plan.variants[place].name == BASE
    several = len(runs) > 1 and not base
    return [
        f"{gain.elo:+.0f}" if not base else "0",
        MISSING if base else _bounds(gain),
        " ".join(f"{each.elo:+.0f}" for each in findings.gains.seeds[place]) if several else MISSING,
        whole(_mean(runs, "evaluations")),
        f"{_mean(runs, 'minutes'):.1f}",
        whole(_mean(runs, "positions")),
        whole(_mean(runs, "games")),
        _loss(runs, "policy"),
        _loss(runs, "value"),
    ]


def _bounds(gain: Gain) -> str:
    return f"{gain.low:+.0f} … {gain.high:+.0f}"


def _mean(runs: list[Trained], name: str) -> float:
    return sum(float(getattr(run, name)) for run in runs) / len(runs)


def _loss(runs: list[Trained], name: str) -> str:
    values = [run.losses[name] for run in runs if name in run.losses]
    return f"{sum(values) / len(values):.3f}" if values else MISSING


def title(findings: Findings) -> str:
    """What was compared, in a line."""
    plan = findings.plan
    seeds = f"{len(plan.seeds)} seed{'s' * (len(plan.seeds) != 1)}"
    return (
        f"{plan.game}: {seeds}, {whole(findings.budget)} evaluations a run, "
        f"{plan.games} games a pair at {plan.simulations} simulations"
    )


def lab_table(findings: Findings) -> Table:
    """The variants by what they gained, with intervals, costs and final losses."""
    table = Table(title=title(findings), title_justify="left")
    table.add_column("variant", overflow="fold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for place in _order(findings):
        table.add_row(Text(findings.plan.variants[place].name), *_row(findings, place))
    return table


def changes(findings: Findings) -> list[str]:
    """A line for each variant: what it sets."""
    return [
        f"{variant.name}: " + (", ".join(f"{name} = {value}" for name, value in variant.changes.items()) or "no change")
        for variant in findings.plan.variants[1:]
    ]


def markdown(findings: Findings) -> str:
    """The table, what each variant sets and what has to be said of it, as Markdown."""
    rows = [["variant", *HEADINGS], ["---", *["---:"] * len(HEADINGS)]]
    rows += [[findings.plan.variants[place].name, *_row(findings, place)] for place in _order(findings)]
    lines = [f"{title(findings)}.", "", *(f"| {' | '.join(row)} |" for row in rows), ""]
    lines += [f"- `{name}`: {said}" for name, said in (line.split(": ", 1) for line in changes(findings))]
    return "\n".join([*lines, "", *findings.remarks]) + "\n"


def draw_lab(findings: Findings, path: Path) -> None:
    """Elo gained by each variant with its interval, and a dot for each seed."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    order = [place for place in _order(findings)[::-1] if findings.plan.variants[place].name != BASE]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 1.4 + 0.45 * len(order)))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for height, place in enumerate(order):
            gain = findings.gains.variants[place]
            margins = [[gain.elo - gain.low], [gain.high - gain.elo]]
            axes.barh(height, gain.elo, height=0.6, color="C0" if gain.elo >= 0 else "C3", alpha=0.35)
            axes.errorbar(gain.elo, height, xerr=margins, color="#333333", capsize=4, fmt="o", markersize=5)
            if len(findings.plan.seeds) > 1:
                dots = [each.elo for each in findings.gains.seeds[place]]
                axes.plot(dots, [height + 0.22] * len(dots), ".", color="#888888", markersize=6)
        axes.axvline(0, color="#333333", linewidth=1)
        axes.set_yticks(range(len(order)), [findings.plan.variants[place].name for place in order])
        axes.grid(False, axis="y")
        axes.set(xlabel=f"Elo gained over {BASE}, 95 % intervals", title=findings.plan.game)
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")


def to_json(findings: Findings) -> dict[str, Any]:
    """All that was found, for programs."""
    plan = findings.plan
    variants = []
    for place in _order(findings):
        variant, gain = plan.variants[place], findings.gains.variants[place]
        seeds = [
            dataclasses.asdict(run) | {"name": f"{run.variant}-s{run.seed}"} | _rounded(each)
            for run, each in zip(findings.runs[place], findings.gains.seeds[place], strict=True)
        ]
        variants.append({"variant": variant.name, "settings": variant.changes, **_rounded(gain), "seeds": seeds})
    return {
        "game": plan.game,
        "seeds": plan.seeds,
        "evaluations": findings.budget,
        "games": plan.games,
        "simulations": plan.simulations,
        "luck": None if findings.gains.luck is None else round(findings.gains.luck, 2),
        "variants": variants,
        "matches": findings.matches,
        "remarks": findings.remarks,
    }


def _rounded(gain: Gain) -> dict[str, float]:
    return {name: round(value, 2) for name, value in dataclasses.asdict(gain).items()}


def write_findings(findings: Findings) -> list[Path]:
    """Writes lab.json, lab.md and lab.png into the lab's folder; returns their paths."""
    folder = findings.plan.folder
    write_text(folder / "lab.json", json.dumps(to_json(findings), indent=2) + "\n")
    write_text(folder / "lab.md", markdown(findings))
    draw_lab(findings, folder / "lab.png")
    return [folder / "lab.json", folder / "lab.md", folder / "lab.png"]
