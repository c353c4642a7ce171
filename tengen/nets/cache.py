"""A memory of evaluations: a search asks again for much of what the search one move earlier has seen."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tengen.core.jit import kernel
from tengen.core.random import stream
from tengen.mcts.evaluator import Evaluator

Array = NDArray[np.float32]


class SizedEvaluator(Evaluator, Protocol):
    """An evaluator that judges batches of some sizes only, such as a NetworkEvaluator."""

    def size(self, batch: int) -> int:
        """The size, at least `batch` and at most twice that, in which so many positions are judged."""


class CachedEvaluator:
    """An evaluator that asks another only for what it does not remember; what it says is the same.

    Positions are known by a 64-bit hash of what the network sees, the newest take the place of others.
    """

    def __init__(self, evaluator: SizedEvaluator, entries: int) -> None:
        """Remembers up to `entries` positions, rounded up to a power of 2, of one board size."""
        self.evaluator = evaluator
        self.hits = 0
        """Positions that were remembered; the caller may set it back."""
        size = 1 << max(1, entries - 1).bit_length()
        self._keys = np.zeros(size, np.uint64)
        self._pending = np.full(size, -1, np.int32)
        self._policy = np.zeros((0, 0), np.float32)
        self._value = np.zeros(size, np.float32)
        self._hashes = np.zeros(0, np.uint64)
        self._factors = np.zeros(0, np.uint64)
        self._batch = np.zeros(0, np.float32)
        self._size = 0
        """Of the last batch."""

    def replace(self, evaluator: SizedEvaluator) -> None:
        """Goes on with another network, and forgets what the last one said."""
        self.evaluator = evaluator
        self._keys[:] = 0
        self._pending[:] = -1

    def recall(self, observations: Array, asked: NDArray[np.int32], logits: Array, values: Array) -> NDArray[np.bool_]:
        """Writes what is remembered of the rows `asked`; returns of which it was [N]."""
        rows = len(observations)
        words = observations.reshape(rows, -1).view(np.uint32)
        if len(self._hashes) < rows:
            self._hashes = np.zeros(rows, np.uint64)
        if len(self._policy) == 0:
            self._policy = np.zeros((len(self._keys), logits.shape[1]), np.float32)
            self._factors = stream(0, "hash").integers(1 << 64, size=words.shape[1], dtype=np.uint64)
        hash_rows(words, asked, self._factors, self._hashes)
        known = np.empty(len(asked), np.bool_)
        self.hits += recollect(self._hashes, asked, self._keys, self._policy, self._value, logits, values, known)
        return known

    def judge(
        self, observations: Array, legal: NDArray[np.bool_], asked: NDArray[np.int32], logits: Array, values: Array
    ) -> None:
        """Writes what the evaluator behind says of the rows `asked`, of which equal ones are judged once."""
        missed, source = np.zeros(2 * len(asked), np.int32), np.empty(len(asked), np.int32)
        count = look_up(self._hashes, asked, self._keys, self._pending, missed, source)
        self.hits += len(asked) - count
        # another size would cost the engine the time of some positions
        if count and not count <= self._size <= count + count // 8:
            self._size = self.evaluator.size(count)
        # filled up with row 0, for the evaluator would copy all rows to do so
        chosen = missed[: self._size if count else 0]
        if self._batch.ndim == 1 or len(self._batch) < len(chosen):
            self._batch = np.empty((len(chosen), *observations.shape[1:]), np.float32)
        batch = np.take(observations, chosen, axis=0, out=self._batch[: len(chosen)], mode="clip")
        try:
            policy, value = self.evaluator(batch, legal[chosen])
        except BaseException:
            self.replace(self.evaluator)  # nothing that was promised will come
            raise
        kept = (self._pending, self._policy, self._value)
        take_up(self._hashes, asked, missed[:count], source, policy, value, *kept, logits, values)

    def __call__(self, observations: Array, legal: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Policy logits [N, A] and values [N], as the evaluator behind gives them."""
        observations = np.ascontiguousarray(observations, np.float32)
        logits, values = np.empty(legal.shape, np.float32), np.empty(len(legal), np.float32)
        asked = np.arange(len(legal), dtype=np.int32)
        known = self.recall(observations, asked, logits, values)
        self.judge(observations, legal, asked[~known], logits, values)
        return logits, values


