"""Something that chooses a move."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tengen.agents.time_control import TimeControl
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.records.record import MoveNote

EXPECTED_PLIES = 8
"""Plies of an expected line that a note keeps."""


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
    total: float | None = None
    """Seconds after which the game is lost, where the fields above do not tell them all."""
    control: TimeControl | None = None
    """By which rules it runs, where that is known."""

    @property
    def until_lost(self) -> float:
        """Seconds until the game is lost on time."""
        if self.total is not None:
            return self.total
        return self.main + self.byoyomi * max(1, self.periods)


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

    def set_nodes(self, nodes: int) -> None:
        """The most nodes, or simulations, of each move from now on; who does not search need not care."""

    def note(self) -> MoveNote:
        """What the last `act` rested on, as a record keeps it."""
        thought = self.thought
        if thought is None:
            return MoveNote()
        return MoveNote(
            value=round(float(thought.value[0]), 4),
            visits=int(thought.visits[0].sum()),
            variation=tuple(thought.variations[0][:EXPECTED_PLIES]) if thought.variations else (),
        )

    def dispute(self, state: State) -> str:
        """Where the agent sees another result than the rules in the final `state`; empty if nowhere."""
        return ""

    def close(self) -> None:
        """Frees what the agent holds: processes, memory."""
