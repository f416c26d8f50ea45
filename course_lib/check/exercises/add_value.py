"""Count, mean and sum of squared deviations, one value at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

Running = tuple[int, float, float]  # count, mean, sum of squared deviations

exercise = Exercise(
    name="add_value",
    chapter="01",
    section=3,
    title="Mean and spread without keeping the data",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="stale-mean",
    room="Math",
    returns=("the count", "the mean", "the M2"),
    expected="count, mean and sum of squared deviations of all values so far",
    hint="Work out by hand what the three numbers are for the values 1, 2, 6, after each "
    "of them.",
)

CANCELLATION = (
    "Right on small numbers, wrong far from zero: somewhere two huge numbers (sums of "
    "squares) are subtracted, and the digits that matter are gone. Work with deviations "
    "from the mean, which are small."
)
SCALE = (
    "Right for values around one, wrong for small ones. Is there something that is "
    "rounded, or a limit below which a number counts as zero?"
)


@exercise.solution
def solution(running, value):
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@exercise.drawn("one more value, after none or some")
def one_more(rng: np.random.Generator) -> Iterator[Arguments]:
    values = rng.normal(3, 2, size=7)
    for seen in (3, 6, 1, 0):
        yield _step(values[:seen], values[seen])
    for seen in (0, 4):
        yield _step(rng.normal(-1, 5, size=seen), -float(rng.uniform(1, 9)))


@exercise.drawn("a mean of zero, and a value that equals the mean")
def at_the_mean(rng: np.random.Generator) -> Iterator[Arguments]:
    step = float(2.0 ** rng.integers(-1, 3))
    yield _step([step, -step], float(rng.uniform(1, 9)))
    yield _step([step, 3 * step], 2 * step)
    yield _step([step] * 4, step)
    yield _step([step, -step], 0.0)


@exercise.drawn("very small values", name="scale", hint=SCALE, double=True)
def small(rng: np.random.Generator) -> Iterator[Arguments]:
    values = rng.normal(1, 1, size=9) * 1e-7
    yield _step(values[:-1], values[-1])


@exercise.drawn("far from zero", name="cancellation", hint=CANCELLATION, double=True)
def far(rng: np.random.Generator) -> Iterator[Arguments]:
    for offset in (1e8, -1e8):
        values = offset + rng.normal(0, 1, size=40)
        yield _step(values[:-1], values[-1])


def _step(seen: np.ndarray | list[float], value: float) -> Arguments:
    seen = np.asarray(seen, dtype=float)
    running: Running = (0, 0.0, 0.0)
    if len(seen):
        running = len(seen), float(seen.mean()), float(seen.var() * len(seen))
    return {"running": running, "value": float(value)}


@exercise.mistake(
    "stale-mean",
    "Count and mean are right. The spread is too large: both deviations were taken "
    "from the old mean, which the new value has already moved.",
)
def deviation_from_old_mean(running, value):
    """The deviation from the mean so far is the deviation."""
    count, mean, m2 = running
    delta = value - mean
    return count + 1, mean + delta / (count + 1), m2 + delta**2


@exercise.mistake(
    "new-mean-only",
    "Count and mean are right. The spread is too small: both deviations were taken "
    "from the new mean, which has already moved toward the value.",
)
def deviation_from_new_mean(running, value):
    """Once the mean is updated, only the new one counts."""
    count, mean, m2 = running
    mean = mean + (value - mean) / (count + 1)
    return count + 1, mean, m2 + (value - mean) ** 2


@exercise.mistake(
    "average-of-averages",
    "The mean went halfway to the value, as if all the values so far weighed as much "
    "as this one.",
)
def halfway_mean(running, value):
    """The new mean lies halfway between the old mean and the value."""
    count, mean, m2 = running
    if count == 0:
        return 1, value, 0.0
    new = (mean + value) / 2
    return count + 1, new, m2 + (value - mean) * (value - new)


@exercise.mistake(
    "variance-not-sum",
    "The third number is a sum of squares; here it was divided by the count. Divide "
    "once, at the very end, when you want the variance.",
)
def keeps_the_variance(running, value):
    """The third number is the variance."""
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, (m2 + (value - mean) * (value - new)) / (count + 1)


@exercise.mistake(
    "off-by-one",
    "The step of the mean was divided by the count before the new value came.",
)
def divides_by_old_count(running, value):
    """The step toward the value is divided by the number of values so far."""
    count, mean, m2 = running
    new = mean + (value - mean) / max(count, 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@exercise.mistake(
    "forgets-count",
    "Mean and sum are right, but the count stayed as it was.",
)
def count_not_increased(running, value):
    """The count takes care of itself."""
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    return count, new, m2 + (value - mean) * (value - new)


@exercise.mistake(
    "cancellation",
    CANCELLATION,
)
def through_squares(running, value):
    """Mean of squares minus square of the mean is the same, so it is as good."""
    count, mean, m2 = running
    squares = m2 + count * mean**2 + value**2
    new = (count * mean + value) / (count + 1)
    return count + 1, new, squares - (count + 1) * new**2


@exercise.mistake(
    "zero-mean",
    "A mean of zero is a mean like any other: it does not say that no value has been "
    "seen.",
)
def zero_mean_is_a_start(running, value):
    """A mean of zero says that nothing has come yet."""
    count, mean, m2 = running
    if not mean:
        return 1, value, 0.0
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@exercise.mistake(
    "skips-the-mean",
    "The count goes up by one with every value, also with one that equals the mean.",
)
def skips_the_mean(running, value):
    """A value that equals the mean changes nothing."""
    count, mean, m2 = running
    if count and value == mean:
        return running
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@exercise.mistake(
    "scale",
    SCALE,
)
def twelve_digits(running, value):
    """Twelve digits after the decimal point are always enough."""
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    m2 += (value - mean) * (value - new)
    return count + 1, round(new, 12), round(m2, 12)
