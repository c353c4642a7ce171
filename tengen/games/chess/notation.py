"""Moves of chess as text: UCI (`e2e4`, `e7e8q`) and SAN (`Nf3`, `exd8=Q+`, `O-O`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tengen.core.errors import IllegalMove, InvalidMove
from tengen.games.chess.fen import FILES, LETTERS, short, square_name
from tengen.games.chess.geometry import (
    EAST,
    JUMP_PLANE,
    NORTH,
    NORTH_EAST,
    NORTH_WEST,
    OFFSET,
    PLANE,
    PROMOTION_PLANE,
    WEST,
)
from tengen.games.chess.state import BISHOP, KING, KNIGHT, PAWN, QUEEN, ROOK
from tengen.games.rules import State

PIECE_NAMES = {PAWN: "pawn", BISHOP: "bishop", KNIGHT: "knight", ROOK: "rook", KING: "king", QUEEN: "queen"}
_LESSER = (KNIGHT, BISHOP, ROOK)
_AS_QUEEN = (7 * NORTH_WEST, 7 * NORTH, 7 * NORTH_EAST)
"""Planes of the moves that promote to a queen, by the side to which the pawn goes."""

_OFFSETS: list[int] = OFFSET.tolist()

_UCI = re.compile(r"([a-h][1-8])([a-h][1-8])([qrbn])?", re.IGNORECASE)
_SAN = re.compile(r"([KQRBNkqrn])?([a-h])?([1-8])?[x:-]?([a-h][1-8])(?:[=/]?\(?([QRBNqrbn])\)?)?")
_SHORT = re.compile(r"[O0o]-?[O0o]")
_LONG = re.compile(r"[O0o]-?[O0o]-?[O0o]")
_TAIL = re.compile(r"(?:\s*e\.?p\.?)?[+#!?]*$")
LONGEST_MOVE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What an action does; squares as White sees them."""

    action: int
    piece: int
    """The code of the piece that moves; 0 where none stands."""
    origin: int
    goal: int
    """Where the piece goes; when castling, where the king does."""
    promotion: int
    """The code of the piece that a pawn becomes, or 0."""
    captures: bool
    castling: str
    """`O-O`, `O-O-O` or nothing."""
    rook: int
    """Where the rook stands with which the king castles."""


def code_of(state: State, square: int) -> int:
    """The code of the piece on a square of the mover's view; 0 if there is none."""
    found = (int(state[name]) >> square & 1 for name in ("leaper", "diagonal", "straight"))
    return sum(digit << place for place, digit in enumerate(found))


