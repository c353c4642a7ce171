"""A process that plays games: it loads the agents it needs and keeps them from game to game."""

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TypeVar

from tengen.agents.agent import Agent, Clock
from tengen.agents.load import load_agent
from tengen.agents.search import SearchAgent
from tengen.arena import lockstep
from tengen.arena.lockstep import Bench, Lockstep
from tengen.arena.lone import LoneTask, PlayedAlone, play_lone_game
from tengen.arena.play import PlayedGame, ask_for_action, play_game
from tengen.arena.task import Deck, Task
from tengen.arena.terms import Terms
from tengen.core.errors import TengenError
from tengen.core.processes import ONE_THREAD, die_with_parent, environment
from tengen.games.game import Game
from tengen.games.registry import make

PATIENCE = 5.0
"""Seconds that a worker has to close its engines before it is killed."""

AnyTask = TypeVar("AnyTask", Task, LoneTask)


class Table:
    """Where games are played, one after another or several at once, with one set of agents."""

    def __init__(self, game: Game, agents: Sequence[str | Agent], names: list[str], terms: Terms | None = None) -> None:
        self.game = game
        self.agents = agents
        self.names = names
        self.terms = terms or Terms()
        self._loaded: dict[int, Agent] = {}
        self._benches: dict[tuple[int, int], Bench] = {}
        """By place and number of rows."""

    def play_all(self, tasks: Iterator[Task], on_deal: Callable[[Task], None] | None = None) -> Iterator[PlayedGame]:
        """Plays all tasks; `on_deal` is told of each game as it begins."""
        deck = Deck(tasks, on_deal)
        while (task := deck.deal()) is not None:
            yield from self.play_several(task, partial(deck.deal_of, task.pair))

    def play_several(self, task: Task, more: Callable[[], Task | None]) -> Iterator[PlayedGame]:
        """Plays a game, and beside it those that `more` gives of the same two agents, as many at once as suits."""
        count = at_once(self.game, self.agents, self.terms, task)
        if count == 1:
            yield self.play(task)
            return
        games: Lockstep | None = None
        waiting: Task | None = task
        try:
            games = Lockstep(self.game, {place: self._bench(place, count) for place in task.pair}, count, self.names)
            while waiting is not None or games.seats:
                if waiting is not None:
                    games.begin(waiting)
                waiting = more() if games.free else None
                if waiting is None:
                    games.step()
                yield from games.take_ended()
        except Exception:  # those that go on are played anew, one by one, so that a fault costs one game
            self._dismiss(task.pair)
            unfinished = [] if games is None else [seat.task for seat in games.seats.values()]
            yield from [] if games is None else games.take_ended()
            for each in [*unfinished, *([] if waiting is None or waiting in unfinished else [waiting])]:
                yield self.play(each)

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
            if self.terms.control(place).timed:
                warm_up(self._loaded[place])
        return self._loaded[place]

    def _bench(self, place: int, count: int) -> Bench:
        if (place, count) not in self._benches:
            agent = self.agents[place]
            assert isinstance(agent, str)
            self._benches[place, count] = lockstep.bench(self.game, agent, count, self.terms.control(place))
        return self._benches[place, count]

    def _dismiss(self, places: Collection[int]) -> None:
        """Closes what plays several games at once for these agents."""
        for key in [key for key in self._benches if key[0] in places]:
            self._benches.pop(key).close()

    def _drop(self, place: int) -> None:
        agent = self._loaded.pop(place)
        with contextlib.suppress(Exception):
            agent.close()

    def close(self) -> None:
        """Closes the agents that were loaded here."""
        self._dismiss(range(len(self.agents)))
        for place in list(self._loaded):
            if isinstance(self.agents[place], str):
                self._drop(place)


def warm_up(agent: Agent) -> None:
    """Loads and compiles what the rules and a search need for the first moves, so that no clock pays for it."""
    game = agent.game
    state = game.initial_state()
    with contextlib.suppress(Exception):  # the game will show it
        action = int(game.legal_actions(state)[0])
        game.is_legal(state, game.parse_action(state, game.action_to_text(state, action)))
        game.parse_position(game.position_to_text(state))
        game.is_over(game.apply(state, action))
        if not isinstance(agent, SearchAgent):
            return
        agent.set_clock(Clock(main=0.0, byoyomi=0.05))
        agent.new_game(state)
        for _ in range(2):
            action = ask_for_action(game, agent, state)
            after = game.apply(state, action)
            agent.notify(state, action, after)
            agent.note()
            state = after


