"""Tengen: a program learns a board game from its rules alone."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tengen.agents.load import load_agent as load_agent
    from tengen.arena.match import play_match as play_match
    from tengen.games.game import perft as perft
    from tengen.games.registry import make as make
    from tengen.mcts.search import search as search
    from tengen.selfplay.train import train as train

__version__ = "0.1.0"

_PUBLIC = {
    "load_agent": "tengen.agents.load",
    "make": "tengen.games.registry",
    "perft": "tengen.games.game",
    "play_match": "tengen.arena.match",
    "search": "tengen.mcts.search",
    "train": "tengen.selfplay.train",
}
"""The public names and where they live; imported when first used, so that `import tengen` stays light."""


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        import importlib

        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'tengen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
