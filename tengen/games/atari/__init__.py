"""Games of the Atari 2600 under the Arcade Learning Environment."""

from tengen.games.atari.game import Atari

__all__ = ["Atari"]
