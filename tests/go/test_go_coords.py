"""The names of points."""

import pytest

from tengen.core.errors import InvalidMove
from tengen.games.go.coords import padded_to_point, point_to_padded, point_to_vertex, vertex_to_point
from tengen.games.go.state import MAX_SIZE

SIZES = range(1, MAX_SIZE + 1)


@pytest.mark.parametrize("size", SIZES)
def test_every_point_survives_the_round_trip(size: int) -> None:
    for point in range(size * size + 1):
        vertex = point_to_vertex(point, size)
        assert vertex_to_point(vertex, size) == point
        assert vertex_to_point(f" {vertex.lower()} ", size) == point


@pytest.mark.parametrize("size", SIZES)
def test_padded_points_are_inside_the_walls(size: int) -> None:
    padded = [point_to_padded(point, size) for point in range(size * size)]
    assert [padded_to_point(place, size) for place in padded] == list(range(size * size))
    assert all(place % (size + 1) != 0 and place > size + 1 for place in padded)


@pytest.mark.parametrize(
    ("vertex", "size", "point"),
    [("A19", 19, 0), ("T1", 19, 360), ("H9", 9, 7), ("J9", 9, 8), ("D4", 9, 48), ("PASS", 9, 81)],
)
def test_known_vertices_lie_where_gtp_puts_them(vertex: str, size: int, point: int) -> None:
    assert vertex_to_point(vertex, size) == point


@pytest.mark.parametrize("text", ["", "I5", "K1", "A0", "A10", "5A", "AA", "A-1", "A٣", "D4 D5", "passes"])
def test_what_is_no_point_of_a_small_board_is_refused(text: str) -> None:
    with pytest.raises(InvalidMove, match="9x9"):
        vertex_to_point(text, 9)
