"""Positions of chess as text: FEN, with rights to castle as X-FEN or Shredder-FEN too, and EPD.

    rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1

Board, side to move, rights to castle, en passant square, half-moves without progress, number of the move. Fields may
be missing from the end. What does not count is not asked for: an en passant square is kept only if such a capture
is legal, and operations of an EPD are skipped, except `hmvc` and `fmvn`, which are the last two fields.
"""

from dataclasses import dataclass

from tengen.core.errors import InvalidPosition

STARTPOS = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
LETTERS = ".PBNRKQ"
"""Letters of White's pieces by code (state.py); Black's are small."""
FILES = "abcdefgh"
MOST_MOVES = 99999
"""Half-moves and the number of a move are no greater in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """What a text says of a position; squares are 0 (a1) to 63 (h8)."""

    pieces: dict[int, tuple[int, int]]
    """By square: the colour, 0 White or 1 Black, and the code of the piece."""
    side: int = 0
    castling: frozenset[int] = frozenset()
    """Squares of rooks that may castle."""
    ep_square: int | None = None
    clock: int = 0
    fullmove: int = 1


def square_name(square: int) -> str:
    """A square's name, such as e4 for 28."""
    return FILES[square & 7] + "12345678"[square >> 3]


def short(text: str) -> str:
    """A text in quotes for an error message: on one line, and cut where it is long."""
    line = " ".join(text[:200].split())
    return repr(line if len(line) <= 80 and len(text) <= 200 else line[:77] + "...")


def read_fen(text: str, *, chess960: bool) -> Diagram:
    """The position that a text describes, checked for what chess cannot have; InvalidPosition names what is wrong.

    Whether a king can be taken is not seen here.
    """
    fields = text[:10000].split()
    if fields == ["startpos"]:
        fields = STARTPOS.split()
    if not fields:
        raise InvalidPosition("an empty text is no position: a FEN, or startpos")
    pieces = _read_board(fields[0], text)
    _check_pieces(pieces, text)
    side = _read_side(fields[1] if len(fields) > 1 else "w", text)
    clock, fullmove = _read_numbers(fields[4:], text)
    return Diagram(
        pieces=pieces,
        side=side,
        castling=_read_castling(fields[2] if len(fields) > 2 else "-", pieces, chess960, text),
        ep_square=_read_ep_square(fields[3] if len(fields) > 3 else "-", pieces, side, text),
        clock=clock,
        fullmove=fullmove,
    )


def write_fen(diagram: Diagram, *, chess960: bool) -> str:
    """The position as a FEN of six fields, rights to castle as Shredder-FEN under Chess960."""
    rows = []
    for rank in range(7, -1, -1):
        row = ""
        empty = 0
        for square in range(8 * rank, 8 * rank + 8):
            if square not in diagram.pieces:
                empty += 1
                continue
            color, code = diagram.pieces[square]
            row += (str(empty) if empty else "") + (LETTERS[code].lower() if color else LETTERS[code])
            empty = 0
        rows.append(row + (str(empty) if empty else ""))
    rights = ""
    for color in (0, 1):
        for rook in sorted((rook for rook in diagram.castling if rook >> 3 == 7 * color), reverse=True):
            letter = FILES[rook & 7] if chess960 else ("k" if rook & 7 == 7 else "q")
            rights += letter if color else letter.upper()
    ep_square = "-" if diagram.ep_square is None else square_name(diagram.ep_square)
    clock, fullmove = min(diagram.clock, MOST_MOVES), min(diagram.fullmove, MOST_MOVES)
    return f"{'/'.join(rows)} {'wb'[diagram.side]} {rights or '-'} {ep_square} {clock} {fullmove}"


def _read_board(field: str, text: str) -> dict[int, tuple[int, int]]:
    rows = field.split("/")
    if len(rows) != 8:
        raise InvalidPosition(f"{short(text)} is no position: 8 rows of pieces with / between them, then w or b")
    pieces = {}
    for number, row in enumerate(rows):
        file = 0
        for symbol in row:
            if symbol in "12345678":
                file += int(symbol)
            elif symbol.upper() in LETTERS[1:]:
                pieces[8 * (7 - number) + file] = (int(symbol.islower()), LETTERS.index(symbol.upper()))
                file += 1
            else:
                raise InvalidPosition(f"{symbol!r} in {short(text)} is no piece: one of PNBRQK, pnbrqk, or 1 to 8")
            if file > 8:
                break
        if file != 8:
            raise InvalidPosition(f"rank {8 - number} of {short(text)} has not 8 squares")
    return pieces