def read_action(state: State, action: int) -> Move | None:
    """What an action does, legal or not; None if it leads off the board."""
    plane, start = divmod(action, 64)
    end = start + int(OFFSET[plane])
    view = 56 * int(state["side"])
    shape = plane if plane < PROMOTION_PLANE else _AS_QUEEN[(plane - PROMOTION_PLANE) % 3]
    if not 0 <= end < 64 or PLANE[start, end] != shape:
        return None
    piece = code_of(state, start)
    own = int(state["chess_own"])
    promotion = 0
    if plane >= PROMOTION_PLANE:
        promotion = _LESSER[(plane - PROMOTION_PLANE) // 3]
    elif piece == PAWN and end >= 56:
        promotion = QUEEN
    castling, rook = "", -1
    if piece == KING and own >> start & 1:
        if state["chess960"]:
            if own >> end & 1 and code_of(state, end) == ROOK and start < 8 and end < 8:
                rook = end
        elif plane in (7 * EAST + 1, 7 * WEST + 1):
            rook = 7 if end > start else 0
        if rook >= 0:
            castling = "O-O" if rook > start else "O-O-O"
            end = 6 if rook > start else 2
    captures = not castling and (code_of(state, end) != 0 or (piece == PAWN and (end - start) & 7 != 0))
    return Move(
        action=action,
        piece=piece,
        origin=start ^ view,
        goal=end ^ view,
        promotion=promotion,
        captures=captures,
        castling=castling,
        rook=rook ^ view if rook >= 0 else -1,
    )


def write_uci(state: State, action: int) -> str:
    """The action as a UCI move; castling as king takes rook under Chess960."""
    move = read_action(state, action)
    if move is None:
        return f"action {action}"
    goal = move.rook if move.castling and state["chess960"] else move.goal
    return square_name(move.origin) + square_name(goal) + (LETTERS[move.promotion].lower() if move.promotion else "")


def read_move(state: State, text: str, legal: Sequence[int]) -> int:
    """The action that a UCI move or SAN means; `legal` are the legal actions.

    A UCI move need not be legal. InvalidMove if the text is no move or an ambiguous one, IllegalMove if no piece can
    move so.
    """
    word = text.strip() if len(text) < 1000 else text
    if len(word) <= LONGEST_MOVE:
        if match := _UCI.fullmatch(word):
            return _read_uci(state, word, *match.groups())
        san = _TAIL.sub("", word)
        if _SHORT.fullmatch(san) or _LONG.fullmatch(san):
            return _castle(state, word, "O-O-O" if _LONG.fullmatch(san) else "O-O", legal)
        if match := _SAN.fullmatch(san):
            return _read_san(state, word, match, legal)
    raise InvalidMove(f"{short(text)} is no move: such as e2e4, e7e8q, Nf3, exd5, e8=Q or O-O")


def write_san(state: State, action: int, legal: Sequence[int]) -> str:
    """A legal action as SAN, without the sign of a check or mate."""
    move = read_action(state, action)
    if move is None:
        return write_uci(state, action)
    if move.castling:
        return move.castling
    goal = ("x" if move.captures else "") + square_name(move.goal)
    if move.piece == PAWN:
        promotion = "=" + LETTERS[move.promotion] if move.promotion else ""
        return (FILES[move.origin & 7] if move.captures else "") + goal + promotion
    rivals = [
        other.origin
        for other in _moves_to(state, legal, move.goal)
        if other.piece == move.piece and other.origin != move.origin
    ]
    name = square_name(move.origin)
    if not rivals:
        name = ""
    elif all(origin & 7 != move.origin & 7 for origin in rivals):
        name = name[0]
    elif all(origin >> 3 != move.origin >> 3 for origin in rivals):
        name = name[1]
    return LETTERS[move.piece] + name + goal


def _square(name: str) -> int:
    return FILES.index(name[0].lower()) + 8 * (int(name[1]) - 1)


def _read_uci(state: State, text: str, origin: str, goal: str, promotion: str | None) -> int:
    view = 56 * int(state["side"])
    start, end = _square(origin) ^ view, _square(goal) ^ view
    piece = code_of(state, start)
    own = int(state["chess_own"])
    if piece == KING and own >> start & 1 and not promotion:
        end = _castling_goal(state, start, end)
    plane = int(PLANE[start, end])
    promotes = piece == PAWN and end >= 56 and plane < JUMP_PLANE
    if plane < 0:
        raise IllegalMove(f"{text} is not legal: no piece moves from {origin} to {goal}")
    if promotion and not (promotes and abs((end & 7) - (start & 7)) <= 1 and end - start <= 9):
        raise IllegalMove(f"{text} is not legal: no pawn promotes so")
    if promotes and not promotion:
        raise IllegalMove(f"{text} is not legal: a pawn that promotes becomes one of q, r, b, n, such as {text}q")
    code = LETTERS.index(promotion.upper()) if promotion else QUEEN
    if promotes and code != QUEEN:
        plane = PROMOTION_PLANE + 3 * _LESSER.index(code) + end - start - 7
    return plane * 64 + start


def _castling_goal(state: State, start: int, end: int) -> int:
    """Where the action of a king's move leads: both ways to write castling become that of the game."""
    if start >= 8 or end >= 8:
        return end
    own, castling = int(state["chess_own"]), int(state["castling"]) & 0xFF
    on_rook = own >> end & 1 and code_of(state, end) == ROOK
    if not state["chess960"]:
        if on_rook and start == 4 and end in (0, 7):
            return 6 if end == 7 else 2
        return end
    if not on_rook and end in (2, 6) and abs(end - start) > 1:
        rooks = [rook for rook in range(8) if castling >> rook & 1 and (rook > start) == (end == 6)]
        return rooks[0] if rooks else end
    return end


def _castle(state: State, text: str, castling: str, legal: Sequence[int]) -> int:
    for action in legal:
        move = read_action(state, action)
        if move and move.castling == castling:
            return action
    raise IllegalMove(f"{text} is not legal: {why_not_castle(state, castling)}" if legal else _over(text))


def why_not_castle(state: State, castling: str) -> str:
    """The reason why castling is not legal."""
    own = int(state["chess_own"])
    king = (own & int(state["leaper"]) & int(state["straight"])).bit_length() - 1
    rights = int(state["castling"]) & 0xFF
    if not (rights >> (king + 1) if castling == "O-O" else rights & ((1 << king) - 1)):
        return "the right to castle on that side is gone"
    if int(state["attacked"]) >> king & 1:
        return "the king is in check"
    return "a piece is in the way, or the king would pass an attacked square"


def _over(text: str) -> str:
    return f"{text} is not legal: the game is over"


def _read_san(state: State, text: str, match: re.Match[str], legal: Sequence[int]) -> int:
    letter, file, rank, goal, promotion = match.groups()
    piece = LETTERS.index(letter.upper()) if letter else PAWN
    found = _matching(state, legal, piece, file, rank, _square(goal))
    if not found and not letter and file == "b" and rank is None:  # a bishop without the shift key
        piece = BISHOP
        found = _matching(state, legal, BISHOP, None, None, _square(goal))
    if not legal:
        raise IllegalMove(_over(text))
    if not found:
        start = f" on {file or ''}{rank or ''}" if file or rank else ""
        raise IllegalMove(f"{text} is not legal: no {PIECE_NAMES[piece]}{start} can go to {goal}")
    code = LETTERS.index(promotion.upper()) if promotion else 0
    chosen = [move for move in found if move.promotion == code]
    if not chosen and code:
        raise IllegalMove(f"{text} is not legal: no pawn promotes so")
    if not chosen:
        raise IllegalMove(f"{text} is not legal: the pawn promotes, such as {goal}=Q")
    if len(chosen) > 1:
        choices = ", ".join(sorted(write_san(state, move.action, legal) for move in chosen))
        raise InvalidMove(f"{text} is ambiguous: one of {choices}")
    return chosen[0].action


def _moves_to(state: State, legal: Sequence[int], goal: int) -> list[Move]:
    """The legal moves to a square; castling is none."""
    end = goal ^ 56 * int(state["side"])
    moves = (read_action(state, action) for action in legal if (action & 63) + _OFFSETS[action >> 6] == end)
    return [move for move in moves if move and not move.castling]


def _matching(
    state: State, legal: Sequence[int], piece: int, file: str | None, rank: str | None, goal: int
) -> list[Move]:
    """The legal moves of a piece to a square, from a file and rank where they are named."""
    return [
        move
        for move in _moves_to(state, legal, goal)
        if move.piece == piece
        and (file is None or FILES[move.origin & 7] == file)
        and (rank is None or move.origin >> 3 == int(rank) - 1)
        and (piece != PAWN or file is not None or not move.captures)
    ]
