"""What a step turned out to be worth: discounted returns, n-step returns and generalised advantages, compiled.

All arrays are [T, N]: T steps of N environments, the first step first. An episode that *terminated* is worth nothing
more; one that was *truncated*, cut off by a limit, goes on where nobody looks, and is worth what the critic says of the
state that it was cut off in. Both end the sum: what follows in the array belongs to the next episode.
"""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel


@kernel
def advantages(
    rewards: NDArray[np.float32],
    values: NDArray[np.float32],
    cut_values: NDArray[np.float32],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    discount: float,
    trace: float,
    out: NDArray[np.float32],
) -> None:
    """Writes into `out` [T, N] by how much each step did better than its state's value.

    values      [T + 1, N] of the states before each step, and of those after the last one
    cut_values  [T, N] of the state that a truncated episode ended in; read only where `truncated`
    trace       lambda, in [0, 1]: 0 looks one step ahead, 1 to the end of the array (the n-step return)

    A_t = delta_t + discount * trace * A_{t+1}, delta_t = r_t + discount * V(s_{t+1}) - V(s_t): Schulman et al.,
    "High-dimensional continuous control using generalized advantage estimation", 2016. `out + values[:-1]` is the
    target of the critic; where all values are 0 and trace is 1, `out` is the discounted return.
    """
    steps, count = rewards.shape
    for column in range(count):
        following = 0.0
        for row in range(steps - 1, -1, -1):
            after = values[row + 1, column]
            if terminated[row, column]:
                after = 0.0
                following = 0.0
            elif truncated[row, column]:
                after = cut_values[row, column]
                following = 0.0
            following = rewards[row, column] + discount * after - values[row, column] + discount * trace * following
            out[row, column] = following
