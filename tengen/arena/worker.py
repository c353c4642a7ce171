"""A process that plays games: it loads the agents it needs and keeps them from game to game."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait

from tengen.agents.agent import Agent
from tengen.agents.load import load_agent
from tengen.agents.time_control import TimeControl
from tengen.arena.game_clock import MARGIN
from tengen.arena.lone import LoneTask, PlayedAlone, play_lone_game
from tengen.arena.play import UNLIMITED, PlayedGame, play_game
from tengen.core.errors import TengenError
from tengen.core.processes import die_with_parent
from tengen.games.game import Game
from tengen.games.registry import make

PATIENCE = 5.0
"""Seconds that a worker has to close its engines before it is killed."""

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Task:
    """A game to be played."""

    first: int
    """Which agent is player 0, by its place in the list."""
    second: int
    opening: int
    """The opening's number."""
    actions: tuple[int, ...]
    """The opening's moves."""
    seed: int
    start: str = ""
    """The position before them, in the game's own text; empty for the usual one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms agents play."""

    controls: tuple[TimeControl, ...] = ()
    """Each agent's time, in the order of the agents; empty where only their texts limit them."""
    margin: float = MARGIN
    """Seconds by which a time may be overstepped."""

    def control(self, place: int) -> TimeControl:
        """One agent's time."""
        return self.controls[place] if self.controls else UNLIMITED


class Table:
    """Where games are played one after another, with one set of agents."""

    def __init__(self, game: Game, agents: Sequence[str | Agent], names: list[str], terms: Terms | None = None) -> None:
        self.game = game
        self.agents = agents
        self.names = names
        self.terms = terms or Terms()
        self._loaded: dict[int, Agent] = {}

    def play(self, task: Task) -> PlayedGame:
        """Plays one game; an agent that failed is loaded anew for its next."""
        places = (task.first, task.second)
        players = (self._agent(task.first), self._agent(task.second))
        names = (self.names[task.first], self.names[task.second])
        game = play_game(
            self.game,
            players,
            task.actions,
            names=names,
            number=task.opening,
            seed=task.seed,
            start=task.start,
            controls=(self.terms.control(task.first), self.terms.control(task.second)),
            margin=self.terms.margin,
        )
        if game.forfeit is not None:
            self._drop(places[game.forfeit])
        return game

    def play_alone(self, task: LoneTask) -> PlayedAlone:
        """Lets an agent play one game alone; if it failed it is loaded anew for its next."""
        game = play_lone_game(self.game, self._agent(task.agent), task, name=self.names[task.agent])
        if game.fault:
            self._drop(task.agent)
        return game

    def _agent(self, place: int) -> Agent:
        if place not in self._loaded:
            agent = self.agents[place]
            self._loaded[place] = load_agent(agent, self.game) if isinstance(agent, str) else agent
        return self._loaded[place]

    def _drop(self, place: int) -> None:
        agent = self._loaded.pop(place)
        with contextlib.suppress(Exception):
            agent.close()

    def close(self) -> None:
        """Closes the agents that were loaded here."""
        for place in list(self._loaded):
            if isinstance(self.agents[place], str):
                self._drop(place)


def serve(connection: Connection, game_text: str, agents: list[str], names: list[str], terms: Terms) -> None:
    """The life of a worker process: plays the tasks that come until None or the end of the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us decides
    signal.signal(signal.SIGTERM, _leave)
    die_with_parent(PATIENCE)
    table: Table | None = None
    try:
        table = Table(make(game_text), agents, names, terms)
        while (task := connection.recv()) is not None:
            connection.send(table.play_alone(task) if isinstance(task, LoneTask) else table.play(task))
    except (EOFError, BrokenPipeError):
        pass
    except TengenError as error:
        connection.send(error)
    finally:
        if table is not None:
            table.close()


def _leave(signal_number: int, frame: object) -> None:
    raise SystemExit(0)


class Workers:
    """Some worker processes. Each has at most one game at a time."""

    def __init__(self, count: int, game: Game, agents: list[str], names: list[str], terms: Terms | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        self._idle: list[int] = []
        self._connections: list[Connection] = []
        self._processes = []
        for place in range(count):
            # one thread each, and only one of them says that it compiles
            settings = dict.fromkeys(THREAD_SETTINGS, "1") | ({"TENGEN_QUIET": "1"} if place else {})
            with _environment(settings):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=serve, args=(theirs, game.text, agents, names, terms or Terms()), daemon=True
                )
                process.start()
                theirs.close()
                self._connections.append(ours)
                self._processes.append(process)
                self._idle.append(place)

    def play(self, tasks: Iterator[Task | LoneTask]) -> Iterator[PlayedGame | PlayedAlone]:
        """Plays all tasks; the games come as they end, in any order."""
        waiting = True
        while True:
            while waiting and self._idle:
                task = next(tasks, None)
                if task is None:
                    waiting = False
                else:
                    place = self._idle.pop()
                    self._connections[place].send(task)
            busy = [place for place in range(len(self._connections)) if place not in self._idle]
            if not busy:
                return
            for connection in wait([self._connections[place] for place in busy]):
                assert isinstance(connection, Connection)
                place = self._connections.index(connection)
                yield self._receive(place)

    def _receive(self, place: int) -> PlayedGame | PlayedAlone:
        try:
            answer = self._connections[place].recv()
        except EOFError:
            self._processes[place].join()
            code = self._processes[place].exitcode
            raise RuntimeError(f"a worker process of the match ended with status {code}") from None
        if isinstance(answer, TengenError):
            raise answer
        assert isinstance(answer, PlayedGame | PlayedAlone)
        self._idle.append(place)
        return answer

    def close(self) -> None:
        """Ends all workers: at once, whatever they are doing."""
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Processes that start meanwhile have these environment variables."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
