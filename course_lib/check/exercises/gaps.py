"""Relative indices: the zeros between weights, with fillers for long gaps."""

from collections.abc import Iterable

import numpy as np

from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="gaps",
    chapter="05",
    section=2,
    title="From one weight to the next",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="overflow",
    room="Code",
    returns=("numbers", "is_filler"),
    types={"is_filler": BOOL},
    expected="numbers of {bits} bits that lead a reader to all weights, with as few "
    "entries as possible",
    hint="Read your entries back: each one skips as many zeros as its number says and "
    "then takes a place itself. Which weight is the first in the wrong place?",
)

DISTANCE = (
    "You stored the distance from one entry to the next. Store the number of zeros in "
    "between, which is one less: neighbors have 0, and no number is wasted."
)
FIRST_GAP = (
    "The zeros before the first weight are lost, or one of them is. Count them like "
    "all others."
)


def _skipped(positions):
    return np.diff(positions, prepend=-1) - 1


def _no_fillers(numbers):
    return numbers, np.zeros(len(numbers), dtype=bool)


def _with_fillers(skipped, most, taken, largest=None, in_a_row=np.inf):
    """Fillers of ``most`` that use up ``taken`` positions each.

    Weights have numbers up to ``largest`` after at most so many fillers in a row.
    """
    largest = most if largest is None else largest
    numbers, fillers = [], []
    for zeros in skipped:
        count = 0
        while zeros > largest and count < in_a_row:
            numbers.append(most)
            fillers.append(True)
            zeros, count = zeros - taken, count + 1
        numbers.append(zeros)
        fillers.append(False)
    return numbers, fillers


@exercise.solution
def solution(positions, bits):
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return np.array(numbers, dtype=int), np.array(fillers, dtype=bool)


# for each weight: how many fillers lead to it, and its own number (-1 is the largest)
WEIGHTS = ((1, 2), (0, -1), (0, 0), (2, 3), (1, 0), (0, 1))


@exercise.drawn("gaps that fit, just fit, or need fillers")
def designed(rng: Rng) -> Calls:
    for bits in (3, 4):
        yield _weights(WEIGHTS, bits)
        order = rng.permutation(len(WEIGHTS))
        yield _weights(((0, 0), *(WEIGHTS[i] for i in order)), bits)
    yield _weights([(0, int(n)) for n in rng.integers(0, 4, size=5)], 2)
    yield _weights(((1, 1), (0, 0), (3, 0), (0, 1)), 1)
    yield _weights((), 4)


@exercise.drawn("an entire layer, with few bits or many")
def layers(rng: Rng) -> Calls:
    for bits, density in ((1, 0.3), (2, 0.1), (5, 0.02), (10, 0.002), (12, 0.001)):
        positions = np.flatnonzero(rng.random(8000) < density)
        yield {"positions": positions, "bits": bits}


@exercise.drawn(
    "a single weight, near or far",
    name="limit",
    hint="There is only one weight. Before it, there are no zeros, as many as just "
    "fit into a number, or one more.",
)
def single(rng: Rng) -> Calls:
    bits = int(rng.integers(2, 6))
    for position in (0, 1, *(n * 2**bits + d for n in (1, 2, 5) for d in (-1, 0, 1))):
        yield {"positions": np.array([position]), "bits": bits}


def _weights(weights: Iterable[tuple[int, int]], bits: int) -> Arguments:
    """The positions of weights that are reached by these fillers and numbers."""
    steps = [n * 2**bits + number % 2**bits + 1 for n, number in weights]
    return {"positions": np.cumsum(np.array(steps, dtype=int)) - 1, "bits": bits}


@exercise.mistake(
    "overflow",
    "Numbers that are too large wrapped around, so all weights after them move to the "
    "left. Such a gap needs a filler.",
)
def wraps_around(positions, bits):
    """A number that does not fit is stored in its lowest bits."""
    return _no_fillers(_skipped(positions) % 2**bits)


@exercise.mistake(
    "overflow",
    "Numbers that are too large were cut off, so all weights after them move to the "
    "left. Such a gap needs a filler.",
)
def clipped(positions, bits):
    """What is too large becomes the largest number there is."""
    return _no_fillers(np.minimum(_skipped(positions), 2**bits - 1))


@exercise.mistake(
    "overflow", "Some numbers do not fit into the bits. Such a gap needs a filler."
)
def stored_as_they_are(positions, bits):
    """Long gaps are rare, they may be stored as they are."""
    return _no_fillers(_skipped(positions))


