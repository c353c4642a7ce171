"""What `tengen bench selfplay` counts."""

import json

import pytest
from click.testing import CliRunner

from tengen.cli import main
from tengen.selfplay import settings as settings_module
from tengen.selfplay.bench import Shares, measure, together
from tengen.terminal.speed import speed_lines

SMALL = (
    "network.blocks=1",
    "network.channels=8",
    "search.simulations=4",
    "selfplay.games=16",
    "selfplay.engine='torch-float32'",
)


def test_what_is_counted_agrees_with_itself() -> None:
    found = measure(settings_module.load("tictactoe", SMALL), seconds=0.5)
    assert found.positions % 16 == 0
    # a position costs an evaluation of its root and at most one a simulation
    assert found.positions <= found.evaluations <= 5 * found.positions
    assert 5 * found.games <= found.plies <= 9 * found.games
    assert found.bare_positions % 16 == 0
    assert found.bare_seconds >= found.seconds >= 0.5
    assert found.network + found.tree + found.rest == pytest.approx(found.seconds)


def shares(**more: object) -> Shares:
    known = {"seconds": 2.0, "network": 1.0, "tree": 0.5, "rest": 0.5, "positions": 100, "games": 4, "plies": 30}
    known |= {"evaluations": 1600, "remembered": 0, "bare_seconds": 4.0, "bare_positions": 8000, "batch": 16}
    return Shares(**known | {"engine": "torch", "note": ""} | more)  # type: ignore[arg-type]


def test_the_share_is_evaluations_a_second_over_positions_a_second_of_the_bare_network() -> None:
    rates = shares().rates()
    assert (rates["evaluations_per_s"], rates["bare_positions_per_s"], rates["share_of_bare"]) == (800.0, 2000.0, 0.4)
    assert (rates["positions_per_s"], rates["games_per_s"]) == (50.0, 2.0)
    assert rates["share_with_remembered"] == 0.4


def test_what_was_remembered_counts_in_a_share_of_its_own() -> None:
    found = shares(remembered=400)
    assert (found.rates()["share_of_bare"], found.rates()["share_with_remembered"]) == (0.4, 0.5)
    lines = speed_lines(settings_module.load("tictactoe", SMALL), found)
    assert any("40.0% of" in line and "50.0% with what was remembered" in line for line in lines)


def test_workers_side_by_side_add_up() -> None:
    rates = together([shares(), shares(seconds=3.0, evaluations=2400)]).rates()
    assert rates["evaluations_per_s"] == pytest.approx(1600.0)
    assert rates["bare_positions_per_s"] == pytest.approx(4000.0)
    assert rates["share_of_bare"] == pytest.approx(0.4)


def test_too_few_games_to_speak_of_are_called_so() -> None:
    settings = settings_module.load("tictactoe", SMALL)
    assert any("measure longer" in line for line in speed_lines(settings, shares()))
    assert any("10.0 plies long" in line for line in speed_lines(settings, shares(games=3)))
    assert not any("measure longer" in line for line in speed_lines(settings, shares(games=16)))


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_command_prints_counts_and_rates_as_json(workers: int) -> None:
    overrides = [word for setting in SMALL for word in ("--set", setting)]
    words = ["bench", "selfplay", "--preset", "tictactoe", "--seconds", "0.2", "--workers", str(workers), "--json"]
    result = CliRunner().invoke(main, [*words, *overrides])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["workers"] == workers
    assert found["share_of_bare"] == pytest.approx(found["evaluations_per_s"] / found["bare_positions_per_s"], abs=1e-3)
