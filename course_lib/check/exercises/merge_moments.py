"""Merging the count, mean and standard deviation of two batches."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Calls, Rng

Moments = tuple[int, np.ndarray, np.ndarray]  # count, mean (units,), std (units,)

exercise = Exercise(
    name="merge_moments",
    chapter="02",
    section=1,
    title="Merge two batches",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="between-batch",
    room="Math",
    returns=("the count", "the mean", "the std"),
    expected="count, mean and std of both batches laid end to end",
    hint="Try one neuron: batch a is 0, 0 and batch b is 10, 10. Both spreads are 0. "
    "What is the spread of 0, 0, 10, 10?",
)

AVERAGED = (
    "You averaged the standard deviations. Then two batches that are constant, one at "
    "0 and one at 10, would together be constant as well."
)
CANCELLATION = (
    "Right near zero, wrong for a neuron with a mean of a million: somewhere two huge "
    "numbers (mean squares) are subtracted, and the digits that matter are gone. Use "
    "the difference of the two means instead."
)
EMPTY = (
    "One of the two is an empty batch: count 0, mean and std unknown (nan). It adds "
    "nothing, so the result is the other one, unchanged. 0 times nan is nan, not 0."
)
COUNT = "The count is that of both batches together, even when one of them is empty."


def joint_mean(a, b):
    return (a[0] * a[1] + b[0] * b[1]) / (a[0] + b[0])


def _merged(a, b):
    """Count, mean and variance of two batches that are not empty."""
    count, delta = a[0] + b[0], b[1] - a[1]
    part = b[0] / count
    variance = (1 - part) * a[2] ** 2 + part * b[2] ** 2
    return count, a[1] + part * delta, variance + part * (1 - part) * delta**2


@exercise.solution
def solution(a, b):
    if a[0] == 0 or b[0] == 0:
        return a if a[0] else b
    count, mean, variance = _merged(a, b)
    return count, mean, np.sqrt(variance)


@exercise.drawn("two batches of different sizes")
def pairs(rng: Rng) -> Calls:
    for size, other in ((30, 90), (90, 30), (90, 1), (1, 1), (2, 57)):
        a, b = _batch(rng, size, 0.5), _batch(rng, other, 1.5)
        b[1][np.abs(b[1] - a[1]) < 0.2] += 1  # single images that are not alike
        yield {"a": a, "b": b}


@exercise.drawn("an empty batch", name="empty-batch", hint=EMPTY)
def empty(rng: Rng) -> Calls:
    full = _batch(rng, 20, 1)
    for a, b in ((0, full), (full, 0), (0, _batch(rng, 1, 1))):
        yield {"a": a or _batch(rng, 0, 1), "b": b or _batch(rng, 0, 1)}


@exercise.drawn("neurons that never move, and counts in the millions")
def extremes(rng: Rng) -> Calls:
    still = rng.normal(size=12) * 10.0 ** np.arange(-2, 2).repeat(3)
    zero = np.zeros_like(still)
    yield {"a": (int(rng.integers(2, 50)), still, zero), "b": (17, still, zero)}
    times = int(rng.integers(5, 30)) * 10**6
    a, b = _batch(rng, 20, 1), _batch(rng, 40, 2)
    yield {"a": (20 * times, *a[1:]), "b": (40 * times, *b[1:])}


@exercise.drawn(
    "a mean of a million", name="cancellation", hint=CANCELLATION, double=True
)
def far_from_zero(rng: Rng) -> Calls:
    a, b = (_moments(1e6 + rng.normal(0, 1e-2, size=(50, 3))) for _ in "ab")
    yield {"a": a, "b": b}


def _batch(rng: Rng, size: int, spread: float) -> Moments:
    return _moments(rng.normal(rng.normal(0, 2, 4), spread, size=(size, 4)))


def _moments(outputs: np.ndarray) -> Moments:
    """What a batch of outputs, one row per image, says of each neuron."""
    if len(outputs) == 0:
        return 0, np.full(outputs.shape[1], np.nan), np.full(outputs.shape[1], np.nan)
    return len(outputs), outputs.mean(axis=0), outputs.std(axis=0)


@exercise.mistake("averaged-std", AVERAGED)
def mean_of_stds(a, b):
    """The spread of the whole is the mean of the spreads."""
    return a[0] + b[0], joint_mean(a, b), (a[2] + b[2]) / 2


@exercise.mistake("averaged-std", AVERAGED)
def weighted_mean_of_stds(a, b):
    """Weighted by the counts, the mean of the spreads is right."""
    count = a[0] + b[0]
    return count, joint_mean(a, b), (a[0] * a[2] + b[0] * b[2]) / count


@exercise.mistake(
    "between-batch",
    "The spread inside each batch is there. What is missing is the distance between "
    "the two batches: their means differ, and that is spread too.",
)
def pooled_within(a, b):
    """Variances, weighted by the counts, may be averaged."""
    count = a[0] + b[0]
    variance = (a[0] * a[2] ** 2 + b[0] * b[2] ** 2) / count
    return count, joint_mean(a, b), np.sqrt(variance)


@exercise.mistake(
    "unweighted",
    "The small batch counted as much as the large one. Each observation should weigh "
    "the same, not each batch.",
)
def batches_weigh_the_same(a, b):
    """The mean of two means is the mean."""
    mean = (a[1] + b[1]) / 2
    between = (a[1] - b[1]) ** 2 / 4
    return a[0] + b[0], mean, np.sqrt((a[2] ** 2 + b[2] ** 2) / 2 + between)


@exercise.mistake(
    "variance-not-std",
    "That is the variance. The last step, the square root, is missing.",
)
def forgets_the_root(a, b):
    """The third entry is the variance."""
    return _merged(a, b)


@exercise.mistake(
    "variances-add",
    "Variances add when two random numbers are added. Here no numbers are added: the "
    "batches are laid end to end.",
)
def sum_of_variances(a, b):
    """Variances of independent things add up."""
    return a[0] + b[0], joint_mean(a, b), np.sqrt(a[2] ** 2 + b[2] ** 2)


@exercise.mistake("cancellation", CANCELLATION)
def through_squares(a, b):
    """Mean of squares minus square of the mean is the same, so it is as good."""
    if a[0] == 0 or b[0] == 0:
        return solution(a, b)
    count, mean = a[0] + b[0], joint_mean(a, b)
    squares = a[0] * (a[2] ** 2 + a[1] ** 2) + b[0] * (b[2] ** 2 + b[1] ** 2)
    variance = np.maximum(squares / count - mean**2, 0)
    return count, mean, np.sqrt(variance)


@exercise.mistake("empty-batch", EMPTY)
def nan_spreads(a, b):
    """An empty batch weighs nothing, so it needs no care."""
    count, mean, variance = _merged(a, b)
    return count, mean, np.sqrt(variance)


@exercise.mistake(
    "single-image",
    "A batch with a single image was left out or replaced. Its spread is 0, and its "
    "image counts like any other.",
)
def first_image_left_out(a, b):
    """A single image says nothing about a spread, so it can be left out."""
    if a[0] == 1:
        a = (1, b[1], np.zeros_like(b[2]))
    return solution(a, b)


@exercise.mistake(
    "rounding",
    "Neurons that always output the same number have no spread. It must be exactly 0: "
    "a small number added for safety makes the result wrong.",
)
def safer_root(a, b):
    """A tiny number under the root does no harm and is safer."""
    count, mean, std = solution(a, b)
    return count, mean, np.sqrt(std**2 + 1e-6) if a[0] and b[0] else std


@exercise.mistake(
    "large-counts",
    "Counts run into the millions, and their product does not fit into four bytes.",
)
def four_byte_counts(a, b):
    """Four bytes are enough for a count, and for a product of two."""
    if a[0] == 0 or b[0] == 0:
        return solution(a, b)
    n, m = np.array([[a[0]], [b[0]]], dtype=np.int32)
    count, mean, _ = solution(a, b)
    between = n * m * (b[1] - a[1]) ** 2 / float(count) ** 2
    variance = (a[0] * a[2] ** 2 + b[0] * b[2] ** 2) / count + between
    return count, mean, np.sqrt(np.maximum(variance, 0))


@exercise.mistake("wrong-count", COUNT)
def empty_batches_count_one(a, b):
    """A batch counts at least one image."""
    return max(a[0], 1) + max(b[0], 1), *solution(a, b)[1:]


@exercise.mistake("wrong-count", COUNT)
def counts_the_larger(a, b):
    """The larger batch decides how many images there are."""
    return max(a[0], b[0]), *solution(a, b)[1:]
