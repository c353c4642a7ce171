"""Go as a `Game`: parameters, notation, positions, reasons."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidPosition
from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.go import coords, setup
from tengen.games.go.observation import KOMI_SCALE, PLANES
from tengen.games.go.ruleset import GoRules, read_rules
from tengen.games.go.state import (
    BLACK,
    EMPTY,
    POSITIONAL,
    SIMPLE,
    SITUATIONAL,
    WHITE,
    WHITE_TO_MOVE,
    ZOBRIST,
    state_dtype,
)
from tengen.games.go.text import Diagram, draw_board, read_diagram, write_diagram
from tengen.games.rules import State

_SUPERKO = {"positional": POSITIONAL, "situational": SITUATIONAL, "simple": SIMPLE}


class Go(RecordGame):
    """Go under area scoring; actions are the points, row by row from the top left, then the pass."""

    name = "go"
    aliases = ("rules",)
    has_score = True
    komi_plane = (PLANES.index("komi"), KOMI_SCALE)
    player_names = ("Black", "White")

    def __init__(self, **parameters: object) -> None:
        self.rules: GoRules = read_rules(parameters)
        super().__init__(**{name: getattr(self.rules, name) for name in self.defaults()})
        self.size = self.rules.size
        self.komi = self.rules.komi
        self.pass_action = self.size * self.size
        self.num_actions = self.size * self.size + 1
        self.observation_shape = (len(PLANES), self.size, self.size)
        self.max_plies = self.rules.ply_limit
        self.symmetries = symmetry.square(self.size, extra_actions=1)
        self.dtype = state_dtype(self.size)

    @classmethod
    def defaults(cls) -> dict[str, object]:
        rules = GoRules()
        return {name: getattr(rules, name) for name in GoRules.__slots__}

    def initial_state(self) -> State:
        return self.position(np.zeros((self.size, self.size), np.int8))

    def position(self, board: NDArray[np.int8], to_move: int = 0) -> State:
        """The start of a game from stones on the board [size, size] (0 empty, 1 black, 2 white)."""
        stones = np.ascontiguousarray(board, dtype=np.int8)
        if stones.shape != (self.size, self.size) or not np.isin(stones, (EMPTY, BLACK, WHITE)).all():
            raise InvalidPosition(
                f"this is no board of {self.text}: {self.size}x{self.size} points of 0 empty, 1 black, 2 white"
            )
        if to_move not in (0, 1):
            raise InvalidPosition(f"player {to_move} cannot be to move: 0 for Black or 1 for White")
        return self._set_up(Diagram(board=stones, to_move=to_move))

    def _set_up(self, diagram: Diagram) -> State:
        states = np.zeros(1, self.dtype)
        states["komi"] = self.rules.komi
        states["score_utility"] = self.rules.score_utility
        states["max_plies"] = self.max_plies
        states["superko"] = _SUPERKO[self.rules.superko]
        states["suicide"] = self.rules.suicide
        ko = -1 if diagram.ko is None else diagram.ko
        wrong = setup.set_up(states, diagram.board.ravel(), diagram.to_move, diagram.passes, ko, diagram.over)
        if wrong == setup.BAD_KO:
            raise InvalidPosition(f"no stone was just taken on {coords.point_to_vertex(ko, self.size)}: no ko is there")
        if wrong != setup.FINE:
            raise InvalidPosition(f"the stone on {coords.point_to_vertex(wrong, self.size)} has no liberty")
        states["captures"] = diagram.captures
        return states[0]

    def setup(self, *, black: Iterable[int] = (), white: Iterable[int] = (), to_move: int = 0) -> State:
        """The start of a game from stones on flat points, for handicaps and composed positions."""
        board = np.zeros(self.size * self.size, np.int8)
        for color, points in ((BLACK, black), (WHITE, white)):
            for point in points:
                if not 0 <= point < len(board) or board[point] != EMPTY:
                    raise InvalidPosition(f"point {point} is off the board or named twice")
                board[point] = color
        return self.position(board.reshape(self.size, self.size), to_move)

    def with_player(self, state: State, to_move: int) -> State:
        """The same position with the other side to move, for records in which a side moves twice running."""
        states = self._one(state)
        if to_move != state["turn"] and not state["over"]:
            states["turn"] = to_move
            states["ko"] = 0
            states["passes"] = 0
            if self.rules.superko == "situational":
                states["history"][0, state["ply"]] ^= ZOBRIST[EMPTY, WHITE_TO_MOVE]
        return states[0]

    def boards(self, states: NDArray[State]) -> NDArray[np.int8]:
        """What lies on each point of each position of a batch [B, size, size]: 0 empty, 1 black, 2 white."""
        padded = states["go_board"].reshape(len(states), self.size + 2, self.size + 1)
        return padded[:, 1:-1, 1:].astype(np.int8)

    def board(self, state: State) -> NDArray[np.int8]:
        """What lies on each point [size, size]: 0 empty, 1 black, 2 white."""
        return self.boards(self._one(state))[0]

    def captures(self, state: State) -> tuple[int, int]:
        """How many stones Black and White have taken from each other, by suicide too."""
        black, white = state["captures"]
        return int(black), int(white)

    def ko(self, state: State) -> int | None:
        """The flat point where the stone just taken may not be taken back at once, or None."""
        return coords.padded_to_point(int(state["ko"]), self.size) if state["ko"] else None

    def last_action(self, state: State) -> int | None:
        """The last move, or None where the position does not know of one."""
        action = int(state["last_moves"][0])
        return action if action >= 0 else None

    def termination(self, state: State) -> str:
        if not self.is_over(state):
            return ""
        return "two passes" if state["passes"] >= 2 else "move limit"

    def why_illegal(self, state: State, action: int) -> str:
        if self.is_over(state):
            return "the game is over"
        if not 0 <= action < self.pass_action:
            return f"actions are 0 to {self.pass_action}"
        finding, made = setup.probe(self._one(state), action)
        if finding == setup.OCCUPIED:
            return "a stone is there"
        if finding == setup.SUICIDE:
            return "suicide"
        first = max(int(state["ply"]) - 1, 0) if self.rules.superko == "simple" else 0
        repeated = np.flatnonzero(state["history"][first : state["ply"] + 1] == made)
        if not len(repeated):
            return "the rules allow it"
        kind = "ko" if state["ko"] and action == self.ko(state) else "superko"
        return f"{kind}: it repeats the position after move {first + int(repeated[-1])}"

    def action_to_text(self, state: State, action: int) -> str:
        return coords.point_to_vertex(action, self.size)

    def parse_move(self, state: State, text: str) -> int:
        return coords.vertex_to_point(text, self.size)

    def position_to_text(self, state: State) -> str:
        diagram = Diagram(
            board=self.board(state),
            to_move=int(state["turn"]),
            passes=int(state["passes"]),
            ko=self.ko(state),
            captures=self.captures(state),
            over=bool(state["over"]),
        )
        return write_diagram(diagram)

    def parse_position(self, text: str) -> State:
        return self._set_up(read_diagram(text, self.size))

    def draw(self, state: State, last_action: int | None = None) -> str:
        return draw_board(self.board(state), self.last_action(state) if last_action is None else last_action)
