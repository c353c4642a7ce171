"""Games for programs that expect Gymnasium's or PettingZoo's interface.

Importing this package registers `tengen/Game-v0`, so that `gymnasium.make("tengen/Game-v0", game="gridworld:robot")`
makes any single-player game; games for two are in `tengen.environments.pettingzoo`.
"""

from tengen.core.errors import MissingExtra

try:
    from gymnasium import register, registry
except ModuleNotFoundError:
    raise MissingExtra("environments need Gymnasium: pip install 'tengen[gym]'") from None

from tengen.environments.gymnasium import ENVIRONMENT, GameEnv

__all__ = ["ENVIRONMENT", "GameEnv"]

if ENVIRONMENT not in registry:
    register(ENVIRONMENT, entry_point="tengen.environments.gymnasium:GameEnv")
