import numpy as np

from tengen.games import registry
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
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
