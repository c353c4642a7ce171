"""Go: any size from 1 to 19, exact superko, area scoring. docs/go.md describes it."""

from tengen.games.go.game import Go

__all__ = ["Go"]
