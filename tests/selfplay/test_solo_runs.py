"""Training for games of one player: that a run keeps its promises, goes on, and learns."""

from pathlib import Path

import numpy as np
import pytest

from tengen.core.errors import InvalidParameter
from tengen.games import registry
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.nets.checkpoint import load_checkpoint
from tengen.records.shards import read_shards
from tengen.selfplay import settings as settings_module
from tengen.selfplay import solo
from tengen.selfplay.actor import Actor
from tengen.selfplay.exam import hold_exam
from tengen.selfplay.replay import CUT
from tengen.selfplay.run import read_metrics
from tengen.selfplay.settings import SelfplaySettings
from tengen.selfplay.train import train
from tengen.terminal.plots import plot_run

GUMBEL = SearchConfig(policy="gumbel", simulations=4, considered=4, gumbel_scale=1.0)

TINY = (
    "network.channels=8",
    "search.simulations=2",
    "selfplay.games=8",
    "selfplay.workers=1",
    "selfplay.plies=20",
    "training.first_positions=100",
    "training.batch=32",
    "training.publish_seconds=1",
    "ladder.games=3",
    "ladder.simulations=2",
    "ladder.opponents=['random']",
    "ladder.plies=20",
    "exam.games=3",
    "exam.simulations=2",
    "exam.opponents=['random']",
)


def tiny(text: str, minutes: float) -> settings_module.Settings:
    return settings_module.load(text, (*TINY, f"minutes={minutes}", "training.checkpoint_minutes=10"))


def test_a_room_has_the_settings_of_the_preset_for_rooms() -> None:
    found = settings_module.load("gridworld:robot")
    assert found.game == "gridworld:robot"
    assert found.search == settings_module.load("gridworld").search
    assert settings_module.load("tictactoe:").selfplay == SelfplaySettings()


def test_a_game_with_chance_is_recorded_so_that_it_replays_exactly() -> None:
    game = registry.make("gridworld:robot,steps=30")
    actor = Actor(game, [], Uniform(), GUMBEL, SelfplaySettings(games=8), seed=1)
    records = []
    while len(records) < 20:
        records += actor.step()
    for record in records:
        state = game.initial_state()
        for ply, action in enumerate(record.actions):
            entries = record.policy_starts[ply + 1] - record.policy_starts[ply]
            assert (game.player(state) == 0) == (entries > 0)
            state = game.apply(state, int(action))
        record.validate()
        assert record.result == game.returns(state)[0]


def test_a_game_that_takes_too_long_is_cut_off_and_another_begins() -> None:
    game = registry.make("gridworld:four-rooms")
    actor = Actor(game, [], Uniform(), GUMBEL, SelfplaySettings(games=4, plies=5), seed=1)
    for _ in range(4):
        assert actor.step() == []
    cut = actor.step()
    assert [len(record.actions) for record in cut] == [5] * 4
    assert {record.termination for record in cut} == {CUT}
    assert all(actor.boards.states[row] == game.initial_state() for row in range(4))


def test_agents_are_measured_on_the_same_episodes_every_time() -> None:
    game = registry.make("gridworld:robot")
    agents = {"random": solo.random_chooser(game, seed=3)}
    first, again = (next(solo.measure(game, agents, episodes=5, seed=1, plies=9)) for _ in range(2))
    assert len(first.returns) == 5
    assert first.returns != again.returns  # the agent's own stream goes on
    fresh = {"random": solo.random_chooser(game, seed=3)}
    assert next(solo.measure(game, fresh, episodes=5, seed=1, plies=9)) == first


@pytest.mark.parametrize("text", ["gnugo", "uct", "uct:sims=0", "zoo:go9"])
def test_an_unknown_agent_to_compare_with_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="to compare with"):
        solo.opponent(registry.make("gridworld:robot"), text, batch=1, seed=0)


def test_a_run_leaves_games_returns_and_curves_and_goes_on(tmp_path: Path) -> None:
    run = train(tiny("gridworld:S..G/....", 0.25), tmp_path / "run")
    progress = run.progress()
    assert progress.finished
    assert progress.samples == 32 * progress.steps > 0
    lines = read_metrics(run.path / "metrics.jsonl")
    returns = [line for line in lines if line["kind"] == "return"]
    assert {line["agent"] for line in returns} == {"network", "random"}
    assert returns[-1]["steps"] > 0
    games = read_shards(run.games).records
    assert games[0].game == "gridworld:S..G/...."
    low, high = load_checkpoint(run.current).network.returns.tolist()
    assert low < high <= 2
    assert {path.name for path in plot_run(run.path)} >= {"return.png"}
    exam = list(hold_exam(run.settings(), run.path, tmp_path))
    assert len(exam) == 3
    train(tiny("gridworld:S..G/....", 0.6), run.path, resume=True)
    assert run.progress().steps > progress.steps
    assert len(read_shards(run.games).records) > len(games)


def greedy_returns(run_folder: Path, text: str, episodes: int) -> np.ndarray:
    settings = settings_module.load(text)
    choose = solo.network_chooser(run_folder, settings, 16, batch=episodes, seed=1)
    return solo.play_alone(registry.make(text), choose, episodes=episodes, seed=1, plies=200)


@pytest.mark.slow
def test_two_minutes_of_four_rooms_find_a_shortest_path(tmp_path: Path) -> None:
    run = train(settings_module.load("gridworld:four-rooms"), tmp_path / "run")
    game = registry.make("gridworld:four-rooms")
    choose = solo.network_chooser(run.current, run.settings(), 16, batch=1, seed=1)
    state, steps = game.initial_state(), 0
    while not game.is_over(state):
        state = game.apply(state, int(choose(game.stack([state]))[0]))
        steps += 1
    assert steps == 10


@pytest.mark.slow
def test_two_minutes_of_the_robots_room_come_within_a_twentieth_of_the_optimum(tmp_path: Path) -> None:
    run = train(settings_module.load("gridworld:robot"), tmp_path / "run")
    returns = greedy_returns(run.current, "gridworld:robot", 2000)
    assert returns.mean() > 0.95 * 0.705
