"""Where the stones of a fixed handicap go: GTP 2 draft 2, section 4.1.1."""

from tengen.core.errors import InvalidParameter


def most_handicap(size: int) -> int:
    """The largest fixed handicap: none below 7x7, 4 on 7x7 and even boards, 9 on larger odd ones."""
    if size < 7:
        return 0
    return 9 if size % 2 == 1 and size > 7 else 4


def handicap_points(size: int, stones: int) -> list[int]:
    """The flat points of a fixed handicap of Black's; InvalidParameter where the board has none of that number."""
    most = most_handicap(size)
    if not 2 <= stones <= most:
        accepted = f"2 to {most}" if most else "none"
        raise InvalidParameter(f"a fixed handicap of {stones} on {size}x{size} is not accepted: {accepted}")
    near = 2 if size < 13 else 3
    far, middle = size - 1 - near, size // 2
    corners = [(far, near), (near, far), (near, near), (far, far)]  # (row from the top, column), in GTP's order
    sides = [(middle, near), (middle, far), (near, middle), (far, middle)]
    chosen = corners[: min(stones, 4)]
    if stones >= 6:
        chosen += sides[: 2 if stones < 8 else 4]
    if stones in (5, 7, 9):
        chosen.append((middle, middle))
    return [row * size + column for row, column in chosen]
