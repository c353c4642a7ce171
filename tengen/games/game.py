"""What a game is around its kernels: names, sizes, notation. The hot functions are in rules.py and kernels.py."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidParameter, InvalidPosition
from tengen.games import kernels
from tengen.games.rules import CHANCE, OVER, State
from tengen.games.symmetry import Symmetries


class Transition(NamedTuple):
    """What an action brings: `value(before) = reward + discount * value(state)`, for whoever moved."""

    state: State
    reward: float
    discount: float
    """-1 between two players, gamma for one, 0 at the end of a game."""


class Game(ABC):
    """A game with its parameters fixed. Immutable, hashable by its text, safe to share between processes."""

    name: ClassVar[str]
    """The registry's name, such as `go`."""
    parameters: dict[str, object]
    """All parameters, defaults included, in the order in which `text` names them."""
    num_players: int = 2
    num_actions: int
    observation_shape: tuple[int, int, int]
    """(C, H, W) of one observation."""
    observation_range: tuple[float, float] = (-math.inf, math.inf)
    """Between these lies every number of every observation."""
    max_plies: int
    """No game is longer."""
    symmetries: Symmetries
    max_legal: int = 0
    """The most legal actions that a position can have, which bounds the memory of a search; 0 is `num_actions`."""
    has_chance: bool = False
    """Whether chance moves too; its outcomes are actions, of which `chance_outcomes` gives the probabilities."""
    board_actions: bool = True
    """Whether actions belong to points of the board, as a network's policy planes take it; else there are just so many.
    """
    discount: float = 1.0
    """Gamma, for a single player."""
    has_score: bool = False
    """Whether a finished position has points and owners of points (`final_score`, `ownership`)."""
    komi_plane: tuple[int, float] | None = None
    """The plane of the observation that holds the points given to the player to move, and how many a 1 stands for."""
    player_names: tuple[str, ...] = ("first", "second")
    aliases: ClassVar[tuple[str, ...]] = ()
    """Further parameters that `__init__` takes, such as the name of a rule set that stands for several."""

    variant: ClassVar[str] = ""
    """The parameter whose value a text may give first, without its name: the room in `gridworld:robot,slip=0`."""
    view_parameters: ClassVar[tuple[str, ...]] = ()
    """Parameters that change nothing but what a network sees: games that differ in them alone share their states."""
    decisive: ClassVar[bool] = False
    """Whether a move may win the game at any time, as mate does, so that looking for proofs pays off in a search."""

    def __init__(self, **parameters: object) -> None:
        """Takes parameters as values or as their texts; InvalidParameter names what is accepted."""
        self.parameters = {**type(self).defaults(), **parameters}

    @property
    def text(self) -> str:
        """The text that makes this game again, such as `go:size=9,komi=7`: parameters that differ from the default."""
        defaults = type(self).defaults()
        pairs = [
            as_text(value) if name == self.variant else f"{name}={as_text(value)}"
            for name, value in self.parameters.items()
            if name == self.variant or value != defaults.get(name)
        ]
        return self.name + (":" + ",".join(pairs) if pairs else "")

    @classmethod
    def defaults(cls) -> dict[str, object]:
        """Parameter names with their default values."""
        return {}

    def __repr__(self) -> str:
        return f"tengen.make({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Game) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @abstractmethod
    def initial_state(self) -> State:
        """The position in which a game begins."""

    @abstractmethod
    def step(self, state: State, action: int) -> Transition:
        """Plays `action`, or at a chance node lets it happen; IllegalMove if the rules forbid it."""

    def apply(self, state: State, action: int) -> State:
        """The position after `action`, a new state; IllegalMove if the rules forbid it."""
        return self.step(state, action).state

    @abstractmethod
    def legal_actions(self, state: State) -> NDArray[np.int32]:
        """The legal actions, ascending; empty when the game is over. Where chance moves, its outcomes."""

    @abstractmethod
    def player(self, state: State) -> int:
        """0 or 1 to move, CHANCE (-1) or OVER (-2)."""

    @abstractmethod
    def returns(self, state: State) -> NDArray[np.float64]:
        """The result for each player [num_players]: 1 won, 0 drawn or not over, -1 lost; for one, rewards so far."""

    @abstractmethod
    def observe(self, state: State) -> NDArray[np.float32]:
        """What a network sees, from the side of the player to move: [C, H, W]."""

    @abstractmethod
    def action_to_text(self, state: State, action: int) -> str:
        """The action in the game's notation."""

    @abstractmethod
    def parse_move(self, state: State, text: str) -> int:
        """The action that a text means, legal or not; InvalidMove if it is no notation of this game."""

    @abstractmethod
    def position_to_text(self, state: State) -> str:
        """The position on one line; `parse_position` reads it."""

    @abstractmethod
    def parse_position(self, text: str) -> State:
        """The position that a text describes; InvalidPosition names what is wrong."""

    def is_over(self, state: State) -> bool:
        """Whether the game has ended."""
        return self.player(state) == OVER

    def is_truncated(self, state: State) -> bool:
        """Whether the game was cut off by a limit that is none of its rules: what would follow is not worth 0."""
        return False

    def chance_outcomes(self, state: State) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Where chance moves: its outcomes as actions, ascending, and their probabilities."""
        raise InvalidParameter(f"chance never moves in {self.text}")

    def sample_outcome(self, state: State, generator: np.random.Generator) -> int:
        """Where chance moves: an outcome by its probability."""
        actions, probabilities = self.chance_outcomes(state)
        return int(generator.choice(actions, p=probabilities / probabilities.sum()))

    def sample_start(self, generator: np.random.Generator) -> State:
        """A position in which somebody begins to move: one of several, or what chance makes of `initial_state`."""
        state = self.initial_state()
        while self.player(state) == CHANCE:
            state = self.apply(state, self.sample_outcome(state, generator))
        return state

    def is_legal(self, state: State, action: int) -> bool:
        """Whether the rules allow `action` now."""
        return bool((self.legal_actions(state) == action).any())

    def parse_action(self, state: State, text: str) -> int:
        """The legal action that a text means; InvalidMove or IllegalMove says why there is none."""
        action = self.parse_move(state, text)
        if not self.is_legal(state, action):
            raise IllegalMove(f"{text} is not legal: {self.why_illegal(state, action)}")
        return action

    def termination(self, state: State) -> str:
        """Why the game is over, in a few words such as `checkmate` or `two passes`; empty while it goes on."""
        return "game over" if self.is_over(state) else ""

    def notate(self, state: State, action: int) -> str:
        """The action as people write it down: SAN in chess, KIF's Japanese in shogi; else as `action_to_text`."""
        return self.action_to_text(state, action)

    def why_illegal(self, state: State, action: int) -> str:
        """The reason why an action is not legal here, in a few words."""
        return "the game is over" if self.is_over(state) else "the rules forbid it here"

    def draw(self, state: State, last_action: int | None = None) -> str:
        """The position as plain text over several lines, for a terminal without colours."""
        return self.position_to_text(state).replace("/", "\n")


