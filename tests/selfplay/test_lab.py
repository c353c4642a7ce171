"""Variants of a training run: read, trained with equal evaluations, pitted, rated over seeds."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tengen.arena.mean import Z95, mean_interval, t95
from tengen.cli import main
from tengen.core.errors import InvalidParameter, TengenError, UnknownName
from tengen.selfplay import settings as settings_module
from tengen.selfplay.gains import gains
from tengen.selfplay.lab import Plan, pairs, run_lab
from tengen.selfplay.run import RunFolder, read_metrics
from tengen.selfplay.variants import read_variants
from tengen.terminal.lab_table import markdown, to_json, write_findings

TINY = (
    "network.blocks=1",
    "network.channels=8",
    "search.simulations=2",
    "selfplay.games=8",
    "selfplay.workers=1",
    "selfplay.engine='torch-float32'",
    "training.first_positions=100",
    "training.batch=32",
    "training.publish_seconds=0.2",
)

BASE = settings_module.load("tictactoe", TINY)


def test_a_variant_is_a_file_with_what_differs_named_by_its_stem(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("[network]\nblocks = 3\n[search]\nsimulations = 2\n")
    base, deep = read_variants(BASE, [str(path)])
    assert (base.name, base.settings, base.changes) == ("base", BASE, {})
    assert (deep.name, deep.changes) == ("deep", {"network.blocks": "3"})
    assert deep.settings == dataclasses.replace(BASE, network=dataclasses.replace(BASE.network, blocks=3))


def test_a_variant_is_text_with_a_name_in_front_or_named_by_itself() -> None:
    texts = ["both:search.simulations=4; training.drops=[0.5]", "training.learning_rate = 0.1;search.policy=puct"]
    _, both, own = read_variants(BASE, texts)
    assert both.name == "both"
    assert both.changes == {"search.simulations": "4", "training.drops": "[0.5]"}
    assert own.name == "learning_rate=0.1+policy=puct"
    assert own.changes == {"search.policy": '"puct"', "training.learning_rate": "0.1"}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("search.simulatons=4", UnknownName, "search.simulations"),
        ("a:search.simulations=many", InvalidParameter, "variant a: search.simulations must be a whole number"),
        ("a:search.simulations=0", InvalidParameter, "search.simulations must be from 1"),
        ("a:search=0", InvalidParameter, "search is a section"),
        ("a:game='go:size=9'", InvalidParameter, "variant a: game is the same for all"),
        ("a:seed=7", InvalidParameter, "seed is the same for all"),
        ("a:evaluations=7", InvalidParameter, "evaluations is the same for all"),
        ("a/b:search.simulations=4", InvalidParameter, "no name for a variant"),
        ("base:search.simulations=4", InvalidParameter, "two variants are called base"),
        ("nothing", InvalidParameter, "'nothing' is no variant"),
        ("a:", InvalidParameter, "is no variant"),
        ("missing.toml", OSError, "missing.toml"),
    ],
)
def test_what_is_wrong_with_a_variant_is_said(text: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        read_variants(BASE, [text])


def test_two_variants_have_two_names() -> None:
    with pytest.raises(InvalidParameter, match="two variants are called a"):
        read_variants(BASE, ["a:search.simulations=4", "a:search.simulations=8"])


def test_gains_of_two_variants_without_errors_in_games_are_students_paired_interval() -> None:
    elo = np.array([[0.0, 10.0, -30.0, 5.0], [50.0, 20.0, 25.0, 60.0]])
    found = gains(elo, np.zeros((8, 8)))
    mean, low, high = mean_interval((elo[1] - elo[0]).tolist())
    assert (found.variants[1].elo, found.variants[1].low, found.variants[1].high) == pytest.approx((mean, low, high))
    assert found.luck == pytest.approx(np.std(elo[1] - elo[0], ddof=1) / np.sqrt(2))
    assert [round(gain.elo) for gain in found.seeds[1]] == [50, 10, 55, 55]
    assert (found.variants[0].elo, found.variants[0].low, found.variants[0].high) == (0.0, 0.0, 0.0)


def test_seeds_that_agree_better_than_games_can_tell_leave_the_games_errors() -> None:
    elo = np.array([[0.0, 0.0, 0.0], [40.0, 41.0, 39.0], [10.0, 11.0, 9.0]])
    found = gains(elo, 100.0 * np.eye(9))
    half = t95(4) * np.sqrt(2 * 100.0 / 3)
    assert found.luck == 0.0
    assert found.variants[1].high - found.variants[1].elo == pytest.approx(half)
    assert found.seeds[1][0].high - found.seeds[1][0].elo == pytest.approx(Z95 * np.sqrt(200.0))


def test_one_seed_has_the_games_errors_alone() -> None:
    found = gains(np.array([[5.0], [30.0]]), np.array([[50.0, -50.0], [-50.0, 50.0]]))
    assert found.luck is None
    assert found.variants[1].elo == 25.0
    assert found.variants[1].high == pytest.approx(25.0 + Z95 * np.sqrt(200.0))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    truth, luck, error = np.array([0.0, 30.0, -20.0, 60.0]), 25.0, 15.0
    held = []
    for _ in range(1000):
        elo = truth[:, None] + rng.normal(0.0, luck, (4, 3)) + rng.normal(0.0, error, (4, 3))
        found = gains(elo, error * error * np.eye(12))
        held += [gain.low <= right <= gain.high for gain, right in zip(found.variants[1:], truth[1:], strict=True)]
    assert 0.93 < np.mean(held) < 0.97


def plan(folder: Path, **more: object) -> Plan:
    """A lab of seconds: the base and a variant."""
    known: dict[str, object] = {
        "folder": folder,
        "variants": read_variants(BASE, ["more:search.simulations=4"]),
        "seeds": [1],
        "minutes": 1.0,
        "evaluations": 3000,
        "games": 6,
        "simulations": 2,
        "parallel": 2,
    }
    return Plan(**known | more)  # type: ignore[arg-type]


def test_a_lab_trains_with_equal_evaluations_plays_rates_and_repeats_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    found = run_lab(plan(tmp_path), said.append)
    runs = [run for same in found.runs for run in same]
    assert [(run.variant, run.seed) for run in runs] == [("base", 1), ("more", 1)]
    for run in runs:
        # a step of 8 games of 5 evaluations each at most goes beyond
        assert 3000 <= run.evaluations <= 3000 + 8 * 5
        assert run.games > 0
    (match,) = found.matches
    assert (match["first"], match["second"]) == ("base-s1", "more-s1")
    assert match["wins"] + match["draws"] + match["losses"] == 6
    assert found.remarks[0].startswith("One seed")
    assert RunFolder(tmp_path / "more-s1").settings().search.simulations == 4
    assert [path.name for path in write_findings(found)] == ["lab.json", "lab.md", "lab.png"]
    assert (tmp_path / "lab.png").read_bytes().startswith(b"\x89PNG")
    written = json.loads((tmp_path / "lab.json").read_text())
    assert {each["variant"] for each in written["variants"]} == {"base", "more"}
    assert "| base | 0 |" in markdown(found)
    assert "- `more`: search.simulations = 4" in markdown(found)

    # started again it trains and plays nothing
    before = [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*-s*/*"))]
    lines = (tmp_path / "matches.jsonl").read_text()
    again = run_lab(plan(tmp_path), said.append)
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*-s*/*"))] == before
    assert (tmp_path / "matches.jsonl").read_text() == lines
    assert "2 of 2 runs are finished already" in said
    assert to_json(again) == to_json(found)

    # a run that was cut short goes on, and so does a match whose line was
    run = RunFolder(tmp_path / "more-s1")
    progress = run.progress()
    progress.finished = False
    run.save_progress(progress)
    (tmp_path / "matches.jsonl").write_text(lines[:20])
    run_lab(plan(tmp_path), said.append)
    assert "more-s1 goes on" in said
    assert "base-s1 goes on" not in said
    assert run.progress().finished
    assert run.progress().starts == progress.starts + 1
    assert len(read_metrics(tmp_path / "matches.jsonl")) == 1

    # a run that is there is not taken for another
    other = read_variants(BASE, ["more:search.simulations=8"])
    with pytest.raises(InvalidParameter, match=r"more-s1 was trained with search\.simulations = 4, not 8"):
        run_lab(plan(tmp_path, variants=other))
    with pytest.raises(InvalidParameter, match="base-s1 was trained with evaluations = 3000, not 4000"):
        run_lab(plan(tmp_path, evaluations=4000))


@pytest.mark.slow
def test_the_time_of_the_first_base_sets_the_evaluations_of_all(tmp_path: Path) -> None:
    found = run_lab(plan(tmp_path, minutes=0.25, evaluations=0, seeds=[1, 2]))
    assert found.budget == found.runs[0][0].evaluations > 0
    for run in (found.runs[0][1], *found.runs[1]):
        assert found.budget <= run.evaluations <= found.budget + 8 * 5
    assert found.gains.luck is not None


def test_all_variants_of_a_seed_meet_and_the_bases_link_the_seeds(tmp_path: Path) -> None:
    variants = read_variants(BASE, ["a:search.simulations=4", "b:search.simulations=8"])
    found = {(match.first, match.second) for match in pairs(plan(tmp_path, variants=variants, seeds=[1, 2]))}
    assert found == {
        ("base-s1", "a-s1"),
        ("base-s1", "b-s1"),
        ("a-s1", "b-s1"),
        ("base-s2", "a-s2"),
        ("base-s2", "b-s2"),
        ("a-s2", "b-s2"),
        ("base-s1", "base-s2"),
    }


def test_a_lab_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    alone = settings_module.load("gridworld:robot")
    with pytest.raises(InvalidParameter, match="no game for two"):
        run_lab(plan(tmp_path / "a", variants=read_variants(alone, ["search.simulations=4"])))
    with pytest.raises(TengenError, match="at least one variant"):
        run_lab(plan(tmp_path / "b", variants=read_variants(BASE, [])))
    with pytest.raises(InvalidParameter, match="comma"):
        run_lab(plan(tmp_path / "a,b"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tictactoe", "--seeds", "3"], "--seeds is for --compare"),
        (["tictactoe", "search.simulations=4"], "'search.simulations=4' is for --compare"),
        (["tictactoe", "--compare"], "at least one variant"),
        (["tictactoe", "--compare", "nothing"], "'nothing' is no variant"),
        (["tictactoe", "--compare", "missing.toml"], "missing.toml"),
        (["tictactoe", "--compare", "--resume", "search.simulations=4"], "the same --run"),
        (["tictactoe", "--compare", "a=1", "--minutes", "1", "--evaluations", "9"], "not both"),
        (["--compare"], "name a preset or a game"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(words: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["train", *words])
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
