import csv
import io
import json
import math

import numpy as np
import pytest

from oracles import oracle
from tengen.baselines.ablation import ABLATIONS, ablation_of, order, orders
from tengen.baselines.compare import compare
from tengen.baselines.compare_methods import LearningContender, PlayingContender, make_contender, split_pairs
from tengen.baselines.curves import Comparison, curve_of, interval
from tengen.core.errors import InvalidParameter, TengenError, UnknownName
from tengen.terminal.comparing import write_comparison

ROOM = "gridworld:robot,steps=60"
SMALL = "a2c:steps=1000,hidden=[8],evaluate_every=500,evaluate_episodes=5,final_episodes=5"


def run_small(folder, methods=(SMALL, "random:episodes=3"), **options):
    return compare(ROOM, methods, folder, **{"seeds": 2, "workers": 2} | options)


def test_an_interval_is_students():
    found = interval([2.0, 4.0, 9.0])
    reach = 4.303 * math.sqrt(13.0) / math.sqrt(3)
    assert (found.mean, found.low, found.high) == pytest.approx((5.0, 5.0 - reach, 5.0 + reach))


def test_many_seeds_use_the_limit_of_students_quantiles():
    values = np.random.default_rng(0).normal(size=60)
    found = interval(values.tolist())
    assert found.high - found.mean == pytest.approx(2.001 * values.std(ddof=1) / math.sqrt(60), rel=1e-3)


def test_one_seed_has_no_interval():
    assert math.isnan(interval([3.0]).low)


def test_curves_of_seeds_meet_at_points_that_all_have_reached():
    first = (np.array([0.0, 10.0, 20.0]), np.array([0.0, 10.0, 30.0]))
    second = (np.array([0.0, 16.0]), np.array([0.0, 32.0]))
    curve = curve_of([first, second])
    assert curve.at.tolist() == [0.0, 8.0, 16.0]
    assert curve.seeds.tolist() == [[0.0, 8.0, 22.0], [0.0, 16.0, 32.0]]
    assert curve.mean.tolist() == [0.0, 12.0, 27.0]
    assert curve_of([first, (np.array([]), np.array([]))]) is None


def test_settings_are_parted_at_commas_outside_of_brackets():
    assert split_pairs("a=1, hidden=[64,64],b=x") == ["a=1", "hidden=[64,64]", "b=x"]
    assert split_pairs("") == []


def test_a_method_is_read_with_its_settings():
    found = make_contender("a2c:lr=0.01,hidden=[8,4],optimiser=adam", ROOM, steps=5000)
    assert isinstance(found, LearningContender)
    settings = found.settings
    assert (settings.learning_rate, settings.hidden, settings.optimiser, settings.steps) == (0.01, (8, 4), "adam", 5000)
    assert make_contender("a2c:steps=70", ROOM, steps=5000).settings.steps == 70
    playing = make_contender("uct:sims=20,episodes=4,plies=9", ROOM)
    assert isinstance(playing, PlayingContender)
    assert (playing.agent, playing.episodes) == ("uct:sims=20,plies=9", 4)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a2x", UnknownName, "did you mean 'a2c'"),
        ("a2c:entropi=1", UnknownName, "did you mean 'entropy'"),
        ("a2c:entropy=-1", InvalidParameter, "entropy"),
        ("a2c:entropy", InvalidParameter, "key=value"),
        ("uct:episodes=none", InvalidParameter, "episodes=10"),
    ],
)
def test_a_wrong_method_is_one_line(text, error, words):
    with pytest.raises(error, match=words) as caught:
        make_contender(text, ROOM)
    assert "\n" not in str(caught.value)


