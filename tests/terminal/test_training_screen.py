"""The screen of a training run and its plain twin."""

import io

from rich.console import Console

from tengen.terminal.training import COLUMNS, MISSING, TrainingScreen, duration


def console(*, terminal: bool, width: int = 80) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None, legacy_windows=False)


def text(of: Console) -> str:
    assert isinstance(of.file, io.StringIO)
    return of.file.getvalue()


def shown(metrics: dict[str, object]) -> str:
    target = console(terminal=True)
    screen = TrainingScreen("run", console=target)
    screen.update(metrics)
    target.file = io.StringIO()
    target.print(screen.render())
    return text(target)


def test_every_metric_shows_under_its_label() -> None:
    for key, label, _ in (row for rows in COLUMNS.values() for row in rows):
        with_it, without = shown({key: 0.25}), shown({})
        assert label in without
        assert with_it.count(MISSING) == without.count(MISSING) - 1, key


def test_the_screen_fits_eighty_columns_whatever_the_numbers() -> None:
    huge: dict[str, object] = {key: 123456789.0 for rows in COLUMNS.values() for key, _, _ in rows}
    modest = {key: 0.5 for key in huge if "loss" in key or "share" in key or key in ("lr", "policy_entropy")}
    assert "…" not in shown(huge | modest | {"game_length": 321.5})


def test_time_spent_and_left_are_shown() -> None:
    seen = shown({"time_s": 125.0, "minutes_left": 62.5, "fraction": 0.5})
    assert "2:05 spent" in seen
    assert "1:02:30 left" in seen
    assert "50 %" in seen


def test_ratings_are_listed_by_opponent() -> None:
    seen = shown({"rating": {"random": "20-0-0 (+800)", "uct:sims=50": "12-0-8"}})
    assert "random" in seen
    assert "12-0-8" in seen


def test_numbers_that_are_not_given_again_stay() -> None:
    target = console(terminal=True)
    screen = TrainingScreen("run", console=target)
    screen.update({"games": 77})
    screen.update({"positions": 5})
    target.print(screen.render())
    assert "77" in text(target).rpartition("╭")[2]


def test_without_a_terminal_lines_are_plain_and_rare() -> None:
    target = console(terminal=False)
    with TrainingScreen("run of [b]go5[/b]", console=target, plain_seconds=1000.0) as screen:
        for games in range(50):
            screen.update({"games": games, "time_s": float(games)})
        screen.log("checkpoint [7] saved")
    lines = text(target).splitlines()
    assert lines[0] == "run of [b]go5[/b]"
    assert lines[1].startswith("0:00 spent")
    assert "games 0" in lines[1]
    assert lines[2] == "checkpoint [7] saved"
    assert "games 49" in lines[3]  # the last state is told when the run ends
    assert len(lines) == 4
    assert "\x1b" not in text(target)


def test_a_nan_shows_as_missing() -> None:
    assert shown({"loss_policy": float("nan")}) == shown({})


def test_durations_read_as_clocks() -> None:
    written = [duration(seconds) for seconds in (0, 59.9, 61, 3600, 36061)]
    assert written == ["0:00", "0:59", "1:01", "1:00:00", "10:01:01"]
