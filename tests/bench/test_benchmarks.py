"""The harness of the benchmarks, with contenders that need nothing installed."""

import json
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

from benchmarks import go_random, go_search, go_uct
from benchmarks.cases import NOT_INSTALLED, Case, Contender, Measurement, Row, ratio
from benchmarks.contenders import Counts, Work, tengen_
from benchmarks.harness import Settings, run_case
from benchmarks.report import number, row_as_json, table, write_json
from benchmarks.worker import measure

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = ("pytest",)
QUICK = Settings(seconds=0.02, rounds=2)


def steps(*, count: int) -> Work:
    """A contender of this file: counts up to a thousand."""

    def work() -> Counts:
        print("chatter that must not break the dialogue")
        for _ in range(1000):
            pass
        return {"steps": count}

    return work


def crashes() -> Work:
    raise ValueError("no such board")


def leaves() -> Work:
    def work() -> Counts:
        sys.exit(3)

    return work


def needs_what_is_absent() -> Work:
    import a_module_that_nobody_has  # type: ignore[import-not-found]  # noqa: F401

    raise AssertionError


@pytest.fixture(autouse=True)
def workers_can_import_this_file(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ROOT / "tests" / "bench"
    monkeypatch.setattr("benchmarks.harness.MODULE_FOLDERS", [str(ROOT), str(folder)])


def contender(name: str, function: str, **more: object) -> Contender:
    settings = {"count": 5} if function == "steps" else {}
    return Contender(name=name, entry=f"test_benchmarks:{function}", settings=settings, **more)  # type: ignore[arg-type]


def row(name: str, *rates: float, against: str = "", target: float | None = None) -> Row:
    samples = [
        Measurement(counts={"games": rate, "plies": 9 * rate}, cpu_seconds=1.0, wall_seconds=1.0) for rate in rates
    ]
    found = Contender(name=name, entry="", settings={}, against=against, target=target)
    return Row(contender=found, rounds=samples)


def test_contenders_are_measured_in_turn_for_the_asked_cpu_time() -> None:
    case = Case(
        name="counting",
        unit="steps",
        contenders=[contender("Tengen", "steps"), contender("B", "steps", against="Tengen")],
    )
    rows = run_case(case, QUICK)
    assert [found.status for found in rows] == ["measured", "measured"]
    for found in rows:
        assert len(found.rounds) == QUICK.rounds
        assert all(sample.cpu_seconds >= QUICK.seconds for sample in found.rounds)
        assert all(sample.counts["steps"] % 5 == 0 for sample in found.rounds)
        assert "pytest" in found.versions
    assert ratio(rows[1], rows) is not None


def test_an_absent_peer_is_shown_and_skipped() -> None:
    case = Case(
        name="counting",
        unit="steps",
        contenders=[contender("Tengen", "steps"), contender("B", "needs_what_is_absent", against="Tengen")],
    )
    rows = run_case(case, QUICK)
    assert rows[0].status == "measured"
    assert rows[1].status == NOT_INSTALLED
    assert NOT_INSTALLED in table(case, rows)


@pytest.mark.parametrize(("function", "said"), [("crashes", "ValueError: no such board"), ("leaves", "status 3")])
def test_a_contender_that_fails_does_not_stop_the_others(function: str, said: str) -> None:
    case = Case(
        name="counting",
        unit="steps",
        contenders=[contender("B", function, against="Tengen"), contender("Tengen", "steps")],
    )
    rows = run_case(case, QUICK)
    assert rows[0].status.startswith("failed")
    assert said in rows[0].status
    assert rows[1].status == "measured"


def test_a_measurement_counts_cpu_seconds_and_not_sleep() -> None:
    naps = iter([0.05, 0.05, *[0.0] * 10**6])

    def work() -> Counts:
        time.sleep(next(naps))
        sum(range(10_000))
        return {"steps": 1}

    found = measure(work, 0.02)
    assert found["wall_seconds"] >= 0.1
    assert found["cpu_seconds"] < found["wall_seconds"] - 0.05


def test_the_ratio_pairs_the_rates_of_each_round() -> None:
    ours, theirs = row("Tengen", 10, 40, 90), row("B", 5, 10, 30, against="Tengen")
    assert ratio(theirs, [ours, theirs]) == 3.0  # of 2, 4 and 3
    assert ratio(ours, [ours, theirs]) is None


def test_the_table_has_one_line_a_contender_with_ratio_and_target() -> None:
    case = Case(name="random games", unit="games", contenders=[])
    rows = [row("Tengen", 42_000.0), row("B", 7_000.0, against="Tengen", target=5)]
    lines = table(case, rows).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    assert "42,000" in lines[2]
    assert "6x (target 5x)" in lines[3]
    assert "9.0" in lines[3]


def test_a_busy_core_is_said_to_be_busy() -> None:
    case = Case(name="random games", unit="games", contenders=[])
    quiet = row("Tengen", 1.0)
    busy = Row(contender=quiet.contender, rounds=[Measurement(counts={"games": 1}, cpu_seconds=1.0, wall_seconds=2.0)])
    assert "Other programs" not in table(case, [quiet])
    assert "50%" in table(case, [quiet, busy])


def test_json_keeps_counts_seconds_and_versions(tmp_path: Path) -> None:
    rows = [row("Tengen", 4.0, 6.0), row("B", 1.0, 2.0, against="Tengen", target=5)]
    path = tmp_path / "deeper" / "result.json"
    write_json(path, {"rows": [row_as_json(found, rows, "games") for found in rows]})
    ours, theirs = json.loads(path.read_text())["rows"]
    assert (ours["rate"], ours["rates"], ours["mean_length"]) == (5.0, [4.0, 6.0], 9.0)
    assert (theirs["ratio"], theirs["target"]) == (3.5, 5)
    assert [path.name for path in path.parent.iterdir()] == ["result.json"]


@pytest.mark.parametrize(("value", "shown"), [(None, "–"), (12.345, "12.3"), (1234.5, "1,234"), (0.01234, "0.0123")])
def test_numbers_have_three_digits_or_thousands(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize("module", [go_random, go_uct, go_search])
def test_every_peer_is_compared_with_a_row_of_its_own_case(module: object) -> None:
    for case in module.CASES:  # type: ignore[attr-defined]
        names = [found.name for found in case.contenders if not found.is_peer]
        peers = [found for found in case.contenders if found.is_peer]
        assert names
        assert peers
        assert all(found.against in names for found in peers)
        assert not any(found.target for found in case.contenders if not found.is_peer)


def test_both_constraints_files_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (line.partition("#")[0].partition(";")[0] for line in (ROOT / name).read_text().splitlines())
        pairs = (line.strip().partition("==") for line in lines if "==" in line)
        return {name.lower().replace("_", "-"): version for name, _, version in pairs}

    ours, theirs = pins("constraints.txt"), pins("constraints-peers.txt")
    assert "jax" in theirs
    assert {name: theirs[name] for name in ours.keys() & theirs.keys()} == {
        name: ours[name] for name in ours.keys() & theirs.keys()
    }


@pytest.mark.slow
def test_tengens_own_contenders_do_the_work_that_they_count() -> None:
    played = tengen_.random_games(game="go:size=5", chunk=3)()
    assert played["games"] == 3
    assert 6 <= played["plies"] <= 3 * 50
    assert tengen_.uct(size=5, simulations=20)() == {"simulations": 20}
    policies: tuple[Literal["gumbel", "puct"], ...] = ("gumbel", "puct")
    for policy in policies:
        assert tengen_.free_search(size=5, batch=2, simulations=16, policy=policy)() == {"simulations": 32}
