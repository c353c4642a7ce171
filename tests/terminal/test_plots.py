"""Curves of a run."""

import json
import math
from pathlib import Path

from matplotlib.image import imread

from tengen.selfplay.run import read_metrics
from tengen.terminal.plots import plot_run


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


def rating(second: float, checkpoint: str, opponent: str = "random") -> dict[str, object]:
    return {"kind": "rating", "time_s": second, "checkpoint": checkpoint, "opponent": opponent, "wins": 3}


def elo(**ratings: float) -> dict[str, object]:
    levels = {name: {"elo": value, "low": value - 80, "high": value + 90} for name, value in ratings.items()}
    return {"kind": "elo", "time_s": 100.0, "ratings": levels}


def test_a_run_gives_a_picture_of_each_kind(tmp_path: Path) -> None:
    rows = [progress(second) for second in range(60)]
    rows += [rating(30, "0001"), rating(60, "0002"), elo(**{"random": 0, "0001": 150, "0002": 420})]
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


def test_an_unbeaten_checkpoint_has_a_place_too(tmp_path: Path) -> None:
    rows = [rating(10, "0001"), rating(20, "0002"), elo(**{"random": 0, "0001": 100, "0002": math.inf})]
    assert [path.name for path in plot_run(write(tmp_path, rows))] == ["rating.png"]


def test_lines_cut_short_are_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path, [progress(1)], tail='{"kind": "progr\n' + json.dumps(progress(2)) + '\n{"kind"')
    assert [row["time_s"] for row in read_metrics(folder / "metrics.jsonl")] == [1, 2]
