"""An arithmetic coder whose probabilities adapt to what it has coded.

Bits are written one by one, each at a cost of −log₂ of the probability that its
*context* gave it (Witten, Neal & Cleary 1987). A context is a row of ``counts``: the
numbers of zeros and ones it has seen. Reader and writer update it alike, so no table of
probabilities is stored. All arithmetic is on integers, so files are portable between
machines.

The coder is an interval of 48-bit numbers, from ``low`` to ``high``, that shrinks with
every bit. Bytes on which both ends agree are final and are output.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.compiled import compiled

MASK = (1 << 48) - 1
NARROW = 1 << 24  # a smaller interval could no longer be divided by 65536
# indices into the state of a coder
LOW, HIGH, CODE, PLACE, READING = range(5)


@dataclass
class Coder:
    """The bytes that are final, and the current interval."""

    data: np.ndarray  # uint8: room for what is written, or what is read
    state: np.ndarray  # int64, the five numbers above
    # float64: bits by the model's own probabilities; empty: not counted
    cost: np.ndarray


def writer(most_bits: int, contexts: int) -> Coder:
    """Return a coder that writes up to ``most_bits`` bits in ``contexts`` contexts.

    The buffer suffices for the worst case: with adaptive probabilities, a context costs
    at most a few bits more than its uncoded bits.
    """
    room = np.zeros(most_bits // 8 + 8 * contexts + 64, np.uint8)
    return Coder(room, np.array([0, MASK, 0, 0, 0]), np.zeros(1))


def reader(data: bytes) -> Coder:
    """Return a coder that reads the output of a writer's ``finish``."""
    stored = np.frombuffer(data, np.uint8).copy()  # one type, compiled once
    first = int.from_bytes(data[:6].ljust(6, b"\0"), "big")
    return Coder(stored, np.array([0, MASK, first, 6, 1]), np.zeros(0))


def finish(coder: Coder) -> bytes:
    """Return all bytes written; a reader takes what follows as zeros."""
    settled = coder.data[: coder.state[PLACE]].tobytes()
    return settled + _last_bytes(coder)


def ended(coder: Coder) -> bool:
    """Return whether a reader is exactly where the writer finished."""
    settled = int(coder.state[PLACE]) - 6
    return coder.data[settled:].tobytes() == _last_bytes(coder)


def _last_bytes(coder: Coder) -> bytes:
    """Return the fewest bytes that identify a number in the interval."""
    low, high = int(coder.state[LOW]), int(coder.state[HIGH])
    for count in range(7):
        rest = 48 - 8 * count
        if (high >> rest) << rest >= low:
            break
    return (high >> rest).to_bytes(count, "big")


# inlined: as a call per bit it would take two and a half times as long
@compiled(inline=True)
def code_bit(
    data: np.ndarray, state: np.ndarray, cost: np.ndarray, counts: np.ndarray, bit: int
) -> int:
    """Write ``bit``, or read one if the coder is a reader; update ``counts``.

    ``counts`` has shape (2,): zeros and ones so far. The probability of a one is
    (ones + 0.4) / (all + 0.8), in 65536ths.
    """
    low, high = state[LOW], state[HIGH]
    zeros, ones = counts[0], counts[1]
    chance = ((5 * ones + 2) << 16) // (5 * (zeros + ones) + 4)
    chance = min(max(chance, 1), 65535)
    middle = low + ((high - low) >> 16) * chance
    if state[READING]:
        bit = 1 if state[CODE] <= middle else 0
    if bit:
        high = middle
    else:
        low = middle + 1
    counts[bit] += 1
    if len(cost):
        cost[0] -= np.log2((chance if bit else 65536 - chance) / 65536)
    while True:
        if (low ^ high) >> 40:
            if high - low >= NARROW:
                break
            # the ends lie on both sides of a boundary: keep the larger side
            border = (high >> 40) << 40
            if border - low > high - border:
                high = border - 1
            else:
                low = border
        place = state[PLACE]
        if state[READING]:
            # after the last byte a few zeros are read; many mean a damaged file
            if place > len(data) + 6:
                raise ValueError("the data end too early")
            new = data[place] if place < len(data) else 0
            state[CODE] = ((state[CODE] << 8) & MASK) | new
        else:
            data[place] = low >> 40
        state[PLACE] = place + 1
        low = (low << 8) & MASK
        high = ((high << 8) & MASK) | 255
    state[LOW], state[HIGH] = low, high
    return bit
