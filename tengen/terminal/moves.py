"""The legal moves of a position as a person reads them."""

from tengen.games.game import Game
from tengen.games.rules import State

CHESS_PIECES = {"": "pawn", "N": "knight", "B": "bishop", "R": "rook", "Q": "queen", "K": "king"}
SHOGI_PIECES = {
    "P": "歩 pawn",
    "L": "香 lance",
    "N": "桂 knight",
    "S": "銀 silver",
    "G": "金 gold",
    "B": "角 bishop",
    "R": "飛 rook",
    "K": "玉 king",
}
_SHOGI_KINDS = "PLNSGBRK"


def written(game: Game, state: State, action: int, *, ascii_only: bool = False) -> str:
    """A move as people write it; where a terminal has only ASCII, in the notation of programs."""
    text = game.notate(state, action)
    return game.action_to_text(state, action) if ascii_only and not text.isascii() else text


def grouped(game: Game, state: State, *, ascii_only: bool = False) -> dict[str, list[str]]:
    """All legal moves, by the piece that moves where the game has pieces; else under one empty name.

    Moves of shogi are told in both notations; of drops, under names such as `drop P*`, the squares.
    """
    groups: dict[str, list[str]] = {}
    for action in game.legal_actions(state).tolist():
        move = written(game, state, action, ascii_only=ascii_only)
        if game.name == "chess":
            name = CHESS_PIECES["K" if move.startswith("O") else move[0] if move[0] in "NBRQK" else ""]
        elif game.name == "shogi":
            usi = game.action_to_text(state, action)
            name = _shogi_group(game, state, usi, ascii_only=ascii_only)
            if usi[1] == "*":
                move = usi[2:]
            elif not ascii_only and usi != "win":
                move = f"{move} {usi}"
        else:
            name = ""
        groups.setdefault(name, []).append(move)
    drops = [f"drop {letter}*" for letter in SHOGI_PIECES]
    order = [*CHESS_PIECES.values(), *_shogi_names(ascii_only), *drops, "declare"]
    return dict(sorted(groups.items(), key=lambda group: order.index(group[0]) if group[0] in order else 0))


def _shogi_names(ascii_only: bool) -> list[str]:
    return [name.split()[1] if ascii_only else name for name in SHOGI_PIECES.values()]


def _shogi_group(game: Game, state: State, usi: str, *, ascii_only: bool) -> str:
    if usi == "win":
        return "declare"
    if usi[1] == "*":
        return f"drop {usi[:2]}"
    board = game.board(state)  # type: ignore[attr-defined]
    kind = abs(int(board[ord(usi[1]) - ord("a"), 9 - int(usi[0])]))
    return _shogi_names(ascii_only)[(kind if kind <= 8 else kind - 8) - 1]


def facts(game: Game, state: State) -> list[str]:
    """What is worth knowing of a position besides what the board shows."""
    lines = []
    over = game.is_over(state)
    captures = getattr(game, "captures", None)
    if captures is not None:
        taken = captures(state)
        names = [name.capitalize() for name in game.player_names]
        lines.append(f"captured by {names[0]} {taken[0]}, by {names[1]} {taken[1]}")
    if over or game.name not in ("chess", "shogi"):
        return lines
    mover = game.player_names[game.player(state)].capitalize()
    if game.in_check(state):  # type: ignore[attr-defined]
        lines.append(f"{mover} is in check")
    if game.name == "chess":
        lines += _chess_facts(game, state)
    elif game.repeats(state):  # type: ignore[attr-defined]
        lines.append(f"this position is here for the {_ordinal(game.repeats(state) + 1)} time")  # type: ignore[attr-defined]
    return lines


_WORTH = (0, 1, 3, 3, 5, 9, 0)


def _chess_facts(game: Game, state: State) -> list[str]:
    lines = []
    board = game.board(state)  # type: ignore[attr-defined]
    lead = sum(_WORTH[abs(piece)] * (1 if piece > 0 else -1) for piece in board.ravel().tolist())
    if lead:
        lines.append(f"{game.player_names[0 if lead > 0 else 1]} is ahead by {abs(lead)} in material")
    if game.is_repetition(state, 2):  # type: ignore[attr-defined]
        lines.append("this position was here before")
    quiet = game.halfmove_clock(state) // 2  # type: ignore[attr-defined]
    if quiet >= 20:
        lines.append(f"{quiet} moves without a capture or a pawn's move")
    return lines


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third", 4: "fourth"}.get(number, f"{number}th")
