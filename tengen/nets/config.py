"""The shape of a network."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Self

from tengen.core.errors import InvalidParameter
from tengen.games.game import Game


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig:
    """A residual tower with a policy head and a value head. The board's size is no part of it."""

    planes: int
    """Input channels, `game.observation_shape[0]`."""
    actions_per_point: int
    """Policy planes [P, H, W]: 1 for Go and tic-tac-toe, 73 for chess, 27 for shogi, 0 if actions are no points."""
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

    def __post_init__(self) -> None:
        bounds = {"planes": 1, "actions_per_point": 0, "extra_actions": 0, "blocks": 0, "channels": 1, "pool_every": 0}
        for name, least in bounds.items():
            number = getattr(self, name)
            if type(number) is not int or not least <= number <= 65536:
                raise InvalidParameter(f"{name} of a network is {number!r}: an integer from {least} on is accepted")
        if self.actions_per_point + self.extra_actions == 0:
            raise InvalidParameter("a network needs actions: actions_per_point and extra_actions are both 0")
        if type(self.score) is not bool:
            raise InvalidParameter(f"score of a network is {self.score!r}: true or false is accepted")
        if type(self.score_utility) not in (float, int) or not 0 <= self.score_utility <= 1:
            raise InvalidParameter(f"score_utility of a network is {self.score_utility!r}: 0 to 1 is accepted")

    @classmethod
    def for_game(cls, game: Game, *, blocks: int = 4, channels: int = 32, pool_every: int = 2) -> Self:
        """The shape that fits a game: planes and actions from its observation, score heads if it has points."""
        planes, height, width = game.observation_shape
        utility = game.parameters.get("score_utility", 0.0)
        return cls(
            planes=planes,
            actions_per_point=game.num_actions // (height * width),
            extra_actions=game.num_actions % (height * width),
            blocks=blocks,
            channels=channels,
            pool_every=pool_every,
            score=game.has_score,
            score_utility=float(utility) if game.has_score and isinstance(utility, (int, float)) else 0.0,
        )

    def fits(self, game: Game) -> bool:
        """Whether a network of this shape can look at the game and choose among its actions."""
        wanted = NetConfig.for_game(game)
        return all(
            getattr(self, name) == getattr(wanted, name) for name in ("planes", "actions_per_point", "extra_actions")
        )

    def num_actions(self, height: int, width: int) -> int:
        """Actions on a board of this size."""
        return self.actions_per_point * height * width + self.extra_actions

    def to_json(self) -> str:
        """All fields as a JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The shape that `to_json` wrote; InvalidParameter if it is none."""
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict) or set(found) != {field.name for field in fields(cls)}:
            raise InvalidParameter("this does not describe a network of this version of Tengen")
        return cls(**found)
