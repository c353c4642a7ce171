"""Which players are linked by games: who can be compared with whom."""

import numpy as np
from numpy.typing import NDArray


def components(met: NDArray[np.bool_]) -> list[list[int]]:
    """Groups of players whom games link, directly or through others; `met` [N, N] is symmetric."""
    groups: list[list[int]] = []
    for player in range(len(met)):
        if not any(player in group for group in groups):
            groups.append(_reachable(met, player))
    return groups


def strongly_connected(scored: NDArray[np.bool_]) -> bool:
    """Whether nobody is, through any chain of results, only better or only worse than somebody else."""
    count = len(scored)
    return len(_reachable(scored, 0)) == count and len(_reachable(scored.T, 0)) == count


def _reachable(edges: NDArray[np.bool_], start: int) -> list[int]:
    seen, todo = {start}, [start]
    while todo:
        for other in np.flatnonzero(edges[todo.pop()]).tolist():
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return sorted(seen)
