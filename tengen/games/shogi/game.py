"""Shogi as a `Game`: parameters, notation, positions, reasons."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter, InvalidPosition, unknown
from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.games.shogi import kif_move, mate  # noqa: F401  (mate registers winning_action)
from tengen.games.shogi.drawing import draw_board
from tengen.games.shogi.handicap import EVEN, HANDICAPS
from tengen.games.shogi.moves import read_action, read_usi, write_usi
from tengen.games.shogi.observation import num_planes
from tengen.games.shogi.pieces import WHITE
from tengen.games.shogi.reasons import why_not
from tengen.games.shogi.rules import ACTIONS, DECLARE
from tengen.games.shogi.setup import set_up
from tengen.games.shogi.sfen import Diagram, read_sfen, short, write_sfen
from tengen.games.shogi.state import (
    DECLARATION,
    MAX_PLIES,
    MOVE_LIMIT,
    NO_MOVE,
    PAST,
    PERPETUAL_CHECK,
    PLAYING,
    REPETITION,
    state_dtype,
)

POINTS = (28, 27)
"""What Black and White need to declare a win."""
_FULL_POINTS = 54
_MOST_LEGAL = 593
"""The most legal moves of any known position of shogi, the declaration apart."""


class Shogi(RecordGame):
    """Shogi; actions are 27 planes of 81 destinations seen by the side to move, then the declaration of a win."""

    name = "shogi"
    view_parameters = ("history",)
    decisive = True
    num_actions = ACTIONS
    max_legal = _MOST_LEGAL + 1
    player_names = ("Black", "White")

    def __init__(self, **parameters: object) -> None:
        given = {**self.defaults(), **parameters}
        self.handicap = str(given["handicap"]).strip()
        if self.handicap not in HANDICAPS:
            raise unknown("handicap", self.handicap, HANDICAPS)
        self.max_plies = _whole(given["max_plies"], "max_plies", 1, MAX_PLIES)
        self.history = _whole(given["history"], "history", 1, PAST)
        self.declaration = _truth(given["declaration"], "declaration")
        self.tsume = _truth(given["tsume"], "tsume")
        super().__init__(
            handicap=self.handicap,
            max_plies=self.max_plies,
            history=self.history,
            declaration=self.declaration,
            tsume=self.tsume,
        )
        self.observation_shape = (num_planes(self.history), 9, 9)
        self.symmetries = symmetry.none(9, 9, self.num_actions)
        self.dtype = state_dtype(self.max_plies)

    @classmethod
    def defaults(cls) -> dict[str, object]:
        return {"handicap": EVEN, "max_plies": 512, "history": 2, "declaration": True, "tsume": False}

    def counting_rules(self) -> "Shogi":
        """A declaration is no move that a move generator lists."""
        return Shogi(**self.parameters | {"declaration": False})

    def initial_state(self) -> State:
        return self._one(self._start)[0]

    @cached_property
    def _start(self) -> State:
        return self._set_up(read_sfen(HANDICAPS[self.handicap].sfen), "")

    def _set_up(self, diagram: Diagram, text: str) -> State:
        states = np.zeros(1, self.dtype)
        states["shogi_board"] = diagram.board
        states["hands"] = diagram.hands
        states["turn"] = diagram.turn
        states["number"] = diagram.number
        states["max_plies"] = self.max_plies
        states["points"] = self._points() if self.declaration else 0
        if not set_up(states):
            other = self.player_names[1 - diagram.turn]
            raise InvalidPosition(
                f"{short(text)}: {other} is in check, but {self.player_names[diagram.turn]} is to move"
            )
        return states[0]

    def _points(self) -> tuple[int, int]:
        """What each side needs; the giver of a handicap counts the pieces that he gave as his."""
        board = read_sfen(HANDICAPS[self.handicap].sfen).board
        kinds = board & 15
        whole = int(((kinds > 0) & (kinds != 8)).sum() + 4 * ((kinds == 6) | (kinds == 7)).sum())
        return POINTS[0], POINTS[1] - (_FULL_POINTS - whole)

    def in_check(self, state: State) -> bool:
        """Whether the side to move is in check."""
        return bool(state["checkers"].any())

    def repeats(self, state: State) -> int:
        """How often this position stood before in this game, with the same side to move."""
        return int(state["repeats"])

    def board(self, state: State) -> NDArray[np.int8]:
        """What lies on each square [9, 9], row 0 rank a, column 0 file 9: 0 empty, Black's pieces positive.

        1 pawn, 2 lance, 3 knight, 4 silver, 5 gold, 6 bishop, 7 rook, 8 king; 8 more where promoted: 9 tokin, 14 horse,
        15 dragon.
        """
        pieces = state["shogi_board"].astype(np.int8)
        pieces = np.where(pieces >= WHITE, WHITE - pieces, pieces).astype(np.int8)
        return np.ascontiguousarray(pieces.reshape(9, 9)[::-1].T)

    def hands(self, state: State) -> NDArray[np.int64]:
        """What Black and White hold [2, 7]: pawns, lances, knights, silvers, golds, bishops, rooks."""
        return state["hands"].astype(np.int64)

    def last_square(self, state: State) -> int | None:
        """The square of the last move, `9 * (file - 1) + rank - 1`, or None where the position does not know of one."""
        return kif_move.last_square(state)

    def termination(self, state: State) -> str:
        why = int(state["over"])
        if why == NO_MOVE:
            return "checkmate" if self.in_check(state) else "no legal move"
        return {
            PLAYING: "",
            REPETITION: "repetition",
            PERPETUAL_CHECK: "perpetual check",
            DECLARATION: "declaration",
            MOVE_LIMIT: "move limit",
        }[why]

    def why_illegal(self, state: State, action: int) -> str:
        if self.is_over(state):
            return "the game is over"
        if not 0 <= action < self.num_actions:
            return f"actions are 0 to {self.num_actions - 1}"
        if action == DECLARE:
            return self._why_no_declaration()
        board, turn = state["shogi_board"], int(state["turn"])
        move = read_action(board, turn, action)
        return why_not(board, state["hands"][turn], turn, move, in_check=self.in_check(state))

    def _why_no_declaration(self) -> str:
        if not self.declaration:
            return "this game has no declaration"
        black, white = self._points()
        return (
            "a win is declared out of check with the king and ten more pieces in the last three ranks and "
            f"{black} points for Black, {white} for White"
        )

    def action_to_text(self, state: State, action: int) -> str:
        return write_usi(state["shogi_board"], int(state["turn"]), action)

    def parse_move(self, state: State, text: str) -> int:
        if kif_move.looks_japanese(text):
            return kif_move.read_move(self, state, text)
        return read_usi(state["shogi_board"], int(state["turn"]), text.strip())

    def notate(self, state: State, action: int) -> str:
        return kif_move.write_move(self, state, action)

    def position_to_text(self, state: State) -> str:
        return write_sfen(
            Diagram(
                board=state["shogi_board"],
                hands=state["hands"],
                turn=int(state["turn"]),
                number=int(state["number"]) + int(state["ply"]),
            )
        )

    def parse_position(self, text: str) -> State:
        if text.strip() == "startpos":
            return self.initial_state()
        return self._set_up(read_sfen(text, problem=self.tsume), text)

    def draw(self, state: State, last_action: int | None = None) -> str:
        return self.draw_board(state, last_action)

    def draw_board(self, state: State, last_action: int | None = None, *, letters: bool = False) -> str:
        """The board and both hands over several lines, with kanji or with `letters`; a star marks the last move."""
        last = self.last_square(state)
        if last_action is not None and last_action < DECLARE:
            mover = 1 - int(state["turn"])
            last = last_action % 81 if mover == 0 else 80 - last_action % 81
        return draw_board(state["shogi_board"], state["hands"], int(state["turn"]), last=last, letters=letters)


def _whole(value: object, name: str, low: int, high: int) -> int:
    text = str(value).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if isinstance(value, bool) or not low <= number <= high:
        raise InvalidParameter(f"{name}={short(text)[1:-1]} is not accepted: {low} to {high}")
    return number


def _truth(value: object, name: str) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise InvalidParameter(f"{name}={short(text)[1:-1]} is not accepted: true or false")
    return text == "true"
