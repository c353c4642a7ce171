"""Matches and tournaments: who plays whom, from which opening, until when."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import combinations

import numpy as np

from tengen.agents.agent import Agent
from tengen.agents.load import check_agent
from tengen.arena.openings import draw_openings
from tengen.arena.play import PlayedGame
from tengen.arena.result import MatchResult
from tengen.arena.sprt import Sprt
from tengen.arena.store import GameWriter, MatchFolder
from tengen.arena.worker import Table, Task, Workers
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.registry import make

OnGame = Callable[[PlayedGame, MatchResult], None]
"""Told of every game as it ends, with the match so far."""


def play_match(
    game: Game | str,
    agents: Sequence[str | Agent],
    *,
    games: int = 20,
    openings: int | Sequence[Sequence[int]] = 0,
    seed: int | None = None,
    workers: int = 1,
    sprt: Sprt | None = None,
    out: str | os.PathLike[str] | None = None,
    on_game: OnGame | None = None,
) -> MatchResult:
    """Plays a round robin, `games` games for each pair of agents, colours alternating.

    openings  how many random plies each opening has, or the openings themselves as lists of actions, used in turn;
              both games of a pair of games have the same, colours swapped
    workers   1 plays in this process, where agents may be objects; more play in as many processes of their own
    sprt      stops a match of two as soon as the test has decided
    out       a folder that keeps the games; if it has some already, only the missing ones are played

    The same seed gives the same games, whatever the number of workers, if the agents play by it.
    """
    game = make(game) if isinstance(game, str) else game
    names = names_of(agents)
    if game.num_players != 2:
        raise InvalidParameter(f"a match needs a game for two, not {game.name}: in games for one agents play alone")
    if len(agents) < 2:
        raise InvalidParameter("an arena needs at least two agents")
    if games < 1 or workers < 1:
        raise InvalidParameter(f"games and workers are at least 1, not {games} and {workers}")
    if openings == [] or (isinstance(openings, int) and openings < 0):
        raise InvalidParameter(f"openings are a number of plies, or lists of actions, not {openings!r}")
    if sprt is not None and len(agents) != 2:
        raise InvalidParameter(f"a test compares two agents, not {len(agents)}")
    for agent in agents:
        if isinstance(agent, str):
            check_agent(agent, game)
        elif workers > 1:
            raise InvalidParameter("agents that are objects play with workers=1 only; name them by their texts")

    with ExitStack() as stack:
        folder = None if out is None else MatchFolder(out)
        writer: GameWriter | None = None if folder is None else stack.enter_context(folder.writer(game))
        seed = seed_of(seed, folder)
        result = MatchResult(game.text, names, seed, sprt)
        schedule = Schedule(game, names, games=games, openings=openings, seed=seed)
        if folder is not None and writer is not None:
            folder.begin(game=game.text, seed=seed, openings=_plain(openings))
            there = folder.games(PlayedGame)
            writer.keep(there)
            result.games += [kept for kept in there if kept.first in names and kept.second in names]
        missing = schedule.tasks({(kept.first, kept.second, kept.opening) for kept in result.games})
        for ended in _play(game, agents, names, missing, result, workers, stack):
            result.games.append(ended)
            if writer is not None:
                writer.add(ended)
            if on_game is not None:
                on_game(ended, result)
            if result.verdict is not None:
                break
    order = {key: place for place, key in enumerate(schedule.keys())}
    result.games.sort(key=lambda ended: order.get((ended.first, ended.second, ended.opening), len(order)))
    return result


def _play(
    game: Game,
    agents: Sequence[str | Agent],
    names: list[str],
    tasks: list[Task],
    result: MatchResult,
    workers: int,
    stack: ExitStack,
) -> Iterator[PlayedGame]:
    """The games of `tasks` as they end."""
    if not tasks or result.verdict is not None:
        return
    if workers == 1:
        table = Table(game, agents, names)
        stack.callback(table.close)
        for task in tasks:
            yield table.play(task)
    else:
        texts = [agent for agent in agents if isinstance(agent, str)]
        pool = Workers(min(workers, len(tasks)), game, texts, names)
        stack.callback(pool.close)
        for ended in pool.play(iter(tasks)):
            assert isinstance(ended, PlayedGame)
            yield ended


class Schedule:
    """The games of a match in their order: by opening, then by pair, then by colour."""

    def __init__(
        self, game: Game, names: list[str], *, games: int, openings: int | Sequence[Sequence[int]], seed: int
    ) -> None:
        self.game = game
        self.names = names
        self.games = games
        self.openings = openings
        self.seed = seed

    def _places(self) -> Iterator[tuple[int, int, int]]:
        """(player 0, player 1, opening) of every game."""
        for opening in range((self.games + 1) // 2):
            for one, other in combinations(range(len(self.names)), 2):
                yield one, other, opening
                if 2 * opening + 1 < self.games:
                    yield other, one, opening

    def keys(self) -> Iterator[tuple[str, str, int]]:
        """What tells every game from the others."""
        return ((self.names[first], self.names[second], opening) for first, second, opening in self._places())

    def tasks(self, kept: set[tuple[str, str, int]]) -> list[Task]:
        """All games but those that are `kept` already."""
        openings = self._openings((self.games + 1) // 2)
        tasks = []
        for first, second, opening in self._places():
            if (self.names[first], self.names[second], opening) not in kept:
                random = stream(self.seed, "game", self.names[first], self.names[second], opening)
                tasks.append(Task(first, second, opening, openings[opening], int(random.integers(2**31 - 2))))
        return tasks

    def _openings(self, count: int) -> list[tuple[int, ...]]:
        if isinstance(self.openings, int):
            return draw_openings(self.game, self.openings, count, seed=self.seed)
        return [tuple(self.openings[number % len(self.openings)]) for number in range(count)]


def _plain(openings: int | Sequence[Sequence[int]]) -> int | list[list[int]]:
    """Openings as JSON has them."""
    return openings if isinstance(openings, int) else [[int(action) for action in actions] for actions in openings]


def names_of(agents: Sequence[str | Agent]) -> list[str]:
    """The agents' texts, made different from each other."""
    seen: Counter[str] = Counter()
    names = []
    for agent in agents:
        text = agent.strip() if isinstance(agent, str) else agent.text
        seen[text] += 1
        names.append(text if seen[text] == 1 else f"{text} #{seen[text]}")
    return names


def seed_of(seed: int | None, folder: MatchFolder | None) -> int:
    """The seed that was given, or that of the match in the folder, or a new one."""
    if seed is not None:
        return seed
    settings = None if folder is None else folder.settings()
    if settings is not None and isinstance(settings.get("seed"), int):
        return int(str(settings["seed"]))
    return int(np.random.SeedSequence().generate_state(1)[0])
