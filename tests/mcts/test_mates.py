"""The search finds forced mates with flat priors, by its solver and by proof numbers alone."""

import pytest
from mates import chess_mates, shogi_mates

from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.mcts.search import Search

SIMULATIONS = 20_000
FLAT = SearchConfig(policy="uct", simulations=SIMULATIONS, c_proof=1.0)

MATES_IN_TWO = [
    "4kbnr/3bN3/5p2/2p2pp1/p3P3/P3B2P/qr4BR/R3K3 b k - 5 37",
    "1r4r1/7p/2kn1QBP/R7/1PN5/2K1pn2/5P2/1N6 w - - 21 59",
    "8/2Pk4/8/6Pp/2R1Nr1P/pN3P2/p5K1/8 w - - 6 83",
    "8/8/B2P4/2n1Q1P1/8/8/3k1K2/8 w - - 2 130",
    "rnb3k1/4Q1r1/pp1p1p2/b1p2Pp1/2P1P2P/R2K4/1P1P1P2/1NB2B1R w - - 4 25",
    "8/5pR1/5P2/N1p1Bk2/2K2P1p/N6P/8/8 w - - 5 88",
]
"""From random play; Stockfish announces a mate in two, and none in one."""

MATES_IN_THREE = [
    "4b3/2k5/P1rp4/2pPr2p/2P3B1/P4qR1/3B3K/8 b - - 3 74",
    "4Bk2/7n/p1r5/2bNP3/P1p2pb1/5P2/6K1/2r5 b - - 4 54",
    "5k2/1R3r2/2p3p1/2PNp3/8/B2p4/3K4/5R1n w - - 8 65",
    "r1b1kb2/pQR1r3/2nppp1p/4nN2/1P1PP3/2P3PP/4K2B/1N6 w - - 1 41",
    "3r4/4r3/2P5/p7/bp3k1p/P1p5/2P4K/4R3 b - - 0 65",
    "6k1/2p5/1nrp2pp/r1P1R3/1P1P3P/1K5B/1B2Rn2/6N1 w - - 0 50",
]

SHOGI_MATES_IN_TWO = [
    "S1G1+P4/1+N3lp1p/Ng1lp2+P1/1p1pg1s1l/2p1Pp1kP/p2S3B1/PbP1G2R1/1K4+pPL/4R2N1 b Ns2p 235",
    "6+L1p/1P+Pp1g2+R/lb2gps2/1R3P3/1+B1k2ps1/n1p2sPp1/pG2p2N+l/+n4+l1PP/s1+n4K1 w 2Pg2p 262",
    "snr4n1/l5sbl/ppNp1P+Np1/3k2S1p/1PP1P1P1P/2pP1p1P1/P3S1Gg1/L3GK2L/B5r2 w GPp 86",
    "6+Pg+L/pps2k3/1Lp3s+N1/ss3p1gP/r1l1pP1b1/+n2pP1p1+p/2g1n1RP1/7pb/1KL1g2+n+p w 3p 276",
    "1G3p1+PG/+Rp2+SP2+P/n2s2pgN/gkp5l/lN1P4+b/1PK5p/p1P1S+n3/L2pp1P1+p/PS1R+lB3 b p 299",
    "1+P1s5/+Sl3glG1/+R5P1p/1pP1kpL2/P2n2Sp1/nPR1p3P/1GNp1KB2/1S1G4l/B2P1N1P1 b 4P 209",
]
"""From random play; Fairy-Stockfish and cshogi agree on a mate in three plies."""

SHOGI_MATES_IN_THREE = [
    "1Gr2s2b/2k6/nLpp+P3P/KPsG2pNL/2G2G+r2/P4P1P1/N1bS5/L2P1+s3/7+nL b 7Pp 233",
    "s1l3k1B/2g1n4/4pPppl/1Nppg3p/p2P1p1PP/4Ks3/PpN+BR3L/L3S4/2+sNg1R1g b 4p 163",
    "5+L3/Pgs3r+PP/4p4/pp1k1S3/+R3N2P1/2P2BPNl/1PnBS1p1p/g1Gl1PG1+p/2SP1K3 b N3Pl 255",
    "1k5+S1/p6s1/l5+R+Pn/2S2pGLG/Pp5NP/2pPK1PPp/1gBp4L/2P4pL/BN1R5 b GS4Pn 229",
    "1l+S1+P3+N/1p4+S2/G2k1+P3/lP5P1/pLPK1nPn1/L2p1S3/2p1p3g/PS+rg1+B1RP/1B1g3+n1 b 5P 259",
    "1n1s1pp1l/l5s2/1p1+P2g1b/p4k1pP/+bnpP2PP1/L2RPP1K1/2NS1G2+p/2P1p2+pL/sg1r3N1 b GP 141",
]


def unsolved(game: RecordGame, positions: list[str]) -> list[str]:
    """The positions in which the search does not choose a move that it has proven to win."""
    search = Search(game, Uniform(), FLAT, seed=1)
    left = []
    for text in positions:
        state = game.parse_position(text)
        found = search.run(game.stack([state]))
        action = int(found.action[0])
        if found.lower[0, action] != 1.0:
            left.append(text)
    return left


def record_game(text: str) -> RecordGame:
    game = make(text)
    assert isinstance(game, RecordGame)
    return game


@pytest.mark.parametrize(
    ("name", "positions"),
    [
        ("chess", MATES_IN_TWO),
        ("chess", MATES_IN_THREE),
        ("shogi", SHOGI_MATES_IN_TWO),
        ("shogi", SHOGI_MATES_IN_THREE),
    ],
)
def test_a_forced_mate_is_found_and_proven(name: str, positions: list[str]) -> None:
    assert unsolved(record_game(name), positions) == []


@pytest.mark.engine_long
def test_every_mate_in_two_and_most_in_three_are_found_in_chess() -> None:
    game = record_game("chess")
    assert unsolved(game, chess_mates(2, 100, seed=2)) == []
    assert len(unsolved(game, chess_mates(3, 100, seed=3))) <= 10


@pytest.mark.engine_long
def test_every_mate_in_two_and_most_in_three_are_found_in_shogi() -> None:
    game = record_game("shogi")
    assert unsolved(game, shogi_mates(2, 100, seed=2)) == []
    assert len(unsolved(game, shogi_mates(3, 100, seed=3))) <= 10


@pytest.mark.parametrize("c_proof", [0.0, 1.0])
def test_a_lost_or_drawn_position_is_never_proven_to_be_won(c_proof: float) -> None:
    game = record_game("chess")
    config = SearchConfig(policy="uct", simulations=3000, c_proof=c_proof)
    for fen in ("7k/8/8/8/8/8/8/K6R b - - 0 1", "8/8/8/8/8/5k2/7p/7K w - - 0 1", "8/8/4k3/8/8/3BK3/8/8 w - - 0 1"):
        state = game.parse_position(fen)
        found = Search(game, Uniform(), config, seed=3).run(game.stack([state]))
        assert (found.lower[0] < 1.0).all()


def test_a_winning_action_at_the_root_is_played_at_once_by_every_policy() -> None:
    game = record_game("chess")
    state = game.parse_position("6k1/5ppp/8/8/8/8/8/R6K w - - 0 1")
    mate = game.parse_action(state, "a1a8")
    for policy in ("uct", "puct", "gumbel"):
        config = SearchConfig(policy=policy, simulations=2, considered=2)
        found = Search(game, Uniform(), config, seed=5).run(game.stack([state]))
        assert found.action[0] == mate
        assert found.lower[0, mate] == 1.0
