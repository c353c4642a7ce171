import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.agents.agent import Clock
from tengen.agents.clock import LAG, seconds_for_move


def test_main_time_is_shared_among_the_moves_to_come() -> None:
    assert seconds_for_move(Clock(main=300.0)) == pytest.approx(10.0 - LAG)


def test_byoyomi_is_used_whole_once_the_main_time_is_gone() -> None:
    assert seconds_for_move(Clock(main=0.0, byoyomi=5.0, periods=3)) == pytest.approx(5.0 - LAG)


def test_canadian_byoyomi_is_shared_among_its_stones() -> None:
    assert seconds_for_move(Clock(main=60.0, stones=10)) == pytest.approx(6.0 - LAG)


@given(st.floats(0, 10_000), st.floats(0, 60), st.floats(0, 60), st.integers(0, 25))
def test_no_move_takes_more_than_there_is(main: float, increment: float, byoyomi: float, stones: int) -> None:
    clock = Clock(main=main, increment=increment, byoyomi=byoyomi, stones=stones)
    there_is = main if stones else main + max(byoyomi, increment)
    assert 0.0 < seconds_for_move(clock) <= max(there_is, 0.01)
