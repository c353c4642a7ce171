"""The shape of a network."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

from tengen.core.errors import InvalidParameter
from tengen.games.game import Game

Value = Literal["wdl", "scalar"]
"""What the value head tells: chances of win, draw and loss, or a distribution over discounted returns."""

ATOMS = 51
"""Returns, evenly spaced, over which a scalar value is a distribution (Bellemare, Dabney and Munos 2017)."""

LARGEST_SIDE = 16
"""A board with a longer side is halved in the stem, unless its points are actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig:
    """A residual tower with a policy head and a value head. Unless it has `points`, it fits boards of every size."""

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
    count: bool = False
    """Whether the heads that judge the board see the count: the sum of the points' expected owners, with komi."""
    komi_plane: int = -1
    """The input plane whose mean times `komi_scale` is what the player to move is given; -1 for none."""
    komi_scale: float = 1.0
    value: Value = "wdl"
    """`wdl` between two players, `scalar` for one."""
    halvings: int = 0
    """Convolutions of the stem that step two points at a time: 84x84, 42x42, 21x21, 11x11."""
    points: int = 0
    """Points after the stem, which the heads read one by one; 0: the heads see them pooled, however many."""
    reply: bool = False
    """Whether a head foretells the opponent's reply: an aid to learning, left out when the network plays."""
    horizons: int = 0
    """Values of the near future that heads foretell, likewise."""

    def __post_init__(self) -> None:
        bounds = {"planes": 1, "actions_per_point": 0, "extra_actions": 0, "blocks": 0, "channels": 1, "pool_every": 0}
        bounds |= {"halvings": 0, "points": 0, "horizons": 0}
        for name, least in bounds.items():
            number = getattr(self, name)
            if type(number) is not int or not least <= number <= 65536:
                raise InvalidParameter(f"{name} of a network is {number!r}: an integer from {least} on is accepted")
        if self.actions_per_point + self.extra_actions == 0:
            raise InvalidParameter("a network needs actions: actions_per_point and extra_actions are both 0")
        for name in ("score", "count", "reply"):
            if type(getattr(self, name)) is not bool:
                raise InvalidParameter(f"{name} of a network is {getattr(self, name)!r}: true or false is accepted")
        if type(self.score_utility) not in (float, int) or not 0 <= self.score_utility <= 1:
            raise InvalidParameter(f"score_utility of a network is {self.score_utility!r}: 0 to 1 is accepted")
        if type(self.komi_plane) is not int or not -1 <= self.komi_plane < self.planes:
            raise InvalidParameter(
                f"komi_plane of a network is {self.komi_plane!r}: one of its planes is accepted, or -1"
            )
        if type(self.komi_scale) not in (float, int) or not 0 < self.komi_scale <= 65536:
            raise InvalidParameter(f"komi_scale of a network is {self.komi_scale!r}: a positive number is accepted")
        if self.count and not self.score:
            raise InvalidParameter("a network without ownership has nothing to count")
        if self.value not in get_args(Value):
            raise InvalidParameter(f"value of a network is {self.value!r}: wdl or scalar is accepted")
        if self.halvings and self.actions_per_point:
            raise InvalidParameter("a network whose actions belong to points cannot halve the board")

    @classmethod
    def for_game(
        cls,
        game: Game,
        *,
        blocks: int = 4,
        channels: int = 32,
        pool_every: int = 2,
        score: bool = True,
        count: bool = True,
        reply: bool = False,
        horizons: int = 0,
    ) -> Self:
        """The shape that fits a game: planes and actions from its observation, score heads if it has points.

        What foretells a reply, or a near value between 1 and -1, is for games of two players.
        Where actions belong to no points the heads read what is left of the board point by point.
        """
        planes, height, width = game.observation_shape
        utility = game.parameters.get("score_utility", 0.0)
        board = height * width
        scored = score and game.has_score
        plane, scale = game.komi_plane or (-1, 1.0)
        halvings = points = 0
        if not game.board_actions:
            while max(height, width) > LARGEST_SIDE:
                halvings, height, width = halvings + 1, (height + 1) // 2, (width + 1) // 2
            points = height * width
        return cls(
            planes=planes,
            actions_per_point=game.num_actions // board if game.board_actions else 0,
            extra_actions=game.num_actions % board if game.board_actions else game.num_actions,
            blocks=blocks,
            channels=channels,
            pool_every=pool_every,
            score=scored,
            score_utility=float(utility) if scored and isinstance(utility, (int, float)) else 0.0,
            count=scored and count,
            komi_plane=plane if scored and count else -1,
            komi_scale=scale if scored and count else 1.0,
            value="wdl" if game.num_players == 2 else "scalar",
            halvings=halvings,
            points=points,
            reply=reply and game.num_players == 2,
            horizons=horizons if game.num_players == 2 else 0,
        )

    def fits(self, game: Game) -> bool:
        """Whether a network of this shape can look at the game and choose among its actions."""
        wanted = NetConfig.for_game(game)
        names = ("planes", "actions_per_point", "extra_actions", "value", "halvings", "points")
        return all(getattr(self, name) == getattr(wanted, name) for name in names)

    @property
    def outcomes(self) -> int:
        """Outputs of the value head: win, draw and loss, or the atoms of a return."""
        return 3 if self.value == "wdl" else ATOMS

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
        later: dict[str, Any] = {"value": "wdl", "halvings": 0, "points": 0}  # fields that the first networks lack
        later |= {"reply": False, "horizons": 0, "count": False, "komi_plane": -1, "komi_scale": 1.0}
        found = later | found if isinstance(found, dict) else None
        if found is None or set(found) != {field.name for field in fields(cls)}:
            raise InvalidParameter("this does not describe a network of this version of Tengen")
        return cls(**found)
