"""The line through measured times: overhead, and the rate beyond it."""

from typing import Any

import numpy as np

from course_lib.check.compare import Parts
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Calls, Rng

TOLERANCE = 1e-4  # sums in single precision have no more digits


def agree(got: Parts, wanted: Parts, **arguments: Any) -> bool:
    """Whether both agree to a relative error; an overhead may be a microsecond."""
    pairs = zip(got, wanted, strict=True)
    return all(abs(a - b) <= TOLERANCE * abs(b) for a, b in pairs)


exercise = Exercise(
    name="fit_overhead",
    chapter="04",
    section=3,
    title="The time that arithmetic does not explain",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M3",
    room="Measure",
    returns=("overhead", "rate"),
    expected="the overhead in seconds and the rate in MACs per second of the line that "
    "comes closest to all times",
    hint="Plot the points: MACs on the horizontal axis, seconds on the vertical one. "
    "Where does the line meet the vertical axis, and how much does it rise per MAC?",
    tolerance=TOLERANCE,
    agree=agree,
)

ORIGIN = (
    "Your line goes through the origin, as if zero MACs took no time. But starting a "
    "layer takes time, however small the layer is."
)
RATIO = (
    "You divided MACs by times, one by one or all together. Part of every time is "
    "overhead, which does no arithmetic."
)
TWO = (
    "Your line goes through two of the measurements and ignores the others. Each time "
    "is a little off, so use all of them."
)
MACHINE = (
    "On another machine, or for networks of another size, your line is not the "
    "closest one. Is there a number in your function that fits only one machine?"
)


@exercise.solution
def solution(macs, times):
    away = macs - np.mean(macs)
    seconds_per_mac = np.mean(away * times) / np.mean(away**2)
    overhead = np.mean(times) - seconds_per_mac * np.mean(macs)
    return overhead, 1 / seconds_per_mac


@exercise.drawn("times on a line, then times around it")
def lines(rng: Rng) -> Calls:
    for noise, count in ((0.0, 4), (0.1, 6), (0.2, 9), (0.0, 2)):
        macs = np.linspace(1, 4, count) + rng.uniform(0, 0.2, count)
        macs = np.round(1e6 * rng.permutation(macs))
        overhead, rate = rng.uniform(2e-3, 4e-3), rng.uniform(0.5e9, 1.5e9)
        times = overhead + macs / rate
        if noise:
            times += noise * np.ptp(macs / rate) * _noise(rng, macs)
        yield {"macs": macs, "times": times}


@exercise.drawn(
    "faster and slower machines, larger and smaller networks",
    name="other-machine",
    hint=MACHINE,
)
def machines(rng: Rng) -> Calls:
    for work, speed in ((1e3, 1e10), (1e8, 1e10), (1e10, 1e9)):
        macs = np.round(work * rng.permutation(np.linspace(1, 5, 8)))
        # between two whole numbers of nanoseconds on the fastest machine
        hundredths = rng.integers(50, 200) + rng.uniform(0.3, 0.7)
        overhead, rate = hundredths / 100 * work / speed, speed * rng.uniform(1, 2)
        noise = 0.1 * work / speed * _noise(rng, macs)
        yield {"macs": macs, "times": overhead + macs / rate + noise}


@exercise.drawn(
    "every network measured several times",
    name="repeats",
    hint="Some networks were measured more often than others. Each measurement "
    "counts, including the repeated ones.",
)
def repeats(rng: Rng) -> Calls:
    for counts in ([1, 2, 3, 7], [5, 1, 1, 3]):
        macs = rng.permutation(np.repeat([1e6, 2e6, 5e6, 6e6], counts))
        overhead, rate = rng.uniform(2e-3, 4e-3), rng.uniform(0.5e9, 1.5e9)
        times = overhead + macs / rate + 5e-4 * _noise(rng, macs)
        yield {"macs": macs, "times": times}


@exercise.drawn(
    "one measurement far off the line",
    name="not-closest",
    hint="If your line were a little higher or lower, steeper or flatter, it would be "
    "closer to the measured times.",
)
def disturbed(rng: Rng) -> Calls:
    for factor in (2.0, 3.0):
        macs = np.round(1e6 * np.linspace(1, 9, 12) * rng.uniform(0.98, 1.02, 12))
        times = 3e-3 + macs / rng.uniform(0.8e9, 1.2e9) * rng.uniform(0.97, 1.03, 12)
        times[rng.integers(4, 8)] *= factor  # somebody used the machine meanwhile
        order = rng.permutation(12)
        yield {"macs": macs[order], "times": times[order]}


