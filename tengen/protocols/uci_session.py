"""Tengen as a UCI engine: `UciSession.receive` takes a line, `write` is given what is said.

S. Meyer-Kahlen, "Description of the universal chess interface (UCI)", April 2006; `go perft`, `d`, `bestmove (none)`
and the options named UCI_ShowWDL and Move Overhead are as in Stockfish.
"""

from typing import ClassVar

from tengen.protocols.engine_options import Option
from tengen.protocols.engine_score import centipawns
from tengen.protocols.engine_session import EngineSession, shared_options


class UciSession(EngineSession):
    """A chess GUI's session."""

    protocol = "uci"
    usual_game = "chess"
    new_game_command = "ucinewgame"
    position_keyword = "fen"
    clocks = ("w", "b")
    resigns = False
    hash_option = "Hash"
    patient_rules: ClassVar[dict[str, object]] = {"repetition": 0, "fifty": 0, "material": False, "max_plies": 0}

    def declared_options(self, agent: str) -> list[Option]:
        return [
            *shared_options(agent, "Hash"),
            Option("Ponder", "check", False),
            Option("UCI_Chess960", "check", False),
            Option("UCI_AnalyseMode", "check", False),
            Option("UCI_ShowWDL", "check", False),
        ]

    def game_parameters(self) -> dict[str, object]:
        return {"chess960": True} if self.options.flag("UCI_Chess960") else {}

    def score(self, value: float) -> int:
        return centipawns(value)

    def mate_score(self, plies: int, won: bool) -> str:
        return str((plies + 1) // 2 if won else -(plies // 2))

    def best_move(self, action: str | None, ponder: str | None) -> str:
        if action is None:
            return "bestmove (none)"
        return f"bestmove {action}" + ("" if ponder is None else f" ponder {ponder}")
