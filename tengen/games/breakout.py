"""Breakout on ten by ten squares, after MinAtar.

Young and Tian, "MinAtar: an Atari-inspired testbed for thorough and reproducible reinforcement learning experiments",
2019, arXiv:1903.03176. The paddle, the ball and the bricks move as they do there; docs/breakout.md has the rules.
"""

import re
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidMove, InvalidPosition
from tengen.core.jit import kernel
from tengen.core.random import random_below, random_float
from tengen.games import symmetry
from tengen.games.game import RecordGame
from tengen.games.parameters import above_zero, number, whole
from tengen.games.rules import (
    CHANCE,
    OVER,
    State,
    apply,
    chance_outcomes,
    implement,
    key,
    legal_actions,
    observe,
    player,
    random_action,
    result,
    truncated,
)

SIDE = 10
FLOOR = SIDE - 1
"""The row of the paddle; rows count from 0 at the top."""
FIRST_ROW, ROWS = 1, 3
"""Where the bricks are."""
WALL = np.int32((1 << ROWS * SIDE) - 1)
"""All bricks: bit (row - FIRST_ROW) * SIDE + column."""
SERVE_ROW = 3
PADDLE_START = 4

STAY, LEFT, RIGHT = range(3)
NOTHING = -1
UNSERVED = -1

NORTH_WEST, NORTH_EAST, SOUTH_EAST, SOUTH_WEST = range(4)
COLUMN_STEP = np.array([-1, 1, 1, -1])
ROW_STEP = np.array([-1, -1, 1, 1])
FLIPPED_COLUMN = np.array([1, 0, 3, 2])
FLIPPED_ROW = np.array([3, 2, 1, 0])
REVERSED = np.array([2, 3, 0, 1])

PADDLE, BALL, TRAIL, BRICK = range(4)
"""Planes."""

STATE = np.dtype(
    [
        ("breakout_bricks", np.int32),
        ("ball_column", np.int8),  # UNSERVED before chance has chosen the side
        ("ball_row", np.int8),
        ("trail_column", np.int8),  # where the ball was one step ago
        ("trail_row", np.int8),
        ("heading", np.int8),
        ("paddle", np.int8),
        ("intended", np.int8),  # the action of which chance decides whether it is done, else NOTHING
        ("last", np.int8),  # the action that was done, where it may stick
        ("struck", np.bool_),  # a brick was hit and the ball is still among bricks: it breaks no other
        ("over", np.bool_),
        ("steps", np.int32),
        ("limit", np.int32),  # steps after which the game is cut off, 0 for never
        ("score", np.int32),
        ("sticky", np.float64),
        ("discount", np.float64),
    ],
    align=True,
)


@implement(player, "breakout_bricks")
def breakout_player(state: State) -> int:
    if state.over:
        return OVER
    return CHANCE if state.ball_column == UNSERVED or state.intended != NOTHING else 0


@implement(legal_actions, "breakout_bricks")
def breakout_legal_actions(state: State, out: NDArray[np.int32]) -> int:
    if state.over:
        return 0
    if state.ball_column == UNSERVED:
        out[0], out[1] = LEFT, RIGHT
        return 2
    if state.intended != NOTHING:
        out[0], out[1] = min(state.intended, state.last), max(state.intended, state.last)
        return 2
    for action in range(3):
        out[action] = action
    return 3


@implement(chance_outcomes, "breakout_bricks")
def breakout_chance_outcomes(state: State, actions: NDArray[np.int32], probabilities: NDArray[np.float64]) -> int:
    count = breakout_legal_actions(state, actions)
    for index in range(count):
        if state.ball_column == UNSERVED:
            probabilities[index] = 0.5
        else:
            probabilities[index] = state.sticky if actions[index] == state.last else 1.0 - state.sticky
    return count


@implement(random_action, "breakout_bricks")
def breakout_random_action(state: State, seeds: NDArray[np.uint64], row: int, scratch: NDArray[np.int32]) -> int:
    if state.ball_column == UNSERVED:
        return int(np.int64(LEFT + random_below(seeds, row, 2)))
    if state.intended != NOTHING:
        return int(np.int64(state.last if random_float(seeds, row) < state.sticky else state.intended))
    return int(np.int64(random_below(seeds, row, 3)))


@implement(apply, "breakout_bricks")
def breakout_apply(state: State, action: int) -> tuple[float, float]:
    if state.ball_column == UNSERVED:
        state.ball_column = 0 if action == LEFT else SIDE - 1
        state.trail_column = state.ball_column
        state.heading = SOUTH_EAST if action == LEFT else SOUTH_WEST
        return 0.0, 1.0
    if state.intended == NOTHING and state.sticky > 0.0 and action != state.last:
        state.intended = action
        return 0.0, 1.0
    state.intended = NOTHING
    if state.sticky > 0.0:
        state.last = action
    state.steps += 1
    if action == LEFT:
        state.paddle = max(0, state.paddle - 1)
    elif action == RIGHT:
        state.paddle = min(SIDE - 1, state.paddle + 1)
    reward = _move_ball(state)
    state.score += reward
    if state.limit > 0 and state.steps >= state.limit:
        state.over = True
    return float(reward), 0.0 if state.over else state.discount


