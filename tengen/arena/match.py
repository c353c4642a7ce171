"""Matches and tournaments: who plays whom, from which opening, until when."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain

import numpy as np

from tengen.agents.agent import Agent
from tengen.agents.load import check_agent
from tengen.arena import schedule as schedules
from tengen.arena.openings import Opening, Openings, as_openings
from tengen.arena.play import PlayedGame
from tengen.arena.result import MatchResult
from tengen.arena.schedule import Place, Schedule
from tengen.arena.sprt import Sprt
from tengen.arena.store import GameWriter, MatchFolder
from tengen.arena.swiss import Swiss
from tengen.arena.task import Task
from tengen.arena.terms import Terms
from tengen.arena.worker import Table, Workers
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.registry import make

OnGame = Callable[[PlayedGame, MatchResult], None]
"""Told of every game as it ends, with the match so far."""

OnStart = Callable[[str, str, int], None]
"""Told of every game as it begins: who moves first, who second, the opening's number."""


def play_match(
    game: Game | str,
    agents: Sequence[str | Agent],
    *,
    games: int | None = 20,
    openings: int | Sequence[Sequence[int]] | Openings = 0,
    gauntlet: int | None = None,
    rounds: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    sprt: Sprt | None = None,
    terms: Terms | None = None,
    out: str | os.PathLike[str] | None = None,
    on_game: OnGame | None = None,
    on_start: OnStart | None = None,
) -> MatchResult:
    """Plays a round robin, `games` games for each pair of agents, colours alternating.

    games     None goes on until the test has decided
    openings  how many random plies each opening has, or the openings themselves as lists of actions, used in turn, or
              where they come from; both games of a pair of games have the same, colours swapped
    gauntlet  so many agents, the first, play all the others, instead of everybody everybody
    rounds    a Swiss tournament of so many rounds instead, `games` games for each meeting
    workers   1 plays in this process, where agents may be objects; more play in as many processes of their own
    sprt      stops a match of two as soon as the test has decided
    terms     the agents' time controls and the like; their own texts alone limit them without
    out       a folder that keeps the games; if it has some already, only the missing ones are played

    The same seed gives the same games, whatever the number of workers, if the agents play by it.
    """
    game = make(game) if isinstance(game, str) else game
    names = names_of(agents)
    _check(game, agents, games=games, workers=workers, sprt=sprt)
    terms = terms or Terms()
    terms.check(agents)
    source = as_openings(openings)
    schedule = schedule_of(names, games=games, gauntlet=gauntlet, rounds=rounds)
    with ExitStack() as stack:
        folder = None if out is None else MatchFolder(out)
        writer: GameWriter | None = None if folder is None else stack.enter_context(folder.writer(game))
        seed = seed_of(seed, folder)
        result = MatchResult(game.text, names, seed, sprt)
        if folder is not None and writer is not None:
            folder.begin(
                game=game.text,
                seed=seed,
                openings=source.settings(),
                schedule=schedule.settings(),
                time=terms.settings(),
            )
            there = folder.games(PlayedGame)
            writer.keep(there)
            result.games += [kept for kept in there if kept.first in names and kept.second in names]
        plan = Plan(game, schedule, source, result, on_start)
        for ended in _play(game, agents, plan, terms, workers, stack):
            result.games.append(ended)
            if writer is not None:
                writer.add(ended)
            if on_game is not None:
                on_game(ended, result)
            if result.verdict is not None:
                break
    result.games.sort(key=lambda ended: _order(plan.place_of(ended)))
    return result


def schedule_of(names: list[str], *, games: int | None, gauntlet: int | None, rounds: int | None) -> Schedule:
    """Who plays whom; InvalidParameter where the wishes do not fit together."""
    if rounds is not None:
        if gauntlet is not None:
            raise InvalidParameter("a tournament is a gauntlet or has Swiss rounds, not both")
        if games is None:
            raise InvalidParameter("the meetings of a Swiss tournament have a number of games")
        return Swiss(names, rounds, games)
    if gauntlet is not None:
        return schedules.gauntlet(len(names), gauntlet, games)
    return schedules.round_robin(len(names), games)


