"""Shogi: drops, repetition, perpetual check, entering king, handicaps. docs/shogi.md describes it."""

from tengen.games.shogi.game import Shogi

__all__ = ["Shogi"]
