import numpy as np
import pytest
import torch

from tengen.games import registry
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.network import Network
from tengen.selfplay.actor import Actor
from tengen.selfplay.replay import RESIGNED
from tengen.selfplay.settings import SelfplaySettings

GUMBEL = SearchConfig(policy="gumbel", simulations=8, considered=4, gumbel_scale=1.0)


def actor(text: str = "tictactoe", seed: int = 1, variants=(), **settings) -> Actor:
    game = registry.make(text)
    return Actor(
        game,
        [registry.make(variant) for variant in variants],
        Uniform(),
        GUMBEL,
        SelfplaySettings(**{"games": 8} | settings),
        seed=seed,
    )


def finished(player: Actor, count: int) -> list:
    records = []
    while len(records) < count:
        records += player.step()
    return records


def test_finished_games_follow_the_rules_and_hold_distributions_over_legal_actions() -> None:
    for text in ("tictactoe", "go:size=5"):
        for record in finished(actor(text), 20):
            record.validate()
            assert record.termination == ""
            assert len(record.values) == len(record.actions)


def test_the_same_seed_plays_the_same_games_and_another_seed_others() -> None:
    first, again, other = (finished(actor(seed=seed), 10) for seed in (1, 1, 2))
    assert [record.actions.tolist() for record in first] == [record.actions.tolist() for record in again]
    assert [record.actions.tolist() for record in first] != [record.actions.tolist() for record in other]


def test_random_openings_are_recorded_without_a_policy() -> None:
    records = finished(actor(opening_share=1.0, opening_plies=3), 20)
    lengths = [int((np.diff(record.policy_starts) == 0).sum()) for record in records]
    assert set(lengths) == {1, 2, 3}
    for record, length in zip(records, lengths, strict=True):
        assert (np.diff(record.policy_starts)[:length] == 0).all()
        record.validate()


def test_variants_are_all_played_under_their_own_names() -> None:
    records = finished(actor("go:size=5,komi=7", variants=("go:size=5,komi=7", "go:size=5,komi=-7")), 30)
    assert {record.game for record in records} == {"go:size=5", "go:size=5,komi=-7"}
    for record in records:
        record.validate()


def test_hopeless_games_are_cut_except_those_that_check_the_judgement() -> None:
    # no value of the free evaluator reaches 0.95 in an opening, so everybody despairs at his second move
    settings = {"resign_below": 0.95, "resign_plies": 2, "games": 32}
    cut = finished(actor("go:size=5", resign_share=1.0, **settings), 20)
    played = finished(actor("go:size=5", resign_share=0.0, **settings), 20)
    resigned = [record for record in cut if record.termination == RESIGNED]
    assert len(resigned) > 10
    for record in resigned:
        mover = (len(record.actions) - 1) % 2
        assert record.result == (1 if mover == 1 else -1)
    assert all(record.termination == "" for record in played)
    assert {record.info["resignation"] for record in played if record.info} <= {"right", "wrong"}
    assert any(record.info for record in played)


def test_a_player_gives_up_less_where_it_was_wrong() -> None:
    """Rollouts that know nothing: by half of the games that are played on, whoever gives up would have been wrong."""
    strict = actor("go:size=5", resign_below=0.95, resign_plies=2, games=32, resign_share=0.5, resign_wrong=0.0)
    records = finished(strict, 200)
    assert strict.resignation.limit < 0.95
    share = [np.mean([record.termination == RESIGNED for record in part]) for part in (records[:40], records[-40:])]
    assert share[1] < share[0]


class Judge:
    """An evaluator that sees one action as good and the players as equal, and counts what it is asked."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value
        self.asked = 0

    def __call__(self, observations: np.ndarray, legal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.asked += len(observations)
        logits = np.zeros(legal.shape, np.float32)
        logits[:, 4] = 3.0
        return logits, np.full(len(legal), self.value, np.float32)


def judged(judge: Judge, text: str = "go:size=5", **settings) -> Actor:
    return Actor(registry.make(text), [], judge, GUMBEL, SelfplaySettings(**{"games": 8} | settings), seed=1)


def test_with_a_capped_share_of_full_searches_only_those_moves_have_a_policy_and_all_have_values() -> None:
    judge = Judge()
    player = judged(judge, full_share=0.25, fast_simulations=2)
    steps, full = 400, 0
    records = []
    for _ in range(steps):
        judge.asked = 0
        records += player.step()
        full += judge.asked > 8 * 3
    assert full / steps == pytest.approx(0.25, abs=0.07)
    learned = np.concatenate([np.diff(record.policy_starts) > 0 for record in records])
    assert learned.mean() == pytest.approx(0.25, abs=0.07)
    weights = np.concatenate([record.weights for record in records])
    np.testing.assert_array_equal(weights > 0, learned)
    for record in records:
        record.validate()


def test_surprise_moves_weight_between_the_positions_of_a_game_and_keeps_its_sum() -> None:
    for record in finished(judged(Judge(), surprise_share=0.5), 10):
        assert record.weights.min() >= 0.5
        assert record.weights.sum() == pytest.approx(len(record.actions), rel=1e-4)
        assert record.weights.std() > 0.05


def test_a_decided_game_goes_on_with_few_simulations_and_little_weight() -> None:
    records = finished(judged(Judge(0.5), decided_above=0.01, decided_plies=2, fast_simulations=1), 10)
    weights = np.concatenate([record.weights for record in records])
    assert set(np.round(weights, 3).tolist()) == {np.float32(0.1).round(3), 1.0}


def test_openings_by_policy_follow_the_network_and_are_not_learned_from() -> None:
    records = finished(judged(Judge(), opening_by="policy", opening_share=1.0, opening_plies=1), 60)
    first = np.array([int(record.actions[0]) for record in records])
    assert (first == 4).mean() > 0.3  # the prior of that action is 0.45
    assert len(set(first.tolist())) > 3
    assert all(record.policy_starts[1] == 0 and record.weights[0] == 0 for record in records)


def test_remembered_evaluations_change_no_game(tmp_path) -> None:
    game = registry.make("go:size=5")
    torch.manual_seed(1)
    network = Network(NetConfig.for_game(game, blocks=1, channels=8)).eval()
    evaluator = NetworkEvaluator(network, engine="torch-float32", threads=1)
    games, counts = [], []
    for cached in (0, 1000):
        player = Actor(game, [], evaluator, GUMBEL, SelfplaySettings(games=4, cached=cached), seed=1)
        games.append([record.actions.tolist() for record in finished(player, 4)])
        counts.append(player.take_counts())
    assert games[0] == games[1]
    assert counts[1].remembered > 0.1 * counts[0].evaluations
    assert counts[0].remembered == 0
