"""A run of `tengen learn`: its folder, killing and resuming, its last line, what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import tengen
from tengen.baselines.run import evaluate
from tengen.cli import main
from tengen.nets.policies import load_policy

QUICK = ["--set", "hidden=[16]", "--set", "evaluate_every=500", "--set", "evaluate_episodes=4"]
QUICK += ["--set", "final_episodes=6", "--set", "learning_starts=200", "--set", "train_every=8"]
QUICK += ["--set", "gradient_steps=1", "--seed", "3"]


def learn(*words: str) -> Any:
    return CliRunner().invoke(main, ["learn", *words])


def test_a_run_leaves_a_folder_that_plays(tmp_path: Path) -> None:
    run = tmp_path / "run"
    result = learn("dqn", "gridworld:robot", "--steps", "2000", "--run", str(run), "--json", *QUICK)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["method"], found["environment"], found["seed"]) == ("dqn", "gridworld:robot", 3)
    assert (found["steps"], found["episodes"]) == (2000, 6)
    assert found == json.loads((run / "result.json").read_text())
    names = {path.name for path in run.iterdir()}
    assert names >= {"learn.toml", "metrics.jsonl", "log.txt", "policy.safetensors", "state.safetensors", "tensorboard"}
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    means = {line["steps"]: line["mean"] for line in lines if line["kind"] == "evaluation"}
    assert sorted(means) == [0, 500, 1000, 1500, 2000]
    assert found["best_at"] == max(steps for steps, mean in means.items() if mean == max(means.values()))
    assert [line for line in lines if line["kind"] == "train"][-1]["episodes"] > 0
    game = tengen.make("gridworld:robot")
    agent = tengen.load_agent(f"dqn:{run}", game)
    assert agent.act(game.initial_state()) in range(4)
    assert learn("dqn", "gridworld:robot", "--run", str(run)).stderr.startswith(f"tengen: {run} holds a run already")


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "tengen.cli", "learn", "dqn", "gridworld:robot", "--run", str(run), *QUICK]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TENGEN_QUIET": "1"}
    with subprocess.Popen([*command, "--steps", "1000000"], env=environment, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and _last_steps(run) < 1000:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().strip().endswith(f"learn --resume --run {run}")
    before = _last_steps(run)
    assert before >= 1000
    again = learn("--resume", "--run", str(run), "--steps", str(before + 1000), "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["steps"] >= before + 1000  # it may have been stopped in the middle of a slice
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [line["steps"] for line in lines if line["kind"] == "evaluation"]
    assert steps == sorted(set(steps))


def _last_steps(run: Path) -> int:
    try:
        lines = (run / "metrics.jsonl").read_text().splitlines()
        return max((json.loads(line)["steps"] for line in lines), default=0)
    except (OSError, ValueError):
        return 0


def test_evaluation_gives_each_copy_its_share() -> None:
    class Still:
        keyed = False

        def act(self, observations: np.ndarray) -> np.ndarray:
            return np.full(len(observations), 2)

    returns = evaluate(Still(), "gridworld:robot,slip=0,steps=10", 7, 1)  # type: ignore[arg-type]
    assert returns.tolist() == pytest.approx([-0.4] * 7)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dqn", "CartPole-v1", "--set", "learning_rate=fast"], "learning_rate must be a number"),
        (["dqn", "CartPole-v1", "--set", "batches=3"], "unknown setting 'batches'; did you mean 'batch'"),
        (["dqn", "CartPole-v1", "--set", "epsilon_last=2"], "epsilon_last=2.0 is not accepted: from 0 to 1"),
        (["q-learning", "gridworld:robot", "--set", "keep=all"], "unknown value of keep 'all'"),
        (["dqn", "tictactoe"], "a game for two"),
        (["--resume", "--run", "nowhere"], "nowhere is no run of `tengen learn`"),
        (["--resume"], "go on with a run by its folder alone"),
        (["dqn", "gridworld:robot", "--run", "a,b"], "a,b has a comma"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    if "--run" not in words and "--resume" not in words:
        words = [*words, "--run", str(tmp_path / "run")]
    result = learn(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_settings_are_shown_without_a_run() -> None:
    result = learn("dqn", "breakout", "--settings", "--set", "batch=7")
    assert "batch = 7\n" in result.stdout
    assert "train_every = 4\n" in result.stdout


def test_a_policy_that_was_cut_short_is_one_line(tmp_path: Path) -> None:
    run = tmp_path / "run"
    learn("q-learning", "gridworld:robot", "--steps", "5000", "--run", str(run), "--seed", "1")
    path = run / "policy.safetensors"
    assert load_policy(path).method == "q-learning"
    path.write_bytes(path.read_bytes()[:-7])
    result = CliRunner().invoke(main, ["play", "gridworld:robot", "--as", "none", "--agent", f"q-learning:{run}"])
    assert result.exit_code == 2
    assert "policy.safetensors" in result.stderr
    assert result.stderr.count("\n") == 1
