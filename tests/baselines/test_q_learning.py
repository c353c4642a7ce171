"""Tabular Q-learning: its update by hand, resuming to the byte, and the lecture's arrows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import tengen
from oracles import oracle
from tengen.baselines.q_learning import QLearning, QLearningSettings, find_rows, learn_steps
from tengen.baselines.run import Run, evaluate
from tengen.cli import main
from tengen.core.errors import InvalidCheckpoint, InvalidParameter


def test_an_end_is_worth_its_reward_and_a_limit_what_follows() -> None:
    values = np.array([[0.0, 0.0], [4.0, 2.0]])
    visits = np.zeros((2, 2), np.int64)
    rows, after, actions = np.array([0, 0, 0]), np.array([1, 1, 1]), np.array([0, 1, 1])
    rewards = np.array([1.0, 1.0, 1.0], np.float32)
    terminated = np.array([True, False, False])  # a step that a limit cut off is none that terminated
    learn_steps(values, visits, rows, actions, rewards, terminated, after, 0.5, 1.0, 1.0, 0.0)
    assert values[0].tolist() == [1.0, 3.0]  # 1; then 1 + 0.5 * 4, twice, the second time at half the rate
    assert visits[0].tolist() == [1, 2]
    learn_steps(values, visits, rows[:1], actions[:1], -rewards[:1], terminated[:1], after[:1], 0.5, 1.0, 1.0, 0.0)
    assert values[0, 0] == 0.0  # half-way from 1 to -1


def test_keys_have_rows_of_their_own() -> None:
    keys, slots = np.zeros(2000, np.uint64), np.full(4096, -1, np.int64)
    wanted = np.random.default_rng(1).integers(0, 700, 1500).astype(np.uint64) << np.uint64(40)
    rows = np.zeros(1500, np.int64)
    known = find_rows(wanted, keys, slots, 0, rows)
    assert known == len(np.unique(wanted))
    assert (keys[rows] == wanted).all()


SMALL = ("steps=40000", "evaluate_every=10000", "environments=4", "final_episodes=10")


def test_an_interrupted_run_ends_with_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Run("q-learning", "gridworld:robot", tmp_path / "whole", overrides=SMALL, seed=5).go()
    advance, turns = QLearning.advance, iter(range(100))

    def interrupted(learner: QLearning) -> Any:
        if next(turns) == 4:
            raise KeyboardInterrupt
        return advance(learner)

    monkeypatch.setattr(QLearning, "advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Run("q-learning", "gridworld:robot", tmp_path / "parts", overrides=SMALL, seed=5).go()
    monkeypatch.setattr(QLearning, "advance", advance)
    result = Run.again(tmp_path / "parts").go()
    assert result.steps >= 40_000
    whole, parts = ((tmp_path / name / "policy.safetensors").read_bytes() for name in ("whole", "parts"))
    assert whole == parts
    lines = [json.loads(line) for line in (tmp_path / "parts" / "metrics.jsonl").read_text().splitlines()]
    steps = [line["steps"] for line in lines if line["kind"] == "evaluation"]
    assert steps == sorted(set(steps))


def test_a_room_is_drawn_and_then_played(tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["learn", "q-learning", "gridworld:robot,slip=0", "--seed", "1", "--run", str(run), "--steps", "60000"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0
    assert "→" in result.stdout
    assert "▒" in result.stdout
    game = tengen.make("gridworld:robot,slip=0")
    agent = tengen.load_agent(f"q-learning:{run}", game)
    state = game.initial_state()
    while not game.is_over(state):
        state = game.apply(state, agent.act(state))
    assert game.returns(state)[0] == pytest.approx(0.8)
    with pytest.raises(InvalidCheckpoint, match="was learned in gridworld:robot"):
        tengen.load_agent(f"q-learning:{run}", tengen.make("gridworld:cliff"))
    with pytest.raises(InvalidCheckpoint, match="was learned by q-learning, not dqn"):
        tengen.load_agent(f"dqn:{run}", game)


def test_what_a_table_cannot_hold_is_one_line() -> None:
    pytest.importorskip("gymnasium")
    with pytest.raises(InvalidParameter, match="too much for a table"):
        QLearning("CartPole-v1", QLearningSettings(), 1)
    with pytest.raises(InvalidParameter, match="cannot begin anywhere"):
        QLearning("FrozenLake-v1", QLearningSettings(exploring_starts=True), 1)


def test_gymnasiums_whole_numbers_are_learned_and_played() -> None:
    pytest.importorskip("gymnasium")
    settings = QLearningSettings(steps=60_000, environments=4, discount=1.0, rate_first=0.5, rate_power=0.0)
    learner = QLearning("CliffWalking-v1", settings, 1)
    while learner.steps < 60_000:
        learner.advance()
    assert evaluate(learner.policy(), "CliffWalking-v1,steps=200", 2, 1).tolist() == [-13.0, -13.0]


@pytest.mark.slow
def test_the_lectures_arrows_are_found_in_every_square() -> None:
    for line in oracle("gridworld/robot_room.jsonl").read_text().splitlines():
        room = json.loads(line)
        if room.get("diverges"):
            continue
        text = f"gridworld:robot,living={room['living_reward']},slip={room['noise']},discount={room['gamma']}"
        learner = QLearning(text, QLearningSettings(exploring_starts=True), 1)
        while learner.steps < learner.settings.steps:
            learner.advance()
        policy, game = learner.policy(), tengen.make(text, steps=0)
        for column, row, arrows in room["optimal_actions"]:
            values = policy.values_of(game.key(game.parse_position(f"{column},{row}")))
            assert values is not None
            assert "NESW"[int(values.argmax())] in arrows, (room["id"], column, row)
