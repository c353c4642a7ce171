"""The checks of a UCI engine: Universal Chess Interface, 2006 (Kahlen and Meyer-Kahlen)."""

from collections.abc import Callable, Iterator
from functools import partial

from tengen.protocols.check.checklist import NotSupported, WrongAnswer
from tengen.protocols.check.lines import LineChecker


class UciChecker(LineChecker):
    """Asks a chess engine."""

    protocol = "uci"
    ready_after = "uciok"
    new_game = "ucinewgame"
    ponder_option = "ponder"
    nothing = ("(none)", "0000", "NULL")
    start_position = "startpos"
    clock = "wtime 1000 btime 1000"
    positions = (
        ("the initial position", "startpos"),
        ("the initial position as FEN", "fen rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"),
        ("Black to move", "fen rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq - 0 1"),
        ("after moves", "startpos moves e2e4 e7e5 g1f3 b8c6"),
        ("a FEN and moves", "fen 4k3/8/8/8/8/8/4P3/4K3 w - - 0 1 moves e2e4 e8d7"),
        ("after castling short", "startpos moves e2e4 e7e5 g1f3 b8c6 f1c4 f8c5 e1g1"),
        ("after castling long", "startpos moves d2d4 d7d5 b1c3 b8c6 c1f4 c8f5 d1d2 d8d7 e1c1 e8c8"),
        ("castling either way", "fen r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1"),
        ("no castling through check", "fen 4k3/8/8/8/8/8/5r2/4K2R w K - 0 1"),
        ("after a double step that can be taken in passing", "startpos moves e2e4 a7a6 e4e5 d7d5"),
        ("after taking in passing", "startpos moves e2e4 a7a6 e4e5 d7d5 e5d6"),
        ("taking in passing is the only move", "fen k5r1/2b5/5n2/5Pp1/7K/8/8/6n1 w - g6 0 2"),
        ("no taking in passing, the king would be in check", "fen 8/8/8/K1Pp3r/8/8/8/7k w - d6 0 2"),
        ("a promotion is the only move", "fen 8/P7/8/8/8/2k5/1r6/K7 w - - 0 1"),
        ("after a promotion", "fen 8/P6k/8/8/8/8/8/K7 w - - 0 1 moves a7a8q h7g7"),
        ("after a promotion to a knight", "fen 8/P6k/8/8/8/8/8/K7 w - - 0 1 moves a7a8n h7g7"),
        ("in double check", "fen 4k3/8/8/8/8/5n2/8/r3K3 w - - 0 1"),
        ("a pinned piece", "fen 4r1k1/8/8/8/8/8/4R3/4K3 w - - 0 1"),
        ("mate in one", "fen 6k1/5ppp/8/8/8/8/8/R3K3 w - - 0 1"),
        ("one move before the fifty-move rule", "fen 8/8/8/4k3/8/8/4R3/4K3 w - - 99 120"),
        ("a position for the second time", "startpos moves g1f3 g8f6 f3g1 f6g8"),
        ("nine queens", "fen 1k6/8/8/8/8/8/QQQQQQQQ/3QK3 w - - 0 1"),
    )
    finished = (
        ("checkmate", "fen rnb1kbnr/pppp1ppp/8/4p3/6Pq/5P2/PPPPP2P/RNBQKBNR w KQkq - 1 3"),
        ("stalemate", "fen 7k/5Q2/6K1/8/8/8/8/8 b - - 0 1"),
    )

    def legal(self, position: str) -> set[str]:
        import chess

        start, _, moves = position.partition(" moves ")
        board = chess.Board() if start == "startpos" else chess.Board(start.removeprefix("fen "))
        for move in moves.split():
            board.push_uci(move)
        return {move.uci() for move in board.legal_moves}

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "go searchmoves", self._searchmoves
        yield "go mate", partial(self._mate, "fen 6k1/5ppp/8/8/8/8/8/R3K3 w - - 0 1", "a1a8")
        yield "Chess960: castling is king takes rook", self._chess960

    def _searchmoves(self) -> str:
        move = self.best(self.start_position, self.go(self.start_position, "nodes 200 searchmoves a2a3 h2h3"))
        if move not in ("a2a3", "h2h3"):
            raise NotSupported(f"{move} although only a2a3 and h2h3 were to be searched")
        return move

    def _mate(self, position: str, wanted: str) -> str:
        move = self.best(position, self.go(position, "mate 1 movetime 500"))
        if move != wanted:
            raise NotSupported(f"{move}, not {wanted}")
        return move

    def _chess960(self) -> str:
        import chess

        name = self._named("uci_chess960")
        self.engine.send(f"setoption name {name} value true")
        try:
            fen = "fen 4k3/8/8/8/8/8/8/4KR2 w F - 0 1"
            board = chess.Board(fen.removeprefix("fen "), chess960=True)
            board.push_uci("e1f1")
            lines = self.go(f"{fen} moves e1f1", "movetime 50")
        finally:
            if self.engine.alive:
                self.engine.send(f"setoption name {name} value false")
        move = lines[-1].split()[1]
        if move not in {each.uci() for each in board.legal_moves}:
            raise WrongAnswer(f"{lines[-1][:40]!r} after e1f1")
        return f"e1f1, {move}"
