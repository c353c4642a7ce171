"""Several games of two agents at once, ply by ply, so that a network is asked about all of their positions together."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tengen.agents.agent import Agent
from tengen.agents.load import UCT_SIMULATIONS, load_agent
from tengen.agents.rows import Rows
from tengen.agents.search import SearchAgent
from tengen.agents.text import parse_agent
from tengen.agents.time_control import TimeControl
from tengen.arena.play import PlayedGame, Progress, ask_for_action
from tengen.arena.task import Task
from tengen.games.game import Game, RecordGame
from tengen.games.rules import State
from tengen.mcts.evaluator import Rollouts
from tengen.mcts.search import REUSED_BUDGETS
from tengen.records.record import MoveNote

MOST_GAMES = 32
"""Games that a worker plays at once, where nobody says how many: with more than that a network gains little."""

MEMORY = 1 << 30
"""Bytes that the trees of one agent may take."""


def at_once(texts: Sequence[str], controls: Sequence[TimeControl], game: Game, wanted: int | None = None) -> int:
    """How many games of two agents to play at once: `wanted`, or what gains, as far as both may and memory allows.

    Where no network is asked nothing is gained, and the games are played one after another.
    """
    if not isinstance(game, RecordGame) or game.num_players != 2 or game.has_chance:
        return 1
    parsed = [parse_agent(text) for text in texts]
    if not all(suits(text, control) for text, control in zip(texts, controls, strict=True)):
        return 1
    if not any(each.kind == "network" for each in parsed):
        return 1
    bytes_of_a_node = game.dtype.itemsize + 40 * (game.max_legal or game.num_actions)
    simulations = max(
        control.nodes or int(each.number("sims", UCT_SIMULATIONS))
        for each, control in zip(parsed, controls, strict=True)
    )
    room = MEMORY // (REUSED_BUDGETS * simulations * bytes_of_a_node)
    return max(1, min(MOST_GAMES if wanted is None else wanted, room))


def suits(text: str, control: TimeControl) -> bool:
    """Whether an agent may play several games at once: it thinks in this process, and not by the clock."""
    parsed = parse_agent(text)
    return parsed.kind in ("network", "uct", "random") and "time" not in parsed.settings and not control.timed


def bench(game: Game, text: str, count: int, control: TimeControl) -> "Bench":
    """An agent for `count` games at once."""
    if parse_agent(text).kind == "network":
        assert isinstance(game, RecordGame)
        return NetworkBench(game, text, count, control)
    return SeparateBench(game, text, count, control)


class Bench(ABC):
    """One agent in several games, each in a row of its own."""

    @abstractmethod
    def new_game(self, row: int, state: State, seed: int) -> None:
        """A game begins in a row."""

    @abstractmethod
    def act(self, rows: Sequence[int], states: Sequence[State]) -> list[tuple[int, MoveNote]]:
        """The agent's action in each of `rows`, -1 resigning, and what there is to be kept of it."""

    @abstractmethod
    def notify(self, row: int, state: State, action: int, after: State) -> None:
        """What was played in a row."""

    @abstractmethod
    def settle(self) -> None:
        """All rows of which it was to be notified are done."""

    @abstractmethod
    def close(self) -> None:
        """Frees what it holds."""


class SeparateBench(Bench):
    """An agent that gains nothing by thinking about several positions at once."""

    def __init__(self, game: Game, text: str, count: int, control: TimeControl) -> None:
        self.game = game
        self.agents = [load_agent(text, game) for _ in range(count)]
        for agent in self.agents:
            _limit(agent, control)

    def new_game(self, row: int, state: State, seed: int) -> None:
        self.agents[row].new_game(state, seed=seed)

    def act(self, rows: Sequence[int], states: Sequence[State]) -> list[tuple[int, MoveNote]]:
        chosen = []
        for row, state in zip(rows, states, strict=True):
            action = ask_for_action(self.game, self.agents[row], state)
            chosen.append((action, self.agents[row].note()))
        return chosen

    def notify(self, row: int, state: State, action: int, after: State) -> None:
        self.agents[row].notify(state, action, after)

    def settle(self) -> None:
        return

    def close(self) -> None:
        for agent in self.agents:
            agent.close()