class RecordGame(Game):
    """A game whose state is a record with compiled rules."""

    dtype: np.dtype[Any]

    def _one(self, state: State) -> NDArray[Any]:
        if not isinstance(state, np.void) or state.dtype != self.dtype:
            raise InvalidPosition(f"this is no state of {self.text}")
        states = np.empty(1, self.dtype)
        states[0] = state
        return states

    def counting_rules(self) -> "RecordGame":
        """The game as perft counts it: without what a move generator knows nothing of, such as draws by claim."""
        return self

    def without_limit(self) -> "RecordGame":
        """The game without a limit on its steps, which makes each step's positions others than those before."""
        return type(self)(**self.parameters | {"steps": 0}) if self.parameters.get("steps") else self

    def stack(self, states: Sequence[State]) -> NDArray[Any]:
        """A batch: one contiguous array of the given states."""
        batch = np.empty(len(states), self.dtype)
        for row, state in enumerate(states):
            batch[row] = state
        return batch

    def initial_states(self, count: int) -> NDArray[Any]:
        """A batch of `count` starting positions."""
        return np.repeat(self._one(self.initial_state()), count)

    def step(self, state: State, action: int) -> Transition:
        states = self._one(state)
        if not self.is_legal(state, action):
            shown = self.action_to_text(state, action) if 0 <= action < self.num_actions else str(action)
            raise IllegalMove(f"{shown} is not legal: {self.why_illegal(state, action)}")
        reward, discount = kernels.apply_at(states, 0, int(action))
        return Transition(states[0], float(reward), float(discount))

    def legal_actions(self, state: State) -> NDArray[np.int32]:
        out = np.empty(self.num_actions, np.int32)
        count = kernels.legal_actions_at(self._one(state), 0, out)
        return out[:count]

    def player(self, state: State) -> int:
        return int(kernels.player_at(self._one(state), 0))

    def is_truncated(self, state: State) -> bool:
        return bool(kernels.truncated_at(self._one(state), 0))

    def chance_outcomes(self, state: State) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        if self.player(state) != CHANCE:
            raise InvalidPosition(f"chance does not move in this position of {self.text}")
        actions, probabilities = np.empty(self.num_actions, np.int32), np.empty(self.num_actions)
        count = kernels.chance_outcomes_at(self._one(state), 0, actions, probabilities)
        return actions[:count], probabilities[:count]

    def returns(self, state: State) -> NDArray[np.float64]:
        if self.num_players == 2 and not self.is_over(state):
            return np.zeros(self.num_players)
        first = float(kernels.result_at(self._one(state), 0))
        return np.array([first, -first][: self.num_players])

    def observe(self, state: State) -> NDArray[np.float32]:
        planes = np.empty((1, *self.observation_shape), np.float32)
        kernels.observe_batch(self._one(state), planes)
        return planes[0]

    def key(self, state: State) -> int:
        """The 64-bit position key."""
        return int(kernels.key_at(self._one(state), 0))

    def final_score(self, state: State) -> tuple[float, NDArray[np.int8]]:
        """Points by which player 0 leads, komi counted, and the owner of each point [H, W]: 1, -1 or 0."""
        _, height, width = self.observation_shape
        ownership = np.zeros(height * width, np.int8)
        score = float(kernels.final_score_at(self._one(state), 0, ownership))
        return score, ownership.reshape(height, width)


