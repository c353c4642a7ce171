import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.agents.time_control import TimeControl, parse_time_control
from tengen.core.errors import InvalidParameter


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("60", TimeControl(main=60)),
        ("60+0.6", TimeControl(main=60, increment=0.6)),
        ("0+1", TimeControl(main=0, increment=1)),
        ("40/300", TimeControl(main=300, moves=40)),
        ("40/60+0.6", TimeControl(main=60, moves=40, increment=0.6)),
        ("60+5x10", TimeControl(main=60, periods=5, period=10)),
        ("5x30", TimeControl(main=0, periods=5, period=30)),
        ("60+25/300", TimeControl(main=60, stones=25, period=300)),
        ("0+25/300", TimeControl(main=0, stones=25, period=300)),
        ("move=1", TimeControl(move=1)),
        ("MOVE = 250ms", TimeControl(move=0.25)),
        ("nodes=800", TimeControl(nodes=800)),
        ("5m+2s, nodes=10000", TimeControl(main=300, increment=2, nodes=10_000)),
        ("1h", TimeControl(main=3600)),
    ],
)
def test_a_text_says_how_time_runs(text: str, control: TimeControl) -> None:
    assert parse_time_control(text) == control
    assert parse_time_control(str(control)) == control


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-1", "x", "60+", "+60", "60s s", "1e3", "move=0", "move=", "nodes=0", "nodes=1.5", "sims=5"),
        *("60,move=1", "60,60", "1/", "/60", "0/60", "40/0", "move=1e9", "60+0x5", "60+5x0", "60+0/300", "60+25/"),
        *("40/60+5x10", "99999999", "60+5x10+2", "nodes=99999999", "1.2.3", "nan", "inf", "move=1,", "x" * 1000),
    ],
)
def test_a_text_that_says_nothing_clear_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidParameter, match="is no time control: move=1") as error:
        parse_time_control(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


@given(st.text(alphabet="0123456789+/x.=,movends ", max_size=20))
def test_no_text_is_read_as_another_control_than_it_is_written(text: str) -> None:
    try:
        control = parse_time_control(text)
    except InvalidParameter:
        return
    assert parse_time_control(str(control)) == control
    assert control.timed or control.nodes is not None
