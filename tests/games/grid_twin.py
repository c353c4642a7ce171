"""The gridworld again, slowly: from the rows of a map to what a step may come to."""

from dataclasses import dataclass

STEPS = {"N": (-1, 0), "E": (0, 1), "S": (1, 0), "W": (0, -1)}
SIDES = {"N": "EW", "E": "NS", "S": "EW", "W": "NS"}
EXITS = "GP0123456789"


@dataclass(frozen=True)
class Landing:
    """One way in which a step may end."""

    direction: str
    probability: float
    place: tuple[int, int]
    """(row, column)."""
    reward: float
    exit: bool


def pay(symbol: str) -> float:
    """What reaching such a square pays in a map of one's own."""
    return {"G": 1.0, "P": -1.0, "T": -1.0}.get(symbol) or (float(symbol) if symbol.isdigit() else 0.0)


def landings(
    rows: list[str], place: tuple[int, int], meant: str, *, living: float, slip: float, discount: float
) -> list[Landing]:
    """All ways in which a step in the direction `meant` may end, those of no probability left out."""
    start = next((row, line.index("S")) for row, line in enumerate(rows) if "S" in line)
    found = []
    for direction, probability in [(meant, 1 - slip), (SIDES[meant][0], slip / 2), (SIDES[meant][1], slip / 2)]:
        if probability == 0:
            continue
        row, column = place[0] + STEPS[direction][0], place[1] + STEPS[direction][1]
        inside = 0 <= row < len(rows) and 0 <= column < len(rows[0])
        symbol = rows[row][column] if inside else "#"
        if symbol == "#":
            found.append(Landing(direction, probability, place, living, False))
        elif symbol == "T":
            found.append(Landing(direction, probability, start, living + pay("T"), False))
        elif symbol in EXITS:
            found.append(Landing(direction, probability, (row, column), living + discount * pay(symbol), True))
        else:
            found.append(Landing(direction, probability, (row, column), living, False))
    return found
