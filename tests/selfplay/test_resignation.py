"""The limit below which a player gives up."""

import numpy as np
import pytest

from tengen.selfplay.resignation import ENOUGH, KEPT, NEVER, ResignLimit


def limit_after(seen: list[tuple[float, bool]], *, wrong: float = 0.05) -> float:
    limit = ResignLimit(-0.8, wrong)
    for lowest, lost in seen:
        limit.add(lowest, lost)
    return limit.limit


def test_the_limit_stays_where_all_had_lost() -> None:
    assert limit_after([(-0.9, True)] * 100) == -0.8


def test_nobody_gives_up_where_nobody_had_lost() -> None:
    assert limit_after([(-0.9 - 0.001 * n, False) for n in range(60)]) == NEVER


def test_the_limit_falls_below_the_mistakes() -> None:
    surer = [(-0.97, True)] * 50
    mistaken = [(-0.85, False)] * 50
    assert -0.97 < limit_after(surer + mistaken) <= -0.85


def test_few_games_and_players_above_the_limit_move_nothing() -> None:
    assert limit_after([(-0.9, False)] * (ENOUGH - 1)) == -0.8
    assert limit_after([(-0.7, False)] * 500) == -0.8


def test_a_share_of_one_leaves_the_limit() -> None:
    assert limit_after([(-0.9, False)] * 100, wrong=1.0) == -0.8


def test_old_games_are_forgotten() -> None:
    assert limit_after([(-0.9, False)] * KEPT + [(-0.9, True)] * KEPT) == -0.8


@pytest.mark.parametrize("wrong", [0.0, 0.05, 0.3])
def test_no_more_than_the_accepted_share_is_mistaken(wrong: float) -> None:
    """Of players whose chance to have lost is what they think it is."""
    rng = np.random.default_rng(3)
    lowest = rng.uniform(-1.0, -0.5, KEPT)
    lost = rng.random(KEPT) < (1.0 - lowest) / 2
    limit = limit_after(list(zip(lowest.tolist(), lost.tolist(), strict=True)), wrong=wrong)
    below = (lowest < limit) & (lowest < -0.8)
    assert (~lost[below]).sum() <= wrong * below.sum()
    assert wrong == 0.0 or below.sum() > 10