@kernel
def _move_ball(state: State) -> int:
    """Moves the ball by one step; returns how many bricks broke. The game is over where it passes the paddle."""
    old_column, old_row = state.ball_column, state.ball_row
    column, row = old_column + COLUMN_STEP[state.heading], old_row + ROW_STEP[state.heading]
    broken = 0
    among_bricks = False
    if column < 0 or column >= SIDE:
        column = max(0, min(SIDE - 1, column))
        state.heading = FLIPPED_COLUMN[state.heading]
    if row < 0:
        row = 0
        state.heading = FLIPPED_ROW[state.heading]
    elif _is_brick(state.breakout_bricks, column, row):
        among_bricks = True
        if not state.struck:
            broken = 1
            state.struck = True
            state.breakout_bricks ^= np.int32(1) << np.int32((row - FIRST_ROW) * SIDE + column)
            state.heading = FLIPPED_ROW[state.heading]
            row = old_row
    elif row == FLOOR:
        if state.breakout_bricks == 0:
            state.breakout_bricks = WALL
        if state.paddle == old_column:
            state.heading = FLIPPED_ROW[state.heading]
            row = old_row
        elif state.paddle == column:
            state.heading = REVERSED[state.heading]
            row = old_row
        else:
            state.over = True
    if not among_bricks:
        state.struck = False
    state.trail_column, state.trail_row = old_column, old_row
    state.ball_column, state.ball_row = column, row
    return broken


@kernel
def _is_brick(bricks: int, column: int, row: int) -> bool:
    if not FIRST_ROW <= row < FIRST_ROW + ROWS:
        return False
    return (bricks >> ((row - FIRST_ROW) * SIDE + column)) & 1 == 1


@implement(truncated, "breakout_bricks")
def breakout_truncated(state: State) -> bool:
    return state.over and state.ball_row != FLOOR


