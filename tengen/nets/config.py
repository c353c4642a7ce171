"""The shape of a network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig:
    """A residual tower with a policy head and a value head."""

    planes: int
    """Input channels, `game.observation_shape[0]`."""
    actions_per_point: int
    """Policy planes [P, H, W]: 1 for Go and tic-tac-toe, 73 for chess, 27 for shogi."""
    extra_actions: int
    """Actions behind the planes, computed from pooled features: 1 for Go's pass."""
    blocks: int = 4
    channels: int = 32
    pool_every: int = 2
    """Each such block adds globally pooled features (mean, mean scaled by board width, max); 0 for none."""
    score: bool = False
    """Whether the network has heads for the ownership of points and for the final score (`game.has_score`)."""
    score_utility: float = 0.0
    """Share of tanh(score / 20) in the value; the rest is win - loss. The game's own utility, see games/go."""
