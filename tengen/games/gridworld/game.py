"""The gridworld as a game: parameters, notation, drawing."""

import re
from typing import ClassVar

import numpy as np

from tengen.core.errors import InvalidMove, InvalidParameter, InvalidPosition
from tengen.games import symmetry
from tengen.games.game import RecordGame, as_text
from tengen.games.gridworld.rooms import ROOMS, cells_of, find_room, has_way_out
from tengen.games.gridworld.rules import FIRST_EXIT, NO_HEADING, PLANES, TRAP, WALL, state_dtype
from tengen.games.parameters import above_zero, number, truth, whole
from tengen.games.rules import State

DIRECTIONS = "NESW"
_NAMES = ("north up ^ k ↑", "east right > l →", "south down v j ↓", "west left < h ←")
WORDS = {word: direction for direction, names in enumerate(_NAMES) for word in names.split()}
"""What else a direction may be called."""

STEPS = 1000
"""After so many steps a game is cut off, unless a parameter says otherwise."""


class Gridworld(RecordGame):
    """One robot, four directions; squares are named (x, y) from (1, 1) at the bottom left."""

    name = "gridworld"
    num_players = 1
    num_actions = 4
    board_actions = False
    observation_range = (0.0, 1.0)
    player_names = ("robot",)
    variant = "room"
    aliases: ClassVar[tuple[str, ...]] = ("deterministic",)

    def __init__(self, **parameters: object) -> None:
        """room: a name, a map file or rows joined by '/'; the rest is the room's own unless given.

        living    reward for each step
        slip      total chance of slipping, half to each side
        discount  gamma, in (0, 1]
        steps     after so many steps the game is cut off; 0 for never
        """
        name = str(parameters.get("room", "robot"))
        room = find_room(name)
        cells, start, rewards = cells_of(room, name)
        deterministic = truth("deterministic", parameters.pop("deterministic", False))
        given = {key: parameters[key] for key in ("living", "slip", "discount") if parameters.get(key) is not None}
        living = number("living", given.get("living", room.living), -1e6, 1e6)
        slip = number("slip", given.get("slip", 0.0 if deterministic else room.slip), 0.0, 1.0)
        discount = above_zero("discount", given.get("discount", room.discount), 1.0)
        if deterministic and slip:
            raise InvalidParameter(f"deterministic and slip={slip:g} contradict each other")
        steps = whole("steps", parameters.get("steps", STEPS), 0, 10**6)
        if steps == 0 and not has_way_out(cells, start):
            raise InvalidParameter(
                f"steps=0 is not accepted in the map {name[:60]}: no exit can be reached from its start"
            )
        self._room = room
        shown = name if name in ROOMS else "/".join(self.rows)
        super().__init__(room=shown, living=living, slip=slip, discount=discount, steps=steps)
        self._cells = cells
        self.dtype = state_dtype(*cells.shape)
        self.observation_shape = (PLANES, *cells.shape)
        self.symmetries = symmetry.none(cells.shape[0], cells.shape[1], 4)
        self.has_chance = slip > 0.0
        self.discount = discount
        self.max_plies = steps * (2 if self.has_chance else 1) or 2**31 - 1
        self.max_legal = 4
        state = np.zeros(1, self.dtype)
        state["grid_cells"] = cells
        state["rewards"] = rewards
        for key, value in (("living", living), ("slip", slip), ("discount", discount), ("limit", steps)):
            state[key] = value
        state["start"] = state["place"] = start
        state["heading"] = NO_HEADING
        self._start = state

    @classmethod
    def defaults(cls) -> dict[str, object]:
        return {"room": "robot", "living": None, "slip": None, "discount": None, "steps": STEPS}

    @property
    def text(self) -> str:
        own = {"living": self._room.living, "slip": self._room.slip, "discount": self._room.discount, "steps": STEPS}
        pairs = [f"{key}={as_text(self.parameters[key])}" for key in own if self.parameters[key] != own[key]]
        return f"gridworld:{','.join([str(self.parameters['room']), *pairs])}"

    @property
    def rows(self) -> tuple[str, ...]:
        """The map, the top row first, in the symbols of `rooms.py`."""
        return self._room.rows

    def pay(self, symbol: str) -> float:
        """What reaching such a square pays besides the living reward; 0 for floor and walls."""
        place = "".join(self.rows).index(symbol)
        kind = self._cells.ravel()[place]
        return float(self._start["rewards"][0, kind]) if kind >= TRAP else 0.0

    def place(self, state: State) -> tuple[int, int]:
        """(row, column) of the robot, from the top left."""
        row, column = divmod(int(state["place"]), self._cells.shape[1])
        return row, column

    def initial_state(self) -> State:
        return self._start.copy()[0]

    def action_to_text(self, state: State, action: int) -> str:
        return DIRECTIONS[action]

    def parse_move(self, state: State, text: str) -> int:
        word = text.strip().lower()
        if len(word) == 1 and word.upper() in DIRECTIONS:
            return DIRECTIONS.index(word.upper())
        if word not in WORDS:
            raise InvalidMove(f"{text[:40]!r} is no direction: N, E, S or W")
        return WORDS[word]

    def position_to_text(self, state: State) -> str:
        """`x,y`, then `>N` while chance decides on a step to the north, then ` step 5` where steps are limited."""
        height = self._cells.shape[0]
        row, column = self.place(state)
        heading = "" if state["heading"] == NO_HEADING else f">{DIRECTIONS[state['heading']]}"
        return f"{column + 1},{height - row}{heading}" + (f" step {state['steps']}" if state["limit"] else "")

    def parse_position(self, text: str) -> State:
        height, width = self._cells.shape
        found = re.fullmatch(r"\s*(\d{1,4})\s*,\s*(\d{1,4})\s*(?:>([NESW]))?(?:\s+step (\d{1,7}))?\s*", text)
        if found is None:
            raise InvalidPosition(f"{text[:60]!r} is no position: x,y such as 1,1, which is at the bottom left")
        column, row = int(found[1]) - 1, height - int(found[2])
        if not (0 <= column < width and 0 <= row < height) or self._cells[row, column] == WALL:
            raise InvalidPosition(f"{text[:60]!r} is no position: {found[1]},{found[2]} is a wall or outside the room")
        if self._cells[row, column] == TRAP:
            raise InvalidPosition(f"{text[:60]!r} is no position: nobody stays on the trap at {found[1]},{found[2]}")
        state = self.initial_state()
        state["place"] = row * width + column
        state["steps"] = int(found[4] or 0)
        if state["limit"] and state["steps"] > state["limit"]:
            raise InvalidPosition(f"{text[:60]!r} is no position: there are {state['limit']} steps at most")
        state["over"] = self._cells[row, column] >= FIRST_EXIT or bool(
            state["limit"] and state["steps"] == state["limit"]
        )
        if found[3]:
            if state["over"] or not self.has_chance:
                raise InvalidPosition(f"{text[:60]!r} is no position: chance does not move there")
            state["heading"] = DIRECTIONS.index(found[3])
        return state

    def exit_reward(self, state: State) -> float:
        """What the square of a finished game pays, which is its utility."""
        row, column = divmod(int(state["place"]), self._cells.shape[1])
        return float(state["rewards"][self._cells[row, column]])

    def termination(self, state: State) -> str:
        if not self.is_over(state):
            return ""
        return "step limit" if self.is_truncated(state) else "exit"

    def draw(self, state: State, last_action: int | None = None) -> str:
        """The map, the robot as `@`."""
        rows = [list(row) for row in self.rows]
        row, column = self.place(state)
        rows[row][column] = "@"
        return "\n".join(" ".join(line) for line in rows)
