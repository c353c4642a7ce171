"""What GTP engines are told of their time, by the draft's, KGS's and KataGo's commands."""

import pytest

from tengen.agents.gtp_time import time_left, time_settings
from tengen.agents.time_control import parse_time_control
from tengen.arena.game_clock import PlayerClock


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("60", ["time_settings 60 0 0"]),
        ("60+0.6", ["kata-time_settings fischer 60 0.6", "time_settings 60 0 0"]),
        ("move=2", ["time_settings 0 2 1"]),
        ("move=0.2", ["time_settings 0 1 1"]),
        ("60+5x10", ["kgs-time_settings byoyomi 60 10 5", "time_settings 60 10 1"]),
        ("60.9+25/300", ["time_settings 60 300 25"]),
        ("40/300", ["time_settings 0 300 40"]),
    ],
)
def test_a_control_is_told_as_exactly_as_can_be(text: str, commands: list[str]) -> None:
    assert time_settings(parse_time_control(text)) == commands


@pytest.mark.parametrize(
    ("text", "spent", "periods", "said"),
    [
        ("60", 7.5, False, "time_left white 52 0"),
        ("60+5x10", 20.0, True, "time_left white 40 0"),
        ("60+5x10", 85.0, True, "time_left white 10 3"),
        ("60+5x10", 85.0, False, "time_left white 10 1"),
        ("60+25/300", 70.0, False, "time_left white 290 24"),
        ("40/300", 10.0, False, "time_left white 290 39"),
        ("move=2", 1.0, True, "time_left white 2 1"),
    ],
)
def test_what_is_left_is_told_with_the_moves_that_it_is_for(text: str, spent: float, periods: bool, said: str) -> None:
    clock = PlayerClock(parse_time_control(text), margin=0.0)
    assert clock.spend(spent)
    assert time_left(1, clock.clock(), periods=periods) == said
