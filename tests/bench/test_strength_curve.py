"""The curve of strength from counts of games."""

import json
from pathlib import Path

import pytest

from benchmarks.strength_curve import main, read

DATA = Path(__file__).resolve().parents[2] / "docs" / "data" / "go9-strength.json"


def written(folder: Path, runs: object) -> Path:
    path = folder / "counts.json"
    path.write_text(json.dumps({"opponent": "GNU Go", "runs": runs}))
    return path


def test_a_point_of_another_run_is_as_far_from_the_opponent_as_its_games_say(tmp_path: Path) -> None:
    runs = {
        "short": [{"minutes": 20, "opponent": [500, 0, 500]}, {"minutes": 40, "before": [640, 0, 360]}],
        "long": [{"minutes": 60, "short 40": [640, 0, 360]}],
    }
    opponent, points = read(written(tmp_path, runs))
    assert opponent == "GNU Go"
    assert [(point.run, point.minutes) for point in points] == [("short", 20), ("short", 40), ("long", 60)]
    # 400 log10(0.64 / 0.36) = 99.96, twice in a row
    assert [point.elo.elo for point in points] == pytest.approx([0, 100, 200], abs=1)
    assert [point.gain is None for point in points] == [True, False, True]
    assert points[1].gain is not None
    assert points[1].gain.elo == pytest.approx(100, abs=1)


@pytest.mark.parametrize(
    ("runs", "what"),
    [
        ({"one": [{"minutes": 20, "opponent": [5, 0, 5], "before": [5, 0, 5]}]}, "one 20 has games against 'before'"),
        ({"one": [{"minutes": 20}]}, "no games link the point of 20 minutes"),
        ({"one": [{"minutes": 20, "opponent": [5, 0, 5], "a 9": [5, 0, 5]}]}, "one 20 has games against 'a 9'"),
    ],
    ids=["nothing before", "no games", "unknown point"],
)
def test_counts_that_link_nothing_are_refused_in_one_line(
    tmp_path: Path, runs: object, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, runs)
    monkeypatch.setattr("sys.argv", ["strength_curve", str(path)])
    with pytest.raises(SystemExit, match=rf"counts.json does not hold points with counts of games: .*{what}.*$"):
        main()


def test_the_curve_of_the_documents_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "curve.png"
    monkeypatch.setattr("sys.argv", ["strength_curve", str(DATA), "--picture", str(picture)])
    main()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "go9 120" in capsys.readouterr().out
