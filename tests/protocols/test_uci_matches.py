"""Games against Stockfish at its weakest."""

import pytest

from tests.protocols.arbiters import ChessArbiter
from tests.protocols.dialogue import Program
from tests.protocols.engines import engine, ours
from tests.protocols.referee import Game, Player, TimeControl, last_words, play

WEAKEST = (
    "Skill Level value 0",
    "UCI_LimitStrength value true",
    "UCI_Elo value 1350",
    "Threads value 1",
    "Move Overhead value 300",
)


def game(tengen: Player, other: Player, number: int, control: TimeControl) -> Game:
    """One game, Tengen White in the even ones; neither may be at fault, and both must see the end."""
    seats = (tengen, other) if number % 2 == 0 else (other, tengen)
    played = play(seats, "chess", ChessArbiter(), control)
    print(number, "Tengen is", "White" if number % 2 == 0 else "Black", played.winner, played.why, len(played.moves))
    assert not played.disagreement, played.disagreement
    assert played.fault is None, played.why
    if played.why in ("checkmate", "stalemate"):
        assert [last_words(player, played.moves) for player in seats] == ["(none)", "(none)"]
    return played


def test_a_quick_game_is_played_by_the_rules() -> None:
    with Program(engine("stockfish")) as stockfish, Program(ours("uci", "--seed", "1")) as program:
        tengen = Player("Tengen", program, "uci", limit="nodes 60")
        other = Player("Stockfish", stockfish, "uci", WEAKEST, limit="nodes 200")
        tengen.start()
        other.start()
        assert len(game(tengen, other, 0, TimeControl(10.0, 0.1)).moves) > 6


@pytest.mark.engine_long
def test_twenty_games_at_ten_seconds_and_a_tenth() -> None:
    with Program(engine("stockfish")) as stockfish, Program(ours("uci", "--seed", "1")) as program:
        tengen = Player("Tengen", program, "uci")
        other = Player("Stockfish", stockfish, "uci", WEAKEST)
        tengen.start()
        other.start()
        games = [game(tengen, other, number, TimeControl(10.0, 0.1)) for number in range(20)]
    assert all(len(played.moves) > 6 for played in games)
    print("slowest move of Tengen", tengen.slowest)
