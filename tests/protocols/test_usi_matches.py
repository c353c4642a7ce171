"""Games against Fairy-Stockfish at its weakest, over USI."""

import pytest

from tests.protocols.arbiters import ShogiArbiter
from tests.protocols.dialogue import Program
from tests.protocols.engines import engine, ours
from tests.protocols.referee import Game, Player, TimeControl, last_words, play

WEAKEST = ("Skill Level value -20", "Threads value 1", "Move Overhead value 300")


def game(tengen: Player, other: Player, number: int, control: TimeControl) -> Game:
    """One game, Tengen Black in the even ones; neither may be at fault, and both must see the end."""
    seats = (tengen, other) if number % 2 == 0 else (other, tengen)
    played = play(seats, "shogi", ShogiArbiter(), control)
    print(number, "Tengen is", "Black" if number % 2 == 0 else "White", played.winner, played.why, len(played.moves))
    assert not played.disagreement, played.disagreement
    assert played.fault is None, played.why
    if played.why == "checkmate":
        assert [last_words(player, played.moves) for player in seats] == ["resign", "resign"]
    return played


def test_a_quick_game_is_played_by_the_rules() -> None:
    with Program(engine("fairy-stockfish")) as fairy, Program(ours("usi", "--seed", "1")) as program:
        tengen = Player("Tengen", program, "usi", limit="nodes 20")
        other = Player("Fairy-Stockfish", fairy, "usi", WEAKEST, limit="nodes 200")
        tengen.start()
        other.start()
        assert len(game(tengen, other, 0, TimeControl(10.0, 0.1)).moves) > 6


@pytest.mark.engine_long
def test_twenty_games_at_ten_seconds_and_a_tenth() -> None:
    with Program(engine("fairy-stockfish")) as fairy, Program(ours("usi", "--seed", "1")) as program:
        tengen = Player("Tengen", program, "usi")
        other = Player("Fairy-Stockfish", fairy, "usi", WEAKEST)
        tengen.start()
        other.start()
        games = [game(tengen, other, number, TimeControl(10.0, 0.1)) for number in range(20)]
    assert all(len(played.moves) > 6 for played in games)
    print("slowest move of Tengen", tengen.slowest)
