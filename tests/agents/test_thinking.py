"""A search that is watched and stopped from outside."""

import dataclasses
import threading
import time

import numpy as np
import pytest

import tengen
from tengen.agents.control import Control, Limits
from tengen.agents.search import PlaySettings, SearchAgent
from tengen.agents.thinking import PIECE_SECONDS, Thought, _is_decided, think
from tengen.games.game import RecordGame
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts, Uniform
from tengen.mcts.result import SearchResult

GO: RecordGame = tengen.make("go:size=5")  # type: ignore[assignment]
TTT: RecordGame = tengen.make("tictactoe")  # type: ignore[assignment]


def agent(game: RecordGame = GO, policy: str = "uct", *, memory: int = 256 << 20, reuse: bool = True) -> SearchAgent:
    config = SearchConfig(simulations=100, policy=policy, reuse=reuse)  # type: ignore[arg-type]
    made = SearchAgent(game, Rollouts(), config, seed=1)
    made.stream(memory)
    return made


def control(*, pondering: bool = False, infinite: bool = False, **limits: object) -> Control:
    made = Control(pondering=pondering, infinite=infinite)
    made.limits = Limits(**limits)  # type: ignore[arg-type]
    return made


def last(thinker: SearchAgent, held: Control, game: RecordGame = GO, **given: object) -> Thought:
    return list(thinker.think(game.initial_state(), held, **given))[-1]  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", ["uct", "puct", "gumbel"])
@pytest.mark.parametrize("nodes", [1, 7, 8, 9, 1000])
def test_nodes_are_counted_exactly(policy: str, nodes: int) -> None:
    thinker = agent(policy=policy)
    found = last(thinker, control(nodes=nodes))
    assert found.simulations == nodes
    assert found.result.visits.sum() == nodes
    assert thinker.config.policy != "gumbel"


def test_what_the_tree_had_before_is_not_counted_and_not_lost() -> None:
    thinker = agent()
    last(thinker, control(nodes=300))
    found = last(thinker, control(nodes=200))
    assert found.simulations == 200
    assert found.result.visits.sum() == 500


def test_without_reuse_each_search_begins_anew() -> None:
    thinker = agent(reuse=False)
    last(thinker, control(nodes=300))
    assert last(thinker, control(nodes=200)).result.visits.sum() == 200


def test_a_search_by_time_ends_in_time() -> None:
    thinker = agent()
    last(thinker, control(nodes=10))
    began = time.monotonic()
    thoughts = list(thinker.think(GO.initial_state(), control(seconds=0.3)))
    assert 0.2 < time.monotonic() - began < 0.6
    assert len(thoughts) > 3


def test_a_stop_is_heard_between_pieces() -> None:
    held = control(infinite=True)
    for thought in (thinker := agent()).think(GO.initial_state(), held):
        if thought.simulations > 1000:
            held.stop()
            break
    else:
        pytest.fail("an infinite search ended by itself")
    assert len(list(thinker.think(GO.initial_state(), held))) == 1


def test_limits_hold_from_the_ponder_hit_on() -> None:
    thinker = agent(memory=1 << 30)
    last(thinker, control(nodes=9))  # so that no kernel must be loaded before the first simulation
    held = control(pondering=True, nodes=50, seconds=0.1)
    began = time.monotonic()
    threading.Timer(0.3, held.hit).start()
    found = last(thinker, held)  # without limits it would not return
    assert found.simulations > 50
    assert time.monotonic() - began >= 0.3


def test_a_full_tree_ends_a_search() -> None:
    thinker = agent(memory=1)
    found = last(thinker, control(infinite=True))
    assert found.simulations > 900
    assert thinker.fullness() > 0.95


def test_a_tree_that_is_nearly_full_is_not_built_upon() -> None:
    thinker = agent(memory=1)
    last(thinker, control(infinite=True))
    assert last(thinker, control(nodes=300)).result.visits.sum() == 300


def test_a_proof_ends_a_search_and_only_real_simulations_count() -> None:
    thinker = SearchAgent(TTT, Uniform(), SearchConfig(policy="uct"), seed=1)
    thinker.stream(64 << 20)
    found = last(thinker, control(infinite=True), TTT)
    assert thinker.solved()
    assert found.simulations == found.result.visits.sum()
    assert found.result.value[0] == 0.0


