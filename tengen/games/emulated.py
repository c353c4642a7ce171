"""Games that cannot be records: a simulator, in Python or behind a library, that plays on from where it was saved."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidMove, InvalidPosition
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

    def reseed(self, seed: int) -> None:
        """Lets what chance decides from here on depend on `seed` alone; nothing is left to chance in most games."""

    @abstractmethod
    def observe(self, planes: NDArray[np.float32]) -> None:
        """Writes what a network sees into `planes` [C, H, W]."""

    def picture(self) -> NDArray[np.uint8] | None:
        """The screen [H, W, 3], where there is one."""
        return None

    def close(self) -> None:
        """Frees what it holds."""


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""Actions in the text of a position, where there are no more of them."""

MOST_SEED = 2**31 - 1
_BLOCK = 512
"""Bytes of one block of a history, two for each action."""


class History(NamedTuple):
    """The actions of a game so far; a longer one shares all but the last block with the one that it continues."""

    blocks: tuple[bytes, ...] = ()
    tail: bytes = b""

    def followed_by(self, action: int) -> "History":
        tail = self.tail + action.to_bytes(2, "little")
        return History((*self.blocks, tail)) if len(tail) == _BLOCK else History(self.blocks, tail)

    @property
    def length(self) -> int:
        return len(self.blocks) * (_BLOCK // 2) + len(self.tail) // 2

    def actions(self) -> list[int]:
        return np.frombuffer(b"".join((*self.blocks, self.tail)), "<u2").tolist()


NO_ACTIONS = History()


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """A state of an emulated game."""

    snapshot: Any
    seed: int = 0
    """What the game began with; with the actions since it makes the situation again."""
    history: History = NO_ACTIONS
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
    action_names: tuple[str, ...] = ()
    """What the actions are called; empty: their numbers."""
    can_restore: bool = True
    """Whether a simulator goes back to a saved situation by itself; else it plays the game again from its seed, which
    takes long, so that a search plays each of its lines through from the root."""
    stochastic: bool = False
    """Whether chance decides after the start too. A restored simulator repeats it to the letter: who plans reseeds each
    line (`Simulator.reseed`), or would foresee luck that nobody knows."""
    _live: Simulator | None = None

    @abstractmethod
    def simulator(self, *, observing: bool = True, exact: bool = False) -> Simulator:
        """A new running copy; one that is not `observing` need not keep what `observe` would show.

        An `exact` one goes back to the letter. Another may be off by a little where that is much faster: it is for
        plans, not for what a game comes to.
        """

    def for_plans(self) -> "EmulatedGame":
        """The game as a search plays it, whose situations are the same: where a life is lost, say, it may end."""
        return self

    @property
    def live(self) -> Simulator:
        """The copy by which this object answers; each process and each thread needs a game object of its own."""
        if self._live is None:
            self._live = self.simulator(exact=True)
        return self._live

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_live"}

    def start(self, seed: int) -> Situation:
        """A beginning of the game; the same seed gives the same."""
        self.live.reset(seed)
        return Situation(self.live.save(), seed)

    def initial_state(self) -> State:
        return self.start(0)

    def sample_start(self, generator: np.random.Generator) -> State:
        return self.start(int(generator.integers(MOST_SEED)))

    def step(self, state: State, action: int) -> Transition:
        self._check(state)
        if state.over or not 0 <= action < self.num_actions:
            raise IllegalMove(f"{action} is not legal: {self.why_illegal(state, action)}")
        self.live.restore(state.snapshot)
        outcome = self.live.step(action)
        return self.transition(state, action, outcome, self.live)

    def transition(self, before: Situation, action: int, outcome: Outcome, simulator: Simulator) -> Transition:
        """What `action` at `before` comes to, its outcome known and `simulator` standing behind it."""
        after = Situation(
            simulator.save(),
            before.seed,
            before.history.followed_by(action),
            before.plies + 1,
            before.total + outcome.reward,
            outcome.terminated,
            outcome.truncated,
        )
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

    def action_to_text(self, state: State, action: int) -> str:
        return self.action_names[action] if self.action_names else str(action)

    def parse_move(self, state: State, text: str) -> int:
        word = text.strip().lower()
        names = [name.lower() for name in self.action_names]
        if word in names:
            return names.index(word)
        if word.isascii() and word.isdigit() and int(word[:9]) < self.num_actions:
            return int(word)
        accepted = f"0 to {self.num_actions - 1}" + (f", or {', '.join(self.action_names)}" if names else "")
        raise InvalidMove(f"{text[:40]!r} is no action: {accepted}")

    def position_to_text(self, state: State) -> str:
        """`seed 7: 0110`: the seed and the actions so far, base 36; numbers and commas above 36 actions."""
        self._check(state)
        actions = state.history.actions()
        if self.num_actions <= len(DIGITS):
            line = "".join(DIGITS[action] for action in actions)
        else:
            line = ",".join(map(str, actions))
        return f"seed {state.seed}: {line}".rstrip()

    def parse_position(self, text: str) -> State:
        """The situation after the same actions from the same seed, which are played again."""
        found = re.fullmatch(r"\s*seed (\d{1,10}):\s*([0-9a-z,]*)\s*", text)
        if found is None or int(found[1]) > MOST_SEED:
            raise InvalidPosition(f"{text[:60]!r} is no position: a seed and the actions since, such as 'seed 7: 011'")
        words = list(found[2]) if self.num_actions <= len(DIGITS) else [word for word in found[2].split(",") if word]
        state = self.start(int(found[1]))
        for ply, word in enumerate(words):
            action = DIGITS.find(word) if len(word) == 1 else int(word) if word.isdigit() else -1
            if state.over or not 0 <= action < self.num_actions:
                reason = self.why_illegal(state, action)
                raise InvalidPosition(f"{text[:60]!r} is no position: action {ply + 1} ({word}) is not legal: {reason}")
            state = self.transition(state, action, self.live.step(action), self.live).state
        return state

    def why_illegal(self, state: State, action: int) -> str:
        if self.is_over(state):
            return "the game is over"
        return f"the actions are 0 to {self.num_actions - 1}"

    def draw(self, state: State, last_action: int | None = None) -> str:
        self._check(state)
        return f"step {state.plies}, total reward {state.total:g}"

    def picture(self, state: State) -> NDArray[np.uint8] | None:
        """The screen [H, W, 3], where there is one."""
        self._check(state)
        self.live.restore(state.snapshot)
        return self.live.picture()

    def _check(self, state: State) -> None:
        if not isinstance(state, Situation):
            raise InvalidPosition(f"this is no state of {self.text}")
