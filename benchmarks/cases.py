"""What is compared: cases of the same work, contenders that do it, rows of what was measured."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NOT_INSTALLED = "not installed (pip install 'tengen[peers]')"


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One program doing the work of a case."""

    name: str
    entry: str
    """`module:function` that takes the settings and returns the work."""
    settings: dict[str, Any]
    against: str = ""
    """The contender of the case that this peer is compared with; empty for Tengen's own rows."""
    target: float | None = None
    """How many times this peer's rate the one it is `against` shall reach."""
    note: str = ""
    missing_hint: str = NOT_INSTALLED
    """What is shown where the peer is absent."""

    @property
    def is_peer(self) -> bool:
        """Whether this row is another program's."""
        return bool(self.against)


@dataclass(frozen=True, kw_only=True)
class Case:
    """The same work for all its contenders."""

    name: str
    unit: str
    """What the rate counts, such as `games`."""
    contenders: Sequence[Contender]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Some CPU seconds of one contender."""

    counts: dict[str, float]
    cpu_seconds: float
    wall_seconds: float

    @property
    def rate(self) -> float:
        """The first count for each CPU second."""
        return next(iter(self.counts.values())) / self.cpu_seconds


@dataclass(kw_only=True)
class Row:
    """What was measured of one contender in one case, or why nothing was."""

    contender: Contender
    status: str = "measured"
    prepare_seconds: float = 0.0
    """Imports, compilation and the first chunk of work, by the clock; no part of any rate."""
    versions: dict[str, str] = field(default_factory=dict)
    rounds: list[Measurement] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """The median over rounds."""
        return statistics.median(sample.rate for sample in self.rounds) if self.rounds else None

    @property
    def core_share(self) -> float:
        """How much of the wall time the process had the core: well under 1 where others used it too."""
        wall = sum(sample.wall_seconds for sample in self.rounds)
        return sum(sample.cpu_seconds for sample in self.rounds) / wall if wall else 1.0

    @property
    def mean_length(self) -> float | None:
        """Plies a game, where both are counted."""
        plies = sum(sample.counts.get("plies", 0.0) for sample in self.rounds)
        return plies / sum(sample.counts["games"] for sample in self.rounds) if plies else None


def ratio(peer: Row, rows: Sequence[Row]) -> float | None:
    """How many times the peer's rate its counterpart reached: the median of the ratios of each round."""
    ours = next((row for row in rows if row.contender.name == peer.contender.against), None)
    if ours is None or not peer.rounds or not ours.rounds:
        return None
    return statistics.median(mine.rate / theirs.rate for mine, theirs in zip(ours.rounds, peer.rounds, strict=False))
