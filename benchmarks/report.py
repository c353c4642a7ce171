"""What a benchmark shows and stores: a table in Markdown, and JSON with commit, machine and versions."""

import datetime
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.cases import Case, Row, ratio
from benchmarks.harness import Settings
from tengen.core.machine import cpu_model, git

BUSY = 0.9
"""Below this share of the core a figure is not worth keeping: counting CPU seconds does not undo all contention."""


def circumstances(settings: Settings) -> dict[str, Any]:
    """Commit, machine and settings: what a figure means nothing without."""
    load = os.getloadavg() if hasattr(os, "getloadavg") else (0.0,)
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(git("status", "--porcelain")),
        "machine": {
            "cpu": cpu_model(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "load_before": round(load[0], 2),
        },
        "settings": {"cpu_seconds": settings.seconds, "rounds": settings.rounds, "core": settings.core},
    }


def row_as_json(row: Row, rows: Sequence[Row], unit: str) -> dict[str, Any]:
    """One contender's part of the JSON."""
    contender = row.contender
    found: dict[str, Any] = {
        "contender": contender.name,
        "settings": contender.settings,
        "status": row.status,
        "unit": f"{unit}/s",
        "rate": row.rate,
        "rates": [sample.rate for sample in row.rounds],
        "wall_rates": [next(iter(sample.counts.values())) / sample.wall_seconds for sample in row.rounds],
        "core_share": round(row.core_share, 3),
        "prepare_seconds": round(row.prepare_seconds, 3),
        "versions": row.versions,
        "rounds": [asdict(sample) for sample in row.rounds],
    }
    if row.mean_length is not None:
        found["mean_length"] = row.mean_length
    if contender.is_peer:
        found |= {"against": contender.against, "ratio": ratio(row, rows), "target": contender.target}
    if contender.note:
        found["note"] = contender.note
    return found


def number(value: float | None) -> str:
    """Three significant digits, thousands parted."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(case: Case, rows: Sequence[Row]) -> str:
    """The case as a table in Markdown, columns aligned so that it reads in a terminal as well."""
    lengths = any(row.mean_length is not None for row in rows)
    heads = [case.name, f"{case.unit}/s", "lowest–highest", *(["plies"] if lengths else []), "Tengen is", "prepared in"]
    lines = [heads]
    for row in rows:
        contender = row.contender
        times = ratio(row, rows)
        verdict = "–" if times is None else f"{number(times)}x"
        if contender.target is not None:
            verdict += f" (target {contender.target:g}x)"
        rates = [sample.rate for sample in row.rounds]
        measured = bool(rates)
        lines.append(
            [
                contender.name + (f" ({contender.note})" if contender.note else ""),
                number(row.rate) if measured else row.status,
                f"{number(min(rates))}–{number(max(rates))}" if measured else "–",
                *([f"{row.mean_length:.1f}" if row.mean_length is not None else "–"] if lengths else []),
                verdict if contender.is_peer else "",
                f"{row.prepare_seconds:.1f} s" if measured else "–",
            ]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    shown = [
        [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in [shown[0], rule, *shown[1:]])
    share = min(row.core_share for row in rows)
    if share < BUSY:
        text += f"\n\nOther programs had the core too ({share:.0%} was ours at worst): measure again when it is quiet."
    return text


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Writes the document beside its place, then renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(json.dumps(document, indent=1) + "\n")
    beside.replace(path)
