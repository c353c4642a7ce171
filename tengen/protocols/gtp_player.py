"""The agent behind a GTP session: loaded when first needed, and told of every step on the board."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tengen.agents.agent import Agent, Clock
from tengen.agents.control import Control
from tengen.agents.search import SearchAgent
from tengen.agents.thinking import Thought
from tengen.core.errors import EngineError
from tengen.games.game import Game
from tengen.mcts.result import SearchResult
from tengen.protocols.gtp_board import GtpBoard, Step
from tengen.protocols.gtp_line import Refusal

AgentLoader = Callable[[Game], Agent]

RESIGN = -1
"""What an agent answers that gives up."""

STREAM_MEMORY = 1 << 30
"""Bytes of the tree that an analysis grows, at most."""


class GtpPlayer:
    """Lets an agent follow a board that jumps: what cannot be told as a next move is told as a new game."""

    def __init__(self, load: AgentLoader) -> None:
        self._load = load
        self._agent: Agent | None = None
        self._told: list[Step] = []
        self._clocked = False
        self._streaming = False
        """Whether the agent's tree is made for an analysis, which all its moves then grow."""
        self._changes: dict[str, dict[str, float]] = {"config": {}, "play": {}}
        self._lock = threading.RLock()

    def prepare(self, game: Game) -> Agent:
        """The agent for `game`; another game or komi loads it again."""
        with self._lock:
            if self._agent is None or self._agent.game != game:
                self.close()
                self._agent = self._load(game)
                self._agent.new_game(game.initial_state())
                if any(self._changes.values()):
                    self._adjust(self._searcher())
            return self._agent

    def settings(self, game: Game) -> SearchAgent:
        """The agent, whose settings are to be read; Refusal if it does not search."""
        with self._lock:
            self.prepare(game)
            return self._searcher()

    def change(self, game: Game, record: str, name: str, value: float) -> None:
        """Changes a setting of the agent's `config` or `play`, now and whenever it is loaded again."""
        with self._lock:
            agent = self.settings(game)
            self._changes[record][name] = value
            self._adjust(agent)

    def _searcher(self) -> SearchAgent:
        if not isinstance(self._agent, SearchAgent):
            raise Refusal("the agent does not search")
        return self._agent

    def _adjust(self, agent: SearchAgent) -> None:
        agent.config = replace(agent.config, **self._changes["config"])  # type: ignore[arg-type]
        agent.play = replace(agent.play, **self._changes["play"])  # type: ignore[arg-type]
        self._stream(agent)

    def _stream(self, agent: SearchAgent) -> None:
        agent.stream(STREAM_MEMORY)
        self._streaming, self._told = True, []

    def begin(self, board: GtpBoard, clock: Clock | None = None) -> SearchAgent:
        """The agent on the board's position, ready for `think`; Refusal if it does not search."""
        with self._lock:
            if clock is None and self._clocked:
                self.close()
            agent = self.settings(board.game)
            if not self._streaming:
                self._stream(agent)
            self._follow(board)
            if clock is not None:
                agent.set_clock(clock)
                self._clocked = True
            return agent

    def think(
        self, board: GtpBoard, player: int, control: Control, actions: Sequence[int] | None = None
    ) -> Iterator[Thought]:
        """Thoughts of `player`'s next move, after `begin`, with no first moves but `actions`."""
        return self._searcher().think(board.with_turn(player), control, actions)

    def _decide(self, agent: SearchAgent, board: GtpBoard, player: int) -> SearchResult:
        """What a whole search finds on the tree of an analysis."""
        control = Control()
        control.limits = agent.usual_limits()
        *_, last = agent.think(board.with_turn(player), control)
        return last.result

    def forget(self) -> None:
        """The next move is of a new game."""
        with self._lock:
            self._told = []
            if self._agent is not None:
                self._agent.new_game(self._agent.game.initial_state())

    def act(self, board: GtpBoard, player: int, clock: Clock | None) -> int:
        """The agent's move for `player`, or RESIGN."""
        with self._lock:
            if clock is None and self._clocked:
                self.close()  # an agent has no way to be told that time no longer matters
            try:
                agent = self._follow(board)
                if clock is not None:
                    agent.set_clock(clock)
                    self._clocked = True
                if self._streaming and isinstance(agent, SearchAgent):
                    return agent.decide(self._decide(agent, board, player))
                return agent.act(board.with_turn(player))
            except EngineError:
                self.close()  # the next use starts the engine anew
                raise

    def analyze(self, board: GtpBoard, player: int) -> SearchResult | None:
        """What the agent thinks of the position with `player` to move."""
        with self._lock:
            agent = self._follow(board)
            if self._streaming and isinstance(agent, SearchAgent):
                return self._decide(agent, board, player)
            return agent.analyze(board.with_turn(player))

    def _follow(self, board: GtpBoard) -> Agent:
        agent = self.prepare(board.game)
        known = len(self._told)
        if known > len(board.steps) or any(a is not b for a, b in zip(self._told, board.steps, strict=False)):
            agent.new_game(board.start)
            known = 0
        for step in board.steps[known:]:
            agent.notify(step.before, step.action, step.after)
        self._told = list(board.steps)
        return agent

    def close(self) -> None:
        """Frees the agent; the next use loads it again. An agent that is being loaded beside is not waited for."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._agent is not None:
                self._agent.close()
            self._agent, self._told, self._clocked, self._streaming = None, [], False, False
        finally:
            self._lock.release()
