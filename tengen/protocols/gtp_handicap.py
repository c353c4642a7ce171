"""Handicap stones where the engine may choose: `place_free_handicap`."""

from tengen.games.go.handicap import handicap_points, most_handicap
from tengen.protocols.gtp_line import Refusal


def fixed_points(size: int, count: int) -> list[int]:
    """The star points of a fixed handicap, as flat points."""
    if not 2 <= count <= most_handicap(size):
        raise Refusal("invalid number of stones")
    return handicap_points(size, count)


def free_points(size: int, count: int) -> list[int]:
    """Points of the engine's own choice: the fixed ones as far as they go, then far from each other and the edge."""
    if not 2 <= count < size * size:
        raise Refusal("invalid number of stones")
    chosen = handicap_points(size, min(count, most_handicap(size))) if most_handicap(size) else []
    # how much room each free point has: its distance to the nearest stone, the edge counting double
    room = {point: 2 * (1 + min(_to_the_edges(point, size))) for point in range(size * size)}
    for point in chosen:
        _occupy(point, room, size)
    while len(chosen) < count:
        best = max(room, key=lambda point: (room[point], sum(sorted(_to_the_edges(point, size))[:2])))
        chosen.append(best)
        _occupy(best, room, size)
    return chosen


def _to_the_edges(point: int, size: int) -> tuple[int, int, int, int]:
    row, column = divmod(point, size)
    return row, column, size - 1 - row, size - 1 - column


def _occupy(point: int, room: dict[int, int], size: int) -> None:
    del room[point]
    row, column = divmod(point, size)
    for other in room:
        room[other] = min(room[other], max(abs(row - other // size), abs(column - other % size)))
