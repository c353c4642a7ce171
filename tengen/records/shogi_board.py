"""A board that follows what a record of shogi says: where pieces stand and which of them a short notation means.

It knows how pieces move, not what is legal: whether a game keeps to the rules is asked when it becomes a GameRecord.
Moves are USI texts, positions SFEN texts, pieces SFEN letters without colour, `+` before promoted ones.
"""

from collections import Counter
from dataclasses import dataclass, field

from tengen.core.errors import InvalidRecord

Square = tuple[int, int]
"""(file, rank), both from 1: 7g is (7, 7)."""

START = "lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"
RANKS = "abcdefghi"
HAND_ORDER = "RBGSNLP"
"""The order of pieces in hand in SFEN."""

_GOLD = ((0, 1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1))
_CROSS = ((0, 1), (0, -1), (1, 0), (-1, 0))
_DIAGONAL = ((1, 1), (-1, 1), (1, -1), (-1, -1))
STEPS: dict[str, tuple[Square, ...]] = {
    "P": ((0, 1),),
    "L": (),
    "N": ((1, 2), (-1, 2)),
    "S": ((0, 1), *_DIAGONAL),
    "G": _GOLD,
    "B": (),
    "R": (),
    "K": (*_CROSS, *_DIAGONAL),
    "+P": _GOLD,
    "+L": _GOLD,
    "+N": _GOLD,
    "+S": _GOLD,
    "+B": _CROSS,
    "+R": _DIAGONAL,
}
"""(files to the left, ranks forward) of single steps, seen by the piece's owner."""
SLIDES: dict[str, tuple[Square, ...]] = {
    "L": ((0, 1),),
    "B": _DIAGONAL,
    "+B": _DIAGONAL,
    "R": _CROSS,
    "+R": _CROSS,
}


@dataclass(slots=True)
class Taken:
    """What a move changed, so that it can be taken back."""

    source: Square | None
    target: Square
    before: str
    captured: tuple[str, int] | None


@dataclass(slots=True)
class ShogiBoard:
    """A position that moves are played on and taken back from."""

    squares: dict[Square, tuple[str, int]] = field(default_factory=dict)
    """The piece and its owner, 0 Black, on each square that has one."""
    hands: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    turn: int = 0

    @classmethod
    def from_sfen(cls, sfen: str) -> "ShogiBoard":
        """The board of an SFEN text that this package has written."""
        rows, turn, hands, *_ = sfen.split()
        board = cls(turn="bw".index(turn))
        for rank, row in enumerate(rows.split("/"), start=1):
            file, promoted = 9, ""
            for letter in row:
                if letter.isdigit():
                    file -= int(letter)
                elif letter == "+":
                    promoted = "+"
                else:
                    board.squares[file, rank] = (promoted + letter.upper(), int(letter.islower()))
                    file, promoted = file - 1, ""
        count = ""
        for letter in hands.replace("-", ""):
            if letter.isdigit():
                count += letter
            else:
                board.hands[int(letter.islower())][letter.upper()] += int(count or 1)
                count = ""
        return board

    def sfen(self) -> str:
        """The position as SFEN, its move number 1."""
        rows = []
        for rank in range(1, 10):
            row, empty = "", 0
            for file in range(9, 0, -1):
                found = self.squares.get((file, rank))
                if found is None:
                    empty += 1
                    continue
                row += (str(empty) if empty else "") + (found[0].lower() if found[1] else found[0])
                empty = 0
            rows.append(row + (str(empty) if empty else ""))
        hands = ""
        for player in (0, 1):
            for piece in HAND_ORDER:
                count = self.hands[player][piece]
                if count:
                    hands += (str(count) if count > 1 else "") + (piece.lower() if player else piece)
        return f"{'/'.join(rows)} {'bw'[self.turn]} {hands or '-'} 1"

    def play(self, move: str) -> Taken:
        """Plays a USI move; InvalidRecord where there is no such piece to be moved."""
        if move[1] == "*":
            target, piece = square(move[2:4]), move[0]
            if target in self.squares:
                raise InvalidRecord(f"a piece is dropped on {move[2:4]}, where one stands")
            if not self.hands[self.turn][piece]:
                raise InvalidRecord(f"a piece is dropped that is not in hand ({move})")
            self.hands[self.turn][piece] -= 1
            self.squares[target] = (piece, self.turn)
            undo = Taken(None, target, piece, None)
        else:
            source, target = square(move[:2]), square(move[2:4])
            found, captured = self.squares.get(source), self.squares.get(target)
            if found is None or found[1] != self.turn:
                raise InvalidRecord(f"no piece of the side to move stands on {move[:2]} ({move})")
            if captured is not None and captured[1] == self.turn:
                raise InvalidRecord(f"a piece of its own stands on {move[2:4]} ({move})")
            if captured is not None:
                self.hands[self.turn][captured[0].lstrip("+")] += 1
            del self.squares[source]
            self.squares[target] = ("+" + found[0].lstrip("+") if move.endswith("+") else found[0], self.turn)
            undo = Taken(source, target, found[0], captured)
        self.turn = 1 - self.turn
        return undo

    def take_back(self, undo: Taken) -> None:
        """Undoes the last move."""
        self.turn = 1 - self.turn
        del self.squares[undo.target]
        if undo.source is None:
            self.hands[self.turn][undo.before] += 1
            return
        self.squares[undo.source] = (undo.before, self.turn)
        if undo.captured is not None:
            self.squares[undo.target] = undo.captured
            self.hands[self.turn][undo.captured[0].lstrip("+")] -= 1

    def reaching(self, piece: str, target: Square) -> list[Square]:
        """Squares from which pieces of that kind, of the side to move, can go to `target`, kings in check or not."""
        found = self.squares.get(target)
        if found is not None and found[1] == self.turn:
            return []
        return [
            source
            for source, (kind, owner) in self.squares.items()
            if kind == piece and owner == self.turn and self._reaches(source, target)
        ]

    def leaves_king_safe(self, source: Square, target: Square) -> bool:
        """Whether the own king, if there is one, is not attacked after the move."""
        mover = self.turn
        undo = self.play(square_name(source) + square_name(target))
        kings = [place for place, piece in self.squares.items() if piece == ("K", mover)]
        safe = not any(
            owner != mover and self._reaches(place, king)
            for king in kings
            for place, (_, owner) in self.squares.items()
        )
        self.take_back(undo)
        return safe

    def _reaches(self, source: Square, target: Square) -> bool:
        piece, owner = self.squares[source]
        sign = 1 if owner == 0 else -1
        left, forward = sign * (target[0] - source[0]), sign * (source[1] - target[1])
        if (left, forward) in STEPS[piece]:
            return True
        for one_left, one_forward in SLIDES.get(piece, ()):
            distance = max(abs(left), abs(forward))
            if (one_left * distance, one_forward * distance) == (left, forward):
                between = (
                    (source[0] + sign * one_left * step, source[1] - sign * one_forward * step)
                    for step in range(1, distance)
                )
                return not any(place in self.squares for place in between)
        return False


def square(text: str) -> Square:
    """The square of a USI text such as `7g`."""
    return int(text[0]), RANKS.index(text[1]) + 1


def square_name(place: Square) -> str:
    """The USI text of a square."""
    return f"{place[0]}{RANKS[place[1] - 1]}"
