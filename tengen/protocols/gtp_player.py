"""The agent behind a GTP session: loaded when first needed, and told of every step on the board."""

import threading
from collections.abc import Callable

from tengen.agents.agent import Agent, Clock
from tengen.core.errors import EngineError
from tengen.games.game import Game
from tengen.mcts.result import SearchResult
from tengen.protocols.gtp_board import GtpBoard, Step

AgentLoader = Callable[[Game], Agent]

RESIGN = -1
"""What an agent answers that gives up."""


class GtpPlayer:
    """Lets an agent follow a board that jumps: what cannot be told as a next move is told as a new game."""

    def __init__(self, load: AgentLoader) -> None:
        self._load = load
        self._agent: Agent | None = None
        self._told: list[Step] = []
        self._clocked = False
        self._lock = threading.RLock()

    def prepare(self, game: Game) -> Agent:
        """The agent for `game`; another game or komi loads it again."""
        with self._lock:
            if self._agent is None or self._agent.game != game:
                self.close()
                self._agent = self._load(game)
                self._agent.new_game(game.initial_state())
            return self._agent

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
                return agent.act(board.with_turn(player))
            except EngineError:
                self.close()  # the next use starts the engine anew
                raise

    def analyze(self, board: GtpBoard, player: int) -> SearchResult | None:
        """What the agent thinks of the position with `player` to move."""
        with self._lock:
            return self._follow(board).analyze(board.with_turn(player))

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
            self._agent, self._told, self._clocked = None, [], False
        finally:
            self._lock.release()
