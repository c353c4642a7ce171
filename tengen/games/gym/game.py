"""Any environment of Gymnasium that has discrete actions, as a game for one player."""

import copy
import difflib
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from tengen.core.errors import InvalidParameter, MissingExtra, UnknownName
from tengen.games import symmetry
from tengen.games.emulated import EmulatedGame, Simulator
from tengen.games.game import as_text
from tengen.games.gym.lander import LANDER, LanderSimulator
from tengen.games.gym.simulators import (
    CopyingSimulator,
    GymSimulator,
    ReplayingSimulator,
    draws_random_numbers,
    goes_back,
)
from tengen.games.gym.spaces import view
from tengen.games.parameters import above_zero, whole
from tengen.games.rules import State

DISCOUNT = 0.99
STEPS = 1000
"""The step limit where an environment has none of its own."""

MOST_ACTIONS = 2**16
MOST_NUMBERS_DRAWN = 64

ACTION_NAMES = {
    "Acrobot": "left none right",
    "Blackjack": "stick hit",
    "CartPole": "left right",
    "CliffWalking": "up right down left",
    "FrozenLake": "left down right up",
    "FrozenLake8x8": "left down right up",
    "LunarLander": "none left main right",
    "MountainCar": "left none right",
    "Taxi": "south north east west pickup dropoff",
}
"""What Gymnasium's own documentation calls the actions, by an environment's name without its version."""


class Gym(EmulatedGame):
    """A registered environment by its id, such as CartPole-v1; its wrappers but for the step limit are kept."""

    name = "gym"
    variant = "env"

    def __init__(self, **parameters: object) -> None:
        """env: an id of Gymnasium's registry; its action space must be discrete.

        discount  gamma, above 0 and up to 1
        steps     after so many steps the game is cut off; 0 for never; the environment's own limit unless given
        """
        identifier = str(parameters.get("env", "CartPole-v1"))
        known = find(identifier)
        discount = above_zero("discount", parameters.get("discount", DISCOUNT), 1.0)
        given = parameters.get("steps")
        steps = whole("steps", known.steps if given is None else given, 0, 2**31 - 1)
        super().__init__(env=identifier, discount=discount, steps=steps)
        self._own_steps = known.steps
        self.discount = discount
        self.num_actions = known.num_actions
        self.observation_shape = known.observation_shape
        self.action_names = known.action_names
        self.can_restore = known.kind is not ReplayingSimulator
        self.stochastic = known.stochastic
        self.max_plies = steps or 2**31 - 1
        self.symmetries = symmetry.none(*self.observation_shape[1:], self.num_actions)

    @classmethod
    def defaults(cls) -> dict[str, object]:
        return {"env": "CartPole-v1", "discount": DISCOUNT, "steps": None}

    @property
    def text(self) -> str:
        own = {"discount": DISCOUNT, "steps": self._own_steps}
        pairs = [f"{key}={as_text(self.parameters[key])}" for key in own if self.parameters[key] != own[key]]
        return f"gym:{','.join([str(self.parameters['env']), *pairs])}"

    def simulator(self, *, observing: bool = True, exact: bool = False) -> Simulator:
        known = find(str(self.parameters["env"]))
        kind = partial(LanderSimulator, exact=exact) if known.kind is LanderSimulator else known.kind
        return _simulator(kind, known.identifier, known.view_of, int(str(self.parameters["steps"])))

    def draw(self, state: State, last_action: int | None = None) -> str:
        """The step, the rewards so far, and what is seen where that is a short vector."""
        lines = [super().draw(state, last_action)]
        if self.observation_shape[1:] == (1, 1) and self.observation_shape[0] <= MOST_NUMBERS_DRAWN:
            lines.append(" ".join(f"{number:.3g}" for number in self.observe(state).ravel()))
        return "\n".join(lines)


class Known(NamedTuple):
    """What is known of a registered environment."""

    identifier: str
    steps: int
    num_actions: int
    observation_shape: tuple[int, int, int]
    view_of: Any
    """Its observation space."""
    action_names: tuple[str, ...]
    kind: type[GymSimulator]
    stochastic: bool


