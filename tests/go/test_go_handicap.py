"""Fixed handicaps against the table of the GTP specification."""

import pytest

from tengen.core.errors import InvalidParameter
from tengen.games.go.coords import point_to_vertex
from tengen.games.go.handicap import handicap_points, most_handicap

# GTP version 2 draft 2, section 4.1.1, on 19x19.
TABLE = {
    2: "D4 Q16",
    3: "D4 Q16 D16",
    4: "D4 Q16 D16 Q4",
    5: "D4 Q16 D16 Q4 K10",
    6: "D4 Q16 D16 Q4 D10 Q10",
    7: "D4 Q16 D16 Q4 D10 Q10 K10",
    8: "D4 Q16 D16 Q4 D10 Q10 K4 K16",
    9: "D4 Q16 D16 Q4 D10 Q10 K4 K16 K10",
}


def vertices(size: int, stones: int) -> set[str]:
    return {point_to_vertex(point, size) for point in handicap_points(size, stones)}


@pytest.mark.parametrize("stones", TABLE)
def test_stones_lie_where_gtp_has_them(stones: int) -> None:
    assert vertices(19, stones) == set(TABLE[stones].split())


def test_small_boards_use_the_third_line() -> None:
    assert vertices(9, 5) == {"C3", "G7", "C7", "G3", "E5"}
    assert vertices(13, 2) == {"D4", "K10"}
    assert vertices(12, 4) == {"C3", "K10", "C10", "K3"}


@pytest.mark.parametrize(("size", "most"), [(19, 9), (13, 9), (9, 9), (18, 4), (8, 4), (7, 4), (6, 0), (1, 0)])
def test_no_board_has_more_than_gtp_allows(size: int, most: int) -> None:
    assert most_handicap(size) == most
    for stones in range(2, most + 1):
        assert len(vertices(size, stones)) == stones
    for stones in (1, most + 1):
        with pytest.raises(InvalidParameter, match=f"a fixed handicap of {stones} on {size}x{size} is not accepted"):
            handicap_points(size, stones)
