import pytest

from tengen.core.errors import InvalidParameter
from tengen.games import registry
from tengen.games.rules import OVER
from tengen.selfplay import ladder
from tengen.selfplay.rating import ladder_ratings
from tengen.selfplay.settings import LadderSettings


def test_rollouts_beat_random_play_by_far_and_the_score_counts_for_the_rated_side() -> None:
    game = registry.make("tictactoe")
    strong = ladder.opponent(game, "uct:sims=200", batch=40, seed=1)
    weak = ladder.opponent(game, "random", batch=40, seed=2)
    up = ladder.play_lockstep(game, "random", strong, weak, games=40, opening_plies=1, seed=3)
    down = ladder.play_lockstep(game, "uct", weak, strong, games=40, opening_plies=1, seed=3)
    assert up.games == down.games == 40
    assert up.share > 0.85
    assert down.share < 0.15


def test_openings_come_in_pairs_end_no_game_and_pass_nowhere() -> None:
    game = registry.make("go:size=5")
    states = ladder.openings(game, 30, 4, seed=1)
    assert all(game.player(state) != OVER for state in states)
    assert all((game.board(state) > 0).sum() + sum(game.captures(state)) == 4 for state in states)


@pytest.mark.parametrize("text", ["gnugo", "uct", "uct:sims=0", "uct:sims=many", "zoo:go9"])
def test_an_unknown_ladder_opponent_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="ladder opponent"):
        ladder.opponent(registry.make("tictactoe"), text, batch=1, seed=0)


def test_fixed_opponents_are_linked_from_the_weakest_up() -> None:
    settings = LadderSettings(opponents=("random", "uct:sims=20", "uct:sims=60"), games=4, opening_plies=1)
    scores = ladder.link_opponents(registry.make("tictactoe"), settings, seed=1)
    assert [(score.player, score.opponent, score.games) for score in scores] == [
        ("uct:sims=20", "random", 4),
        ("uct:sims=60", "uct:sims=20", 4),
    ]


def test_who_beats_all_opponents_alike_is_rated_above_the_best_of_them() -> None:
    won = {"wins": 10, "draws": 0, "losses": 0}
    lines = [{"kind": "rating", "checkpoint": "0001", "opponent": name, **won} for name in ("random", "uct:sims=200")]
    unlinked = ladder_ratings(lines)
    assert unlinked["uct:sims=200"]["elo"] == pytest.approx(unlinked["random"]["elo"], abs=0.1)
    linked = ladder_ratings([*lines, {"kind": "link", "player": "uct:sims=200", "opponent": "random", **won}])
    assert linked["random"]["elo"] < linked["uct:sims=200"]["elo"] < linked["0001"]["elo"]


def test_ratings_join_all_games_of_a_run_with_random_at_zero() -> None:
    def line(checkpoint: str, opponent: str, wins: int, losses: int) -> dict[str, object]:
        return {
            "kind": "rating",
            "checkpoint": checkpoint,
            "opponent": opponent,
            "wins": wins,
            "draws": 0,
            "losses": losses,
        }

    lines = [line("0001", "random", 75, 25), line("0002", "0001", 75, 25), {"kind": "progress"}]
    found = ladder_ratings(lines)
    assert found["random"]["elo"] == pytest.approx(0, abs=0.1)
    # three to one is 400 log10(3) points
    assert found["0001"]["elo"] == pytest.approx(190.8, abs=1)
    assert found["0002"]["elo"] == pytest.approx(381.7, abs=2)
    assert found["0002"]["low"] < found["0002"]["elo"] < found["0002"]["high"]
