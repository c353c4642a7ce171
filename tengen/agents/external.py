"""UCI and USI engines as agents: they are told the whole game, and their moves are checked before they count."""

import contextlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tengen.agents.agent import EXPECTED_PLIES, Agent, Clock
from tengen.agents.clock import seconds_for_move
from tengen.core.errors import EngineError, InvalidParameter, TengenError
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.protocols.client_options import check_options
from tengen.protocols.process import EngineIllegalMove
from tengen.protocols.uci_client import UciClient
from tengen.protocols.usi_client import UsiClient
from tengen.records.record import MoveNote

if TYPE_CHECKING:
    import chess
    import chess.engine

RESIGN = -1

DEFAULT_SECONDS = 0.1
"""Seconds a move where neither the agent's text nor a clock limits it."""

LATENESS = 2.0
"""Seconds after which an engine is given up that has let its clock run out."""

GAMES = {"uci": "chess", "usi": "shogi"}
"""What is played over each protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """How long an engine may think about a move; what is absent does not limit it."""

    seconds: float | None = None
    nodes: int | None = None
    depth: int | None = None


class EngineAgent(Agent):
    """Plays what an external engine plays. The engine starts with the first game and again after a crash."""

    protocol: str

    def __init__(
        self,
        game: Game,
        command: str,
        *,
        text: str | None = None,
        options: Mapping[str, str] | None = None,
        limits: EngineLimits | None = None,
        timeout: float = 60.0,
    ) -> None:
        """`options` are the engine's own; `timeout` is for each answer, seconds, beside the time to think."""
        check_game(self.protocol, game)
        self.game = game
        self.command = command
        self.text = text or f"{self.protocol}:{command}"
        self.wanted = dict(options or {})
        self.limits = limits or EngineLimits()
        self.timeout = timeout
        self._clock: Clock | None = None
        self._most: int | None = None
        self._start: State | None = None
        """Where the game that the engine follows began; None if it follows none."""
        self._moves: list[str] = []
        self._state: State | None = None
        """To where those moves lead."""
        self._transcript: list[str] = []
        self._note = MoveNote()

    @property
    @abstractmethod
    def client(self) -> UciClient | UsiClient | None:
        """The engine, if it was started."""

    @abstractmethod
    def _launch(self) -> UciClient | UsiClient:
        """Starts the engine."""

    @abstractmethod
    def _forget(self) -> None:
        """The engine is closed."""

    @abstractmethod
    def _new_game(self) -> None:
        """Tells the engine that a game begins."""

    @abstractmethod
    def _ask(self, state: State) -> str:
        """The engine's answer in the position that it follows: a move, `resign` or `win`."""

    def managed(self) -> dict[str, str]:
        """Options that follow from the game, lower-case names, with their values."""
        return {"ponder": "false", "multipv": "1"}

    @property
    def transcript(self) -> list[str]:
        """The dialogue with the engine since it was started, its end if it is long; of the last one after a crash."""
        return self._transcript if self.client is None else self.client.transcript

    def check(self) -> None:
        """Starts the engine and checks the options; InvalidParameter or EngineError says what is wrong."""
        try:
            self._running()
        finally:
            self.close()

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self._running()
        self._begin(state)

    def notify(self, state: State, action: int, after: State) -> None:
        if not self._follows(state):
            self._start = None  # the position is told afresh when the engine is asked
            return
        self._moves.append(self.game.action_to_text(state, action))
        self._state = after

    def set_clock(self, clock: Clock) -> None:
        self._clock = clock

    def set_nodes(self, nodes: int) -> None:
        self._most = nodes

    def note(self) -> MoveNote:
        return self._note

    def act(self, state: State) -> int:
        self._running()
        if not self._follows(state):
            self._begin(state)
        self._note = MoveNote()
        answer = self._ask(state)
        self._note = self._noted(state)
        if answer == "resign":
            return RESIGN
        try:
            return self.game.parse_action(state, answer)
        except TengenError as error:
            raise EngineIllegalMove(f"{self.command!r} played {answer[:20]}: {error}") from None

    def close(self) -> None:
        client = self.client
        if client is not None:
            client.close()
            self._transcript = client.transcript
            self._forget()
        self._start = None

    def _noted(self, state: State) -> MoveNote:
        """What the engine told of its search; its line ends where it makes no sense."""
        assert self.client is not None
        info = self.client.info
        line: list[int] = []
        with contextlib.suppress(TengenError):
            for move in info.moves[:EXPECTED_PLIES]:
                action = self.game.parse_action(state, move)
                state = self.game.apply(state, action)
                line.append(action)
        value = None if info.value is None else round(info.value, 4)
        return MoveNote(value=value, visits=info.nodes, depth=info.depth, variation=tuple(line))

    def _running(self) -> UciClient | UsiClient:
        """The engine, started if it does not run, its options set."""
        client = self.client
        if client is not None and client.alive:
            return client
        self.close()
        client = self._launch()
        try:
            chosen = check_options(self.command, client.options(), self.wanted, self.managed())
            client.configure(chosen)
        except BaseException:
            self.close()
            raise
        return client

    def _follows(self, state: State) -> bool:
        """Whether the moves that are known lead to `state`, with all that it remembers."""
        return self._start is not None and bool(state == self._state)

    def _begin(self, state: State) -> None:
        self._start, self._moves, self._state = state, [], state
        self._new_game()

    def _seconds(self) -> float | None:
        """The time for a move that is sent as such: what the text says, within what the clock allows."""
        if self._clock is None:
            limits = self.limits
            free = limits.seconds is None and self._nodes is None and limits.depth is None
            return DEFAULT_SECONDS if free else limits.seconds
        if self.limits.seconds is not None:
            return min(self.limits.seconds, seconds_for_move(self._clock))
        return None

    @property
    def _nodes(self) -> int | None:
        """The most nodes of a move: what the text says, within what whoever asks allows."""
        return min(filter(None, (self.limits.nodes, self._most)), default=None)

    def _patience(self) -> float:
        """The longest wait for a move, seconds; hardly longer than its clock would run."""
        if self._clock is not None:
            return self._clock.until_lost + min(self.timeout, LATENESS)
        return self.timeout + (self._seconds() or 0.0)

    def _sides(self, player: int, clock: Clock) -> tuple[tuple[float, float], tuple[float, float]]:
        """(main time, increment) of player 0 and player 1; an opponent's that is not known is taken for the same."""
        other = clock.main if clock.opponent is None else clock.opponent
        other_increment = clock.increment if clock.opponent is None else clock.opponent_increment
        sides = [(clock.main, clock.increment), (other, other_increment)]
        return (sides[0], sides[1]) if player == 0 else (sides[1], sides[0])


