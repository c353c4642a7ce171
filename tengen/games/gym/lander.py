"""LunarLander, whose physics lie in Box2D: exactly by playing again, or nearly so by its bodies, which is fast.

Box2D shows positions and velocities, but not the impulses with which its solver starts the next step, nor how long a
body has been at rest. A lander put back by its bodies flies on within 1e-4 of the true observations; while its legs
touch the ground a step may be off by some hundredths. Plans can live with that; a game goes on by its actions.
"""

import math
from typing import Any, NamedTuple

from tengen.games.emulated import Outcome
from tengen.games.gym.simulators import Line, Maker, ReplayingSimulator
from tengen.games.gym.spaces import Writer

LANDER = "gymnasium.envs.box2d.lunar_lander:LunarLander"
"""The entry point of the environments that are meant here."""

SLOW_TURN = math.radians(2.0)
SLOW = 0.01
REST = 0.5
"""Box2D lets bodies sleep that have turned and moved no faster than so (rad/s, m/s) for so long (s)."""

FPS = 50
LANDED = 100.0


class Flight(NamedTuple):
    """A situation as the way to it, and as what can be read from the physics."""

    line: Line
    bodies: tuple[tuple[Any, ...], ...]
    """Position, angle, velocity and angular velocity of the lander and its legs."""
    touching: tuple[bool, ...]
    shaping: float | None
    resting: int
    """Steps for which all three bodies have been slow."""
    luck: Any
    wind: tuple[int, int] | None


class LanderSimulator(ReplayingSimulator):
    """Goes back by playing again where it is `exact`, else by its bodies."""

    def __init__(
        self, make: Maker, write: Writer, limit: int, render_mode: str | None = None, *, exact: bool = False
    ) -> None:
        super().__init__(make, write, limit, render_mode)
        self.exact = exact
        self._resting = 0
        self._put_back = False

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self._resting, self._put_back = 0, False

    def step(self, action: int) -> Outcome:
        outcome = super().step(action)
        slow = all(
            abs(body.angularVelocity) <= SLOW_TURN and body.linearVelocity.lengthSquared <= SLOW * SLOW
            for body in self._bodies()
        )
        self._resting = self._resting + 1 if slow else 0
        if self._put_back and self._resting >= REST * FPS and not outcome.terminated:
            return Outcome(LANDED, True, outcome.truncated)  # Box2D has forgotten since when the lander rests
        return outcome

    def save(self) -> Any:
        if not isinstance(self._at, Flight):
            lander = self.environment.unwrapped
            self._at = None
            self._at = Flight(
                super().save(),
                tuple(
                    (tuple(body.position), body.angle, tuple(body.linearVelocity), body.angularVelocity)
                    for body in self._bodies()
                ),
                tuple(leg.ground_contact for leg in lander.legs),
                lander.prev_shaping,
                self._resting,
                lander.np_random.bit_generator.state,
                (lander.wind_idx, lander.torque_idx) if lander.enable_wind else None,
            )
        return self._at

    def restore(self, snapshot: Any) -> None:
        if snapshot is self._at:
            return
        if self.exact:
            super().restore(snapshot.line)
        else:
            self._put(snapshot)
        self._at = snapshot

    def _put(self, flight: Flight) -> None:
        line = flight.line
        if self.observation is None or self.seed != line.seed:
            self.reset(line.seed)  # the ground belongs to the seed
        lander = self.environment.unwrapped
        for body, (place, angle, velocity, turning) in zip(self._bodies(), flight.bodies, strict=True):
            body.awake = False  # which forgets how long it rested and every force
            body.awake = True
            body.transform = (place, angle)
            body.linearVelocity = velocity
            body.angularVelocity = turning
        for leg, touches in zip(lander.legs, flight.touching, strict=True):
            leg.ground_contact = touches
        lander.prev_shaping, lander.game_over = flight.shaping, False
        lander.np_random.bit_generator.state = flight.luck
        if flight.wind is not None:
            lander.wind_idx, lander.torque_idx = flight.wind
        self.history, self.seeds, self.observation = line.history, line.seeds, line.observation
        self.steps, self._resting, self._put_back = line.history.length, flight.resting, True

    def _bodies(self) -> list[Any]:
        lander = self.environment.unwrapped
        return [lander.lander, *lander.legs]
