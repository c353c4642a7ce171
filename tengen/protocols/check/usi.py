"""The checks of a USI engine: Universal Shogi Interface (Romstad), with what later engines added."""

import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from tengen.core.errors import EngineError
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.protocols.check.checklist import NotSupported, WrongAnswer
from tengen.protocols.check.lines import LineChecker


class UsiChecker(LineChecker):
    """Asks an engine of shogi."""

    protocol = "usi"
    ready_after = "usiok"
    new_game = "usinewgame"
    ponder_option = "usi_ponder"
    nothing = ("resign", "(none)", "win")
    start_position = "startpos"
    clock = "btime 1000 wtime 1000 byoyomi 0"
    positions = (
        ("the initial position", "startpos"),
        ("the initial position as SFEN", "sfen lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"),
        ("White to move", "startpos moves 7g7f"),
        ("after moves", "startpos moves 7g7f 3c3d 2g2f 8c8d"),
        ("after a promotion", "startpos moves 7g7f 3c3d 8h2b+"),
        ("after an exchange, a piece in each hand", "startpos moves 7g7f 3c3d 8h2b+ 3a2b"),
        ("after a drop", "startpos moves 7g7f 3c3d 8h2b+ 3a2b B*5e"),
        ("after a move that does not promote", "startpos moves 7g7f 3c3d 8h2b 3a2b"),
        ("a SFEN and moves", "sfen 4k4/9/9/9/9/9/9/9/4K4 b G 1 moves G*5e 5a5b"),
        ("a pawn that must promote", "sfen 4k4/P8/9/9/9/9/9/9/4K4 b - 1"),
        ("in check", "sfen 4k4/9/9/9/9/9/9/4r4/4K4 b - 1"),
        ("in check, with pieces in hand", "sfen 4k4/9/9/4r4/9/9/9/9/4K4 b GP 1"),
        ("pieces of all kinds in hand", "sfen 4k4/9/9/9/9/9/9/9/4K4 b RBGSNLPrbgsnlp 1"),
        ("mate in one by a drop", "sfen 4k4/9/4P4/9/9/9/9/9/4K4 b G 1"),
        ("promoted pieces on the board", "sfen 4k4/9/9/3+R+B4/9/3+p+s4/9/9/4K4 b - 1"),
    )
    finished = (("checkmate", "sfen 4k4/4G4/4P4/9/9/9/9/9/4K4 w - 1"),)

    def legal(self, position: str) -> set[str]:
        game = _shogi()
        start, _, moves = position.partition(" moves ")
        state = game.initial_state() if start == "startpos" else game.parse_position(start.removeprefix("sfen "))
        for move in moves.split():
            state = game.apply(state, game.parse_action(state, move))
        return {game.action_to_text(state, action) for action in game.legal_actions(state).tolist()} | {"resign"}

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "go with byoyomi", partial(self._limited, "btime 0 wtime 0 byoyomi 500")
        yield "go with increments", partial(self._limited, "btime 1000 wtime 1000 binc 100 winc 100")
        yield "gameover is passed over", partial(self._survives, "gameover draw")
        yield "a new game after gameover", partial(self._survives, "usinewgame")
        yield "go mate is answered with checkmate", self._mate

    def _mate(self) -> str:
        self.engine.send("position sfen 4k4/9/4P4/9/9/9/9/9/4K4 b G 1")
        self.engine.send("go mate 1000")
        deadline = time.monotonic() + 3.0
        try:
            while not (line := self.engine.read(deadline, after="go mate 1000")).startswith(("checkmate", "bestmove")):
                pass
        except EngineError as error:
            self._close()
            raise NotSupported(f"no answer: {error}"[:80]) from None
        if line.startswith("bestmove"):
            raise NotSupported(f"{line!r}, not checkmate")
        if line.split()[1:2] not in (["G*5b"], ["notimplemented"], ["timeout"], ["resign"]):
            raise WrongAnswer(f"{line[:60]!r}, not checkmate G*5b")
        if line.split()[1] != "G*5b":
            raise NotSupported(line)
        return line


@lru_cache(maxsize=1)
def _shogi() -> Game:
    return make("shogi")