def at_once(game: Game, agents: Sequence[str | Agent], terms: Terms, task: Task | LoneTask) -> int:
    """How many games of a task's agents are played at once in one place."""
    texts = [agent for agent in (agents[place] for place in task.pair) if isinstance(agent, str)]
    if len(texts) < 2:
        return 1
    return lockstep.at_once(texts, [terms.control(place) for place in task.pair], game, terms.batch)


def serve(connection: Connection, game_text: str, agents: list[str], names: list[str], terms: Terms) -> None:
    """The life of a worker process: plays the tasks that come until None or the end of the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us decides
    signal.signal(signal.SIGTERM, _leave)
    die_with_parent(PATIENCE)
    table: Table | None = None
    try:
        table = Table(make(game_text), agents, names, terms)
        while (task := connection.recv()) is not None:
            if isinstance(task, LoneTask):
                connection.send(table.play_alone(task))
            else:
                for game in table.play_several(task, partial(_next_task, connection)):
                    connection.send(game)
    except (EOFError, BrokenPipeError):
        pass
    except TengenError as error:
        connection.send(error)
    finally:
        if table is not None:
            table.close()


def _next_task(connection: Connection) -> Task | None:
    """Another task, if one has come already."""
    with contextlib.suppress(EOFError):
        if connection.poll():
            task = connection.recv()
            assert isinstance(task, Task)
            return task
    return None


def _leave(signal_number: int, frame: object) -> None:
    raise SystemExit(0)


class Workers:
    """Some worker processes. Each plays one game at a time, or several at once of two agents that gain by it."""

    def __init__(self, count: int, game: Game, agents: list[str], names: list[str], terms: Terms | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        self._game = game
        self._agents = agents
        self._terms = terms or Terms()
        self._given: list[list[Task | LoneTask]] = [[] for _ in range(count)]
        """What each worker is playing."""
        self._at_once: dict[frozenset[int], int] = {}
        self._connections: list[Connection] = []
        self._processes = []
        for place in range(count):
            # one thread each, and only one of them says that it compiles
            settings = ONE_THREAD | ({"TENGEN_QUIET": "1"} if place else {})
            with environment(settings), _deaf_to_interrupts():
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=serve, args=(theirs, game.text, agents, names, self._terms), daemon=True
                )
                process.start()
                theirs.close()
                self._connections.append(ours)
                self._processes.append(process)

    def play(
        self, tasks: Iterator[AnyTask], on_deal: Callable[[AnyTask], None] | None = None
    ) -> Iterator[PlayedGame | PlayedAlone]:
        """Plays all tasks; the games come as they end, in any order. `on_deal` is told of each as it is dealt."""
        deck = Deck(tasks, on_deal)
        while True:
            self._deal(deck)
            busy = [connection for connection, given in zip(self._connections, self._given, strict=True) if given]
            if not busy:
                return
            for connection in wait(busy):
                assert isinstance(connection, Connection)
                yield self._receive(self._connections.index(connection))

    def _deal(self, deck: Deck[AnyTask]) -> None:
        """Gives every worker as much as it can play at once, in turns, so that they share what there is."""
        dealt = True
        while dealt:
            dealt = False
            for place, given in enumerate(self._given):
                if not given:
                    task = deck.deal()
                elif len(given) < self._most(given[0]):
                    task = deck.deal_of(given[0].pair)
                else:
                    continue
                if task is not None:
                    given.append(task)
                    self._connections[place].send(task)
                    dealt = True

    def _most(self, task: Task | LoneTask) -> int:
        if task.pair not in self._at_once:
            self._at_once[task.pair] = at_once(self._game, self._agents, self._terms, task)
        return self._at_once[task.pair]

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
        self._given[place].pop()  # all are of the same agents
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
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that start meanwhile ignore Ctrl-C from the first: while they import, it would print a traceback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
