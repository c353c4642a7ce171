"""Atari as a game: parameters, names of actions, drawing."""

from tengen.core.errors import InvalidParameter
from tengen.games import symmetry
from tengen.games.atari.emulator import AtariSimulator, Rules, cartridge
from tengen.games.emulated import EmulatedGame
from tengen.games.game import as_text
from tengen.games.parameters import above_zero, number, truth, whole
from tengen.games.rules import State

FRAMES = 108_000
"""Frames after which a game is cut off, half an hour of play; Machado et al. (2018)."""

LIVES = ("all", "end")


class Atari(EmulatedGame):
    """A game of the Atari 2600, by the name of its ROM; the rewards are the points of the console."""

    name = "atari"
    variant = "rom"
    observation_range = (0.0, 1.0)

    def __init__(self, **parameters: object) -> None:
        """rom: a ROM that comes with ale-py, such as breakout or space_invaders.

        skip          frames for which an action is held
        sticky        chance at each frame that the console goes on with the action before
        noop          up to so many frames, at least one, pass at the start; 0 for none
        lives         all: the game ends as on the console; end: it ends when a life is lost
        screen        side of the grey square that a network sees, in pixels
        stack         screens that it sees at once
        full_actions  all 18 actions of the console, not only those that do something in this game
        discount      gamma, above 0 and up to 1
        steps         after so many steps the game is cut off; 0 for never; 108,000 frames unless given
        """
        found = cartridge(str(parameters.get("rom", "breakout")))
        given = {**self.defaults(), **parameters}
        skip = whole("skip", given["skip"], 1, 100)
        if given["steps"] is None:
            given["steps"] = FRAMES // skip
        lives = str(given["lives"])
        if lives not in LIVES:
            raise InvalidParameter(f"lives={lives[:40]} is not accepted: all, or end to end a game with a life")
        full = truth("full_actions", given["full_actions"])
        super().__init__(
            rom=found.name,
            skip=skip,
            sticky=number("sticky", given["sticky"], 0.0, 1.0),
            noop=whole("noop", given["noop"], 0, 10_000),
            lives=lives,
            screen=whole("screen", given["screen"], 8, 160),
            stack=whole("stack", given["stack"], 1, 16),
            full_actions=full,
            discount=above_zero("discount", given["discount"], 1.0),
            steps=whole("steps", given["steps"], 0, 2**31 - 1),
        )
        numbers = self.parameters
        actions = found.legal if full else found.minimal
        self.rules = Rules(
            rom=found.path,
            actions=actions,
            skip=skip,
            sticky=float(str(numbers["sticky"])),
            noop=int(str(numbers["noop"])),
            one_life=lives == "end",
            screen=int(str(numbers["screen"])),
            stack=int(str(numbers["stack"])),
            steps=int(str(numbers["steps"])),
        )
        self.discount = float(str(numbers["discount"]))
        self.num_actions = len(actions)
        self.action_names = tuple(found.names[code] for code in actions)
        self.observation_shape = (self.rules.stack, self.rules.screen, self.rules.screen)
        self.stacks_frames = True
        self.stochastic = self.rules.sticky > 0.0
        self.max_plies = self.rules.steps or 2**31 - 1
        self.symmetries = symmetry.none(self.rules.screen, self.rules.screen, self.num_actions)

    @classmethod
    def defaults(cls) -> dict[str, object]:
        return {
            "rom": "breakout",
            "skip": 4,
            "sticky": 0.25,
            "noop": 30,
            "lives": "all",
            "screen": 84,
            "stack": 4,
            "full_actions": False,
            "discount": 0.99,
            "steps": None,
        }

    @property
    def text(self) -> str:
        own = {**self.defaults(), "steps": FRAMES // self.rules.skip}
        values = self.parameters.items()
        pairs = [f"{name}={as_text(value)}" for name, value in values if name != "rom" and value != own[name]]
        return f"atari:{','.join([str(self.parameters['rom']), *pairs])}"

    def simulator(self, *, observing: bool = True, exact: bool = False) -> AtariSimulator:
        return AtariSimulator(self.rules, observing=observing)

    def for_plans(self) -> "Atari":
        """The loss of a life ends it: a plan that looks a few seconds ahead would not miss one of five."""
        return self if self.rules.one_life else Atari(**self.parameters | {"lives": "end"})

    def draw(self, state: State, last_action: int | None = None) -> str:
        """The step, the points so far and the lives left, for a terminal that draws no picture."""
        line = super().draw(state, last_action)
        self.live.restore(state.snapshot)
        lives = self.live.lives if isinstance(self.live, AtariSimulator) else 0
        return f"{line}, lives {lives}" if lives else line