def _noise(rng: Rng, macs: np.ndarray) -> np.ndarray:
    """Noise up to 1, none of it far out, that no line over ``macs`` explains."""
    while True:
        signs = rng.permutation(np.resize([-1.0, 1.0], len(macs)))
        noise = signs * rng.uniform(0.6, 1, len(macs))
        noise -= np.polynomial.Polynomial.fit(macs, noise, 1)(macs)
        noise /= np.abs(noise).max()
        if noise.std() > 0.45:
            return np.asarray(noise)


@exercise.mistake("M3", ORIGIN)
def through_the_origin(macs, times):
    """Time is arithmetic, so no arithmetic takes no time."""
    return 0.0, np.sum(macs**2) / np.sum(macs * times)


@exercise.mistake("M3", ORIGIN)
def overhead_afterward(macs, times):
    """What the line through zero misses on average is the overhead."""
    rate = np.sum(macs**2) / np.sum(macs * times)
    return np.mean(times - macs / rate), rate


@exercise.mistake("average-ratio", RATIO)
def mean_of_ratios(macs, times):
    """The rate is the mean of the MACs per second."""
    return 0.0, np.mean(macs / times)


@exercise.mistake("average-ratio", RATIO)
def ratio_of_sums(macs, times):
    """The rate is all the MACs divided by all the seconds."""
    return 0.0, np.sum(macs) / np.sum(times)


@exercise.mistake(
    "swapped-axes",
    "You predicted MACs from times. The MACs are exact and the times are a little "
    "off, so the line must predict times from MACs.",
)
def macs_over_times(macs, times):
    """A line fitted the other way around is the same line."""
    rate, offset = np.polyfit(times, macs, 1)
    return -offset / rate, rate


@exercise.mistake(
    "slope-not-rate",
    "The slope is how many seconds one MAC takes. The rate is the inverse: how many "
    "MACs fit into one second.",
)
def slope_as_rate(macs, times):
    """The slope of the line is the rate."""
    slope, overhead = np.polyfit(macs, times, 1)
    return overhead, slope


@exercise.mistake("order", "Return the overhead first, then the rate.")
def rate_first(macs, times):
    """The rate is the more important of the two, so it comes first."""
    slope, overhead = np.polyfit(macs, times, 1)
    return 1 / slope, overhead


@exercise.mistake(
    "order",
    "That is the slope, then the overhead. Return the overhead first, and the rate in "
    "MACs per second.",
)
def as_polyfit_returns(macs, times):
    """What polyfit returns is the answer."""
    return tuple(np.polyfit(macs, times, 1))


@exercise.mistake("two-points", TWO)
def smallest_and_largest(macs, times):
    """Two measurements make a line, so the extremes are enough."""
    low, high = np.argmin(macs), np.argmax(macs)
    rate = (macs[high] - macs[low]) / (times[high] - times[low])
    return times[low] - macs[low] / rate, rate


@exercise.mistake("two-points", TWO)
def first_and_last(macs, times):
    """The first and the last measurement span the line."""
    rate = (macs[-1] - macs[0]) / (times[-1] - times[0])
    return times[0] - macs[0] / rate, rate


@exercise.mistake(
    "fastest-as-overhead",
    "You took the shortest time as the overhead. But the smallest network does "
    "arithmetic too.",
)
def fastest_is_overhead(macs, times):
    """The smallest network does nothing, so its time is the overhead."""
    rest = times - times.min()
    return times.min(), np.sum(macs**2) / np.sum(macs * rest)


@exercise.mistake(
    "milliseconds",
    "The overhead is a thousand times too large. The times are in seconds.",
)
def in_milliseconds(macs, times):
    """Times this small are milliseconds."""
    overhead, rate = solution(macs, times)
    return 1000 * overhead, rate


@exercise.mistake("other-machine", MACHINE)
def nanoseconds(macs, times):
    """Below a billionth of a second nothing can be measured."""
    overhead, rate = solution(macs, times)
    return round(overhead, 9), rate


@exercise.mistake(
    "repeats",
    "You used a single measurement of each network. Every measurement counts, "
    "including the repeated ones.",
)
def last_of_repeats(macs, times):
    """A network needs to be measured only once."""
    once = dict(zip(macs.tolist(), times.tolist(), strict=True))
    return solution(np.array(list(once)), np.array(list(once.values())))


@exercise.mistake(
    "not-closest",
    "You left out a measurement because it lies far off the line. The closest line is "
    "the one that comes closest to all of them.",
)
def without_outliers(macs, times):
    """A measurement far off the line is an error and does not count."""
    overhead, rate = solution(macs, times)
    rest = times - overhead - macs / rate
    # where all lie on the line, what is left is rounding
    good = np.abs(rest) <= max(2.5 * rest.std(), 1e-9 * times.max())
    return solution(macs[good], times[good])