def _check_pieces(pieces: dict[int, tuple[int, int]], text: str) -> None:
    for color, name in enumerate(("White", "Black")):
        counts = [0] * 7
        for owner, code in pieces.values():
            counts[code] += owner == color
        pawns, bishops, knights, rooks, kings, queens = counts[1:]
        if kings != 1:
            raise InvalidPosition(f"{name} has {kings or 'no'} king{'s' * (kings > 1)} in {short(text)}")
        if pawns > 8:
            raise InvalidPosition(f"{name} has {pawns} pawns in {short(text)}: 8 at most")
        promoted = max(queens - 1, 0) + max(rooks - 2, 0) + max(bishops - 2, 0) + max(knights - 2, 0)
        if promoted > 8 - pawns:
            raise InvalidPosition(
                f"{name} has {pawns} pawns and {promoted} promoted pieces in {short(text)}: 8 together at most"
            )
    for square, (_, code) in pieces.items():
        if LETTERS[code] == "P" and square >> 3 in (0, 7):
            raise InvalidPosition(f"a pawn stands on {square_name(square)} in {short(text)}")


def _read_side(field: str, text: str) -> int:
    if field not in ("w", "b"):
        raise InvalidPosition(f"{short(field)} is to move in {short(text)}: w or b")
    return "wb".index(field)


def _read_castling(field: str, pieces: dict[int, tuple[int, int]], chess960: bool, text: str) -> frozenset[int]:
    found: set[int] = set()
    if field == "-":
        return frozenset()
    for symbol in field:
        color = int(symbol.islower())
        wrong = f"castling {short(field)} in {short(text)} is not possible"
        if symbol.upper() not in "KQABCDEFGH":
            raise InvalidPosition(f"castling {short(field)} in {short(text)} is not understood: KQkq, files, or -")
        back = range(56 * color, 56 * color + 8)
        king = next((square for square in back if pieces.get(square) == (color, LETTERS.index("K"))), None)
        if king is None:
            raise InvalidPosition(f"{wrong}: {('White', 'Black')[color]}'s king is not on his first rank")
        rooks = [square for square in back if pieces.get(square) == (color, LETTERS.index("R"))]
        if symbol.upper() == "K":
            rooks = [square for square in rooks if square > king][-1:]
        elif symbol.upper() == "Q":
            rooks = [square for square in rooks if square < king][:1]
        else:
            rooks = [square for square in rooks if FILES[square & 7] == symbol.lower()]
        if not rooks:
            raise InvalidPosition(f"{wrong}: there is no rook for {symbol}")
        rook = rooks[0]
        if not chess960 and (king & 7 != 4 or rook & 7 not in (0, 7)):
            raise InvalidPosition(f"{wrong}: king and rook are not where games start; the game chess:chess960=true may")
        if any(other != rook and other >> 3 == king >> 3 and (other > king) == (rook > king) for other in found):
            raise InvalidPosition(f"{wrong}: two rooks on one side of the king")
        found.add(rook)
    return frozenset(found)


def _read_ep_square(field: str, pieces: dict[int, tuple[int, int]], side: int, text: str) -> int | None:
    if field == "-":
        return None
    if len(field) != 2 or field[0] not in FILES or field[1] not in "12345678":
        raise InvalidPosition(f"en passant square {short(field)} in {short(text)} is not understood: such as e3, or -")
    square = 8 * (int(field[1]) - 1) + FILES.index(field[0])
    ahead = -8 if side == 0 else 8  # from the square to the pawn that passed over it
    stands = pieces.get(square + ahead) == (1 - side, LETTERS.index("P")) if square >> 3 == (5, 2)[side] else False
    if not stands or square in pieces or square - ahead in pieces:
        raise InvalidPosition(f"no pawn just passed over {field} in {short(text)}: no en passant square is there")
    return square


def _read_numbers(fields: list[str], text: str) -> tuple[int, int]:
    numbers = [0, 1]
    names = ("half-moves", "move number")
    index = 0
    while index < 2 and index < len(fields) and fields[index].lstrip("-+").isdigit():
        numbers[index] = _number(fields[index], names[index], text)
        index += 1
    operations = " ".join(fields[index:])
    if operations and index and ";" not in operations:
        raise InvalidPosition(f"{short(operations)} after the numbers in {short(text)} is not understood")
    if operations and not index and not fields[0][:1].isalpha() and fields[0][:1] != ";":
        raise InvalidPosition(f"{names[0]} {short(fields[0])} in {short(text)} is no number")
    for operation in operations.split(";"):
        words = operation.split()
        if len(words) == 2 and words[0] in ("hmvc", "fmvn"):
            place = ("hmvc", "fmvn").index(words[0])
            numbers[place] = _number(words[1], names[place], text)
    return numbers[0], max(numbers[1], 1)


def _number(word: str, name: str, text: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= 5):
        raise InvalidPosition(f"{name} {short(word)} in {short(text)} is not accepted: 0 to {MOST_MOVES}")
    return int(word)
