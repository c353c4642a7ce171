"""Games between two programs over UCI or USI: the referee keeps the clock and lets two arbiters check every move."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import tengen
from tengen.core.errors import EngineError, TengenError
from tests.protocols.dialogue import Conversation

Result = Literal[1, 0, -1]


class Arbiter(Protocol):
    """Another program's view of a game."""

    def push(self, move: str) -> bool:
        """Plays a move; False if it is not legal."""
        ...

    def ended(self) -> Result | None:
        """How the game has ended for player 0, or None while it goes on."""
        ...


@dataclass(frozen=True)
class TimeControl:
    """Seconds for a game and for each move."""

    main: float
    increment: float


@dataclass
class Player:
    """A program that plays."""

    name: str
    talk: Conversation
    protocol: Literal["uci", "usi"]
    options: Sequence[str] = ()
    limit: str | None = None
    """What `go` is given instead of the clocks, such as `nodes 50`."""
    slowest: float = 0.0
    """Of its moves, seconds."""

    def start(self) -> None:
        """Shakes hands."""
        self.talk.ask(self.protocol, until=f"^{self.protocol}ok$")
        self.talk.say(*(f"setoption name {option}" for option in self.options))
        self.talk.ready()

    def new_game(self) -> None:
        """Says that a game begins."""
        self.talk.say(f"{self.protocol}newgame")
        self.talk.ready()

    def move(self, moves: Sequence[str], clocks: tuple[float, float], control: TimeControl) -> tuple[str, float]:
        """What it plays after `moves`, and the seconds that it took; the first of `clocks` is player 0's."""
        first, second = ("w", "b") if self.protocol == "uci" else ("b", "w")
        inc = round(1000 * control.increment)
        times = [round(1000 * clock) for clock in clocks]
        limit = self.limit or f"{first}time {times[0]} {second}time {times[1]} {first}inc {inc} {second}inc {inc}"
        position = "position startpos" + (" moves " + " ".join(moves) if moves else "")
        began = time.monotonic()
        move = self.talk.best(position, f"go {limit}")
        seconds = time.monotonic() - began
        self.slowest = max(self.slowest, seconds)
        return move, seconds


@dataclass
class Game:
    """A game as the referee saw it."""

    winner: int | None = None
    """0 or 1; None is a draw."""
    why: str = ""
    moves: list[str] = field(default_factory=list)
    clocks: list[float] = field(default_factory=list)
    fault: int | None = None
    """Who played an illegal move, ran out of time or crashed."""
    disagreement: str = ""
    """What the arbiters do not agree on."""


def play(
    players: tuple[Player, Player],
    rules: str,
    arbiter: Arbiter,
    control: TimeControl = TimeControl(10.0, 0.1),
    longest: int = 400,
) -> Game:
    """Lets two programs play a game under Tengen's `rules`; `longest` plies are a draw."""
    board = tengen.make(rules)
    state = board.initial_state()
    game = Game(clocks=[control.main, control.main])
    for player in players:
        player.new_game()
    while len(game.moves) < longest:
        side = board.player(state)
        try:
            move, seconds = players[side].move(game.moves, (game.clocks[0], game.clocks[1]), control)
        except (EngineError, AssertionError) as error:
            return _lost(game, side, f"{players[side].name} failed: {error}", fault=True)
        game.clocks[side] -= seconds
        if game.clocks[side] < 0 and players[side].limit is None:
            return _lost(game, side, f"{players[side].name} ran out of time by {-game.clocks[side]:.3f} s", fault=True)
        game.clocks[side] += control.increment
        if move == "resign":
            return _lost(game, side, "resignation")
        try:
            state = board.apply(state, board.parse_action(state, move))
        except TengenError as error:
            if arbiter.push(move):
                game.disagreement = f"only the arbiter allows {move} after {' '.join(game.moves)}"
            return _lost(game, side, f"{players[side].name} played {move}: {error}", fault=True)
        if not arbiter.push(move):
            game.disagreement = f"the arbiter does not allow {move} after {' '.join(game.moves)}"
        game.moves.append(move)
        result: Result | None = None
        if board.is_over(state):
            result = int(board.returns(state)[0])  # type: ignore[assignment]
        if arbiter.ended() != result:
            game.disagreement = f"{result} is {arbiter.ended()} for the arbiter after {' '.join(game.moves)}"
        if result is not None or game.disagreement:
            game.why = board.termination(state)
            game.winner = {1: 0, -1: 1}.get(result or 0)
            return game
    game.why = "too long"
    return game


def _lost(game: Game, side: int, why: str, *, fault: bool = False) -> Game:
    game.winner, game.why = 1 - side, why
    game.fault = side if fault else None
    return game


def last_words(player: Player, moves: Sequence[str]) -> str:
    """What a program answers that is asked for a move after the end of a game."""
    return player.talk.best(f"position startpos moves {' '.join(moves)}", "go nodes 1")
