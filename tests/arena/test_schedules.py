"""Who plays whom: gauntlets and Swiss tournaments, and that a kill changes neither."""

from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

import tengen
from tengen.agents.simple import RandomAgent
from tengen.arena.match import play_match
from tengen.arena.play import PlayedGame
from tengen.arena.result import MatchResult
from tengen.arena.schedule import Place, gauntlet, round_robin
from tengen.arena.sprt import Sprt
from tengen.arena.swiss import Standings, Swiss, pair
from tengen.core.errors import InvalidParameter
from tengen.games.rules import State

TTT = tengen.make("tictactoe")


class Meek(RandomAgent):
    """Resigns now and then."""

    def act(self, state: State) -> int:
        action = super().act(state)
        return -1 if action % 3 == 0 else action


def play_out(swiss: Swiss, seed: int) -> list[list[Place]]:
    """The rounds of a tournament with drawn results."""
    random, results, rounds = Random(seed), {}, []
    for places in swiss.rounds(lambda: results):
        rounds.append(list(places))
        results.update({place: float(random.choice((-1, 0, 1))) for place in rounds[-1]})
    return rounds


def fewest_repeats(order: list[int], met: Counter[frozenset[int]]) -> int:
    """Of all ways to pair everybody, how often those of the best have met: by trying all."""
    if not order:
        return 0
    one, *others = order
    return min(
        met[frozenset((one, other))] + fewest_repeats([agent for agent in others if agent != other], met)
        for other in others
    )


def test_in_a_gauntlet_the_first_meet_the_others_alone() -> None:
    places = list(next(gauntlet(5, 2, 4).rounds(dict)))
    assert Counter((place.first, place.second) for place in places) == {
        pair: 2 for one in (0, 1) for other in (2, 3, 4) for pair in ((one, other), (other, one))
    }
    assert gauntlet(5, 2, 4).total == len(places) == 24
    with pytest.raises(InvalidParameter, match="first 1 to 4 of 5"):
        gauntlet(5, 5, 4)


def test_a_match_without_end_alternates_colours_for_ever() -> None:
    endless = round_robin(2, None)
    games = iter(next(endless.rounds(dict)))
    assert [next(games) for _ in range(5)] == [(0, 1, 0), (1, 0, 0), (0, 1, 1), (1, 0, 1), (0, 1, 2)]
    assert endless.total is None


@pytest.mark.parametrize("players", [3, 4, 5, 6, 7, 8, 9, 12])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_meets_anybody_twice_while_that_can_be_helped(players: int, seed: int) -> None:
    swiss = Swiss([str(number) for number in range(players)], players + 2, 1)
    met: Counter[frozenset[int]] = Counter()
    byes: Counter[int] = Counter()
    for places in play_out(swiss, seed):
        pairs = [frozenset((place.first, place.second)) for place in places]
        playing = sorted(agent for each in pairs for agent in each)
        idle = set(range(players)) - set(playing)
        assert len(playing) == len(set(playing)) == players - players % 2  # everybody once, one has a bye if odd
        repeats = sum(met[each] for each in pairs)
        if players % 2 == 0:
            assert repeats == fewest_repeats(list(range(players)), met)
        else:
            fewest = min(byes[agent] for agent in range(players))
            choices = [agent for agent in range(players) if byes[agent] == fewest]
            assert idle <= set(choices)
            assert repeats == min(
                fewest_repeats([agent for agent in range(players) if agent != bye], met) for bye in choices
            )
        met.update(pairs)
        byes.update(idle)


def test_like_scores_meet_and_the_upper_half_meets_the_lower() -> None:
    start = Standings(points=[0.0] * 8, byes=[0] * 8, firsts=[0] * 8)
    assert {frozenset(each) for each in pair(start).pairs} == {frozenset((n, n + 4)) for n in range(4)}
    later = Standings(points=[1, 0, 1, 0, 1, 0, 1, 0], byes=[0] * 8, firsts=[0] * 8)
    assert {frozenset(each) for each in pair(later).pairs} == {frozenset(s) for s in ((0, 4), (2, 6), (1, 5), (3, 7))}


