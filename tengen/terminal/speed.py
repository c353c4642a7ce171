"""What a person and a program see of a measurement of self-play."""

import dataclasses
from typing import Any

from tengen.selfplay.bench import Shares
from tengen.selfplay.settings import Settings


def speed_lines(settings: Settings, found: Shares) -> list[str]:
    """Where the time went, what was done a second, and the share of the bare network's speed."""
    shape, rates = settings.network, found.rates()
    workers = f"{found.workers} workers, one thread each" if found.workers > 1 else "one worker, one thread"
    lines = [f"{settings.game}, {shape.blocks} blocks x {shape.channels}, {found.batch} games in lockstep, {workers}"]
    for name, value in (("network", found.network), ("tree and rules", found.tree), ("records", found.rest)):
        lines.append(f"  {name:<16}{value:8.2f} s  {value / found.seconds:6.1%}")
    remembered = f" ({found.remembered:,} more were remembered)" if found.remembered else ""
    lines.append(
        f"{rates['evaluations_per_s']:,.0f} evaluations/s{remembered}, {rates['positions_per_s']:,.1f} positions/s, "
        f"engine {found.engine}{': ' + found.note if found.note else ''}"
    )
    length = f", {found.plies / found.games:.1f} plies long" if found.games else ""
    unsettled = "" if found.settled() else " (fewer than were in progress: measure longer)"
    lines.append(f"{rates['games_per_s']:,.2f} games/s: {found.games} ended{length}{unsettled}")
    with_them = f", {rates['share_with_remembered']:.1%} with what was remembered" if found.remembered else ""
    lines.append(
        f"{rates['share_of_bare']:.1%} of the bare network's {rates['bare_positions_per_s']:,.0f} positions/s "
        f"in batches of {found.batch}{with_them}"
    )
    return lines


def speed_json(found: Shares) -> dict[str, Any]:
    """The counts, and the rates of `Shares.rates`."""
    return dataclasses.asdict(found) | {name: round(value, 4) for name, value in found.rates().items()}