@exercise.mistake(
    "one-filler",
    "One filler is not always enough: what is left after it may still be too large.",
)
def one_filler_at_most(positions, bits):
    """A gap that is too long is cut once."""
    most = 2**bits - 1
    return _with_fillers(_skipped(positions), most, most + 1, in_a_row=1)


@exercise.mistake(
    "filler-takes-a-place",
    "A filler is a zero itself: it takes a place in the layer, after the zeros that "
    "it skips. You counted it as if it took none.",
)
def filler_without_a_place(positions, bits):
    """A filler stands for the zeros it skips, and for nothing else."""
    most = 2**bits - 1
    return _with_fillers(_skipped(positions), most, most)


@exercise.mistake(
    "needless-filler",
    "A gap as long as the largest number still fits and needs no filler. With a "
    "filler, you step past the weight, and its number becomes negative.",
)
def filler_too_early(positions, bits):
    """The largest number is kept for fillers."""
    most = 2**bits - 1
    return _with_fillers(_skipped(positions), most, most + 1, largest=most - 1)


@exercise.mistake(
    "limit", "The largest number is one too large for the bits: the numbers start at 0."
)
def one_too_large(positions, bits):
    """Three bits can hold the numbers up to 8."""
    return _with_fillers(_skipped(positions), 2**bits, 2**bits + 1)


@exercise.mistake(
    "limit",
    "Larger numbers fit into the bits. Your fillers stop short of the largest, so you "
    "need more of them.",
)
def bits_as_limit(positions, bits):
    """The largest number is the number of bits."""
    return _with_fillers(_skipped(positions), bits, bits + 1)


@exercise.mistake("distance", DISTANCE)
def distances(positions, bits):
    """A gap is the distance from one weight to the next."""
    most = 2**bits - 1
    return _with_fillers(np.diff(positions, prepend=-1), most, most)


@exercise.mistake("distance", DISTANCE)
def differences(positions, bits):
    """A gap is a difference, and the first one starts at position 0."""
    most = 2**bits - 1
    return _with_fillers(np.diff(positions, prepend=0), most, most)


@exercise.mistake("first-gap", FIRST_GAP)
def between_weights_only(positions, bits):
    """There is one gap fewer than there are weights."""
    return _with_fillers(_skipped(positions)[1:], 2**bits - 1, 2**bits)


@exercise.mistake("first-gap", FIRST_GAP)
def starts_at_zero(positions, bits):
    """The counting starts at position 0, where nothing is skipped."""
    skipped = np.diff(positions, prepend=0) - 1
    return _with_fillers(np.maximum(skipped, 0), 2**bits - 1, 2**bits)


@exercise.mistake("flags-flipped", "It is the other way around: True marks a filler.")
def true_is_a_weight(positions, bits):
    """True marks the entries that hold a weight."""
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return numbers, [not filler for filler in fillers]


@exercise.mistake(
    "flags-late",
    "You marked the weight after the filler. The filler is the entry before it, the "
    "one that holds no weight.",
)
def marks_the_weight(positions, bits):
    """The weight after a filler is marked, because it was too far away."""
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return numbers, [False, *fillers[:-1]]


@exercise.mistake(
    "filler-skips",
    "A filler's value is zero, but its number is not: it skips as many zeros as a "
    "number can count.",
)
def filler_of_gap_zero(positions, bits):
    """A filler is a zero, so its gap is zero."""
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return [0 if f else n for n, f in zip(numbers, fillers, strict=True)], fillers


@exercise.mistake(
    "positions",
    "Those are positions, counted from the start of the layer. Count from the previous "
    "entry.",
)
def positions_themselves(positions, bits):
    """Positions are stored as they are, they only need few bits."""
    return _no_fillers(positions.copy())


@exercise.mistake(
    "one-byte", "With many bits, some numbers do not fit into the type that you used."
)
def one_byte_gaps(positions, bits):
    """One byte is enough for a gap."""
    numbers, fillers = solution(positions, bits)
    return np.array(numbers).astype(np.uint8), fillers


@exercise.mistake("few-fillers", "A very long gap needs more fillers than you allow.")
def three_fillers(positions, bits):
    """More than three fillers in a row are never needed."""
    most = 2**bits - 1
    return _with_fillers(_skipped(positions), most, most + 1, in_a_row=3)
