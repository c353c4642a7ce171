"""Matches in games for one: each agent plays the same starts and chances alone, and returns are compared."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import combinations

from tengen.agents.agent import Agent
from tengen.agents.load import check_agent
from tengen.arena.lone import LoneTask, PlayedAlone
from tengen.arena.match import names_of, seed_of
from tengen.arena.mean import mean_interval
from tengen.arena.store import GameWriter, MatchFolder
from tengen.arena.worker import Table, Workers
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.registry import make


@dataclass(slots=True)
class LoneResult:
    """All games of such a match. It may still grow."""

    game: str
    """The game's text."""
    agents: list[str]
    """The agents' texts; a text that comes again is marked ` #2`."""
    seed: int
    games: list[PlayedAlone] = field(default_factory=list)

    def of(self, agent: str) -> list[PlayedAlone]:
        """The games of one agent."""
        return [game for game in self.games if game.agent == agent]

    def difference(self, first: str, second: str) -> tuple[int, float, float, float] | None:
        """How many games of the same start both have played, the mean lead of `first` in them and its 95 % bounds."""
        results = [{game.number: game.result for game in self.of(agent)} for agent in (first, second)]
        leads = [results[0][number] - results[1][number] for number in results[0] if number in results[1]]
        return (len(leads), *mean_interval(leads)) if leads else None

    @property
    def faults(self) -> list[PlayedAlone]:
        """Games that ended because the agent failed."""
        return [game for game in self.games if game.fault]

    def to_json(self) -> dict[str, object]:
        """The match for programs, as `tengen arena --json` prints it."""
        agents: list[dict[str, object]] = []
        for agent in self.agents:
            games = self.of(agent)
            mean, low, high = mean_interval([game.result for game in games]) if games else (0.0, 0.0, 0.0)
            agents.append(
                {
                    "agent": agent,
                    "mean": round(mean, 6),
                    "low": round(low, 6),
                    "high": round(high, 6),
                    "games": len(games),
                    "returns": [game.result for game in games],
                    "steps": [game.steps for game in games],
                    "truncated": sum(game.truncated for game in games),
                    "seconds": round(sum(game.seconds for game in games), 3),
                }
            )
        pairs = []
        for first, second in combinations(self.agents, 2):
            found = self.difference(first, second)
            if found is not None:
                count, mean, low, high = found
                leads = {"difference": round(mean, 6), "low": round(low, 6), "high": round(high, 6)}
                pairs.append({"first": first, "second": second, "games": count, **leads})
        faults = [
            {"agent": game.agent, "number": game.number, "termination": game.termination, "fault": game.fault}
            for game in self.faults
        ]
        return {"game": self.game, "agents": agents, "pairs": pairs, "seed": self.seed, "faults": faults}


OnLoneGame = Callable[[PlayedAlone, LoneResult], None]
"""Told of every game as it ends, with the match so far."""


def play_alone(
    game: Game | str,
    agents: Sequence[str | Agent],
    *,
    games: int = 20,
    seed: int | None = None,
    workers: int = 1,
    out: str | os.PathLike[str] | None = None,
    on_game: OnLoneGame | None = None,
) -> LoneResult:
    """Lets each agent play `games` games alone; those of one number have the same start and the same chances.

    workers   1 plays in this process, where agents may be objects; more play in as many processes of their own
    out       a folder that keeps the games; if it has some already, only the missing ones are played

    The same seed gives the same games, whatever the number of workers, if the agents play by it.
    """
    game = make(game) if isinstance(game, str) else game
    names = names_of(agents)
    if game.num_players != 1:
        raise InvalidParameter(f"{game.name} is no game for one")
    if not agents or games < 1 or workers < 1:
        raise InvalidParameter(f"agents, games and workers are at least 1, not {len(agents)}, {games} and {workers}")
    for agent in agents:
        if isinstance(agent, str):
            check_agent(agent, game)
        elif workers > 1:
            raise InvalidParameter("agents that are objects play with workers=1 only; name them by their texts")
    with ExitStack() as stack:
        folder = None if out is None else MatchFolder(out)
        writer: GameWriter | None = None if folder is None else stack.enter_context(folder.writer(game))
        seed = seed_of(seed, folder)
        result = LoneResult(game.text, names, seed)
        if folder is not None and writer is not None:
            folder.begin(game=game.text, seed=seed, openings=0)
            result.games += [kept for kept in folder.games(PlayedAlone) if kept.agent in names and kept.number < games]
        kept = {(played.agent, played.number) for played in result.games}
        tasks = [
            LoneTask(place, number, seed, int(stream(seed, "agent", name, number).integers(2**31)))
            for number in range(games)
            for place, name in enumerate(names)
            if (name, number) not in kept
        ]
        for ended in _play(game, agents, names, tasks, workers, stack):
            result.games.append(ended)
            if writer is not None:
                writer.add(ended)
            if on_game is not None:
                on_game(ended, result)
    result.games.sort(key=lambda played: (played.number, names.index(played.agent)))
    return result


def _play(
    game: Game, agents: Sequence[str | Agent], names: list[str], tasks: list[LoneTask], workers: int, stack: ExitStack
) -> Iterator[PlayedAlone]:
    """The games of `tasks` as they end."""
    if not tasks:
        return
    if workers == 1:
        table = Table(game, agents, names)
        stack.callback(table.close)
        for task in tasks:
            yield table.play_alone(task)
        return
    texts = [agent for agent in agents if isinstance(agent, str)]
    pool = Workers(min(workers, len(tasks)), game, texts, names)
    stack.callback(pool.close)
    for ended in pool.play(iter(tasks)):
        assert isinstance(ended, PlayedAlone)
        yield ended