def test_a_depth_is_the_length_of_the_expected_line() -> None:
    thoughts = list(agent().think(GO.initial_state(), control(depth=4)))
    assert len(thoughts[-1].result.variations[0]) >= 4
    assert all(len(thought.result.variations[0]) < 4 for thought in thoughts[:-1])


def test_a_depth_beyond_the_end_of_the_game_is_reached_there() -> None:
    thinker = agent(TTT)
    found = last(thinker, control(depth=50), TTT)
    assert len(found.result.variations[0]) <= 9


def test_time_is_saved_where_nothing_can_change() -> None:
    only_one = TTT.parse_position("XOX/OOX/.XO")
    thinker = agent(TTT)
    began = time.monotonic()
    list(thinker.think(only_one, control(seconds=5.0, economical=True)))
    assert time.monotonic() - began < 1.0


def test_first_moves_can_be_named() -> None:
    thinker = agent()
    found = last(thinker, control(nodes=200), actions=[3, 12])
    assert found.result.visits[0].nonzero()[0].tolist() == [3, 12]
    found = last(thinker, control(nodes=200))
    assert (found.result.visits[0] > 0).sum() > 20


def test_the_tree_follows_the_game() -> None:
    thinker = agent()
    found = last(thinker, control(nodes=2000))
    action = int(found.result.action[0])
    start, after = GO.initial_state(), GO.apply(GO.initial_state(), action)
    thinker.notify(start, action, after)
    again = list(thinker.think(after, control(nodes=10)))[-1]
    assert again.simulations == 10
    assert again.result.visits.sum() > 30


def test_settings_for_play_decide_after_a_search_too() -> None:
    thinker = SearchAgent(GO, Rollouts(), SearchConfig(policy="uct"), play=PlaySettings(temperature=50.0), seed=3)
    thinker.stream(64 << 20)
    found = last(thinker, control(nodes=500))
    assert len({thinker.decide(found.result) for _ in range(30)}) > 5


class FakeSearch:
    """Knows most leaves for a while, then has to judge all; a judgement takes a millisecond of a clock of its own."""

    capacity = room = 10**9
    nodes = evaluations = visits = 0
    solved = line_is_closed = False
    config = SearchConfig(simulations=10**9)

    def __init__(self, easy: int) -> None:
        """The first `easy` pieces meet few leaves that are new."""
        self.easy = easy
        self.now = 1000.0
        self.pieces: list[float] = []

    def run(self, states: object, *, simulations: int) -> SearchResult:
        share = 0.05 if len(self.pieces) < self.easy else 1.0
        judged = max(1, int(simulations * share))
        self.evaluations += judged
        self.visits += simulations
        self.pieces.append(0.001 * judged + 1e-6 * simulations)
        self.now += self.pieces[-1]
        visits = np.array([[self.visits, 0]], np.int32)
        prior, bound = np.full((1, 2), 0.5, np.float32), np.full((1, 2), np.inf, np.float32)
        one = np.zeros(1, np.float32)
        return SearchResult(np.zeros(1, np.int32), visits, prior, prior, prior, one, one, -bound, bound, [[0]])


def test_leaves_that_are_known_do_not_make_pieces_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    search = FakeSearch(50)
    monkeypatch.setattr(time, "monotonic", lambda: search.now)
    list(think(search, np.empty(1), control(seconds=5.0)))  # type: ignore[arg-type]
    assert len(search.pieces) > 150
    assert max(search.pieces) < 1.5 * PIECE_SECONDS
    assert 4.99 <= search.now - 1000.0 < 5.03


def test_one_slow_piece_does_not_spoil_the_next_search(monkeypatch: pytest.MonkeyPatch) -> None:
    search = FakeSearch(0)
    monkeypatch.setattr(time, "monotonic", lambda: search.now)
    list(think(search, np.empty(1), control(seconds=0.3), cost=30.0))  # type: ignore[arg-type]
    assert 0.28 <= search.now - 1000.0 < 0.33


def test_a_choice_that_is_not_the_most_visited_is_not_decided_by_visits() -> None:
    found = agent().analyze(GO.initial_state())
    visits = np.zeros_like(found.visits)
    visits[0, :2] = 90, 10
    for action, simulations, decided in ((0, 50.0, True), (0, 100.0, False), (1, 50.0, False)):
        chosen = dataclasses.replace(found, visits=visits, action=np.array([action], np.int32))
        assert _is_decided(chosen, simulations) is decided
