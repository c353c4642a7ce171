"""Gumbel AlphaZero beside AlphaZero's PUCT where simulations are few: trained with equal evaluations, then pitted.

For each number of simulations a move both learn from as many evaluations and in about as many steps; then the final
networks play each other by one search. It is a lab (docs/lab.md): the same command goes on where it was stopped.
"""

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.command import parser, settings_of
from benchmarks.inference import table
from benchmarks.report import circumstances, write_json
from tengen.core.files import atomic_write
from tengen.selfplay import settings as settings_module
from tengen.selfplay.lab import Findings, Plan, run_lab
from tengen.selfplay.variants import BASE, read_variants
from tengen.terminal.lab_table import write_findings
from tengen.terminal.plots import STYLE

BUDGETS = (2, 4, 8, 16, 32)
USUAL = 16
"""Gumbel with so many simulations is the base."""

SMALL = (
    *("network.blocks=3", "network.channels=32", "selfplay.games=128", "selfplay.opening_share=0.5"),
    *("selfplay.opening_plies=3", "training.batch=256", "training.first_positions=5000"),
    *("training.publish_seconds=15", "search.considered=8"),
)

NOISE = "search.policy=puct;search.dirichlet_alpha=10.83;search.temperature=1;search.forced_playouts=2"
"""PUCT explores by noise at the root, by forced playouts and by drawing its moves from the visits."""


def paced(simulations: int) -> str:
    """Settings of a number of simulations: samples a position, and the window, keep steps and age."""
    share = (simulations + 1) / (USUAL + 1)
    return (
        f"search.simulations={simulations};training.samples_per_position={2.5 * share:.4f};"
        f"training.window_start={round(20_000 / share)}"
    )


def names() -> list[tuple[str, int, str]]:
    """(policy, simulations, variant) of all that learn."""
    gumbel = [("gumbel", n, BASE if n == USUAL else f"gumbel-{n}") for n in BUDGETS]
    return gumbel + [("puct", n, f"puct-{n}") for n in BUDGETS]


def variants() -> list[str]:
    """The texts of all variants but the base."""
    texts = []
    for policy, simulations, name in names():
        if name != BASE:
            texts.append(f"{name}:{paced(simulations)}{';' + NOISE if policy == 'puct' else ''}")
    return texts


def draw(findings: Findings, game: str, path: Path) -> None:
    """Elo against simulations, a line for each policy."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    places = {variant.name: place for place, variant in enumerate(findings.plan.variants)}
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.5))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for policy in ("gumbel", "puct"):
            gains = [(n, findings.gains.variants[places[name]]) for of, n, name in names() if of == policy]
            margins = [[gain.elo - gain.low for _, gain in gains], [gain.high - gain.elo for _, gain in gains]]
            elo = [gain.elo for _, gain in gains]
            axes.errorbar([n for n, _ in gains], elo, yerr=margins, fmt="o-", capsize=4, label=policy)
        axes.set_xscale("log", base=2)
        axes.set_xticks(BUDGETS, [str(budget) for budget in BUDGETS])
        axes.legend()
        axes.set(
            xlabel="simulations a move in self-play",
            ylabel=f"Elo over Gumbel with {USUAL}, 95 %",
            title=f"{game}, {findings.budget:,} evaluations each",
        )
        with atomic_write(path) as beside:
            figure.savefig(beside, format="png")


def main() -> None:
    options = parser("benchmarks.budgets", "Gumbel and PUCT with few simulations, trained with equal evaluations.")
    options.add_argument("--game", default="go:size=5,komi=7", help="what is learned (default go:size=5,komi=7)")
    options.add_argument("--evaluations", type=int, default=1_500_000, help="of each run (default 1500000)")
    options.add_argument("--seeds", type=int, default=3, help="runs of each (default 3)")
    options.add_argument("--games", type=int, default=60, help="games of each match (default 60)")
    options.add_argument("--simulations", type=int, default=32, help="simulations a move in the matches (default 32)")
    options.add_argument("--parallel", type=int, default=2, help="runs at once (default 2)")
    options.add_argument("--run", type=Path, required=True, help="the lab's folder")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    options.add_argument("--picture", type=Path, metavar="FILE", help="where to draw the curves")
    given = options.parse_args()
    base = settings_module.load(given.game, (*SMALL, *paced(USUAL).split(";")))
    plan = Plan(
        folder=given.run,
        variants=read_variants(base, variants()),
        seeds=list(range(1, given.seeds + 1)),
        minutes=base.minutes,
        evaluations=given.evaluations,
        games=given.games,
        simulations=given.simulations,
        parallel=given.parallel,
    )
    findings = run_lab(plan, lambda line: print(line, file=sys.stderr, flush=True))
    write_findings(findings)
    places = {variant.name: place for place, variant in enumerate(plan.variants)}
    rows = []
    for policy, simulations, name in names():
        gain = findings.gains.variants[places[name]]
        rows.append((f"{policy}, {simulations}", [f"{gain.elo:+.0f}", f"{gain.low:+.0f} … {gain.high:+.0f}"]))
    print(table("policy, simulations", ["Elo", "95 %"], rows))
    print("\n".join(findings.remarks))
    if given.picture:
        draw(findings, given.game, given.picture)
    if given.json:
        document: dict[str, Any] = {"benchmark": "budgets", **circumstances(settings_of(given)), "game": given.game}
        document |= {"evaluations": given.evaluations, "seeds": given.seeds, "table": rows, "remarks": findings.remarks}
        write_json(given.json, document)


if __name__ == "__main__":
    main()
