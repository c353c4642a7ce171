"""Games of one player, step by step, chance moving in between."""

import pytest

from tengen.agents.agent import Agent
from tengen.agents.episode import Episode, Step, play_episode
from tengen.agents.simple import RandomAgent
from tengen.core.errors import IllegalMove, InvalidParameter
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import CHANCE, State

ROBOT = make("gridworld:robot")
NORTH, EAST = 0, 1


class Always(Agent):
    """Does one thing; remembers what it is told."""

    def __init__(self, game: Game, action: int) -> None:
        self.game = game
        self.text = "always"
        self.action = action
        self.told: list[tuple[State, int, State]] = []

    def act(self, state: State) -> int:
        assert self.game.player(state) == 0
        return self.action

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.told = []

    def notify(self, state: State, action: int, after: State) -> None:
        self.told.append((state, action, after))


def test_chance_moves_between_the_players_steps() -> None:
    episode = Episode(ROBOT, seed=1)
    step = episode.play(NORTH)
    assert ROBOT.player(episode.state) == 0
    assert len(step.outcomes) == 1
    assert ROBOT.player(step.outcomes[0][0]) == CHANCE
    assert step.reward == pytest.approx(-0.04)
    assert (episode.length, episode.total) == (1, step.reward)


def test_the_same_seed_and_number_have_the_same_chances() -> None:
    def outcomes(seed: int, number: int) -> list[int]:
        episode = Episode(ROBOT, seed=seed, number=number)
        return [episode.play(3).outcomes[0][1] for _ in range(40)]

    assert outcomes(3, 0) == outcomes(3, 0)
    assert outcomes(3, 0) != outcomes(3, 1)
    assert outcomes(3, 0) != outcomes(4, 0)


def test_what_chance_does_before_the_first_step_is_kept() -> None:
    game = make("breakout")
    served = {Episode(game, seed=seed).opening for seed in range(20)}
    assert served == {(1,), (2,)}
    episode = Episode(game, seed=0)
    assert game.player(episode.start) == 0
    assert episode.length == 0


def test_an_agent_is_told_of_every_ply() -> None:
    agent = Always(ROBOT, EAST)
    outcome = play_episode(Episode(ROBOT, seed=5), agent, seed=0, limit=6)
    assert outcome.ending == "limit"
    assert outcome.steps == 6
    assert len(agent.told) == 12
    for state, action, after in agent.told:
        played = ROBOT.apply(state, action)
        assert all(played[name].tobytes() == after[name].tobytes() for name in played.dtype.names)


def test_the_return_is_that_of_the_game() -> None:
    for seed in range(5):
        episode = Episode(ROBOT, seed=seed)
        outcome = play_episode(episode, RandomAgent(ROBOT, seed=seed), seed=seed)
        assert outcome.total == pytest.approx(float(ROBOT.returns(episode.state)[0]))
        assert outcome.ending == "exit"
        assert not outcome.truncated
        assert outcome.longest <= outcome.seconds


def test_a_game_that_is_cut_off_says_so() -> None:
    game = make("gridworld:robot,slip=0,steps=4")
    outcome = play_episode(Episode(game, seed=0), Always(game, 3), seed=0)
    assert outcome.truncated
    assert (outcome.steps, outcome.ending) == (4, "step limit")


def test_an_agent_may_give_up() -> None:
    outcome = play_episode(Episode(ROBOT, seed=0), Always(ROBOT, -1), seed=0)
    assert (outcome.steps, outcome.ending, outcome.truncated) == (0, "gave up", False)


def test_a_step_can_be_taken_back() -> None:
    episode = Episode(ROBOT, seed=0)
    steps = [episode.play(NORTH), episode.play(NORTH)]
    episode.back(steps[1])
    assert episode.state is steps[1].before
    assert (episode.length, episode.total) == (1, pytest.approx(steps[0].reward))


def test_steps_are_seen_as_they_happen() -> None:
    seen: list[Step] = []
    episode = Episode(ROBOT, seed=2)
    play_episode(episode, Always(ROBOT, NORTH), seed=0, limit=3, on_step=seen.append)
    assert [step.action for step in seen] == [NORTH] * 3
    assert seen[-1].after is episode.state


def test_an_episode_may_begin_where_chance_is_to_move() -> None:
    waiting = ROBOT.apply(ROBOT.initial_state(), NORTH)
    episode = Episode(ROBOT, seed=0, start=waiting)
    assert ROBOT.player(episode.start) == 0
    assert len(episode.opening) == 1


def test_what_is_wrong_is_said_in_a_line() -> None:
    with pytest.raises(InvalidParameter, match="no game for one"):
        Episode(make("tictactoe"), seed=0)
    with pytest.raises(IllegalMove):
        Episode(ROBOT, seed=0).play(7)