@kernel
def hash_rows(
    words: NDArray[np.uint32], asked: NDArray[np.int32], factors: NDArray[np.uint64], hashes: NDArray[np.uint64]
) -> None:
    """Writes a hash of the rows `asked` of `words` [B, W]; never 0. Multilinear (Carter and Wegman 1979).

    factors  [W]  random
    """
    for row in asked:
        total = np.uint64(0)
        for column in range(words.shape[1]):
            word = words[row, column]
            # the low bits of a float are mostly 0, and would be in each product, were the high ones not mixed in
            total += np.uint64(word ^ (word >> np.uint32(23))) * factors[column]
        total = (total ^ (total >> np.uint64(32))) * np.uint64(0xFF51AFD7ED558CCD)
        hashes[row] = max(total ^ (total >> np.uint64(32)), np.uint64(1))


@kernel
def recollect(
    hashes: NDArray[np.uint64],
    asked: NDArray[np.int32],
    keys: NDArray[np.uint64],
    kept_policy: NDArray[np.float32],
    kept_value: NDArray[np.float32],
    policy: NDArray[np.float32],
    value: NDArray[np.float32],
    known: NDArray[np.bool_],
) -> int:
    """Gives the rows `asked` what is kept under their hashes; returns how many were `known` [N]."""
    mask = np.uint64(len(keys) - 1)
    found = 0
    for number, row in enumerate(asked):
        place = np.int64(hashes[row] & mask)
        known[number] = keys[place] == hashes[row]
        if known[number]:
            policy[row] = kept_policy[place]
            value[row] = kept_value[place]
            found += 1
    return found


@kernel
def look_up(
    hashes: NDArray[np.uint64],
    asked: NDArray[np.int32],
    keys: NDArray[np.uint64],
    pending: NDArray[np.int32],
    missed: NDArray[np.int32],
    source: NDArray[np.int32],
) -> int:
    """Finds which of the rows `asked` [N] must be judged; returns how many, filling `missed` with them.

    keys     [S]  what each place holds, or is about to
    pending  [S]  the place in `missed` of what will fill it, -1 where it is filled
    source   [N]  the row's place in `missed`, its own or an equal row's; or -1 - the place where it is remembered
    """
    count = 0
    mask = np.uint64(len(keys) - 1)
    for number, row in enumerate(asked):
        place = np.int64(hashes[row] & mask)
        if keys[place] == hashes[row]:
            source[number] = pending[place] if pending[place] >= 0 else -1 - place
            continue
        keys[place] = hashes[row]
        pending[place] = count
        source[number] = count
        missed[count] = row
        count += 1
    return count


@kernel
def take_up(
    hashes: NDArray[np.uint64],
    asked: NDArray[np.int32],
    missed: NDArray[np.int32],
    source: NDArray[np.int32],
    judged_policy: NDArray[np.float32],
    judged_value: NDArray[np.float32],
    pending: NDArray[np.int32],
    kept_policy: NDArray[np.float32],
    kept_value: NDArray[np.float32],
    policy: NDArray[np.float32],
    value: NDArray[np.float32],
) -> None:
    """Gives the rows `asked` what is remembered or was judged just now, and remembers the latter."""
    for number, row in enumerate(asked):
        if source[number] >= 0:
            policy[row] = judged_policy[source[number]]
            value[row] = judged_value[source[number]]
        else:
            policy[row] = kept_policy[-1 - source[number]]
            value[row] = kept_value[-1 - source[number]]
    mask = np.uint64(len(pending) - 1)
    for number in range(len(missed)):
        place = np.int64(hashes[missed[number]] & mask)
        if pending[place] == number:  # else a later row has taken the place
            kept_policy[place] = judged_policy[number]
            kept_value[place] = judged_value[number]
            pending[place] = -1