def perft(game: RecordGame, state: State, depth: int) -> int:
    """Counts the action sequences of `depth` plies from `state`, nothing following the end of a game.

    Under `game.counting_rules()`, so that the counts are those that other programs publish.
    """
    if depth < 0:
        raise InvalidParameter(f"depth={depth} is not accepted: 0 or more")
    game, state = as_counted(game, state)
    states = np.empty(depth + 1, game.dtype)
    states[0] = state
    lists = np.empty((depth + 1, game.num_actions), np.int32)
    return int(kernels.perft_kernel(states, depth, lists, np.empty((depth + 1, 2), np.int32)))


def as_counted(game: RecordGame, state: State) -> tuple[RecordGame, State]:
    """The game and the position under `counting_rules`."""
    counted = game.counting_rules()
    if counted == game:
        return game, state
    return counted, counted.parse_position(game.position_to_text(state))


def divide(game: RecordGame, state: State, depth: int) -> dict[str, int]:
    """The perft count of `depth` split by first move, in the game's notation."""
    game, state = as_counted(game, state)
    return {
        game.action_to_text(state, action): perft(game, game.apply(state, action), depth - 1)
        for action in game.legal_actions(state).tolist()
    }


def as_text(value: object) -> str:
    """A parameter's value as a game's text names it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
