"""What came out of a match: counts, scores, ratings, the test."""

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tengen.arena.play import PlayedGame
from tengen.arena.rating import Ratings, Results, rate, tabulate
from tengen.arena.sprt import SCORES, Sprt


@dataclass(frozen=True, slots=True)
class Count:
    """Games of one player against another, or against all."""

    wins: int = 0
    draws: int = 0
    losses: int = 0

    @property
    def games(self) -> int:
        """All of them."""
        return self.wins + self.draws + self.losses

    @property
    def score(self) -> float:
        """Points per game, a draw being half of one; one half before the first game."""
        return (self.wins + self.draws / 2) / self.games if self.games else 0.5

    def __add__(self, other: "Count") -> "Count":
        return Count(self.wins + other.wins, self.draws + other.draws, self.losses + other.losses)

    @property
    def reversed(self) -> "Count":
        """The same games from the other side."""
        return Count(self.losses, self.draws, self.wins)


@dataclass(slots=True)
class MatchResult:
    """All games of a match. It may still grow."""

    game: str
    """The game's text."""
    agents: list[str]
    """The agents' texts; a text that comes again is marked ` #2`."""
    seed: int
    sprt: Sprt | None = None
    games: list[PlayedGame] = field(default_factory=list)

    def count(self, first: str, second: str) -> Count:
        """The games in which `first` was player 0 and `second` player 1, as `first` sees them."""
        results = [game.result for game in self.games if (game.first, game.second) == (first, second)]
        return Count(results.count(1.0), results.count(0.0), results.count(-1.0))

    def between(self, one: str, other: str) -> Count:
        """All games of two agents, as `one` sees them."""
        return self.count(one, other) + self.count(other, one).reversed

    def total(self, agent: str) -> Count:
        """All games of one agent."""
        return sum((self.between(agent, other) for other in self.agents if other != agent), Count())

    def results(self) -> Results:
        """All games, counted by who moved first against whom."""
        return tabulate(self.agents, ((game.first, game.second, game.result) for game in self.games))

    def ratings(self, *, anchor: str | None = None, anchor_elo: float = 0.0) -> Ratings:
        """Elo by maximum likelihood; the mean is 0 unless `anchor` is given."""
        place = None if anchor is None else self.agents.index(anchor)
        return rate(self.results(), anchor=place, anchor_elo=anchor_elo)

    def pair_scores(self) -> NDArray[np.int64]:
        """[5]: how many openings gave the first agent 0, 1/4, 1/2, 3/4 and 1 in both games against the second."""
        scores: dict[int, dict[bool, float]] = {}
        for game in self.games:
            if {game.first, game.second} == set(self.agents[:2]):
                leads = game.first == self.agents[0]
                scores.setdefault(game.opening, {})[leads] = (1 + (game.result if leads else -game.result)) / 2
        counts = np.zeros(len(SCORES), np.int64)
        for pair in scores.values():
            if len(pair) == 2:
                counts[round(2 * sum(pair.values()))] += 1
        return counts

    @property
    def ratio(self) -> float:
        """The log likelihood ratio of the test; 0 without one."""
        return 0.0 if self.sprt is None else self.sprt.ratio(self.pair_scores())

    @property
    def verdict(self) -> str | None:
        """What the test has decided, `H0` or `H1`."""
        return None if self.sprt is None else self.sprt.verdict(self.ratio)

    @property
    def forfeits(self) -> list[PlayedGame]:
        """Games that somebody lost by a fault of its own."""
        return [game for game in self.games if game.forfeit is not None]

    @property
    def failing(self) -> list[str]:
        """Agents that forfeited every game they played, two at least."""
        lost = Counter((game.first, game.second)[game.forfeit or 0] for game in self.forfeits)
        return [agent for agent, times in lost.items() if times > 1 and times == self.total(agent).games]

    @property
    def disputes(self) -> list[PlayedGame]:
        """Games that ended by the rules, of which an engine saw another result."""
        return [game for game in self.games if game.dispute]

    @property
    def repeated(self) -> int:
        """Games that are, move for move, copies of an earlier one of the same agents on the same sides."""
        return len(self.games) - len({(game.first, game.second, tuple(game.actions)) for game in self.games})

    def to_json(self, *, anchor: str | None = None) -> dict[str, object]:
        """The match for programs, as `tengen arena --json` prints it."""
        ratings = self.ratings(anchor=anchor)
        agents = []
        for agent, rating in zip(self.agents, ratings.players, strict=True):
            total = self.total(agent)
            agents.append(
                {
                    "agent": agent,
                    "elo": round(rating.elo, 1),
                    "low": round(rating.low, 1),
                    "high": round(rating.high, 1),
                    "games": total.games,
                    "wins": total.wins,
                    "draws": total.draws,
                    "losses": total.losses,
                }
            )
        pairs = []
        for first in self.agents:
            for second in self.agents:
                count = self.count(first, second) if first != second else Count()
                if count.games:
                    pairs.append(
                        {
                            "first": first,
                            "second": second,
                            "wins": count.wins,
                            "draws": count.draws,
                            "losses": count.losses,
                        }
                    )
        found: dict[str, object] = {
            "game": self.game,
            "agents": agents,
            "pairs": pairs,
            "seed": self.seed,
            "repeated": self.repeated,
            "groups": [[self.agents[place] for place in group] for group in ratings.groups],
            "prior": ratings.prior,
            **terms_to_json(ratings, self.agents),
            "forfeits": [
                {
                    "first": game.first,
                    "second": game.second,
                    "opening": game.opening,
                    "agent": (game.first, game.second)[game.forfeit or 0],
                    "termination": game.termination,
                    "fault": game.fault,
                }
                for game in self.forfeits
            ],
            "disputes": [
                {"first": game.first, "second": game.second, "opening": game.opening, "dispute": game.dispute}
                for game in self.disputes
            ],
        }
        if self.sprt is not None:
            found["sprt"] = {
                "elo0": self.sprt.elo0,
                "elo1": self.sprt.elo1,
                "llr": round(self.ratio, 4),
                "lower": round(self.sprt.lower, 4),
                "upper": round(self.sprt.upper, 4),
                "pairs": self.pair_scores().tolist(),
                "verdict": self.verdict,
            }
        return found


def terms_to_json(ratings: Ratings, agents: list[str]) -> dict[str, object]:
    """What the ratings say beside the ratings: likelihoods of superiority, first move, draws."""
    first_move, drawn = ratings.first_move, ratings.drawn
    likely = ratings.superiority()
    return {
        "los": {
            one: {
                other: round(float(likely[place, against]), 4)
                for against, other in enumerate(agents)
                if against != place and not math.isnan(likely[place, against])
            }
            for place, one in enumerate(agents)
        },
        "first_move": None
        if first_move is None
        else {"elo": round(first_move.elo, 1), "low": round(first_move.low, 1), "high": round(first_move.high, 1)},
        "draw_share": None
        if drawn is None
        else {"value": round(drawn.value, 4), "low": round(drawn.low, 4), "high": round(drawn.high, 4)},
    }
