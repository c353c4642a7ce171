"""Shogi beside cshogi in random games."""

import numpy as np
import pytest

from tengen.games.shogi import Shogi
from tests.shogi.shogi_twin import play_beside_cshogi

START = "lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"
MIDGAME = "l6nl/5+P1gk/2np1S3/p1p4Pp/3P2Sp1/1PPb2P1P/P5GS1/R8/LN4bKL w RGgsn5p 1"
FEW_PIECES = (
    "4k4/9/9/9/9/9/9/9/R3K4 b - 1",
    "2k6/9/9/9/9/9/6+b2/9/4K2R1 b - 1",
    "k8/pp7/9/9/9/9/9/7PP/7RK b - 1",
    "8k/9/7GG/9/9/9/9/9/R3K4 w - 1",
    "7lk/7p1/9/9/4B4/9/9/9/4K4 b - 1",
    "kl7/lp7/9/9/9/9/9/7PL/6RLK b - 1",
)
"""Where players who do again what they did bring positions back, under check too."""
ENTERING = "1+P1+P2+N1S/+P3P1R+L1/+P+P5K1/9/9/9/2k6/9/9 b RB2G2SN3L6Pb2gs2n6p 1"


def test_random_games_agree_with_cshogi() -> None:
    game = Shogi()
    generator = np.random.default_rng(1)
    endings = {game.termination(play_beside_cshogi(game, START, generator, texts_every=10)) for _ in range(12)}
    assert "checkmate" in endings


def test_games_from_the_middle_and_with_kings_across_the_board_agree_with_cshogi() -> None:
    game = Shogi(max_plies=150)
    generator = np.random.default_rng(2)
    for start in (MIDGAME, ENTERING):
        for _ in range(6):
            play_beside_cshogi(game, start, generator)


def test_repetitions_and_perpetual_checks_agree_with_cshogi() -> None:
    game = Shogi(max_plies=256)
    generator = np.random.default_rng(3)
    endings = [
        game.termination(play_beside_cshogi(game, start, generator, stubborn=True))
        for start in FEW_PIECES
        for _ in range(15)
    ]
    assert endings.count("repetition") >= 10
    assert endings.count("perpetual check") >= 5


@pytest.mark.slow
def test_ten_thousand_random_games_agree_with_cshogi() -> None:
    game = Shogi()
    generator = np.random.default_rng(4)
    endings = [game.termination(play_beside_cshogi(game, START, generator)) for _ in range(10_000)]
    assert endings.count("checkmate") > 5_000
    assert endings.count("move limit") > 1_000


@pytest.mark.slow
def test_thousands_of_games_that_repeat_themselves_agree_with_cshogi() -> None:
    game = Shogi()
    generator = np.random.default_rng(5)
    endings = [
        game.termination(play_beside_cshogi(game, start, generator, stubborn=True))
        for start in (*FEW_PIECES, START)
        for _ in range(500)
    ]
    assert endings.count("repetition") > 500
    assert endings.count("perpetual check") > 200
    assert endings.count("checkmate") > 200
