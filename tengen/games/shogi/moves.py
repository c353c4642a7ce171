"""Moves of shogi between actions and squares, and in USI's notation: `7g7f`, `2d2c+`, `P*5e`, `win`."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove, InvalidMove
from tengen.games.shogi.movegen import DROP_PLANES, DROPPED_HANDS, DROPS, PROMOTIONS
from tengen.games.shogi.pieces import HAND_KINDS, LETTERS
from tengen.games.shogi.rules import DECLARE
from tengen.games.shogi.sfen import short, square_name
from tengen.games.shogi.tables import DELTAS, DIRECTIONS, NOT_ALIGNED, STRIDE

DECLARATION = "win"
_RANK_LETTERS = "abcdefghi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move on the board of a position, whether legal or not."""

    start: int | None
    """The square that it leaves, `9 * (file - 1) + rank - 1`; None: a drop, or there is no piece to make the move."""
    end: int
    dropped: int = 0
    """The kind of piece that is dropped, or 0."""
    promoted: bool = False


def read_action(board: NDArray[np.uint8], turn: int, action: int) -> Move:
    """The move that an action below DECLARE stands for; `board` [81] is the record's."""
    plane, seen = divmod(int(action), 81)
    end = seen if turn == 0 else 80 - seen
    if plane >= DROPS:
        return Move(start=None, end=end, dropped=int(DROPPED_HANDS[plane - DROPS]) + 1)
    x, y = DELTAS[plane % PROMOTIONS]
    file, rank = seen // 9 - x, seen % 9 - y
    start = None
    while 0 <= file < 9 and 0 <= rank < 9 and start is None:
        square = 9 * file + rank if turn == 0 else 80 - 9 * file - rank
        if board[square]:
            start = square
        elif plane % PROMOTIONS >= 8:
            break
        file, rank = file - x, rank - y
    return Move(start=start, end=end, promoted=plane >= PROMOTIONS)


def to_action(board: NDArray[np.uint8], turn: int, move: Move) -> int:
    """The action that stands for a move, legal or not; IllegalMove where none can."""
    seen = move.end if turn == 0 else 80 - move.end
    if move.dropped:
        return (DROPS + int(DROP_PLANES[move.dropped - 1])) * 81 + seen
    assert move.start is not None
    name = square_name(move.start) + square_name(move.end) + "+" * move.promoted
    if not board[move.start]:
        raise IllegalMove(f"{name} is not legal: there is no piece on {square_name(move.start)}")
    start = move.start if turn == 0 else 80 - move.start
    direction = int(DIRECTIONS[start * STRIDE + seen])
    if direction == NOT_ALIGNED:
        raise IllegalMove(f"{name} is not legal: no piece moves so")
    action = (direction + PROMOTIONS * move.promoted) * 81 + seen
    if read_action(board, turn, action).start != move.start:
        raise IllegalMove(f"{name} is not legal: something stands between")
    return action


def write_usi(board: NDArray[np.uint8], turn: int, action: int) -> str:
    """An action in USI's notation; a question mark stands for a piece that is not there."""
    if action == DECLARE:
        return DECLARATION
    move = read_action(board, turn, action)
    if move.dropped:
        return f"{LETTERS[move.dropped]}*{square_name(move.end)}"
    start = "?" if move.start is None else square_name(move.start)
    return start + square_name(move.end) + "+" * move.promoted


def read_usi(board: NDArray[np.uint8], turn: int, text: str) -> int:
    """The action that a move in USI's notation means; InvalidMove if it is none."""
    if text == DECLARATION:
        return DECLARE
    body, promoted = (text[:4], True) if text[4:] == "+" else (text, False)
    if len(body) != 4:
        _refuse(text)
    end = _square(body[2:], text)
    if body[1] == "*":
        kind = LETTERS.find(body[0].upper(), 1, HAND_KINDS + 1) if body[0] in "PLNSGBRplnsgbr" else 0
        if kind <= 0 or promoted:
            _refuse(text)
        return to_action(board, turn, Move(start=None, end=end, dropped=kind))
    return to_action(board, turn, Move(start=_square(body[:2], text), end=end, promoted=promoted))


def _square(name: str, text: str) -> int:
    if name[0] not in "123456789" or name[1] not in _RANK_LETTERS:
        _refuse(text)
    return 9 * (int(name[0]) - 1) + _RANK_LETTERS.index(name[1])


def _refuse(text: str) -> NoReturn:
    raise InvalidMove(f"{short(text)} is no move: such as 7g7f, 2d2c+, P*5e or win; or ７六歩")
