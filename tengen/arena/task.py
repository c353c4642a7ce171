"""What is to be played: games as tasks, the terms on which agents play, and the deck from which tasks are dealt."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tengen.agents.agent import Agent
from tengen.agents.load import check_nodes
from tengen.agents.time_control import TimeControl
from tengen.arena.game_clock import MARGIN
from tengen.core.errors import InvalidParameter

UNLIMITED = TimeControl()
"""Nothing limits a player but what its own text says."""

LOOKAHEAD = 256
"""Tasks of other pairs that are passed over, at most, in search of one of a certain pair."""


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

    @property
    def pair(self) -> frozenset[int]:
        """Who plays."""
        return frozenset((self.first, self.second))


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms agents play."""

    controls: tuple[TimeControl, ...] = ()
    """Each agent's time, in the order of the agents; empty where only their texts limit them."""
    margin: float = MARGIN
    """Seconds by which a time may be overstepped."""
    batch: int | None = None
    """Games of two agents that a worker plays at once where both may; None takes what suits."""

    def control(self, place: int) -> TimeControl:
        """One agent's time."""
        return self.controls[place] if self.controls else UNLIMITED

    def check(self, agents: Sequence[str | Agent]) -> None:
        """Raises InvalidParameter where an agent cannot keep to its terms."""
        if self.controls and len(self.controls) != len(agents):
            raise InvalidParameter(f"{len(self.controls)} time controls for {len(agents)} agents")
        if not self.margin >= 0.0:
            raise InvalidParameter(f"margin={self.margin}: seconds, 0 or above")
        for agent, control in zip(agents, self.controls, strict=False):
            if control.nodes is not None and isinstance(agent, str):
                check_nodes(agent, control.nodes)

    def settings(self) -> str | list[str] | None:
        """The time controls as JSON has them: one text for all, or one for each; None where there are none."""
        texts = [str(control) for control in self.controls]
        if not any(texts):
            return None
        return texts[0] if len(set(texts)) == 1 else texts


class Dealable(Protocol):
    """What a deck deals."""

    @property
    def pair(self) -> frozenset[int]:
        """Who plays."""


Dealt = TypeVar("Dealt", bound=Dealable)


class Deck(Generic[Dealt]):
    """Deals tasks in their order, or the next of those agents whom somebody has before him already."""

    def __init__(self, tasks: Iterator[Dealt], on_deal: Callable[[Dealt], None] | None = None) -> None:
        """`on_deal` is told of each task as it is dealt."""
        self._tasks = tasks
        self._held: deque[Dealt] = deque()
        """Drawn, but passed over."""
        self._on_deal = on_deal

    def deal(self) -> Dealt | None:
        """The next task; None when there is none."""
        return self._dealt(self._held.popleft() if self._held else next(self._tasks, None))

    def deal_of(self, pair: frozenset[int]) -> Dealt | None:
        """The next task of a pair, if it comes soon."""
        for task in self._held:
            if task.pair == pair:
                self._held.remove(task)
                return self._dealt(task)
        while len(self._held) < LOOKAHEAD:
            drawn = next(self._tasks, None)
            if drawn is None or drawn.pair == pair:
                return self._dealt(drawn)
            self._held.append(drawn)
        return None

    def _dealt(self, task: Dealt | None) -> Dealt | None:
        if task is not None and self._on_deal is not None:
            self._on_deal(task)
        return task
