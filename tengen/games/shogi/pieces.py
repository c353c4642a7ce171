"""The pieces of shogi: their numbers, letters and names."""

PAWN, LANCE, KNIGHT, SILVER, GOLD, BISHOP, ROOK, KING = 1, 2, 3, 4, 5, 6, 7, 8
PROMOTED = 8
"""Added to what promotes: TOKIN 9, promoted lance 10, knight 11, silver 12, HORSE 14, DRAGON 15."""
TOKIN, HORSE, DRAGON = 9, 14, 15
WHITE = 16
"""Added to White's pieces on the board of a record; `Shogi.board` makes them negative."""

HAND_KINDS = 7
"""Pieces that a hand can hold: pawn, lance, knight, silver, gold, bishop, rook, in this order."""
SET_OF_PIECES = (18, 4, 4, 4, 4, 2, 2)
"""How many there are of each, both sides together."""

BLACK_PIECES, WHITE_PIECES = 0, 1
PAWNS, LANCES, KNIGHTS, SILVERS, GOLDS, BISHOPS, ROOKS, KINGS, HORSES, DRAGONS = range(2, 12)
"""Sets in a record: all pieces of each side, then what moves alike, of both sides (a tokin is among GOLDS)."""
SETS = 12

LETTERS = " PLNSGBRK"
"""SFEN's letter of each kind."""
KANJI = " 歩香桂銀金角飛玉と杏圭全 馬龍"
"""One character for each kind, as boards show them."""
NAMES = ("", "歩", "香", "桂", "銀", "金", "角", "飛", "玉", "と", "成香", "成桂", "成銀", "", "馬", "龍")
"""The kinds as moves name them."""


def letters(kind: int) -> str:
    """SFEN's letters of a kind, such as `+P`."""
    return "+" + LETTERS[kind - PROMOTED] if kind > KING else LETTERS[kind]
