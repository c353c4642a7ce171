"""A finished game as data: small, exact, independent of what a network sees."""

import math
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidPosition, InvalidRecord
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.games.rules import State

DECIDED_BY_THE_RULES = (
    "",
    "game over",
    "move limit",
    # Go
    "two passes",
    # chess
    "checkmate",
    "stalemate",
    "threefold repetition",
    "fivefold repetition",
    "fifty moves",
    "seventy-five moves",
    "insufficient material",
    # shogi
    "no legal move",
    "repetition",
    "perpetual check",
    "declaration",
)
"""Terminations after which the result is what the rules say of the last position; empty in self-play."""

BY_THE_PLAYERS = "counted by the players"
"""The termination of a game with a result that the rules do not give for its last position.

Dead stones taken off in Go; a draw that was agreed, or a win declared under other rules.
"""

UNTOLD = "untold"
"""The termination of a game of which the result is known and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveNote:
    """What is known of one move besides the move: what its player thought of it, and how long that took."""

    value: float | None = None
    """Of the position before the move, in [-1, 1], for its player to move."""
    visits: int | None = None
    """Simulations or nodes of the search that chose the move."""
    seconds: float | None = None
    """The time that the move took."""
    left: float | None = None
    """What the player's clock shows after the move, in seconds."""
    depth: int | None = None
    """Plies that the search looked ahead."""
    variation: tuple[int, ...] = ()
    """Actions from the position before the move on: what the player expected, or what would have been better."""
    mark: str = ""
    """`!!`, `!`, `!?`, `?!`, `?` or `??`; empty for none."""
    comment: str = ""
    """Anything else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GameRecord:
    """T plies of one game. The policies are sparse: ply t has entries `policy_starts[t]:policy_starts[t + 1]`."""

    game: str
    """The game's text, such as `go:size=9,komi=7`."""
    actions: NDArray[np.int32]
    """[T]: what was played, and what chance did."""
    result: float
    """The result for player 0: 1 won, 0 drawn, -1 lost; nan where a record from elsewhere does not tell.

    For one player the sum of the rewards."""
    score: float = 0.0
    """Points by which player 0 leads at the end, 0 for a game without points."""
    start: str = ""
    """The position in which the game began, in the game's own text; empty for the usual one."""
    values: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T] or empty: value of each position after search, for its player to move."""
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T] or empty: how often each position is drawn in training, in proportion; 0 where its move was no product of a
    full search."""
    policy_starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """[T + 1] or empty."""
    policy_actions: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    policy_probabilities: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    rewards: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T] or empty: of each action, kept where playing the game again takes long."""
    frames: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    """[F * H * W] or empty: the screens of an emulated game that the player saw, each once, 255 for 1."""
    features: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """[T * C * H * W] or empty: what the player of another emulated game saw before each action."""
    termination: str = ""
    """Why the game ended: `two passes`, `resignation`, `time`, `illegal move`, …; empty in self-play."""
    players: tuple[str, ...] = ("", "")
    """Who played, player 0 first."""
    info: dict[str, str] = field(default_factory=dict)
    """Anything else worth keeping: date, event, the network's name, comments."""
    notes: tuple[MoveNote, ...] = ()
    """[T] or empty: what is known of each move. Files of text have them, shards do not."""

    def __eq__(self, other: object) -> bool:
        """Whether all fields are equal, arrays element by element, an unknown result equal to an unknown one."""
        if not isinstance(other, GameRecord):
            return NotImplemented
        return all(_same(getattr(self, each.name), getattr(other, each.name)) for each in fields(self))

    __hash__ = None  # type: ignore[assignment]

    def check_shapes(self) -> None:
        """Raises InvalidRecord where the lengths of the arrays do not fit together."""
        plies = len(self.actions)
        for name, array in (("values", self.values), ("weights", self.weights), ("rewards", self.rewards)):
            if len(array) not in (0, plies):
                raise InvalidRecord(f"{len(array)} {name} for {plies} plies: one a ply, or none")
        if len(self.notes) not in (0, plies):
            raise InvalidRecord(f"{len(self.notes)} notes for {plies} plies: one a ply, or none")
        if len(self.policy_actions) != len(self.policy_probabilities):
            raise InvalidRecord(
                f"{len(self.policy_actions)} policy actions, but {len(self.policy_probabilities)} probabilities"
            )
        starts = self.policy_starts
        if len(starts) == 0:
            if len(self.policy_actions):
                raise InvalidRecord(f"{len(self.policy_actions)} policy entries, but nothing says where plies begin")
        elif len(starts) != plies + 1:
            raise InvalidRecord(f"{len(starts)} policy starts for {plies} plies: one more than plies, or none")
        elif starts[0] != 0 or starts[-1] != len(self.policy_actions) or (np.diff(starts) < 0).any():
            raise InvalidRecord(f"policy starts do not ascend from 0 to the {len(self.policy_actions)} entries")

    def validate(self, game: Game | None = None) -> State:
        """Replays the record and returns its last position; InvalidRecord says which move or field is wrong.

        Policies must be distributions over legal actions. Where the rules decide the result it must be theirs.
        """
        game = make(self.game) if game is None else game
        self.check_shapes()
        try:
            state = game.parse_position(self.start) if self.start else game.initial_state()
        except InvalidPosition as error:
            raise InvalidRecord(f"start: {error}") from None
        for ply, action in enumerate(self.actions):
            if len(self.policy_starts):
                self._check_policy(ply, game, state)
            try:
                state = game.apply(state, int(action))
            except IllegalMove as error:
                raise InvalidRecord(f"move {ply + 1}: {error}") from None
        self._check_result(game, state)
        return state

    def _check_policy(self, ply: int, game: Game, state: State) -> None:
        span = slice(self.policy_starts[ply], self.policy_starts[ply + 1])
        actions, probabilities = self.policy_actions[span], self.policy_probabilities[span]
        if len(actions) == 0:
            return
        if not np.isin(actions, game.legal_actions(state)).all() or len(np.unique(actions)) != len(actions):
            raise InvalidRecord(f"move {ply + 1}: its policy has actions that are not legal, or one twice")
        if not (probabilities >= 0).all() or abs(float(probabilities.sum()) - 1) > 1e-3:
            raise InvalidRecord(f"move {ply + 1}: its policy sums to {probabilities.sum():.4f}, not to 1")

    def _check_result(self, game: Game, state: State) -> None:
        if self.termination not in DECIDED_BY_THE_RULES or math.isnan(self.result):
            return
        if not game.is_over(state):
            raise InvalidRecord(f"the record stops after {len(self.actions)} moves, before the game is over")
        if self.result != game.returns(state)[0]:
            raise InvalidRecord(f"result {self.result:g} for player 0, but by the rules {game.returns(state)[0]:g}")


def _same(mine: object, yours: object) -> bool:
    if isinstance(mine, np.ndarray):
        return bool(np.array_equal(mine, np.asarray(yours), equal_nan=mine.dtype.kind == "f"))
    if isinstance(mine, float) and isinstance(yours, float) and math.isnan(mine):
        return math.isnan(yours)
    return bool(mine == yours)
