"""A whole run, small: that it learns, survives kills, and counts what its files hold."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tengen.agents.zoo import zoo_file
from tengen.core.errors import InvalidParameter
from tengen.nets.checkpoint import load_checkpoint
from tengen.records import GameRecord, write_shard
from tengen.records.shards import read_shards
from tengen.selfplay import settings as settings_module
from tengen.selfplay.entry import make_entry
from tengen.selfplay.rater import Rating
from tengen.selfplay.run import RunFolder, read_metrics
from tengen.selfplay.train import Training, train

TINY = (
    "network.blocks=1",
    "network.channels=8",
    "search.simulations=4",
    "selfplay.games=16",
    "selfplay.workers=1",
    "selfplay.shard_games=50",
    "training.first_positions=200",
    "training.batch=64",
    "training.publish_seconds=1",
    "ladder.games=4",
    "ladder.simulations=4",
    "ladder.opponents=['random']",
)


def tiny(minutes: float, *more: str) -> settings_module.Settings:
    overrides = (*TINY, f"minutes={minutes}", f"training.checkpoint_minutes={minutes / 2}", *more)
    return settings_module.load("tictactoe", overrides)


class Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.metrics: list[dict[str, object]] = []

    def log(self, line: str) -> None:
        self.lines.append(line)

    def update(self, metrics: dict[str, object]) -> None:
        self.metrics.append(metrics)


def test_a_run_leaves_games_checkpoints_ratings_and_counters_that_agree(tmp_path: Path) -> None:
    screen = Lines()
    run = train(tiny(0.25), tmp_path / "run", screen=screen)
    records = read_shards(run.games)
    progress = run.progress()
    assert progress.finished
    assert not records.damaged
    assert progress.steps > 0
    assert progress.samples == 64 * progress.steps
    assert not list(run.games.glob("*.journal"))
    for record in records.records[:50]:
        record.validate()
    lines = read_metrics(run.path / "metrics.jsonl")
    assert {"progress", "rating", "elo"} <= {line["kind"] for line in lines}
    assert [line["opponent"] for line in lines if line["kind"] == "rating"][:1] == ["random"]
    assert run.numbered(2).exists()
    assert any("checkpoint 0002" in line for line in screen.lines)
    games = len(records.records)
    assert screen.lines[-1] == f"finished: {games} games, {progress.steps} steps"
    # resuming a finished run with more time goes on from its counters
    with pytest.raises(InvalidParameter, match="used up its"):
        train(None, run.path, resume=True)
    longer = tiny(0.6)
    train(longer, run.path, resume=True, screen=screen)
    assert run.settings() == longer
    assert any(f"{games} games so far" in line for line in screen.lines)
    assert run.progress().steps > progress.steps
    assert len(read_shards(run.games).records) > games


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tengen.cli", "train", *arguments, "--no-exam"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def counted(run: RunFolder) -> int:
    """Finished games on disk, in shards and journals."""
    from tengen.selfplay import journal

    loose = sum(
        len(journal.read(path)) for path in run.games.glob("*.journal") if not path.with_suffix(".parquet").exists()
    )
    return len(read_shards(run.games).records) + loose


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, directly or not."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return []
    found = [int(child) for child in children.read_text().split()]
    return found + [deeper for child in found for deeper in descendants(child)]


def wait_for_end(processes: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        assert time.monotonic() < deadline, "children outlive their run"
        time.sleep(0.1)


def kill_and_resume(tmp_path: Path, kills: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    overrides = [part for setting in (*TINY, "minutes=30") for part in ("--set", setting)]
    folder = tmp_path / "run"
    run = RunFolder(folder)
    seen = 0
    for attempt in range(kills):
        command = ("tictactoe", "--run", str(folder), *overrides) if attempt == 0 else ("--resume", str(folder))
        process = start(tmp_path, *command)
        deadline = time.monotonic() + 120
        while counted(run) <= seen and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.2)
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(float(rng.uniform(0, 4)))
        before = counted(run)
        children = descendants(process.pid)
        os.kill(process.pid, signal.SIGKILL)  # its children must notice for themselves
        process.wait()
        wait_for_end(children)
        assert process.stderr is not None
        process.stderr.close()
        assert counted(run) >= before > seen
        seen = counted(run)
    final = train(tiny_from(run), folder, resume=True, screen=(screen := Lines()))
    assert any(f"{seen} games so far" in line for line in screen.lines)
    assert not any("damaged" in line for line in screen.lines)
    metrics = [line for line in read_metrics(folder / "metrics.jsonl") if line["kind"] == "progress"]
    assert metrics[-1]["games"] <= len(read_shards(final.games).records)


def tiny_from(run: RunFolder) -> settings_module.Settings:
    elapsed = run.progress().elapsed
    return settings_module.load(str(run.path / "run.toml"), (f"minutes={elapsed / 60 + 0.15}",))


def test_a_killed_run_goes_on_and_loses_no_finished_game(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, kills=2, seed=1)


@pytest.mark.slow
def test_a_run_survives_ten_kills_at_random_moments(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, kills=10, seed=2)


def test_damaged_files_are_named_set_aside_and_survived(tmp_path: Path) -> None:
    run = train(tiny(0.15), tmp_path / "run")
    shard = sorted(run.games.glob("*.parquet"))[0]
    shard.write_bytes(shard.read_bytes()[:-100])
    run.training_state.write_bytes(run.training_state.read_bytes()[:1000])
    screen = Lines()
    train(tiny(0.25), run.path, resume=True, screen=screen)
    text = "\n".join(screen.lines)
    assert shard.name in text
    assert "training.safetensors" in text
    assert "goes on from the weights of" in text
    assert shard.with_name(shard.name + ".damaged").exists()
    assert run.progress().finished


def test_a_run_keeps_its_game(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", tiny(1))
    with pytest.raises(InvalidParameter, match="game cannot change"):
        train(run.settings(("game=go:size=5",)), run.path, resume=True)


def test_a_larger_network_learns_what_the_smaller_one_knew_before_it_plays(tmp_path: Path) -> None:
    run = train(tiny(5.0, "positions=600"), tmp_path / "run")
    before = run.progress()
    larger = run.settings(("network.blocks=2", "network.reply=true", "positions=900", "training.catch_up=1.5"))
    screen = Lines()
    train(larger, run.path, resume=True, screen=screen)
    assert any("learns first from the games that are there" in line for line in screen.lines)
    network = load_checkpoint(run.current).network
    assert network.config.blocks == 2
    assert network.config.reply
    after = run.progress()
    samples = before.samples + 64 * (after.steps - before.steps)
    taught = samples - after.samples
    assert taught > 0
    assert taught % 64 == 0
    assert not list(run.path.rglob("*.damaged"))


def test_nobody_trains_in_a_folder_in_which_another_process_does(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", tiny(1))
    with run.taken(), pytest.raises(InvalidParameter, match="another process is training in"):
        train(None, str(run.path), resume=True)


def test_a_damaged_checkpoint_is_set_aside_before_it_is_played_against(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", tiny(1))
    training = Training(run, tiny(1), screen := Lines())
    training.learner.publish(run.numbered(1))
    assert training._earlier(1) == run.numbered(1)
    run.numbered(1).write_bytes(run.numbered(1).read_bytes()[:500])
    assert training._earlier(1) is None
    assert training._earlier(2) is None
    assert "0001.safetensors" in screen.lines[0]
    assert [path.name for path in run.checkpoints.iterdir()] == ["0001.safetensors.damaged"]


def test_a_rating_that_fails_is_told_and_ends_nothing(tmp_path: Path) -> None:
    training = Training(RunFolder.create(tmp_path / "run", tiny(1)), tiny(1), screen := Lines())
    training.rating = Rating(tmp_path / "absent.safetensors", None, tiny(1), seed=1)
    training._collect_rating(wait=True)
    assert training.rating is None
    assert "0000 is not rated: " in screen.lines[0]
    assert "absent.safetensors" in screen.lines[0]


def test_a_rating_whose_process_is_killed_is_told_and_ends_nothing(tmp_path: Path) -> None:
    training = Training(RunFolder.create(tmp_path / "run", tiny(1)), tiny(1), screen := Lines())
    training.rating = Rating(tmp_path / "absent.safetensors", None, tiny(1), seed=1)
    training.rating._process.kill()
    training._collect_rating(wait=True)
    assert training.rating is None
    assert "not rated: the process that rates ended with status -9" in screen.lines[0]


def test_without_its_progress_a_run_reuses_no_number_of_a_file(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", tiny(1))
    for name in ("games/002-000000-01.parquet", "games/003-000000-00.journal", "checkpoints/0007.safetensors"):
        (run.path / name).touch()
    run.add_metrics({"kind": "progress", "time_s": 42.5})
    (run.path / "progress.json").write_text('{"elapsed": 4')
    progress = run.progress()
    assert (progress.starts, progress.checkpoint, progress.elapsed) == (3, 7, 42.5)


def test_a_long_run_is_taken_up_shard_by_shard_into_the_window_that_it_had(tmp_path: Path) -> None:
    settings = tiny(1, "training.window_start=20", "training.window_share=0.25")
    run = RunFolder.create(tmp_path / "run", settings)
    rng = np.random.default_rng(1)
    whole = Training(run, settings, Lines()).learner
    for shard in range(12):
        records = [
            GameRecord(game="tictactoe", actions=rng.permutation(9)[: rng.integers(5, 10)].astype(np.int32), result=0.0)
            for _ in range(4)
        ]
        whole.replay.add(records)
        write_shard(run.games / f"001-{shard:06d}-00.parquet", records)
    whole.add([])
    taken_up = Training(run, settings, Lines())
    taken_up.restore()
    assert taken_up.learner.replay.total_positions == whole.replay.total_positions
    for there, wanted in zip(taken_up.learner.replay.window(), whole.replay.window(), strict=True):
        assert np.array_equal(there, wanted)
    assert len(taken_up.learner.replay) < whole.replay.total_positions / 2


def test_a_folder_that_no_agent_could_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="comma"):
        RunFolder.create(tmp_path / "a,b", tiny(1))


def test_an_existing_run_is_not_overwritten(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "run", tiny(1))
    with pytest.raises(ValueError, match="--resume"):
        train(tiny(1), tmp_path / "run")
    with pytest.raises(ValueError, match="no run"):
        train(None, tmp_path / "other", resume=True)


def test_a_run_may_begin_with_a_network_that_has_learned(tmp_path: Path) -> None:
    first = train(tiny(0.2), tmp_path / "first")
    learned = load_checkpoint(first.current)
    screen = Lines()
    run = train(tiny(0.1, "selfplay.games=8"), tmp_path / "second", start=first.current, screen=screen)
    assert any("weights of 0000" in line for line in screen.lines)
    beginning, end = load_checkpoint(run.numbered(0)), load_checkpoint(run.current)
    for name, tensor in learned.network.state_dict().items():
        assert tensor.equal(beginning.network.state_dict()[name])
    assert beginning.provenance["minutes"] == learned.provenance["minutes"]
    own = read_shards(run.games).records
    assert end.provenance["games"] == learned.provenance["games"] + len(own)  # type: ignore[operator]
    assert end.provenance["minutes"] > learned.provenance["minutes"]  # type: ignore[operator]
    _, card = make_entry("x", run.path, out=tmp_path / "x.safetensors")
    assert card.games == end.provenance["games"]
    assert card.evaluations == run.progress().evaluations + first.progress().evaluations


def test_a_run_may_begin_with_a_network_that_has_grown(tmp_path: Path) -> None:
    larger = tiny(0.1, "network.blocks=3", "network.channels=40")
    run = train(larger, tmp_path / "run", start=zoo_file("tictactoe"))
    small, large = load_checkpoint(zoo_file("tictactoe")), load_checkpoint(run.numbered(0))
    assert (large.config.blocks, large.config.channels) == (3, 40)
    x = torch.rand(4, 3, 3, 3)
    with torch.no_grad():
        torch.testing.assert_close(large.network(x).policy, small.network(x).policy, rtol=1e-4, atol=1e-4)
    assert load_checkpoint(run.current).config == large.config


def test_a_beginning_that_was_broken_off_is_made_again(tmp_path: Path) -> None:
    def broken_off(run: RunFolder) -> None:
        run.numbered(0).write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RunFolder.create(tmp_path / "run", tiny(0.1), broken_off)
    with pytest.raises(InvalidParameter, match="no run"):
        train(None, tmp_path / "run", resume=True)
    with pytest.raises(InvalidParameter, match="holds files already"):
        train(tiny(0.1), tmp_path / "run")
    settings = tiny(0.05, "network.blocks=2", "network.channels=32")
    run = train(settings, tmp_path / "run", start=zoo_file("tictactoe"))
    begun = load_checkpoint(run.numbered(0)).network.state_dict()
    for name, tensor in load_checkpoint(zoo_file("tictactoe")).network.state_dict().items():
        assert tensor.equal(begun[name])


def test_a_network_that_the_settings_do_not_ask_for_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="it has blocks=2, channels=32"):
        train(tiny(0.1), tmp_path / "run", start=zoo_file("tictactoe"))
    assert not (tmp_path / "run").exists()
    run = RunFolder.create(tmp_path / "other", tiny(0.1))
    with pytest.raises(InvalidParameter, match="weights of its own"):
        train(None, run.path, resume=True, start=zoo_file("tictactoe"))
