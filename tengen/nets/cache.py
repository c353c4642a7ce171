"""A memory of evaluations: a search asks again for much of what the search one move earlier has seen."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.nets.evaluator import NetworkEvaluator

Array = NDArray[np.float32]


class CachedEvaluator:
    """An evaluator that asks another only for what it does not remember; what it says is the same.

    Positions are known by a 64-bit hash of what the network sees, the newest take the place of others.
    """

    def __init__(self, evaluator: NetworkEvaluator, entries: int) -> None:
        """Remembers up to `entries` positions, rounded up to a power of 2, of one board size."""
        self.evaluator = evaluator
        self.hits = 0
        """Positions that were remembered; the caller may set it back."""
        size = 1 << max(1, entries - 1).bit_length()
        self._keys = np.zeros(size, np.uint64)
        self._pending = np.full(size, -1, np.int32)
        self._policy = np.zeros((0, 0), np.float32)
        self._value = np.zeros(size, np.float32)

    def replace(self, evaluator: NetworkEvaluator) -> None:
        """Goes on with another network, and forgets what the last one said."""
        self.evaluator = evaluator
        self._keys[:] = 0
        self._pending[:] = -1

    def __call__(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Policy logits [N, A] and values [N], as the evaluator behind gives them."""
        rows = len(observations)
        hashes = np.empty(rows, np.uint64)
        seen = np.ascontiguousarray(observations, np.float32).reshape(rows, -1)
        hash_rows(seen.view(np.uint32), hashes)
        missed, source = np.zeros(2 * rows, np.int32), np.empty(rows, np.int32)  # no size is more than twice the rows
        count = look_up(hashes, self._keys, self._pending, missed, source)
        # up to the size of the batch with row 0 again, for the evaluator would copy all rows to fill it up
        chosen = missed[: self.evaluator.size(count) if count else 0]
        self.hits += rows - count
        if len(self._policy) == 0:
            self._policy = np.zeros((len(self._keys), legal.shape[1]), np.float32)
        try:
            logits, values = self.evaluator(observations[chosen], legal[chosen])
        except BaseException:
            self.replace(self.evaluator)  # nothing that was promised will come
            raise
        policy, value = np.empty((rows, logits.shape[1]), np.float32), np.empty(rows, np.float32)
        take_up(hashes, missed[:count], source, logits, values, self._pending, self._policy, self._value, policy, value)
        return policy, value


@kernel
def hash_rows(words: NDArray[np.uint32], hashes: NDArray[np.uint64]) -> None:
    """Writes a hash [N] of each row of `words` [N, W]; never 0. Three lanes, so that multiplications overlap."""
    factor, shift = np.uint64(0xFF51AFD7ED558CCD), np.uint64(32)
    width = words.shape[1]
    for row in range(len(words)):
        a, b, c = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
        for column in range(0, width - 2, 3):
            a = (a ^ np.uint64(words[row, column])) * factor
            b = (b ^ np.uint64(words[row, column + 1])) * factor
            c = (c ^ np.uint64(words[row, column + 2])) * factor
            a ^= a >> shift
            b ^= b >> shift
            c ^= c >> shift
        for column in range(width - width % 3, width):
            a = (a ^ np.uint64(words[row, column])) * factor
            a ^= a >> shift
        a = (a ^ (b << np.uint64(1)) ^ (b >> np.uint64(63))) * factor
        a ^= a >> shift
        a = (a ^ c) * factor
        hashes[row] = max(a ^ (a >> shift), np.uint64(1))


@kernel
def look_up(
    hashes: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    pending: NDArray[np.int32],
    missed: NDArray[np.int32],
    source: NDArray[np.int32],
) -> int:
    """Finds which rows must be judged; returns how many, filling `missed` with them.

    keys     [S]  what each place holds, or is about to
    pending  [S]  the place in `missed` of what will fill it, -1 where it is filled
    source   [N]  the row's place in `missed`, its own or an equal row's; or -1 - the place where it is remembered
    """
    count = 0
    mask = np.uint64(len(keys) - 1)
    for row in range(len(hashes)):
        place = np.int64(hashes[row] & mask)
        if keys[place] == hashes[row]:
            source[row] = pending[place] if pending[place] >= 0 else -1 - place
            continue
        keys[place] = hashes[row]
        pending[place] = count
        source[row] = count
        missed[count] = row
        count += 1
    return count


@kernel
def take_up(
    hashes: NDArray[np.uint64],
    missed: NDArray[np.int32],
    source: NDArray[np.int32],
    logits: NDArray[np.float32],
    values: NDArray[np.float32],
    pending: NDArray[np.int32],
    kept_policy: NDArray[np.float32],
    kept_value: NDArray[np.float32],
    policy: NDArray[np.float32],
    value: NDArray[np.float32],
) -> None:
    """Gives each row what is remembered or was judged just now, and remembers the latter."""
    for row in range(len(source)):
        if source[row] >= 0:
            policy[row] = logits[source[row]]
            value[row] = values[source[row]]
        else:
            policy[row] = kept_policy[-1 - source[row]]
            value[row] = kept_value[-1 - source[row]]
    mask = np.uint64(len(pending) - 1)
    for number in range(len(missed)):
        place = np.int64(hashes[missed[number]] & mask)
        if pending[place] == number:  # else a later row has taken the place
            kept_policy[place] = logits[number]
            kept_value[place] = values[number]
            pending[place] = -1
