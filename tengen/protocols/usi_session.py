"""Tengen as a USI engine, for shogi GUIs.

T. Romstad, "The Universal Shogi Interface"; what shogidokoro adds: byoyomi, `bestmove win`, `go mate`, `gameover`.
"""

from typing import ClassVar

from tengen.agents.control import Control, Limits
from tengen.core.errors import TengenError
from tengen.protocols.engine_line import Go
from tengen.protocols.engine_options import Option
from tengen.protocols.engine_score import shogi_score
from tengen.protocols.engine_session import EngineSession, shared_options


class UsiSession(EngineSession):
    """A shogi GUI's session."""

    protocol = "usi"
    usual_game = "shogi"
    new_game_command = "usinewgame"
    position_keyword = "sfen"
    clocks = ("b", "w")
    resigns = True
    hash_option = "USI_Hash"
    patient_rules: ClassVar[dict[str, object]] = {}

    def declared_options(self, agent: str) -> list[Option]:
        return [
            *shared_options(agent, "USI_Hash", spaced=False),
            Option("USI_Ponder", "check", False),
            Option("ResignValue", "spin", 0, 0, 100),
        ]

    def game_parameters(self) -> dict[str, object]:
        return {}

    def resign_threshold(self, usual: float) -> float:
        return self.options.number("ResignValue") / 100 or usual

    def score(self, value: float) -> int:
        return shogi_score(value)

    def mate_score(self, plies: int, won: bool) -> str:
        return str(plies if won else -plies)

    def best_move(self, action: str | None, ponder: str | None) -> str:
        if action is None:
            return "bestmove resign"
        return f"bestmove {action}" + ("" if ponder is None else f" ponder {ponder}")

    def think(self, go: Go, control: Control) -> str:
        if go.mate is not None:
            return self._checkmate(go.mate, control)
        if self._may_declare():
            self.say("info depth 1 score mate 1")
            control.wait()
            return "bestmove win"
        return super().think(go, control)

    def _may_declare(self) -> bool:
        """Whether a win may be declared now, which no search need find."""
        game, state = self.player.game, self.here().state
        try:
            game.parse_action(state, "win")
        except TengenError:
            return False
        return True

    def _checkmate(self, milliseconds: int, control: Control) -> str:
        """Looks for a forced win, within so many milliseconds unless they are 0."""
        state, player = self.here().state, self.player
        if player.game.is_over(state):
            return "checkmate nomate"
        control.limits = Limits(seconds=milliseconds / 1000 if milliseconds else None)
        solver = player.solver(state)
        found = player.watch(solver, state, control)
        line = solver.lines(found)[0]
        if line.lower >= 1.0:
            return "checkmate " + " ".join(player.moves(state, line.actions))
        return "checkmate nomate" if solver.solved() else "checkmate timeout"
