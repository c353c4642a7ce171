"""Time as GTP tells it to engines: the commands for a time control, and for what is left of it.

Sources: Go Text Protocol version 2, draft 2, section 4.2 (`time_settings`, `time_left`: absolute time and Canadian
overtime, in whole seconds); KGS's `kgs-time_settings` (byoyomi); KataGo's GTP extensions (`kata-time_settings`).
"""

import math

from tengen.agents.agent import Clock
from tengen.agents.time_control import TimeControl
from tengen.protocols.gtp_client import COLOURS


def time_settings(control: TimeControl) -> list[str]:
    """Commands that tell a control, the most exact first: an engine is sent the first that it knows.

    The last is plain GTP's, which knows neither increments nor byoyomi. An increment is left out, for `time_left` tells
    what it brought. Periods of byoyomi are told as Canadian overtime of a move each. Seconds are rounded down, but a
    period is at least one second.
    """
    main = math.floor(control.main or 0.0)
    period = max(1, math.floor(control.period))
    if control.move is not None:
        return [f"time_settings 0 {max(1, math.floor(control.move))} 1"]
    if control.periods:
        return [f"kgs-time_settings byoyomi {main} {period} {control.periods}", f"time_settings {main} {period} 1"]
    if control.stones:
        return [f"time_settings {main} {period} {control.stones}"]
    if control.moves:
        return [f"time_settings 0 {max(1, main)} {control.moves}"]
    exact = [f"kata-time_settings fischer {control.main:g} {control.increment:g}"] if control.increment else []
    return [*exact, f"time_settings {max(1, main)} 0 0"]


def time_left(colour: int, clock: Clock, *, periods: bool) -> str:
    """The command that tells what is left before a move: seconds, and the moves for which they are.

    With `periods` the number of periods takes the place of the one move that a period of byoyomi is for.
    """
    seconds, count = clock.main, clock.stones
    if clock.main == 0.0 and clock.byoyomi > 0.0:
        seconds, count = clock.byoyomi, clock.periods if periods else 1
    return f"time_left {COLOURS[colour]} {math.floor(seconds)} {count}"
