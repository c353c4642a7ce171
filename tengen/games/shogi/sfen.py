"""Positions of shogi in SFEN.

    lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1

Ranks from a, files from 9; capitals are Black's, `+` promoted; then the side to move (b or w), what is in hand (such as
`R2Pb`, or `-`) and the number of the next move, which may be missing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidPosition
from tengen.games.shogi.pieces import (
    GOLD,
    HAND_KINDS,
    KING,
    KNIGHT,
    LANCE,
    LETTERS,
    PAWN,
    PROMOTED,
    SET_OF_PIECES,
    WHITE,
    letters,
)

SIDES = "bw"
MAX_NUMBER = 999_999
_PLURALS = ("pawns", "lances", "knights", "silvers", "golds", "bishops", "rooks")
_SIDE_NAMES = ("Black", "White")
_HAND_ORDER = (7, 6, 5, 4, 3, 2, 1)
_RANK_LETTERS = "abcdefghi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """What a text says of a position."""

    board: NDArray[np.uint8]
    """[81] by square, as in the record."""
    hands: NDArray[np.uint8]
    """[2, 7]."""
    turn: int
    number: int


def short(text: str) -> str:
    """A text as an error message quotes it."""
    line = " ".join(text[:200].split())
    return repr(line if len(line) <= 60 and len(text) <= 200 else line[:57] + "...")


def square_name(square: int) -> str:
    """A square such as 7g."""
    return f"{square // 9 + 1}{_RANK_LETTERS[square % 9]}"


def write_sfen(diagram: Diagram) -> str:
    """The position in SFEN, four fields."""
    ranks = []
    for rank in range(9):
        cells = ""
        empty = 0
        for file in range(8, -1, -1):
            piece = int(diagram.board[9 * file + rank])
            if piece == 0:
                empty += 1
                continue
            cells += (str(empty) if empty else "") + _letters(piece)
            empty = 0
        ranks.append(cells + (str(empty) if empty else ""))
    hands = ""
    for color in (0, 1):
        for kind in _HAND_ORDER:
            held = int(diagram.hands[color, kind - 1])
            if held:
                hands += (str(held) if held > 1 else "") + _letters(kind + WHITE * color)
    return f"{'/'.join(ranks)} {SIDES[diagram.turn]} {hands or '-'} {diagram.number}"


def read_sfen(text: str, *, problem: bool = False) -> Diagram:
    """The position that a text describes; InvalidPosition names what is wrong.

    A `problem` may lack the king of the side to move and have what no game leads to: pieces without a move, two pawns
    on a file.
    """
    fields = text.split() if len(text) <= 1000 else []
    if fields[:1] == ["sfen"]:
        fields = fields[1:]
    if len(fields) not in (3, 4):
        raise InvalidPosition(f"{short(text)} is no SFEN: board, side to move, hands and move number, as in {_EXAMPLE}")
    board = _read_board(fields[0])
    if fields[1] not in ("b", "w"):
        raise InvalidPosition(f"{short(fields[1])} is no side to move: b or w")
    hands = _read_hands(fields[2])
    number = fields[3] if len(fields) == 4 else "1"
    if not (number.isascii() and number.isdigit() and int(number[:9]) <= MAX_NUMBER and len(number) <= 9):
        raise InvalidPosition(f"{short(number)} is no move number: 0 to {MAX_NUMBER}")
    turn = SIDES.index(fields[1])
    _check_set(board, hands)
    _check_kings(board, may_lack=turn if problem else None)
    if not problem:
        _check_places(board)
    return Diagram(board=board, hands=hands, turn=turn, number=int(number))


_EXAMPLE = "lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"


def _letters(piece: int) -> str:
    text = letters(piece & 15)
    return text.lower() if piece & WHITE else text


def _piece(letter: str) -> int:
    """The piece of an SFEN letter, 0 if it is none."""
    kind = LETTERS.find(letter.upper()) if letter.isascii() and letter.isalpha() else 0
    return 0 if kind <= 0 else kind + (WHITE if letter.islower() else 0)


def _read_board(text: str) -> NDArray[np.uint8]:
    ranks = text.split("/")
    if len(ranks) != 9:
        raise InvalidPosition(f"{short(text)} is no board: 9 ranks parted by /, not {len(ranks)}")
    board = np.zeros(81, np.uint8)
    for rank, cells in enumerate(ranks):
        file = 9
        promoted = False
        for cell in cells:
            if cell in "123456789" and not promoted:
                file -= int(cell)
            elif cell == "+" and not promoted:
                promoted = True
                continue
            else:
                piece = _piece(cell)
                if piece == 0 or (promoted and piece & 15 in (GOLD, KING)):
                    raise InvalidPosition(
                        f"{short(('+' if promoted else '') + cell)} in rank {short(cells)} is no piece"
                    )
                file -= 1
                if file >= 0:
                    board[9 * file + rank] = piece + (PROMOTED if promoted else 0)
                promoted = False
            if file < 0:
                break
        if file != 0 or promoted:
            raise InvalidPosition(f"rank {_RANK_LETTERS[rank]}, {short(cells)}, does not have 9 squares")
    return board


def _read_hands(text: str) -> NDArray[np.uint8]:
    hands = np.zeros((2, HAND_KINDS), np.uint8)
    if text == "-":
        return hands
    digits = ""
    for symbol in text:
        if symbol in "0123456789":
            digits += symbol
            if len(digits) > 2:
                break
            continue
        piece = _piece(symbol)
        kind = piece & 15
        if piece == 0 or kind > HAND_KINDS:
            raise InvalidPosition(f"{short(symbol)} in the hands {short(text)} is no piece that a hand holds: PLNSGBR")
        held = int(digits or "1")
        if held == 0 or hands[piece >> 4, kind - 1]:
            raise InvalidPosition(
                f"{short(digits + symbol)} in the hands {short(text)} is no count: each kind once, from 1"
            )
        hands[piece >> 4, kind - 1] = held
        digits = ""
    if digits or not text:
        raise InvalidPosition(f"the hands {short(text)} end in a number or have one above 99: such as R2Pb, or -")
    return hands


def _check_kings(board: NDArray[np.uint8], may_lack: int | None) -> None:
    """InvalidPosition unless each side has one king; one side may lack it."""
    for color in (0, 1):
        kings = int((board == KING + WHITE * color).sum())
        if kings == 0 and color != may_lack:
            hint = "" if may_lack is not None else " (with tsume=true the side to move may lack its own)"
            raise InvalidPosition(f"{_SIDE_NAMES[color]} has no king: each side has one{hint}")
        if kings > 1:
            raise InvalidPosition(f"{_SIDE_NAMES[color]} has {kings} kings: each side has one")


def _check_set(board: NDArray[np.uint8], hands: NDArray[np.uint8]) -> None:
    """InvalidPosition where there are more pieces of a kind than in a set."""
    kinds = board & 15
    for kind in range(1, HAND_KINDS + 1):
        found = int((kinds == kind).sum() + (kinds == kind + PROMOTED).sum() if kind != GOLD else (kinds == GOLD).sum())
        found += int(hands[:, kind - 1].sum())
        if found > SET_OF_PIECES[kind - 1]:
            raise InvalidPosition(
                f"there are {found} {_PLURALS[kind - 1]}, on the board and in hand: a set has {SET_OF_PIECES[kind - 1]}"
            )


def _check_places(board: NDArray[np.uint8]) -> None:
    """InvalidPosition where a piece stands as no game leads to."""
    for square in np.flatnonzero(board).tolist():
        color, kind = int(board[square]) >> 4, int(board[square]) & 15
        ahead = square % 9 if color == 0 else 8 - square % 9
        if (kind in (PAWN, LANCE) and ahead < 1) or (kind == KNIGHT and ahead < 2):
            raise InvalidPosition(
                f"{_SIDE_NAMES[color]}'s {_PLURALS[kind - 1][:-1]} on {square_name(square)} has no move"
            )
    for color in (0, 1):
        for file in range(9):
            if (board[9 * file : 9 * file + 9] == PAWN + WHITE * color).sum() > 1:
                raise InvalidPosition(f"{_SIDE_NAMES[color]} has two pawns on file {file + 1}")
