"""The arena's clocks, beside a second way of counting: second by second through what a player was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.agents.time_control import TimeControl, parse_time_control
from tengen.arena.game_clock import GameClock, PlayerClock

TICK = 0.25
"""The simulation goes in ticks, and all times below are whole numbers of them, exact in floating point."""

TICKS = st.integers(1, 80)
MOVES = st.lists(st.integers(0, 60), min_size=1, max_size=40)


def times(least: int = 1) -> st.SearchStrategy[float]:
    return st.integers(least, 80).map(lambda ticks: ticks * TICK)


CONTROLS = st.one_of(
    st.builds(TimeControl, move=times()),
    st.builds(TimeControl, main=times(), increment=times(0)),
    st.builds(TimeControl, main=times(), moves=st.integers(1, 5), increment=times(0)),
    st.builds(TimeControl, main=times(0), periods=st.integers(1, 5), period=times()),
    st.builds(TimeControl, main=times(0), stones=st.integers(1, 5), period=times()),
)


class Hourglass:
    """What a player has, as a pile of ticks that runs down; a tick more than there is loses the game."""

    def __init__(self, control: TimeControl) -> None:
        self.control = control
        self.pile = round((control.main or 0.0) / TICK)
        self.period = round(control.period / TICK)
        self.left_to_play = control.moves
        self.periods = control.periods
        self.overtime = False

    def survives(self, ticks: int) -> bool:
        """Plays a move that takes so many ticks."""
        control = self.control
        if control.move is not None:
            self.pile = round(control.move / TICK)
        for _ in range(ticks):
            if self.pile == 0 and not self._more():
                return False
            self.pile -= 1
        if control.stones and self.pile == 0 and not self.overtime:
            self._more()
        if self.overtime and control.periods:
            self.pile = self.period  # a move made within a period gives it back whole
        if self.overtime and control.stones:
            self.left_to_play -= 1
            if self.left_to_play == 0:
                self.pile, self.left_to_play = self.period, control.stones
        if not self.overtime and control.move is None and control.increment:
            self.pile += round(control.increment / TICK)
        if control.moves:
            self.left_to_play -= 1
            if self.left_to_play == 0:
                self.pile += round((control.main or 0.0) / TICK)
                self.left_to_play = control.moves
        return True

    def _more(self) -> bool:
        """What comes when the pile is gone."""
        if self.control.periods:
            if self.overtime:
                self.periods -= 1
            self.overtime = True
            self.pile = self.period
            return self.periods > 0
        if self.control.stones and not self.overtime:
            self.overtime, self.pile, self.left_to_play = True, self.period, self.control.stones
            return True
        return False


@given(CONTROLS, MOVES)
def test_every_move_is_charged_as_a_simulation_in_ticks_has_it(control: TimeControl, moves: list[int]) -> None:
    clock, hourglass = PlayerClock(control, margin=0.0), Hourglass(control)
    for ticks in moves:
        lives = hourglass.survives(ticks)
        assert clock.spend(ticks * TICK) == lives
        if not lives:
            return
        if control.move is None and not (control.periods and hourglass.overtime):
            assert clock.reading()[0] == hourglass.pile * TICK or hourglass.pile == 0
        if control.periods:
            assert clock.periods == hourglass.periods
        if hourglass.overtime and control.stones:
            assert clock.stones == hourglass.left_to_play


@given(CONTROLS, st.lists(st.integers(0, 30), min_size=1, max_size=20), st.integers(0, 30))
def test_a_running_clock_shows_what_is_left_and_nothing_once_the_game_is_lost(
    control: TimeControl, moves: list[int], ticks: int
) -> None:
    clock = PlayerClock(control, margin=0.0)
    if not all(clock.spend(each * TICK) for each in moves):
        return
    there_is = clock.clock().until_lost
    shown, count = clock.reading(ticks * TICK)
    lost = ticks * TICK > there_is
    assert (shown > 0.0) or ticks * TICK >= there_is
    assert not lost or (shown, clock.spend(ticks * TICK)) == (0.0, False)
    assert lost or clock.spend(ticks * TICK)
    assert 0 <= count <= max(control.moves, control.stones, control.periods, 1)


@given(CONTROLS, MOVES, st.integers(0, 8))
def test_a_margin_saves_whoever_oversteps_by_no_more(control: TimeControl, moves: list[int], margin: int) -> None:
    strict, lenient = PlayerClock(control, margin=0.0), PlayerClock(control, margin=margin * TICK)
    for ticks in moves:
        there_is = lenient.clock().until_lost
        lives = strict.spend(ticks * TICK)
        assert lenient.spend(ticks * TICK) == (ticks * TICK <= there_is + margin * TICK)
        if not lives:
            return


def test_what_is_forgiven_earns_nothing() -> None:
    clock = PlayerClock(parse_time_control("10+2"), margin=0.5)
    assert clock.spend(10.4)
    assert clock.main == 2.0
    assert not clock.spend(2.6)


def test_byoyomi_loses_a_period_only_where_it_is_used_up() -> None:
    clock = PlayerClock(parse_time_control("20+3x10"), margin=0.0)
    assert clock.spend(25.0)
    assert clock.reading() == (10.0, 3)
    assert clock.spend(10.0)
    assert clock.reading() == (10.0, 3)
    assert clock.spend(10.25)
    assert clock.reading() == (10.0, 2)
    assert clock.reading(13.0) == (7.0, 1)
    assert not clock.spend(20.25)


def test_canadian_overtime_begins_within_a_move_and_anew_after_its_stones() -> None:
    clock = PlayerClock(parse_time_control("20+2/30"), margin=0.0)
    assert clock.reading() == (20.0, 0)
    assert clock.spend(25.0)
    assert clock.reading() == (25.0, 1)
    assert clock.spend(5.0)
    assert clock.reading() == (30.0, 2)
    assert clock.spend(29.0)
    assert not clock.spend(1.25)


def test_time_that_is_left_at_a_control_is_kept() -> None:
    clock = PlayerClock(parse_time_control("2/30"), margin=0.0)
    assert clock.spend(10.0)
    assert clock.reading() == (20.0, 1)
    assert clock.spend(5.0)
    assert clock.reading() == (45.0, 2)


def test_a_game_s_clock_charges_whoever_is_to_move_by_the_watch_it_was_given() -> None:
    now = [100.0]
    clock = GameClock((parse_time_control("60"), TimeControl()), margin=0.0, now=lambda: now[0])
    clock.start(0)
    now[0] += 7.0
    assert clock.reading(0) == (53.0, 0)
    assert clock.stop()
    assert (clock.last, clock.reading(0)) == (7.0, (53.0, 0))
    told = clock.clock(0)
    assert told is not None
    assert (told.main, told.opponent) == (53.0, None)
    clock.start(1)  # nothing limits the other
    now[0] += 1e6
    assert clock.stop()
    assert (clock.clock(1), clock.reading(1)) == (None, None)
    clock.start(0)
    now[0] += 53.5
    assert not clock.stop()


def test_an_agent_is_told_its_own_time_and_the_other_s() -> None:
    clock = GameClock((parse_time_control("40/60+1"), parse_time_control("30+0.5")))
    told = clock.clock(0)
    assert told is not None
    assert (told.main, told.increment, told.stones, told.opponent, told.opponent_increment) == (60, 1, 40, 30, 0.5)
    byoyomi = PlayerClock(parse_time_control("60+5x10")).clock()
    assert (byoyomi.main, byoyomi.byoyomi, byoyomi.periods, byoyomi.until_lost) == (60, 10, 5, 110)
    canadian = PlayerClock(parse_time_control("60+25/300")).clock()
    assert (canadian.main, canadian.byoyomi, canadian.stones, canadian.until_lost) == (60, 12, 0, 360)
    overtime = PlayerClock(parse_time_control("0+25/300")).clock()
    assert (overtime.main, overtime.stones, overtime.until_lost) == (300, 25, 300)
    alone = PlayerClock(parse_time_control("move=2")).clock()
    assert (alone.main, alone.byoyomi, alone.periods, alone.until_lost) == (0, 2, 1, 2)


def test_a_limit_of_nodes_is_no_clock() -> None:
    clock = PlayerClock(parse_time_control("nodes=100"))
    assert clock.spend(1e9)


@pytest.mark.parametrize("text", ["60", "60+0.5"])
def test_a_clock_that_has_stood_long_is_as_it_was(text: str) -> None:
    clock = PlayerClock(parse_time_control(text))
    assert clock.spend(0.0)
    assert clock.main == 60.0 + clock.control.increment
