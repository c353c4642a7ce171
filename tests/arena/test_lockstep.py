"""Several games of two agents at once are the same games as one after another."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import tengen
from tengen.agents.rows import Rows
from tengen.agents.time_control import TimeControl, parse_time_control
from tengen.arena.lockstep import MOST_GAMES, NetworkBench, at_once
from tengen.arena.match import play_match
from tengen.arena.task import Deck, Task
from tengen.arena.terms import Terms, TimeWishes
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.mcts.search import Search
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.network import NetConfig, Network

GO = tengen.make("go:size=5,komi=7")
NOTHING = (TimeControl(), TimeControl())


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small network that has learned nothing, in float32, so that a batch's size matters least."""
    import torch

    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("network") / "small.safetensors"
    save_checkpoint(path, Network(NetConfig.for_game(GO, blocks=1, channels=8)), GO.text, {})
    return f"{path},engine=torch-float32"


def games_of(agents: Sequence[str], batch: int, **given: object) -> list[tuple[list[int], str, float]]:
    played = play_match(GO, agents, games=8, openings=2, seed=5, terms=Terms(batch=batch), **given)  # type: ignore[arg-type]
    assert not played.forfeits, played.forfeits[0].transcript
    return [(game.actions, game.termination, game.result) for game in played.games]


@pytest.mark.parametrize(
    "settings", ["sims=12", "sims=12,reuse=off", "sims=8,policy=gumbel", "sims=9,leaves=3,resign=0.2"]
)
def test_games_at_once_are_the_games_one_by_one(network: str, settings: str) -> None:
    agents = [f"{network},{settings}", f"{network},sims=6,temperature=1,temperature_plies=6"]
    assert games_of(agents, batch=5) == games_of(agents, batch=1)


def test_a_search_without_a_network_plays_beside_one(network: str) -> None:
    agents = [f"{network},sims=10", "uct:sims=20"]
    assert games_of(agents, batch=3) == games_of(agents, batch=1)


def test_workers_share_the_games_of_a_pair_and_play_the_same(network: str) -> None:
    agents = [f"{network},sims=6", f"{network},sims=4", "random"]
    assert games_of(agents, batch=4, workers=2) == games_of(agents, batch=1)


def test_a_row_searches_as_a_search_of_its_own_whatever_the_others_do() -> None:
    config = SearchConfig(simulations=30, reuse=True)
    rows = Rows(GO, Uniform(), config, batch=3)
    rows.evaluator = Ramp()
    seeds = (7, 8, 9)
    alone = [Search(GO, rows.evaluator, config, seed=seed) for seed in seeds]
    states = [GO.initial_state() for _ in seeds]
    random = np.random.default_rng(1)
    for row, seed in enumerate(seeds):
        rows.begin(row, seed)
    for ply in range(30):
        awake = [row for row in range(3) if (ply + row) % 2 == 0 and row != ply // 10]
        played = np.full(3, -1, np.int32)
        if awake:
            for row, found in zip(awake, rows.search(awake, [states[row] for row in awake]), strict=True):
                one = alone[row].run(GO.stack([states[row]]))
                np.testing.assert_array_equal(found.visits, one.visits)
                np.testing.assert_array_equal(found.q, one.q)
                assert (found.action, found.variations) == (one.action, one.variations)
                played[row] = found.action[0]
        for row in range(3):
            if played[row] < 0:
                played[row] = random.choice(GO.legal_actions(states[row])[:-1])
            states[row] = GO.apply(states[row], int(played[row]))
            alone[row].advance(played[row : row + 1])
        rows.advance(played)
        if ply == 14:  # a game of its own begins beside the others
            states[1], alone[1] = GO.initial_state(), Search(GO, rows.evaluator, config, seed=99)
            rows.begin(1, 99)


class Ramp:
    """Likes actions by their numbers, and values positions by their stones."""

    def __call__(self, observations: np.ndarray, legal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count, actions = legal.shape
        logits = np.tile(np.linspace(0, 1, actions, dtype=np.float32), (count, 1))
        return logits, np.tanh(observations.reshape(count, -1).mean(axis=1)).astype(np.float32)


def test_a_fault_costs_one_game_and_the_others_are_played_to_their_ends(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents = [f"{network},sims=6", f"{network},sims=4"]
    expected = games_of(agents, batch=1)
    acted = NetworkBench.act
    calls = []

    def fail_once(bench: NetworkBench, *given: object) -> list:
        calls.append(bench)
        if len(calls) == 60:
            raise FloatingPointError("the evaluator is broken")
        return acted(bench, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(NetworkBench, "act", fail_once)
    assert games_of(agents, batch=3) == expected
    assert len(calls) > 60


def test_what_gains_by_it_plays_at_once_and_nothing_else() -> None:
    net = "zoo:go9,sims=100"
    assert at_once([net, net], NOTHING, GO) == MOST_GAMES
    assert at_once([net, "random"], NOTHING, GO, 7) == 7
    assert at_once([net, "uct:sims=1000000"], NOTHING, GO) == 1  # the trees would not fit
    assert at_once(["uct", "random"], NOTHING, GO) == 1
    assert at_once([net, "gtp:gnugo"], NOTHING, GO) == 1
    assert at_once([net, "zoo:go9,time=1s"], NOTHING, GO) == 1
    assert at_once([net, net], (TimeControl(), parse_time_control("60")), GO) == 1
    assert at_once([net, net], (parse_time_control("nodes=50"),) * 2, GO) == MOST_GAMES
    assert at_once([net, net], NOTHING, tengen.make("gridworld:robot")) == 1


def test_nodes_limit_searches_that_play_at_once(network: str) -> None:
    agents = [f"{network},sims=30", network]
    terms = TimeWishes(nodes=9, batch=4).terms(agents)
    played = play_match(GO, agents, games=4, seed=5, terms=terms).games
    assert [game.notes[0].visits for game in played] == [9] * 4
    assert all(len(game.notes) == len(game.actions) and game.seconds[0] > 0.0 for game in played)


def test_a_deck_deals_in_order_and_keeps_what_it_passes_over() -> None:
    tasks = [Task(*pair, number, (), 0) for number in range(3) for pair in ((0, 1), (1, 0), (0, 2), (1, 2))]
    dealt: list[Task] = []
    deck = Deck(iter(tasks), dealt.append)
    first = deck.deal()
    assert first == tasks[0]
    taken = [deck.deal_of(first.pair) for _ in range(6)]
    assert taken == [task for task in tasks[1:] if task.pair == first.pair] + [None]
    rest = []
    while (task := deck.deal()) is not None:
        rest.append(task)
    assert rest == [task for task in tasks if task.pair != first.pair]
    assert dealt == [first, *taken[:-1], *rest]


def test_a_killed_match_of_games_at_once_goes_on(network: str, tmp_path: Path) -> None:
    agents = [f"{network},sims=6", f"{network},sims=4"]
    seen = []

    def stop_after_three(*given: object) -> None:
        seen.append(given)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        games_of(agents, batch=4, out=tmp_path, on_game=stop_after_three)
    assert games_of(agents, batch=4, out=tmp_path) == games_of(agents, batch=1)