class NetworkBench(Bench):
    """A network, asked about the positions of all games together. An agent in each row decides by what is found."""

    def __init__(self, game: RecordGame, text: str, count: int, control: TimeControl) -> None:
        first = load_agent(text, game)
        assert isinstance(first, SearchAgent)
        assert not isinstance(first.evaluator, Rollouts)
        self.game = game
        self.agents = [first, *(_twin(first) for _ in range(count - 1))]
        for agent in self.agents:
            _limit(agent, control)
        self.reuse = first.config.reuse
        self.rows = Rows(first.seen, first.evaluator, first.search_config(), batch=count)
        self._played = np.full(count, -1, np.int32)

    def new_game(self, row: int, state: State, seed: int) -> None:
        self.agents[row].new_game(state, seed=seed)
        self.rows.begin(row, seed)

    def act(self, rows: Sequence[int], states: Sequence[State]) -> list[tuple[int, MoveNote]]:
        legal = [self.game.legal_actions(state) for state in states]
        open_rows = [place for place, actions in enumerate(legal) if len(actions) > 1]
        chosen = [(int(actions[0]), MoveNote()) for actions in legal]  # an only move is played without a search
        if open_rows:
            found = self.rows.search([rows[place] for place in open_rows], [states[place] for place in open_rows])
            for place, result in zip(open_rows, found, strict=True):
                agent = self.agents[rows[place]]
                agent.thought = result
                chosen[place] = (agent.decide(result), agent.note())
        return chosen

    def notify(self, row: int, state: State, action: int, after: State) -> None:
        self.agents[row].notify(state, action, after)
        self._played[row] = action if self.reuse else -1

    def settle(self) -> None:
        self.rows.advance(self._played)
        self._played[:] = -1

    def close(self) -> None:
        for agent in self.agents:
            agent.close()


def _limit(agent: Agent, control: TimeControl) -> None:
    if control.nodes is not None:
        agent.set_nodes(control.nodes)


def _twin(agent: SearchAgent) -> SearchAgent:
    """Another agent that plays alike and shares the evaluator."""
    return SearchAgent(agent.game, agent.evaluator, agent.config, seen=agent.seen, play=agent.play, text=agent.text)


@dataclass(slots=True)
class Seat:
    """A game in a row."""

    task: Task
    progress: Progress
    sides: tuple[int, int]
    """Player 0 and player 1, by their places among all agents."""


class Lockstep:
    """Games of two agents that go on together, each in a row of its own.

    It raises what agents raise, and is done for then: its games can be played anew one by one.
    """

    def __init__(self, game: Game, benches: dict[int, Bench], count: int, names: Sequence[str]) -> None:
        """`benches` of `count` rows are the two agents by their places among all, whose `names` are given."""
        self.game = game
        self.benches = benches
        self.names = names
        self.free = list(range(count))
        self.seats: dict[int, Seat] = {}
        """The games that go on, by row."""
        self._ended: list[PlayedGame] = []

    def begin(self, task: Task) -> None:
        """Begins a game in a free row."""
        row = self.free.pop()
        seat = Seat(task, Progress(self.game, task.start), (task.first, task.second))
        for side, place in enumerate(seat.sides):
            self.benches[place].new_game(row, seat.progress.state, task.seed + side)
        for action in task.actions:
            self._apply(row, seat, action, MoveNote())
        self.seats[row] = seat
        if self.game.is_over(seat.progress.state):
            self._leave(row)

    def take_ended(self) -> list[PlayedGame]:
        """The games that have ended since they were asked for."""
        ended, self._ended = self._ended, []
        return ended

    def step(self) -> None:
        """Plays one ply of every game."""
        acted: list[tuple[int, int, int, MoveNote]] = []
        for place, bench in self.benches.items():
            sides = {row: self.game.player(seat.progress.state) for row, seat in self.seats.items()}
            rows = [row for row, side in sides.items() if self.seats[row].sides[side] == place]
            if not rows:
                continue
            began = time.monotonic()
            chosen = bench.act(rows, [self.seats[row].progress.state for row in rows])
            share = (time.monotonic() - began) / len(rows)
            for row, (action, note) in zip(rows, chosen, strict=True):
                acted.append((row, sides[row], action, replace(note, seconds=round(share, 3))))
                self.seats[row].progress.seconds[sides[row]] += share
        for row, side, action, note in acted:
            seat = self.seats[row]
            if action == -1:
                self._leave(row, resigned=side)
                continue
            self._apply(row, seat, action, note)
            if self.game.is_over(seat.progress.state):
                self._leave(row)
        for bench in self.benches.values():
            bench.settle()

    def _apply(self, row: int, seat: Seat, action: int, note: MoveNote) -> None:
        before = seat.progress.state
        seat.progress.apply(action, note)
        for place in seat.sides:
            self.benches[place].notify(row, before, action, seat.progress.state)

    def _leave(self, row: int, resigned: int | None = None) -> None:
        """Takes a game that is over, or was resigned, out of its row."""
        seat = self.seats.pop(row)
        names = (self.names[seat.task.first], self.names[seat.task.second])
        self._ended.append(seat.progress.ended(names, seat.task.opening, len(seat.task.actions), resigned=resigned))
        self.free.append(row)