@cache
def find(identifier: str) -> Known:
    """Looks an environment over; a TengenError says in one line why it cannot be a game."""
    environment = make_environment(identifier, None)
    try:
        actions = environment.action_space
        from gymnasium.spaces import Discrete

        if not isinstance(actions, Discrete) or actions.n > MOST_ACTIONS:
            raise InvalidParameter(
                f"{identifier} has the action space {str(actions)[:60]}; a game needs a discrete one,"
                " with numbered actions"
            )
        num_actions, name = int(actions.n), environment.spec.name
        shape, _ = view(environment.observation_space, identifier)
        space, steps = environment.observation_space, spec_of(identifier).max_episode_steps or STEPS
    finally:
        environment.close()
    kind: type[GymSimulator] = CopyingSimulator
    if not _goes_back(CopyingSimulator, identifier, space, num_actions):
        kind = ReplayingSimulator
        if not _goes_back(ReplayingSimulator, identifier, space, num_actions):
            raise InvalidParameter(
                f"{identifier} can be neither copied nor played again from its seed: a search needs one of the two"
            )
        if spec_of(identifier).entry_point == LANDER and environment.unwrapped is environment:
            kind = LanderSimulator
    simulator = _simulator(CopyingSimulator, identifier, space, 0)
    stochastic = draws_random_numbers(simulator, num_actions)
    simulator.close()
    names = tuple(ACTION_NAMES.get(name, "").split())
    names = names if len(names) == num_actions else ()
    return Known(identifier, steps, num_actions, shape, space, names, kind, stochastic)


def _goes_back(kind: type[GymSimulator], identifier: str, space: Any, num_actions: int) -> bool:
    one, other = (_simulator(kind, identifier, space, 0) for _ in range(2))
    shape, _ = view(space, identifier)
    found = goes_back(one, other, num_actions, shape)
    one.close()
    other.close()
    return found


def _simulator(kind: Callable[..., GymSimulator], identifier: str, space: Any, limit: int) -> GymSimulator:
    _, write = view(space, identifier)
    return kind(partial(make_environment, identifier), write, limit)


def spec_of(identifier: str) -> Any:
    """The registry's entry of an environment; UnknownName if there is none."""
    gymnasium = _library()
    if ":" in identifier:  # Gymnasium would import the module before the colon, and texts come from files too
        raise UnknownName(f"{identifier[:60]!r} is no id: import the module first and leave its name out")
    try:
        return gymnasium.spec(identifier)
    except gymnasium.error.Error as error:
        near = difflib.get_close_matches(identifier, gymnasium.registry, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        reason = "" if near or not str(error) else f" ({' '.join(str(error).split())[:120]})"
        raise UnknownName(f"unknown Gymnasium environment {identifier[:60]!r}{hint}{reason}") from None


def make_environment(identifier: str, render_mode: str | None) -> Any:
    """The environment without the wrappers that count and check; it is the game that counts its steps."""
    gymnasium = _library()
    spec = copy.copy(spec_of(identifier))
    spec.order_enforce, spec.max_episode_steps = False, None
    options = {} if render_mode is None else {"render_mode": render_mode}
    try:
        return gymnasium.make(spec, disable_env_checker=True, **options)
    except gymnasium.error.DeprecatedEnv as error:
        raise UnknownName(f"{identifier}: {' '.join(str(error).split())}") from None
    except (gymnasium.error.DependencyNotInstalled, ImportError) as error:
        reason = " ".join(str(error).split())
        extra = "; pip install 'tengen[box2d]' brings it" if "box2d" in reason.lower() else ""
        raise MissingExtra(f"{identifier} needs a library that is missing: {reason}{extra}") from None
    except gymnasium.error.Error as error:
        raise InvalidParameter(f"{identifier} cannot be made: {' '.join(str(error).split())[:200]}") from None


def _library() -> Any:
    try:
        import gymnasium
    except ImportError:
        raise MissingExtra("games of Gymnasium need its library: pip install 'tengen[gym]'") from None
    return gymnasium