class UciAgent(EngineAgent):
    """A chess engine over UCI."""

    protocol = "uci"
    _client: UciClient | None = None
    _token: object = None
    """Another one for each game."""

    @property
    def client(self) -> UciClient | None:
        return self._client

    def managed(self) -> dict[str, str]:
        chess960 = "true" if self.game.parameters["chess960"] else "false"
        return {**super().managed(), "uci_chess960": chess960, "uci_variant": "chess"}

    def _launch(self) -> UciClient:
        self._client = UciClient(self.command, timeout=self.timeout)
        return self._client

    def _forget(self) -> None:
        self._client = None

    def _new_game(self) -> None:
        self._token = object()

    def _ask(self, state: State) -> str:
        assert self._client is not None
        return self._client.play(self._board(), self._limit(state), game=self._token, seconds=self._patience()).uci()

    def _board(self) -> "chess.Board":
        import chess

        start = self.game.position_to_text(self._start)
        board = chess.Board(start, chess960=bool(self.game.parameters["chess960"]))
        for move in self._moves:
            board.push_uci(move)
        return board

    def _limit(self, state: State) -> "chess.engine.Limit":
        from chess.engine import Limit

        seconds, clock = self._seconds(), self._clock
        if clock is None or seconds is not None:
            return Limit(time=seconds, nodes=self._nodes, depth=self.limits.depth)
        if clock.byoyomi > 0.0:  # which UCI does not have
            return Limit(time=seconds_for_move(clock), nodes=self._nodes, depth=self.limits.depth)
        white, black = self._sides(self.game.player(state), clock)
        return Limit(
            white_clock=white[0],
            black_clock=black[0],
            white_inc=white[1],
            black_inc=black[1],
            remaining_moves=clock.stones or None,
            nodes=self._nodes,
            depth=self.limits.depth,
        )


class UsiAgent(EngineAgent):
    """An engine of shogi over USI."""

    protocol = "usi"
    _client: UsiClient | None = None

    @property
    def client(self) -> UsiClient | None:
        return self._client

    def managed(self) -> dict[str, str]:
        return {**super().managed(), "usi_ponder": "false", "uci_variant": "shogi", "usi_variant": "shogi"}

    def notify(self, state: State, action: int, after: State) -> None:
        super().notify(state, action, after)
        client = self._client
        if client is not None and client.alive and self.game.is_over(after):
            winner = float(self.game.returns(after)[0])
            mine = winner if self._side == 0 else -winner
            with contextlib.suppress(EngineError):
                client.game_over("draw" if mine == 0 else "win" if mine > 0 else "lose")

    _side = 0
    """Whom the engine plays, as far as it has been asked."""

    def _launch(self) -> UsiClient:
        self._client = UsiClient(self.command, timeout=self.timeout)
        return self._client

    def _forget(self) -> None:
        self._client = None

    def _new_game(self) -> None:
        assert self._client is not None
        self._client.new_game()

    def _ask(self, state: State) -> str:
        assert self._client is not None
        self._side = self.game.player(state)
        return self._client.play(self._told(), self._limit(state), seconds=self._patience())

    def _told(self) -> str:
        """The game so far as `position` takes it."""
        sfen = self.game.position_to_text(self._start)
        usual = self.game.position_to_text(make("shogi").initial_state())
        start = "startpos" if sfen == usual else f"sfen {sfen}"
        return " ".join([start, "moves", *self._moves] if self._moves else [start])

    def _limit(self, state: State) -> str:
        seconds, clock = self._seconds(), self._clock
        words = []
        if seconds is not None:
            words += ["movetime", str(max(1, round(1000 * seconds)))]
        elif clock is not None:
            if clock.stones:  # moves to a control, or Canadian overtime, which USI does not have
                clock = Clock(main=0.0, byoyomi=seconds_for_move(clock))
            black, white = self._sides(self.game.player(state), clock)
            words += ["btime", _milliseconds(black[0]), "wtime", _milliseconds(white[0])]
            if black[1] or white[1]:
                words += ["binc", _milliseconds(black[1]), "winc", _milliseconds(white[1])]
            else:
                words += ["byoyomi", _milliseconds(clock.byoyomi)]
        if self._nodes is not None:
            words += ["nodes", str(self._nodes)]
        if self.limits.depth is not None:
            words += ["depth", str(self.limits.depth)]
        return " ".join(words)


def check_game(protocol: str, game: Game) -> None:
    """Raises InvalidParameter where the protocol does not play the game."""
    if game.name != GAMES[protocol]:
        raise InvalidParameter(f"a {protocol} engine plays {GAMES[protocol]}, not {game.name}")


def _milliseconds(seconds: float) -> str:
    return str(max(0, round(1000 * seconds)))