def _check(game: Game, agents: Sequence[str | Agent], *, games: int | None, workers: int, sprt: Sprt | None) -> None:
    """Raises InvalidParameter for a match that cannot be played, and what wrong texts of agents bring."""
    if game.num_players != 2:
        raise InvalidParameter(f"a match needs a game for two, not {game.name}: in games for one agents play alone")
    if len(agents) < 2:
        raise InvalidParameter("an arena needs at least two agents")
    if games is None and sprt is None:
        raise InvalidParameter("a match without a number of games needs a test that ends it")
    if (games is not None and games < 1) or workers < 1:
        raise InvalidParameter(f"games and workers are at least 1, not {games} and {workers}")
    if sprt is not None and len(agents) != 2:
        raise InvalidParameter(f"a test compares two agents, not {len(agents)}")
    for agent in agents:
        if isinstance(agent, str):
            check_agent(agent, game)
        elif workers > 1:
            raise InvalidParameter("agents that are objects play with workers=1 only; name them by their texts")


class Plan:
    """What there is to play of a match, beside what has been played."""

    def __init__(
        self, game: Game, schedule: Schedule, source: Openings, result: MatchResult, on_start: OnStart | None
    ) -> None:
        self.schedule = schedule
        self.result = result
        self._on_start = on_start
        self._source = source.draw(game, result.seed)
        self._drawn: list[Opening] = []
        # a pair of games of which one is kept has its opening, whatever has become of a network since
        self._kept = {
            ended.opening: Opening(tuple(ended.actions[: ended.opening_plies]), ended.start)
            for ended in result.games
            if len(ended.actions) >= ended.opening_plies
        }

    def place_of(self, ended: PlayedGame) -> Place:
        """A game's place among all."""
        names = self.result.agents
        return Place(names.index(ended.first), names.index(ended.second), ended.opening)

    def results(self) -> dict[Place, float]:
        """The games so far."""
        return {self.place_of(ended): ended.result for ended in self.result.games}

    def rounds(self) -> Iterator[Iterator[Task]]:
        """What is missing of each round that has anything missing."""
        kept = set(self.results())
        for places in self.schedule.rounds(self.results):
            yield (self._task(place) for place in places if place not in kept)

    def _task(self, place: Place) -> Task:
        names = self.result.agents
        opening = self._opening(place.opening)
        random = stream(self.result.seed, "game", names[place.first], names[place.second], place.opening)
        return Task(*place, opening.actions, int(random.integers(2**31 - 2)), opening.start)

    def begin(self, task: Task) -> None:
        """A game begins."""
        if self._on_start is not None:
            names = self.result.agents
            self._on_start(names[task.first], names[task.second], task.opening)

    def _opening(self, number: int) -> Opening:
        while len(self._drawn) <= number:
            self._drawn.append(next(self._source))
        return self._kept.get(number, self._drawn[number])


def _play(
    game: Game, agents: Sequence[str | Agent], plan: Plan, terms: Terms, workers: int, stack: ExitStack
) -> Iterator[PlayedGame]:
    """The missing games as they end."""
    if plan.result.verdict is not None:
        return
    names = plan.result.agents
    players: Table | Workers | None = None
    for tasks in plan.rounds():
        first = next(tasks, None)
        if first is None:
            continue
        if players is None:
            if workers == 1:
                players = Table(game, agents, names, terms)
            else:
                most = plan.schedule.at_once
                texts = [agent for agent in agents if isinstance(agent, str)]
                players = Workers(workers if most is None else min(workers, most), game, texts, names, terms)
            stack.callback(players.close)
        tasks = chain([first], tasks)
        if isinstance(players, Table):
            yield from players.play_all(tasks, plan.begin)
        else:
            for ended in players.play(tasks, plan.begin):
                assert isinstance(ended, PlayedGame)
                yield ended


def _order(place: Place) -> tuple[int, int, int, bool]:
    """By opening, then by pair, then by colour."""
    return place.opening, min(place.first, place.second), max(place.first, place.second), place.first > place.second


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
