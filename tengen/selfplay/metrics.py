"""What a run measures while it goes: gathered from reports, written to metrics.jsonl and tensorboard."""

import warnings
from pathlib import Path

import numpy as np

from tengen.selfplay.worker import Report


class Gauge:
    """Figures about the games of the last seconds."""

    def __init__(self, players: int = 2) -> None:
        self.players = players
        self.lengths: list[int] = []
        self.results: list[float] = []
        self.cut: list[bool] = []
        self.resignations: list[bool] = []
        """Of games played to the end though somebody would have resigned: whether he would have been wrong."""
        self.entropies: list[float] = []
        self.evaluations = 0
        self.remembered = 0
        self.seconds = 0.0
        self.network_seconds = 0.0

    def take(self, report: Report) -> None:
        """Counts what a worker reports."""
        self.lengths += [len(record.actions) for record in report.records]
        self.results += [record.result for record in report.records]
        self.cut += [record.termination != "" for record in report.records]
        self.resignations += [
            record.info["resignation"] == "wrong" for record in report.records if "resignation" in record.info
        ]
        self.entropies += report.entropies
        self.evaluations += report.evaluations
        self.remembered += report.remembered
        self.seconds += report.seconds
        self.network_seconds += report.network_seconds

    def figures(self, seconds: float) -> dict[str, object]:
        """The figures over `seconds` of wall time; what nothing was seen of is left out."""
        found: dict[str, object] = {
            "games_per_s": round(len(self.lengths) / seconds, 3),
            "positions_per_s": round(sum(self.lengths) / seconds, 1),
            "evaluations_per_s": round(self.evaluations / seconds, 1),
        }
        if self.remembered:
            found["remembered_share"] = round(self.remembered / (self.remembered + self.evaluations), 4)
        if self.lengths:
            results = np.array(self.results)
            found["game_length"] = round(float(np.mean(self.lengths)), 2)
            if self.players == 1:
                found["game_return"] = round(float(results.mean()), 4)
            else:
                found["draw_share"] = round(float(np.mean(results == 0)), 4)
                found["first_win_share"] = round(float(np.mean(results > 0)), 4)
            found["cut_share"] = round(float(np.mean(self.cut)), 4)
        if self.resignations:
            found["wrong_resignations"] = round(float(np.mean(self.resignations)), 4)
        if self.entropies:
            found["policy_entropy"] = round(float(np.mean(self.entropies)), 4)
        if self.seconds > 0:
            found["share_network"] = round(self.network_seconds / self.seconds, 4)
        return found


class Board:
    """Numbers for tensorboard, against seconds of training or what `at` counts."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from torch.utils.tensorboard import SummaryWriter
        self.writer = SummaryWriter(str(folder), flush_secs=20)

    def add(self, metrics: dict[str, object], at: int | None = None) -> None:
        """Every number of one metrics line, under its key."""
        place = round(float(metrics["time_s"])) if at is None else at  # type: ignore[arg-type]
        for key, value in metrics.items():
            if isinstance(value, int | float) and key not in ("time_s", "fraction"):
                self.writer.add_scalar(f"{metrics['kind']}/{key}", value, place)

    def close(self) -> None:
        """Flushes."""
        self.writer.close()
