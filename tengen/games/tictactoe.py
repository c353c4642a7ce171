"""Tic-tac-toe, whole: the worked example of docs/adding-a-game.md."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidMove, InvalidPosition
from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.rules import OVER, State, apply, implement, key, legal_actions, observe, player, result

EMPTY = 2
STATE = np.dtype(
    [("ttt_board", np.int8, (9,)), ("player", np.int8), ("winner", np.int8), ("ply", np.int16)], align=True
)
LINES = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]])


@implement(legal_actions, "ttt_board")
def ttt_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    count = 0
    if state.player != OVER:
        for point in range(9):
            if state.ttt_board[point] == EMPTY:
                out[count] = point
                count += 1
    return count


@implement(apply, "ttt_board")
def ttt_apply(state: State, action: int) -> tuple[float, float]:
    mover = state.player
    state.ttt_board[action] = mover
    state.ply += 1
    for line in range(8):
        if (
            state.ttt_board[LINES[line, 0]] == mover
            and state.ttt_board[LINES[line, 1]] == mover
            and state.ttt_board[LINES[line, 2]] == mover
        ):
            state.winner = mover
            state.player = OVER
            return 1.0, 0.0
    if state.ply == 9:
        state.player = OVER
        return 0.0, 0.0
    state.player = 1 - mover
    return 0.0, -1.0


@implement(player, "ttt_board")
def ttt_player(state: State) -> int:
    return state.player


@implement(observe, "ttt_board")
def ttt_observe(state: State, planes: NDArray[np.float32]) -> None:
    for point in range(9):
        stone = state.ttt_board[point]
        planes[0, point // 3, point % 3] = stone == state.player
        planes[1, point // 3, point % 3] = stone == 1 - state.player
        planes[2, point // 3, point % 3] = 1.0


@implement(key, "ttt_board")
def ttt_key(state: State) -> np.uint64:
    total = np.uint64(0)
    for point in range(9):
        total = total * np.uint64(3) + np.uint64(state.ttt_board[point])
    return total


@implement(result, "ttt_board")
def ttt_result(state: State) -> float:
    return 0.0 if state.winner == EMPTY else 1.0 - 2.0 * state.winner


class TicTacToe(RecordGame):
    """Three in a row on a 3x3 board; actions are the points, row by row from the top left."""

    name = "tictactoe"
    dtype = STATE
    num_actions = 9
    observation_shape = (3, 3, 3)
    max_plies = 9
    symmetries = symmetry.square(3)

    def initial_state(self) -> State:
        states = np.zeros(1, STATE)
        states["ttt_board"] = EMPTY
        states["winner"] = EMPTY
        return states[0]

    def action_to_text(self, state: State, action: int) -> str:
        return f"{'abc'[action % 3]}{3 - action // 3}"

    def parse_move(self, state: State, text: str) -> int:
        if len(text) != 2 or text[0].lower() not in "abc" or text[1] not in "123":
            raise InvalidMove(f"{text!r} is no point: a letter a-c, then a digit 1-3, such as b2")
        return (3 - int(text[1])) * 3 + "abc".index(text[0].lower())

    def position_to_text(self, state: State) -> str:
        cells = "".join("XO."[stone] for stone in state["ttt_board"])
        return "/".join((cells[:3], cells[3:6], cells[6:]))

    def parse_position(self, text: str) -> State:
        cells = "".join(text.split()).replace("/", "")
        crosses, noughts = cells.count("X"), cells.count("O")
        if len(cells) != 9 or set(cells) - set("XO.") or crosses - noughts not in (0, 1):
            raise InvalidPosition(
                f"{text!r} is no position: three rows of X, O and '.', such as X.O/.X./...; X moves first"
            )
        points = [point for mark in "XO" for point in range(9) if cells[point] == mark]
        state = self.initial_state()
        state["ttt_board"] = ["XO.".index(cell) for cell in cells]
        state["ply"] = len(points)
        wins = [mark for mark in (0, 1) if (state["ttt_board"][LINES] == mark).all(axis=1).any()]
        if len(wins) == 2:
            raise InvalidPosition(f"{text!r} is no position: both sides have three in a row")
        over = bool(wins) or len(points) == 9
        state["winner"] = wins[0] if wins else EMPTY
        state["player"] = OVER if over else (crosses - noughts)
        return state
