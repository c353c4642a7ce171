"""A GTP engine as an agent: its board follows the game, its moves are checked before they count."""

import re

import numpy as np
from numpy.typing import NDArray

from tengen.agents.agent import Agent, Clock
from tengen.agents.external import LATENESS
from tengen.agents.gtp_time import time_left, time_settings
from tengen.agents.time_control import TimeControl
from tengen.core.errors import EngineError, InvalidParameter, TengenError
from tengen.games.game import Game
from tengen.games.go.game import Go
from tengen.games.go.state import BLACK, EMPTY
from tengen.games.rules import State
from tengen.protocols.gtp_client import COLOURS, GtpClient
from tengen.protocols.process import EngineIllegalMove

RESIGN = -1

SCORE_TIMEOUT = 10.0
"""Seconds that an engine has to count a finished game; the result does not wait for it."""


class GtpAgent(Agent):
    """Plays what an external engine plays. The engine starts with the first game and again after a crash."""

    def __init__(self, game: Game, command: str, *, text: str | None = None, timeout: float = 60.0) -> None:
        """`timeout` is the limit for each answer, seconds; rule sets are the affair of the command line."""
        self.game: Go = check_game(game)
        self.command = command
        self.text = text or f"gtp:{command}"
        self.timeout = timeout
        self._client: GtpClient | None = None
        self._position: bytes | None = None
        """The state that the engine's board shows; None if it is not known to show any."""
        self._own_move: int | None = None
        """What the engine has played on its own board since the last `notify`."""
        self._transcript: list[str] = []
        self._clock: Clock | None = None
        self._told: TimeControl | None = None
        """The time control that the engine was told."""
        self._periods = False
        """Whether it counts periods of byoyomi."""

    @property
    def transcript(self) -> list[str]:
        """The dialogue with the engine since it was started, its end if it is long; of the last one after a crash."""
        return self._transcript if self._client is None else self._client.transcript

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        engine = self._set_up(state)
        self._told = None
        if seed is not None and engine.knows("set_random_seed"):  # GNU Go's
            engine.ask(f"set_random_seed {seed}")

    def notify(self, state: State, action: int, after: State) -> None:
        if self._position != state.tobytes():
            self._position = None  # the board is set up afresh when the engine is asked
            return
        if self._own_move is None:
            self._running().play(self.game.player(state), self.game.action_to_text(state, action))
        elif self._own_move != action:  # somebody else chose in the engine's place
            self._position = None
            return
        self._own_move = None
        self._position = after.tobytes()

    def act(self, state: State) -> int:
        if self._position != state.tobytes() or self._own_move is not None:
            self._set_up(state)
        colour = self.game.player(state)
        engine = self._running()
        if self._clock is None:
            answer = engine.generate(colour)
        else:
            self._tell_time(engine, colour, self._clock)
            answer = engine.generate(colour, timeout=self._clock.until_lost + min(self.timeout, LATENESS))
        if answer == "resign":
            return RESIGN
        try:
            action = self.game.parse_action(state, answer)
        except TengenError as error:
            self._position = None
            raise EngineIllegalMove(f"{self.command!r} played {COLOURS[colour]} {answer}: {error}") from None
        self._own_move = action
        return action

    def set_clock(self, clock: Clock) -> None:
        self._clock = clock

    def set_nodes(self, nodes: int) -> None:
        raise no_nodes(self.text, nodes)

    def _tell_time(self, engine: GtpClient, colour: int, clock: Clock) -> None:
        """The rules of the time, once a game, and what is left; an engine that knows no such commands is not told."""
        control = clock.control
        if control is not None and control != self._told:
            self._told = control
            command = next(filter(lambda each: engine.knows(each.split()[0]), time_settings(control)), None)
            self._periods = command is not None and command.startswith("kgs")
            if command is not None:
                engine.ask(command)
        if engine.knows("time_left"):
            engine.ask(time_left(colour, clock, periods=self._periods))

    def dispute(self, state: State) -> str:
        client = self._client
        if client is None or self._position != state.tobytes() or not client.knows("final_score"):
            return ""
        try:
            said = client.ask("final_score", timeout=min(self.timeout, SCORE_TIMEOUT))
        except EngineError as error:
            return f"{self.text} gave no score: {error}"
        lead = self.game.final_score(state)[0]
        ours = "0" if lead == 0 else f"{'B' if lead > 0 else 'W'}+{abs(lead):g}"
        return "" if _points(said) == lead else f"{self.text} counts {said[:20]!r}, the rules {ours}"

    def close(self) -> None:
        if self._client is not None:
            self._transcript = self._client.transcript
            self._client.close()
            self._client = None
        self._position = self._own_move = self._told = None

    def _running(self) -> GtpClient:
        """The engine whose board is set up; if it has died since, the next command finds out."""
        assert self._client is not None
        return self._client

    def _set_up(self, state: State) -> GtpClient:
        """Starts the engine if it does not run and shows it a position, but not what led there, so a ko may be lost."""
        self._own_move = None
        if self._client is not None and not self._client.alive:
            self.close()
        if self._client is None:
            self._client = GtpClient(self.command, timeout=self.timeout)
        engine = self._client
        engine.start(self.game.size, self.game.komi)
        if state.tobytes() != self.game.initial_state().tobytes():
            for action, colour in stones_in_order(self.game.board(state)):
                engine.play(colour, self.game.action_to_text(state, action))
        self._position = state.tobytes()
        return engine


def no_nodes(text: str, nodes: int) -> InvalidParameter:
    """The error for an agent that is to keep a limit of nodes."""
    return InvalidParameter(f"{text!r} cannot keep nodes={nodes}, for GTP has no limit of nodes: give it a time")


def check_game(game: Game) -> Go:
    """The game, if GTP can play it; InvalidParameter if not."""
    if not isinstance(game, Go):
        raise InvalidParameter(f"a gtp engine plays go, not {game.name}")
    return game


def _points(score: str) -> float | None:
    """By how much Black leads in a `final_score`; None if it is no score."""
    if score.strip().lower() in ("0", "draw", "jigo"):
        return 0.0
    match = re.fullmatch(r"([BW])\+([0-9]+\.?[0-9]*)", score.strip())
    if match is None:
        return None
    return float(match[2]) if match[1] == "B" else -float(match[2])


def stones_in_order(board: NDArray[np.int8]) -> list[tuple[int, int]]:
    """All stones of a position, (point, player), such that putting them down one by one captures nothing.

    `board` [size, size] has 0 where it is empty, 1 for Black, 2 for White, and every chain has a liberty. Each
    stone follows one of its own chain that is nearer to a liberty, so every chain on the way has one.
    """
    size = len(board)
    order: list[tuple[int, int]] = []
    placed = np.zeros_like(board, bool)
    frontier = [(row, column) for row in range(size) for column in range(size) if board[row, column] == EMPTY]
    while frontier:
        reached = []
        for row, column in frontier:
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if not (0 <= near[0] < size and 0 <= near[1] < size) or placed[near] or board[near] == EMPTY:
                    continue
                if board[row, column] in (EMPTY, board[near]):
                    placed[near] = True
                    order.append((near[0] * size + near[1], 0 if board[near] == BLACK else 1))
                    reached.append(near)
        frontier = reached
    return order
