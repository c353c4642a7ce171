"""How an agent uses its search; the search itself is held against its own tests."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tengen
from tengen.agents import search as module
from tengen.agents.agent import Clock
from tengen.agents.search import PlaySettings, SearchAgent
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.mcts.result import SearchResult

TTT = tengen.make("tictactoe")
START = TTT.initial_state()


class StubSearch:
    """Answers with fixed visits and takes 10 ms of a clock of its own for each simulation."""

    made: list["StubSearch"]
    now: float
    value: float
    proven: int | None

    def __init__(self, game: object, evaluator: object, config: SearchConfig, *, batch: int, seed: int) -> None:
        self.config, self.seed = config, seed
        self.runs: list[int] = []
        self.evaluations = self.visits = self.nodes = 0
        self.capacity = self.room = 10**9
        self.solved = False
        self.advanced: list[int] = []
        StubSearch.made.append(self)

    def run(self, states: NDArray[Any], *, simulations: int | None = None) -> SearchResult:
        self.runs.append(self.config.simulations if simulations is None else simulations)
        StubSearch.now += 0.01 * self.runs[-1]
        self.evaluations = self.visits = sum(self.runs)
        visits = np.array([[self.visits // 10, self.visits * 3 // 10, 0, 0, 0, 0, 0, 0, 0]], np.int32)
        visits[0, 3] = self.visits - visits.sum()
        lower = np.full((1, 9), -np.inf, np.float32)
        if StubSearch.proven is not None:
            lower[0, StubSearch.proven] = 1.0
        chosen = 3 if StubSearch.proven is None else StubSearch.proven
        return SearchResult(
            action=np.array([chosen], np.int32),
            visits=visits,
            policy=(visits / self.visits).astype(np.float32),
            prior=np.full((1, 9), 1 / 9, np.float32),
            q=np.zeros((1, 9), np.float32),
            value=np.array([StubSearch.value], np.float32),
            raw_value=np.zeros(1, np.float32),
            lower=lower,
            upper=np.full((1, 9), np.inf, np.float32),
            variations=[[chosen]],
        )

    def advance(self, actions: NDArray[np.int32]) -> None:
        self.advanced.append(int(actions[0]))


@pytest.fixture(autouse=True)
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    StubSearch.made, StubSearch.now, StubSearch.value, StubSearch.proven = [], 0.0, 0.0, None
    monkeypatch.setattr(module, "Search", StubSearch)
    monkeypatch.setattr(module.time, "monotonic", lambda: StubSearch.now)


def agent(play: PlaySettings | None = None, **config: Any) -> SearchAgent:
    return SearchAgent(TTT, Uniform(), SearchConfig(**({"simulations": 50, "reuse": True} | config)), play=play, seed=1)


def test_the_chosen_action_is_played_after_the_simulations_asked_for() -> None:
    player = agent()
    assert player.act(START) == 3
    assert StubSearch.made[-1].runs == [50]


def test_a_new_game_forgets_the_tree_and_moves_are_followed() -> None:
    player = agent()
    after = TTT.apply(START, 3)
    player.notify(START, 3, after)
    assert StubSearch.made[-1].advanced == [3]
    player.new_game(START, seed=9)
    assert len(StubSearch.made) == 2
    assert (StubSearch.made[-1].seed, StubSearch.made[-1].advanced) == (9, [])


def test_without_reuse_every_move_drops_the_tree() -> None:
    player = agent(reuse=False)
    player.notify(START, 3, TTT.apply(START, 3))
    assert StubSearch.made[-1].advanced == [-1]


def test_a_time_limit_is_used_in_pieces_and_kept() -> None:
    player = agent(PlaySettings(seconds=1.0))
    player.act(START)
    runs = StubSearch.made[-1].runs
    assert len(runs) > 3
    assert 0.85 <= StubSearch.now <= 1.0 + 1e-9
    assert max(runs) <= 8  # none takes a tenth of a second


def test_a_clock_shortens_the_search_but_never_lengthens_it() -> None:
    player = agent(simulations=50)
    player.set_clock(Clock(main=6.0))
    player.act(START)
    assert 0.0 < StubSearch.now <= 6.0 / 30
    StubSearch.now = 0.0
    player.set_clock(Clock(main=6000.0))
    player.act(START)
    assert StubSearch.now == pytest.approx(0.5)


def test_gumbel_plans_its_time_in_one_piece() -> None:
    player = agent(PlaySettings(seconds=1.0), policy="gumbel")
    player.act(START)
    first, planned = StubSearch.made[-1].runs
    assert (first, planned) == (8, int(100 * 0.92 * 0.9))
    player.act(START)
    assert StubSearch.made[-1].runs[2:] == [90]


def test_an_only_move_is_played_without_a_search() -> None:
    state = TTT.parse_position("XOX/XOO/.XO")
    assert agent().act(state) == 6
    assert StubSearch.made[-1].runs == []


def test_temperature_draws_by_visits_for_so_many_plies() -> None:
    player = agent(PlaySettings(temperature=1.0, temperature_plies=2))
    chosen = [player.act(START) for _ in range(400)]
    shares = [chosen.count(action) / 400 for action in range(9)]
    assert shares == pytest.approx([0.1, 0.3, 0, 0.6, 0, 0, 0, 0, 0], abs=0.08)
    for _ in range(2):
        player.notify(START, 3, START)
    assert {player.act(START) for _ in range(50)} == {3}


def test_a_proven_win_is_played_at_any_temperature() -> None:
    StubSearch.proven = 1
    player = agent(PlaySettings(temperature=5.0))
    assert {player.act(START) for _ in range(50)} == {1}


def test_three_hopeless_moves_in_a_row_make_it_resign_if_it_may() -> None:
    player = agent(PlaySettings(resign=0.9))
    StubSearch.value = -0.95
    assert [player.act(START) for _ in range(2)] == [3, 3]
    StubSearch.value = -0.5
    assert player.act(START) == 3
    StubSearch.value = -0.95
    assert [player.act(START) for _ in range(3)] == [3, 3, -1]
    assert [agent().act(START) for _ in range(4)] == [3] * 4
