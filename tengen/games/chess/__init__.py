"""Chess and Chess960: FIDE's rules on bitboards. docs/chess.md describes it."""

from tengen.games.chess.game import Chess

__all__ = ["Chess"]
