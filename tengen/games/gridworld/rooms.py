"""Rooms as text: the named ones, and any map that a person writes."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter, unknown
from tengen.games.gridworld.rules import COLUMN_STEP, FIRST_EXIT, FLOOR, KINDS, ROW_STEP, TRAP, WALL

LARGEST = 100
"""Rows and columns of the largest room."""

LONGEST_FILE = 4 * LARGEST * LARGEST
"""So many characters of a map file are read; more are too many squares anyhow."""

SQUARES = "#.SGPT0123456789"
SYMBOLS = "'#' a wall, '.' floor, 'S' the start, 'G' a goal, 'P' a pit, 'T' a trap, digits other exits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A map and what it is played with unless a text says otherwise."""

    rows: tuple[str, ...]
    """The top row first: '#' wall, '.' floor, 'S' start, 'G' goal, 'P' pit, 'T' trap, '0'-'9' further exits."""
    rewards: dict[str, float] = field(default_factory=lambda: {"G": 1.0, "P": -1.0})
    """By symbol: what reaching such a square pays."""
    living: float = -0.04
    slip: float = 0.0
    discount: float = 1.0


ROOMS = {
    # Russell and Norvig, "Artificial Intelligence", figure 17.1
    "robot": Room(rows=("...G", ".#.P", "S..."), slip=0.2),
    # Sutton and Barto, "Reinforcement Learning", example 6.6: the cliff costs 100 and puts one back at the start
    "cliff": Room(
        rows=("............", "............", "............", "STTTTTTTTTTG"),
        rewards={"G": 0.0, "T": -99.0},
        living=-1.0,
    ),
    # Sutton, Precup and Singh, "Between MDPs and semi-MDPs", 1999, figure 2
    "four-rooms": Room(
        rows=(
            "#############",
            "#.....#.....#",
            "#.....#.....#",
            "#...........#",
            "#.....#.....#",
            "#.....#.....#",
            "##.####.....#",
            "#.....###.###",
            "#.....#.....#",
            "#.....#.....#",
            "#.........G.#",
            "#S....#.....#",
            "#############",
        ),
        living=0.0,
        discount=0.97,
    ),
    # Gymnasium's FrozenLake-v1, 4x4: a step goes as meant in one case of three
    "frozen-lake": Room(
        rows=("S...", ".P.P", "...P", "P..G"),
        rewards={"G": 1.0, "P": 0.0},
        living=0.0,
        slip=2 / 3,
        discount=0.99,
    ),
}


def find_room(text: str) -> Room:
    """A named room, a map file, or a map written on one line with '/' between its rows."""
    if text in ROOMS:
        return ROOMS[text]
    if text and set(text) <= {*SQUARES, "/"}:
        return Room(rows=tuple(text.split("/")))
    path = Path(text)
    if path.suffix or "/" in text or "\\" in text:
        try:
            with open(path, encoding="utf-8-sig") as file:
                written = file.read(LONGEST_FILE)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise InvalidParameter(f"the map {text[:200]!r} cannot be read: {reason}") from None
        return Room(rows=tuple(line.rstrip() for line in written.strip().splitlines()))
    raise unknown("room", text[:200], [*ROOMS, "MAP.txt"])


def cells_of(room: Room, name: str) -> tuple[NDArray[np.int8], int, NDArray[np.float64]]:
    """Kinds of squares [H, W], the start as row * W + column, and rewards [KINDS]; InvalidParameter if no room."""
    rows = room.rows
    name = name[:60]
    if not rows or not rows[0]:
        raise InvalidParameter(f"the map {name} is empty")
    width = len(rows[0])
    if len(rows) > LARGEST or max(map(len, rows)) > LARGEST:
        raise InvalidParameter(f"the map {name} is too large: up to {LARGEST} rows and columns are accepted")
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise InvalidParameter(f"the map {name} is ragged: row {number} has {len(row)} squares, row 1 has {width}")
        for column, symbol in enumerate(row, 1):
            if symbol not in SQUARES:
                raise InvalidParameter(
                    f"the map {name} has {symbol!r} in row {number}, column {column}; accepted are {SYMBOLS}"
                )
    starts = "".join(rows).count("S")
    if starts != 1:
        raise InvalidParameter(f"the map {name} has {starts or 'no'} start{'s' * (starts > 1)}: one 'S' is needed")
    exits = sorted({symbol for row in rows for symbol in row} - set("#.ST"))
    if len(exits) > KINDS - FIRST_EXIT:
        raise InvalidParameter(
            f"the map {name} has {len(exits)} kinds of exits: up to {KINDS - FIRST_EXIT} are accepted"
        )
    kinds = {"#": WALL, ".": FLOOR, "S": FLOOR, "T": TRAP} | {exit: FIRST_EXIT + n for n, exit in enumerate(exits)}
    rewards = np.zeros(KINDS)
    rewards[TRAP] = room.rewards.get("T", -1.0)
    for symbol in exits:
        rewards[kinds[symbol]] = room.rewards.get(symbol, float(symbol) if symbol.isdigit() else 0.0)
    cells = np.array([[kinds[symbol] for symbol in row] for row in rows], np.int8)
    return cells, "".join(rows).index("S"), rewards


def has_way_out(cells: NDArray[np.int8], start: int) -> bool:
    """Whether an exit can be reached from the start."""
    height, width = cells.shape
    seen, waiting = {start}, [start]
    while waiting:
        row, column = divmod(waiting.pop(), width)
        for row_step, column_step in zip(ROW_STEP.tolist(), COLUMN_STEP.tolist(), strict=True):
            to_row, to_column = row + row_step, column + column_step
            if not (0 <= to_row < height and 0 <= to_column < width) or cells[to_row, to_column] in (WALL, TRAP):
                continue
            if cells[to_row, to_column] >= FIRST_EXIT:
                return True
            if to_row * width + to_column not in seen:
                seen.add(to_row * width + to_column)
                waiting.append(to_row * width + to_column)
    return False
