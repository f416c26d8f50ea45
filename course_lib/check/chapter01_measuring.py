"""Checks of chapter 01, second part: accuracy and running moments."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise

Running = tuple[int, float, float]  # count, mean, sum of squared deviations

# accuracy → the spread of a single answer, both exact
SPREADS = {0.9: 0.3, 0.8: 0.4, 0.98: 0.14, 0.5: 0.5}


@exercise(
    chapter="01",
    section=2,
    title="How sure is an accuracy?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="spread-not-error",
    room="Measure",
)
def accuracy_with_error(answer: Answer, rng: np.random.Generator) -> None:
    """Cases worked out by hand; 1 % is allowed, so n − 1 may stand for n."""
    for accuracy, spread in SPREADS.items():
        root = int(rng.choice([20, 30, 50]))
        images = root**2
        correct = rng.permutation(np.arange(images) < round(accuracy * images))
        came = answer(correct=correct)
        names = ("accuracy", "standard error")
        pair = [
            answer.number(part, f"the {name}")
            for name, part in zip(names, answer.parts(came, names), strict=True)
        ]
        answer.expect(
            pair,
            (accuracy, spread / root),
            _error_slips(accuracy, spread, root),
            tolerance=1e-2,
            expected="two fractions: how many are right, and how far that share would "
            f"wander on another {images} images",
            hint=f"With {images} images and an accuracy of {accuracy}, look at each of "
            "the two numbers on its own. Which one would more images change?",
        )
    _accept_perfect(answer)


def _accept_perfect(answer: Answer) -> None:
    came = answer(correct=np.ones(40, dtype=bool))
    pair = answer.parts(came, ("accuracy", "standard error"))
    answer.expect(
        [answer.number(part, "each part") for part in pair],
        (1.0, 0.0),
        [],
        expected="1 and 0 when every answer is right",
        hint="All forty are right, so there is no spread at all.",
    )


def _error_slips(accuracy: float, spread: float, root: int) -> list[Slip]:
    rules = "This comes out the same whatever the accuracy is: a rule of thumb. A "
    rules += "network that is nearly always right wanders less than a coin."
    pairs = {
        "spread-not-error": (
            spread,
            "That is how far one single answer lies from the accuracy. The mean of "
            "many answers is steadier than one of them.",
        ),
        "n-not-root": (
            spread / root**2,
            "Too steady. To halve the error of a mean it takes four times as many "
            "images, not twice as many.",
        ),
        "variance-not-error": (
            (spread / root) ** 2,
            "That is a variance: its unit is squared. One step is missing.",
        ),
        "error-rate": (
            1 - accuracy,
            "That is the share of wrong answers. The standard error says something "
            "else: how far the accuracy would move on other images.",
        ),
        "interval": (
            1.96 * spread / root,
            "That is half the width of a 95 % interval. The standard error itself is "
            "about half of it.",
        ),
    }
    slips = [
        Slip(name, (accuracy, value), hint) for name, (value, hint) in pairs.items()
    ]
    for value in (1 / root, 0.5 / root):
        slips.append(Slip("ignores-accuracy", (accuracy, value), rules))
    percent = (100 * accuracy, 100 * spread / root)
    hint = "You answer in percent. The course writes accuracies as fractions: 0.98."
    return [Slip("percent", percent, hint), *slips]


@exercise(
    chapter="01",
    section=3,
    title="Mean and spread without keeping the data",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="stale-mean",
    room="Math",
)
def add_value(answer: Answer, rng: np.random.Generator) -> None:
    """One step at a time against NumPy on all values, then far away from zero."""
    values = rng.normal(3, 2, size=7)
    for seen in (3, 6, 1, 0):
        running = _moments(values[:seen])
        value = float(values[seen])
        wanted = _moments(values[: seen + 1])
        came = _triple(answer, answer(running=running, value=value))
        answer.expect(
            came,
            wanted,
            _running_slips(running, value, wanted),
            expected=f"count, mean and sum of squared deviations of {seen + 1} values",
            hint=f"After {seen} values came one more. Work out by hand what the three "
            "numbers are for the values 1, 2, 6 – after each of them.",
        )
    _accept_far_from_zero(answer, rng)


def _moments(values: np.ndarray) -> Running:
    if len(values) == 0:
        return 0, 0.0, 0.0
    return len(values), float(np.mean(values)), float(np.var(values) * len(values))


def _triple(answer: Answer, came: object) -> list[float]:
    names = ("count", "mean", "M2")
    parts = answer.parts(came, names)
    return [answer.number(p, f"the {n}") for n, p in zip(names, parts, strict=True)]


def _running_slips(running: Running, value: float, wanted: Running) -> list[Slip]:
    count, mean, m2 = running
    total, right, right_m2 = wanted
    rushed = mean + (value - mean) / max(count, 1)
    return [
        Slip(
            "stale-mean",
            (total, right, m2 + (value - mean) ** 2),
            "Count and mean are right. The spread is too large: both deviations were "
            "taken from the old mean, which the new value has already moved.",
        ),
        Slip(
            "new-mean-only",
            (total, right, m2 + (value - right) ** 2),
            "Count and mean are right. The spread is too small: both deviations were "
            "taken from the new mean, which has come half-way to meet the value.",
        ),
        Slip(
            "average-of-averages",
            (total, (mean + value) / 2, None),
            "The mean went halfway to the value, as if all the values so far weighed "
            "as much as this one.",
        ),
        Slip(
            "variance-not-sum",
            (total, right, right_m2 / total),
            "The third number is a sum of squares; here it was divided by the count. "
            "Divide once, at the very end, when you want the variance.",
        ),
        Slip(
            "off-by-one",
            (total, rushed, None),
            "The step of the mean was divided by the count before the new value came.",
        ),
        Slip(
            "forgets-count",
            (count, right, right_m2),
            "Mean and sum are right, but the count stayed as it was.",
        ),
    ]


def _accept_far_from_zero(answer: Answer, rng: np.random.Generator) -> None:
    values = 1e8 + rng.normal(0, 1, size=40)
    running: Running = (0, 0.0, 0.0)
    for value in values:
        count, mean, m2 = _triple(answer, answer(running=running, value=float(value)))
        running = (int(count), mean, m2)
    wanted = _moments(values)
    if not abs(running[2] / wanted[2] - 1) < 1e-3:
        answer.fail(
            "cancellation",
            "Right on small numbers, wrong far from zero: somewhere two huge numbers "
            "(sums of squares) are subtracted, and the digits that matter are gone. "
            "Work with deviations from the mean, which are small.",
            came=f"after 40 values around 1e8, with a spread of 1: M2 = {running[2]:g}",
            expected=f"an M2 close to {wanted[2]:.4g}",
        )