@implement(observe, "breakout_bricks")
def breakout_observe(state: State, planes: NDArray[np.float32]) -> None:
    planes[:] = 0.0
    for index in range(ROWS * SIDE):
        planes[BRICK, FIRST_ROW + index // SIDE, index % SIDE] = (state.breakout_bricks >> index) & 1
    planes[PADDLE, FLOOR, state.paddle] = 1.0
    if state.ball_column != UNSERVED:
        planes[BALL, state.ball_row, state.ball_column] = 1.0
        planes[TRAIL, state.trail_row, state.trail_column] = 1.0


@implement(key, "breakout_bricks")
def breakout_key(state: State) -> np.uint64:
    """All that decides the future or is seen; the steps where they are limited."""
    ball = (state.ball_column + 1) * 16 + state.ball_row
    trail = (state.trail_column + 1) * 16 + state.trail_row
    total = np.uint64(state.breakout_bricks)
    total = (total << np.uint64(8)) | np.uint64(ball)
    total = (total << np.uint64(8)) | np.uint64(trail)
    total = (total << np.uint64(4)) | np.uint64(state.paddle)
    total = (total << np.uint64(2)) | np.uint64(state.heading)
    total = (total << np.uint64(1)) | np.uint64(state.struck)
    total = (total << np.uint64(4)) | np.uint64(state.last * 4 + state.intended + 1)
    if state.limit > 0:
        total ^= np.uint64(state.steps) * np.uint64(0x9E3779B97F4A7C15)
    return total


@implement(result, "breakout_bricks")
def breakout_result(state: State) -> float:
    return state.score


ACTIONS = ("stay", "left", "right")
_NAMES = ("stay s . 0 noop n", "left l < a", "right r > d")
WORDS = {word: action for action, names in enumerate(_NAMES) for word in names.split()}
"""What the actions may be called."""

HEADINGS = ("nw", "ne", "se", "sw")

STICKY = 0.1
"""MinAtar's."""
STEPS = 1000
"""After so many steps a game is cut off, unless a parameter says otherwise."""

_POSITION = re.compile(
    r"\s*([.#]{10})/([.#]{10})/([.#]{10}) paddle (\d)"
    r"(?: ball (\d),(\d) (nw|ne|se|sw) trail (\d),(\d))?( struck)?"
    r"(?: last (stay|left|right))?(?: then (stay|left|right))?(?: step (\d{1,7}))?\s*"
)


class Breakout(RecordGame):
    """A paddle, a ball and three rows of bricks; squares are named column,row from 0,0 at the top left."""

    name = "breakout"
    num_players = 1
    num_actions = 3
    dtype = STATE
    observation_shape = (4, SIDE, SIDE)
    board_actions = False
    observation_range = (0.0, 1.0)
    has_chance = True
    player_names = ("player",)
    symmetries = symmetry.none(SIDE, SIDE, 3)
    max_legal = 3

    planes: ClassVar[tuple[str, ...]] = ("paddle", "ball", "trail", "brick")

    def __init__(self, **parameters: object) -> None:
        """sticky    the chance that the last action is done in place of the chosen one, from 0 to 0.99
        steps     after so many steps the game is cut off; 0 for never
        discount  gamma, in (0, 1]
        """
        sticky = number("sticky", parameters.get("sticky", STICKY), 0.0, 0.99)
        steps = whole("steps", parameters.get("steps", STEPS), 0, 10**6)
        discount = above_zero("discount", parameters.get("discount", 0.99), 1.0)
        super().__init__(sticky=sticky, steps=steps, discount=discount)
        self.discount = discount
        self.max_plies = 1 + steps * (2 if sticky > 0.0 else 1) if steps else 2**31 - 1
        state = np.zeros(1, STATE)
        for field, value in (("sticky", sticky), ("limit", steps), ("discount", discount)):
            state[field] = value
        state["breakout_bricks"] = WALL
        state["ball_column"] = state["trail_column"] = UNSERVED
        state["ball_row"] = state["trail_row"] = SERVE_ROW
        state["paddle"] = PADDLE_START
        state["intended"] = NOTHING
        self._start = state

    @classmethod
    def defaults(cls) -> dict[str, object]:
        return {"sticky": STICKY, "steps": STEPS, "discount": 0.99}

    def initial_state(self) -> State:
        return self._start.copy()[0]

    def action_to_text(self, state: State, action: int) -> str:
        return ACTIONS[action]

    def parse_move(self, state: State, text: str) -> int:
        word = text.strip().lower()
        if word not in WORDS:
            raise InvalidMove(f"{text[:40]!r} is no action: stay, left or right")
        return WORDS[word]

    def position_to_text(self, state: State) -> str:
        """Rows of bricks, the paddle's column, the ball with its way and where it was, then what else decides."""
        bits = format(int(state["breakout_bricks"]), f"0{ROWS * SIDE}b")[::-1].replace("0", ".").replace("1", "#")
        text = "/".join(bits[row * SIDE : (row + 1) * SIDE] for row in range(ROWS)) + f" paddle {state['paddle']}"
        if state["ball_column"] != UNSERVED:
            text += f" ball {state['ball_column']},{state['ball_row']} {HEADINGS[state['heading']]}"
            text += f" trail {state['trail_column']},{state['trail_row']}"
        if state["struck"]:
            text += " struck"
        if state["sticky"] and state["last"]:
            text += f" last {ACTIONS[state['last']]}"
        if state["intended"] != NOTHING:
            text += f" then {ACTIONS[state['intended']]}"
        return text + (f" step {state['steps']}" if state["limit"] else "")

    def parse_position(self, text: str) -> State:
        found = _POSITION.fullmatch(text)
        if found is None:
            example = self.position_to_text(self.apply(self.initial_state(), LEFT))
            raise InvalidPosition(f"{text[:80]!r} is no position; one is {example!r}")
        state = self.initial_state()
        bits = "".join(found[row + 1] for row in range(ROWS)).replace(".", "0").replace("#", "1")
        state["breakout_bricks"] = int(bits[::-1], 2)
        state["paddle"] = int(found[4])
        state["steps"] = int(found[13] or 0)
        if state["limit"] and state["steps"] > state["limit"]:
            raise InvalidPosition(f"{text[:80]!r} is no position: there are {state['limit']} steps at most")
        if found[5] is None:
            if found[10] or found[11] or found[12] or state["steps"]:
                raise InvalidPosition(f"{text[:80]!r} is no position: nothing happens before there is a ball")
            return state
        state["ball_column"], state["ball_row"] = int(found[5]), int(found[6])
        state["heading"] = HEADINGS.index(found[7])
        state["trail_column"], state["trail_row"] = int(found[8]), int(found[9])
        state["struck"] = found[10] is not None
        state["last"] = ACTIONS.index(found[11] or "stay")
        state["over"] = state["ball_row"] == FLOOR or bool(state["limit"] and state["steps"] == state["limit"])
        if found[12]:
            if state["over"] or not state["sticky"] or found[12] == ACTIONS[state["last"]]:
                raise InvalidPosition(f"{text[:80]!r} is no position: chance does not move there")
            state["intended"] = ACTIONS.index(found[12])
        return state

    def termination(self, state: State) -> str:
        if not self.is_over(state):
            return ""
        return "step limit" if self.is_truncated(state) else "the ball is lost"

    def draw(self, state: State, last_action: int | None = None) -> str:
        """Bricks `#`, the ball `o`, its trail `'`, the paddle `=`."""
        planes = self.observe(state)
        rows = [["."] * SIDE for _ in range(SIDE)]
        for plane, mark in ((BRICK, "#"), (TRAIL, "'"), (PADDLE, "="), (BALL, "o")):
            for row, column in np.argwhere(planes[plane]).tolist():
                rows[row][column] = mark
        return "\n".join(" ".join(row) for row in rows)
