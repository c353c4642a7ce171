"""Games that cannot be records: a simulator, in Python or behind a library, that plays on from where it was saved."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidPosition
from tengen.games.game import Game, Transition
from tengen.games.rules import OVER, State


class Outcome(NamedTuple):
    """What one step of a simulator brought."""

    reward: float
    terminated: bool
    """Whether the rules ended the game."""
    truncated: bool
    """Whether a limit cut it off: what would follow is not worth 0."""


class Simulator(ABC):
    """One running copy of a game. `reset` comes first; nothing else may be called after an end but `restore`."""

    @abstractmethod
    def reset(self, seed: int) -> None:
        """Begins a game; the same seed begins the same."""

    @abstractmethod
    def step(self, action: int) -> Outcome:
        """Plays one action."""

    @abstractmethod
    def save(self) -> Any:
        """All that decides the future, what is seen now included; `restore` of any copy of the game takes it."""

    @abstractmethod
    def restore(self, snapshot: Any) -> None:
        """Goes back to a saved situation."""

    @abstractmethod
    def observe(self, planes: NDArray[np.float32]) -> None:
        """Writes what a network sees into `planes` [C, H, W]."""

    def picture(self) -> NDArray[np.uint8] | None:
        """The screen [H, W, 3], where there is one."""
        return None

    def close(self) -> None:
        """Frees what it holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """A state of an emulated game."""

    snapshot: Any
    plies: int = 0
    total: float = 0.0
    """Rewards so far, not discounted."""
    terminated: bool = False
    truncated: bool = False

    @property
    def over(self) -> bool:
        return self.terminated or self.truncated


class EmulatedGame(Game):
    """A single-player game under a simulator; every action is legal until the end."""

    num_players = 1
    board_actions = False
    player_names = ("player",)
    stacks_frames: bool = False
    """Whether an observation is the last C screens, the newest last, from 0 to 1 in steps of 1 / 255."""
    can_restore: bool = True
    """Whether a simulator goes back to a saved situation exactly; else a search plays every line from its root anew."""
    _live: Simulator | None = None

    @abstractmethod
    def simulator(self, *, observing: bool = True) -> Simulator:
        """A new running copy; one that is not `observing` need not keep what `observe` would show."""

    @property
    def live(self) -> Simulator:
        """The copy by which this object answers; each process and each thread needs a game object of its own."""
        if self._live is None:
            self._live = self.simulator()
        return self._live

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_live"}

    def start(self, seed: int) -> Situation:
        """A beginning of the game; the same seed gives the same."""
        self.live.reset(seed)
        return Situation(self.live.save())

    def initial_state(self) -> State:
        return self.start(0)

    def sample_start(self, generator: np.random.Generator) -> State:
        return self.start(int(generator.integers(2**31)))

    def step(self, state: State, action: int) -> Transition:
        self._check(state)
        if state.over or not 0 <= action < self.num_actions:
            raise IllegalMove(f"{action} is not legal: {self.why_illegal(state, action)}")
        self.live.restore(state.snapshot)
        outcome = self.live.step(action)
        return self.transition(state, outcome, self.live)

    def transition(self, before: Situation, outcome: Outcome, simulator: Simulator) -> Transition:
        """What an outcome of `before` comes to, `simulator` standing behind it."""
        plies, total = before.plies + 1, before.total + outcome.reward
        after = Situation(simulator.save(), plies, total, outcome.terminated, outcome.truncated)
        return Transition(after, outcome.reward, 0.0 if after.over else self.discount)

    def legal_actions(self, state: State) -> NDArray[np.int32]:
        self._check(state)
        return np.arange(0 if state.over else self.num_actions, dtype=np.int32)

    def player(self, state: State) -> int:
        self._check(state)
        return OVER if state.over else 0

    def returns(self, state: State) -> NDArray[np.float64]:
        self._check(state)
        return np.array([state.total])

    def is_truncated(self, state: State) -> bool:
        self._check(state)
        return bool(state.truncated and not state.terminated)

    def termination(self, state: State) -> str:
        if not self.is_over(state):
            return ""
        return "step limit" if self.is_truncated(state) else "game over"

    def observe(self, state: State) -> NDArray[np.float32]:
        self._check(state)
        planes = np.empty(self.observation_shape, np.float32)
        self.live.restore(state.snapshot)
        self.live.observe(planes)
        return planes

    def picture(self, state: State) -> NDArray[np.uint8] | None:
        """The screen [H, W, 3], where there is one."""
        self._check(state)
        self.live.restore(state.snapshot)
        return self.live.picture()

    def _check(self, state: State) -> None:
        if not isinstance(state, Situation):
            raise InvalidPosition(f"this is no state of {self.text}")