def test_runs_are_gathered_and_what_is_finished_is_kept(tmp_path):
    first = run_small(tmp_path, seeds=1, target=-1e9)
    learned, played = first.outcomes
    assert len(learned.returns) == len(played.returns) == 1
    assert learned.steps == 1000
    assert learned.by_steps.at.tolist() == [0, 500, 1000]
    assert learned.to_target()[:2] == (1, 0.0)
    assert played.by_steps is None
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.json")}
    again = run_small(tmp_path)
    assert len(written) == 2
    assert all(path.stat().st_mtime_ns == time for path, time in written.items())
    assert again.outcomes[0].returns[:1] == learned.returns

    found = write_comparison(again, tmp_path, ["a remark"])
    assert json.loads((tmp_path / "compare.json").read_text()) == found
    assert [method["label"] for method in found["methods"]] == [SMALL, "random:episodes=3"]
    assert (tmp_path / "compare.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "compare.txt").read_text().endswith("a remark\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "compare.csv").read_text())))
    at = [float(row["at"]) for row in rows if row["axis"] == "steps"]
    assert at == [0, 500, 1000]
    for row in rows:
        seeds = [float(row[f"seed {seed}"]) for seed in range(2)]
        assert float(row["mean"]) == pytest.approx(np.mean(seeds), rel=1e-4)
        assert float(row["low"]) <= float(row["mean"]) <= float(row["high"])

    with pytest.raises(InvalidParameter, match="entropy"):
        run_small(tmp_path, methods=[SMALL + ",entropy=0.5"], labels={SMALL + ",entropy=0.5": SMALL})
    with pytest.raises(InvalidParameter, match="name another folder"):
        compare("breakout", [SMALL], tmp_path)


def test_a_run_that_was_cut_short_goes_on(tmp_path):
    from tengen.baselines.run import Run

    contender = make_contender(SMALL, ROOM)
    folder = tmp_path / contender.slug / "seed-0"
    run = Run("a2c", ROOM, folder, overrides=contender.overrides, seed=0, minutes=1e-9)
    run.go()
    (folder / "result.json").unlink()
    found = run_small(tmp_path, methods=[SMALL], seeds=1, workers=1)
    assert found.outcomes[0].steps == 1000


def test_what_goes_wrong_in_a_run_is_told_with_its_name(tmp_path):
    folder = tmp_path / "random-episodes=2" / "seed-0"
    folder.parent.mkdir()
    folder.write_text("a file where a folder belongs")
    with pytest.raises(TengenError, match=r"^random:episodes=2, seed 0: "):
        run_small(tmp_path, methods=["random:episodes=2"], seeds=1)


@pytest.mark.parametrize("methods", [["random"], [SMALL]])
@pytest.mark.parametrize(("text", "words"), [("gridworld:nosuchroom", "nosuchroom"), ("tictactoe", "for two")])
def test_a_wrong_environment_is_told_before_anything_is_written(tmp_path, methods, text, words):
    with pytest.raises(TengenError, match=words):
        compare(text, methods, tmp_path / "out", seeds=1)
    assert not (tmp_path / "out").exists()


def test_a_method_is_compared_once(tmp_path):
    with pytest.raises(InvalidParameter, match="named twice"):
        run_small(tmp_path, methods=["random", "random"])


def test_an_order_is_written_from_best_to_worst():
    assert order(["a", "b", "c", "d"], [1, 5, 3, 3]) == "b > c = d > a"


def test_published_scores_of_the_ablation_are_those_of_the_paper():
    table = json.loads(oracle("atari/mnih2015_ablation.json").read_text())["games"]
    names = {"breakout": "Breakout", "riverraid": "River Raid", "seaquest": "Seaquest"}
    names["space_invaders"] = "Space Invaders"
    published = ABLATIONS["dqn"].published
    assert {f"atari:{ours}": tuple(table[theirs]) for ours, theirs in names.items()} == published


def test_an_ablation_says_the_order_that_it_found_and_that_of_the_paper():
    ablation = ablation_of("dqn")
    outcomes = [type("Outcome", (), {"final": interval([score])})() for score in (4.0, 3.0, 9.0, 1.0)]
    lines = orders(ablation, Comparison("breakout", 1, None, outcomes))
    assert lines[0] == "order found: target alone > replay and target > replay alone > neither"
    assert lines[1].endswith("Breakout: replay and target > replay alone > target alone > neither")
    with pytest.raises(UnknownName, match="ablation"):
        ablation_of("a2c")
