"""Something that chooses a move."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tengen.games.game import Game
from tengen.games.rules import State
from tengen.mcts.result import SearchResult


@dataclass(slots=True)
class Clock:
    """Time left for one move, seconds."""

    main: float
    increment: float = 0.0
    byoyomi: float = 0.0
    periods: int = 0
    stones: int = 0
    """Moves for which `main` is what is left; 0 where it is for the rest of the game."""
    opponent: float | None = None
    """The main time of the other side, where it is known."""
    opponent_increment: float = 0.0


class Agent(ABC):
    """A player of one game. It is told of every move, its own too, so that engines and trees can follow."""

    game: Game
    text: str
    """The text that names this agent, such as `uct:sims=2000`."""
    thought: SearchResult | None = None
    """What the last `act` rested on, if it was a search."""

    @abstractmethod
    def act(self, state: State) -> int:
        """The action to play; -1 resigns."""

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        """A game begins at `state`; what was known of an earlier one is forgotten."""

    def notify(self, state: State, action: int, after: State) -> None:
        """`action` was played in `state` and led to `after`."""

    def analyze(self, state: State) -> SearchResult | None:
        """What the agent thinks of a position, if it searches."""
        return None

    def set_clock(self, clock: Clock) -> None:
        """Time left before the next `act`."""

    def close(self) -> None:
        """Frees what the agent holds: processes, memory."""