def test_the_last_has_the_bye_and_points_for_it() -> None:
    swiss = Swiss(list("abc"), 3, 2)
    rounds, results = [], {}
    for places in swiss.rounds(lambda: results):
        rounds.append(list(places))
        results.update(dict.fromkeys(rounds[-1], 0.0))
    idle = [{0, 1, 2} - {place.first for place in places} for places in rounds]
    assert idle[0] == {2}
    assert sorted(agent for each in idle for agent in each) == [0, 1, 2]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_colours_are_balanced_where_meetings_are_single_games(seed: int) -> None:
    firsts: Counter[int] = Counter()
    for places in play_out(Swiss([str(number) for number in range(8)], 7, 1), seed):
        for place in places:
            firsts[place.first] += 1
            firsts[place.second] -= 1
    assert max(abs(firsts[agent]) for agent in range(8)) <= 3


def test_meetings_are_pairs_of_games_from_one_opening_and_openings_never_come_again() -> None:
    result = play_match(TTT, ["random"] * 4, games=4, rounds=3, openings=2, seed=5)
    assert len(result.games) == 3 * 2 * 4
    meetings = Counter((frozenset((game.first, game.second)), game.opening) for game in result.games)
    assert set(meetings.values()) == {2}
    for one, other in combinations(result.games, 2):
        if (one.first, one.second, one.opening) == (other.second, other.first, other.opening):
            assert one.actions[:2] == other.actions[:2]
    assert sorted({game.opening for game in result.games}) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("stops", [(1, 4), (3, 9), (5,)])
def test_a_swiss_tournament_that_is_killed_pairs_as_it_would_have(tmp_path: Path, stops: tuple[int, ...]) -> None:
    agents = ["random"] * 5
    whole = play_match(TTT, agents, games=2, rounds=4, openings=1, seed=3)
    for most in stops:

        def stop(game: PlayedGame, result: MatchResult, most: int = most) -> None:
            if len(result.games) == most:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            play_match(TTT, agents, games=2, rounds=4, openings=1, seed=3, out=tmp_path, on_game=stop)
        lines = tmp_path / "games.jsonl"
        lines.write_bytes(lines.read_bytes()[:-9])  # the last game was cut off
    resumed = play_match(TTT, agents, games=2, rounds=4, openings=1, out=tmp_path)
    assert [(game.first, game.second, game.opening, game.actions) for game in resumed.games] == [
        (game.first, game.second, game.opening, game.actions) for game in whole.games
    ]
    longer = play_match(TTT, agents, games=2, rounds=5, openings=1, out=tmp_path)
    assert longer.games[: len(whole.games)] == resumed.games
    with pytest.raises(InvalidParameter, match="holds a match with schedule"):
        play_match(TTT, agents, games=4, rounds=4, openings=1, out=tmp_path)


def test_rounds_are_the_same_whatever_the_number_of_workers() -> None:
    one, same = (
        play_match(TTT, ["random"] * 5, games=2, rounds=3, openings=1, seed=3, workers=workers) for workers in (1, 2)
    )
    assert [game.actions for game in one.games] == [game.actions for game in same.games]


def test_a_gauntlet_may_become_a_round_robin(tmp_path: Path) -> None:
    first = play_match(TTT, ["random"] * 3, games=2, gauntlet=1, seed=3, out=tmp_path)
    assert len(first.games) == 4
    more = play_match(TTT, ["random"] * 3, games=2, out=tmp_path)
    assert len(more.games) == 6
    assert [game for game in more.games if "random" in (game.first, game.second)] == first.games


def test_a_test_without_a_number_of_games_goes_on_until_it_has_decided() -> None:
    result = play_match(TTT, [RandomAgent(TTT, seed=1), Meek(TTT)], games=None, openings=2, sprt=Sprt(0, 200), seed=1)
    assert result.verdict == "H1"
    assert len(result.games) >= 16


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"games": None}, "needs a test that ends it"),
        ({"rounds": 2, "gauntlet": 1}, "not both"),
        ({"rounds": 0}, "at least 1 round"),
        ({"rounds": 2, "agents": ["random"] * 2}, "at least three"),
        ({"gauntlet": 3}, "gauntlet"),
        ({"openings": -1}, "openings"),
        ({"openings": []}, "openings"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(change: dict, said: str) -> None:
    given = {"agents": ["random"] * 3, "games": 2} | change
    with pytest.raises(InvalidParameter, match=said):
        play_match(TTT, given.pop("agents"), **given)
