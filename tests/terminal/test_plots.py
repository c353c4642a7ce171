"""Curves of a run."""

import json
import math
from pathlib import Path

import pytest
from matplotlib.image import imread

from tengen.core.errors import InvalidRecord
from tengen.terminal.plots import plot_run, read_metrics


def write(folder: Path, rows: list[dict[str, object]], *, tail: str = "") -> Path:
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + tail, encoding="utf-8")
    return folder


def progress(second: float) -> dict[str, object]:
    return {
        "kind": "progress",
        "time_s": second,
        "loss_policy": 3 - second / 100,
        "game_length": 40.0,
        "games_per_s": 10.0,
    }


def rating(second: float, **more: object) -> dict[str, object]:
    return {"kind": "rating", "time_s": second, "opponent": "random", "elo": 100.0, **more}


def test_a_run_gives_a_picture_of_each_kind(tmp_path: Path) -> None:
    rows = [progress(second) for second in range(60)] + [rating(30, elo_low=50.0, elo_high=150.0), rating(60)]
    pictures = plot_run(write(tmp_path, rows))
    assert [path.name for path in pictures] == ["losses.png", "rating.png", "games.png", "speed.png"]
    for path in pictures:
        height, width = imread(path).shape[:2]
        assert height > 250
        assert width > 400


def test_what_was_not_measured_is_left_out(tmp_path: Path) -> None:
    assert plot_run(write(tmp_path, [])) == []
    rows = [{"kind": "progress", "time_s": second, "loss_policy": 1.0, "loss_value": None} for second in range(5)]
    assert [path.name for path in plot_run(write(tmp_path, rows))] == ["losses.png"]


def test_an_unbeaten_opponent_has_a_curve_too(tmp_path: Path) -> None:
    rows = [rating(second, elo=math.inf, elo_low=300.0, elo_high=math.inf) for second in (10, 20)]
    assert [path.name for path in plot_run(write(tmp_path, rows))] == ["rating.png"]


def test_a_last_line_cut_short_is_ignored(tmp_path: Path) -> None:
    rows, _ = read_metrics(write(tmp_path, [progress(1)], tail='{"kind": "progr') / "metrics.jsonl")
    assert len(rows) == 1


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, [progress(1)], tail="junk\n" + json.dumps(progress(2)) + "\n")
    with pytest.raises(InvalidRecord, match="line 2"):
        plot_run(folder)
