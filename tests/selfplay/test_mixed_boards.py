"""Boards of several sizes under one network."""

from pathlib import Path

import numpy as np
import pytest

from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.games import registry
from tengen.nets.checkpoint import load_checkpoint
from tengen.records.shards import read_shards
from tengen.selfplay import settings as settings_module
from tengen.selfplay.mixed import MixedReplay, by_kind, make_window, shares
from tengen.selfplay.replay import PLAIN, RecordReplay
from tengen.selfplay.train import train
from tests.selfplay.test_replay import random_record

SIZES = ("go:size=5", "go:size=9", "go:size=5,komi=24")


def test_variants_are_grouped_by_what_can_be_searched_side_by_side() -> None:
    games = [registry.make(text) for text in SIZES]
    groups = by_kind(games[0], games)
    assert [[game.text for game in group] for group in groups] == [["go:size=5", "go:size=5,komi=24"], ["go"]]
    assert shares(groups, 96) == [64, 32]
    assert sum(shares(groups, 97)) == 97
    assert shares(groups, 2) == [1, 1]
    assert by_kind(games[0], []) == [[games[0]]]


def test_a_window_of_several_sizes_draws_batches_of_one_and_keeps_the_newest_of_each() -> None:
    games = [registry.make(text) for text in SIZES]
    window = make_window(games[0], games, PLAIN)
    assert isinstance(window, MixedReplay)
    records = [random_record(text, seed) for seed in range(8) for text in SIZES]
    window.add(records)
    assert window.total_games == 24
    assert len(window) == window.total_learned == window.total_positions == sum(len(r.actions) for r in records)
    rng = np.random.default_rng(0)
    widths = [window.sample(4, rng).observations.shape[3] for _ in range(200)]
    small = sum(len(record.actions) for record in records if "size=5" in record.game)
    assert np.mean(np.array(widths) == 5) == pytest.approx(small / len(window), abs=0.1)
    window.trim(len(window) // 2)
    assert 0 < len(window) <= window.total_learned // 2
    assert all(len(part) > 0 for part in window.parts)
    with pytest.raises(InvalidRecord, match="cannot train"):
        window.add([random_record("go:size=6", 1)])


def test_one_size_needs_no_mixed_window() -> None:
    game = registry.make("go:size=5")
    assert isinstance(make_window(game, [game, registry.make("go:size=5,komi=24")], PLAIN), RecordReplay)


def test_another_game_is_no_variant(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="chess does not fit"):
        train(settings_module.load("go5", ("selfplay.variants=['chess']",)), tmp_path / "run")


@pytest.mark.slow
def test_one_run_learns_two_sizes_with_every_aid_to_learning(tmp_path: Path) -> None:
    overrides = (
        *("network.blocks=1", "network.channels=8", "network.reply=true", "network.horizons=[4, 12]"),
        *("search.simulations=8", "selfplay.games=24", "selfplay.workers=1", "selfplay.full_share=0.5"),
        *("selfplay.variants=['go:size=5', 'go:size=9']", "selfplay.surprise_share=0.5", "selfplay.cached=1000"),
        *("selfplay.decided_above=0.9", "selfplay.opening_share=0.5", "selfplay.opening_plies=4"),
        *("selfplay.opening_by=policy", "training.value_share=0.3", "training.schedule=cosine"),
        *("training.window_exponent=0.75", "training.first_positions=300", "training.batch=64", "ladder.games=0"),
    )
    run = train(settings_module.load("go:size=5", (*overrides, "minutes=1.0")), tmp_path / "run")
    records = read_shards(run.games).records
    assert {record.game for record in records} == {"go:size=5", "go"}
    for record in records[:50]:
        record.validate()
    network = load_checkpoint(run.current).network
    for text in ("go:size=5", "go:size=9", "go:size=7"):
        assert network.config.fits(registry.make(text))
    assert run.progress().steps > 0
