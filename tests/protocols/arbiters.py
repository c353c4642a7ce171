"""python-chess and cshogi as arbiters of a game."""

import chess
import cshogi

from tests.protocols.referee import Result


class ChessArbiter:
    """python-chess, by the rules of Tengen's defaults: the third repetition and fifty moves draw."""

    def __init__(self) -> None:
        self.board = chess.Board()

    def push(self, move: str) -> bool:
        try:
            self.board.push_uci(move)
        except ValueError:
            return False
        return True

    def ended(self) -> Result | None:
        if self.board.is_checkmate():
            return -1 if self.board.turn == chess.WHITE else 1
        if self.board.is_stalemate() or self.board.is_insufficient_material():
            return 0
        return 0 if self.board.is_repetition(3) or self.board.halfmove_clock >= 100 else None


class ShogiArbiter:
    """cshogi; the fourth occurrence of a position is counted here, since its own draw comes at the second."""

    def __init__(self) -> None:
        self.board = cshogi.Board()
        self.seen = [self._position()]
        self.checks: list[bool] = [False]
        self.declared = False

    def _position(self) -> str:
        return " ".join(self.board.sfen().split()[:3])

    def push(self, move: str) -> bool:
        if move == "win":
            self.declared = self.board.is_nyugyoku()
            return self.declared
        code = self.board.move_from_usi(move)
        if not code or not self.board.is_legal(code):
            return False
        self.board.push(code)
        self.seen.append(self._position())
        self.checks.append(self.board.is_check())
        return True

    def ended(self) -> Result | None:
        mover_is_black = self.board.turn == cshogi.BLACK
        if self.declared:
            return 1 if mover_is_black else -1
        if self.board.is_game_over():
            return -1 if mover_is_black else 1
        if self.seen.count(self.seen[-1]) < 4:
            return 0 if len(self.seen) > 512 else None
        first = self.seen.index(self.seen[-1])
        plies = range(first + 1, len(self.seen))
        by_opponent = all(self.checks[ply] for ply in plies if (len(self.seen) - 1 - ply) % 2 == 0)
        by_mover = all(self.checks[ply] for ply in plies if (len(self.seen) - 1 - ply) % 2 == 1)
        if by_opponent and not by_mover:
            return 1 if mover_is_black else -1
        if by_mover and not by_opponent:
            return -1 if mover_is_black else 1
        return 0
